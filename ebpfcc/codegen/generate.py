"""From a function of IR to its bytes: selection, frame, allocation, block layout, encoding."""

from __future__ import annotations

import struct

from ..ir.core import Function, Slot
from . import early_result, far_branches, pressure, tail_merge
from . import mcode as m
from .alloc import SPILLED, allocate
from .asm import Symbol, assemble, substitute
from .asm_error import AsmError
from .frame import Frame, TooLarge, object_conflicts, place_spills
from .mcode import ALU64, JMP, JMP32, LDX, ST, STX, Insn, MBlock, SelectError, X
from .select import Selector
from .tidy import tidy
from .undefined import settle_undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Captures = Mapping[str, frozenset[int]]

STACK_LIMIT = 512
NO_CAPTURES: Captures = {}


class StackError(Exception):
    """The frame exceeds 512 bytes: total, the largest objects (name, size, where it is declared), and whether there are values among them."""

    def __init__(self, fn: Function, total: int, objects: list[tuple[str, int, Any]]) -> None:
        super().__init__(f"stack frame of {total} bytes")
        self.fn = fn
        self.total = total
        self.objects = sorted(objects, key=lambda o: -o[1])[:8]
        self.spills = any(name == SPILLED for name, _, _ in objects)


class FuncCode:
    """A function's code. relocs: (byte offset, R_BPF_* name, symbol, addend); lines: (byte offset, position);
    core_relocs: (byte offset, CoreReloc)."""

    __slots__ = ("name", "section", "code", "relocs", "lines", "core_relocs", "frame_size", "pushed")

    def __init__(self, name: str, section: str) -> None:
        self.name = name
        self.section = section
        self.code = b""
        self.relocs: list[tuple[int, str, str, int]] = []
        self.lines: list[tuple[int, Any]] = []
        self.core_relocs: list[tuple[int, Any]] = []
        self.frame_size = 0
        self.pushed: list[tuple[str, Any]] = []  # assembly for other sections, and its place


def generate(fn: Function, cpu: int, big_endian: bool, unique: int = 0, externs: frozenset[str] = frozenset(), captures: Captures = NO_CAPTURES) -> FuncCode:
    """externs: the symbols that the module does not define; captures: which arguments each function keeps (ir/effects.py).
    Raises StackError, SelectError, AsmError."""
    if "naked" not in fn.attrs and len(fn.params) > 5:
        raise SelectError(f"function '{fn.name}' has {len(fn.params)} parameters: BPF passes at most 5 (in registers); pass a pointer to a struct", fn.pos)
    try:
        return code_of(fn, cpu, big_endian, unique, externs, captures)
    except StackError as e:
        if not e.spills:
            raise
    pressure.run(fn)
    return code_of(fn, cpu, big_endian, unique, externs, captures)


def code_of(fn: Function, cpu: int, big_endian: bool, unique: int, externs: frozenset[str], captures: Captures) -> FuncCode:
    out = FuncCode(fn.name, fn.section)
    try:
        conflicts, numbers = object_conflicts(fn, captures)
    except TooLarge as e:
        raise StackError(fn, e.total, [(slot.name, slot.size, slot.pos) for slot in fn.slots]) from None
    selector = Selector(fn, cpu, big_endian, externs)
    blocks = selector.run()
    frame = Frame()
    frame.place(used_slots(blocks), conflicts, numbers)

    def new_register() -> int:
        selector.count += 1
        return selector.count - 1

    blocks = tail_merge.run(blocks)
    try:
        spills = allocate(blocks, selector.count, new_register, selector.unspillable)
        place_spills(blocks, spills, frame)
    except TooLarge as e:
        raise StackError(fn, frame.size + e.total, [*frame.objects, (SPILLED, 8, None)]) from None
    if frame.size > STACK_LIMIT:
        raise StackError(fn, frame.size, frame.objects)
    out.frame_size = frame.size
    assign_slots(blocks)
    settle_undefined(blocks)
    blocks = tidy(blocks)
    if fn.linkage != "local":  # a local function may be the body of a loop (bpf_loop)
        blocks = early_result.run(blocks)
    encode(blocks, selector, out, big_endian, unique)
    return out


def used_slots(blocks: list[MBlock]) -> list[Slot]:
    used: dict[Slot, None] = {}
    for block in blocks:
        for i in block.insns:
            if i.slot is not None:
                used[i.slot] = None
            if i.asm is not None:
                for o in i.asm.operands:
                    if o[0] == "slot":
                        used[o[1]] = None
    return list(used)


def assign_slots(blocks: list[MBlock]) -> None:
    for block in blocks:
        for i in block.insns:
            if i.slot is not None:
                if i.code == m.FRAME:
                    i.imm += i.slot.offset
                else:
                    i.off += i.slot.offset
                i.slot = None


# -- bytes -----------------------------------------------------------------------------------------------------------
def encode(blocks: list[MBlock], selector: Selector, out: FuncCode, big_endian: bool, unique: int) -> None:
    """Lays instructions out in 8-byte slots; a jump counts them from the next one (RFC 9669 section 4.3)."""
    asm_code: dict[Insn, Any] = {}
    for block in blocks:
        block.insns = [i for i in block.insns if i.code != m.NOWHERE]
        for i in block.insns:
            if i.code == m.PSEUDO:
                unique += 1
                asm_code[i] = assemble_use(i.asm, unique, selector.cpu)

    def size(i: Insn) -> int:
        if i.code == m.PSEUDO:
            return asm_code[i].size if asm_code[i] is not None else 0
        return 2 if i.code == m.FRAME or i.code == m.LD_IMM64 else 1

    starts = far_branches.run(blocks, size, selector.cpu)
    slots: list[tuple[int, int, int, int, int]] = []
    last_line: Any = None
    for block in blocks:
        for i in block.insns:
            here = len(slots)
            pos = i.pos
            if pos is not None and pos is not last_line:
                if i.code != m.PSEUDO or asm_code[i] is not None and asm_code[i].size:
                    out.lines.append((here * 8, pos))
                    last_line = pos
            if i.code == m.PSEUDO:
                if asm_code[i] is not None:
                    try:
                        asm_code[i].emit(slots, out.relocs, [starts[t] for t in i.asm.labels])
                        if asm_code[i].pushed:
                            out.pushed.append(("\n".join(asm_code[i].outside(here, out.name)), i.asm.pos))
                    except (AsmError, Symbol) as e:
                        e.pos = i.asm.pos
                        raise
                continue
            if i.reloc is not None:
                out.relocs.append((here * 8, *i.reloc))
            if i.core is not None:
                out.core_relocs.append((here * 8, i.core))
            if i.code == m.FRAME:
                slots.append((ALU64 | m.MOV | X, i.dst, 10, 0, 0))
                slots.append((ALU64 | m.ADD, i.dst, 0, 0, i.imm))
            elif i.code == m.LD_IMM64:
                n = i.imm & (1 << 64) - 1
                slots.append((m.LD_IMM64, i.dst, i.src, 0, signed32(n & 0xFFFFFFFF)))
                slots.append((0, 0, 0, 0, signed32(n >> 32)))
            elif i.target is not None:
                off = starts[i.target] - here - 1
                if not -32768 <= off < 32768:
                    assert i.code == JMP | m.JA and selector.cpu >= 4
                    slots.append((JMP32 | m.JA, 0, 0, 0, off))
                    continue
                dst, src = i.dst, i.src
                slots.append((i.code, dst, src, off, i.imm))
            else:
                if not -32768 <= i.off < 32768:
                    raise SelectError(f"offset {i.off} of a memory access does not fit 16 bits", i.pos)
                slots.append((i.code, i.dst, i.src, i.off, i.imm))
    order = ">" if big_endian else "<"
    pack = struct.Struct(order + "BBhi").pack
    if big_endian:
        out.code = b"".join(pack(c, d << 4 | s, off, signed32(imm & 0xFFFFFFFF)) for c, d, s, off, imm in slots)
    else:
        out.code = b"".join(pack(c, s << 4 | d, off, signed32(imm & 0xFFFFFFFF)) for c, d, s, off, imm in slots)


def assemble_use(use: Any, unique: int, cpu: int) -> Any:
    """An inline assembly whose registers are known; None for one that only kept values alive."""
    if use.asm is None:
        return None
    for o in use.operands:
        if o[0] == "slot" and o[1].offset is None:
            raise AssertionError("slot without offset")
    try:
        return assemble(substitute(use.asm, use.operands, str(unique), len(use.labels)), cpu)
    except AsmError as e:
        e.pos = use.pos
        raise


def signed32(n: int) -> int:
    return n - (1 << 32) if n >> 31 else n


__all__ = ["AsmError", "FuncCode", "LDX", "ST", "STX", "SelectError", "StackError", "generate"]
