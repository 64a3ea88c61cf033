"""memcpy, memmove and memset whose size became constant after inlining turn into block operations."""

from __future__ import annotations

from ..ir.core import Function, Mem, Value


def known_align(v: Value) -> int:
    off = 0
    while v.op == "add" and v.type == "ptr" and v.args[1].op == "const":
        off += v.args[1].aux
        v = v.args[0]
    align = v.aux.align if v.op == "slot" else 1
    return min(align, off & -off) if off else align


def run(fn: Function) -> int:
    """Preserves: the CFG.  Returns: calls replaced."""
    done = 0
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "call" and insn.aux.kind == "func" and insn.aux.target in ("memcpy", "memmove", "memset") and insn.type == "void" and len(insn.args) == 3:
                target, source, size = insn.args
                if size.op == "const":
                    align = known_align(target)
                    if insn.aux.target != "memset":
                        align = min(align, known_align(source))
                    insn.op = insn.aux.target
                    insn.args = [target, source]
                    insn.aux = Mem(size.aux, False, 0, False, align)
                    done += 1
        block.insns = [i for i in block.insns if not (i.op in ("memcpy", "memmove", "memset") and i.aux.size == 0)]
    return done
