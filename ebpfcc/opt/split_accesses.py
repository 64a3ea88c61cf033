"""Accesses of a stack object that overlap without being equal are cut into the parts that all of them are made of.

A record that comes in a register and is read member by member, or a union that is written whole and read in halves, then has pieces
that mem2reg can promote. Up to eight bytes that overlap, and no pointer among them, of which the verifier wants no parts. (LLVM's SROA
widens such objects to integers.)"""

from __future__ import annotations

from ..ir.core import Function, Mem, Slot, Value
from ..ir.fold import simplify
from . import mem2reg

MAX_SPAN = 8
SIZES = (1, 2, 4, 8)


def run(fn: Function, big_endian: bool = False) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: accesses cut."""
    if not fn.slots:
        return 0
    uses, _ = mem2reg.collect(fn)
    parts: dict[Value, list[tuple[int, int]]] = {}  # load or store -> (offset in it, size) of its parts
    for slot, accesses in uses.items():
        if mem2reg.partition(accesses, slot.size) is None:
            parts.update(cut(slot, accesses) or {})
    if not parts:
        return 0
    cutter = Cutter(fn, big_endian)
    for block in fn.blocks:
        cutter.out = []
        for insn in block.insns:
            insn.args = [cutter.new.get(a, a) for a in insn.args]
            if insn not in parts:
                cutter.out.append(insn)
            elif insn.op == "load":
                cutter.new[insn] = cutter.load(insn, parts[insn])
            else:
                cutter.store(insn, parts[insn])
        for value in cutter.out:
            value.block = block
        block.insns = cutter.out
    cutter.finish()
    return len(parts)


def cut(slot: Slot, accesses: list[mem2reg.Access]) -> dict[Value, list[tuple[int, int]]] | None:
    """The parts of each access that is more than one; None if the object cannot be promoted so either."""
    scalars = [a for a in accesses if a.insn.op in ("load", "store")]
    if any(a.off < 0 or a.off + a.size > slot.size for a in accesses) or any(a.insn.op in ("memcpy", "memmove") for a in accesses):
        return None
    if any((a.insn if a.insn.op == "load" else a.insn.args[1]).type == "ptr" for a in scalars):
        return None
    bounds: set[int] = set()
    start = end = 0
    for a in sorted(scalars, key=lambda a: a.off):
        if a.off >= end:
            start = a.off
        end = max(end, a.off + a.size)
        if end - start > MAX_SPAN:
            return None
        bounds.update((a.off, a.off + a.size))
    pieces: dict[Value, list[tuple[int, int]]] = {}
    for a in scalars:
        inner = sorted(b for b in bounds if a.off <= b <= a.off + a.size)
        pieces[a.insn] = [(b - a.off, c - b) for b, c in zip(inner, inner[1:])]
        if any(size not in SIZES for _, size in pieces[a.insn]):
            return None
    atoms = sorted({(a.off + off, a.off + off + size) for a in scalars for off, size in pieces[a.insn]})
    if len(atoms) > mem2reg.MAX_PIECES or not all(mem2reg.fits(a, atoms, slot) for a in accesses if a.insn.op == "memset"):
        return None
    return {insn: found for insn, found in pieces.items() if len(found) > 1}


class Cutter:
    """Makes the parts; `out` is the block as it will be, `new` what stands for loads that were cut."""

    def __init__(self, fn: Function, big_endian: bool) -> None:
        self.fn = fn
        self.big_endian = big_endian
        self.out: list[Value] = []
        self.new: dict[Value, Value] = {}

    def emit(self, insn: Value, op: str, type: str, args: list[Value], aux: int | None = None) -> Value:
        value = simplify(self.fn, op, type, args, aux)
        if value is None:
            value = Value(op, type, args, aux, insn.pos)
            self.out.append(value)
        return value

    def shift(self, whole: Mem, off: int, size: int) -> int:
        return 8 * (whole.size - off - size if self.big_endian else off)

    def part(self, whole: Mem, off: int, size: int) -> Mem:
        at = whole.off + off
        return Mem(size, off=at, align=min(size, whole.align, off & -off if off else size))

    def load(self, insn: Value, parts: list[tuple[int, int]]) -> Value:
        mem: Mem = insn.aux
        kind = "i64" if mem.size == 8 else "i32"
        total: Value | None = None
        for off, size in parts:
            piece = Value("load", "i32", [insn.args[0]], self.part(mem, off, size), insn.pos)
            self.out.append(piece)
            wide = self.emit(insn, "zext", "i64", [piece]) if kind == "i64" else piece
            wide = self.emit(insn, "shl", kind, [wide, self.fn.const(kind, self.shift(mem, off, size))])
            total = wide if total is None else self.emit(insn, "or", kind, [total, wide])
        assert total is not None
        if mem.signed and mem.size < 4:
            total = self.emit(insn, "sextn", "i32", [total], mem.size * 8)
        if insn.type != kind:
            total = self.emit(insn, "sext" if mem.signed else "zext", "i64", [total])
        return total

    def store(self, insn: Value, parts: list[tuple[int, int]]) -> None:
        mem: Mem = insn.aux
        v = insn.args[1]
        for off, size in parts:
            piece = self.emit(insn, "lshr", v.type, [v, self.fn.const(v.type, self.shift(mem, off, size))])
            if v.type == "i64":
                piece = self.emit(insn, "trunc", "i32", [piece])
            self.out.append(Value("store", "void", [insn.args[0], piece], self.part(mem, off, size), insn.pos))

    def finish(self) -> None:
        """Operands that stand before the load that was cut (edges of loops, blocks in another order)."""
        for block in self.fn.blocks:
            for insn in block.insns:
                insn.args = [self.new.get(a, a) for a in insn.args]
                for t in insn.targets:
                    t.args = [self.new.get(a, a) for a in t.args]
