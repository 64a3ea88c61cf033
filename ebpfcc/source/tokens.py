"""Tokens: what the preprocessor hands to the parser, and the lexing of text without directives, comments and line splices.

In: a stretch of text. Out: Token objects whose types are those that pycparser's parser knows (C11 6.4, GNU spellings).
"""

from __future__ import annotations

import re

KEYWORDS = (
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
    "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
    "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
)  # fmt: skip
PUNCTUATORS = {
    "...": "ELLIPSIS", "<<=": "LSHIFTEQUAL", ">>=": "RSHIFTEQUAL", "++": "PLUSPLUS", "--": "MINUSMINUS", "->": "ARROW", "&&": "LAND",
    "||": "LOR", "<<": "LSHIFT", ">>": "RSHIFT", "<=": "LE", ">=": "GE", "==": "EQ", "!=": "NE", "*=": "TIMESEQUAL", "/=": "DIVEQUAL",
    "%=": "MODEQUAL", "+=": "PLUSEQUAL", "-=": "MINUSEQUAL", "&=": "ANDEQUAL", "|=": "OREQUAL", "^=": "XOREQUAL", "=": "EQUALS",
    "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "DIVIDE", "%": "MOD", "|": "OR", "&": "AND", "~": "NOT", "^": "XOR", "!": "LNOT",
    "<": "LT", ">": "GT", "?": "CONDOP", "(": "LPAREN", ")": "RPAREN", "[": "LBRACKET", "]": "RBRACKET", "{": "LBRACE", "}": "RBRACE",
    ",": "COMMA", ".": "PERIOD", ";": "SEMI", ":": "COLON", "#": "HASH", "##": "HASHHASH", "::": "COLONCOLON",
    "<:": "LBRACKET", ":>": "RBRACKET", "<%": "LBRACE", "%>": "RBRACE", "%:": "HASH", "%:%:": "HASHHASH",
}  # fmt: skip
FIXED = {
    **{word: word.upper() for word in KEYWORDS},
    **PUNCTUATORS,
    "_Bool": "_BOOL", "_Complex": "_COMPLEX", "_Noreturn": "_NORETURN", "_Thread_local": "_THREAD_LOCAL", "_Static_assert": "_STATIC_ASSERT",
    "_Atomic": "_ATOMIC", "_Alignof": "_ALIGNOF", "_Alignas": "_ALIGNAS", "__int128": "__INT128",
}  # fmt: skip

# Group 1: white space. Group 2: one preprocessing token (6.4). The last alternatives are errors: a lone quote with the rest of its
# line, or a character that begins no token.
TOKEN = re.compile(
    r"""([ \t\n\f\v\r]*)("""
    r"""[A-Za-z_$][\w$]*(?![\w$"'])|[;,(){}\[\]?~]|\.?[0-9](?:[eEpP][+-]|[\w.]|'\w)*|[^\W\d][\w$]*(?![\w$"'])"""
    r"""|(?:u8|[LuU])?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')|->|\+\+|--|&&|\|\||\.\.\.|(?:<<|>>|[-+*/%&|^=!<>])=|<<|>>"""
    r"""|##|%:%:|[<%]:|[:%]>|<%|::|[-+*/%&|^=!<>.:#]|[^\W\d][\w$]*|["'][^\n]*|[^ \t\n\f\v\r])"""
)
SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")  # of digits (C23 6.4.5.2)
INT_SUFFIX = r"(?:[uU](?:ll?|LL?)?|(?:ll?|LL?)[uU]?)?"
NUMBER = re.compile(
    rf"(?:(?P<HEX>0[xX][0-9a-fA-F]+{INT_SUFFIX})|(?P<BIN>0[bB][01]+{INT_SUFFIX})|(?P<OCT>0[0-7]+{INT_SUFFIX})|(?P<DEC>(?:0|[1-9][0-9]*){INT_SUFFIX})"
    r"|(?P<FLOAT>(?:[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+\.(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)[fFlLiIjJ]*)"
    r"|(?P<HEXFLOAT>0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+[fFlL]?))\Z"
)
NUMBER_TYPES = {
    "HEX": "INT_CONST_HEX", "BIN": "INT_CONST_BIN", "OCT": "INT_CONST_OCT", "DEC": "INT_CONST_DEC",
    "FLOAT": "FLOAT_CONST", "HEXFLOAT": "HEX_FLOAT_CONST",
}  # fmt: skip
PREFIXES = {"": "", "L": "W", "u": "U16", "U": "U32", "u8": "U8"}
# A character constant holds one character or one escape; with more of them it is an int with several bytes.
ONE_CHARACTER = re.compile(r"'(?:[^'\\]|\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))'")
INVALID = frozenset(("BAD_NUMBER", "BAD_QUOTE", "BAD_CHAR"))


class Damaged(str):
    """The value of a token that stands for source text in which an error has been reported: the parser says no more about it."""


class Expansion:
    """The expansion that a token came out of: the macro, where its name stood (in a file or in another body), the one around it."""

    __slots__ = ("name", "at", "parent")

    def __init__(self, name: str, at: int, parent: Expansion | None) -> None:
        self.name = name
        self.at = at
        self.parent = parent


class Token:
    """One token. pos: where it takes effect (of a macro: the outermost expansion's name); spell: where it is written."""

    __slots__ = ("type", "value", "pos", "space", "spell", "exp")

    def __init__(self, type: str, value: object, pos: int, space: bool, spell: int, exp: Expansion | None) -> None:
        self.type = type
        self.value: object = value
        self.pos = pos
        self.space = space
        self.spell = spell
        self.exp = exp

    def __repr__(self) -> str:
        return f"{self.type}:{self.value!r}@{self.pos}"


class TokenTypes(dict[str, str]):
    """Spelling -> token type, filled as spellings come. One for each compilation: it grows with what is read."""

    def __missing__(self, spelling: str) -> str:
        kind = self[spelling] = classify(spelling)
        return kind


def classify(spelling: str) -> str:
    """The parser's type of one preprocessing token that is neither keyword nor punctuator."""
    first = spelling[0]
    last = spelling[-1]
    if last in "\"'" and len(spelling) > 1 and (first == last or first in "LuU"):
        prefix = spelling[: spelling.index(last)]
        if prefix not in PREFIXES or len(spelling) - len(prefix) < 2:
            return "BAD_QUOTE"
        kind = PREFIXES[prefix]
        if last == '"':
            return kind + "STRING_LITERAL" if len(spelling) > len(prefix) + 1 else "BAD_QUOTE"
        if len(spelling) == len(prefix) + 2:
            return "BAD_QUOTE"
        return kind + "CHAR_CONST" if kind or ONE_CHARACTER.fullmatch(spelling) else "INT_CONST_CHAR"
    if first.isdigit() or first == "." and len(spelling) > 1:
        m = NUMBER.match(SEPARATOR.sub("", spelling) if "'" in spelling else spelling)
        return NUMBER_TYPES[str(m.lastgroup)] if m is not None else "BAD_NUMBER"
    if first in "\"'":
        return "BAD_QUOTE"
    if first.isalpha() or first in "_$":
        return "ID"
    return "BAD_CHAR"


def lex(text: str, start: int, end: int, base: int, types: TokenTypes) -> list[Token]:
    """The tokens of text[start:end], which holds no comment, directive or splice. base: global position of text[0]."""
    while end > start and text[end - 1] in " \n\t\f\v\r":  # else the pattern would try each place in the blanks at the end
        end -= 1
    out: list[Token] = []
    append = out.append
    pos = base + start
    new = Token
    for blank, value in TOKEN.findall(text, start, end):
        if blank:
            pos += len(blank)
            append(new(types[value], value, pos, True, pos, None))
        else:
            append(new(types[value], value, pos, False, pos, None))
        pos += len(value)
    return out
