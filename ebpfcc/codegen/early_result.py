"""A constant result is made before the branch that returns it: `r0 = 1; if r1 > r2 goto exit` in place of a block of its own.

Outside loops only: it is one instruction less to load and to verify, and one more on the way that goes on."""

from __future__ import annotations

from .alloc import liveness
from .mcode import ALU, ALU64, EXIT, GOTO, JMP, JMP32, MOV, MBlock, goes_on, link, touched

CONSTANTS = (ALU | MOV, ALU64 | MOV)


def run(blocks: list[MBlock]) -> list[MBlock]:
    """Requires physical registers and blocks in their final order, with no jump that only leads to the next."""
    results = {b for n, b in enumerate(blocks) if n and returns_constant(b) and not goes_on(blocks[n - 1])}  # nothing falls into these
    if not results:
        return blocks
    references: dict[MBlock, int] = {}
    for block in blocks:
        for i in block.insns:
            for target in (i.target, *(i.asm.labels if i.asm is not None else ())):
                references[target] = references.get(target, 0) + 1
    link(blocks)
    liveness(blocks)
    exit: MBlock | None = None
    removed: set[MBlock] = set()
    for block in blocks[:-1]:
        last = block.insns[-1] if block.insns else None
        if last is None or last.target not in results or last.code & 7 not in (JMP, JMP32) or last.code in GOTO or block.depth:
            continue
        result = last.target
        if references[result] != 1 or 0 in touched(last)[0] or 0 in block.live_out:  # r0 is needed on the other way
            continue
        if exit is None:
            blocks, exit = with_exit(blocks, result)
            if exit is None:
                return blocks
            results.discard(exit)
        block.insns.insert(-1, result.insns[0])
        last.target = exit
        removed.add(result)
    return [b for b in blocks if b not in removed]


def returns_constant(block: MBlock) -> bool:
    return len(block.insns) == 2 and block.insns[0].code in CONSTANTS and block.insns[0].dst == 0 and block.insns[1].code == JMP | EXIT


def with_exit(blocks: list[MBlock], but: MBlock) -> tuple[list[MBlock], MBlock | None]:
    """The exit of another way, in a block of its own from now on."""
    for n, block in enumerate(blocks):
        if block is not but and block.insns and block.insns[-1].code == JMP | EXIT:
            if len(block.insns) == 1:
                return blocks, block
            exit = MBlock("exit", block.depth)
            exit.insns.append(block.insns.pop())
            return [*blocks[: n + 1], exit, *blocks[n + 1 :]], exit
    return blocks, None
