"""Addresses and wide constants that a loop needs in registers are made once, before it.

A `hold` keeps the leaf from being folded into its uses again. The allocator makes it anew where registers are short."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Function, Value
from .licm import find_preheader


def run(fn: Function) -> int:
    """The last pass: nothing may fold after it.  Returns: leaves held."""
    cfg.compute_preds(fn)
    done = 0
    for loop in reversed(cfg.find_loops(fn)):  # outer loops first
        body = [b for b in fn.blocks if b in loop.blocks]
        uses: dict[Value, list[Value]] = {}
        for block in body:
            for insn in block.insns:
                for a in insn.args:
                    if needs_register(insn, a):
                        uses.setdefault(a, []).append(insn)
        if not uses:
            continue
        preheader = find_preheader(fn, loop)
        for leaf, insns in uses.items():
            hold = Value("hold", leaf.type, [leaf], None, preheader.insns[-1].pos)
            hold.block = preheader
            preheader.insns.insert(-1, hold)
            for insn in insns:
                insn.args = [hold if a is leaf and needs_register(insn, a) else a for a in insn.args]
            done += 1
    return done


def needs_register(insn: Value, a: Value) -> bool:
    """Whether the instruction reads this leaf from a register, at the cost of an instruction that makes it."""
    op = insn.op
    if op == "call" or op == "asm" or op == "asm_goto" or op == "hold" or op == "lifetime":
        return False  # copied into a register of its own
    if a.op == "const":
        return a.type == "i64" and not -(1 << 31) <= a.aux < 1 << 31
    if a.op == "slot":
        return op == "add" and insn.args[1].op != "const"
    if a.op == "gaddr":
        return op in ("load", "store", "add", "atomic")
    return False
