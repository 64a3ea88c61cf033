"""Partially redundant loads: where some ways into a block already hold what it loads first, the others load it at their ends.

The value meets in a block parameter, so that a branch on it may be decided on the ways that know it (`*p = 8; again: if (*p < 0)`).
Loads only: nothing is executed more often than before."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, PURE, Block, Function, Value, replace_values
from ..ir.effects import escaped_slots, writes_memory
from .gvn import forget, key_of, load_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(fn: Function) -> int:
    """Requires: fn verifies, loads folded by gvn.  Preserves: the CFG.  Returns: loads that became parameters."""
    cfg.compute_preds(fn)
    escaping = escaped_slots(fn)
    at_end: dict[Block, dict[Any, Value]] = {}
    for block in fn.blocks:
        inherited = at_end.get(block.preds[0], {}) if len(block.preds) == 1 else {}
        at_end[block] = follow(fn, block, dict(inherited), escaping)
    new: dict[Value, Value] = {}
    for block in fn.blocks[1:]:
        preds = list(dict.fromkeys(block.preds))
        if len(preds) >= 2 and all(p.index < block.index for p in preds):
            for load in first_loads(block, escaping):
                merge(fn, block, preds, load, at_end, new)
    replace_values(fn, new)
    return len(new)


def follow(fn: Function, block: Block, loads: dict[Any, Value], escaping: set[Any]) -> dict[Any, Value]:
    """What is known of memory at the end of the block, given what is known at its start."""
    for insn in block.insns:
        if insn.op == "load":
            key = load_key(insn)
            if key is not None:
                loads.setdefault(key, insn)
        else:
            forget(fn, loads, insn, escaping)
    return loads


def first_loads(block: Block, escaping: set[Any]) -> list[Value]:
    """Loads that nothing in the block before them can change, from addresses that are known when it starts or are one operation away."""
    found: list[Value] = []
    for insn in block.insns:
        if insn.op == "load":
            base = insn.args[0]
            if load_key(insn) is not None and (is_outside(base, block) or base.op in PURE and all(is_outside(a, block) for a in base.args)):
                found.append(insn)
        elif writes_memory(insn):
            break
    return found


def is_outside(v: Value, block: Block) -> bool:
    return v.op in LEAVES or v.block is not block


def lookup(load: Value, block: Block, known: dict[Any, Value]) -> Value | None:
    """The value of this load at the end of a predecessor; an address made in the block was made in the same way there."""
    base = load.args[0]
    key = load_key(load)
    if is_outside(base, block):
        return known.get(key)
    same = key_of(base)
    for other, v in known.items():
        if other[1:] == key[1:] and other[0].op == base.op and key_of(other[0]) == same:
            return v
    return None


def merge(fn: Function, block: Block, preds: list[Block], load: Value, at_end: dict[Block, dict[Any, Value]], new: dict[Value, Value]) -> None:
    known = [lookup(load, block, at_end[p]) for p in preds]
    if all(v is None for v in known) or any(v is None and p.insns[-1].op != "jmp" for p, v in zip(preds, known)):
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
