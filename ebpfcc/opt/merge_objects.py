"""Stack objects of which one is copied into the other as a whole, and that are not needed at the same time, become one: a function's
variable, the result that it is copied into, and the caller's variable that gets the result. It is the coalescing of copies that
register allocation does (Chaitin 1981), for memory; the copies go, and frames become smaller."""

from __future__ import annotations

from ..ir.core import Block, Function, Mem, Slot, Value
from ..ir.dataflow import bits
from ..ir.effects import extent
from ..ir.lifetimes import find_uses, flow, started_before

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ir.lifetimes import Event

ACCESSES = frozenset(("load", "store", "memcpy", "memmove", "memset"))


def run(fn: Function) -> int:
    """Requires: fn verifies. Returns: objects that are gone."""
    copies = [insn for block in fn.blocks for insn in block.insns if copies_object(insn)]
    if not copies:
        return 0
    numbers = {slot: n for n, slot in enumerate(fn.slots)}
    events, lost = find_uses(fn, numbers, {})
    lost |= compared(fn, numbers)
    meets, marks = interference(fn, events, len(numbers))
    leader = list(range(len(numbers)))

    def find(n: int) -> int:
        while leader[n] != n:
            n = leader[n]
        return n

    merged = 0
    for insn in copies:
        a, b = find(numbers[insn.args[0].aux]), find(numbers[insn.args[1].aux])
        if a == b or meets[a] >> b & 1 or (lost >> a | lost >> b) & 1:
            continue
        leader[b] = a
        meets[a] |= meets[b]
        for n in bits(meets[b]):
            meets[n] |= 1 << a
        merged += 1
    if merged:
        groups = [0] * len(leader)
        for n in range(len(leader)):
            groups[find(n)] |= 1 << n
        dropped = {insn for insn, n, live in marks if groups[find(n)] & ~(1 << n) & live}
        replace(fn, {fn.slots[n]: fn.slots[find(n)] for n in range(len(leader)) if find(n) != n}, dropped)
    return merged


def copies_object(insn: Value) -> bool:
    if insn.op != "memcpy":
        return False
    to, source = insn.args
    return (
        to.op == source.op == "slot" and to is not source and insn.aux.size == to.aux.size == source.aux.size
        and insn.aux.off == 0 and not insn.aux.volatile
    )  # fmt: skip


def compared(fn: Function, numbers: dict[Slot, int]) -> int:
    """Slots whose addresses are compared: those of two objects differ."""
    mask = 0
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "icmp":
                for a in insn.args:
                    base = extent(a)[0] if a.type == "ptr" else a
                    if base.op == "slot":
                        mask |= 1 << numbers[base.aux]
    return mask


def interference(fn: Function, events: dict[Block, list[Event]], count: int) -> tuple[list[int], list[tuple[Value, int, int]]]:
    """For each slot the mask of those that are needed at the same time, where the two ends of a copy alone are not; and each `lifetime`
    with the slot's number and what is live after it."""
    meets = [0] * count
    marks: list[tuple[Value, int, int]] = []

    def note(alive: int) -> None:
        for n in bits(alive):
            meets[n] |= alive

    live_out = flow(fn, events)
    started = started_before(fn, events)
    for block, happened in events.items():
        begun = [started[block]]
        for use, begin, end, _ in happened:
            begun.append((begun[-1] | use | begin) & ~end)
        live = live_out[block]
        note(live & begun[-1])
        for (use, begin, end, insn), before, after in zip(reversed(happened), reversed(begun[:-1]), reversed(begun[1:])):
            if insn.op == "lifetime":
                marks.append((insn, (begin | end).bit_length() - 1, live))
            elif copies_object(insn):
                note(live & after | begin)
            else:
                note((live | use | begin) & (before | after | use | begin))
            live = live & ~begin | use
            note(live & (before | use))
    return meets, marks


def replace(fn: Function, other: dict[Slot, Slot], dropped: set[Value]) -> None:
    """Puts objects in place of others. What was known of accesses by their types is no longer true: the two may have had two."""
    merged = {*other, *other.values()}
    for slot, kept in other.items():
        kept.align = max(kept.align, slot.align)
    for block in fn.blocks:
        out = []
        for insn in block.insns:
            if insn in dropped:
                continue
            for i, a in enumerate(insn.args):
                if a.op == "slot" and a.aux in other:
                    insn.args[i] = fn.slot_addr(other[a.aux])
            if insn.op in ACCESSES:
                if insn.op == "memcpy" and insn.args[0] is insn.args[1]:
                    continue
                for a in insn.args[: 1 if insn.op in ("load", "store") else 2]:
                    base = extent(a)[0] if a.type == "ptr" else a
                    if base.op == "slot" and base.aux in merged:
                        insn.aux = untyped(insn.aux)
            out.append(insn)
        block.insns = out
    fn.slots = [slot for slot in fn.slots if slot not in other]


def untyped(mem: Mem) -> Mem:
    return Mem(mem.size, mem.signed, mem.off, mem.volatile, mem.align, mem.reloc)
