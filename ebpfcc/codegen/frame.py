"""The stack frame: objects whose lifetimes (ir/lifetimes.py) do not meet share their bytes, and so do spilled registers."""

from __future__ import annotations

from ..ir.core import Function, Slot
from ..ir.dataflow import backward, bits
from ..ir.lifetimes import find_uses, flow, started_before
from .mcode import STX, MBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Captures = Mapping[str, frozenset[int]]


class Frame:
    """size: bytes used so far. objects: (name, size, where it is declared) of what was placed."""

    __slots__ = ("size", "objects")

    def __init__(self) -> None:
        self.size = 0
        self.objects: list[tuple[str, int, Any]] = []

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
            self.objects.append((slot.name or "temporary object", size, slot.pos))


def object_conflicts(fn: Function, captures: Captures) -> tuple[dict[Slot, int], dict[Slot, int]]:
    """(conflicts, numbers): for each slot the set of those that it must not overlap, as a bit mask over their numbers. captures: the
    parameters that a function of the module keeps (ir/effects.py); one that has no entry keeps all."""
    numbers = {slot: n for n, slot in enumerate(fn.slots)}
    everything = (1 << len(numbers)) - 1
    if len(numbers) < 2:
        return dict.fromkeys(numbers, everything), numbers
    events, lost = find_uses(fn, numbers, captures)
    live_out = flow(fn, events)
    started = started_before(fn, events)
    adjacent = [0] * len(numbers)
    for block, happened in events.items():
        open_here = started[block]
        begun = [open_here]
        for use, begin, end, _ in happened:
            open_here = (open_here | use | begin) & ~end
            begun.append(open_here)
        live = live_out[block]
        note(adjacent, (live | lost) & begun[-1])
        for (use, begin, _, _), before, after in zip(reversed(happened), reversed(begun[:-1]), reversed(begun[1:])):
            live = live & ~begin | use
            note(adjacent, (live | use | begin | lost) & (before | after | use | begin))
        note(adjacent, (live | lost) & begun[0])
    return {slot: adjacent[n] | 1 << n for slot, n in numbers.items()}, numbers


def note(adjacent: list[int], alive: int) -> None:
    for n in bits(alive):
        adjacent[n] |= alive


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
