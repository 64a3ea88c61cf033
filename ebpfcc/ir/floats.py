"""Floating point on bits (IEEE 754), for constants: the machine has none. An operation is a library call whose name says it:
"float + 8" (operator, size of both operands), "float int 4" (to an i64), "float from 8 u" (of an unsigned i64),
"float as 4 8" (from size 4 to size 8)."""

from __future__ import annotations

import struct

FORMATS = {4: ("<f", "<I"), 8: ("<d", "<Q")}
INFINITY = float("inf")
PREFIX = "float "


def decode(bits: int, size: int) -> float:
    as_float, as_int = FORMATS[size]
    return float(struct.unpack(as_float, struct.pack(as_int, bits & (1 << size * 8) - 1))[0])


def encode(n: float, size: int) -> int:
    as_float, as_int = FORMATS[size]
    try:
        data = struct.pack(as_float, n)
    except OverflowError:  # beyond the range of float
        data = struct.pack(as_float, INFINITY if n > 0 else -INFINITY)
    return int(struct.unpack(as_int, data)[0])


def compute(name: str, args: list[int]) -> int:
    """The result's bits; args: the operands' bits, of any sign."""
    _, op, *rest = name.split()
    if op == "from":
        size, n = int(rest[0]), args[0] & (1 << 64) - 1
        return encode(float(n - (1 << 64) if rest[1] == "s" and n >> 63 else n), size)
    size = int(rest[0])
    x = decode(args[0], size)
    if op == "as":
        return encode(x, int(rest[1]))
    if op == "int":
        return int(x) if x == x and abs(x) != INFINITY else 0
    y = decode(args[1], size)
    if op in ("+", "-", "*", "/"):
        return encode(arithmetic(op, x, y), size)
    return int({"==": x == y, "!=": x != y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op])


def arithmetic(op: str, x: float, y: float) -> float:
    if op == "+":
        return x + y
    if op == "-":
        return x - y
    if op == "*":
        return x * y
    if y:
        return x / y
    return x * INFINITY if str(y)[0] != "-" else x * -INFINITY
