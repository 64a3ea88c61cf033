"""Partially redundant loads: where some ways into a block already hold what it loads first, the others load it at their ends.

The value meets in a block parameter, so that a branch on it may be decided on the ways that know it (`*p = 8; again: if (*p < 0)`). So
does what a loop stores and loads again when it comes round. Loads only: nothing is executed more often than before."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, PURE, Block, Function, Value, replace_values
from ..ir.effects import WRITES_THROUGH, escaped_slots, may_overlap, writes_anywhere
from .gvn import forget, forget_between, key_of, load_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .gvn import Loads


def run(fn: Function) -> int:
    """Requires: fn verifies, loads folded by gvn.  Preserves: the CFG.  Returns: loads that became parameters."""
    cfg.compute_preds(fn)
    idom = cfg.dominators(fn)
    escaping = escaped_slots(fn)
    at_end: dict[Block, Loads] = {}
    for block in fn.blocks:
        inherited = dict(at_end[idom[block]]) if block is not fn.blocks[0] else {}
        if inherited and len(block.preds) > 1:
            forget_between(fn, inherited, idom[block], block, escaping)
        at_end[block] = follow(fn, block, inherited, escaping)
    new: dict[Value, Value] = {}
    for block in fn.blocks[1:]:
        preds = list(dict.fromkeys(block.preds))
        if len(preds) >= 2:
            for load in first_loads(fn, block, escaping):
                merge(fn, block, preds, load, at_end, new)
    replace_values(fn, new)
    return len(new)


def follow(fn: Function, block: Block, loads: Loads, escaping: set[Any]) -> Loads:
    """What is known of memory at the end of the block, given what is known at its start."""
    for insn in block.insns:
        if insn.op == "load":
            key = load_key(insn)
            if key is not None:
                loads.setdefault(key, (insn, insn.aux))
        else:
            forget(fn, loads, insn, escaping)
    return loads


def first_loads(fn: Function, block: Block, escaping: set[Any]) -> list[Value]:
    """Loads that nothing in the block before them can change, from addresses that are known when it starts or are one operation away."""
    found: list[Value] = []
    writes: list[Value] = []  # to other memory
    for insn in block.insns:
        if insn.op == "load":
            base = insn.args[0]
            if load_key(insn) is not None and (is_outside(base, block) or base.op in PURE and all(is_outside(a, block) for a in base.args)):
                if not any(may_overlap(fn, w.args[0], w.aux, base, insn.aux, escaping) for w in writes):
                    found.append(insn)
        elif writes_anywhere(insn):
            break
        elif insn.op in WRITES_THROUGH:
            writes.append(insn)
    return found


def is_outside(v: Value, block: Block) -> bool:
    return v.op in LEAVES or v.block is not block


def lookup(load: Value, block: Block, known: Loads) -> Value | None:
    """The value of this load at the end of a predecessor; an address made in the block was made in the same way there."""
    base = load.args[0]
    key = load_key(load)
    if is_outside(base, block):
        found = known.get(key)
        return found[0] if found is not None else None
    same = key_of(base)
    for other, (v, _) in known.items():
        if other[1:] == key[1:] and other[0].op == base.op and key_of(other[0]) == same:
            return v
    return None


def merge(fn: Function, block: Block, preds: list[Block], load: Value, at_end: dict[Block, Loads], new: dict[Value, Value]) -> None:
    known = [lookup(load, block, at_end[p]) for p in preds]
    missing = [p for p, v in zip(preds, known) if v is None]
    if len(missing) == len(preds) or any(p.insns[-1].op != "jmp" or p.index >= block.index for p in missing):
        return
    param = Value("param", load.type, [], None, load.pos)
    param.block = block
    block.params.append(param)
    for pred, v in zip(preds, known):
        for t in pred.insns[-1].targets:
            if t.block is block:
                t.args.append(v if v is not None else load_in(pred, block, load))
    block.insns.remove(load)
    new[load] = param


def load_in(pred: Block, block: Block, load: Value) -> Value:
    base = load.args[0]
    if not is_outside(base, block):
        base = Value(base.op, base.type, list(base.args), base.aux, base.pos)
        base.block = pred
        pred.insns.insert(-1, base)
    copy = Value("load", load.type, [base], load.aux, load.pos)
    copy.block = pred
    pred.insns.insert(-1, copy)
    return copy
