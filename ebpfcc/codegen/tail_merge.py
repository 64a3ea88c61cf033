"""Tail merging: blocks that end with the same instructions and go on to the same place share them.

Inlining leaves such ends behind, a copy for every `return report(...)`.  It is done on virtual registers: what the shared code reads
from before it is then the same value on all ways, as the verifier wants it of pointers (kernel/bpf/verifier.c, save_aux_ptr_type);
registers that only the end itself uses may have other numbers.  What would cost a way one more jump is merged outside loops only,
and where enough is saved."""

from __future__ import annotations

from .alloc import liveness
from .mcode import EXIT, FIRST_VIRTUAL, GOTO, JA, JMP, NOWHERE, Insn, MBlock, link, touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROUNDS = 4  # ends that are alike now may have starts that are
SHORTEST = 2  # instructions, where a jump stands there already
SHORTEST_WITH_JUMP = 5
MOST_COMPARED = 12  # ends that one is compared with


class End:
    """The end of a block: what is before a jump, and where it goes (None: it returns)."""

    __slots__ = ("block", "goes_to", "body", "jumps", "known")

    def __init__(self, block: MBlock, following: MBlock | None) -> None:
        last = block.insns[-1].code if block.insns else -1
        self.block = block
        self.jumps = last in GOTO
        self.goes_to = block.insns[-1].target if self.jumps else None if last in (JMP | EXIT, NOWHERE) else following
        self.body = block.insns[:-1] if self.jumps else list(block.insns)
        self.known: list[tuple[Any, tuple[int, ...], tuple[int, ...]]] = []

    def step(self, n: int) -> tuple[Any, tuple[int, ...], tuple[int, ...]]:
        """(shape, registers read, registers written) of the n-th instruction from the end, counted from 0."""
        while len(self.known) <= n:
            i = self.body[-1 - len(self.known)]
            self.known.append((shape(i), *touched(i)))
        return self.known[n]


def run(blocks: list[MBlock]) -> list[MBlock]:
    """Requires virtual registers, offsets of stack objects, `succs`.  Ensures `succs` of what it returns."""
    for _ in range(ROUNDS):
        blocks, merged = merge_once(blocks)
        if not merged:
            break
    return blocks


def merge_once(blocks: list[MBlock]) -> tuple[list[MBlock], int]:
    liveness(blocks)
    buckets: dict[Any, list[End]] = {}
    for n, block in enumerate(blocks):
        end = End(block, blocks[n + 1] if n + 1 < len(blocks) else None)
        if len(end.body) >= SHORTEST:
            buckets.setdefault((end.goes_to, block.depth, shape(end.body[-1]), shape(end.body[-2])), []).append(end)
    split: dict[MBlock, MBlock] = {}  # block -> its end, now a block that follows it
    merged = sum(merge_alike(ends, split) for ends in buckets.values() if len(ends) > 1)
    if not merged:
        return blocks, 0
    out: list[MBlock] = []
    for block in blocks:
        out.append(block)
        while block in split:
            block = split.pop(block)
            out.append(block)
    link(out)
    return out, merged


def shape(i: Insn) -> Any:
    """What two instructions that are the same have in common whatever their registers are; inline assembly is like no other."""
    if i.asm is not None:
        return i
    slot = i.slot.offset if i.slot is not None else None
    core = (i.core.kind, i.core.ctype, i.core.spec, i.core.value) if i.core is not None else None
    return (i.code, i.off, i.imm, i.reloc, i.target, slot, core, i.uses, i.defs)


def merge_alike(ends: list[End], split: dict[MBlock, MBlock]) -> int:
    kept: list[End] = []
    for end in sorted(ends, key=lambda e: e.jumps):  # who has no jump yet is jumped to
        best, length = None, 0
        for other in kept[-MOST_COMPARED:]:
            n = common(other, end)
            if n > length:
                best, length = other, n
        if best is None or length < (SHORTEST if end.jumps else SHORTEST_WITH_JUMP) or not end.jumps and end.block.depth:
            kept.append(end)
            continue
        share(best, end, length, split)
    return len(ends) - len(kept)


def common(a: End, b: End) -> int:
    """How many instructions at the end of both do the same."""
    there: dict[int, int] = {}  # a's registers to b's, of the values that are used in what was compared and made before it
    back: dict[int, int] = {}
    length = 0
    for n in range(min(len(a.body), len(b.body))):
        form, uses, defs = a.step(n)
        form2, uses2, defs2 = b.step(n)
        if form != form2:
            break
        if not all(same_value(d, e, a, b, there, back) for d, e in zip(defs, defs2)):
            break
        for d, e in zip(defs, defs2):
            there.pop(d, None)
            back.pop(e, None)
        if not all(pair(u, v, a, b, there, back) for u, v in zip(uses, uses2)):
            break
        if all(d == e >= FIRST_VIRTUAL or d == e == 10 for d, e in there.items()):
            length = n + 1
    return length


def same_value(d: int, e: int, a: End, b: End, there: dict[int, int], back: dict[int, int]) -> bool:
    """A definition: of registers that later instructions read as one, or that nothing reads, or of the same register."""
    if d in there or e in back:
        return there.get(d) == e and back.get(e) == d
    return d == e or not (d in a.block.live_out or e in b.block.live_out)


def pair(u: int, v: int, a: End, b: End, there: dict[int, int], back: dict[int, int]) -> bool:
    if u in there or v in back:
        return there.get(u) == v and back.get(v) == u
    if u != v and (u < FIRST_VIRTUAL or v < FIRST_VIRTUAL or u in a.block.live_out or v in b.block.live_out):
        return False
    there[u], back[v] = v, u
    return True


def share(a: End, b: End, length: int, split: dict[MBlock, MBlock]) -> None:
    """b's last instructions go; it jumps to a's, which become a block of their own if a has more."""
    block = a.block
    if length < len(a.body):
        tail = MBlock(f"{block.name}.end", block.depth)
        keep = len(a.body) - length
        tail.insns = block.insns[keep:]
        del block.insns[keep:]
        tail.live_out = block.live_out
        if block in split:
            split[tail] = split[block]
        split[block] = tail
        a.block = tail
        a.body = a.body[keep:]
    keep = len(b.body) - length
    del b.block.insns[keep:]
    jump = Insn(JMP | JA, pos=b.body[-1].pos)
    jump.target = a.block
    b.block.insns.append(jump)
