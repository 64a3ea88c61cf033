"""The format strings of bpf_trace_printk, bpf_trace_vprintk and bpf_snprintf (the kernel's Documentation/core-api/printk-formats.rst)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .arithmetic import signed
from .errors import SimError
from .memory import Memory

DIRECTIVE = re.compile(rb"%(?:%|([-+ #0]*)(\d*)(hh|h|ll|l|z|j|t|q)?(p[A-Za-z]*\d*[A-Za-z]*|[diuxXcs]))")
MOST_WIDTH = 1 << 12
BITS = {b"hh": 8, b"h": 16, None: 32}


def printf(memory: Memory, form: bytes, arguments: Sequence[int]) -> bytes:
    """Raises SimError for a directive that is none, or more of them than arguments."""
    left = list(arguments)

    def one(match: re.Match[bytes]) -> bytes:
        flags, width, length, kind = match.groups()
        if kind is None:
            return b"%"
        if not left:
            raise SimError(f"the format {form!r} has more directives than there are arguments")
        return padded(value_text(memory, kind, length, flags, left.pop(0)), flags, min(int(width[:6] or 0), MOST_WIDTH), kind)

    if b"%" in DIRECTIVE.sub(b"", form):
        raise SimError(f"the format {form!r} has a directive that is unknown")
    return DIRECTIVE.sub(one, form)


def value_text(memory: Memory, kind: bytes, length: bytes | None, flags: bytes, value: int) -> bytes:
    if kind == b"s":
        return memory.text(value)
    if kind == b"c":
        return bytes((value & 255,))
    if kind[:1] == b"p":
        return pointer_text(memory, kind, value)
    bits = BITS.get(length, 64)
    if kind in b"di":
        number = signed(value, bits)
        sign = "-" if number < 0 else "+" if b"+" in flags else " " if b" " in flags else ""
        return f"{sign}{abs(number)}".encode()
    number = value & (1 << bits) - 1
    text = {b"u": f"{number}", b"x": f"{number:x}", b"X": f"{number:X}"}[kind]
    return (f"0{kind.decode()}" if b"#" in flags and kind in b"xX" and number else "").encode() + text.encode()


def pointer_text(memory: Memory, kind: bytes, value: int) -> bytes:
    if kind in (b"pI4", b"pi4"):
        octets = memory.read(value, 4)
        return ".".join(f"{n:03}" if kind == b"pi4" else f"{n}" for n in octets).encode()
    if kind in (b"pI6", b"pi6"):
        raw = memory.read(value, 16).hex()
        return (":".join(raw[n : n + 4] for n in range(0, 32, 4)) if kind == b"pI6" else raw).encode()
    return f"{value:016x}".encode()


def padded(text: bytes, flags: bytes, width: int, kind: bytes) -> bytes:
    if b"-" in flags:
        return text.ljust(width)
    if b"0" in flags and kind not in b"sc":
        sign = text[:1] if text[:1] in (b"-", b"+", b" ") else b""
        return sign + text[len(sign) :].rjust(width - len(sign), b"0")
    return text.rjust(width)
