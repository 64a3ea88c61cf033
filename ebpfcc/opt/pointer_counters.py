"""`for (p = a; p < a + n; p++)`: a pointer that is compared with one that is made of the same becomes a base and a counter.

The verifier knows bounds of numbers, and of pointers only those into a packet: it keeps no end of such a loop. The counter also tells how
often the loop goes round, so that it can be unrolled. The comparison itself is rewritten by gvn (rules.compare_offsets)."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Block, Function, Value, replace_values
from ..ir.effects import same_base
from .rules import parts_of


def run(fn: Function) -> int:
    """Requires: fn verifies. Preserves: the CFG. Returns: pointers replaced."""
    cfg.compute_preds(fn)
    replaced: dict[Value, Value] = {}
    for loop in cfg.find_loops(fn):
        header = loop.header
        pointers = [p for p in header.params if p.type == "ptr"]
        if not pointers:
            continue
        for p in pointers:
            start = only_start(loop, header.params.index(p))
            if start is not None and is_compared(loop, p, parts_of(start)[0]):
                replaced[p] = count(fn, loop, p, start)
    if replaced:
        replace_values(fn, replaced)
    return len(replaced)


def only_start(loop: cfg.Loop, n: int) -> Value | None:
    """What the header's n-th parameter, a pointer, is at first, if there is one way in and each round only adds to it."""
    header = loop.header
    p = header.params[n]
    starts = []
    for pred in dict.fromkeys(header.preds):
        for t in pred.insns[-1].targets:
            if t.block is header:
                if pred not in loop.blocks:
                    starts.append(t.args[n])
                elif not grows(t.args[n], p):
                    return None
    return starts[0] if len(starts) == 1 else None


def grows(v: Value, p: Value) -> bool:
    while v.op == "add" and v.type == "ptr" and v is not p:
        v = v.args[0]
    return v is p


def is_compared(loop: cfg.Loop, p: Value, base: Value) -> bool:
    """Whether the loop compares the pointer with another one that is made of what it starts from."""
    for block in loop.blocks:
        for insn in block.insns:
            if insn.op == "icmp" and insn.args[0].type == "ptr":
                a, b = (parts_of(arg)[0] for arg in insn.args)
                if a is p and same_base(b, base) or b is p and same_base(a, base):
                    return True
    return False


def count(fn: Function, loop: cfg.Loop, p: Value, start: Value) -> Value:
    """Puts a counter in place of the parameter p. Returns the pointer that is made of it."""
    header = loop.header
    n = header.params.index(p)
    counter = Value("param", "i64", [], None, p.pos)
    counter.block = header
    header.params[n] = counter
    for pred in dict.fromkeys(header.preds):
        for t in pred.insns[-1].targets:
            if t.block is header:
                t.args[n] = added(t.args[n], p, counter) if pred in loop.blocks else fn.const("i64", 0)
    pointer = Value("add", "ptr", [start, counter], None, p.pos)
    pointer.block = header
    header.insns.insert(0, pointer)
    return pointer


def added(v: Value, p: Value, counter: Value) -> Value:
    """What v, made of p, is beyond the start; the sum stands beside v."""
    if v is p:
        return counter
    before = added(v.args[0], p, counter)
    total = Value("add", "i64", [before, v.args[1]], None, v.pos)
    block: Block | None = v.block
    assert block is not None
    total.block = block
    block.insns.insert(block.insns.index(v) + 1, total)
    return total
