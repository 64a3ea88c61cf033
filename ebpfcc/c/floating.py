"""Floating point as far as the compiler can compute it: the machine has none. A value is the bits that memory holds; constants are folded
(ir/floats.py), copies copy bits, and arithmetic on what is never known is an error where code is left for it."""

from __future__ import annotations

from ..ir import floats
from ..ir.core import Call, Value
from . import types as T
from . import wide
from .state import FunctionState, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def constant(f: FunctionState, n: float, t: Any) -> Operand:
    return Operand("value", t, f.const(ir_type(t), floats.encode(n, T.sizeof(t))))


def operation(f: FunctionState, name: str, kind: str, args: list[Value]) -> Value:
    name = floats.PREFIX + name
    if all(a.op == "const" for a in args):
        return f.const(kind, floats.compute(name, [a.aux for a in args]))
    return f.effect("call", kind, args, Call("library", name))


def convert(f: FunctionState, o: Operand, target: Any) -> Operand:
    """Between floating types, and between them and integers."""
    frm = T.strip(o.type)
    if T.in_memory(target) or T.in_memory(frm):
        f.diag.error(f.pos, "conversion between __int128 and floating point is not supported on BPF")
        nothing: Any = wide.constant(f, 0) if T.in_memory(target) else f.fn.undef(ir_type(target))
        return Operand("value", target, nothing)
    kind = ir_type(target)
    if frm.kind != "float":
        value = o.value
        if value.type == "i32":
            value = f.emit("sext" if frm.signed else "zext", "i64", [value])
        return Operand("value", target, operation(f, f"from {target.size} {'s' if frm.signed else 'u'}", kind, [value]))
    if target.kind == "bool":
        return Operand("value", target, truth(f, o))
    if target.kind == "float":
        same = target.size == frm.size
        return Operand("value", target, o.value if same else operation(f, f"as {frm.size} {target.size}", kind, [o.value]))
    value = operation(f, f"int {frm.size}", "i64", [o.value])
    return Operand("value", T.LONG, value)


def truth(f: FunctionState, o: Operand) -> Value:
    """Neither zero: all bits but the sign's."""
    kind = ir_type(o.type)
    magnitude = f.emit("and", kind, [o.value, f.const(kind, (1 << T.sizeof(o.type) * 8 - 1) - 1)])
    return f.emit("icmp", "i32", [magnitude, f.const(kind, 0)], "ne")


def minus(f: FunctionState, o: Operand) -> Operand:
    kind = ir_type(o.type)
    return Operand("value", o.type, f.emit("xor", kind, [o.value, f.const(kind, 1 << T.sizeof(o.type) * 8 - 1)]))


def usual(ta: Any, tb: Any) -> Any:
    """Of two types of which one is floating (C11 6.3.1.8)."""
    for t in (T.LDOUBLE, T.DOUBLE, T.FLOAT):
        if t in (ta, tb):
            return t
    return T.DOUBLE


def binary(f: FunctionState, op: str, a: Operand, b: Operand, where: Any) -> Operand:
    ta, tb = T.strip(a.type), T.strip(b.type)
    t = usual(ta, tb)
    compares = op in ("==", "!=", "<", "<=", ">", ">=")
    if op not in ("+", "-", "*", "/") and not compares or not all(x.kind == "float" or T.is_integer(x) for x in (ta, tb)):
        f.diag.error(where, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return f.poison()
    f.pos = where
    args = [convert(f, o, t).value for o in (a, b)]
    return Operand("value", T.INT if compares else t, operation(f, f"{op} {T.sizeof(t)}", "i32" if compares else ir_type(t), args))
