"""Dead-code elimination: deletes instructions whose result nothing live reads, and drops results that nothing reads.

A volatile access, a store, a call, an asm with volatile and a terminator are live by themselves."""

from __future__ import annotations

from ..ir.core import Atomic, Function, Value
from ..ir.effects import must_stay


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: instructions deleted."""
    live: set[Value] = set()
    work: list[Value] = []
    for block in fn.blocks:
        for insn in block.insns:
            if must_stay(insn):
                live.add(insn)
                work.append(insn)
                for target in insn.targets:
                    for a in target.args:
                        if a not in live:
                            live.add(a)
                            work.append(a)
    while work:
        for a in work.pop().args:
            if a not in live:
                live.add(a)
                work.append(a)
    removed = 0
    for block in fn.blocks:
        kept = [insn for insn in block.insns if insn in live]
        removed += len(block.insns) - len(kept)
        block.insns = kept
    if any(insn.op == "atomic" for insn in live):
        drop_unused_results(fn, live)
    return removed


def drop_unused_results(fn: Function, live: set[Value]) -> None:
    """An atomic whose old value nothing reads needs no fetch (and cpu v1 and v2 have none)."""
    read = {a for block in fn.blocks for insn in block.insns for a in insn.args}
    read.update(a for block in fn.blocks for target in block.insns[-1].targets for a in target.args)
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "atomic" and insn.aux.fetch and insn not in read and insn.aux.kind in ("add", "and", "or", "xor"):
                insn.aux = Atomic(insn.aux.kind, insn.aux.size, False, insn.aux.off)
                insn.type = "void"
