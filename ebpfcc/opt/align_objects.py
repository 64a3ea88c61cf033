"""Stack objects get the alignment that their accesses want, and accesses the alignment that their object has.

A member of a packed local is then one store and one load: stored byte by byte and read as a whole it would be a misaligned access to the
stack, which the verifier refuses (kernel/bpf/verifier.c, check_ptr_alignment). (LLVM's InferAlignment.)"""

from __future__ import annotations

from ..ir.core import Function, Slot, Value
from ..ir.effects import BLOCK_OPERATIONS

WIDEST = 8


def run(fn: Function) -> int:
    """Requires: addresses folded by gvn.  Preserves: the CFG.  Returns: accesses that became aligned."""
    if not fn.slots:
        return 0
    places = [(insn, i, place) for insn in fn.insns() for i, place in slots_accessed(insn)]
    for insn, _, (slot, off) in places:
        if insn.op in BLOCK_OPERATIONS:
            raise_alignment(slot, WIDEST)
        elif off % insn.aux.size == 0:
            raise_alignment(slot, insn.aux.size)
    done = 0
    for insn in dict.fromkeys(insn for insn, _, _ in places):
        known = [alignment(slot, off) for _, (slot, off) in slots_accessed(insn)]
        if insn.op in ("memcpy", "memmove") and len(known) < 2:
            continue  # the other end is as it is
        align = min(min(known), WIDEST if insn.op in BLOCK_OPERATIONS else insn.aux.size)
        if align > insn.aux.align:
            insn.aux = insn.aux.but(align=align)
            done += 1
    return done


def raise_alignment(slot: Slot, width: int) -> int:
    """At most to the width that still fits into the object, which is returned."""
    while width > max(slot.size, 1):
        width //= 2
    slot.align = max(slot.align, width)
    return width


def alignment(slot: Slot, off: int) -> int:
    return min(slot.align, off & -off) if off else slot.align


def slots_accessed(insn: Value) -> list[tuple[int, tuple[Slot, int]]]:
    """(operand, (stack object, offset)) of the addresses behind which the instruction reads or writes."""
    if insn.op in ("load", "store"):
        operands = insn.args[:1]
    elif insn.op in BLOCK_OPERATIONS:
        operands = insn.args[:1] if insn.op == "memset" else insn.args
    else:
        return []
    found = []
    for i, address in enumerate(operands):
        off = insn.aux.off
        while address.op == "add" and address.type == "ptr" and address.args[1].op == "const":
            off += address.args[1].aux
            address = address.args[0]
        if address.op == "slot" and insn.aux.reloc is None:
            found.append((i, (address.aux, off)))
    return found
