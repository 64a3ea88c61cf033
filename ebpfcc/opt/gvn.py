"""Folding, common subexpressions and redundant loads in one walk of the dominator tree.

Global value numbering by scoped hashing (Briggs, Cooper, Simpson, "Value Numbering", 1997, section 3: dominator-based).
Loads are remembered until something may write what they read, on any way from the block that dominates a join (or a loop) to it.
"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import COMMUTATIVE, PURE, Block, Function, Value
from ..ir.effects import QUIET, WRITES_THROUGH, escaped_slots, may_overlap, root, writes_anywhere, writes_memory
from ..ir.fold import simplify
from .rules import rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.core import Mem

    Loads = dict[Any, tuple[Value, Mem]]  # what a load would give, and how it was accessed


MAX_KNOWN = 400  # loads whose value is known: each store looks at all of them
MAX_REGION = 100  # blocks between a join and the block that dominates it


def aux_key(insn: Value) -> Any:
    aux = insn.aux
    if insn.op == "core_field" or insn.op == "core_const":
        return (aux.kind, id(aux.ctype), aux.spec)
    return None if aux == "nsw" else aux


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG (branches on constants are left for simplify_cfg).  Returns: values replaced."""
    cfg.compute_preds(fn)
    idom = cfg.dominators(fn)
    children: dict[Block, list[Block]] = {block: [] for block in fn.blocks}
    for block in fn.blocks[1:]:
        children[idom[block]].append(block)
    new: dict[Value, Value] = {}
    table: dict[Any, Value] = {}
    loads_at_end: dict[Block, Loads] = {}
    escaping = escaped_slots(fn)
    stack: list[tuple[Block, bool, list[Any]]] = [(fn.blocks[0], False, [])]
    while stack:
        block, leaving, added = stack.pop()
        if leaving:
            for key in added:
                del table[key]
            continue
        loads = dict(loads_at_end[idom[block]]) if block is not fn.blocks[0] else {}
        if loads and len(block.preds) > 1:
            forget_between(fn, loads, idom[block], block, escaping)
        added = []
        walk(fn, block, new, table, added, loads, escaping)
        loads_at_end[block] = loads
        stack.append((block, True, added))
        for child in reversed(children[block]):
            stack.append((child, False, []))
    finish(fn, new)
    return len(new)


def finish(fn: Function, new: dict[Value, Value]) -> None:
    """Edges that were left before their argument was replaced (back edges)."""
    if not new:
        return
    for block in fn.blocks:
        for insn in block.insns:
            for i, a in enumerate(insn.args):
                while a in new:
                    a = insn.args[i] = new[a]
            for target in insn.targets:
                for i, a in enumerate(target.args):
                    while a in new:
                        a = target.args[i] = new[a]


def walk(fn: Function, block: Block, new: dict[Value, Value], table: dict[Any, Value], added: list[Any], loads: Loads, escaping: set[Any]) -> None:
    out: list[Value] = []
    for insn in block.insns:
        args = insn.args
        for i, a in enumerate(args):
            while a in new:
                a = args[i] = new[a]
        for target in insn.targets:
            for i, a in enumerate(target.args):
                while a in new:
                    a = target.args[i] = new[a]
        if insn.op == "load":
            fold_address(insn)
            key = load_key(insn)
            if key is not None:
                loaded = loads.get(key)
                if loaded is None:
                    loads[key] = insn, insn.aux
                elif is_cut(loaded[0], loaded[1]):
                    cut(fn, insn, loaded[0])
                else:
                    new[insn] = loaded[0]
                    continue
        op = insn.op
        if op in PURE:
            value = simplify(fn, op, insn.type, args, insn.aux)
            if value is None:
                made = len(out)
                value = rewrite(fn, insn, out)
                if len(out) > made:
                    number_made(out, made, new, table, added)
            if value is not None:
                new[insn] = value
                continue
            key = key_of(insn)
            known = table.get(key)
            if known is not None:
                new[insn] = known
                if known.aux == "nsw":
                    known.aux = insn.aux
                continue
            table[key] = insn
            added.append(key)
        elif op not in QUIET:
            if op == "store":
                fold_address(insn)
            forget(fn, loads, insn, escaping)
        out.append(insn)
    block.insns = out


def number_made(out: list[Value], made: int, new: dict[Value, Value], table: dict[Any, Value], added: list[Any]) -> None:
    """What a rewrite has put behind out[:made] may be there already."""
    fresh = out[made:]
    del out[made:]
    for insn in fresh:
        insn.args = [new.get(a, a) for a in insn.args]
        key = key_of(insn)
        known = table.get(key)
        if known is not None:
            new[insn] = known
        else:
            table[key] = insn
            added.append(key)
            out.append(insn)


def forget_between(fn: Function, loads: Loads, above: Block, block: Block, escaping: set[Any]) -> None:
    """Forgets what may be written on a way from the end of `above`, which dominates the block, to its start."""
    between: dict[Block, None] = {}
    work = [p for p in block.preds if p is not above]
    while work:
        b = work.pop()
        if b not in between:
            between[b] = None
            if len(between) > MAX_REGION:
                loads.clear()
                return
            work.extend(p for p in b.preds if p is not above)
    for b in between:
        for insn in b.insns:
            if writes_memory(insn):
                forget(fn, loads, insn, escaping, False)
                if not loads:
                    return


def load_key(insn: Value) -> Any:
    """What a load reads and how; None if it must be done each time."""
    mem = insn.aux
    return None if mem.volatile or mem.reloc is not None else (insn.args[0], mem.off, mem.size, mem.signed, insn.type, mem.strict, mem.field)


def forget(fn: Function, loads: Loads, insn: Value, escaping: set[Any], stores: bool = True) -> None:
    """What is known of memory after the instruction: not what it may overwrite, but (if `stores`) what it stores."""
    if insn.op in WRITES_THROUGH:
        address, mem = insn.args[0], insn.aux
        if loads:
            low, high = mem.off, mem.off + mem.size
            changed = [
                k
                for k, known in loads.items()
                if (low < k[1] + k[2] and k[1] < high if k[0] is address else may_overlap(fn, address, mem, k[0], known[1], escaping))
            ]
            for key in changed:
                del loads[key]
        if stores and insn.op == "store":
            remember_store(fn, loads, insn)
            if len(loads) > MAX_KNOWN:
                for key in list(loads)[: len(loads) - MAX_KNOWN]:  # the oldest
                    del loads[key]
    elif loads and writes_anywhere(insn):
        for key in [k for k in loads if not is_private(k[0], escaping)]:
            del loads[key]


def is_private(address: Value, escaping: set[Any]) -> bool:
    base = root(address)
    return base.op == "slot" and base.aux not in escaping


def remember_store(fn: Function, loads: Loads, insn: Value) -> None:
    """A load of the same place gives what was stored, or what was left of it."""
    mem, v = insn.aux, insn.args[1]
    if mem.volatile or mem.reloc is not None or v.op == "undef":
        return
    if mem.size in (4, 8) and (v.type == ("i32" if mem.size == 4 else "i64") or v.type == "ptr"):
        loads[insn.args[0], mem.off, mem.size, False, v.type, mem.strict, mem.field] = v, mem
        if mem.size == 4:
            loads[insn.args[0], mem.off, 4, True, v.type, mem.strict, mem.field] = v, mem
    elif v.op == "const" and mem.size < 4:
        bits = mem.size * 8
        n = v.aux & (1 << bits) - 1
        for kind in ("i32", "i64"):
            loads[insn.args[0], mem.off, mem.size, False, kind, mem.strict, mem.field] = fn.const(kind, n), mem
            loads[insn.args[0], mem.off, mem.size, True, kind, mem.strict, mem.field] = fn.const(kind, n - (n >> bits - 1 << bits)), mem
    elif mem.size < 4:
        for signed in (False, True):
            loads[insn.args[0], mem.off, mem.size, signed, v.type, mem.strict, mem.field] = v, mem


def is_cut(v: Value, mem: Mem) -> bool:
    """Whether the value is one of which a store of less than 32 bits left a part: a load of that many makes no such value, nor a constant."""
    return mem.size < 4 and not (v.op == "const" or v.op == "load" and v.aux is mem)


def cut(fn: Function, load: Value, v: Value) -> None:
    """Makes the load what a store of so many bytes of v has left."""
    bits = load.aux.size * 8
    if load.aux.signed:
        load.op, load.args, load.aux = "sextn", [v], bits
    else:
        load.op, load.args, load.aux = "and", [v, fn.const(load.type, (1 << bits) - 1)], None


def fold_address(insn: Value) -> None:
    """A constant added to the address goes into the access' offset (16 bits, signed)."""
    base = insn.args[0]
    if base.op == "add" and base.type == "ptr" and base.args[1].op == "const":
        off = insn.aux.off + base.args[1].aux
        if -32768 <= off < 32768 and insn.aux.reloc is None:
            insn.args[0] = base.args[0]
            insn.aux = insn.aux.but(off=off)


def key_of(insn: Value) -> Any:
    args = insn.args
    if len(args) == 2:
        a, b = args
        if insn.op in COMMUTATIVE and id(b) < id(a):
            a, b = b, a
        return (insn.op, insn.type, a, b, aux_key(insn))
    return (insn.op, insn.type, *args, aux_key(insn))
