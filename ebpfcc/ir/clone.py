"""Copies of instructions and blocks. What hangs on an instruction (Mem, Atomic, Call, Asm) is never changed in place, so copies share it."""

from __future__ import annotations

from .core import Block, Target, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def copy_insn(insn: Value, values: dict[Value, Value], block: Block) -> Value:
    """The instruction again, reading what `values` says in place of its operands; the caller puts it into the block."""
    get = values.get
    copy = Value(insn.op, insn.type, [get(a, a) for a in insn.args], own_list(insn), insn.pos)
    copy.block = block
    return copy


def copy_param(param: Value, block: Block) -> Value:
    """The parameter again, as the last one of the block."""
    copy = Value("param", param.type, [], None, param.pos)
    copy.block = block
    block.params.append(copy)
    return copy


def own_list(insn: Value) -> object:
    """The record that a copy carries: cases of a switch are a list, which passes shorten."""
    return list(insn.aux) if isinstance(insn.aux, list) else insn.aux


def copy_body(blocks: Iterable[Block], copies: dict[Block, Block], values: dict[Value, Value], outside: Callable[[Value], Value]) -> None:
    """Fills copies[b] for each block b. values: what stands for parameters and operands, gets the copies; outside: what stands for an
    operand that has no entry there. Edges to blocks without a copy stay as they are."""
    made: list[tuple[Value, Value]] = []
    for b in blocks:  # instructions first, so that every operand has its copy whatever the order of the blocks
        out = copies[b]
        for p in b.params:
            if p not in values:
                values[p] = copy_param(p, out)
        for insn in b.insns:
            values[insn] = copy = Value(insn.op, insn.type, [], own_list(insn), insn.pos)
            copy.block = out
            out.insns.append(copy)
            made.append((insn, copy))

    def value_of(v: Value) -> Value:
        known = values.get(v)
        if known is None:
            known = values[v] = outside(v)
        return known

    for insn, copy in made:
        copy.args = [value_of(a) for a in insn.args]
        if insn.targets:
            copy.targets = [Target(copies.get(t.block, t.block), [value_of(a) for a in t.args]) for t in insn.targets]
