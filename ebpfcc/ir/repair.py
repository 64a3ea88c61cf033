"""SSA form put right after a value got further definitions (copied blocks): its uses read the definition that reaches them, through
block parameters where several do (Braun et al. 2013, on an existing CFG; `prune_params` drops what turns out to be one value)."""

from __future__ import annotations

from .core import Block, Function, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def repair(fn: Function, old: Value, at_end: dict[Block, Value], blocks: Iterable[Block] | None = None) -> None:
    """Rewrites the uses of `old` in blocks that are no key of `at_end`, which says what stands for it at the end of each block that
    defines it. blocks: where to look for uses, all by default. Requires `compute_preds`."""
    at_start: dict[Block, Value] = {}
    work: list[tuple[Block, Value]] = []

    def end_of(block: Block) -> Value:
        known = at_end.get(block)
        return known if known is not None else start_of(block)

    def start_of(block: Block) -> Value:
        chain = []
        while block not in at_start and len(block.preds) == 1 and block.preds[0] not in at_end and block is not fn.blocks[0]:
            chain.append(block)
            block = block.preds[0]
        known = at_start.get(block)
        if known is None:
            if not block.preds or block is fn.blocks[0]:
                known = fn.undef(old.type)
            elif len(block.preds) == 1:
                known = at_end[block.preds[0]]
            else:
                known = Value("param", old.type, [], None, old.pos)
                known.block = block
                block.params.append(known)
                work.append((block, known))
            at_start[block] = known
        for b in chain:
            at_start[b] = known
        return known

    for block in list(fn.blocks if blocks is None else blocks):
        for insn in block.insns:
            if block not in at_end and old in insn.args:
                new = start_of(block)
                insn.args = [new if a is old else a for a in insn.args]
            for t in insn.targets:
                if old in t.args:
                    new = end_of(block)
                    t.args = [new if a is old else a for a in t.args]
    for block, _ in work:  # grows: the arguments of each edge come in the order of the parameters
        for pred in dict.fromkeys(block.preds):
            value = end_of(pred)
            for t in pred.insns[-1].targets:
                if t.block is block:
                    t.args.append(value)


def uses_outside(fn: Function, where: dict[Value, set[Block]]) -> dict[Value, list[Block]]:
    """The blocks in which each key of `where` is read, other than those given for it."""
    found: dict[Value, list[Block]] = {}
    for block in fn.blocks:
        for insn in block.insns:
            for a in insn.args:
                if a in where and block not in where[a]:
                    found.setdefault(a, []).append(block)
            for t in insn.targets:
                for a in t.args:
                    if a in where and block not in where[a]:
                        found.setdefault(a, []).append(block)
    return found
