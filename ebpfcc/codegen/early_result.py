"""A constant result is made before the branch that returns it: `r0 = 1; if r1 > r2 goto exit` in place of a block of its own.

Outside loops only: it is one instruction less to load and to verify, and one more on the way that goes on."""

from __future__ import annotations

from .mcode import ALU, ALU64, EXIT, JA, JMP, JMP32, MOV, MBlock, touched

CONSTANTS = (ALU | MOV, ALU64 | MOV)


def run(blocks: list[MBlock]) -> list[MBlock]:
    """Requires physical registers and blocks in their final order, with no jump that only leads to the next."""
    blocks = list(blocks)
    for block in list(blocks):
        last = block.insns[-1] if block.insns else None
        if last is None or last.target is None or last.code & 7 not in (JMP, JMP32) or block.depth:
            continue
        result = last.target
        at = blocks.index(block)
        if not returns_constant(result) or 0 in touched(last)[0] or references(blocks, result) != 1 or falls_into(blocks, result):
            continue
        if at + 1 == len(blocks) or reads_result(blocks, at + 1):
            continue
        exit = shared_exit(blocks, result)
        if exit is None:
            continue
        block.insns.insert(-1, result.insns[0])
        last.target = exit
        blocks.remove(result)
    return blocks


def returns_constant(block: MBlock) -> bool:
    return len(block.insns) == 2 and block.insns[0].code in CONSTANTS and block.insns[0].dst == 0 and block.insns[1].code == JMP | EXIT


def references(blocks: list[MBlock], target: MBlock) -> int:
    return sum((i.target is target) + (i.asm.labels.count(target) if i.asm is not None else 0) for b in blocks for i in b.insns)


def falls_into(blocks: list[MBlock], block: MBlock) -> bool:
    at = blocks.index(block)
    return at == 0 or not ends(blocks[at - 1])


def ends(block: MBlock) -> bool:
    return bool(block.insns) and block.insns[-1].code in (JMP | JA, JMP32 | JA, JMP | EXIT)


def reads_result(blocks: list[MBlock], at: int) -> bool:
    """Whether r0 may be read from the start of this block on before it is written."""
    position = {b: n for n, b in enumerate(blocks)}
    seen: set[int] = set()
    work = [at]
    while work:
        n = work.pop()
        if n in seen:
            continue
        seen.add(n)
        for i in blocks[n].insns:
            uses, defs = touched(i)
            if 0 in uses:
                return True
            if 0 in defs:
                break
            if i.target is not None:
                work.append(position[i.target])
            if i.asm is not None:
                work.extend(position[t] for t in i.asm.labels)
        else:
            if not ends(blocks[n]):
                work.append(n + 1)
    return False


def shared_exit(blocks: list[MBlock], but: MBlock) -> MBlock | None:
    """The exit of another way, in a block of its own from now on."""
    for n, block in enumerate(blocks):
        if block is not but and block.insns and block.insns[-1].code == JMP | EXIT:
            if len(block.insns) == 1:
                return block
            exit = MBlock("exit", block.depth)
            exit.insns.append(block.insns.pop())
            blocks.insert(n + 1, exit)
            return exit
    return None
