"""Which 32-bit values have nothing in the upper half of their register, so that widening them costs nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..ir.core import Function, Value


def zero_extended(fn: Function, cpu: int) -> set[Value]:
    """The i32 values whose upper half is known to be zero; optimistic over block parameters. From v3 on 32-bit instructions clear it."""
    if cpu < 3:
        return zero_by_making(fn)
    dirty: set[Value] = {p for p in fn.params if p.type == "i32"}
    for insn in fn.insns():
        if insn.type == "i32":
            op = insn.op
            if op in ("call", "trunc", "asm", "asm_out", "core_const") or (op == "load" and insn.aux.signed and cpu >= 4):
                if not (op == "core_const" and insn.aux.value >= 0):
                    dirty.add(insn)
    changed = True
    while changed:
        changed = False
        for block in fn.blocks:
            for target in block.insns[-1].targets:
                for p, a in zip(target.block.params, target.args):
                    if p.type == "i32" and p not in dirty and a in dirty:
                        dirty.add(p)
                        changed = True
            for insn in block.insns:
                if insn.op == "select" and insn.type == "i32" and insn not in dirty and (insn.args[1] in dirty or insn.args[2] in dirty):
                    dirty.add(insn)
                    changed = True
    clean = {i for i in fn.insns() if i.type == "i32" and i not in dirty}
    clean.update(p for block in fn.blocks for p in block.params if p.type == "i32" and p not in dirty)
    return clean


def zero_by_making(fn: Function) -> set[Value]:
    """Without 32-bit instructions: what is loaded unsigned, compared, masked or shifted down, and what is made of such values bit by bit."""
    clean: set[Value] = set()
    for insn in fn.insns():
        op = insn.op
        if insn.type != "i32":
            continue
        if op in ("icmp", "lshr", "udiv", "urem", "bswap") or op == "load" and not insn.aux.signed:
            clean.add(insn)
        elif op == "and" and any(a in clean or a.op == "const" and a.aux >= 0 for a in insn.args):
            clean.add(insn)
        elif op in ("or", "xor") and all(a in clean or a.op == "const" and a.aux >= 0 for a in insn.args):
            clean.add(insn)
    return clean
