"""Values of operands and conversions between types (C11 6.3), with the diagnostics of assignments (6.5.16.1)."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import INVERSE, Value
from . import access, floating, wide
from . import types as T
from .state import FunctionState, FunctionSymbol, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def value_of(t: T.Type, value: Value | None) -> Operand:
    return Operand("value", t, value)


def rvalue(f: FunctionState, o: Operand) -> Operand:
    """Lvalue conversion, array and function decay (6.3.2.1). Records stay in memory."""
    kind = o.kind
    if kind == "value":
        return o
    if kind == "ssa":
        value = f.read_var(o.var)
        if value.op == "undef":
            uninitialised(f, o, value)
        elif f.flow is not None and value.op == "param" and o.var in f.flow.bare and not f.unit.unevaluated:
            f.flow.reads.append((o.var, f.block, value, o.off or f.pos))
        return Operand("value", T.strip(o.type), value)
    if kind == "func":
        symbol: FunctionSymbol = o.var
        f.unit.use_function(symbol)
        return Operand("value", T.Ptr(o.type), f.fn.gaddr(symbol.symbol))
    t = T.strip(o.type)
    if t.kind == "array":
        elem = t.elem
        const, volatile, _ = T.qualifiers(o.type)
        out = Operand("value", T.Ptr(T.qualify(elem, const, volatile), (), o.storage or 0), access.address(f, o))
        out.literal = o.literal
        return out
    if t.kind == "func":
        return Operand("value", T.Ptr(o.type), access.address(f, o))
    if T.is_record(t):
        if not T.is_complete(t):
            f.diag.error(f.pos, f"incomplete type '{T.spell(o.type)}' where a complete type is required")
            return f.poison()
        return o
    if t.kind == "void":
        return Operand("value", T.VOID, None)
    if t.kind == "int" and t.size == 16:
        base, off = access.target_base(f, o)
        return Operand("value", t, wide.load(f, base, off, o.volatile, o.align))
    if o.var is not None:
        constant = f.unit.constant_of(f, o.var)
        if constant is not None:
            return Operand("value", t, constant)
    if o.value.op == "gaddr" and not o.volatile and o.member is None and o.core is None:
        constant = f.unit.constant_load(f, o)
        if constant is not None:
            return Operand("value", t, constant)
    out = Operand("value", t, access.load(f, o))
    if o.member is not None and o.member.bit_width is not None:
        out.member = o.member  # promotion of a bit-field looks at its width
    return out


def uninitialised(f: FunctionState, o: Operand, value: Value) -> None:
    variable = o.var
    if f.diag.errors > f.diag.as_errors or f.unit.at_file_scope(f):
        return  # what was wrong may have been to give it its value
    if variable.name and variable.init is None and not f.unit.unevaluated and T.strip(o.type) is not T.POISON and f.is_reached():
        if f.flow is not None:
            if variable in f.flow.told:
                return
            f.flow.told.add(variable)
        f.diag.warning("uninitialized", o.off or f.pos, f"variable '{variable.name}' is uninitialized when used here")


def scalar(f: FunctionState, node: Any) -> Operand:
    """The expression's value; an error if it has none that fits a register."""
    o = rvalue(f, f.expr(node))
    t = T.strip(o.type)
    if o.kind != "value" or o.value is None:
        if t.kind == "void":
            f.diag.error(node.coord, "void value not ignored as it ought to be")
        else:
            f.diag.error(node.coord, f"used type '{T.spell(o.type)}' where arithmetic or pointer type is required")
        return f.poison()
    return o


def promoted(f: FunctionState, o: Operand) -> Operand:
    t = T.strip(o.type)
    if o.member is not None and o.member.bit_width is not None:
        p = T.promote_bits(t, o.member.bit_width)
    elif t.kind == "ptr":
        f.diag.error(f.pos, f"operand of type '{T.spell(o.type)}' where an integer is required")
        return f.poison()
    else:
        p = T.promote(t)
    return convert_int(f, o, p)


def promoted_index(f: FunctionState, index: Operand, where: Any) -> Operand:
    if T.strip(index.type) is T.CHAR:
        f.diag.warning("char-subscripts", where, "array subscript is of type 'char'")
    if not T.is_integer(T.strip(index.type)):
        f.diag.error(where, "array subscript is not an integer")
        return value_of(T.INT, f.const("i32", 0))
    index = promoted(f, index)
    return convert(f, index, T.LONG) if type(index.value) is wide.Wide else index


def convert_int(f: FunctionState, o: Operand, to: Any) -> Operand:
    """Integer to integer; values of narrow types are kept extended to 32 bits as their type says."""
    frm = T.strip(o.type)
    if frm is to:
        return Operand("value", to, o.value)
    if frm.kind == "enum":
        frm = frm.underlying
    target = to.underlying if to.kind == "enum" else to
    value: Value = o.value
    if target.kind == "bool":
        return Operand("value", to, truth(f, o))
    if type(o.value) is wide.Wide:
        if target.size == 16:
            return Operand("value", to, o.value)
        return convert_int(f, Operand("value", T.ULONG, o.value.lo), to)
    if target.size == 16:
        half = convert_int(f, o, T.LONG if frm.signed else T.ULONG)
        return Operand("value", to, wide.extended(f, half.value, frm.signed))
    if target.size == 8:
        if value.type == "i32":
            value = f.emit("sext" if frm.signed else "zext", "i64", [value])
    else:
        if value.type != "i32":
            value = f.emit("trunc", "i32", [value])
        if target.size < 4 and not (
            frm.kind == "bool"
            or (frm.size < target.size and (frm.signed is False or target.signed))
            or (frm.size == target.size and frm.signed == target.signed)
        ):
            bits = target.size * 8
            if target.signed:
                value = f.emit("sextn", "i32", [value], bits)
            else:
                value = f.emit("and", "i32", [value, f.const("i32", (1 << bits) - 1)])
    return Operand("value", to, value)


def convert(f: FunctionState, o: Operand, to: T.Type) -> Operand:
    """Scalar conversion without diagnostics: casts and what was checked."""
    o = rvalue(f, o)
    target = T.strip(to)
    frm = T.strip(o.type)
    if target is T.POISON and not T.is_integer(frm) or frm is T.POISON and not T.is_integer(target):
        return Operand("value", to, f.fn.undef(ir_type(target))) if T.is_scalar(target) else f.poison()
    if target.kind == "void":
        return Operand("value", T.VOID, None)
    if "float" in (target.kind, frm.kind) and all(t.kind == "float" or T.is_integer(t) for t in (target, frm)):
        out = floating.convert(f, o, target)
        return Operand("value", to, convert_int(f, out, target).value if T.is_integer(target) and out.type is T.LONG else out.value)
    if o.value is None or o.kind != "value":
        f.diag.error(f.pos, f"cannot convert '{T.spell(o.type)}' to '{T.spell(to)}'")
        return f.poison()
    if target.kind == "ptr":
        if frm.kind == "ptr":
            value = o.value
            a, b = pointer_space(frm), pointer_space(target)
            if a != b and value.op != "const":
                value = f.emit("addr_cast", "ptr", [value], (b, a))
            return Operand("value", to, value)
        if T.is_integer(frm):
            wide = convert_int(f, o, T.ULONG if not (frm.underlying if frm.kind == "enum" else frm).signed else T.LONG)
            return Operand("value", to, f.emit("inttoptr", "ptr", [wide.value]))
    elif T.is_integer(target):
        if frm.kind == "ptr":
            if target.kind == "bool":
                return Operand("value", to, truth(f, o))
            as_int = Operand("value", T.ULONG, f.emit("ptrtoint", "i64", [o.value]))
            return Operand("value", to, convert_int(f, as_int, target).value)
        if T.is_integer(frm):
            return Operand("value", to, convert_int(f, o, target).value)
    f.diag.error(f.pos, f"cannot convert '{T.spell(o.type)}' to '{T.spell(to)}'")
    return f.poison()


def pointer_space(t: Any) -> int:
    return t.space or T.address_space(t.target)


def truth(f: FunctionState, o: Operand) -> Value:
    """0 or 1 (i32): whether the scalar is not zero."""
    if type(o.value) is wide.Wide:
        return wide.truth(f, o.value)
    if T.strip(o.type).kind == "float":
        return floating.truth(f, o)
    value: Value = o.value
    if value.op == "icmp" or (value.op == "const" and value.type == "i32" and value.aux in (0, 1)):
        return value
    if T.strip(o.type).kind == "bool":
        return value
    return f.emit("icmp", "i32", [value, f.const(value.type, 0)], "ne")


def negate(f: FunctionState, value: Any) -> Value:
    """Logical not of a truth value or any integer."""
    if type(value) is wide.Wide:
        value = wide.truth(f, value)
    if value.op == "icmp":
        return f.emit("icmp", "i32", list(value.args), INVERSE[value.aux])
    return f.emit("icmp", "i32", [value, f.const(value.type, 0)], "eq")


def is_null_constant(o: Operand) -> bool:
    """An integer constant 0, or one cast to void * (6.3.2.3)."""
    if o.kind != "value" or o.value is None or o.value.op != "const" or o.value.aux != 0:
        return False
    t = T.strip(o.type)
    return T.is_integer(t) or (t.kind == "ptr" and T.strip(t.target).kind == "void")


def is_variable(f: FunctionState, node: Any) -> bool:
    """Whether an expression is an object: one that is known to be 0 is no null pointer constant."""
    while type(node) is c_ast.Cast:
        node = node.expr
    return type(node) in (c_ast.StructRef, c_ast.ArrayRef) or type(node) is c_ast.ID and type(f.lookup(node.name)) is Variable


def assign_convert(f: FunctionState, o: Operand, to: T.Type, where: Any, what: str, node: Any = None, member: T.Member | None = None) -> Operand:
    """Conversion as if by assignment; `what` completes the message ("passing argument 1 of 'f'", "initialization", ...).
    node: the expression; member: that of a bit-field."""
    o = rvalue(f, o)
    target = T.strip(to)
    frm = T.strip(o.type)
    if frm is T.POISON:
        return Operand("value", target, f.fn.undef(ir_type(target))) if T.is_scalar(target) else o
    if T.is_record(target) or T.is_record(frm):
        if not T.same(target, frm):
            f.diag.error(where, incompatible(what, to, o.type))
            return f.poison() if not T.is_record(target) else o
        return o
    if o.value is None and frm.kind == "void":
        f.diag.error(where, "void value not ignored as it ought to be")
        return f.poison()
    if target.kind == "ptr" and frm.kind == "ptr":
        check_pointers(f, target, frm, o, where, what)
    elif target.kind == "ptr" and T.is_integer(frm):
        if not is_null_constant(o) or is_variable(f, node):
            f.diag.warning("int-conversion", where, f"incompatible integer to pointer conversion in {what}: '{T.spell(to)}' from '{T.spell(o.type)}'")
    elif target.kind != "bool" and T.is_integer(target) and frm.kind == "ptr":
        f.diag.warning("int-conversion", where, f"incompatible pointer to integer conversion in {what}: '{T.spell(to)}' from '{T.spell(o.type)}'")
        if type(node) is c_ast.FuncCall and type(node.name) is c_ast.ID:
            f.diag.note(where, f"'{node.name.name}' returns a pointer: keep it in a pointer, and read what it points to with '*'")
    elif node is not None and o.value is not None and target.kind in ("int", "enum") and (target is not frm or member is not None):
        if o.value.op == "const" or f.unit.warns_conversion or type(node) is c_ast.TernaryOp:
            from .implicit import check

            check(f, node, o, to, member)
    return convert(f, o, to)


def incompatible(what: str, to: T.Type, frm: T.Type) -> str:
    a, b = T.spell(to), T.spell(frm)
    if what == "assignment":
        return f"assigning to '{a}' from incompatible type '{b}'"
    if what == "initialization":
        return f"initializing '{a}' with an expression of incompatible type '{b}'"
    if what == "return":
        return f"returning '{b}' from a function with incompatible result type '{a}'"
    return f"passing '{b}' to parameter of incompatible type '{a}'"


def check_pointers(f: FunctionState, target: Any, frm: Any, o: Operand, where: Any, what: str) -> None:
    a, b = T.strip(target.target), T.strip(frm.target)
    if a is not b and a.kind != "void" and b.kind != "void" and not T.same(a, b) and not is_null_constant(o):
        if T.is_integer(a) and T.is_integer(b) and a.size == b.size and a.kind == "int" and b.kind == "int":
            f.diag.warning(
                "pointer-sign", where, f"{what} converts between pointers to integer types with different sign: '{T.spell(target)}' from '{T.spell(frm)}'"
            )
        else:
            flag = "incompatible-function-pointer-types" if a.kind == b.kind == "func" else "incompatible-pointer-types"
            f.diag.warning(flag, where, f"incompatible pointer types in {what}: '{T.spell(target)}' from '{T.spell(frm)}'")
        return
    ta, tb = T.qualifiers(target.target), T.qualifiers(frm.target)
    if (tb[0] and not ta[0]) or (tb[1] and not ta[1]):
        flag = "incompatible-pointer-types-discards-qualifiers"
        f.diag.warning(flag, where, f"{what} discards qualifiers: '{T.spell(target)}' from '{T.spell(frm)}'")


def composite(f: FunctionState, a: Operand, b: Operand, where: Any) -> T.Type:
    """The type of `c ? a : b` (6.5.15)."""
    ta, tb = T.strip(a.type), T.strip(b.type)
    if T.is_integer(ta) and T.is_integer(tb):
        if ta is tb and ta.kind == "enum":
            return a.type
        pa = T.promote_bits(ta, a.member.bit_width) if a.member is not None and a.member.bit_width else T.promote(ta)
        pb = T.promote_bits(tb, b.member.bit_width) if b.member is not None and b.member.bit_width else T.promote(tb)
        return T.usual(pa, pb)
    if T.POISON in (ta, tb):
        return T.POISON
    if "float" in (ta.kind, tb.kind) and all(t.kind == "float" or T.is_integer(t) for t in (ta, tb)):
        return floating.usual(ta, tb)  # type: ignore[no-any-return]
    if ta.kind == "void" or tb.kind == "void":
        return T.VOID
    if ta.kind == "ptr" and is_null_constant(b):
        return a.type
    if tb.kind == "ptr" and is_null_constant(a):
        return b.type
    if ta.kind == "ptr" and tb.kind == "ptr":
        qa, qb = T.qualifiers(ta.target), T.qualifiers(tb.target)
        inner = ta.target
        if T.strip(tb.target).kind == "void":
            inner = tb.target
        elif T.strip(ta.target).kind != "void" and not T.same(ta.target, tb.target):
            f.diag.warning("pointer-type-mismatch", where, f"pointer type mismatch: '{T.spell(a.type)}' and '{T.spell(b.type)}'")
            inner = T.VOID
        return T.Ptr(T.qualify(inner, qa[0] or qb[0], qa[1] or qb[1]), (), ta.space)
    if ta.kind == "ptr" or tb.kind == "ptr":
        if T.is_integer(ta) or T.is_integer(tb):
            f.diag.warning("conditional-type-mismatch", where, "pointer/integer type mismatch in conditional expression")
            return a.type if ta.kind == "ptr" else b.type
    if T.is_record(ta) and T.same(ta, tb):
        return a.type
    f.diag.error(where, f"incompatible operand types ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
    return T.POISON
