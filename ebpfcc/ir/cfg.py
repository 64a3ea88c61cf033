"""Control flow: predecessors, reverse postorder, dominators, natural loops.

Dominators after Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm" (2001)."""

from __future__ import annotations

from operator import attrgetter

from .core import Block, Function


def reverse_postorder(fn: Function) -> list[Block]:
    """Blocks reachable from the entry, each before its successors except along back edges; sets `Block.index`."""
    seen = {fn.blocks[0]}
    order: list[Block] = []
    stack = [fn.blocks[0]]
    waiting = [[t.block for t in fn.blocks[0].insns[-1].targets]]  # successors still to be visited, the next one last
    while stack:
        succs = waiting[-1]
        while succs:
            s = succs.pop()
            if s not in seen:
                seen.add(s)
                stack.append(s)
                waiting.append([t.block for t in s.insns[-1].targets])
                break
        else:
            order.append(stack.pop())
            waiting.pop()
    order.reverse()
    for i, block in enumerate(order):
        block.index = i
    return order


def compute_preds(fn: Function) -> list[Block]:
    """Removes unreachable blocks, orders `fn.blocks` in reverse postorder, fills `Block.preds` (a block twice for two edges)."""
    order = reverse_postorder(fn)
    fn.blocks[:] = order
    for block in order:
        block.preds = []
    for block in order:
        for target in block.insns[-1].targets:
            target.block.preds.append(block)
    return order


index_of = attrgetter("index")


def dominators(fn: Function) -> dict[Block, Block]:
    """Immediate dominators (the entry maps to itself). Requires `compute_preds`."""
    order = fn.blocks
    entry = order[0]
    idom: dict[Block, Block] = {entry: entry}
    changed = True
    while changed:
        changed = False
        for block in order[1:]:
            new: Block | None = None
            preds = block.preds
            if len(preds) > 2:  # from below: where each comes from the one before, as with `a || b || ...`, every meeting is one step away
                preds = sorted(preds, key=index_of, reverse=True)
            for p in preds:
                if p not in idom:
                    continue
                if new is None:
                    new = p
                    continue
                a, b = p, new
                while a is not b:
                    while a.index > b.index:
                        a = idom[a]
                    while b.index > a.index:
                        b = idom[b]
                new = a
            assert new is not None
            if idom.get(block) is not new:
                idom[block] = new
                changed = True
    return idom


def dominates(idom: dict[Block, Block], a: Block, b: Block) -> bool:
    """Whether every path from the entry to b passes a."""
    while b.index > a.index:
        b = idom[b]
    return a is b


class Loop:
    """A natural loop: header, blocks (header included), the loop around it, latches (sources of back edges)."""

    __slots__ = ("header", "blocks", "parent", "latches", "depth")

    def __init__(self, header: Block) -> None:
        self.header = header
        self.blocks: set[Block] = {header}
        self.parent: Loop | None = None
        self.latches: list[Block] = []
        self.depth = 1


def find_loops(fn: Function, idom: dict[Block, Block] | None = None) -> list[Loop]:
    """Natural loops, inner ones before the loops around them. Requires `compute_preds`. Irreducible cycles are not loops."""
    if idom is None:
        idom = dominators(fn)
    loops: list[Loop] = []
    for header in reversed(fn.blocks):
        latches = [p for p in header.preds if p.index >= header.index and dominates(idom, header, p)]
        if not latches:
            continue
        loop = Loop(header)
        loop.latches = latches
        work = [p for p in latches if p is not header]
        while work:
            block = work.pop()
            if block in loop.blocks:
                continue
            loop.blocks.add(block)
            work.extend(block.preds)
        loops.append(loop)
    for i, inner in enumerate(loops):
        for outer in loops[i + 1 :]:
            if inner.header in outer.blocks and outer is not inner:
                inner.parent = outer
                break
    for loop in reversed(loops):
        loop.depth = loop.parent.depth + 1 if loop.parent else 1
    return loops


def loop_depths(fn: Function, loops: list[Loop]) -> dict[Block, int]:
    """How many natural loops each block is in."""
    depth = dict.fromkeys(fn.blocks, 0)
    for loop in loops:
        for block in loop.blocks:
            depth[block] += 1
    return depth
