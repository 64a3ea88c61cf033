"""`__builtin_add_overflow(a, b, &result)` and its like: whether the exact result fits the type of the object (GCC manual, "Integer
Overflow Builtins"). Computed in a wider type where there is one."""

from __future__ import annotations

from ..ir.core import Value
from . import access
from . import types as T
from .builtins import arguments
from .convert import convert, convert_int, promoted, rvalue, scalar, value_of
from .state import FunctionState, Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builtins import Builtin


def overflow(op: str, t: Any = None) -> Builtin:
    """t: the operands' type, where the builtin has one type for all (__builtin_sadd_overflow)."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 3):
            return f.poison()
        a, b = (whole(f, arg) if t is None else convert(f, scalar(f, arg), t) for arg in args[:2])
        p = rvalue(f, f.expr(args[2]))
        to = T.strip(p.type).target if T.strip(p.type).kind == "ptr" else T.POISON
        if not T.is_integer(T.strip(to)) or to is T.POISON or T.qualifiers(to)[0]:
            f.diag.error(node.coord, f"result argument to overflow builtin must be a pointer to a non-const integer ('{T.spell(p.type)}' invalid)")
            return f.poison()
        f.pos = node.coord
        return store_and_flag(f, op, a, b, T.strip(to), access.memory(f, p.value, to))

    return builtin


def whole(f: FunctionState, node: Any) -> Operand:
    """An operand that has the type it is of."""
    o = scalar(f, node)
    if T.is_integer(T.strip(o.type)):
        return promoted(f, o)
    f.diag.error(node.coord, f"operand argument to overflow builtin must be an integer ('{T.spell(o.type)}' invalid)")
    return f.poison()


def store_and_flag(f: FunctionState, op: str, a: Operand, b: Operand, t: Any, target: Operand) -> Operand:
    """Stores the wrapped result, of type t; the flag is 1 if it is not the exact one. op: add, sub, mul; a, b: promoted integers."""
    ta, tb = T.strip(a.type), T.strip(b.type)
    if 16 in (ta.size, tb.size, t.size):
        f.refuse("overflow of __int128 arithmetic is not supported on BPF")
        return value_of(T.BOOL, f.const("i32", 0))
    if ta.size < 8 and tb.size < 8:
        x, y = convert_int(f, a, T.LONG).value, convert_int(f, b, T.LONG).value
        exact = f.emit(op, "i64", [x, y])
        narrow = convert_int(f, value_of(T.LONG, exact), t)
        access.store(f, target, narrow.value)
        if t.size == 8:  # only the sign can be wrong; a product of unsigned operands reaches bit 63 of an unsigned result rightly
            unsigned_product = op == "mul" and not ta.signed and not tb.signed
            if t.signed != unsigned_product:
                return value_of(T.BOOL, f.const("i32", 0))
            return value_of(T.BOOL, f.emit("icmp", "i32", [exact, f.const("i64", 0)], "slt"))
        back = convert_int(f, narrow, T.LONG).value
        return value_of(T.BOOL, f.emit("icmp", "i32", [exact, back], "ne"))
    if t.size == 8 and all(keeps_value(o, t) for o in (a, b)):
        return overflow64(f, op, convert_int(f, a, t).value, convert_int(f, b, t).value, t, target)
    return overflow_mixed(f, op, a, b, t, target)


def keeps_value(o: Operand, t: Any) -> bool:
    """Whether the conversion to t, of 8 bytes, keeps the value of the integer."""
    frm = T.strip(o.type)
    if o.value.op == "const" and o.value.aux >= 0:
        return True
    return bool(frm.signed == t.signed or (frm.size < 8 and not frm.signed))


def overflow_mixed(f: FunctionState, op: str, a: Operand, b: Operand, t: Any, target: Operand) -> Operand:
    """Operands of different signs or wider than the result: the exact result has a second word."""

    def c(n: int) -> Value:
        return f.const("i64", n)

    x, y = convert_int(f, a, T.LONG).value, convert_int(f, b, T.LONG).value
    x_high = f.emit("ashr", "i64", [x, c(63)]) if T.strip(a.type).signed else c(0)
    y_high = f.emit("ashr", "i64", [y, c(63)]) if T.strip(b.type).signed else c(0)
    low = f.emit(op, "i64", [x, y])
    narrow = convert_int(f, value_of(T.LONG, low), t)
    if op == "mul":  # magnitudes, and the sign apart
        sign = f.emit("xor", "i64", [x_high, y_high])
        m = f.emit("sub", "i64", [f.emit("xor", "i64", [x, x_high]), x_high])
        n = f.emit("sub", "i64", [f.emit("xor", "i64", [y, y_high]), y_high])
        product = f.emit("mul", "i64", [m, n])
        wrong = f.emit("icmp", "i32", [f.emit("udiv", "i64", [product, n]), m], "ne")
        lost = f.emit("and", "i32", [wrong, f.emit("icmp", "i32", [n, c(0)], "ne")])
        if t.signed:
            limit = f.emit("sub", "i64", [c((1 << t.size * 8 - 1) - 1), sign])  # one more below zero
        else:
            limit = f.emit("and", "i64", [c((1 << t.size * 8) - 1), f.emit("xor", "i64", [sign, c(-1)])])
        flag = f.emit("or", "i32", [lost, f.emit("icmp", "i32", [product, limit], "ugt")])
    else:
        carry = f.emit("zext", "i64", [f.emit("icmp", "i32", [low, x] if op == "add" else [x, y], "ult")])
        high = f.emit(op, "i64", [f.emit(op, "i64", [x_high, y_high]), carry])
        back = convert_int(f, narrow, T.LONG).value
        back_high = f.emit("ashr", "i64", [back, c(63)]) if t.signed else c(0)
        differs = f.emit("or", "i64", [f.emit("xor", "i64", [low, back]), f.emit("xor", "i64", [high, back_high])])
        flag = f.emit("icmp", "i32", [differs, c(0)], "ne")
    access.store(f, target, narrow.value)
    return value_of(T.BOOL, flag)


def overflow64(f: FunctionState, op: str, x: Value, y: Value, t: Any, target: Operand) -> Operand:
    r = f.emit(op, "i64", [x, y])
    zero = f.const("i64", 0)
    if op == "mul":
        if t.signed:
            quotient = f.emit("sdiv", "i64", [r, y])
        else:
            quotient = f.emit("udiv", "i64", [r, y])
        wrong = f.emit("icmp", "i32", [quotient, x], "ne")
        nonzero = f.emit("icmp", "i32", [y, zero], "ne")
        flag = f.emit("and", "i32", [wrong, nonzero])
        if t.signed:  # the one quotient that wraps
            least = f.emit("icmp", "i32", [x, f.const("i64", -1 << 63)], "eq")
            minus = f.emit("icmp", "i32", [y, f.const("i64", -1)], "eq")
            flag = f.emit("or", "i32", [flag, f.emit("and", "i32", [least, minus])])
    elif t.signed:
        # the sign of the result differs from both operands' (add), or from x while x and y differ (sub)
        first = f.emit("xor", "i64", [x, r])
        second = f.emit("xor", "i64", [y, r] if op == "add" else [x, y])
        flag = f.emit("icmp", "i32", [f.emit("and", "i64", [first, second]), zero], "slt")
    elif op == "add":
        flag = f.emit("icmp", "i32", [r, x], "ult")
    else:
        flag = f.emit("icmp", "i32", [x, y], "ult")
    access.store(f, target, r)
    return value_of(T.BOOL, flag)


TABLE: dict[str, Builtin] = {}
for _op in ("add", "sub", "mul"):
    TABLE[f"__builtin_{_op}_overflow"] = overflow(_op)
    for _name, _type in (("s", T.INT), ("u", T.UINT)):
        TABLE[f"__builtin_{_name}{_op}_overflow"] = overflow(_op, _type)
    for _name, _type in (("s", T.LONG), ("u", T.ULONG)):
        TABLE[f"__builtin_{_name}{_op}l_overflow"] = TABLE[f"__builtin_{_name}{_op}ll_overflow"] = overflow(_op, _type)
