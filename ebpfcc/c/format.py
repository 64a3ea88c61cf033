"""-Wformat: the arguments of functions that are declared `__attribute__((format(printf, m, n)))`, as clang checks them."""

from __future__ import annotations

import re

from . import types as T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import FunctionState, Operand

CONVERSION = re.compile(rb"%(?P<flags>[-+ #0']*)(?P<width>\*|[0-9]*)(?:\.(?P<precision>\*|[0-9]*))?(?P<length>hh|h|ll|l|j|z|t|L|q)?(?P<kind>.?)", re.S)
SIZES = {b"hh": (1, "char"), b"h": (2, "short"), b"": (4, "int"), b"l": (8, "long"), b"ll": (8, "long long"), b"q": (8, "long long"), b"j": (8, "long"),
         b"z": (8, "unsigned long"), b"t": (8, "long")}  # fmt: skip


def check(f: FunctionState, spec: tuple[int, int], args: list[Any], operands: list[Operand]) -> None:
    """spec: the numbers, from 1, of the format and of the first argument for it (0: none are checked)."""
    which, first = spec
    if not 0 < which <= len(operands):
        return
    literal = operands[which - 1].literal
    if literal is None or first == 0:
        return
    text = literal.rstrip(b"\0")
    where = args[which - 1].coord
    given = list(zip(args[first - 1 :], operands[first - 1 :], strict=True))
    n = 0
    for m in CONVERSION.finditer(text):
        kind = m["kind"]
        if kind == b"%":
            continue
        if not kind:
            f.diag.warning("format", where, "incomplete format specifier")
            return
        if kind not in b"diouxXcspneEfFgGaA":
            f.diag.warning("format-invalid-specifier", where, f"invalid conversion specifier '{kind.decode('latin-1')}'")
            n += 1
            continue
        for star in (m["width"], m["precision"]):
            n += star == b"*"
        if n >= len(given):
            f.diag.warning("format-insufficient-args", where, "more '%' conversions than data arguments")
            return
        node, o = given[n]
        n += 1
        wanted = mismatch(kind, m["length"] or b"", T.strip(o.type))
        if wanted is not None:
            f.diag.warning("format", node.coord, f"format specifies type '{wanted}' but the argument has type '{T.spell(o.type)}'")
        if text[m.end() :].startswith((b"4", b"6")) and kind == b"p":
            continue
    if n < len(given):
        f.diag.warning("format-extra-args", given[n][0].coord, "data argument not used by format string")


def mismatch(kind: bytes, length: bytes, t: Any) -> str | None:
    """The type that a conversion asks for, if the argument's does not fit."""
    if kind == b"s":
        fits = t.kind == "ptr" and T.strip(t.target).kind == "int" and T.strip(t.target).size == 1
        return None if fits else "char *"
    if kind == b"p":
        return None if t.kind == "ptr" else "void *"
    if kind == b"n":
        return None if t.kind == "ptr" else "int *"
    if kind in b"eEfFgGaA":
        return None if t.kind == "float" else "double"
    size, name = SIZES.get(length, (4, "int"))
    if kind in b"ouxX" and not name.startswith("unsigned"):
        name = f"unsigned {name}"
    u = T.strip(t.underlying) if t.kind == "enum" else t
    if u.kind not in ("int", "bool") or max(u.size, 4) != max(size, 4):
        return name
    return None
