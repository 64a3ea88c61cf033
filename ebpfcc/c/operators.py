"""Arithmetic, comparison, shifts, pointer arithmetic and assignment (C11 6.5.5 to 6.5.12, 6.5.16)."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Value
from . import access, compare, elsewhere, floating, wide
from . import types as T
from .control import logical
from .convert import assign_convert, convert, convert_int, is_null_constant, promoted, rvalue, scalar, value_of
from .state import FunctionState, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPARISONS = {"==": ("eq", "eq"), "!=": ("ne", "ne"), "<": ("slt", "ult"), "<=": ("sle", "ule"), ">": ("sgt", "ugt"), ">=": ("sge", "uge")}
ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}


def binary(f: FunctionState, node: Any) -> Operand:
    op = node.op
    if op == "&&" or op == "||":
        return logical(f, node)
    a = rvalue(f, f.expr(node.left))
    b = rvalue(f, f.expr(node.right))
    f.pos = node.coord
    if a.type is T.POISON or b.type is T.POISON:
        return f.poison()
    if a.value is None or b.value is None or a.kind != "value" or b.kind != "value":
        f.diag.error(node.coord, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return f.poison()
    if op in COMPARISONS or type(node.left) is c_ast.UnaryOp and op in "&|^":
        compare.check(f, node, a, b)
    return binary_values(f, op, a, b, node.coord)


def binary_values(f: FunctionState, op: str, a: Operand, b: Operand, where: Any) -> Operand:
    """a op b, for values."""
    ta, tb = T.strip(a.type), T.strip(b.type)
    a_ptr, b_ptr = ta.kind == "ptr", tb.kind == "ptr"
    if a_ptr or b_ptr:
        return pointer_operation(f, op, a, b, ta, tb, where)
    if not (T.is_integer(ta) and T.is_integer(tb)):
        if ta is T.POISON or tb is T.POISON:
            return f.poison()
        if ta.kind == "float" or tb.kind == "float":
            return floating.binary(f, op, a, b, where)
        f.diag.error(where, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return f.poison()
    a, b = promoted(f, a), promoted(f, b)
    if op == "<<" or op == ">>":
        return shift(f, op, a, b, where)
    t = T.usual(a.type, b.type)  # type: ignore[arg-type]
    a, b = convert_int(f, a, t), convert_int(f, b, t)
    if t.size == 16:
        return wide.binary(f, op, a.value, b.value, t)
    if op in COMPARISONS:
        return value_of(T.INT, f.emit("icmp", "i32", [a.value, b.value], COMPARISONS[op][0 if t.signed else 1]))
    if op == "/" or op == "%":
        if b.value.op == "const" and b.value.aux == 0:
            f.diag.warning("division-by-zero", where, ("division" if op == "/" else "remainder") + " by zero is undefined")
        name = ("sdiv" if t.signed else "udiv") if op == "/" else ("srem" if t.signed else "urem")
    else:
        name = ARITHMETIC[op]
    wraps = not t.signed or f.unit.wrapping or name not in ("add", "sub")
    return value_of(t, f.emit(name, ir_type(t), [a.value, b.value], None if wraps else "nsw"))


def shift(f: FunctionState, op: str, a: Operand, b: Operand, where: Any) -> Operand:
    t: Any = a.type
    kind = ir_type(t)
    count: Value = b.value if type(b.value) is not wide.Wide else b.value.lo
    if count.op == "const" and not 0 <= count.aux < t.size * 8:
        if count.aux < 0:
            f.diag.warning("shift-count-negative", where, "shift count is negative")
        else:
            f.diag.warning("shift-count-overflow", where, "shift count >= width of type")
    if t.size == 16:
        return value_of(t, wide.shifted(f, op, a.value, convert_int(f, b, T.ULONG).value, t.signed))  # type: ignore[arg-type]
    if count.type != kind:
        count = f.emit("trunc" if kind == "i32" else "zext", kind, [count])
    name = "shl" if op == "<<" else ("ashr" if t.signed else "lshr")
    return value_of(t, f.emit(name, kind, [a.value, count]))


def voids(a: Any, b: Any) -> int:
    """How many of two pointers are to void, which may be equal to any object's (C11 6.5.9) but have no order with it (6.5.8)."""
    return (T.strip(a.target) is T.VOID) + (T.strip(b.target) is T.VOID)


def pointer_operation(f: FunctionState, op: str, a: Operand, b: Operand, ta: Any, tb: Any, where: Any) -> Operand:
    a_ptr, b_ptr = ta.kind == "ptr", tb.kind == "ptr"
    if op in COMPARISONS:
        if a_ptr != b_ptr:
            pointer, other = (a, b) if a_ptr else (b, a)
            if not is_null_constant(other):
                f.diag.warning("pointer-integer-compare", where, f"comparison between pointer and integer ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
            converted = convert(f, other, pointer.type)
            a, b = (a, converted) if a_ptr else (converted, b)
        elif not T.same(ta.target, tb.target) and voids(ta, tb) < (1 if op in ("==", "!=") else 2):
            f.diag.warning("compare-distinct-pointer-types", where, f"comparison of distinct pointer types ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return value_of(T.INT, f.emit("icmp", "i32", [a.value, b.value], COMPARISONS[op][1]))
    if op == "-" and a_ptr and b_ptr:
        if not T.same(ta.target, tb.target) and not (
            T.is_integer(T.strip(ta.target)) and T.sizeof(ta.target) == 1 and T.is_complete(tb.target) and T.sizeof(tb.target) == 1
        ):
            f.diag.error(where, f"'{T.spell(a.type)}' and '{T.spell(b.type)}' are not pointers to compatible types")
            return f.poison()
        size = element_size(f, ta, where)
        x, y = f.emit("ptrtoint", "i64", [a.value]), f.emit("ptrtoint", "i64", [b.value])
        return value_of(T.LONG, divide_exactly(f, f.emit("sub", "i64", [x, y]), size))
    if op in "+-" and a_ptr != b_ptr and (a_ptr or op == "+"):
        pointer, index, t = (a, b, ta) if a_ptr else (b, a, tb)
        ti = T.strip(index.type)
        if T.is_integer(ti):
            size = element_size(f, t, where)
            what = {"void": "void", "func": "the function type"}.get(T.strip(t.target).kind)
            if what is not None and f.unit.extended is not None:
                told = f"arithmetic on a pointer to {what} is a GNU extension" if what == "void" else "arithmetic on a pointer to a function is a GNU extension"
                f.diag.warning("gnu-pointer-arith", where, told)
            index = promoted(f, index)
            if type(index.value) is wide.Wide:
                index = convert_int(f, index, T.LONG)
            count: Value = index.value
            if op == "-":
                if count.type == "i32":
                    count = f.emit("sext" if index.type.signed else "zext", "i64", [count])  # type: ignore[attr-defined]
                count = f.emit("sub", "i64", [f.const("i64", 0), count])
            amount = access.scaled(f, count, index.type, size)
            if amount.op == "const":
                return value_of(pointer.type, f.add_offset(pointer.value, amount.aux))
            return value_of(pointer.type, f.emit("add", "ptr", [pointer.value, amount]))
    f.diag.error(where, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
    return f.poison()


def element_size(f: FunctionState, pointer: Any, where: Any) -> int:
    if T.is_variable(pointer.target):
        f.refuse("arithmetic on a pointer to a variable length array is not supported on BPF")
    try:
        return T.sizeof(pointer.target) or 0
    except KeyError:
        f.diag.error(where, f"arithmetic on a pointer to an incomplete type '{T.spell(pointer.target)}'")
        elsewhere.explain(f.unit, T.spell(pointer.target), where)
        return 1


def divide_exactly(f: FunctionState, value: Value, size: int) -> Value:
    """value / size where there is no remainder: a shift, and a multiplication by the odd part's inverse modulo 2**64."""
    if size <= 1:
        return value
    shift_by = access.lowest_bit(size).bit_length() - 1
    value = f.emit("ashr", "i64", [value, f.const("i64", shift_by)])
    odd = size >> shift_by
    return f.emit("mul", "i64", [value, f.const("i64", pow(odd, -1, 1 << 64))]) if odd > 1 else value


def is_modifiable(f: FunctionState, o: Operand, where: Any) -> bool:
    if o.type is T.POISON:
        return False
    if o.kind not in ("ssa", "mem"):
        f.diag.error(where, "expression is not assignable")
        return False
    if T.qualifiers(o.type)[0]:
        f.diag.error(where, f"cannot assign to {'variable ' + repr(o.var.name) if o.var else 'an object'} with const-qualified type '{T.spell(o.type)}'")
        return False
    u = T.strip(o.type)
    if T.is_record(u) and u.members:
        constant_member = next((m for m in u.members if T.qualifiers(m.type)[0]), None)
        if constant_member is not None:
            f.diag.error(where, f"cannot assign to lvalue with const-qualified data member '{constant_member.name}'")
            return False
    if T.strip(o.type).kind == "array":
        f.diag.error(where, f"array type '{T.spell(o.type)}' is not assignable")
        f.diag.note(where, "copy into it with __builtin_memcpy(), of a constant size")
        return False
    if o.var is not None:
        o.var.written = True
    return True


def increment(f: FunctionState, node: Any) -> Operand:
    o = f.expr(node.expr)
    f.pos = node.coord
    if not is_modifiable(f, o, node.coord):
        return f.poison()
    op, one = "+" if "+" in node.op else "-", value_of(T.INT, f.const("i32", 1))
    if T.qualifiers(o.type)[2]:
        return f.unit.atomic_assignment(f, o, op, one, node.coord, node.op[0] == "p")
    old = rvalue(f, o)
    if old.value is None or old.kind != "value":
        f.diag.error(node.coord, f"cannot increment value of type '{T.spell(o.type)}'")
        return f.poison()
    new = binary_values(f, op, old, one, node.coord)
    new = convert(f, new, o.type)
    access.store(f, o, new.value)
    if node.op[0] == "p":
        return value_of(T.strip(o.type), old.value)
    return truncated_bits(f, o, new) if o.member is not None else value_of(T.strip(o.type), new.value)


def assignment(f: FunctionState, node: Any) -> Operand:
    op = node.op
    if op != "=":
        return compound_assignment(f, node)
    if type(node.lvalue) is c_ast.ID:
        target = f.expr(node.lvalue)
        o = f.expr(node.rvalue)
        check_self(f, node, target)
    else:
        o = rvalue(f, f.expr(node.rvalue))
        target = f.expr(node.lvalue)
    f.pos = node.coord
    if not is_modifiable(f, target, node.coord):
        return f.poison()
    o = assign_convert(f, o, target.type, node.coord, "assignment", node.rvalue, target.member)
    u = T.strip(target.type)
    if T.is_record(u) or o.kind == "mem":
        if o.kind != "mem" or target.kind != "mem":
            return target
        access.copy(f, target, o)
        return target
    access.store(f, target, o.value)
    if target.member is not None:
        return truncated_bits(f, target, o)
    return value_of(u, o.value)


def truncated_bits(f: FunctionState, target: Operand, o: Operand) -> Operand:
    """The value of an assignment to a bit-field is what it holds afterwards."""
    member = target.member
    assert member is not None and member.bit_width is not None
    t = T.strip(member.type)
    kind = ir_type(t)
    bits = 64 if kind == "i64" else 32
    value = o.value
    if member.bit_width < bits and t.kind != "bool":
        count = f.const(kind, bits - member.bit_width)
        value = f.emit("ashr" if t.signed else "lshr", kind, [f.emit("shl", kind, [value, count]), count])
    return value_of(t, value)


def check_self(f: FunctionState, node: Any, target: Operand) -> None:
    """`x = x`, `x |= x`, `x &= x`"""
    if f.unit.unevaluated:
        return
    if type(node.rvalue) is type(node.lvalue) is c_ast.ID and node.lvalue.name == node.rvalue.name and node.coord.exp is None:
        if node.lvalue.coord.exp is None and node.rvalue.coord.exp is None and not T.qualifiers(target.type)[1]:
            f.diag.warning("self-assign", node.coord, f"explicitly assigning value of variable of type '{T.spell(target.type)}' to itself")


def compound_assignment(f: FunctionState, node: Any) -> Operand:
    target = f.expr(node.lvalue)
    if node.op in ("|=", "&="):
        check_self(f, node, target)
    right = scalar(f, node.rvalue)
    f.pos = node.coord
    if not is_modifiable(f, target, node.coord):
        return f.poison()
    if T.qualifiers(target.type)[2]:
        return f.unit.atomic_assignment(f, target, node.op[:-1], right, node.coord)
    left = rvalue(f, target)
    if left.kind != "value" or left.value is None:
        f.diag.error(node.coord, f"invalid operands to binary expression ('{T.spell(target.type)}' and '{T.spell(right.type)}')")
        return f.poison()
    result = convert(f, binary_values(f, node.op[:-1], left, right, node.coord), target.type)
    access.store(f, target, result.value)
    if target.member is not None:
        return truncated_bits(f, target, result)
    return value_of(T.strip(target.type), result.value)
