"""Scalar replacement and promotion of stack objects to SSA values.

A slot whose address does not escape (it is only the base of loads, stores, memcpy and memset) is cut into the pieces that
accesses use; a piece that is always read and written whole becomes SSA (Braun et al. 2013, on an existing CFG).
A slot whose address reaches a call, an asm or memory stays as it is: the verifier tracks what is written there.
"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Block, Function, Mem, Slot, Value, replace_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_PIECES = 64


class Access:
    """One use of a slot: `off` bytes from its start, `size` bytes."""

    __slots__ = ("insn", "off", "size", "index")

    def __init__(self, insn: Value, off: int, size: int, index: int) -> None:
        self.insn = insn
        self.off = off
        self.size = size
        self.index = index  # which operand is the slot's address


def slot_of(v: Value, offsets: dict[Value, tuple[Slot, int]]) -> tuple[Slot, int] | None:
    if v.op == "slot":
        return v.aux, 0
    return offsets.get(v)


def collect(fn: Function) -> tuple[dict[Slot, list[Access]], dict[Value, tuple[Slot, int]]]:
    """Accesses of each slot that does not escape; addresses that are a slot plus a constant."""
    offsets: dict[Value, tuple[Slot, int]] = {}
    uses: dict[Slot, list[Access]] = {slot: [] for slot in fn.slots}
    escaped: set[Slot] = set()
    for block in fn.blocks:
        for insn in block.insns:
            op = insn.op
            if op == "lifetime":
                continue
            if op == "add" and insn.type == "ptr" and insn.args[1].op == "const":
                base = slot_of(insn.args[0], offsets)
                if base is not None:
                    offsets[insn] = (base[0], base[1] + insn.args[1].aux)
                continue
            for i, a in enumerate(insn.args):
                place = slot_of(a, offsets)
                if place is None:
                    continue
                slot, off = place
                mem = insn.aux
                if i == 0 and op in ("load", "store") and not mem.volatile and mem.reloc is None:
                    uses[slot].append(Access(insn, off + mem.off, mem.size, 0))
                elif op == "memset" and i == 0 and not mem.volatile and insn.args[1].op == "const":
                    uses[slot].append(Access(insn, off, mem.size, 0))
                elif op in ("memcpy", "memmove") and not mem.volatile:
                    uses[slot].append(Access(insn, off, mem.size, i))
                else:
                    escaped.add(slot)
            for target in insn.targets:
                for a in target.args:
                    place = slot_of(a, offsets)
                    if place is not None:
                        escaped.add(place[0])
    # an address that was met before its definition (a loop) has been seen as an escape of nothing: be safe
    known = set(offsets)
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "add" and insn.type == "ptr" and insn not in known:
                place = slot_of(insn.args[0], offsets)
                if place is not None:
                    escaped.add(place[0])
    for slot in escaped:
        uses.pop(slot, None)
    return uses, offsets


def partition(accesses: list[Access], size: int) -> list[tuple[int, int]] | None:
    """The pieces [start, end) that scalar accesses agree on; None if two of them overlap without being equal."""
    pieces: set[tuple[int, int]] = set()
    for a in accesses:
        if a.insn.op in ("load", "store"):
            if a.off < 0 or a.off + a.size > size:
                return None
            pieces.add((a.off, a.off + a.size))
    ordered = sorted(pieces)
    for (_, end), (start, _) in zip(ordered, ordered[1:]):
        if start < end:
            return None
    return ordered


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: slots promoted."""
    if not fn.slots:
        return 0
    cfg.compute_preds(fn)
    uses, offsets = collect(fn)
    promoted = 0
    pieces_of: dict[Slot, list[tuple[int, int]]] = {}
    for slot, accesses in uses.items():
        pieces = partition(accesses, slot.size)
        if pieces is None or len(pieces) > MAX_PIECES:
            continue
        if any(a.insn.op in ("memcpy", "memmove", "memset") and not fits(a, pieces, slot) for a in accesses):
            continue
        pieces_of[slot] = pieces
    limit_copies(uses, pieces_of, offsets)
    if not pieces_of:
        return 0
    split_copies(fn, pieces_of, offsets)
    promoted = promote(fn, pieces_of, offsets)
    dead = set(pieces_of)
    fn.slots[:] = [s for s in fn.slots if s not in dead]
    return promoted


def fits(a: Access, pieces: list[tuple[int, int]], slot: Slot) -> bool:
    """A block operation covers each piece wholly or not at all."""
    start, end = a.off, a.off + a.size
    if start < 0 or end > slot.size:
        return False
    return all(s >= start and e <= end or e <= start or s >= end for s, e in pieces)


def limit_copies(uses: dict[Slot, list[Access]], pieces_of: dict[Slot, list[tuple[int, int]]], offsets: dict[Value, tuple[Slot, int]]) -> None:
    """A copy between two slots promotes both or needs the pieces of one for the other: iterate until the pieces agree.

    A slot that is copied to memory that stays (or from it) is split only where the copy's bytes are all in pieces: bytes that no
    scalar access names would get lost (a copy to memory) or are read by nobody (a copy from memory)."""
    changed = True
    while changed:
        changed = False
        for slot in list(pieces_of):
            for a in uses[slot]:
                insn = a.insn
                if insn.op not in ("memcpy", "memmove"):
                    continue
                other = slot_of(insn.args[1 - a.index], offsets)
                if a.index == 1:  # this slot is the source
                    if other is not None and other[0] in pieces_of:
                        # what the target reads must be pieces here too
                        for s, e in pieces_of[other[0]]:
                            lo, hi = s - other[1] + a.off, e - other[1] + a.off
                            if a.off <= lo and hi <= a.off + a.size and (lo, hi) not in pieces_of[slot]:
                                if any(x < hi and lo < y for x, y in pieces_of[slot]):
                                    del pieces_of[slot]
                                else:
                                    pieces_of[slot] = sorted([*pieces_of[slot], (lo, hi)])
                                changed = True
                                break
                    elif not covered(pieces_of[slot], a):
                        del pieces_of[slot]
                        changed = True
                    if slot not in pieces_of or changed:
                        break
                elif other is not None and other[0] is slot:
                    del pieces_of[slot]
                    changed = True
                    break
            if changed:
                break
    # whatever was added must still be covered by block operations as a whole
    for slot in list(pieces_of):
        if any(a.insn.op in ("memcpy", "memmove", "memset") and not fits(a, pieces_of[slot], slot) for a in uses[slot]):
            del pieces_of[slot]
            return limit_copies(uses, pieces_of, offsets)


def covered(pieces: list[tuple[int, int]], a: Access) -> bool:
    at = a.off
    for s, e in pieces:
        if s == at and e <= a.off + a.size:
            at = e
    return at == a.off + a.size


def piece_type(size: int) -> str:
    return "i64" if size == 8 else "i32"


def split_copies(fn: Function, pieces_of: dict[Slot, list[tuple[int, int]]], offsets: dict[Value, tuple[Slot, int]]) -> None:
    """memcpy and memset on promoted slots become loads and stores of the pieces."""
    for block in fn.blocks:
        out: list[Value] = []
        for insn in block.insns:
            if insn.op in ("memcpy", "memmove", "memset"):
                target = slot_of(insn.args[0], offsets)
                source = slot_of(insn.args[1], offsets) if insn.op != "memset" else None
                if (target is not None and target[0] in pieces_of) or (source is not None and source[0] in pieces_of):
                    split_one(fn, insn, target, source, pieces_of, out, block)
                    continue
            out.append(insn)
        block.insns = out


def split_one(fn: Function, insn: Value, target: Any, source: Any, pieces_of: dict[Slot, list[tuple[int, int]]], out: list[Value], block: Block) -> None:
    size = insn.aux.size
    by_target = target is not None and target[0] in pieces_of
    slot, base = target if by_target else source
    ranges = [(s - base, e - base) for s, e in pieces_of[slot] if s >= base and e <= base + size]
    if not by_target:
        # pieces cover the whole copy
        pass
    for s, e in ranges:
        width = e - s
        kind = piece_type(width)
        if insn.op == "memset":
            byte = insn.args[1].aux & 0xFF
            value = fn.const(kind, int.from_bytes(bytes([byte]) * width, "little"))
        else:
            align = min(width, insn.aux.align, s & -s if s else width)
            value = Value("load", kind, [insn.args[1]], Mem(width, False, s, False, max(1, align)), insn.pos)
            value.block = block
            out.append(value)
        align = min(width, insn.aux.align, s & -s if s else width)
        store = Value("store", "void", [insn.args[0], value], Mem(width, False, s, False, max(1, align)), insn.pos)
        store.block = block
        out.append(store)


def promote(fn: Function, pieces_of: dict[Slot, list[tuple[int, int]]], offsets: dict[Value, tuple[Slot, int]]) -> int:
    """Rewrites loads and stores of the pieces to SSA values."""
    kinds: dict[tuple[Slot, int], str] = {}
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op in ("load", "store"):
                place = slot_of(insn.args[0], offsets)
                if place is not None and place[0] in pieces_of:
                    key = (place[0], place[1] + insn.aux.off)
                    kind = insn.type if insn.op == "load" else insn.args[1].type
                    kinds[key] = merge_kind(kinds.get(key), kind, insn.aux.size)
    state = Rewriter(fn, kinds, offsets, set(pieces_of))
    state.run()
    return len(pieces_of)


def merge_kind(old: str | None, new: str, size: int) -> str:
    """A piece is a pointer only if every access of it is."""
    if size < 8:
        return "i32"
    if new == "i32":
        new = "i64"
    return new if old is None or old == new else "i64"


class Rewriter:
    """One SSA variable per piece; definitions are looked up backwards through the predecessors."""

    def __init__(self, fn: Function, kinds: dict[tuple[Slot, int], str], offsets: dict[Value, tuple[Slot, int]], slots: set[Slot]) -> None:
        self.fn = fn
        self.kinds = kinds
        self.offsets = offsets
        self.slots = slots
        self.ends: dict[Block, dict[Any, Value]] = {}
        self.starts: dict[Block, dict[Any, Value]] = {block: {} for block in fn.blocks}
        self.new: dict[Value, Value] = {}
        self.work: list[tuple[Block, Any, Value]] = []

    def run(self) -> None:
        for block in self.fn.blocks:
            self.rewrite(block)
        for block, key, _ in self.work:  # grows; first in, first out, so that arguments come in the parameters' order
            for pred in dict.fromkeys(block.preds):
                value = self.at_end(pred, key)
                for target in pred.insns[-1].targets:
                    if target.block is block:
                        target.args.append(value)
        replace_values(self.fn, self.new)

    def at_start(self, block: Block, key: Any) -> Value:
        """The piece's value when the block is entered: a new parameter, filled in afterwards."""
        known = self.starts[block].get(key)
        if known is None:
            if block is self.fn.blocks[0]:
                known = self.fn.undef(self.kinds[key])
            elif len(block.preds) == 1 and block.preds[0] in self.ends:
                known = self.at_end(block.preds[0], key)
            else:
                known = Value("param", self.kinds[key], [])
                known.block = block
                block.params.append(known)
                self.work.append((block, key, known))
            self.starts[block][key] = known
        return known

    def at_end(self, block: Block, key: Any) -> Value:
        known = self.ends[block].get(key)
        return known if known is not None else self.at_start(block, key)

    def rewrite(self, block: Block) -> None:
        current: dict[Any, Value] = {}
        out: list[Value] = []
        for insn in block.insns:
            if insn.op == "lifetime" and insn.args[0].aux in self.slots:
                continue
            if insn.op == "add" and insn in self.offsets and self.offsets[insn][0] in self.slots:
                continue  # an address that nothing reads any more
            if insn.op in ("load", "store"):
                place = slot_of(insn.args[0], self.offsets)
                if place is not None and place[0] in self.slots:
                    key = (place[0], place[1] + insn.aux.off)
                    if insn.op == "store":
                        current[key] = self.adapt(insn.args[1], self.kinds[key], out, insn, block)
                    else:
                        value = current.get(key)
                        if value is None:
                            value = self.at_start(block, key)
                        self.new[insn] = self.loaded(value, insn, out, block)
                    continue
            out.append(insn)
        block.insns = out
        self.ends[block] = current

    def make(self, op: str, kind: str, args: list[Value], aux: Any, out: list[Value], insn: Value, block: Block) -> Value:
        from ..ir.fold import simplify

        value = simplify(self.fn, op, kind, args, aux)
        if value is None:
            value = Value(op, kind, args, aux, insn.pos)
            value.block = block
            out.append(value)
        return value

    def adapt(self, v: Value, kind: str, out: list[Value], insn: Value, block: Block) -> Value:
        while v in self.new:
            v = self.new[v]
        if v.type == kind:
            return v
        if kind == "i64":
            return self.make("ptrtoint" if v.type == "ptr" else "zext", kind, [v], None, out, insn, block)
        if kind == "ptr":
            return self.make("inttoptr", kind, [v], None, out, insn, block)
        return self.make("trunc", "i32", [v], None, out, insn, block)

    def loaded(self, v: Value, insn: Value, out: list[Value], block: Block) -> Value:
        """What the load gives: a narrow piece is extended as the load says."""
        mem = insn.aux
        if mem.size < 4:
            if mem.signed:
                v = self.make("sextn", "i32", [v], mem.size * 8, out, insn, block)
            else:
                v = self.make("and", "i32", [v, self.fn.const("i32", (1 << mem.size * 8) - 1)], None, out, insn, block)
        if v.type == insn.type:
            return v
        if insn.type == "i64":
            if v.type == "ptr":
                return self.make("ptrtoint", "i64", [v], None, out, insn, block)
            return self.make("sext" if mem.signed else "zext", "i64", [v], None, out, insn, block)
        if insn.type == "ptr":
            if v.type == "i32":
                v = self.make("zext", "i64", [v], None, out, insn, block)
            return self.make("inttoptr", "ptr", [v], None, out, insn, block)
        if v.type == "ptr":
            v = self.make("ptrtoint", "i64", [v], None, out, insn, block)
        return self.make("trunc", "i32", [v], None, out, insn, block)
