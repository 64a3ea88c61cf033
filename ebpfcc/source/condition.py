"""Arithmetic of #if (C11 6.10.1): 64-bit, signed or unsigned, on tokens that are already expanded.

In: tokens. Out: whether the condition holds. Errors are reported, and count as false.
"""

from __future__ import annotations

from .tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..diag import Diagnostics

MASK = (1 << 64) - 1
BINARY = {
    "LOR": 1, "LAND": 2, "OR": 3, "XOR": 4, "AND": 5, "EQ": 6, "NE": 6, "LT": 7, "GT": 7, "LE": 7, "GE": 7,
    "LSHIFT": 8, "RSHIFT": 8, "PLUS": 9, "MINUS": 9, "TIMES": 10, "DIVIDE": 10, "MOD": 10,
}  # fmt: skip
ESCAPES = {"n": 10, "t": 9, "r": 13, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27, "E": 27, "\\": 92, "'": 39, '"': 34, "?": 63}
MAX_DEPTH = 200
if TYPE_CHECKING:
    Number = tuple[int, bool]  # value, unsigned


class ConditionError(Exception):
    """Malformed condition; message and place."""

    def __init__(self, message: str, where: Token | None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where


def evaluate(tokens: list[Token], name: str, where: int, diag: Diagnostics, gcc: bool = False) -> bool:
    """The truth of an #if or #elif line. where: the directive."""
    if not tokens:
        diag.error(where, "expected value in expression")
        return False
    reader = Reader(tokens, diag)
    try:
        value = reader.conditional(True)
        if reader.i < len(tokens):
            tok = tokens[reader.i]
            if tok.type == "LPAREN" and reader.last_name:
                raise ConditionError(f"function-like macro '{reader.last_name}' is not defined", tok)
            raise ConditionError(f"token is not a valid binary operator in a preprocessor subexpression: '{tok.value}'", tok)
    except ConditionError as error:
        diag.error(where if error.where is None else error.where, error.message)
        return False
    return value[0] != 0


class Reader:
    """Recursive descent by precedence; `live` is false where the value does not count (right of a decided && or ?:)."""

    __slots__ = ("tokens", "i", "diag", "depth", "last_name")

    def __init__(self, tokens: list[Token], diag: Diagnostics) -> None:
        self.tokens = tokens
        self.i = 0
        self.diag = diag
        self.depth = 0
        self.last_name = ""

    def peek(self) -> str:
        return self.tokens[self.i].type if self.i < len(self.tokens) else ""

    def conditional(self, live: bool) -> Number:
        """`c ? a : b`"""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionError("expression is nested too deeply", self.tokens[min(self.i, len(self.tokens) - 1)])
        value = self.binary(1, live)
        if self.peek() == "CONDOP":
            self.i += 1
            then = self.comma(live and value[0] != 0)
            if self.peek() != "COLON":
                raise ConditionError("expected ':' in preprocessor expression", self._here())
            self.i += 1
            other = self.conditional(live and value[0] == 0)
            unsigned = then[1] or other[1]
            value = (_wrap(then[0] if value[0] else other[0], unsigned), unsigned)
        self.depth -= 1
        return value

    def comma(self, live: bool) -> Number:
        value = self.conditional(live)
        while self.peek() == "COMMA":
            if live:
                self.diag.warning("pedantic", self._here(), "comma operator in operand of #if")
            self.i += 1
            value = self.conditional(live)
        return value

    def _here(self) -> Token | None:
        return self.tokens[self.i] if self.i < len(self.tokens) else None

    def binary(self, level: int, live: bool) -> Number:
        left = self.unary(live)
        while True:
            kind = self.peek()
            precedence = BINARY.get(kind, 0)
            if precedence < level:
                return left
            tok = self.tokens[self.i]
            self.i += 1
            if kind == "LOR":
                right = self.binary(precedence + 1, live and left[0] == 0)
                left = (int(left[0] != 0 or right[0] != 0), False)
            elif kind == "LAND":
                right = self.binary(precedence + 1, live and left[0] != 0)
                left = (int(left[0] != 0 and right[0] != 0), False)
            else:
                left = self.combine(kind, left, self.binary(precedence + 1, live), tok, live)

    def combine(self, kind: str, left: Number, right: Number, tok: Token, live: bool) -> Number:
        """One binary operator other than && and ||."""
        a, b = left[0], right[0]
        if kind == "LSHIFT" or kind == "RSHIFT":
            if b < 0:
                kind, b = ("RSHIFT" if kind == "LSHIFT" else "LSHIFT"), -b
            if b > 63:
                return (0 if kind == "LSHIFT" or a >= 0 else -1), left[1]
            return _wrap(a << b if kind == "LSHIFT" else a >> b, left[1]), left[1]
        unsigned = left[1] or right[1]
        if unsigned:
            a &= MASK
            b &= MASK
        if kind in COMPARE:
            return int(COMPARE[kind](a, b)), False
        if kind in ARITHMETIC:
            return _wrap(ARITHMETIC[kind](a, b), unsigned), unsigned
        if b == 0:
            if live:
                what = "division" if kind == "DIVIDE" else "remainder"
                raise ConditionError(f"{what} by zero in preprocessor expression", tok)
            return 0, unsigned
        quotient = abs(a) // abs(b)
        if (a < 0) != (b < 0):
            quotient = -quotient
        return _wrap(quotient if kind == "DIVIDE" else a - quotient * b, unsigned), unsigned

    def unary(self, live: bool) -> Number:
        """Prefix operators and primaries."""
        if self.i >= len(self.tokens):
            raise ConditionError("expected value in expression", None)
        tok = self.tokens[self.i]
        self.i += 1
        kind = tok.type
        if kind in ("MINUS", "PLUS", "NOT", "LNOT"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ConditionError("expression is nested too deeply", tok)
            value, unsigned = self.unary(live)
            self.depth -= 1
            if kind == "LNOT":
                return int(not value), False
            return _wrap(-value if kind == "MINUS" else ~value if kind == "NOT" else value, unsigned), unsigned
        if kind == "LPAREN":
            result = self.comma(live)
            if self.peek() != "RPAREN":
                raise ConditionError("expected ')' in preprocessor expression", self._here() or tok)
            self.i += 1
            return result
        spelling = str(tok.value)
        if kind.startswith("INT_CONST") and kind != "INT_CONST_CHAR":
            return self.integer(spelling, tok)
        if kind.endswith("CHAR_CONST") or kind == "INT_CONST_CHAR":
            return _character(spelling), False
        if spelling[0].isalpha() or spelling[0] in "_$":
            self.last_name = spelling
            if spelling in ("true", "false"):
                return int(kind == "TRUE"), False  # keywords from C23 on only
            self.diag.warning("undef", tok, f"'{spelling}' is not defined, evaluates to 0")
            return 0, False
        if kind in ("FLOAT_CONST", "HEX_FLOAT_CONST"):
            raise ConditionError("floating point literal in preprocessor expression", tok)
        if kind == "BAD_NUMBER":
            raise ConditionError(f"invalid integer constant '{spelling}' in preprocessor expression", tok)
        raise ConditionError(f"invalid token at start of a preprocessor expression: '{spelling}'", tok)

    def integer(self, spelling: str, tok: Token) -> Number:
        digits = spelling.rstrip("uUlL")
        unsigned = "u" in spelling[len(digits) :].lower()
        try:
            if digits[:2] in ("0x", "0X", "0b", "0B"):
                value = int(digits.replace("'", ""), 0)
            else:
                digits = digits.replace("'", "")
                value = int(digits, 8 if digits[0] == "0" else 10)
        except ValueError:
            raise ConditionError(f"invalid integer constant '{spelling}' in preprocessor expression", tok) from None
        if value > MASK:
            raise ConditionError("integer literal is too large to be represented in any integer type", tok)
        return value, unsigned or value >> 63 != 0


COMPARE = {
    "EQ": lambda a, b: a == b, "NE": lambda a, b: a != b, "LT": lambda a, b: a < b,
    "GT": lambda a, b: a > b, "LE": lambda a, b: a <= b, "GE": lambda a, b: a >= b,
}  # fmt: skip
ARITHMETIC = {
    "PLUS": lambda a, b: a + b, "MINUS": lambda a, b: a - b, "TIMES": lambda a, b: a * b,
    "AND": lambda a, b: a & b, "OR": lambda a, b: a | b, "XOR": lambda a, b: a ^ b,
}  # fmt: skip


def _wrap(value: int, unsigned: bool) -> int:
    value &= MASK
    return value if unsigned or value < 1 << 63 else value - (1 << 64)


def _character(spelling: str) -> int:
    """A character constant's value: chars are signed, several of them make an int (6.4.4.4)."""
    quote = spelling.index("'")
    prefix, body = spelling[:quote], spelling[quote + 1 : -1]
    codes: list[int] = []
    i = 0
    while i < len(body):
        c = body[i]
        i += 1
        if c != "\\" or i >= len(body):
            codes += [ord(c)] if prefix else list(c.encode("utf-8", "surrogateescape"))
            continue
        c = body[i]
        i += 1
        if c in "01234567":
            j = i
            while j < len(body) and j < i + 2 and body[j] in "01234567":
                j += 1
            codes.append(int(body[i - 1 : j], 8))
            i = j
        elif c in "xuU":
            j = i
            while j < len(body) and body[j] in "0123456789abcdefABCDEF":
                j += 1
            codes.append(int(body[i:j] or "0", 16))
            i = j
        else:
            codes.append(ESCAPES.get(c, ord(c)))
    if prefix:
        return codes[-1] if codes else 0
    value = 0
    for code in codes:
        value = value << 8 | code & 0xFF
    bits = 8 if len(codes) == 1 else 32
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value
