"""Calls that inlining made definite: memcpy, memmove and memset of constant size turn into block operations, calls through a known
pointer into direct ones."""

from __future__ import annotations

from ..ir.core import Call, Function, Mem, Value


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
            if insn.op == "call" and insn.aux.kind == "indirect" and insn.args[0].op in ("gaddr", "const"):
                done += make_direct(insn)
            elif (
                insn.op == "call"
                and insn.aux.kind == "func"
                and insn.aux.target in ("memcpy", "memmove", "memset")
                and insn.type == "void"
                and len(insn.args) == 3
            ):
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


def make_direct(call: Value) -> int:
    target = call.args[0]
    if target.op == "gaddr" and target.aux[1]:
        return 0
    info = call.aux
    call.aux = Call("helper", target.aux, info.noreturn) if target.op == "const" else Call("func", target.aux[0], info.noreturn)
    del call.args[0]
    return 1
