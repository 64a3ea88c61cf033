"""Expressions (C11 6.5): each function lowers one kind of pycparser node; TABLE says which.

Here: names, casts, sizes, addresses, members, elements. operators.py: what computes; control.py: what chooses.
"""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Value
from . import access, elsewhere, floating, wide
from . import types as T
from .control import comma, generic, statement_expression, ternary, type_of, unread
from .convert import (
    convert,
    negate,
    pointer_space,
    promoted,
    promoted_index,
    rvalue,
    scalar,
    value_of,
)
from .literal_expr import constant, string
from .nodes import Generic, LabelAddr, StmtExpr, String
from .operators import assignment, binary, element_size, increment, pointer_operation
from .state import EnumConstant, FunctionState, FunctionSymbol, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def identifier(f: FunctionState, node: Any) -> Operand:
    name = node.name
    symbol = f.lookup(name)
    if symbol is None:
        predefined = f.unit.predefined(f, name, node)
        if predefined is not None:
            return predefined
        f.unit.undeclared(f, name, node.coord)
        return f.poison()
    f.pos = node.coord
    return name_operand(f, symbol, node)


def name_operand(f: FunctionState, symbol: Any, node: Any) -> Operand:
    kind = type(symbol)
    if kind is Variable:
        symbol.used = True
        symbol.reads += 1
        if symbol.storage == "auto" and symbol.slot is None:
            o = Operand("ssa", symbol.type, None, node.coord)  # the offset of no object: where its name stands
            o.var = symbol
            return o
        if symbol.slot is not None:
            o = access.memory(f, f.fn.slot_addr(symbol.slot), symbol.type, 0, symbol.slot.align)
            o.var = None
            return o
        f.unit.use_variable(symbol)
        o = access.memory(f, f.fn.gaddr(symbol.symbol), symbol.type)
        o.var = symbol
        space = T.address_space(symbol.type)
        o.storage = space or None
        return o
    if kind is EnumConstant:
        o = value_of(symbol.type, f.const(ir_type(symbol.type), symbol.value))
        o.enumerator = symbol
        return o
    if kind is FunctionSymbol:
        o = Operand("func", symbol.type)
        o.var = symbol
        return o
    f.diag.error(node.coord, f"unexpected type name '{node.name}': expected expression")
    return f.poison()


def cast(f: FunctionState, node: Any) -> Operand:
    to = f.unit.type_name(f, node.to_type)
    target = T.strip(to)
    if target.kind == "void":
        discard(f, f.expr(node.expr))
        unread(f, node.expr)
        return value_of(T.VOID, None)
    o = rvalue(f, f.expr(node.expr))
    frm = T.strip(o.type)
    if T.is_record(target):
        if T.same(target, frm):
            return o
        if target.kind == "union" and T.is_complete(target):  # GNU: cast to a union
            slot = access.memory(f, f.fn.slot_addr(f.new_slot("", to)), to)
            for i, m in enumerate(target.members):
                if T.same(m.type, o.type):
                    if f.unit.extended is not None:
                        f.diag.warning("gnu-union-cast", node.coord, "cast to union type is a GNU extension")
                    access.store(f, access.step(f, slot, i, m), o.value)
                    return slot
        f.diag.error(node.coord, f"conversion to non-scalar type '{T.spell(to)}' requested")
        return f.poison()
    if o.value is None or o.kind != "value":
        if target is frm:
            return o
        f.diag.error(node.coord, f"cannot cast from type '{T.spell(o.type)}' to '{T.spell(to)}'")
        return f.poison()
    f.pos = node.coord
    out = convert(f, o, to)
    if target.kind == "ptr" and T.is_integer(frm) and frm is not T.POISON and frm.size < 8 and o.value.op != "const":
        f.diag.warning("int-to-pointer-cast", node.coord, f"cast to '{T.spell(to)}' from smaller integer type '{T.spell(o.type)}'")
    out = Operand("value", to, out.value)
    out.enumerator = o.enumerator
    return out


def discard(f: FunctionState, o: Operand) -> None:
    """The value is not used: a volatile object is read all the same."""
    if o.kind == "mem" and o.volatile and T.is_scalar(T.strip(o.type)):
        rvalue(f, o)


def size_of(f: FunctionState, node: Any, op: str) -> Operand:
    operand = node.expr
    if isinstance(operand, c_ast.Typename):
        t = f.unit.type_name(f, operand)
    else:
        o = type_of(f, operand)
        if o.member is not None and o.member.bit_width is not None:
            f.diag.error(node.coord, f"invalid application of '{op.lower()}' to bit-field")
        t = o.type
        if op != "sizeof" and o.kind == "mem" and o.var is not None and o.var.attrs.get("aligned"):
            return value_of(T.ULONG, f.const("i64", o.var.attrs["aligned"]))
    u = T.strip(t)
    if op == "sizeof" and T.is_variable(u):
        return value_of(T.ULONG, variable_size(f, u))
    try:
        n = T.sizeof(t) if op == "sizeof" else T.alignof(t)
    except KeyError:
        f.diag.error(node.coord, f"invalid application of '{op.lower()}' to an incomplete type '{T.spell(t)}'")
        n = 1
    if u.kind == "array" and u.count is None and op == "sizeof":
        f.diag.error(node.coord, f"invalid application of 'sizeof' to an incomplete type '{T.spell(t)}'")
        elsewhere.explain(f.unit, T.spell(t), node.coord)
    return value_of(T.ULONG, f.const("i64", n))


def variable_size(f: FunctionState, t: T.Type) -> Value:
    """The bytes of a variable length array."""
    u = T.strip(t)
    if not T.is_variable(u):
        return f.const("i64", T.sizeof(u))
    count = u.vla if u.vla is not None else f.const("i64", u.count or 0)
    return f.emit("mul", "i64", [count, variable_size(f, u.elem)])


def unary(f: FunctionState, node: Any) -> Operand:
    op = node.op
    if op == "&":
        return address_of(f, node)
    if op == "*":
        return dereference(f, scalar_or_func(f, node.expr), node.coord)
    if op == "sizeof" or op == "_Alignof":
        return size_of(f, node, op)
    if op in ("++", "--", "p++", "p--"):
        return increment(f, node)
    o = scalar(f, node.expr)
    f.pos = node.coord
    t = T.strip(o.type)
    if op == "!":
        if o.value.op == "const" and t.kind != "float":
            return value_of(T.INT, f.const("i32", int(o.value.aux == 0)))
        return value_of(T.INT, negate(f, o.value if t.kind != "float" else floating.truth(f, o)))
    if t.kind == "float" and op in "+-":
        return floating.minus(f, o) if op == "-" else o
    if not T.is_integer(t):
        f.diag.error(node.coord, f"invalid argument type '{T.spell(o.type)}' to unary expression")
        return f.poison()
    o = promoted(f, o)
    kind = o.value.type
    if type(o.value) is wide.Wide:
        changed = {"-": wide.minus, "~": wide.complement}.get(op)
        return value_of(o.type, changed(f, o.value)) if changed is not None else o  # type: ignore[arg-type]
    if op == "-":
        return value_of(o.type, f.emit("sub", kind, [f.const(kind, 0), o.value]))
    if op == "~":
        return value_of(o.type, f.emit("xor", kind, [o.value, f.const(kind, -1)]))
    return o


def scalar_or_func(f: FunctionState, node: Any) -> Operand:
    o = f.expr(node)
    if o.kind == "func":
        return o
    return rvalue(f, o)


def dereference(f: FunctionState, o: Operand, where: Any) -> Operand:
    f.pos = where
    if o.kind == "func":
        return o
    t = T.strip(o.type)
    if t is T.POISON:
        return f.poison()
    if t.kind != "ptr" or o.value is None:
        f.diag.error(where, f"indirection requires pointer operand ('{T.spell(o.type)}' invalid)")
        return f.poison()
    base = o.value
    off = 0
    if base.op == "add" and base.type == "ptr" and base.args[1].op == "const" and -32768 <= base.args[1].aux < 32768:
        base, off = base.args[0], base.args[1].aux
    elif base.op == "gaddr":
        base, off = f.fn.gaddr(base.aux[0]), base.aux[1]
    target = t.target
    out = access.memory(f, base, target, off)
    if base.op == "slot":
        out.align = max(1, access.known_align(base.aux.align, off)) if off else base.aux.align
        out.align = max(out.align, 1)
    out.storage = pointer_space(t) or None
    return out


def address_of(f: FunctionState, node: Any) -> Operand:
    if type(node.expr) is c_ast.ArrayRef:
        f.unit.address_operands.add(node.expr)
    o = f.expr(node.expr)
    if o.kind == "func":
        return rvalue(f, o)
    if o.kind == "mem":
        if o.member is not None:
            f.diag.error(node.coord, "address of bit-field requested")
            return f.poison()
        if o.storage and o.core is None and o.var is None:
            return value_of(T.Ptr(o.type, (), o.storage), access.address(f, o))
        return value_of(T.Ptr(o.type, (), o.storage or 0), access.address(f, o))
    if o.type is not T.POISON:
        f.diag.error(node.coord, f"cannot take the address of an rvalue of type '{T.spell(o.type)}'")
    return f.poison()


def subscript(f: FunctionState, node: Any) -> Operand:
    base = f.expr(node.name)
    t = T.strip(base.type)
    if base.kind == "mem" and t.kind == "array" and base.member is None:
        index = promoted_index(f, scalar(f, node.subscript), node.coord)
        if index.value.op == "const" and type(node.name) is c_ast.ID:
            check_bounds(f, node, base.type, index.value.aux)
        f.pos = node.coord
        return access.element(f, base, index.value, t.elem, index.type)
    base = rvalue(f, base)
    index = scalar(f, node.subscript)
    if T.strip(index.type).kind == "ptr":
        base, index = index, base
    f.pos = node.coord
    t = T.strip(base.type)
    if t is T.POISON or index.type is T.POISON:
        return f.poison()
    if t.kind != "ptr":
        f.diag.error(node.coord, "subscripted value is not an array, pointer, or vector")
        return f.poison()
    index = promoted_index(f, index, node.coord)
    elem = T.strip(t.target)
    if index.value.op == "const" and T.is_record(elem) and (f.preserve or elem.preserve_access):
        n = index.value.aux
        size = element_size(f, t, node.coord)
        if not T.is_complete(elem):
            return f.poison()
        from .state import CoreChain

        out = access.memory(f, base.value, t.target, 0)
        out.core = CoreChain(base.value, access.relocation_root(t.target), [n], n * size)
        return out
    return dereference(f, pointer_operation(f, "+", base, index, t, T.strip(index.type), node.coord), node.coord)


def check_bounds(f: FunctionState, node: Any, t: T.Type, n: int) -> None:
    """Of an element of a variable; the address one past the end is right."""
    count = T.strip(t).count
    if not count or T.strip(t).vla is not None or 0 <= n < count or f.unit.unevaluated or f.is_dead():
        return
    if n < 0:
        f.diag.warning("array-bounds", node.coord, f"array index {n} is before the beginning of the array")
    elif n > count or node not in f.unit.address_operands:
        f.diag.warning("array-bounds", node.coord, f"array index {n} is past the end of the array (that has type '{T.spell(t)}')")


def struct_ref(f: FunctionState, node: Any) -> Operand:
    base = f.expr(node.name)
    f.pos = node.coord
    if T.strip(base.type) is T.POISON:
        return f.poison()
    if node.type == "->":
        base = rvalue(f, base)
        if T.strip(base.type).kind != "ptr":
            suggestion = "; did you mean to use '.'?" if T.is_record(T.strip(base.type)) else ""
            f.diag.error(node.coord, f"member reference type '{T.spell(base.type)}' is not a pointer{suggestion}")
            return f.poison()
        base = dereference(f, base, node.coord)
    elif T.strip(base.type).kind == "ptr":
        f.diag.error(node.coord, f"member reference type '{T.spell(base.type)}' is a pointer; did you mean to use '->'?")
        return f.poison()
    if base.kind != "mem":
        f.diag.error(node.coord, f"member reference base type '{T.spell(base.type)}' is not a structure or union")
        return f.poison()
    return access.member(f, base, node.field.name, node.coord)


def compound_literal(f: FunctionState, node: Any) -> Operand:
    t = f.unit.type_name(f, node.type)
    return f.unit.compound_literal(f, t, node.init, f.pos if node.coord is None else node.coord)


def label_address(f: FunctionState, node: Any) -> Operand:
    f.pos = node.coord
    reason = f"the address of label '{node.name}' is not supported on BPF: there are no indirect jumps"
    if f.unit.at_file_scope(f):
        f.diag.error(node.coord, reason)
        return f.poison()
    return value_of(T.VOID_PTR, f.refuse(reason, "ptr"))


TABLE = {
    c_ast.ID: identifier,
    c_ast.Constant: constant,
    String: string,
    c_ast.Cast: cast,
    c_ast.UnaryOp: unary,
    c_ast.BinaryOp: binary,
    c_ast.TernaryOp: ternary,
    c_ast.Assignment: assignment,
    c_ast.ExprList: comma,
    c_ast.ArrayRef: subscript,
    c_ast.StructRef: struct_ref,
    c_ast.CompoundLiteral: compound_literal,
    StmtExpr: statement_expression,
    Generic: generic,
    LabelAddr: label_address,
}
