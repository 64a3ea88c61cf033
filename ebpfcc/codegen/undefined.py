"""Registers that C leaves without a value: cleared where something would read them, since the verifier refuses to read a register that
nothing has written (kernel/bpf/verifier.c, check_reg_arg), even to copy it."""

from __future__ import annotations

from .mcode import ALU64, FIRST_VIRTUAL, MOV, UNDEF, MBlock, touched

EVERY = (1 << FIRST_VIRTUAL) - 1


def settle_undefined(blocks: list[MBlock]) -> None:
    """Requires physical registers. An UNDEF becomes a move of zero if a path leads from it to a reader of its register, else it goes."""
    if not any(i.code == UNDEF for block in blocks for i in block.insns):
        return
    preds: dict[MBlock, list[MBlock]] = {block: [] for block in blocks}
    for block in blocks:
        for s in block.succs:
            preds[s].append(block)
    live_in = read_later(blocks, preds)
    for block in blocks:
        live = 0
        for s in block.succs:
            live |= live_in[s]
        kept = []
        for i in reversed(block.insns):
            if i.code == UNDEF:
                if not live >> i.dst & 1:
                    continue
                i.code = ALU64 | MOV
            uses, defs = touched(i)
            for d in defs:
                live &= ~(1 << d)
            for u in uses:
                live |= 1 << u
            kept.append(i)
        kept.reverse()
        block.insns = kept


def read_later(blocks: list[MBlock], preds: dict[MBlock, list[MBlock]]) -> dict[MBlock, int]:
    """The registers that may be read after each block's start before they are written, as bit masks."""
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block in blocks:
        g = k = 0
        for i in reversed(block.insns):
            uses, defs = touched(i)
            for d in defs:
                g &= ~(1 << d)
                k |= 1 << d
            for u in uses:
                g |= 1 << u
        gen[block], kill[block] = g, k
    live_in = dict(gen)
    work = list(blocks)
    while work:
        block = work.pop()
        out = 0
        for s in block.succs:
            out |= live_in[s]
        into = gen[block] | out & ~kill[block] & EVERY
        if into != live_in[block]:
            live_in[block] = into
            work.extend(preds[block])
    return live_in
