"""Declarations inside functions, and compound literals."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import ASM_REGISTERS, Mem
from . import access, elsewhere, init
from . import types as T
from .attributes import gather
from .convert import assign_convert, rvalue
from .declare import AUTO, alignas, declarator_type, inferred, mentions
from .nodes import Typedef
from .state import FunctionState, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


MOST_STACK = 1 << 16  # an object far beyond the stack, refused before its initialisation is expanded


def declare(f: FunctionState, node: Any) -> None:
    """One declarator of a block-scope declaration."""
    if isinstance(node, Typedef):
        f.unit.declare_typedef(f, node)
        return
    t = declarator_type(f, node.type)
    if node.name is None:
        return
    attrs = gather(f, node.attrs) if node.attrs else {}
    u = T.strip(t)
    if u.kind == "func":
        symbol = f.unit.declare_function(f, node, u, attrs)
        f.scopes[-1][node.name] = symbol
        return
    if "extern" in node.storage:
        if node.init is not None:
            f.diag.error(node.coord, "declaration of block scope identifier with linkage cannot have an initializer")
            node.init = None
        scopes, f.scopes = f.scopes, []
        f.unit.declare_variable(f, node, t, attrs)
        f.scopes = scopes
        known = f.unit.names.get(node.name)
        if known is not None:
            f.scopes[-1][node.name] = known
        return
    if "_Thread_local" in node.storage:
        f.diag.error(node.coord, "thread-local storage is not supported for the current target")
    known = f.scopes[-1].get(node.name) or (f.scopes[0].get(node.name) if len(f.scopes) == 2 else None)  # the outermost scope: parameters
    if known is not None:
        f.diag.error(node.coord, f"redefinition of '{node.name}'")
        if getattr(known, "pos", None) is not None:
            f.diag.note(known.pos, "previous definition is here")
    elif "shadow" in f.unit.asked:
        f.unit.warn_shadow(f, node.name, node.coord)
    if "static" in node.storage:
        t = inferred(f, t, node)
        declare_static(f, node, t, attrs)
    else:
        declare_automatic(f, node, t, attrs)


def declare_static(f: FunctionState, node: Any, t: T.Type, attrs: dict[str, Any]) -> None:
    if T.strip(t).kind == "array" and T.strip(t).count is None and node.init is not None:
        t = T.with_count(t, init.flatten(f, t, node.init)[1])
    variable = Variable(node.name, t, "static", node.coord)
    variable.attrs = attrs
    variable.tags = list(attrs.get("btf_decl_tag", ()))
    variable.init = node.init
    symbol = f"{f.name}.{node.name}"
    while symbol in f.unit.statics:
        f.unit.counter += 1
        symbol = f"{f.name}.{node.name}.{f.unit.counter}"
    f.unit.statics.add(symbol)
    variable.symbol = symbol
    f.scopes[-1][node.name] = variable
    variable.scopes = list(f.scopes), list(f.tags)
    if node.init is not None:
        f.unit.local_statics.append(variable)
    if "used" in attrs:
        f.unit.emit_variable(variable)


def declare_automatic(f: FunctionState, node: Any, t: T.Type, attrs: dict[str, Any]) -> None:
    name = node.name
    u = T.strip(t)
    if t is AUTO or (t.kind == "qual" and t.target is AUTO):  # type: ignore[attr-defined]
        if node.init is None:
            f.diag.error(node.coord, f"declaration of variable '{name}' with deduced type '__auto_type' requires an initializer")
            return
        o = rvalue(f, f.expr(node.init))
        const, volatile, _ = T.qualifiers(t)
        t = T.qualify(T.unqualified(o.type), const, volatile)
        variable = Variable(name, t, "auto", node.coord)
        variable.attrs = attrs
        f.scopes[-1][name] = variable
        place(f, variable, attrs, node)
        if attrs.get("cleanup"):
            f.cleanups[-1].append((variable, attrs["cleanup"]))
        assign_initial(f, variable, o, node)
        return
    if u.kind == "array" and u.count is None and node.init is not None:
        t = T.with_count(t, init.flatten(f, t, node.init)[1])
        u = T.strip(t)
    if T.is_variable(u):
        f.pos = node.coord
        f.refuse(f"variable length array '{name}' is not supported on BPF: the stack frame is of constant size, so give it a constant length")
        if node.init is not None:
            f.diag.error(node.coord, "variable-sized object may not be initialized")
            node.init = None
    if not T.is_complete(t):
        f.diag.error(node.coord, f"variable has incomplete type '{T.spell(t)}'")
        elsewhere.explain(f.unit, T.spell(t), node.coord)
        f.scopes[-1][name] = Variable(name, T.POISON, "auto", node.coord)
        return
    if T.sizeof(t) > MOST_STACK:
        f.diag.error(node.coord, f"stack of function '{f.name}' is above the limit of 512: object '{name}' ({T.sizeof(t)} bytes)")
        f.scopes[-1][name] = Variable(name, T.POISON, "auto", node.coord)
        return
    variable = Variable(name, t, "auto", node.coord)
    variable.attrs = attrs
    if "asm label" in attrs:
        name_register(f, variable, node)
    f.scopes[-1][name] = variable
    place(f, variable, attrs, node)
    if attrs.get("cleanup"):
        f.cleanups[-1].append((variable, attrs["cleanup"]))
    if node.init is None:
        if f.unit.auto_init and "uninitialized" not in attrs:
            fill(f, variable, 0 if f.unit.auto_init == "zero" else 0xAA)
        elif variable.slot is None:
            f.write_var(variable, f.fn.undef(ir_type(t)))
            if f.flow is not None:
                f.flow.bare.add(variable)
        return
    known = len(f.temporaries)
    if variable.slot is not None and T.is_record(u) and type(node.init) is c_ast.FuncCall and not mentions(node.init, name):
        f.into = node.init, variable.slot  # no copy
    initialise(f, variable, node)
    f.into = None
    f.end_temporaries(known)


def fill(f: FunctionState, variable: Variable, byte: int) -> None:
    """-ftrivial-auto-var-init="""
    f.pos = variable.pos
    if variable.slot is None:
        size = T.sizeof(variable.type)
        kind = ir_type(variable.type)
        signed = bool(getattr(T.strip(variable.type), "signed", False))
        f.write_var(variable, f.fn.const(kind, int.from_bytes(bytes([byte]) * size, "little", signed=signed)))
        if T.strip(variable.type).kind == "bool":
            f.write_var(variable, f.fn.const(kind, byte & 1))
    elif variable.slot.size:
        f.effect("memset", "void", [f.fn.slot_addr(variable.slot), f.const("i32", byte)], Mem(variable.slot.size, False, 0, False, variable.slot.align))


def name_register(f: FunctionState, variable: Variable, node: Any) -> None:
    """`register long x asm("r8")`: GCC manual, "Specifying Registers for Local Variables"."""
    label = variable.attrs["asm label"]
    if "register" not in node.storage:
        f.diag.warning("ignored-attributes", node.coord, f"ignored asm label '{label}' on automatic variable")
    elif label in ASM_REGISTERS:
        variable.asm_reg = f"r{ASM_REGISTERS[label]}"
    else:
        f.diag.error(node.coord, f"unknown register name '{label}' in asm")


def place(f: FunctionState, variable: Variable, attrs: dict[str, Any], node: Any) -> None:
    """Gives the variable a stack slot unless it can live in SSA alone."""
    t = variable.type
    u = T.strip(t)
    aligned = attrs.get("aligned", 0)
    if node.align:
        aligned = max(aligned, alignas(f, node.align))
    volatile = T.qualifiers(t)[1]
    atomic = T.qualifiers(t)[2]
    if T.is_scalar(u) and not T.in_memory(u) and variable.name not in f.addressed and not volatile and not atomic and "cleanup" not in attrs:
        return
    size = T.sizeof(t)
    # a wider alignment than the type's costs nothing on the stack and lets copies use whole words
    variable.slot = f.new_slot(variable.name, t, max(aligned, 8 if size >= 8 else 1))


def initialise(f: FunctionState, variable: Variable, node: Any) -> None:
    t = variable.type
    u = T.strip(t)
    value = node.init
    if isinstance(value, c_ast.InitList) and T.is_scalar(u) and value.exprs and isinstance(value.exprs[0], c_ast.NamedInitializer):
        f.diag.error(value.exprs[0].coord, f"initialization of non-aggregate type '{T.spell(t)}' with a designated initializer list")
        return
    if isinstance(value, c_ast.InitList) and T.is_scalar(u):
        value = init.unbrace(value)
        if value is None:
            assign_initial(f, variable, Operand("value", T.INT, f.const("i32", 0)), node)
            return
    if isinstance(value, c_ast.InitList) or (u.kind == "array"):
        target = access.memory(f, f.fn.slot_addr(variable.slot), T.strip_quals(t), 0, variable.slot.align)  # type: ignore[arg-type,union-attr]
        leaves, _ = init.flatten(f, t, value)
        if u.kind == "array" and init.is_string_for(u, value):
            variable.text = value
        if u.kind == "array" and not isinstance(value, c_ast.InitList) and not init.is_string_for(u, value):
            if isinstance(value, c_ast.CompoundLiteral):
                access.copy(f, target, f.expr(value))
                return
            f.diag.error(node.coord, "array initializer must be an initializer list or string literal")
            return
        init.store_auto(f, target, leaves)
        return
    assign_initial(f, variable, f.expr(value), node)


def assign_initial(f: FunctionState, variable: Variable, o: Operand, node: Any) -> None:
    o = assign_convert(f, o, variable.type, node.init.coord if node.init is not None else node.coord, "initialization", node.init)
    f.pos = node.coord
    if variable.slot is None:
        if o.value is not None and o.kind == "value":
            f.write_var(variable, o.value)
        return
    target = access.memory(f, f.fn.slot_addr(variable.slot), variable.type, 0, variable.slot.align)
    if o.kind == "mem":
        if o.value is not target.value or o.off:
            access.copy(f, target, o)
    elif o.value is not None:
        access.store(f, target, o.value)


def compound_literal(f: FunctionState, t: T.Type, node: Any, where: Any) -> Operand:
    """`(type){...}`: static at file scope, else an object of the enclosing block."""
    u = T.strip(t)
    if u.kind == "func" or not (T.is_complete(t) or u.kind == "array"):
        f.diag.error(f.pos, f"illegal initializer type '{T.spell(t)}'" if u.kind == "func" else f"variable has incomplete type '{T.spell(t)}'")
        return f.poison()
    leaves, count = init.flatten(f, t, node)
    if u.kind == "array" and u.count is None:
        t = T.with_count(t, count)
    if not T.is_complete(t):
        f.diag.error(where, f"compound literal has incomplete type '{T.spell(t)}'")
        return f.poison()
    if f.unit.at_file_scope(f):
        image = init.new_image(f, T.sizeof(t), T.alignof(t), where)
        if image is None:
            return f.poison()
        init.write_static(f, image, t, 0, leaves)
        const = T.qualifiers(t)[0] or f.unit.unevaluated > 0
        symbol = f.unit.static_object(".compoundliteral", t, image, const, where)
        for _, name, _, _ in image.relocs:
            f.unit.refer(name)
        return access.memory(f, f.fn.gaddr(symbol), t)
    size = T.sizeof(t)
    slot = f.new_slot("", t, 8 if size >= 8 else 1)
    target = access.memory(f, f.fn.slot_addr(slot), t, 0, slot.align)
    init.store_auto(f, target, leaves)
    return target
