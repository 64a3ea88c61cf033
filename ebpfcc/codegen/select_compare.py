"""Selection of comparisons: branches on them, and their results as values.

The verifier's rule: what was compared is what is used."""

from __future__ import annotations

from ..ir.core import INVERSE, WIDTH, Value
from . import mcode as m
from .mcode import JMP, JMP32, MBlock, X, fits32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .select import Selector


def compare(s: Selector, c: Value, target: MBlock, inverse: bool) -> None:
    """Jumps to target if the condition value c is not zero (zero, if inverse)."""
    if c.op == "icmp" and c not in s.reg:
        a, b = c.args
        cond = INVERSE[c.aux] if inverse else c.aux
        jump_if(s, cond, a, b, target)
        return
    zero = s.fn.const(c.type, 0)
    jump_if(s, "eq" if inverse else "ne", c, zero, target)


def jump_if(s: Selector, cond: str, a: Value, b: Value, target: MBlock) -> None:
    cls = JMP
    if a.type == "i32":
        if s.cpu >= 3:
            cls = JMP32
        else:
            signed = cond[0] == "s"
            x = extended(s, a, signed)
            if b.op == "const":
                n = b.aux if signed else b.aux & 0xFFFFFFFF
                if fits32(n):
                    s.put(JMP | m.JUMPS[cond], x, imm=n).target = target
                    return
                y = s.new()
                s.load_const(y, n)
            else:
                y = extended(s, b, signed)
            s.put(JMP | m.JUMPS[cond] | X, x, y).target = target
            return
    x = s.value(a)
    if b.op == "const" and (fits32(b.aux)):
        s.put(cls | m.JUMPS[cond], x, imm=b.aux).target = target
    else:
        s.put(cls | m.JUMPS[cond] | X, x, s.value(b)).target = target


def jump_if_set(s: Selector, x: Value, mask: Value, target: MBlock) -> None:
    cls = JMP32 if x.type == "i32" and s.cpu >= 3 else JMP
    n = mask.aux if mask.op == "const" else None
    if n is not None and s.cpu >= 3 and 1 << 31 <= n < 1 << 32:
        cls, n = JMP32, n - (1 << 32)  # bit 31 is the sign there, no mask for the upper half
    if n is not None and fits32(n):
        s.put(cls | m.JSET, s.value(x), imm=n).target = target
    else:
        s.put(cls | m.JSET | X, s.value(x), s.value(mask)).target = target


def extended(s: Selector, v: Value, signed: bool) -> int:
    return s.sign_extend(s.value(v), 32, "i64") if signed else s.clean64(v)


def op_icmp(s: Selector, insn: Value) -> None:
    if insn in s.skipped:
        return
    if s.uses.get(insn) == 1 and insn.block is not None:
        last = insn.block.insns[-1]
        if last.op == "br" and last.args[0] is insn:
            return  # fused into the branch
        following = insn.block.insns[insn.block.insns.index(insn) + 1]
        if following.op == "select" and following.args[0] is insn:
            return
    d = s.reg[insn] = s.new()
    end, other = s.block("set"), s.block("clear")
    s.load_const(d, 1, 32)
    jump_if(s, insn.aux, insn.args[0], insn.args[1], end)
    s.start(other)
    s.load_const(d, 0, 32)
    s.start(end)
    s.consts = {}


def op_select(s: Selector, insn: Value) -> None:
    c, a, b = insn.args
    d = s.reg[insn] = s.new()
    ra, rb = (s.value(x) if x.op != "const" else None for x in (a, b))
    end, other = s.block("chosen"), s.block("other")
    if ra is None:
        s.load_const(d, a.aux, WIDTH[insn.type])
    else:
        s.mov(d, ra)
    compare(s, c, end, False)
    s.start(other)
    if rb is None:
        s.load_const(d, b.aux, WIDTH[insn.type])
    else:
        s.mov(d, rb)
    s.start(end)
    s.consts = {}


COMPARISONS = {
    "icmp": op_icmp,
    "select": op_select,
}
