"""Sets as bit masks, and backward data flow on them: the one solver that liveness of registers, of stack objects and of spill slots use."""

from __future__ import annotations

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, Self, TypeVar

    class HasSuccessors(Protocol):
        @property
        def succs(self) -> list[Self]: ...

    B = TypeVar("B", bound=HasSuccessors)


def bits(mask: int) -> list[int]:
    """The numbers in a set, in ascending order. A full set is taken word by word: an operation on the mask takes time with its length."""
    if mask.bit_count() > mask.bit_length() >> 6 > 2:
        count = (mask.bit_length() + 63) >> 6
        words = struct.unpack(f"<{count}Q", mask.to_bytes(count * 8, "little"))
        return [at * 64 + n for at, word in enumerate(words) if word for n in bits(word)]
    out = []
    while mask:
        low = mask & -mask
        out.append(low.bit_length() - 1)
        mask ^= low
    return out


def backward(blocks: list[B], gen: dict[B, int], kill: dict[B, int]) -> dict[B, int]:
    """What is live at each block's end: the least solution of in = gen | out & ~kill, out = the union of the successors' in."""
    preds: dict[B, list[B]] = {block: [] for block in blocks}
    for block in blocks:
        for s in block.succs:
            preds[s].append(block)
    live_in = dict(gen)
    live_out: dict[B, int] = {}
    work = list(blocks)
    queued = set(blocks)
    while work:
        block = work.pop()
        queued.discard(block)
        out = 0
        for s in block.succs:
            out |= live_in[s]
        live_out[block] = out
        into = gen[block] | out & ~kill[block]
        if into != live_in[block]:
            live_in[block] = into
            for p in preds[block]:
                if p not in queued:
                    queued.add(p)
                    work.append(p)
    return live_out
