"""Expressions (C11 6.5): each function lowers one kind of pycparser node; TABLE says which."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Value
from . import access
from . import types as T
from .convert import (
    assign_convert,
    composite,
    convert,
    convert_int,
    is_null_constant,
    negate,
    pointer_space,
    promoted,
    rvalue,
    scalar,
    truth,
    value_of,
)
from .literal_expr import constant, string
from .nodes import Generic, LabelAddr, StmtExpr, String
from .state import EnumConstant, FunctionState, FunctionSymbol, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPARISONS = {"==": ("eq", "eq"), "!=": ("ne", "ne"), "<": ("slt", "ult"), "<=": ("sle", "ule"), ">": ("sgt", "ugt"), ">=": ("sge", "uge")}
ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor"}


def identifier(f: FunctionState, node: Any) -> Operand:
    name = node.name
    symbol = f.lookup(name)
    if symbol is None:
        predefined = f.unit.predefined(f, name, node)
        if predefined is not None:
            return predefined
        f.unit.undeclared(f, name, node.coord)
        return f.poison()
    return name_operand(f, symbol, node)


def name_operand(f: FunctionState, symbol: Any, node: Any) -> Operand:
    kind = type(symbol)
    if kind is Variable:
        symbol.used = True
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


def type_of(f: FunctionState, node: Any) -> Operand:
    """The operand of sizeof, typeof: lowered into a block that no path reaches."""
    saved, pos = f.block, f.pos
    scratch = f.new_block("unevaluated")
    f.edges[scratch].append((saved, None))  # type: ignore[arg-type]
    f.sealed.add(scratch)
    f.block = scratch
    f.unit.unevaluated += 1
    try:
        return f.expr(node)
    finally:
        f.unit.unevaluated -= 1
        f.block, f.pos = saved, pos


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
    if u.kind == "array" and u.vla:
        f.diag.error(node.coord, "variable length arrays are not supported on BPF")
    try:
        n = T.sizeof(t) if op == "sizeof" else T.alignof(t)
    except KeyError:
        f.diag.error(node.coord, f"invalid application of '{op.lower()}' to an incomplete type '{T.spell(t)}'")
        n = 1
    if u.kind == "array" and u.count is None and op == "sizeof":
        f.diag.error(node.coord, f"invalid application of 'sizeof' to an incomplete type '{T.spell(t)}'")
    return value_of(T.ULONG, f.const("i64", n))


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
        if o.value.op == "const":
            return value_of(T.INT, f.const("i32", int(o.value.aux == 0)))
        return value_of(T.INT, negate(f, o.value))
    if not T.is_integer(t):
        f.diag.error(node.coord, f"invalid argument type '{T.spell(o.type)}' to unary expression")
        return f.poison()
    o = promoted(f, o)
    kind = o.value.type
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
    return value_of(T.strip(o.type), old.value if node.op[0] == "p" else new.value)


def is_modifiable(f: FunctionState, o: Operand, where: Any) -> bool:
    if o.type is T.POISON:
        return False
    if o.kind not in ("ssa", "mem"):
        f.diag.error(where, "expression is not assignable")
        return False
    if T.qualifiers(o.type)[0]:
        f.diag.error(where, f"cannot assign to an object with const-qualified type '{T.spell(o.type)}'")
        return False
    u = T.strip(o.type)
    if T.is_record(u) and u.members:
        constant_member = next((m for m in u.members if T.qualifiers(m.type)[0]), None)
        if constant_member is not None:
            f.diag.error(where, f"cannot assign to lvalue with const-qualified data member '{constant_member.name}'")
            return False
    if T.strip(o.type).kind == "array":
        f.diag.error(where, f"array type '{T.spell(o.type)}' is not assignable")
        return False
    if o.var is not None:
        o.var.written = True
    return True


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
        if T.strip(a.type).kind == "int" or T.strip(b.type).kind == "int" and T.is_scalar(T.strip(a.type)):
            wide = T.strip(a.type).kind == "int" and T.sizeof(a.type) == 16 or T.strip(b.type).kind == "int" and T.sizeof(b.type) == 16
            if wide:
                f.diag.error(node.coord, "arithmetic on __int128 is not supported")
                return f.poison()
        f.diag.error(node.coord, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return f.poison()
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
            f.diag.error(where, "floating point is not supported on BPF")
            return f.poison()
        f.diag.error(where, f"invalid operands to binary expression ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
        return f.poison()
    a, b = promoted(f, a), promoted(f, b)
    if op == "<<" or op == ">>":
        return shift(f, op, a, b, where)
    t = T.usual(a.type, b.type)  # type: ignore[arg-type]
    if op in COMPARISONS and not t.signed and a.type.signed != b.type.signed:  # type: ignore[attr-defined]
        narrow = a if a.type.signed else b  # type: ignore[attr-defined]
        if narrow.value.op != "const" or narrow.value.aux < 0:
            f.diag.warning("sign-compare", where, f"comparison of integers of different signs: '{T.spell(a.type)}' and '{T.spell(b.type)}'")
    a, b = convert_int(f, a, t), convert_int(f, b, t)
    if op in COMPARISONS:
        return value_of(T.INT, f.emit("icmp", "i32", [a.value, b.value], COMPARISONS[op][0 if t.signed else 1]))
    if op == "/" or op == "%":
        if b.value.op == "const" and b.value.aux == 0:
            f.diag.warning("division-by-zero", where, ("division" if op == "/" else "remainder") + " by zero is undefined")
        name = ("sdiv" if t.signed else "udiv") if op == "/" else ("srem" if t.signed else "urem")
    else:
        name = ARITHMETIC[op]
    return value_of(t, f.emit(name, ir_type(t), [a.value, b.value]))


def shift(f: FunctionState, op: str, a: Operand, b: Operand, where: Any) -> Operand:
    t: Any = a.type
    kind = ir_type(t)
    count: Value = b.value
    if count.op == "const" and not 0 <= count.aux < t.size * 8:
        if count.aux < 0:
            f.diag.warning("shift-count-negative", where, "shift count is negative")
        else:
            f.diag.warning("shift-count-overflow", where, "shift count >= width of type")
    if count.type != kind:
        count = f.emit("trunc" if kind == "i32" else "zext", kind, [count])
    name = "shl" if op == "<<" else ("ashr" if t.signed else "lshr")
    return value_of(t, f.emit(name, kind, [a.value, count]))


def pointer_operation(f: FunctionState, op: str, a: Operand, b: Operand, ta: Any, tb: Any, where: Any) -> Operand:
    a_ptr, b_ptr = ta.kind == "ptr", tb.kind == "ptr"
    if op in COMPARISONS:
        if a_ptr != b_ptr:
            pointer, other = (a, b) if a_ptr else (b, a)
            if not is_null_constant(other):
                f.diag.warning("pointer-integer-compare", where, f"comparison between pointer and integer ('{T.spell(a.type)}' and '{T.spell(b.type)}')")
            converted = convert(f, other, pointer.type)
            a, b = (a, converted) if a_ptr else (converted, b)
        elif not T.same(ta.target, tb.target) and T.VOID not in (T.strip(ta.target), T.strip(tb.target)):
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
            index = promoted(f, index)
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
    try:
        return T.sizeof(pointer.target) or 0
    except KeyError:
        f.diag.error(where, f"arithmetic on a pointer to an incomplete type '{T.spell(pointer.target)}'")
        return 1


def divide_exactly(f: FunctionState, value: Value, size: int) -> Value:
    """value / size where there is no remainder: a shift, and a multiplication by the odd part's inverse modulo 2**64."""
    if size <= 1:
        return value
    shift_by = access.lowest_bit(size).bit_length() - 1
    value = f.emit("ashr", "i64", [value, f.const("i64", shift_by)])
    odd = size >> shift_by
    return f.emit("mul", "i64", [value, f.const("i64", pow(odd, -1, 1 << 64))]) if odd > 1 else value


def condition(f: FunctionState, node: Any, then: Any, other: Any, hint: str | None = None) -> None:
    """Branches to `then` or `other`; && || ! become control flow."""
    kind = type(node)
    if kind is c_ast.BinaryOp and node.op in ("&&", "||"):
        middle = f.new_block("and" if node.op == "&&" else "or")
        if node.op == "&&":
            condition(f, node.left, middle, other, hint)
        else:
            condition(f, node.left, then, middle, hint)
        f.start(middle)
        condition(f, node.right, then, other, hint)
        return
    if kind is c_ast.UnaryOp and node.op == "!":
        flip = {"likely": "unlikely", "unlikely": "likely"}.get(hint or "")
        condition(f, node.expr, other, then, flip)
        return
    if kind is c_ast.FuncCall and type(node.name) is c_ast.ID and node.name.name == "__builtin_expect" and node.args and len(node.args.exprs) == 2:
        expected = f.unit.try_constant(f, node.args.exprs[1])
        if expected is not None:
            condition(f, node.args.exprs[0], then, other, "likely" if expected else "unlikely")
            return
    o = scalar(f, node)
    f.pos = node.coord
    value = o.value
    if value.type == "ptr":
        value = truth(f, o)
    f.branch(value, then, other, hint)


def logical(f: FunctionState, node: Any) -> Operand:
    yes, no, join = f.new_block("true"), f.new_block("false"), f.new_block("end")
    result = Variable("", T.INT, "auto", node.coord)
    condition(f, node, yes, no)
    reached = []
    for block, n in ((yes, 1), (no, 0)):
        f.start(block)
        f.write_var(result, f.const("i32", n))
        if f.edges[block]:
            reached.append(n)
        f.jump(join)
    f.start(join)
    if len(reached) == 1:
        return value_of(T.INT, f.const("i32", reached[0]))
    return value_of(T.INT, f.read_var(result))


def ternary(f: FunctionState, node: Any) -> Operand:
    if node.iftrue is None:
        return elvis(f, node)
    yes, no, join = f.new_block("then"), f.new_block("else"), f.new_block("end")
    condition(f, node.cond, yes, no)
    f.start(yes)
    a = rvalue(f, f.expr(node.iftrue))
    yes_end, yes_live = f.block, bool(f.edges[yes])
    f.start(no)
    b = rvalue(f, f.expr(node.iffalse))
    no_end, no_live = f.block, bool(f.edges[no])
    return merge(f, node, a, b, yes_end, no_end, join, yes_live, no_live)


def elvis(f: FunctionState, node: Any) -> Operand:
    """GNU `a ?: b`: a is evaluated once."""
    cond = scalar(f, node.cond)
    yes, no, join = f.new_block("then"), f.new_block("else"), f.new_block("end")
    f.branch(truth(f, cond), yes, no)
    f.start(yes)
    yes_live = bool(f.edges[yes])
    f.start(no)
    b = rvalue(f, f.expr(node.iffalse))
    return merge(f, node, cond, b, yes, f.block, join, yes_live, bool(f.edges[no]))


def merge(f: FunctionState, node: Any, a: Operand, b: Operand, yes_end: Any, no_end: Any, join: Any, yes_live: bool, no_live: bool) -> Operand:
    t = composite(f, a, b, node.coord)
    u = T.strip(t)
    out: Operand | None = None
    if T.is_record(u) or (u.kind == "int" and u.size == 16):
        slot = f.new_slot("", t)
        out = access.memory(f, f.fn.slot_addr(slot), t)
    result = Variable("", t, "auto", node.coord)
    values: list[Any] = []
    for end, o in ((yes_end, a), (no_end, b)):
        f.block = end
        if f.is_terminated():
            values.append(None)
            continue
        if out is not None:
            access.copy(f, out, o)
            values.append(None)
        elif u.kind != "void":
            value = convert(f, o, t).value
            values.append(value)
            f.write_var(result, value)
        else:
            values.append(None)
        f.jump(join)
    f.start(join)
    if out is not None:
        return a if yes_live and not no_live else b if no_live and not yes_live else out
    if u.kind == "void":
        return value_of(T.VOID, None)
    # one arm is dead: its value is the expression's, so that constant expressions fold
    if yes_live != no_live:
        live = values[0] if yes_live else values[1]
        if live is not None and (live.block is None or f.edges[join]):
            return value_of(t, live)
    return value_of(t, f.read_var(result))


def assignment(f: FunctionState, node: Any) -> Operand:
    op = node.op
    if op != "=":
        return compound_assignment(f, node)
    if type(node.lvalue) is c_ast.ID:
        target = f.expr(node.lvalue)
        o = f.expr(node.rvalue)
    else:
        o = rvalue(f, f.expr(node.rvalue))
        target = f.expr(node.lvalue)
    f.pos = node.coord
    if not is_modifiable(f, target, node.coord):
        return f.poison()
    o = assign_convert(f, o, target.type, node.coord, "assignment")
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


def compound_assignment(f: FunctionState, node: Any) -> Operand:
    target = f.expr(node.lvalue)
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


def comma(f: FunctionState, node: Any) -> Operand:
    o = value_of(T.VOID, None)
    for expr in node.exprs:
        o = f.expr(expr)
    return rvalue(f, o)


def subscript(f: FunctionState, node: Any) -> Operand:
    base = f.expr(node.name)
    t = T.strip(base.type)
    if base.kind == "mem" and t.kind == "array" and base.member is None:
        index = promoted_index(f, scalar(f, node.subscript), node.coord)
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
    if index.value.op == "const" and (f.preserve or (T.is_record(elem) and elem.preserve_access)):
        n = index.value.aux
        size = element_size(f, t, node.coord)
        from .state import CoreChain

        out = access.memory(f, base.value, t.target, 0)
        out.core = CoreChain(base.value, access.relocation_root(t.target), [n], n * size)
        return out
    pointer = pointer_operation(f, "+", base, index, t, T.strip(index.type), node.coord)
    return dereference(f, pointer, node.coord)


def promoted_index(f: FunctionState, index: Operand, where: Any) -> Operand:
    if not T.is_integer(T.strip(index.type)):
        f.diag.error(where, "array subscript is not an integer")
        return value_of(T.INT, f.const("i32", 0))
    return promoted(f, index)


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


def statement_expression(f: FunctionState, node: Any) -> Operand:
    if f.unit.at_file_scope(f) and not f.unit.unevaluated and not f.scopes:
        f.diag.error(node.coord, "statement expression not allowed at file scope")
        return f.poison()
    return f.unit.statement_expression(f, node.body)


def compound_literal(f: FunctionState, node: Any) -> Operand:
    t = f.unit.type_name(f, node.type)
    return f.unit.compound_literal(f, t, node.init, node.coord)


def generic(f: FunctionState, node: Any) -> Operand:
    """_Generic (6.5.1.1): the control's type after lvalue conversion."""
    o = type_of(f, node.control)
    t = T.strip(o.type)
    if t.kind == "array":
        t = T.Ptr(t.elem)
    elif t.kind == "func":
        t = T.Ptr(t)
    default = chosen = None
    seen: list[T.Type] = []
    for typ, expr in node.assocs:
        if typ is None:
            if default is not None:
                f.diag.error(expr.coord, "duplicate default generic association")
            default = expr
            continue
        candidate = f.unit.type_name(f, typ)
        for other in seen:
            if T.same_qualified(candidate, other):
                f.diag.error(typ.coord, f"type '{T.spell(candidate)}' in generic association compatible with previously specified type '{T.spell(other)}'")
        seen.append(candidate)
        if chosen is None and not any(T.qualifiers(candidate)[:2]) and T.same(candidate, t):
            chosen = expr
    if chosen is not None:
        return f.expr(chosen)
    if default is None:
        f.diag.error(node.coord, f"controlling expression type '{T.spell(o.type)}' not compatible with any generic association type")
        return f.poison()
    return f.expr(default)


def label_address(f: FunctionState, node: Any) -> Operand:
    f.diag.error(node.coord, f"the address of label '{node.name}' is not supported on BPF: there are no indirect jumps")
    return value_of(T.VOID_PTR, f.fn.undef("ptr"))


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
