"""Registers that C leaves without a value: cleared where something would read them, since the verifier refuses to read a register that
nothing has written (kernel/bpf/verifier.c, check_reg_arg), even to copy it."""

from __future__ import annotations

from .alloc import liveness
from .mcode import ALU64, MOV, UNDEF, MBlock, touched


def settle_undefined(blocks: list[MBlock]) -> None:
    """Requires physical registers. An UNDEF becomes a move of zero if a path leads from it to a reader of its register, else it goes."""
    if not any(i.code == UNDEF for block in blocks for i in block.insns):
        return
    liveness(blocks)
    for block in blocks:
        live = set(block.live_out)
        kept = []
        for i in reversed(block.insns):
            if i.code == UNDEF:
                if i.dst not in live:
                    continue
                i.code = ALU64 | MOV
            uses, defs = touched(i)
            live.difference_update(defs)
            live.update(uses)
            kept.append(i)
        kept.reverse()
        block.insns = kept
