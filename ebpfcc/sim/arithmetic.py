"""What is too long for an expression: signed division and byte order. Registers are unsigned numbers."""

from __future__ import annotations

import operator
import struct
from typing import TYPE_CHECKING, Any

from .memory import NOTHING, Memory

if TYPE_CHECKING:
    from .machine import Machine


def signed(value: int, bits: int) -> int:
    return (value & (1 << bits) - 1 ^ 1 << bits - 1) - (1 << bits - 1)


def sdiv(a: int, b: int, bits: int) -> int:
    """Towards zero; by zero: 0; INT_MIN by -1: INT_MIN."""
    if not b:
        return 0
    x, y = signed(a, bits), signed(b, bits)
    quotient = abs(x) // abs(y)
    return (quotient if (x < 0) == (y < 0) else -quotient) & (1 << bits) - 1


def smod(a: int, b: int, bits: int) -> int:
    """The sign is the dividend's; by zero: the dividend."""
    if not b:
        return a
    x, y = signed(a, bits), signed(b, bits)
    rest = abs(x) % abs(y)
    return (-rest if x < 0 else rest) & (1 << bits) - 1


def swapped(value: int, bits: int) -> int:
    return int.from_bytes((value & (1 << bits) - 1).to_bytes(bits // 8, "little"), "big")


def endle(m: Machine, value: int, bits: int) -> int:
    return swapped(value, bits) if m.big_endian else value & (1 << bits) - 1


def endbe(m: Machine, value: int, bits: int) -> int:
    return value & (1 << bits) - 1 if m.big_endian else swapped(value, bits)


def bswap(m: Machine, value: int, bits: int) -> int:
    return swapped(value, bits)


def namespace(memory: Memory) -> dict[str, Any]:
    """The global names of translated functions, without functions and helpers."""
    names: dict[str, Any] = {
        "NOTHING": NOTHING,
        "blocks": memory.blocks,
        "sdiv": sdiv,
        "smod": smod,
        "endle": endle,
        "endbe": endbe,
        "bswap": bswap,
        "add": operator.add,
        "or_": operator.or_,
        "and_": operator.and_,
        "xor": operator.xor,
        "first": lambda old, new: old,
        "second": lambda old, new: new,
    }
    for size, code in zip((1, 2, 4, 8), "BHIQ"):
        layout = struct.Struct(memory.e + code)
        names |= {f"u{size}": layout.unpack_from, f"p{size}": layout.pack_into, f"ld{size}": memory.loads[size], f"st{size}": memory.stores[size]}
    return names
