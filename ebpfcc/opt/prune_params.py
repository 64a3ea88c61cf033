"""Removes block parameters that every edge gives the same value (or themselves), and those that nothing reads.

SSA construction leaves them behind where a loop turned out not to change a variable."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, Block, Function, Target, Value, replace_values


def incoming(fn: Function) -> dict[Block, list[Target]]:
    """The edges into each block."""
    edges: dict[Block, list[Target]] = {block: [] for block in fn.blocks}
    for block in fn.blocks:
        for target in block.insns[-1].targets:
            edges[target.block].append(target)
    return edges


def run(fn: Function) -> int:
    """Requires: every block ends in a terminator. Drops unreachable blocks. Returns the number of parameters removed."""
    cfg.compute_preds(fn)
    edges = incoming(fn)
    new = same_everywhere(fn, edges, Dominance(fn))
    if new:
        for block in fn.blocks[1:]:
            gone = [i for i, p in enumerate(block.params) if p in new]
            for i in reversed(gone):
                del block.params[i]
                for target in edges[block]:
                    del target.args[i]
        replace_values(fn, new)
    return len(new) + drop_dead(fn, edges)


class Dominance:
    """Which values reach a block on every way to it; dominators are computed when first asked for."""

    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.idom: dict[Block, Block] | None = None

    def reaches(self, v: Value, block: Block) -> bool:
        if v.op in LEAVES:
            return True
        if self.idom is None:
            self.idom = cfg.dominators(self.fn)
        return v.block is not None and v.block is not block and cfg.dominates(self.idom, v.block, block)


def same_everywhere(fn: Function, edges: dict[Block, list[Target]], dominance: Dominance) -> dict[Value, Value]:
    """What each parameter that stands for one value alone stands for. Optimistic, so that parameters which only feed one another are
    seen through too (the sparse conditional propagation of Wegman and Zadeck, TOPLAS 1991, of values in place of constants)."""
    value: dict[Value, Value] = {}  # no entry: nothing is known to arrive yet
    users: dict[Value, list[tuple[Block, int]]] = {}
    work: list[tuple[Block, int]] = []
    for block in fn.blocks[1:]:
        for i in range(len(block.params)):
            work.append((block, i))
            for target in edges[block]:
                a = target.args[i]
                if a.op == "param":
                    users.setdefault(a, []).append((block, i))
    entry = set(fn.params)
    work.reverse()
    while work:
        block, i = work.pop()
        param = block.params[i]
        if value.get(param) is param:
            continue
        arrives: Value | None = None
        for target in edges[block]:
            a = target.args[i]
            if a.op == "param" and a not in entry:
                known = value.get(a)
                if known is None:
                    continue
                a = known
            if arrives is None or a is arrives:
                arrives = a
            elif arrives.op == "undef" and dominance.reaches(a, block):  # what has no value may have that one, where it is there
                arrives = a
            elif not (a.op == "undef" and dominance.reaches(arrives, block)):
                arrives = param
                break
        if arrives is not None and value.get(param) is not arrives:
            value[param] = arrives
            work.extend(users.get(param, ()))
    new: dict[Value, Value] = {}
    for block in fn.blocks[1:]:
        for param in block.params:
            v = value.get(param)
            if v is not param:
                new[param] = v if v is not None else fn.undef(param.type)
    return new


def drop_dead(fn: Function, edges: dict[Block, list[Target]]) -> int:
    """Parameters that only feed parameters that nothing else reads."""
    live: set[Value] = set()
    work: list[Value] = []
    position = {p: (block, i) for block in fn.blocks[1:] for i, p in enumerate(block.params)}
    if not position:
        return 0
    for block in fn.blocks:
        for insn in block.insns:
            for a in insn.args:
                if a.op == "param" and a not in live:
                    live.add(a)
                    work.append(a)
    while work:
        place = position.get(work.pop())
        if place is None:
            continue
        block, i = place
        for target in edges[block]:
            a = target.args[i]
            if a.op == "param" and a not in live:
                live.add(a)
                work.append(a)
    removed = 0
    for block in fn.blocks[1:]:
        for i in range(len(block.params) - 1, -1, -1):
            if block.params[i] not in live:
                del block.params[i]
                for target in edges[block]:
                    del target.args[i]
                removed += 1
    return removed
