"""Where stack objects live: from a use of theirs, or their declaration (`lifetime`), to the last use that can still come.

The uses of an object are the instructions that its address reaches. If the address gets where it can't be followed (memory, a block
parameter, a pointer that a function returns), the object lives from its declaration to the end of its scope (`lifetime ... end`), or
everywhere. What overwrites a whole object begins it anew."""

from __future__ import annotations

from .core import Block, Function, Slot, Value
from .dataflow import backward
from .effects import writes_anywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Captures = Mapping[str, frozenset[int]]
    Event = tuple[int, int, int, Value]  # masks of the slots that an instruction uses, begins and ends

FOLLOWED = frozenset(("load", "store", "memcpy", "memmove", "memset", "atomic", "lifetime", "icmp"))


def find_uses(fn: Function, numbers: dict[Slot, int], captures: Captures) -> tuple[dict[Block, list[Event]], int]:
    """For each block what happens to slots, in order; and the slots whose address is lost sight of. numbers: the bit of each slot;
    captures: the parameters that a function of the module keeps (ir/effects.py), all where it has no entry."""
    origin: dict[Value, int] = {}
    lost = 0

    def of(v: Value) -> int:
        if v.op == "slot":
            return 1 << numbers[v.aux]
        return origin.get(v, 0)

    events: dict[Block, list[Event]] = {}
    for block in fn.blocks:
        happened: list[Event] = []
        for insn in block.insns:
            op = insn.op
            mask = 0
            for a in insn.args:
                mask |= of(a)
            for target in insn.targets:
                for a in target.args:
                    lost |= of(a)
            if not mask:
                continue
            if op == "lifetime":
                happened.append((0, 0, mask, insn) if insn.aux == "end" else (0, mask, 0, insn))
                continue
            if op == "add" or op == "addr_cast":
                origin[insn] = mask
            elif op == "store" or op == "atomic":
                for a in insn.args[1:]:
                    lost |= of(a)
            elif op == "call":
                if insn.aux.kind != "helper":
                    kept = captures.get(insn.aux.target) if insn.aux.kind == "func" else None
                    for i, a in enumerate(insn.args):
                        if kept is None or i in kept:
                            lost |= of(a)
            elif op == "asm" or op == "asm_goto":
                if insn.aux.outputs or writes_anywhere(insn):
                    lost |= mask
            elif op not in FOLLOWED:
                lost |= mask
            if overwrites(insn):
                written = of(insn.args[0])
                happened.append((of(insn.args[1]), written, 0, insn))
            else:
                happened.append((mask, 0, 0, insn))
        events[block] = happened
    for block in fn.blocks:  # an address computed in a block that comes later in the list than its use
        for insn in block.insns:
            if insn.op == "add" and insn.type == "ptr" and insn not in origin and of(insn.args[0]):
                lost |= of(insn.args[0])
    return events, lost


def overwrites(insn: Value) -> bool:
    """Whether the instruction writes all bytes of a slot, and reads none of them."""
    if insn.op not in ("store", "memset", "memcpy") or insn.args[0].op != "slot":
        return False
    return insn.aux.off == 0 and insn.aux.size == insn.args[0].aux.size and insn.args[1] is not insn.args[0]


def flow(fn: Function, events: dict[Block, list[Event]]) -> dict[Block, int]:
    """What is live at each block's end: a use of it can still come before it begins anew."""
    gen: dict[Block, int] = {}
    kill: dict[Block, int] = {}
    for block, happened in events.items():
        g = k = 0
        for use, begin, _, _ in reversed(happened):
            g = g & ~begin | use
            k |= begin
        gen[block], kill[block] = g, k
    return backward(fn.blocks, gen, kill)


def started_before(fn: Function, events: dict[Block, list[Event]]) -> dict[Block, int]:
    """What may have been used or begun, and not ended since, before each block."""
    gen: dict[Block, int] = {}
    kill: dict[Block, int] = {}
    for block, happened in events.items():
        g = k = 0
        for use, begin, end, _ in happened:
            g = (g | use | begin) & ~end
            k = k & ~(use | begin) | end
        gen[block], kill[block] = g, k
    before = dict.fromkeys(fn.blocks, 0)
    work = list(reversed(fn.blocks))
    while work:
        block = work.pop()
        after = before[block] & ~kill[block] | gen[block]
        for s in block.succs:
            if after & ~before[s]:
                before[s] |= after
                work.append(s)
    return before
