"""A store that one way past a branch repeats is done once, where the ways meet: `*p = v; if (c) *p = w;` stores `c ? w : v`.

What is stored then meets in a block parameter, so that the value goes on in one register. (LLVM's SimplifyCFG, mergeConditionalStores.)"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, Block, Function, Value
from ..ir.effects import may_overlap, writes_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(fn: Function) -> int:
    """Requires: fn verifies, addresses folded by gvn.  Preserves: the CFG.  Returns: joins."""
    if not any(insn.op == "store" for insn in fn.insns()):
        return 0
    cfg.compute_preds(fn)
    done = 0
    for block in fn.blocks[1:]:
        if len(block.preds) == 2 and all(p.index < block.index for p in block.preds):
            first, second = sorted(block.preds, key=lambda p: p.index)
            if first is not second and second.preds == [first] and second.succs == [block] and len(first.succs) == 2:
                done += join(fn, first, second, block)
    return done


def join(fn: Function, first: Block, second: Block, block: Block) -> int:
    """first branches to second, which goes on to the block, and to the block."""
    early, late = last_store(fn, first), last_store(fn, second)
    if early is None or late is None or place(early) != place(late) or early.args[1].type != late.args[1].type:
        return 0
    if any(reads(fn, insn, early) for insn in second.insns[: second.insns.index(late)]):
        return 0
    if early.args[0].op not in LEAVES and early.args[0].block is second:
        return 0
    values = {first: early.args[1], second: late.args[1]}
    edges = {pred: next(t for t in pred.insns[-1].targets if t.block is block) for pred in values}
    same = (p for k, p in enumerate(block.params) if all(edges[pred].args[k] is v for pred, v in values.items()))
    param = next(same, None)
    if param is None:
        param = Value("param", early.args[1].type, [], None, late.pos)
        param.block = block
        block.params.append(param)
        for pred, v in values.items():
            edges[pred].args.append(v)
    store = Value("store", "void", [early.args[0], param], early.aux, late.pos)
    store.block = block
    block.insns.insert(0, store)
    first.insns.remove(early)
    second.insns.remove(late)
    return 1


def last_store(fn: Function, block: Block) -> Value | None:
    """The store behind which the block neither writes nor reads what it wrote."""
    for n in range(len(block.insns) - 1, -1, -1):
        insn = block.insns[n]
        if insn.op == "store":
            if insn.aux.volatile or insn.aux.reloc is not None or any(reads(fn, i, insn) for i in block.insns[n + 1 :]):
                return None
            return insn
        if writes_memory(insn) or insn.op in ("lifetime", "ret", "unreachable"):
            return None
    return None


def place(store: Value) -> Any:
    mem = store.aux
    return store.args[0], mem.off, mem.size, mem.align, mem.strict, mem.field


def reads(fn: Function, insn: Value, store: Value) -> bool:
    """Whether the instruction may see what the store leaves, or change it."""
    if insn.op == "load":
        return bool(insn.aux.volatile) or may_overlap(fn, insn.args[0], insn.aux, store.args[0], store.aux, set(fn.slots))
    return writes_memory(insn) or insn.op == "lifetime"
