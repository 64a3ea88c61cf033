"""Stores to stack objects that nothing reads: the objects go with them.

An object is read if a load or copy takes from it, or if its address gets anywhere else (a call, memory, a block parameter)."""

from __future__ import annotations

from ..ir.core import Function, Slot
from ..ir.effects import only_writes, root


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: instructions deleted."""
    if not fn.slots:
        return 0
    read: set[Slot] = set()
    for insn in fn.insns():
        for i, a in enumerate(insn.args):
            base = root(a)
            if base.op == "slot" and not only_writes(insn, i):
                read.add(base.aux)
        for target in insn.targets:
            read.update(base.aux for base in map(root, target.args) if base.op == "slot")
    dead = {slot for slot in fn.slots if slot not in read}
    if not dead:
        return 0
    removed = 0
    for block in fn.blocks:
        kept = [i for i in block.insns if not (i.args and i.op != "add" and root(i.args[0]).op == "slot" and root(i.args[0]).aux in dead)]
        removed += len(block.insns) - len(kept)
        block.insns = kept
    for block in fn.blocks:  # addresses that nothing reads any more
        block.insns = [i for i in block.insns if not (i.op == "add" and i.type == "ptr" and root(i).op == "slot" and root(i).aux in dead)]
    fn.slots[:] = [slot for slot in fn.slots if slot not in dead]
    return removed
