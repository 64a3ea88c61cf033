"""Jumps of the final order: threaded, inverted, shared, dropped; and code that nothing reaches."""

from __future__ import annotations

from . import mcode as m
from .mcode import JMP, JMP32, Insn, MBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHARED_END = 4  # instructions
INVERSE = {m.JEQ: m.JNE, m.JNE: m.JEQ, m.JGT: m.JLE, m.JLE: m.JGT, m.JGE: m.JLT, m.JLT: m.JGE,
           m.JSGT: m.JSLE, m.JSLE: m.JSGT, m.JSGE: m.JSLT, m.JSLT: m.JSGE}  # fmt: skip


def tidy(blocks: list[MBlock]) -> list[MBlock]:
    """Threads jumps to jumps, inverts branches over jumps, drops jumps to the next block and code that nothing reaches."""
    while True:
        forward = {b: b.insns[0].target for b in blocks if len(b.insns) == 1 and b.insns[0].code == JMP | m.JA and b.insns[0].target is not b}
        position = places(blocks)

        def final(b: MBlock, blocks: list[MBlock] = blocks, forward: dict[MBlock, Any] = forward, position: dict[MBlock, int] = position) -> MBlock:
            seen = set()
            while b not in seen:
                seen.add(b)
                if b in forward:
                    b = forward[b]
                elif not b.insns and position[b] + 1 < len(blocks):
                    b = blocks[position[b] + 1]
                else:
                    break
            return b

        changed = False
        for block in blocks:
            for i in block.insns:
                if i.target is not None:
                    t = final(i.target)
                    if t is not i.target:
                        i.target = t
                        changed = True
                if i.asm is not None and i.asm.labels:
                    i.asm.labels = [final(t) for t in i.asm.labels]
        changed |= invert(blocks)
        changed |= leave_at_once(blocks)
        changed |= share_ends(blocks)
        kept = reachable(blocks)
        changed |= len(kept) != len(blocks)
        blocks = kept
        for n, block in enumerate(blocks):
            last = block.insns[-1] if block.insns else None
            if last is not None and last.code == JMP | m.JA and last.target is following(blocks, n):
                block.insns.pop()
                changed = True
            elif last is not None and last.target is not None and last.target is following(blocks, n) and last.code & 7 in (JMP, JMP32):
                block.insns.pop()
                changed = True
        if not changed:
            return blocks


def following(blocks: list[MBlock], n: int) -> MBlock | None:
    """The block with code that comes next."""
    n += 1
    while n < len(blocks) - 1 and not blocks[n].insns:
        n += 1
    return blocks[n] if n < len(blocks) else None


def places(blocks: list[MBlock]) -> dict[MBlock, int]:
    return {b: n for n, b in enumerate(blocks)}


def invert(blocks: list[MBlock]) -> bool:
    """`if c goto A; goto B; A:` becomes `if !c goto B; A:`"""
    changed = False
    referenced = targets(blocks)
    position = places(blocks)
    for n, block in enumerate(blocks[:-1]):
        last = conditional(block)
        jump = following(blocks, n)
        if last is None or jump is None:
            continue
        if len(jump.insns) == 1 and jump.insns[0].code == JMP | m.JA and last.target is following(blocks, position[jump]) and jump not in referenced:
            negate(last, jump.insns[0].target)
            referenced.add(last.target)
            jump.insns.clear()
            changed = True
    return changed


def targets(blocks: list[MBlock]) -> set[Any]:
    """Blocks that jumps lead to."""
    found = {i.target for b in blocks for i in b.insns if i.target is not None}
    found.update(t for b in blocks for i in b.insns if i.asm is not None for t in i.asm.labels)
    return found


def conditional(block: MBlock) -> Insn | None:
    """The branch at the end of the block that can be inverted."""
    last = block.insns[-1] if block.insns else None
    return last if last is not None and last.target is not None and last.code & 7 in (JMP, JMP32) and last.code & 0xF0 in INVERSE else None


def negate(branch: Insn, target: MBlock) -> None:
    branch.code = branch.code & 0x0F | INVERSE[branch.code & 0xF0]
    branch.target = target


def leave_at_once(blocks: list[MBlock]) -> bool:
    """A jump to an exit is an exit."""
    changed = False
    for block in blocks:
        last = block.insns[-1] if block.insns else None
        if last is not None and last.code == JMP | m.JA and last.target.insns and last.target.insns[0].code == JMP | m.EXIT:
            exit = last.target.insns[0]
            block.insns[-1] = copy = Insn(exit.code, pos=exit.pos)
            copy.uses = exit.uses
            changed = True
    return changed


def share_ends(blocks: list[MBlock]) -> bool:
    """Jumps to blocks that do the same and end there go to the first of them; a branch over such a block goes there, inverted."""
    first: dict[Any, MBlock] = {}
    same: dict[MBlock, MBlock] = {}
    for block in blocks:
        last = block.insns[-1] if block.insns else None
        if last is None or last.code != JMP | m.EXIT or len(block.insns) > SHARED_END or any(i.asm or i.reloc or i.core for i in block.insns):
            continue
        known = first.setdefault(tuple((i.code, i.dst, i.src, i.off, i.imm) for i in block.insns), block)
        if known is not block:
            same[block] = known
    if not same:
        return False
    changed = False
    for block in blocks:
        for i in block.insns:
            if i.target in same:
                i.target = same[i.target]
                changed = True
    referenced = targets(blocks)
    position = places(blocks)
    for n, block in enumerate(blocks[:-1]):
        last, end = conditional(block), following(blocks, n)
        if last is not None and end in same and end not in referenced and last.target is following(blocks, position[end]) and last.target is not same[end]:
            negate(last, same[end])
            end.insns.clear()
            changed = True
    return changed


def reachable(blocks: list[MBlock]) -> list[MBlock]:
    position = places(blocks)
    seen = {blocks[0]}
    work = [blocks[0]]
    while work:
        block = work.pop()
        falls = True
        targets = []
        for k, i in enumerate(block.insns):
            if i.target is not None:
                targets.append(i.target)
            if i.asm is not None:
                targets.extend(i.asm.labels)
            if i.code in (JMP | m.JA, JMP | m.EXIT, m.NOWHERE):
                del block.insns[k + 1 :]
                falls = False
                break
        if falls and position[block] + 1 < len(blocks):
            targets.append(blocks[position[block] + 1])
        for t in targets:
            if t not in seen:
                seen.add(t)
                work.append(t)
    return [b for b in blocks if b in seen]
