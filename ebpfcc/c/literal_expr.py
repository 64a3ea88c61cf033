"""Constants and string literals as expressions (C11 6.4.4, 6.4.5)."""

from __future__ import annotations

from . import access, floating, literals
from . import types as T
from .convert import value_of
from .state import FunctionState, Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INFINITY = float("inf")


def constant(f: FunctionState, node: Any) -> Operand:
    kind = node.type
    if kind.startswith("INT") and kind != "INT_CONST_CHAR":
        parsed = literals.integer(node.value)
        if parsed is None:
            f.diag.error(node.coord, "integer literal is too large to be represented in any integer type")
            return f.poison()
        return value_of(parsed[0], f.const("i64" if parsed[0].size == 8 else "i32", parsed[1]))
    if kind == "TRUE" or kind == "FALSE":
        return value_of(T.BOOL, f.const("i32", int(kind == "TRUE")))
    if kind == "NULLPTR":
        return value_of(T.VOID_PTR, f.const("ptr", 0))
    if "CHAR" in kind:
        t, value = literals.character(node.value)
        return value_of(t, f.const("i32", value))
    try:
        digits = node.value.replace("'", "").rstrip("fFlL")
        number = float.fromhex(digits) if kind.startswith("HEX") else float(digits)
    except ValueError:
        f.diag.error(node.coord, f"invalid floating constant '{node.value}'")
        return f.poison()
    except OverflowError:
        number = INFINITY
    if number == INFINITY:
        f.diag.warning("literal-range", node.coord, "magnitude of floating-point constant too large for type 'double'; maximum is 1.7976931348623157E+308")
    suffix = "" if kind.startswith("HEX") and "p" not in node.value.lower() else node.value[-1].lower()
    return floating.constant(f, number, {"f": T.FLOAT, "l": T.LDOUBLE}.get(suffix, T.DOUBLE))


def string(f: FunctionState, node: Any) -> Operand:
    data, elem = literals.string_bytes(node.parts)
    symbol = f.unit.string_literal(data, elem)
    o = access.memory(f, f.fn.gaddr(symbol), T.Array(elem, len(data) // elem.size))
    o.literal = data
    return o
