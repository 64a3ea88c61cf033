"""Expressions of assembly: numbers and symbols (GNU as manual, section 6; what is true is -1, as in LLVM's assembler). A value is a number and
how often each symbol is added to it."""

from __future__ import annotations

import re

from .asm_number import literal, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Value = tuple[int, dict[str, int]]
    Resolve = Callable[[str], int | None]

TOKEN = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|0[bB][01]+(?![\w.])|\d+[bf](?![\w.])|\d+)([uUlL]*)|([A-Za-z_.$][\w.$]*)"
    r"|(<<|>>|<=|>=|==|!=|<>|&&|\|\||[-+*/%&|^~!<>()]))"
)
LOGICAL = {"||": 1, "&&": 2}
DEEPEST = 500  # operators and parentheses around one operand
COMPARISONS = {"==": 3, "!=": 3, "<>": 3, "<": 3, "<=": 3, ">": 3, ">=": 3}
PRECEDENCE = {**LOGICAL, **COMPARISONS, "+": 4, "-": 4, "|": 5, "^": 5, "&": 5, "*": 6, "/": 6, "%": 6, "<<": 6, ">>": 6}


class Invalid(Exception):
    """It is no expression."""


def tokens(text: str) -> list[str]:
    out = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        m = TOKEN.match(text, at)
        if m is None:
            raise Invalid
        out.append(m[1] or m[3] or m[4])
        at = m.end()
    return out


class Parser:
    """resolve: the number that a name or a numbered label stands for; None for a symbol."""

    def __init__(self, text: str, resolve: Resolve) -> None:
        self.tokens = tokens(text)
        self.i = 0
        self.depth = 0
        self.resolve = resolve

    def all(self) -> Value:
        value = self.binary(1)
        if self.i < len(self.tokens):
            raise Invalid
        return value

    def next(self) -> str:
        if self.i >= len(self.tokens):
            raise Invalid
        self.i += 1
        return self.tokens[self.i - 1]

    def binary(self, least: int) -> Value:
        left = self.unary()
        while self.i < len(self.tokens):
            op = self.tokens[self.i]
            level = PRECEDENCE.get(op, 0)
            if level < least:
                break
            self.i += 1
            left = combine(op, left, self.binary(level + 1))
        return left

    def unary(self) -> Value:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Invalid
        value = self.operand()
        self.depth -= 1
        return value

    def operand(self) -> Value:
        tok = self.next()
        if tok == "(":
            value = self.binary(1)
            if self.next() != ")":
                raise Invalid
            return value
        if tok in ("-", "+"):
            n, symbols = self.unary()
            return (-n, {name: -k for name, k in symbols.items()}) if tok == "-" else (n, symbols)
        if tok in ("~", "!"):
            n = plain(self.unary())
            return (~n if tok == "~" else int(n == 0)), {}
        if tok[0].isdigit() and tok[-1] not in "bf" or tok[:2] in ("0x", "0X"):
            return literal(tok), {}
        if tok in PRECEDENCE or tok == ")":
            raise Invalid
        known = self.resolve(tok)
        return (0, {tok: 1}) if known is None else (known, {})


def plain(value: Value) -> int:
    if value[1]:
        raise Invalid
    return value[0]


def combine(op: str, a: Value, b: Value) -> Value:
    if op in ("+", "-"):
        sign = 1 if op == "+" else -1
        symbols = dict(a[1])
        for name, k in b[1].items():
            symbols[name] = symbols.get(name, 0) + sign * k
        return wrapped(a[0] + sign * b[0]), {name: k for name, k in symbols.items() if k}
    x, y = plain(a), plain(b)
    if op in COMPARISONS:
        return -int({"==": x == y, "!=": x != y, "<>": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op]), {}
    if op in LOGICAL:
        return int(bool(x and y) if op == "&&" else bool(x or y)), {}
    if op in ("/", "%"):
        if not y:
            raise Invalid
        quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
        return wrapped(quotient if op == "/" else x - quotient * y), {}
    if op in ("<<", ">>"):
        if not 0 <= y < 64:
            raise Invalid
        return wrapped(x << y if op == "<<" else x >> y), {}
    return wrapped({"|": x | y, "^": x ^ y, "&": x & y, "*": x * y}[op]), {}
