"""Expressions of GNU as over numbers (manual, section 6.2, "Infix Operators": the same precedence), in 64 bits."""

from __future__ import annotations

PRECEDENCE = {"*": 3, "/": 3, "%": 3, "<<": 3, ">>": 3, "|": 2, "&": 2, "^": 2, "+": 1, "-": 1}
MOST_DIGITS = 66  # of a number of 64 bits in base 2, with its prefix
UNARY = {"-": "neg", "~": "not", "+": "pos"}


class NumberError(Exception):
    """The text is no such expression."""


def literal(text: str) -> int:
    """A number as GNU as writes it: decimal, 0x, 0b, or octal with a leading 0."""
    if len(text) > MOST_DIGITS:
        raise NumberError("the number has more than 64 bits")
    base = {"0x": 16, "0b": 2}.get(text[:2].lower(), 8 if text[:1] == "0" else 10)
    try:
        value = int(text[2:] if base in (2, 16) else text, base)
    except ValueError:
        raise NumberError("invalid number") from None
    if value >> 64:
        raise NumberError("the number has more than 64 bits")
    return value


def wrapped(value: int) -> int:
    """In 64 bits, signed if it does not fit otherwise."""
    return value if -(1 << 63) <= value < 1 << 64 else (value + (1 << 63) & (1 << 64) - 1) - (1 << 63)


def apply(operator: str, values: list[int]) -> None:
    """Puts the result of an operator in place of its operands."""
    if len(values) < (1 if operator in ("neg", "not", "pos") else 2):
        raise NumberError("an operand is missing")
    right = values.pop()
    if operator in ("neg", "not", "pos"):
        values.append(wrapped({"neg": -right, "not": ~right, "pos": right}[operator]))
        return
    left = values.pop()
    if operator in ("/", "%"):
        if not right:
            raise NumberError("division by zero")
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        values.append(wrapped(quotient if operator == "/" else left - quotient * right))
    elif operator in ("<<", ">>"):
        if not 0 <= right < 64:
            raise NumberError("a shift by a count outside of 0 to 63")
        values.append(wrapped(left << right if operator == "<<" else left >> right))
    else:
        results = {"*": left * right, "|": left | right, "&": left & right, "^": left ^ right, "+": left + right, "-": left - right}
        values.append(wrapped(results[operator]))


def evaluate(tokens: list[str | int]) -> int:
    """Of numbers, operators and parentheses. Raises NumberError."""
    values: list[int] = []
    operators: list[str] = []
    operand = True  # is what comes next
    for tok in tokens:
        if isinstance(tok, int) or tok == "(" or operand:
            if not operand:
                raise NumberError("an operator is missing")
            if isinstance(tok, int):
                values.append(tok)
                operand = False
            elif tok == "(":
                operators.append(tok)
            elif tok in UNARY:
                operators.append(UNARY[tok])
            else:
                raise NumberError("an operand is missing")
        elif tok == ")":
            while operators and operators[-1] != "(":
                apply(operators.pop(), values)
            if not operators:
                raise NumberError("a parenthesis is not open")
            operators.pop()
        else:
            if tok not in PRECEDENCE:
                raise NumberError("unknown operator")
            while operators and operators[-1] != "(" and PRECEDENCE.get(operators[-1], 4) >= PRECEDENCE[tok]:
                apply(operators.pop(), values)
            operators.append(tok)
            operand = True
    if operand:
        raise NumberError("an operand is missing")
    while operators:
        if operators[-1] == "(":
            raise NumberError("a parenthesis is not closed")
        apply(operators.pop(), values)
    return values[0]
