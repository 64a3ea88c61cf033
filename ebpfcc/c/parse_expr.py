"""Expressions, attributes and asm of GNU C over pycparser's grammar (its `_parse_<rule>` methods are the rules' names).

Tokens come from our preprocessor; an identifier's token becomes TYPEID when it is looked at while a typedef of that name is in scope.
"""

from __future__ import annotations

from pycparser import c_ast

from . import suspicious
from .literals import wrong_escape
from .nodes import Attribute, Generic, InitList, LabelAddr, StmtExpr, String, TypeDecl, Typeof
from .recover import Recovery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from ..source.tokens import Token

# GNU and later spellings -> pycparser's token types, or ours.
KEYWORDS = {
    "__inline": "INLINE", "__inline__": "INLINE", "__const": "CONST", "__const__": "CONST", "__volatile": "VOLATILE",
    "__volatile__": "VOLATILE", "__restrict": "RESTRICT", "__restrict__": "RESTRICT", "__signed": "SIGNED", "__signed__": "SIGNED",
    "__alignof": "_ALIGNOF", "__alignof__": "_ALIGNOF", "__thread": "_THREAD_LOCAL", "__complex__": "_COMPLEX",
    "__attribute__": "ATTRIBUTE", "__attribute": "ATTRIBUTE", "asm": "ASM", "__asm": "ASM", "__asm__": "ASM",
    "typeof": "TYPEOF", "__typeof": "TYPEOF", "__typeof__": "TYPEOF", "typeof_unqual": "TYPEOF", "__typeof_unqual__": "TYPEOF",
    "__auto_type": "AUTO_TYPE", "__extension__": "EXTENSION", "__label__": "LABEL", "_Generic": "GENERIC", "__builtin_offsetof": "OFFSETOF",
    "__int128": "__INT128", "_Static_assert": "_STATIC_ASSERT", "_Float16": "FLOAT", "_Nonnull": "NULLABILITY", "_Nullable": "NULLABILITY",
}  # fmt: skip
C23_KEYWORDS = {  # C23 6.4.1
    "bool": "_BOOL", "true": "TRUE", "false": "FALSE", "nullptr": "NULLPTR", "constexpr": "CONSTEXPR", "static_assert": "_STATIC_ASSERT",
    "alignas": "_ALIGNAS", "alignof": "_ALIGNOF", "thread_local": "_THREAD_LOCAL", "typeof": "TYPEOF", "typeof_unqual": "TYPEOF",
}  # fmt: skip
PRECEDENCE = {
    "LOR": 0, "LAND": 1, "OR": 2, "XOR": 3, "AND": 4, "EQ": 5, "NE": 5, "GT": 6, "GE": 6, "LT": 6, "LE": 6,
    "RSHIFT": 7, "LSHIFT": 7, "PLUS": 8, "MINUS": 8, "TIMES": 9, "DIVIDE": 9, "MOD": 9,
}  # fmt: skip
QUALIFIERS = frozenset(("CONST", "VOLATILE", "RESTRICT", "_ATOMIC"))
STORAGE = frozenset(("AUTO", "REGISTER", "STATIC", "EXTERN", "TYPEDEF", "_THREAD_LOCAL", "CONSTEXPR"))
SIMPLE_TYPES = frozenset(("VOID", "_BOOL", "CHAR", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE", "_COMPLEX", "SIGNED", "UNSIGNED", "__INT128", "AUTO_TYPE"))
TYPE_START = QUALIFIERS | SIMPLE_TYPES | {"TYPEID", "STRUCT", "UNION", "ENUM", "TYPEOF", "_ALIGNAS"}
DECL_START = TYPE_START | STORAGE | {"INLINE", "_NORETURN", "ATTRIBUTE", "EXTENSION", "_STATIC_ASSERT"}
CONSTANTS = frozenset(
    (
        "INT_CONST_DEC",
        "INT_CONST_OCT",
        "INT_CONST_HEX",
        "INT_CONST_BIN",
        "INT_CONST_CHAR",
        "FLOAT_CONST",
        "HEX_FLOAT_CONST",
        "CHAR_CONST",
        "WCHAR_CONST",
        "U8CHAR_CONST",
        "U16CHAR_CONST",
        "U32CHAR_CONST",
        "TRUE",
        "FALSE",
        "NULLPTR",
    )  # fmt: skip
)
STRINGS = frozenset(("STRING_LITERAL", "WSTRING_LITERAL", "U8STRING_LITERAL", "U16STRING_LITERAL", "U32STRING_LITERAL"))
UNARY = frozenset(("AND", "TIMES", "PLUS", "MINUS", "NOT", "LNOT"))
EXPR_START = UNARY | CONSTANTS | STRINGS | {"ID", "LPAREN", "PLUSPLUS", "MINUSMINUS", "SIZEOF", "_ALIGNOF", "OFFSETOF", "EXTENSION", "GENERIC", "LAND"}
ASSIGNMENT = frozenset(
    ("EQUALS", "XOREQUAL", "TIMESEQUAL", "DIVEQUAL", "MODEQUAL", "PLUSEQUAL", "MINUSEQUAL", "LSHIFTEQUAL", "RSHIFTEQUAL", "ANDEQUAL", "OREQUAL")
)

GROUPED = frozenset((c_ast.BinaryOp, c_ast.Assignment, c_ast.UnaryOp, c_ast.ID))


class ExpressionParser(Recovery):
    """Token access, scopes of typedef names, expressions, attributes."""

    def __init__(self, is_typedef: Callable[[str], bool], scopes: list[dict[str, bool]] | None = None) -> None:
        # CParser.__init__ would build a lexer; ours is the preprocessor.
        self._toks: list[Any] = []
        self._i = 0
        self._is_global_typedef = is_typedef
        self._scope_stack = scopes if scopes is not None else []
        self.told_keywords: set[int] = set()
        self.told_macros: set[str] = set()
        self.grouped: dict[Any, Any] = {}  # expressions in parentheses -> the parenthesis
        self.extended: set[Any] | None = None  # with -Wpedantic: what stands behind `__extension__`
        self.addressed: set[str] = set()  # names that `&` or a memory operand was applied to

    def feed(self, tokens: list[Token]) -> None:
        """Reads from `tokens`, whose GNU keywords the preprocessor has given their types (KEYWORDS)."""
        self._toks = tokens + [None, None, None]
        self._i = 0

    # -- tokens -------------------------------------------------------------------------------------------------
    def _peek(self, k: int = 1) -> Any:
        tok = self._toks[self._i + k - 1]
        if tok is not None:
            kind = tok.type
            if kind == "ID" or kind == "TYPEID":
                tok.type = "TYPEID" if self._is_type_in_scope(tok.value) else "ID"
        return tok

    def _peek_type(self, k: int = 1) -> Any:
        tok = self._toks[self._i + k - 1]
        if tok is None:
            return None
        kind = tok.type
        if kind == "ID" or kind == "TYPEID":
            kind = tok.type = "TYPEID" if self._is_type_in_scope(tok.value) else "ID"
        return kind

    def _advance(self) -> Any:
        tok = self._peek()
        if tok is None:
            self._fail("expected more input", None)
        self._i += 1
        return tok

    def _accept(self, token_type: str) -> Any:
        if self._peek_type() == token_type:
            self._i += 1
            return self._toks[self._i - 1]
        return None

    def _expect(self, token_type: str, context: str = "") -> Any:
        tok = self._peek()
        if tok is None or tok.type != token_type:
            return self.missing(token_type, tok, context)
        self._i += 1
        return tok

    def _mark(self) -> int:
        return self._i

    def _reset(self, mark: int) -> None:
        self._i = mark

    def _tok_coord(self, tok: Any) -> Any:
        return tok

    def _parse_error(self, msg: str, coord: Any) -> NoReturn:
        """pycparser's own rules report through here."""
        tok = self._peek()
        where = coord if coord is not None and not isinstance(coord, str) else tok
        if msg.startswith("Invalid expression"):
            msg = "expected expression"
        self._fail(msg[0].lower() + msg[1:], where)

    # -- scopes of names: True for a typedef ------------------------------------------------------------------------
    def _is_type_in_scope(self, name: str) -> bool:
        for scope in reversed(self._scope_stack):
            known = scope.get(name)
            if known is not None:
                return known
        return self._is_global_typedef(name)

    def _add_typedef_name(self, name: str, coord: Any) -> None:
        if self._scope_stack:
            self._scope_stack[-1][name] = True

    def _add_identifier(self, name: str, coord: Any) -> None:
        if self._scope_stack:
            self._scope_stack[-1][name] = False

    def _push_scope(self) -> None:
        self._scope_stack.append({})

    def _pop_scope(self) -> None:
        self._scope_stack.pop()

    def _starts_declaration(self, tok: Any = None) -> bool:
        if tok is None and self._peek_type() == "LBRACKET":
            return bool(self._peek_type(2) == "LBRACKET")
        return (tok.type if tok is not None else self._peek_type()) in DECL_START

    def _starts_expression(self, tok: Any = None) -> bool:
        return (tok.type if tok is not None else self._peek_type()) in EXPR_START

    # -- expressions --------------------------------------------------------------------------------------------
    def _parse_assignment_expression(self) -> Any:
        left = self._parse_conditional_expression()
        kind = self._peek_type()
        if kind in ASSIGNMENT:
            op = self._advance()
            return c_ast.Assignment(op.value, left, self._parse_assignment_expression(), op)
        return left

    def _parse_conditional_expression(self) -> Any:
        cond = self._parse_binary_expression()
        tok = self._accept("CONDOP")
        if tok is None:
            return cond
        then = None if self._peek_type() == "COLON" else self._parse_expression()  # GNU: `a ?: b`
        self._expect("COLON")
        self.enter("conditional expressions")
        other = self._parse_conditional_expression()
        self.nesting -= 1
        if type(cond) is c_ast.BinaryOp:
            suspicious.conditional(self.diag, tok, cond, self.grouped)
        return c_ast.TernaryOp(cond, then, other, tok)

    def _parse_binary_expression(self, min_prec: int = 0, lhs: Any = None) -> Any:
        left = self._parse_cast_expression() if lhs is None else lhs
        while True:
            tok = self._toks[self._i]
            prec = PRECEDENCE.get(tok.type) if tok is not None else None
            if prec is None or prec < min_prec:
                return left
            self._i += 1
            right = self._parse_cast_expression()
            while True:
                following = self._toks[self._i]
                tighter = PRECEDENCE.get(following.type) if following is not None else None
                if tighter is None or tighter <= prec:
                    break
                right = self._parse_binary_expression(tighter, right)
            if type(left) is c_ast.BinaryOp or type(right) is c_ast.BinaryOp:
                suspicious.binary(self.diag, tok, left, right, self.grouped)
            left = c_ast.BinaryOp(tok.value, left, right, tok)

    def _parse_cast_expression(self) -> Any:
        kind = self._peek_type()
        if kind == "LPAREN":
            if self._peek_type(2) in TYPE_START or (self._peek_type(2) == "ATTRIBUTE"):
                paren = self._advance()
                typ = self._parse_type_name()
                self._expect("RPAREN")
                if self._peek_type() == "LBRACE":
                    return self._parse_postfix_suffixes(self._compound_literal(typ, paren))
                return c_ast.Cast(typ, self._deeper(self._parse_cast_expression), paren)
            return self._parse_postfix_suffixes(self._parse_primary_expression())
        if kind == "EXTENSION":
            return self._parse_extension()
        return self._parse_unary_expression()

    def _parse_extension(self) -> Any:
        self._i += 1
        operand = self._parse_cast_expression()
        if self.extended is not None:
            self.extended.add(operand)
        return operand

    def _compound_literal(self, typ: Any, paren: Any) -> Any:
        literal = c_ast.CompoundLiteral(typ, self._parse_initializer(), None)
        literal.coord = paren  # the constructor's last argument; pycparser 3.12 has one before it
        return literal

    def _deeper(self, parse: Callable[[], Any]) -> Any:
        """An expression inside another: what recurses here has a bound of its own, whatever the interpreter's is."""
        self.enter("expressions")
        found = parse()
        self.nesting -= 1
        return found

    def _parse_unary_expression(self) -> Any:
        kind = self._peek_type()
        if kind in UNARY:
            tok = self._advance()
            operand = self._deeper(self._parse_cast_expression)
            if kind == "AND":
                self.note_address(operand)
            return c_ast.UnaryOp(tok.value, operand, tok)
        if kind == "PLUSPLUS" or kind == "MINUSMINUS":
            tok = self._advance()
            return c_ast.UnaryOp(tok.value, self._deeper(self._parse_unary_expression), tok)
        if kind == "SIZEOF" or kind == "_ALIGNOF":
            tok = self._advance()
            op = "sizeof" if kind == "SIZEOF" else "_Alignof"
            if self._peek_type() == "LPAREN" and self._peek_type(2) in TYPE_START:
                paren = self._advance()
                typ = self._parse_type_name()
                self._expect("RPAREN")
                if self._peek_type() == "LBRACE":
                    return c_ast.UnaryOp(op, self._parse_postfix_suffixes(self._compound_literal(typ, paren)), tok)
                return c_ast.UnaryOp(op, typ, tok)
            return c_ast.UnaryOp(op, self._deeper(self._parse_unary_expression), tok)
        if kind == "LAND":  # GNU: the address of a label
            tok = self._advance()
            return LabelAddr(self._expect("ID").value, tok)
        if kind == "EXTENSION":
            return self._parse_extension()
        return self._parse_postfix_suffixes(self._parse_primary_expression())

    def note_address(self, operand: Any) -> None:
        while type(operand) is c_ast.StructRef and operand.type == "." or type(operand) is c_ast.ArrayRef:
            operand = operand.name
        if type(operand) is c_ast.ID:
            self.addressed.add(operand.name)

    def _parse_postfix_expression(self) -> Any:
        return self._parse_unary_expression()

    def _parse_postfix_suffixes(self, expr: Any) -> Any:
        while True:
            tok = self._toks[self._i]
            kind = tok.type if tok is not None else None
            if kind == "LBRACKET":
                self._i += 1
                sub = self._deeper(self._parse_expression)
                self._expect("RBRACKET")
                expr = c_ast.ArrayRef(expr, sub, tok)
            elif kind == "LPAREN":
                self._i += 1
                args = c_ast.ExprList([], tok) if self._peek_type() == "RPAREN" else self._deeper(self._parse_argument_expression_list)
                args.coord = self._expect("RPAREN")
                expr = c_ast.FuncCall(expr, args, expr.coord)
            elif kind == "PERIOD" or kind == "ARROW":
                self._i += 1
                name = self._advance()
                if name.type not in ("ID", "TYPEID"):
                    self._i -= 1
                    self._fail("expected identifier", name)
                expr = c_ast.StructRef(expr, tok.value, c_ast.ID(name.value, name), name)
            elif kind == "PLUSPLUS" or kind == "MINUSMINUS":
                self._i += 1
                expr = c_ast.UnaryOp("p" + tok.value, expr, tok)
            else:
                return expr

    def _check_escapes(self, tok: Token) -> None:
        wrong = wrong_escape(str(tok.value))
        if wrong is not None:
            self.diag.error(tok, wrong)

    def _parse_argument_expression_list(self) -> Any:
        """Arguments may be type names: builtins take them."""
        first = self._toks[self._i]
        exprs = []
        while True:
            if self._peek_type() in TYPE_START:
                exprs.append(self._parse_type_name())
            else:
                exprs.append(self._parse_assignment_expression())
            if not self._accept("COMMA"):
                return c_ast.ExprList(exprs, first)

    def _parse_primary_expression(self) -> Any:
        kind = self._peek_type()
        tok = self._toks[self._i]
        if kind == "ID":
            self._i += 1
            return c_ast.ID(tok.value, tok)
        if kind in CONSTANTS:
            self._i += 1
            if "\\" in tok.value:
                self._check_escapes(tok)
            return c_ast.Constant(kind, tok.value, tok)
        if kind in STRINGS:
            parts = []
            while self._peek_type() in STRINGS:
                part = self._advance()
                if "\\" in part.value:
                    self._check_escapes(part)
                parts.append(part.value)
            return String(parts, tok)
        if kind == "LPAREN":
            self._i += 1
            if self._peek_type() == "LBRACE":
                body = self._parse_compound_statement()
                self._expect("RPAREN")
                return StmtExpr(body, tok)
            expr = self._deeper(self._parse_expression)
            self._expect("RPAREN")
            if type(expr) in GROUPED:
                self.grouped[expr] = tok
            return expr
        if kind == "OFFSETOF":
            self._i += 1
            self._expect("LPAREN")
            typ = self._parse_type_name()
            self._expect("COMMA")
            designator = self._parse_offsetof_member_designator()
            self._expect("RPAREN")
            return c_ast.FuncCall(c_ast.ID("__builtin_offsetof", tok), c_ast.ExprList([typ, designator], tok), tok)
        if kind == "GENERIC":
            return self._parse_generic_selection()
        self._fail("expected expression", tok)

    # BNF: generic_selection : _Generic '(' assignment_expression (',' (type_name | 'default') ':' assignment_expression)+ ')'
    def _parse_generic_selection(self) -> Any:
        tok = self._advance()
        self._expect("LPAREN")
        control = self._parse_assignment_expression()
        assocs: list[Any] = []
        if self._peek_type() != "COMMA":
            self._expect("COMMA")
        while self._accept("COMMA"):
            typ = None if self._accept("DEFAULT") else self._parse_type_name()
            self._expect("COLON")
            assocs.append((typ, self._parse_assignment_expression()))
        self._expect("RPAREN")
        return Generic(control, assocs, tok)

    # -- initialisers: GNU's obsolete `name: value` and ranges in designators ----------------------------------------
    def _parse_initializer(self) -> Any:
        brace = self._accept("LBRACE")
        if brace is None:
            return self._parse_assignment_expression()
        items = []
        while self._peek_type() != "RBRACE":
            items.append(self._parse_initializer_item())
            if not self._accept("COMMA"):
                break
        out = InitList(items, brace)
        out.end = self._expect("RBRACE")
        return out

    def _parse_initializer_item(self) -> Any:
        tok = self._toks[self._i]
        kind = self._peek_type()
        if kind == "LBRACKET" or kind == "PERIOD":
            designators = self._parse_designator_list()
            if not self._accept("EQUALS") and not isinstance(designators[-1], c_ast.ExprList):  # GNU lets it away after an array index
                self._fail("expected '=' or another designator", self._peek())
            return c_ast.NamedInitializer(designators, self._parse_initializer(), tok)
        if kind == "ID" and self._peek_type(2) == "COLON":
            self._i += 2
            return c_ast.NamedInitializer([c_ast.ID(tok.value, tok)], self._parse_initializer(), tok)
        return self._parse_initializer()

    def _parse_designator(self) -> Any:
        if self._accept("PERIOD"):
            return self._parse_identifier_or_typeid()
        bracket = self._expect("LBRACKET")
        lo = self._parse_range()
        self._expect("RBRACKET")
        # wrapped, so that `[X]` and `.X` differ
        return c_ast.ExprList([lo], bracket)

    def _parse_range(self) -> Any:
        from .nodes import Range

        lo = self._parse_conditional_expression()
        tok = self._accept("ELLIPSIS")
        return Range(lo, self._parse_conditional_expression(), tok) if tok else lo

    # -- attributes -------------------------------------------------------------------------------------------------
    # BNF: attributes : ('__attribute__' '(' '(' attribute (',' attribute)* ')' ')' | '[' '[' ... ']' ']' | asm label)*
    def _parse_attributes(self) -> list[Attribute]:
        attrs: list[Attribute] = []
        while True:
            kind = self._peek_type()
            if kind == "ATTRIBUTE":
                self._i += 1
                self._expect("LPAREN")
                self._expect("LPAREN")
                while self._peek_type() != "RPAREN":
                    if not self._accept("COMMA"):
                        attrs.append(self._parse_attribute())
                self._expect("RPAREN")
                self._expect("RPAREN")
            elif kind == "LBRACKET" and self._peek_type(2) == "LBRACKET":
                self._i += 2
                while self._peek_type() != "RBRACKET":
                    if not self._accept("COMMA"):
                        attrs.append(self._parse_attribute())
                self._expect("RBRACKET")
                self._expect("RBRACKET")
            elif kind == "NULLABILITY":
                self._i += 1
            else:
                return attrs

    def _parse_attribute(self) -> Attribute:
        tok = self._peek()
        name = self._attribute_name()
        while self._accept("COLONCOLON"):  # [[gnu::packed]]
            name = self._attribute_name()
        if name.startswith("__") and name.endswith("__") and len(name) > 4:
            name = name[2:-2]
        args: list[Any] = []
        if self._accept("LPAREN"):
            while self._peek_type() != "RPAREN":
                if self._peek_type() in TYPE_START:
                    args.append(self._parse_type_name())
                elif self._peek_type() == "ID" or self._peek_type() in EXPR_START:
                    args.append(self._parse_assignment_expression())
                else:
                    self._fail(f"unexpected '{_spell(self._peek())}' in attribute", self._peek())
                if not self._accept("COMMA"):
                    break
            self._expect("RPAREN")
        return Attribute(name, args, tok)

    def _attribute_name(self) -> str:
        """An identifier or a keyword."""
        tok = self._advance()
        name = _spell(tok)
        if not (name[0].isalpha() or name[0] in "_$"):
            self._fail(f"expected attribute name before '{name}'", tok)
        return name

    def _parse_typeof(self) -> Typeof:
        tok = self._advance()
        self._expect("LPAREN")
        operand = self._parse_type_name() if self._peek_type() in TYPE_START else self._parse_expression()
        self._expect("RPAREN")
        return Typeof(operand, "unqual" in tok.value, tok)

    def _abstract(self) -> TypeDecl:
        return TypeDecl(None, self._toks[self._i])


def _spell(tok: Any) -> str:
    if tok is None:
        return "end of input"
    return tok.value if isinstance(tok.value, str) else "#pragma"
