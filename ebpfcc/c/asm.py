"""asm statements: operands become values; the text itself is assembled by codegen, after registers are known."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Asm, Mem, Value
from . import access
from . import types as T
from .call import constant_target
from .control import type_of
from .convert import convert, convert_int, rvalue, value_of
from .nodes import children
from .state import FunctionState, Operand, Variable, ir_type
from .stmt import find_label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


LETTERS = frozenset("=+&%,*?!#rwmogXpVinsEF<>")  # of constraints that BPF has


def asm_statement(f: FunctionState, node: Any) -> None:
    template = node.template
    clobbers = list(node.clobbers)
    if " basic" in clobbers:
        clobbers.remove(" basic")
        template = template.replace("%", "%%")
    outputs: list[tuple[str, str, int]] = []
    inputs: list[tuple[str, int]] = []
    values: list[Value] = []
    names: list[str] = []
    places: list[Operand] = []
    memory: list[tuple[str, Operand]] = []
    tied: list[tuple[int, Operand]] = []
    sources: list[tuple[str, int]] = []  # of each operand of the source: whether it is an output, a memory or another input, and its number there
    for name, constraint, expr in node.outputs:
        if constraint[:1] not in ("=", "+") or not LETTERS.issuperset(constraint):
            f.diag.error(expr.coord, f"invalid output constraint '{constraint}' in asm")
            return
        place = f.expr(expr)
        if place.kind not in ("ssa", "mem"):
            f.diag.error(expr.coord, "invalid lvalue in asm output")
            return
        if is_memory(constraint):
            if not T.is_complete(place.type) and T.strip(place.type).kind != "array":
                f.diag.error(expr.coord, f"dereference of pointer to incomplete type '{T.spell(place.type)}'")
                return
            sources.append(("memory", len(memory)))
            memory.append((constraint, place))
            names.append(name)
            continue
        t = T.strip(place.type)
        if not T.is_scalar(t) or T.in_memory(t):
            f.diag.error(expr.coord, f"impossible constraint '{constraint}' in asm: value of type '{T.spell(t)}'")
            return
        if "+" in constraint:
            tied.append((len(outputs), place))
        sources.append(("output", len(outputs)))
        outputs.append((constraint.replace("+", "=") + named_register(f, expr), ir_type(t), T.sizeof(t)))
        names.append(name)
        places.append(place)
    for number, place in tied:
        inputs.append((str(number), T.sizeof(place.type)))
        values.append(f.read_var(place.var) if place.kind == "ssa" else rvalue(f, place).value)  # the assembly may give it its first value
    for constraint, place in memory:
        inputs.append((constraint, T.sizeof(place.type)))
        values.append(access.address(f, place))
    for name, constraint, expr in node.inputs:
        constraint = constraint.lstrip("=+")  # clang lets them stand there
        if matching(constraint) is None and (not constraint or not LETTERS.issuperset(constraint)):
            f.diag.error(expr.coord, f"invalid input constraint '{constraint}' in asm")
            return
        value, size = asm_input(f, constraint, expr)
        inputs.append((tied_number(f, constraint, sources, expr) or constraint + named_register(f, expr), size))
        values.append(value)
        names.append(name)
        sources.append(("input", len(sources) - len(node.outputs)))
    # the source numbers its outputs, then its inputs; what `+` adds to the inputs has no number
    starts = {"output": 0, "memory": len(outputs) + len(tied), "input": len(outputs) + len(tied) + len(memory)}
    order = [starts[kind] + n for kind, n in sources]
    asm = Asm(template, outputs, inputs, clobbers, names + node.labels, node.volatile or bool(node.labels), order if order != list(range(len(order))) else [])
    f.pos = node.coord
    emit(f, node, asm, values, places)


def is_memory(constraint: str) -> bool:
    return ("m" in constraint or "o" in constraint) and "r" not in constraint


def named_register(f: FunctionState, expr: Any) -> str:
    """`{r8}` for a variable that is declared to live there (`register long x asm("r8")`): it is there when the assembly runs."""
    symbol = f.lookup(expr.name) if isinstance(expr, c_ast.ID) else None
    return f"{{{symbol.asm_reg}}}" if isinstance(symbol, Variable) and symbol.asm_reg else ""


def tied_number(f: FunctionState, constraint: str, sources: list[tuple[str, int]], expr: Any) -> str | None:
    """The register output that a matching constraint like "0" names."""
    number = matching(constraint)
    if number is None:
        return None
    if number >= len(sources) or sources[number][0] != "output":
        f.diag.error(expr.coord, f"invalid input constraint '{constraint}' in asm")
        return None
    return str(sources[number][1])


def matching(constraint: str) -> int | None:
    """The operand that a constraint of digits names."""
    digits = constraint.strip("%&")
    return int(digits) if len(digits) < 5 and digits.isascii() and digits.isdigit() else None


def asm_input(f: FunctionState, constraint: str, expr: Any) -> tuple[Value, int]:
    if is_memory(constraint):
        place = f.expr(expr)
        if place.kind == "mem" and (T.is_complete(place.type) or T.strip(place.type).kind == "array"):
            return access.address(f, place), T.sizeof(place.type)
    immediate = ("i" in constraint or "n" in constraint) and "r" not in constraint
    if immediate:
        o = immediate_operand(f, expr)
    else:
        o = rvalue(f, f.expr(expr))
    t = T.strip(o.type)
    if o.kind != "value" or o.value is None or o.value.op == "wide" or not T.is_scalar(t):
        if o.kind == "mem" and T.sizeof(t) == 8:  # a record in a register
            return f.load("i64", access.address(f, o), Mem(8, False, 0, o.volatile, o.align)), 8
        f.diag.error(expr.coord, f"invalid operand of type '{T.spell(o.type)}' for asm constraint '{constraint}'")
        return f.fn.undef("i64"), 8
    return (o.value if immediate else unextended(o.value, T.sizeof(t))), T.sizeof(t)


def unextended(value: Value, size: int) -> Value:
    """A value narrower than 4 bytes as it was before it was cut: the upper bits of its register say nothing (programs count on that to get
    at the whole of a value through a cast)."""
    bits = size * 8
    while bits < 32 and (
        value.op == "sextn" and value.aux == bits or value.op == "and" and value.args[1].op == "const" and value.args[1].aux == (1 << bits) - 1
    ):
        value = value.args[0]
    return value.args[0] if bits < 32 and value.op == "trunc" else value


def emit(f: FunctionState, node: Any, asm: Asm, values: list[Value], places: list[Operand]) -> None:
    if node.labels:
        emit_goto(f, node, asm, values, places)
        return
    kind = asm.outputs[0][1] if asm.outputs else "void"
    first = f.effect("asm", kind, values, asm)
    results = [first]
    for i in range(1, len(asm.outputs)):
        results.append(f.effect("asm_out", asm.outputs[i][1], [first], i))
    store_results(f, places, results)


def emit_goto(f: FunctionState, node: Any, asm: Asm, values: list[Value], places: list[Operand]) -> None:
    """The outputs hold what the assembly wrote on every way out of it: where there are some, each label is reached by a block of its own."""
    following = f.new_block("asm")
    labels = [find_label(f, name) for name in node.labels]
    for label in labels:
        label.used = node
    pads = [f.new_block("asm") for _ in labels] if asm.outputs else []
    terminator = f.terminate("asm_goto", values, [following, *(pads or [label.block for label in labels])], asm)
    for block, label in zip(pads, labels):
        f.start(block)
        read_outputs(f, asm, terminator, places)
        f.jump(label.block)
    f.start(following)
    if terminator is not None:
        terminator.pos = node.coord
        read_outputs(f, asm, terminator, places)


def read_outputs(f: FunctionState, asm: Asm, terminator: Value | None, places: list[Operand]) -> None:
    if terminator is not None:
        store_results(f, places, [f.effect("asm_out", kind, [terminator], i) for i, (_, kind, _) in enumerate(asm.outputs)])


def store_results(f: FunctionState, places: list[Operand], results: list[Value]) -> None:
    for place, value in zip(places, results):
        t = T.strip(place.type)
        o = value_of(t, value)
        if T.is_integer(t) and T.sizeof(t) < 4:
            o = convert_int(f, value_of(T.INT, value), t)
        access.store(f, place, convert(f, o, t).value)


def immediate_operand(f: FunctionState, node: Any) -> Operand:
    """An "i" operand: compound literals in it are constant images, so that `*(long *)&(struct insn){...}` is a number."""
    g = f.unit.scratch()
    g.pos = node.coord
    if mentions_local(f, node):
        o = type_of(f, node)
        return o if o.kind == "value" and o.value is not None and o.value.op == "const" else rvalue(f, f.expr(node))
    f.unit.unevaluated += 1
    place = g.expr(node)
    helper = constant_target(g, place)
    o = rvalue(g, place)
    f.unit.unevaluated -= 1
    if helper is not None:
        return value_of(o.type, f.const("ptr", helper))
    if o.kind == "value" and o.value is not None and o.value.op == "const":
        return value_of(o.type, f.const(o.value.type, o.value.aux))
    if o.kind == "value" and o.value is not None and o.value.op == "gaddr":
        f.unit.refer(o.value.aux[0])
        return value_of(o.type, f.fn.gaddr(*o.value.aux))
    return rvalue(f, f.expr(node))


def mentions_local(f: FunctionState, node: Any) -> bool:
    """Whether an expression names something of the function's own scopes."""
    if isinstance(node, c_ast.ID):
        return any(node.name in scope for scope in f.scopes)
    if isinstance(node, c_ast.StructRef):  # a member's name is none
        return mentions_local(f, node.name)
    if isinstance(node, c_ast.NamedInitializer):
        return any(mentions_local(f, child) for child in (*(d for d in node.name if not isinstance(d, c_ast.ID)), node.expr))
    return any(mentions_local(f, child) for child in children(node))
