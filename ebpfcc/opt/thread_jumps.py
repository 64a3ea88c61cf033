"""Jump threading: a block whose branch is decided by the way into it is left out of that way.

What C writes as `if (a && b)`, `for (...; next(&it) && (x = ..., 1);)` or a flag that is set and tested at once becomes a jump to where
the test would go. Loop headers stay as they are: a loop keeps one entry and its shape."""

from __future__ import annotations

from ..ir import cfg
from ..ir.clone import copy_insn
from ..ir.core import PURE, Block, Function, Target, Value
from ..ir.fold import simplify
from ..ir.repair import repair, uses_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    Facts = dict[Block, dict[Value, Value]]

MAX_COPIED = 6  # instructions of a block that is copied for one way through it
MAX_FACTS = 12  # branches above that are asked


def run(fn: Function) -> int:
    """Requires: fn verifies.  Changes the CFG.  Returns: edges threaded and branches decided."""
    total = 0
    while True:
        cfg.compute_preds(fn)
        idom = cfg.dominators(fn)
        known: Facts = {}
        done = sum(decide(fn, block, idom, known) for block in fn.blocks[1:] if has_test(block))
        if done:  # the dominators still hold for fewer edges, the predecessors do not
            cfg.compute_preds(fn)
            idom = cfg.dominators(fn)
        done += thread_all(fn, idom)
        if not done:
            return total
        total += done


def has_test(block: Block) -> bool:
    t = block.insns[-1]
    return t.op in ("br", "switch") and t.args[0].op != "const"


def edge_facts(fn: Function, pred: Block, block: Block) -> dict[Value, Value]:
    """What the branch at the end of `pred` says of values where it leads to `block`."""
    t = pred.insns[-1]
    if len(t.targets) < 2:
        return {}
    sides = [i for i, target in enumerate(t.targets) if target.block is block]
    if len(sides) != 1:
        return {}
    side = sides[0]
    v = t.args[0] if t.args else None
    if t.op == "switch" and v is not None and side:
        return {v: fn.const(v.type, t.aux[side - 1])}
    if t.op != "br" or v is None:
        return {}
    facts = {v: fn.const(v.type, 0)} if side else {v: fn.const(v.type, 1)} if v.op == "icmp" else {}
    if v.op == "icmp" and v.args[1].op == "const" and v.aux == ("ne" if side else "eq") and v.type != "ptr":
        facts[v.args[0]] = v.args[1]
    return facts


def facts_above(fn: Function, block: Block, idom: dict[Block, Block], known: Facts) -> dict[Value, Value]:
    """What the branches that dominate the end of `block` say; known: what was asked before of the way into each block."""
    facts: dict[Value, Value] = {}
    for _ in range(MAX_FACTS):
        if len(block.preds) == 1:
            own = known.get(block)
            if own is None:
                own = known[block] = edge_facts(fn, block.preds[0], block)
            for v, n in own.items():
                facts.setdefault(v, n)
        above = idom[block]
        if above is block:
            break
        block = above
    return facts


def evaluate(fn: Function, v: Value, known: dict[Value, Value], block: Block, depth: int = 0) -> Value | None:
    """The constant that v is, given constants for some values; instructions of `block` are looked through."""
    if v.op == "const":
        return v
    found = known.get(v)
    if found is not None:
        return found if found.op == "const" else None
    if v.block is not block or v.op not in PURE or depth > MAX_COPIED or not v.args:
        return None
    args = []
    for a in v.args:
        c = evaluate(fn, a, known, block, depth + 1) if a.op not in ("slot", "gaddr") else a
        if c is None:
            return None
        args.append(c)
    result = simplify(fn, v.op, v.type, args, v.aux)
    return result if result is not None and result.op == "const" else None


def chosen(t: Value, value: Value) -> int:
    """The number of the target that the branch takes on a constant."""
    if t.op == "br":
        return 0 if value.aux else 1
    return t.aux.index(value.aux) + 1 if value.aux in t.aux else 0


def decide(fn: Function, block: Block, idom: dict[Block, Block], known: Facts) -> int:
    """The branch was decided by the same one above."""
    t = block.insns[-1]
    value = evaluate(fn, t.args[0], facts_above(fn, block, idom, known), block)
    if value is None:
        return 0
    t.targets = [t.targets[chosen(t, value)]]
    t.op, t.args, t.aux = "jmp", [], None
    return 1


def thread_all(fn: Function, idom: dict[Block, Block]) -> int:
    """Ways into blocks that decide their branches get copies of their own, without the branch. Blocks that have to do with each other
    wait for the next round: values are put right once a round."""
    where: dict[Value, set[Block]] = {}  # value -> the blocks that define it
    at_end: dict[Value, dict[Block, Value]] = {}
    busy: set[Block] = set()
    done = 0
    known: Facts = {}
    for block in list(fn.blocks[1:]):
        if not has_test(block):
            continue
        edges = threadable(fn, block, idom, known)
        if not edges or block in busy or any(pred in busy or onward.block in busy for pred, _, onward in edges):
            continue
        defined = [*block.params, *block.insns[:-1]]
        read = {a for _, edge, onward in edges for a in (*edge.args, *onward.args)}
        read.update(a for insn in block.insns for a in insn.args)
        if any(a in at_end for a in read):
            continue
        busy.add(block)
        busy.update(b for pred, _, onward in edges for b in (pred, onward.block))
        copies = [copy_for(block, edge, onward) for _, edge, onward in edges]
        at = fn.blocks.index(block) + 1
        fn.blocks[at:at] = [copy for copy, _ in copies]
        for v in defined:
            at_end[v] = {block: v, **{copy: values[v] for copy, values in copies}}
            where[v] = set(at_end[v])
        done += len(copies)
    if done:
        cfg.compute_preds(fn)
        for v, blocks in uses_outside(fn, where).items():
            repair(fn, v, at_end[v], dict.fromkeys(blocks))
    return done


def threadable(fn: Function, block: Block, idom: dict[Block, Block], facts: Facts) -> list[tuple[Block, Target, Target]]:
    """(predecessor, its edge into the block, the edge out of the block that follows) where the one decides the other."""
    if len(block.preds) < 2 or not may_copy(block):
        return []
    if any(p.index >= block.index for p in block.preds):
        return []  # a loop header
    t = block.insns[-1]
    found = []
    for pred in dict.fromkeys(block.preds):
        above: dict[Value, Value] | None = None
        for edge in pred.insns[-1].targets:
            if edge.block is not block:
                continue
            if above is None:
                above = {**facts_above(fn, pred, idom, facts), **edge_facts(fn, pred, block)}
            known = {**above, **{p: above.get(a, a) for p, a in zip(block.params, edge.args)}}
            value = evaluate(fn, t.args[0], known, block)
            if value is not None and (onward := t.targets[chosen(t, value)]).block.index > block.index:
                found.append((pred, edge, onward))
    return found


def may_copy(block: Block) -> bool:
    size = 0
    for insn in block.insns[:-1]:
        if insn.op in PURE:
            size += 1
        elif insn.op != "lifetime":
            return False
    return size <= MAX_COPIED


def copy_for(block: Block, edge: Target, onward: Target) -> tuple[Block, dict[Value, Value]]:
    """The block as this edge runs through it. -> (copy, what each of its values is there)"""
    copy = Block(f"{block.name}.as")
    values: dict[Value, Value] = dict(zip(block.params, edge.args))
    for insn in block.insns[:-1]:
        values[insn] = new = copy_insn(insn, values, copy)
        copy.insns.append(new)
    jump = Value("jmp", "void", [], None, block.insns[-1].pos, [Target(onward.block, [values.get(a, a) for a in onward.args])])
    jump.block = copy
    copy.insns.append(jump)
    edge.block, edge.args = copy, []
    return copy, values
