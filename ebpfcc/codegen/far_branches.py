"""Jumps beyond the 16 bits of their offset. From -mcpu=v4 on `gotol` reaches any place (RFC 9669 section 4.3); a conditional branch becomes
its inverse over one. Before, the way leads over islands: jumps that the code between jumps over."""

from __future__ import annotations

from bisect import bisect_right

from . import mcode as m
from .mcode import JMP, Insn, MBlock, SelectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

REACH = 32767
HOP = 30_000  # from a jump to the island that it goes to: less than it reaches, since islands make the code grow
INVERSE = {m.JEQ: m.JNE, m.JGT: m.JLE, m.JGE: m.JLT, m.JSGT: m.JSLE, m.JSGE: m.JSLT}
INVERSE |= {b: a for a, b in INVERSE.items()}


def run(blocks: list[MBlock], size: Callable[[Insn], int], cpu: int) -> dict[MBlock, int]:
    """size: of an instruction, in slots. Returns where each block starts, in slots."""
    sizes = {block: sum(map(size, block.insns)) for block in blocks}
    starts = place(blocks, sizes)
    if not blocks or starts[blocks[-1]] + sizes[blocks[-1]] <= REACH:
        return starts
    change = lengthen if cpu >= 4 else Islands().add
    while change(blocks, starts, sizes, size):
        starts = place(blocks, sizes)
    return starts


def place(blocks: list[MBlock], sizes: dict[MBlock, int]) -> dict[MBlock, int]:
    starts: dict[MBlock, int] = {}
    at = 0
    for block in blocks:
        starts[block] = at
        at += sizes[block]
    return starts


def is_far(i: Insn, here: int, starts: dict[MBlock, int]) -> bool:
    return i.target is not None and not -REACH <= starts[i.target] - here - 1 <= REACH


def lengthen(blocks: list[MBlock], starts: dict[MBlock, int], sizes: dict[MBlock, int], size: Callable[[Insn], int]) -> bool:
    """Far conditional branches become inverse ones over a jump, which is encoded as a long one where it has to be."""
    changed = False
    for block in blocks:
        here, out = starts[block], []
        for i in block.insns:
            if i.code not in m.GOTO and is_far(i, here, starts):
                changed = True
                inverse = INVERSE.get(i.code & 0xF0)
                if inverse is None:  # JSET
                    out += [Insn(i.code, i.dst, i.src, 1, i.imm, i.pos), Insn(JMP | m.JA, off=1, pos=i.pos)]
                else:
                    out.append(Insn(i.code & 0x0F | inverse, i.dst, i.src, 1, i.imm, i.pos))
                jump = Insn(JMP | m.JA, pos=i.pos)
                jump.target = i.target
                out.append(jump)
            else:
                out.append(i)
            here += size(i)
        if len(out) != len(block.insns):
            block.insns = out
            sizes[block] = sum(map(size, out))
    return changed


class Islands:
    def __init__(self) -> None:
        self.made: list[tuple[MBlock, MBlock]] = []  # (island, where the way from it leads)

    def add(self, blocks: list[MBlock], starts: dict[MBlock, int], sizes: dict[MBlock, int], size: Callable[[Insn], int]) -> bool:
        """Islands for the jumps that are too far; whether there was one. Each moves the code behind it, so that another round is needed."""
        changed = False
        for block in list(blocks):
            offset = 0
            for i in block.insns:
                here = starts[block] + offset
                if is_far(i, here, starts):
                    target: MBlock = i.target
                    step = HOP if starts[target] > here else -HOP
                    island = self.near(here, target, step, starts)
                    if island is None:
                        island, at = self.make(blocks, starts, sizes, size, here + step, target)
                        if not HOP // 2 < abs(at - here) <= REACH:  # assembly in one piece
                            raise SelectError(f"function is too large: a jump of {starts[target] - here - 1} instructions", i.pos)
                        starts.update(place(blocks, sizes))
                    i.target = island
                    changed = True
                offset += size(i)
        return changed

    def near(self, here: int, target: MBlock, step: int, starts: dict[MBlock, int]) -> MBlock | None:
        for island, end in self.made:
            distance = starts[island] - here
            if end is target and 0 < distance * step and HOP // 2 < abs(distance) <= HOP:
                return island
        return None

    def make(
        self, blocks: list[MBlock], starts: dict[MBlock, int], sizes: dict[MBlock, int], size: Callable[[Insn], int], at: int, target: MBlock
    ) -> tuple[MBlock, int]:
        """A jump to the target between two instructions, the last place up to slot `at`; and where that is."""
        n = bisect_right(blocks, at, key=starts.__getitem__) - 1
        block = blocks[n]
        here, cut = starts[block], 0
        while cut < len(block.insns) and here + size(block.insns[cut]) <= at:
            here += size(block.insns[cut])
            cut += 1
        island, rest = MBlock("island", block.depth), MBlock(block.name, block.depth)
        rest.insns = block.insns[cut:]
        del block.insns[cut:]
        if m.goes_on(block):
            block.insns.append(goto(rest))
        island.insns = [goto(target)]
        blocks[n + 1 : n + 1] = [island, rest]
        for changed in (block, island, rest):
            sizes[changed] = sum(map(size, changed.insns))
        self.made.append((island, target))
        return island, here


def goto(target: MBlock) -> Insn:
    jump = Insn(JMP | m.JA)
    jump.target = target
    return jump
