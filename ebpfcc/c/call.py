"""Function calls (C11 6.5.2.2) under the BPF calling convention: five arguments in r1-r5, the result in r0."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Call, Mem, Value
from . import access, overload, wide
from . import types as T
from .arity import LEAST, PRINTERS
from .convert import assign_convert, convert, promoted, rvalue, value_of
from .map_arguments import HELPERS as MAP_HELPERS
from .map_arguments import check_sizes
from .state import FunctionState, FunctionSymbol, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def call_builtin(f: FunctionState, name: str, node: Any, args: list[Any]) -> Operand:
    f.pos = node.coord
    if len(args) < LEAST.get(name, 0):
        f.diag.error(node.coord, f"too few arguments to function call, expected at least {LEAST[name]}, have {len(args)}")
        return f.poison()
    result: Operand = f.unit.builtins[name](f, node, args)
    return result


def call(f: FunctionState, node: Any) -> Operand:
    callee_node = node.name
    args = node.args.exprs if node.args is not None else []
    if type(callee_node) is c_ast.ID:
        name = callee_node.name
        symbol = f.lookup(name)
        builtin = f.unit.builtins.get(name)
        # a declaration, unlike a definition, does not hide a builtin (GCC manual, "Other Builtins")
        if builtin is not None and not (symbol is not None and (type(symbol) is not FunctionSymbol or symbol.node is not None)):
            if symbol is None or name in f.unit.library or name.startswith("__builtin_"):
                return call_builtin(f, name, node, args)
        if symbol is None:
            symbol = f.unit.implicit_function(f, name, callee_node)
            if symbol is None:
                for arg in args:
                    f.expr(arg)
                return f.poison()
        if type(symbol) is FunctionSymbol and symbol.overloads:
            symbol = overload.choose(f, symbol, args, node)
            if symbol is None:
                return f.poison()
            f.pos = node.coord
            return call_function(f, symbol, symbol.type, args, node)
        if type(symbol) is FunctionSymbol and symbol.symbol in f.unit.builtins and symbol.symbol != name:
            return call_builtin(f, symbol.symbol, node, args)
        if name in PRINTERS and f.unit.warns_formats and not f.unit.unevaluated:
            from .bpf_format import check_call

            check_call(f, name, args)
    callee = f.expr(callee_node)
    while callee.kind == "mem" and T.strip(callee.type).kind == "func":
        callee = rvalue(f, callee)
    if callee.kind == "func":
        return call_function(f, callee.var, callee.type, args, node)
    target = constant_target(f, callee)
    value = rvalue(f, callee)
    t = T.strip(value.type)
    if t.kind == "ptr":
        t = T.strip(t.target)
    if t is T.POISON:
        for arg in args:
            f.expr(arg)
        return f.poison()
    if t.kind != "func":
        f.diag.error(node.coord, f"called object type '{T.spell(callee.type)}' is not a function or function pointer")
        return f.poison()
    if target is None and value.value is not None and value.value.op == "const":
        target = value.value.aux
    if target is not None:
        return finish(f, Call("helper", target), t, [], args, node, callee.var.name if type(callee.var) is Variable else "helper", callee.var)
    if value.value is not None and value.value.op == "gaddr" and value.value.aux[1] == 0:
        return finish(f, Call("func", value.value.aux[0]), t, [], args, node, value.value.aux[0])
    return finish(f, Call("indirect", None), t, [value.value], args, node, "function")


def points_to(t: T.Type, target: T.Type) -> bool:
    """Whether a pointer of this type can point to an object of that one."""
    pointer = T.strip(t)
    return pointer.kind == "ptr" and (T.strip(pointer.target).kind == "void" or T.same(T.strip(pointer.target), T.strip(target)))


def constant_target(f: FunctionState, callee: Operand) -> int | None:
    """A helper's number: `static long (*bpf_helper)(...) = (void *) 12;`, also where the pointer is not const."""
    variable = callee.var
    if callee.kind != "mem" or type(variable) is not Variable or variable.storage != "static" or variable.written:
        return None
    constant = f.unit.initial_constant(f, variable)
    return constant.aux if constant is not None and constant.op == "const" else None


def call_function(f: FunctionState, symbol: FunctionSymbol, t: Any, args: list[Any], node: Any) -> Operand:
    f.unit.use_function(symbol)
    target = symbol.symbol
    helper = symbol.attrs.get("kernel_helper")
    info = Call("helper", helper) if helper is not None else Call("func", target)
    info.noreturn = "noreturn" in symbol.attrs
    return finish(f, info, t, [], args, node, symbol.name, symbol)


def finish(
    f: FunctionState, info: Call, t: T.Func, values: list[Value], args: list[Any], node: Any, name: str, named: FunctionSymbol | Variable | None = None
) -> Operand:
    """named: what is called, by name; a function of this source extends its results as their type says."""
    symbol = named if type(named) is FunctionSymbol else None
    params = t.params
    if t.prototype and (len(args) < len(params) or (len(args) > len(params) and not t.variadic)):
        few = len(args) < len(params)
        where = node.args.coord if few else args[len(params)].coord
        f.diag.error(where, f"too {'few' if few else 'many'} arguments to function call, expected {'at least ' * t.variadic}{len(params)}, have {len(args)}")
        if named is not None and all(p.name for p in params):
            f.diag.note(where, f"it is called as {named.name}({', '.join([*(p.name for p in params), *['...'] * t.variadic])})")
        if named is not None and named.pos is not None:
            f.diag.note(named.pos, f"'{named.name}' declared here")
        for arg in args:
            f.expr(arg)
        return f.poison()
    ret = T.strip(t.ret)
    out: Operand | None = None
    if T.is_record(ret) and not T.is_complete(ret):
        f.diag.error(node.coord, f"calling '{name}' with incomplete return type '{T.spell(t.ret)}'")
        return f.poison()
    if T.in_memory(ret):
        into, f.into = f.into, None
        slot = into[1] if into is not None and into[0] is node else f.new_temporary(t.ret, 8)
        out = access.memory(f, f.fn.slot_addr(slot), t.ret, 0, slot.align)
        values.append(f.fn.slot_addr(slot))
    if f.unit.formats and symbol is not None and "format" in symbol.attrs and type(symbol.attrs["format"]) is tuple:
        operands: list[Operand] | None = []
    else:
        operands = None
    for i, arg in enumerate(args):
        o = f.expr(arg)
        literal, at = o.literal, o.type if o.kind in ("mem", "ssa") else None
        o = rvalue(f, o)
        if operands is not None:
            operands.append(o)
            o.literal = literal
        if info.kind == "helper" and SENT.get(info.target) == i:
            note_sent(f, o.type)
        if i < len(params):
            told = len(f.diag.records)
            o = assign_convert(f, o, params[i].type, arg.coord, f"passing argument {i + 1} of '{name}'", arg)
            if len(f.diag.records) > told and at is not None and points_to(params[i].type, at):
                f.diag.note(arg.coord, "take the address with '&'")
        elif o.kind == "value" and o.value is not None and T.is_integer(T.strip(o.type)):
            o = promoted(f, o)
        elif T.strip(o.type) is T.FLOAT:
            o = convert(f, o, T.DOUBLE)
        if i < len(params) or symbol is None or symbol.node is None:
            pass_argument(f, o, values)
    if operands is not None:
        from .format import check

        check(f, symbol.attrs["format"], args, operands)  # type: ignore[union-attr]
    f.pos = node.coord
    kind = "void" if out is not None else ir_type(ret)
    info.ctype = t
    value = f.effect("call", kind, values, info)
    if info.kind == "helper" and info.target in MAP_HELPERS and f.is_reached():
        check_sizes(f, value, args)
    if info.noreturn and not f.unit.unevaluated:
        f.terminate("unreachable", [], [])
        f.unreachable_block()
    if out is not None:
        return out
    if ret.kind == "void":
        return value_of(T.VOID, None)
    return value_of(ret, value if symbol is not None and symbol.node is not None else narrow_result(f, ret, value))


# Helper (enum bpf_func_id) -> its argument that is the address of what goes to user space: bpf_perf_event_output, bpf_skb_output,
# bpf_xdp_output, bpf_ringbuf_output, bpf_ringbuf_submit.
SENT = {25: 3, 111: 3, 121: 3, 130: 1, 132: 0}


def note_sent(f: FunctionState, address: T.Type) -> None:
    pointer: Any = T.strip(address)
    record: Any = T.strip(pointer.target) if pointer.kind == "ptr" else None
    if record is not None and T.is_record(record) and record.tag and T.is_complete(record):
        f.unit.module.sent[record.tag] = record


def narrow_result(f: FunctionState, ret: Any, value: Value) -> Value:
    """A callee extends narrow results only to what its own type says; the upper bits of r0 are not to be relied on."""
    if ret.kind == "bool":
        return f.emit("and", "i32", [value, f.const("i32", 1)])
    if ret.kind == "int" and ret.size < 4:
        if ret.signed:
            return f.emit("sextn", "i32", [value], ret.size * 8)
        return f.emit("and", "i32", [value, f.const("i32", (1 << ret.size * 8) - 1)])
    return value


TAILS = (0, 1, 2, 4)  # bytes of a record's last register that are one access: what is above them says nothing


def pass_argument(f: FunctionState, o: Operand, values: list[Value]) -> None:
    """A scalar in one register; a record of up to 16 bytes in one or two, a larger one by the address of a copy."""
    if o.kind == "value":
        if o.value is None:
            f.diag.error(f.pos, "argument type 'void' is incomplete")
            values.append(f.fn.undef("i64"))
        elif type(o.value) is wide.Wide:
            values += wide.in_order(f, o.value)
        else:
            values.append(o.value)
        return
    size = T.sizeof(o.type)
    if size > 16:
        slot = f.new_temporary(o.type, 8)
        copy = access.memory(f, f.fn.slot_addr(slot), o.type, 0, slot.align)
        access.copy(f, copy, o)
        values.append(f.fn.slot_addr(slot))
        return
    if size % 8 not in TAILS:
        slot = f.new_temporary(T.Array(T.ULONG, (size + 7) // 8), 8)
        copy = access.memory(f, f.fn.slot_addr(slot), o.type, 0, 8)
        f.effect("memset", "void", [f.fn.slot_addr(slot), f.const("i32", 0)], Mem((size + 7) // 8 * 8, False, 0, False, 8))
        access.copy(f, copy, o)
        o = copy
    base, off = access.target_base(f, o)
    for piece in range(0, size, 8):
        width = min(size - piece, 8) if size % 8 in TAILS else 8
        mem = Mem(width, False, off + piece, o.volatile, min(o.align, width))
        values.append(f.load("i64", base, mem) if width == 8 else f.emit("zext", "i64", [f.load("i32", base, mem)]))


def receive_parameters(f: FunctionState, t: T.Func, params: list[Any]) -> None:
    """Binds the entry block's parameters to the C parameters (declared in the function's outermost scope)."""
    entry = f.fn.blocks[0]

    def new_param(kind: str, name: str, pos: Any) -> Value:
        value = Value("param", kind, [], None, pos)
        value.block = entry
        value.name = name
        entry.params.append(value)
        return value

    if T.in_memory(T.strip(t.ret)):
        result = Variable("", T.Ptr(t.ret), "auto", f.pos)
        f.ret_slot = result
        f.write_var(result, new_param("ptr", "result", f.pos))
        f.fn.ret = "void"
    for p in params:
        u = T.strip(p.type)
        variable = Variable(p.name, p.type, "auto", p.pos)
        if p.quiet:
            variable.attrs = {"unused": True}
        if p.name:
            if p.name in f.scopes[-1]:
                f.diag.error(p.pos, f"redefinition of parameter '{p.name}'")
            elif "shadow" in f.unit.asked:
                f.unit.warn_shadow(f, p.name, p.pos)
            f.scopes[-1][p.name] = variable
        if T.in_memory(u):
            receive_record(f, variable, u, new_param)
            continue
        value = new_param(ir_type(u), p.name or "", p.pos)
        if p.name in f.addressed or T.qualifiers(p.type)[1]:
            variable.slot = f.new_slot(p.name, p.type)
            target = access.memory(f, f.fn.slot_addr(variable.slot), p.type)
            access.store(f, target, value)
        else:
            f.write_var(variable, value)


def receive_record(f: FunctionState, variable: Variable, u: Any, new_param: Any) -> None:
    size = T.sizeof(u)
    if size > 16:
        pointer = new_param("ptr", variable.name, variable.pos)
        slot = f.new_slot(variable.name, variable.type, 8)
        target = access.memory(f, f.fn.slot_addr(slot), variable.type, 0, 8)
        access.copy(f, target, access.memory(f, pointer, variable.type))
    else:
        slot = f.new_slot(variable.name, T.Array(T.ULONG, (size + 7) // 8), 8)
        for piece in range(0, size, 8):
            value = new_param("i64", variable.name, variable.pos)
            width = min(size - piece, 8) if size % 8 in TAILS else 8
            if width < 8:
                value = f.emit("trunc", "i32", [value])
            f.effect("store", "void", [f.fn.slot_addr(slot), value], Mem(width, False, piece))
    variable.slot = slot


def call_symbol(f: FunctionState, symbol: FunctionSymbol, args: list[Value], where: Any) -> None:
    """A call that the source does not spell (a cleanup)."""
    f.unit.use_function(symbol)
    f.pos = where
    f.effect("call", ir_type(symbol.type.ret), args, Call("func", symbol.symbol, False, symbol.type))
