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
MANY = 128  # objects at once, from which on their sizes are looked at
HOPELESS = 1024  # bytes that live at once: the kernel's limit is half of it


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
    conflicts = Conflicts([max(slot.size, 1) for slot in numbers])
    for block, happened in events.items():
        open_here = started[block]
        begun = [open_here]
        for use, begin, end, _ in happened:
            open_here = (open_here | use | begin) & ~end
            begun.append(open_here)
        live = live_out[block]
        conflicts.note((live | lost) & begun[-1])
        for (use, begin, _, _), before, after in zip(reversed(happened), reversed(begun[:-1]), reversed(begun[1:])):
            live = live & ~begin | use
            conflicts.note((live | use | begin | lost) & (before | after | use | begin))
        conflicts.note((live | lost) & begun[0])
    return {slot: conflicts.of[n] | 1 << n for slot, n in numbers.items()}, numbers


class TooLarge(Exception):
    """What lives at once has more bytes than any frame: how many. Said before anything is placed, for the time that it would take."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.total = total


class Conflicts:
    """of: for each object or spilled register those that it must not overlap, as a bit mask."""

    __slots__ = ("of", "sizes", "last")

    def __init__(self, sizes: list[int]) -> None:
        self.of = [0] * len(sizes)
        self.sizes = sizes
        self.last = 0  # what lived where something was noted last: these conflict already

    def note(self, alive: int) -> None:
        """These live at once. Raises TooLarge, before there are more of them than can be told apart in time."""
        new = alive & ~self.last
        self.last = alive
        if not new:
            return
        if alive.bit_count() > MANY:
            total = sum(self.sizes[n] for n in bits(alive))
            if total > HOPELESS:
                raise TooLarge(total)
        for n in bits(alive):
            self.of[n] |= alive if new >> n & 1 else new


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
    conflicts = Conflicts([8] * len(spills))
    for block in blocks:
        live = live_out[block]
        for i in reversed(block.insns):
            if i.slot in numbers:
                bit = 1 << numbers[i.slot]
                conflicts.note(live | bit)
                live = live & ~bit if i.code & 7 == STX else live | bit
        conflicts.note(live)
    frame.place(spills, {slot: conflicts.of[n] for slot, n in numbers.items()}, numbers)
