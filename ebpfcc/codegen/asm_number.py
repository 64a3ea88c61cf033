"""Numbers of assembly, in 64 bits."""

from __future__ import annotations

MOST_DIGITS = 66  # of a number of 64 bits in base 2, with its prefix


class NumberError(Exception):
    """The text is no such expression."""


def literal(text: str) -> int:
    """A number as GNU as writes it: decimal, 0x, 0b, or octal with a leading 0."""
    if len(text) > MOST_DIGITS:
        raise NumberError("the number has more than 64 bits")
    base = {"0x": 16, "0b": 2}.get(text[:2].lower(), 8 if text[:1] == "0" else 10)
    try:
        if "_" in text or not text.isascii():  # Python reads these too
            raise ValueError
        value = int(text[2:] if base in (2, 16) else text, base)
    except ValueError:
        raise NumberError("invalid number") from None
    if value >> 64:
        raise NumberError("the number has more than 64 bits")
    return value


def wrapped(value: int) -> int:
    """In 64 bits, signed if it does not fit otherwise."""
    return value if -(1 << 63) <= value < 1 << 64 else (value + (1 << 63) & (1 << 64) - 1) - (1 << 63)
