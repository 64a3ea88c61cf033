"""Folding and common subexpressions in one walk of the dominator tree, with redundant loads inside extended basic blocks.

Global value numbering by scoped hashing (Briggs, Cooper, Simpson, "Value Numbering", 1997, section 3: dominator-based).
Loads are remembered until something may write memory; a load from a stack object only until that object may be written.
"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import COMMUTATIVE, PURE, Block, Function, Value
from ..ir.fold import simplify
from .rules import rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def aux_key(insn: Value) -> Any:
    aux = insn.aux
    if insn.op == "core_field" or insn.op == "core_const":
        return (aux.kind, id(aux.ctype), aux.spec)
    return aux


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG (branches on constants are left for simplify_cfg).  Returns: values replaced."""
    cfg.compute_preds(fn)
    idom = cfg.dominators(fn)
    children: dict[Block, list[Block]] = {block: [] for block in fn.blocks}
    for block in fn.blocks[1:]:
        children[idom[block]].append(block)
    new: dict[Value, Value] = {}
    table: dict[Any, Value] = {}
    loads_at_end: dict[Block, dict[Any, Value]] = {}
    escaping = escaped_slots(fn)
    stack: list[tuple[Block, bool, list[Any]]] = [(fn.blocks[0], False, [])]
    while stack:
        block, leaving, added = stack.pop()
        if leaving:
            for key in added:
                del table[key]
            continue
        loads: dict[Any, Value] = {}
        if len(block.preds) == 1 and block.preds[0] in loads_at_end:
            loads = dict(loads_at_end[block.preds[0]])
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


def walk(fn: Function, block: Block, new: dict[Value, Value], table: dict[Any, Value], added: list[Any], loads: dict[Any, Value], escaping: set[Any]) -> None:
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
        op = insn.op
        if op in PURE:
            value = simplify(fn, op, insn.type, args, insn.aux)
            if value is None:
                value = rewrite(fn, insn, out)
            if value is not None:
                new[insn] = value
                continue
            key = key_of(insn)
            known = table.get(key)
            if known is not None:
                new[insn] = known
                continue
            table[key] = insn
            added.append(key)
        elif op == "load":
            fold_address(insn)
            key = load_key(insn)
            if key is not None:
                known = loads.get(key)
                if known is not None:
                    new[insn] = known
                    continue
                loads[key] = insn
        elif op == "store":
            fold_address(insn)
            clobber(loads, insn, escaping)
            remember_store(loads, insn)
        elif op not in ("jmp", "br", "switch", "ret", "asm_out", "lifetime", "unreachable"):
            if op in ("memcpy", "memmove", "memset"):
                clobber(loads, insn, escaping)
            elif op == "asm" and not insn.aux.volatile and "memory" not in insn.aux.clobbers:
                pass
            else:
                forget_escaped(loads, escaping)
        out.append(insn)
    block.insns = out


def load_key(insn: Value) -> Any:
    """What a load reads and how; None if it must be done each time."""
    mem = insn.aux
    return None if mem.volatile or mem.reloc is not None else (insn.args[0], mem.off, mem.size, mem.signed, insn.type, mem.strict)


def remember_store(loads: dict[Any, Value], insn: Value) -> None:
    """A load of the same place gives what was stored, if nothing of it was cut off."""
    mem, v = insn.aux, insn.args[1]
    if not mem.volatile and mem.reloc is None and mem.size in (4, 8) and v.op != "undef":
        if v.type == ("i32" if mem.size == 4 else "i64") or v.type == "ptr":
            loads[insn.args[0], mem.off, mem.size, False, v.type, mem.strict] = v
            if mem.size == 4:
                loads[insn.args[0], mem.off, 4, True, v.type, mem.strict] = v


def fold_address(insn: Value) -> None:
    """A constant added to the address goes into the access' offset (16 bits, signed)."""
    base = insn.args[0]
    if base.op == "add" and base.type == "ptr" and base.args[1].op == "const":
        off = insn.aux.off + base.args[1].aux
        if -32768 <= off < 32768 and insn.aux.reloc is None:
            insn.args[0] = base.args[0]
            insn.aux = insn.aux.copy()
            insn.aux.off = off


def key_of(insn: Value) -> Any:
    args = insn.args
    if len(args) == 2:
        a, b = args
        if insn.op in COMMUTATIVE and id(b) < id(a):
            a, b = b, a
        return (insn.op, insn.type, a, b, aux_key(insn))
    return (insn.op, insn.type, *args, aux_key(insn))


def root(v: Value) -> Value:
    while v.op == "add" and v.type == "ptr":
        v = v.args[0]
    return v


def clobber(loads: dict[Any, Value], insn: Value, escaping: set[Any]) -> None:
    """Forgets what a store (or block operation) may overwrite."""
    if not loads:
        return
    base = root(insn.args[0])
    mem = insn.aux
    if base.op == "slot":
        for key in list(loads):
            other = root(key[0])
            if other is base:
                if key[0] is insn.args[0] and insn.op == "store" and (key[1] + key[2] <= mem.off or mem.off + mem.size <= key[1]):
                    continue
                del loads[key]
            elif other.op not in ("slot", "gaddr") and base.aux in escaping:
                del loads[key]
        return
    for key in list(loads):
        other = root(key[0])
        if other.op == "slot" and other.aux not in escaping:
            continue
        if key[0] is insn.args[0] and insn.op == "store" and (key[1] + key[2] <= mem.off or mem.off + mem.size <= key[1]):
            continue
        if base.op == "gaddr" and other.op == "gaddr" and base.aux[0] != other.aux[0]:
            continue
        if mem.strict and key[5] and mem.size != key[2] and base is not other:
            continue
        del loads[key]


def forget_escaped(loads: dict[Any, Value], escaping: set[Any]) -> None:
    for key in list(loads):
        base = root(key[0])
        if not (base.op == "slot" and base.aux not in escaping):
            del loads[key]


def escaped_slots(fn: Function) -> set[Any]:
    """Slots whose address is used other than to load, store, copy or clear."""
    escaped: set[Any] = set()
    for block in fn.blocks:
        for insn in block.insns:
            op = insn.op
            for i, a in enumerate(insn.args):
                base = root(a)
                if base.op != "slot":
                    continue
                if op == "load" or (op == "store" and i == 0) or op in ("memcpy", "memmove", "memset", "lifetime") or (op == "add" and insn.type == "ptr"):
                    continue
                escaped.add(base.aux)
            for target in insn.targets:
                for a in target.args:
                    base = root(a)
                    if base.op == "slot":
                        escaped.add(base.aux)
    return escaped
