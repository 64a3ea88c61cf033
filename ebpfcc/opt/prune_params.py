"""Removes block parameters that every edge gives the same value (or themselves), and those that nothing reads.

SSA construction leaves them behind where a loop turned out not to change a variable."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Block, Function, Target, Value, replace_values


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
    new: dict[Value, Value] = {}

    def find(v: Value) -> Value:
        while v in new:
            v = new[v]
        return v

    removed = 0
    changed = True
    while changed:
        changed = False
        for block in fn.blocks[1:]:
            params = block.params
            if not params:
                continue
            targets = edges[block]
            for i in range(len(params) - 1, -1, -1):
                param = params[i]
                same: Value | None = None
                for target in targets:
                    v = find(target.args[i])
                    if v is param or v is same:
                        continue
                    if same is not None and v.op != "undef":
                        if same.op != "undef":
                            same = None
                            break
                        same = v
                    elif same is None:
                        same = v
                else:
                    if same is None:
                        same = fn.undef(param.type)
                    elif same.op != "undef" and same.op != "const" and any(find(t.args[i]).op == "undef" for t in targets):
                        continue  # the other value may not dominate this block
                    new[param] = same
                    del params[i]
                    for target in targets:
                        del target.args[i]
                    removed += 1
                    changed = True
    replace_values(fn, new)
    return removed + drop_dead(fn, edges)


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
