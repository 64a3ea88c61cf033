"""Syntax errors: their wording (clang's), where they are shown, and where parsing goes on after one."""

from __future__ import annotations

from pycparser.c_parser import CParser

from ..source.tokens import Damaged
from ..target.near import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from ..source.tokens import Token

DEEPEST = 512
SPELLING = {"SEMI": ";", "RPAREN": ")", "LPAREN": "(", "RBRACE": "}", "LBRACE": "{", "RBRACKET": "]", "LBRACKET": "[", "COLON": ":",
            "COMMA": ",", "EQUALS": "=", "WHILE": "while"}  # fmt: skip
CLOSED = {"RPAREN": "LPAREN", "RBRACKET": "LBRACKET", "RBRACE": "LBRACE", "COLON": "CONDOP"}
JUMPS = {"GOTO": " after goto statement", "BREAK": " after break statement", "CONTINUE": " after continue statement", "RETURN": " after return statement"}

# Keywords that begin a statement or a type: what is written wrongly for one is told as that.
STATEMENT_WORDS = ("return", "while", "switch", "case", "default", "break", "continue", "goto", "else", "for", "do", "if", "sizeof")
TYPE_WORDS = frozenset("struct union enum typedef static extern inline const volatile unsigned signed void char short int long register".split())
WRITTEN = (*STATEMENT_WORDS, *sorted(TYPE_WORDS))
MOST_BACK = 60  # tokens
NAMES_FOLLOW = frozenset(("ARROW", "PERIOD", "STRUCT", "UNION", "ENUM", "GOTO"))


class SyntaxFault(Exception):
    """A syntax error at a token or position (None: end of input). An empty message: it was reported, and only the way on is sought."""

    def __init__(self, message: str, where: Token | int | None, note: tuple[Token, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.note = note


class Recovery(CParser):
    """`diag`: where errors go. `faults`: how many there were."""

    diag: Any
    faults = 0
    nesting = 0  # of what recurses here or is walked again and again later: statements, declarators, conditional expressions
    jump = ""  # what a jump statement's missing semicolon comes after
    _toks: list[Any]
    _i: int
    _scope_stack: list[dict[str, bool]]
    told_keywords: set[int]  # where misspelled ones stand
    told_macros: set[str]  # that are not defined
    known: Callable[[], set[str]]  # names at file scope
    similar_type: Callable[[str], str]  # a typedef's name that is like another name, "" if there is none

    def is_known(self, name: str) -> bool:
        return any(name in scope for scope in self._scope_stack) or name in self.known()

    def unknown_type(self, tok: Any) -> NoReturn:
        found = self.similar_type(tok.value)
        if found:
            self._fail(f"unknown type name '{tok.value}'; did you mean '{found}'?", tok)
        from .elsewhere import way

        text = way(self.diag, tok.value)
        raise SyntaxFault(f"unknown type name '{tok.value}'", tok, (tok, text) if text else None)

    def undefined_macro(self) -> tuple[Any, str]:
        """(the token, a header) where a syntax error comes of a macro of libbpf's that is not defined: `SEC("xdp")`."""
        from .elsewhere import macro

        for i in range(self._i, max(-1, self._i - MOST_BACK), -1):
            tok = self._toks[i]
            if tok is None or i < self._i and tok.type in ("SEMI", "RBRACE"):
                if i < self._i:
                    break
            elif tok.type == "ID" and tok.exp is None and not self.is_known(tok.value) and (found := macro(tok.value)) is not None:
                return tok, found.header
        return None, ""

    def misspelled(self, fault: SyntaxFault) -> tuple[Any, str]:
        """(the token, the keyword that it is meant to be) where a syntax error comes of a keyword that is not one: `whlie (x)`."""
        for i in range(self._i, max(-1, self._i - MOST_BACK), -1):
            tok = self._toks[i]
            if tok is None or i < self._i and tok.type in ("SEMI", "LBRACE", "RBRACE"):
                if i < self._i:
                    break
            elif i and getattr(self._toks[i - 1], "type", "") in NAMES_FOLLOW:
                pass
            elif tok.type == "ID" and tok.exp is None and (meant := nearest(tok.value, WRITTEN)) and not self.is_known(tok.value):
                return tok, meant
        return None, ""

    def of_later_standard(self) -> Any:
        """The token where a syntax error comes of a keyword that the chosen standard does not have: `constexpr int n = 1;`."""
        from .elsewhere import LATER_WORDS

        for i in range(self._i, max(-1, self._i - MOST_BACK), -1):
            tok = self._toks[i]
            if tok is None or i < self._i and tok.type in ("SEMI", "LBRACE", "RBRACE"):
                if i < self._i:
                    break
            elif tok.type == "ID" and tok.exp is None and tok.value in LATER_WORDS and not self.is_known(tok.value):
                return tok
        return None

    def report(self, fault: SyntaxFault) -> None:
        self.faults += 1
        if not fault.message:
            return
        before = self._toks[self._i - 1] if self._i else None
        for tok in (fault.where, before, self._toks[self._i]):
            if type(getattr(tok, "value", None)) is Damaged:  # the preprocessor has reported what is wrong here
                return
        tok, meant = self.misspelled(fault)
        if meant and tok.pos not in self.told_keywords:
            self.told_keywords.add(tok.pos)
            what = "type name" if meant in TYPE_WORDS else "statement"
            self.diag.error(tok, f"unknown {what} '{tok.value}'; did you mean '{meant}'?", meant)
            return
        if getattr(fault.where, "exp", None) is not None:
            from .elsewhere import check_macro_clash

            check_macro_clash(self.diag, fault.where)
        tok, header = self.undefined_macro()
        if header:
            if tok.value not in self.told_macros:
                self.told_macros.add(tok.value)
                self.diag.error(tok, f"'{tok.value}' is a macro of <{header}>, which is not included")
            return
        self.diag.error(fault.where, fault.message)
        if fault.note is not None:
            self.diag.note(*fault.note)
        elif (later := self.of_later_standard()) is not None:
            from .elsewhere import way

            text = way(self.diag, later.value)
            if text:
                self.diag.note(later, text)

    def enter(self, what: str) -> None:
        """One level deeper into `what`; the caller leaves by itself."""
        self.nesting += 1
        if self.nesting > DEEPEST:
            self.diag.fatal(self._toks[self._i], f"{what} are nested too deeply: the limit is {DEEPEST}")

    def after_previous(self) -> Any:
        """The place behind the token before, where something is missing."""
        if not self._i:
            return self._toks[0]
        tok = self._toks[self._i - 1]
        if tok.exp is not None or tok.type == "PRAGMA":
            return tok
        return (tok.spell or tok.pos) + len(tok.value)

    def missing(self, kind: str, tok: Any, context: str) -> Any:
        """`kind` was expected and `tok` stands there. Returns if parsing can go on as if it were there, else raises."""
        if kind in ("ID", "STRING_LITERAL"):
            raise SyntaxFault(f"expected {'identifier' if kind == 'ID' else 'string literal'}{context}", tok if tok is not None else self.after_previous())
        want = SPELLING.get(kind, kind.lower())
        note = None
        where = tok if tok is not None else self.after_previous()
        if tok is not None and self.on_another_line(tok):
            where = self.after_previous()
        if kind == "SEMI":
            where, context = self.after_previous(), context or self.jump
        elif kind in CLOSED:
            opener = self.opener(kind)
            if opener is not None:
                note = opener, f"to match this '{opener.value}'"
        fault = SyntaxFault(f"expected '{want}'{context}", where, note)
        if kind == "SEMI" and self._i and tok is not None and self.starts_anew(tok):
            self.report(fault)
            return self._toks[self._i - 1]
        raise fault

    def starts_anew(self, tok: Any) -> bool:
        """Whether only a semicolon is missing before `tok`: it closes the block or stands on another line."""
        before = self._toks[self._i - 1]
        if before.type == "PRAGMA" or tok.type in ("PRAGMA", "REGION"):
            return True
        if tok.type == "RBRACE" and self._scope_stack:
            return True
        return tok.type not in ("RPAREN", "RBRACKET", "COMMA") and self.on_another_line(tok)

    def on_another_line(self, tok: Any) -> bool:
        """Than the token before it."""
        if not self._i or self._toks[self._i - 1].type == "PRAGMA":
            return False
        locate = self.diag.sources.locate
        a, b = locate(self._toks[self._i - 1].pos), locate(tok.pos)
        return (a[0], a[1]) != (b[0], b[1])

    def opener(self, kind: str) -> Any:
        """The bracket (or '?') that is still open here."""
        want = CLOSED[kind]
        depth = 0
        for i in range(self._i - 1, max(-1, self._i - 20_000), -1):
            tok = self._toks[i]
            if tok.type in ("RPAREN", "RBRACKET", "RBRACE"):
                depth += 1
            elif tok.type in ("LPAREN", "LBRACKET", "LBRACE"):
                if depth == 0:
                    return tok if tok.type == want else None
                depth -= 1
            elif tok.type == want and depth == 0:
                return tok
            elif tok.type == "SEMI" and depth == 0 and want == "CONDOP":
                return None
        return None

    def unclosed(self, brace: Any) -> tuple[Any, str]:
        """Which '{' a missing '}' belongs to, as far as the indentation tells: one that is closed further left than its line begins, or
        else `brace`, the outermost."""
        locate = self.diag.sources.locate
        line = begin = 0
        still_open: list[tuple[Any, int]] = []
        for tok in self._toks[self._toks.index(brace) : self._i]:
            _, at, column = locate(tok.pos)
            if at != line:
                line, begin = at, column
            if tok.type == "LBRACE":
                still_open.append((tok, begin))
            elif tok.type == "RBRACE" and still_open:
                opener, left = still_open.pop()
                if column == begin < left and opener is not brace:
                    return opener, f"this '{{' seems not to be closed: the '}}' of line {at} stands further left"
        return brace, "to match this '{'"

    def statement(self, parse: Callable[[list[Any]], None], items: list[Any]) -> None:
        """Parses one item of a block; after an error, goes on behind it."""
        begin, scopes, nesting = self._i, len(self._scope_stack), self.nesting
        try:
            parse(items)
        except SyntaxFault as fault:
            if self._toks[self._i] is None and fault.where is None:
                raise
            self.report(fault)
            self.nesting = nesting
            del self._scope_stack[scopes:]
            self.skip_statement(begin)

    def skip_statement(self, begin: int) -> None:
        """To behind the next ';' or to the '}' that closes the block; what is in braces is skipped as a whole."""
        depth = max(0, self.open_braces(begin))
        while True:
            tok = self._toks[self._i]
            if tok is None or tok.type == "REGION":
                return
            if tok.type == "LBRACE":
                depth += 1
            elif tok.type == "RBRACE":
                if depth == 0:
                    return
                depth -= 1
                if depth == 0:
                    self._i += 1
                    following = self._toks[self._i]
                    if following is None or following.type not in ("SEMI", "COMMA", "RPAREN", "RBRACKET", "ELSE"):
                        return
                    continue
            self._i += 1
            if tok.type == "SEMI" and depth == 0:
                return

    def open_braces(self, begin: int) -> int:
        depth = 0
        for tok in self._toks[begin : self._i]:
            depth += (tok.type == "LBRACE") - (tok.type == "RBRACE")
        return depth

    def skip_external(self, begin: int = 0) -> None:
        """After a syntax error: to the end of the external declaration that began at `begin`."""
        depth = self.open_braces(begin)
        self.nesting = 0
        del self._scope_stack[:]
        while True:
            tok = self._toks[self._i]
            if tok is None:
                return
            if tok.type == "REGION":
                return
            self._i += 1
            if tok.type == "LBRACE":
                depth += 1
            elif tok.type == "RBRACE":
                depth -= 1
                following = self._toks[self._i]
                if depth <= 0 and (following is None or following.type not in ("SEMI", "COMMA", "EQUALS", "RPAREN", "RBRACE", "RBRACKET")):
                    return
            elif tok.type == "SEMI" and depth <= 0:
                return

    def _fail(self, message: str, where: Any) -> NoReturn:
        raise SyntaxFault(message, where if where is not None else self.after_previous() if self._toks else None)
