"""The stack frame: objects whose lifetimes do not meet share their bytes, and so do spilled registers.

An object lives where a use of it can still come and one (or its declaration, `lifetime`) may have been. Its uses are the instructions
that its address reaches; if the address gets where it can't be followed (memory, a block parameter, a pointer that a function returns),
the object lives from its declaration to the end of its scope (`lifetime ... end`), or everywhere.
"""

from __future__ import annotations

from ..ir.core import Block, Function, Slot, Value
from ..ir.effects import writes_anywhere
from .dataflow import backward, bits
from .mcode import STX, MBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Captures = Mapping[str, frozenset[int]]

FOLLOWED = frozenset(("load", "store", "memcpy", "memmove", "memset", "atomic", "lifetime", "icmp"))


class Frame:
    """size: bytes used so far. objects: (name, size) of what was placed."""

    __slots__ = ("size", "objects")

    def __init__(self) -> None:
        self.size = 0
        self.objects: list[tuple[str, int]] = []

    def place(self, slots: Iterable[Slot], conflicts: dict[Slot, int], numbers: dict[Slot, int]) -> None:
        """Gives each slot the offset nearest to the frame pointer that no slot in conflict with it has: those that want 8 bytes first, in the
        order of their declarations."""
        base = self.size
        placed: dict[int, tuple[int, int]] = {}  # by number
        done = 0  # their mask
        for slot in sorted(slots, key=lambda s: (-min(s.align, 8), numbers[s])):
            size, align = max(slot.size, 1), min(max(slot.align, 1), 8)
            taken = sorted([placed[n] for n in bits(conflicts[slot] & done)])
            at = base
            for start, end in taken:
                if -(-(at + size) // align) * align <= start:
                    break
                at = max(at, end)
            end = -(-(at + size) // align) * align
            placed[numbers[slot]] = (end - size, end)
            done |= 1 << numbers[slot]
            slot.offset = -end
            self.size = max(self.size, end)
            self.objects.append((slot.name or "temporary object", size))


def object_conflicts(fn: Function, captures: Captures) -> tuple[dict[Slot, int], dict[Slot, int]]:
    """(conflicts, numbers): for each slot the set of those that it must not overlap, as a bit mask over their numbers. captures: the
    parameters that a function of the module keeps (ir/effects.py); one that has no entry keeps all."""
    numbers = {slot: n for n, slot in enumerate(fn.slots)}
    everything = (1 << len(numbers)) - 1
    if len(numbers) < 2:
        return dict.fromkeys(numbers, everything), numbers
    events, lost = find_uses(fn, numbers, captures)
    gen: dict[Block, int] = {}
    kill: dict[Block, int] = {}
    for block, happened in events.items():
        g = k = 0
        for use, begin, _ in reversed(happened):
            g = g & ~begin | use
            k |= begin
        gen[block], kill[block] = g, k
    live_out = backward(fn.blocks, gen, kill)
    started = forward(fn, events)
    adjacent = [0] * len(numbers)
    for block, happened in events.items():
        open_here = started[block]
        begun = [open_here]
        for use, begin, end in happened:
            open_here = (open_here | use | begin) & ~end
            begun.append(open_here)
        live = live_out[block]
        note(adjacent, (live | lost) & begun[-1])
        for (use, begin, _), before, after in zip(reversed(happened), reversed(begun[:-1]), reversed(begun[1:])):
            live = live & ~begin | use
            note(adjacent, (live | use | begin | lost) & (before | after | use | begin))
        note(adjacent, (live | lost) & begun[0])
    return {slot: adjacent[n] | 1 << n for slot, n in numbers.items()}, numbers


def note(adjacent: list[int], alive: int) -> None:
    for n in bits(alive):
        adjacent[n] |= alive


def find_uses(fn: Function, numbers: dict[Slot, int], captures: Captures) -> tuple[dict[Block, list[tuple[int, int, int]]], int]:
    """For each block its (slots used, begun, ended) in order; and the slots whose address is lost sight of, which live from their
    beginnings to their ends."""
    origin: dict[Value, int] = {}
    lost = 0

    def of(v: Value) -> int:
        if v.op == "slot":
            return 1 << numbers[v.aux]
        return origin.get(v, 0)

    events: dict[Block, list[tuple[int, int, int]]] = {}
    for block in fn.blocks:
        happened: list[tuple[int, int, int]] = []
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
                happened.append((0, 0, mask) if insn.aux == "end" else (0, mask, 0))
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
            happened.append((mask, 0, 0))
        events[block] = happened
    for block in fn.blocks:  # an address computed in a block that comes later in the list than its use
        for insn in block.insns:
            if insn.op == "add" and insn.type == "ptr" and insn not in origin and of(insn.args[0]):
                lost |= of(insn.args[0])
    return events, lost


def forward(fn: Function, events: dict[Block, list[tuple[int, int, int]]]) -> dict[Block, int]:
    """What may have been used or begun, and not ended since, before each block."""
    gen: dict[Block, int] = {}
    kill: dict[Block, int] = {}
    for block, happened in events.items():
        g = k = 0
        for use, begin, end in happened:
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


def place_spills(blocks: list[MBlock], spills: list[Slot], frame: Frame) -> None:
    """The slots of spilled registers: exact liveness, a store begins and a load may end it."""
    if not spills:
        return
    numbers = {slot: n for n, slot in enumerate(spills)}
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block in blocks:
        g = k = 0
        for i in reversed(block.insns):
            if i.slot in numbers:
                bit = 1 << numbers[i.slot]
                if i.code & 7 == STX:
                    g &= ~bit
                    k |= bit
                else:
                    g |= bit
        gen[block], kill[block] = g, k
    live_out = backward(blocks, gen, kill)
    adjacent = [0] * len(spills)
    for block in blocks:
        live = live_out[block]
        for i in reversed(block.insns):
            if i.slot in numbers:
                bit = 1 << numbers[i.slot]
                note(adjacent, live | bit)
                live = live & ~bit if i.code & 7 == STX else live | bit
        note(adjacent, live)
    frame.place(spills, {slot: adjacent[n] for slot, n in numbers.items()}, numbers)
