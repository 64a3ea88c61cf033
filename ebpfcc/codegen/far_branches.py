"""Jumps beyond the 16 bits of their offset. From -mcpu=v4 on `gotol` reaches any place (RFC 9669 section 4.3); a conditional branch becomes
its inverse over one. Before, the way leads over islands: jumps that the code between jumps over."""

from __future__ import annotations

from . import mcode as m
from .mcode import JMP, Insn, MBlock, SelectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Place = Callable[[], dict[MBlock, int]]

REACH = 32767
HOP = 30_000  # from a jump to the island that it goes to: less than it reaches, since islands make the code grow
INVERSE = {m.JEQ: m.JNE, m.JGT: m.JLE, m.JGE: m.JLT, m.JSGT: m.JSLE, m.JSGE: m.JSLT}
INVERSE |= {b: a for a, b in INVERSE.items()}


def run(blocks: list[MBlock], place: Place, size: Callable[[Insn], int], cpu: int) -> dict[MBlock, int]:
    """place: where each block starts, in slots, as the blocks are now. Returns that of the last state."""
    starts = place()
    if not blocks or starts[blocks[-1]] + sum(map(size, blocks[-1].insns)) <= REACH:
        return starts
    change = lengthen if cpu >= 4 else Islands(blocks, size).add
    while change(blocks, starts, size):
        starts = place()
    return starts


def is_far(i: Insn, here: int, starts: dict[MBlock, int]) -> bool:
    return i.target is not None and not -REACH <= starts[i.target] - here - 1 <= REACH


def lengthen(blocks: list[MBlock], starts: dict[MBlock, int], size: Callable[[Insn], int]) -> bool:
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
        block.insns = out
    return changed


class Islands:
    def __init__(self, blocks: list[MBlock], size: Callable[[Insn], int]) -> None:
        self.made: list[tuple[MBlock, MBlock]] = []  # (island, where the way from it leads)

    def add(self, blocks: list[MBlock], starts: dict[MBlock, int], size: Callable[[Insn], int]) -> bool:
        """One island for the first jump that is too far; whether there was one."""
        for block in blocks:
            here = starts[block]
            for i in block.insns:
                if is_far(i, here, starts):
                    target: MBlock = i.target
                    step = HOP if starts[target] > here else -HOP
                    island = self.near(here, target, step, starts)
                    if island is None:
                        island, at = self.make(blocks, starts, size, here + step, target)
                        if not HOP // 2 < abs(at - here) <= REACH:  # assembly in one piece
                            raise SelectError(f"function is too large: a jump of {starts[target] - here - 1} instructions", i.pos)
                    i.target = island
                    return True
                here += size(i)
        return False

    def near(self, here: int, target: MBlock, step: int, starts: dict[MBlock, int]) -> MBlock | None:
        for island, end in self.made:
            distance = starts[island] - here
            if end is target and 0 < distance * step and HOP // 2 < abs(distance) <= HOP:
                return island
        return None

    def make(self, blocks: list[MBlock], starts: dict[MBlock, int], size: Callable[[Insn], int], at: int, target: MBlock) -> tuple[MBlock, int]:
        """A jump to the target between two instructions, the last place up to slot `at`; and where that is."""
        n = max(k for k, block in enumerate(blocks) if starts[block] <= at)
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
        self.made.append((island, target))
        return island, here


def goto(target: MBlock) -> Insn:
    jump = Insn(JMP | m.JA)
    jump.target = target
    return jump
