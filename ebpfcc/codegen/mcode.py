"""Machine code before it is bytes: instructions on virtual or physical registers, blocks, and which registers each touches.

Registers 0..10 are BPF's; greater numbers are virtual.  Opcodes are RFC 9669's (section 3 to 5)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FIRST_VIRTUAL = 16
LD, LDX, ST, STX, ALU, JMP, JMP32, ALU64 = range(8)
K, X = 0, 8
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR, MOV, ARSH, END = (n << 4 for n in range(14))
JA, JEQ, JGT, JGE, JSET, JNE, JSGT, JSGE, CALL, EXIT, JLT, JLE, JSLT, JSLE = (n << 4 for n in range(14))
GOTO = (JMP | JA, JMP32 | JA)
SIZES = {4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18}
MEM, MEMSX, ATOMIC = 0x60, 0x80, 0xC0
LD_IMM64 = 0x18
PSEUDO = 0x100  # inline assembly: becomes bytes after allocation
FRAME = 0x101  # dst = address of a stack object: two instructions
UNDEF = 0x102  # dst holds anything: zero, if the verifier would see it read, else no instruction (codegen/undefined.py)

NOWHERE = 0x103  # control does not get here: no instruction

BINARY = {"add": ADD, "sub": SUB, "mul": MUL, "udiv": DIV, "or": OR, "and": AND, "shl": LSH, "lshr": RSH, "urem": MOD, "xor": XOR, "ashr": ARSH}
JUMPS = {"eq": JEQ, "ne": JNE, "ugt": JGT, "uge": JGE, "ult": JLT, "ule": JLE, "sgt": JSGT, "sge": JSGE, "slt": JSLT, "sle": JSLE}


class Insn:
    """code: opcode, or PSEUDO.  target: the block a jump goes to.  reloc: (R_BPF_* name, symbol, addend).  core: CoreReloc.
    uses, defs: registers beyond dst and src (calls, asm)."""

    __slots__ = ("code", "dst", "src", "off", "imm", "target", "reloc", "core", "pos", "uses", "defs", "asm", "slot")

    def __init__(self, code: int, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0, pos: Any = None) -> None:
        self.code = code
        self.dst = dst
        self.src = src
        self.off = off
        self.imm = imm
        self.target: Any = None
        self.reloc: Any = None
        self.core: Any = None
        self.pos = pos
        self.uses: tuple[int, ...] = ()
        self.defs: tuple[int, ...] = ()
        self.asm: Any = None
        self.slot: Any = None  # the stack object whose offset is still to be added to imm or off


class MBlock:
    """A machine block; succs are set by the final jumps and the fallthrough to `next`."""

    __slots__ = ("name", "insns", "succs", "depth", "live_out")

    def __init__(self, name: str, depth: int) -> None:
        self.name = name
        self.insns: list[Insn] = []
        self.succs: list[MBlock] = []
        self.depth = depth
        self.live_out: set[int] = set()


def is_move(i: Insn) -> bool:
    """A 64-bit register copy."""
    return i.code == ALU64 | MOV | X and i.off == 0


def touched(i: Insn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(registers read, registers written)."""
    code = i.code
    cls = code & 7
    if code == FRAME or code == UNDEF:
        return (), (i.dst,)
    if code == NOWHERE:
        return (), ()
    if code == PSEUDO or code == JMP | CALL:
        return i.uses, i.defs
    if cls == ALU64 or cls == ALU:
        op = code & 0xF0
        if op == MOV:
            return ((i.src,) if code & X else ()), (i.dst,)
        if op == NEG or op == END:
            return (i.dst,), (i.dst,)
        return ((i.dst, i.src) if code & X else (i.dst,)), (i.dst,)
    if cls == LDX:
        return (i.src,), (i.dst,)
    if cls == ST:
        return (i.dst,), ()
    if cls == STX:
        if code & 0xE0 == ATOMIC:
            if i.imm == 0xF1:  # cmpxchg: r0 is compared, and holds the old value afterwards
                return (i.dst, i.src, 0), (0,)
            if i.imm == 0x100:  # load-acquire
                return (i.src,), (i.dst,)
            return (i.dst, i.src), ((i.src,) if i.imm & 1 and i.imm < 0x100 else ())
        return (i.dst, i.src), ()
    if cls == LD:
        if code == LD_IMM64:
            return (), (i.dst,)
        return i.uses, i.defs
    op = code & 0xF0
    if op == EXIT:
        return i.uses, ()
    if op == JA:
        return (), ()
    return ((i.dst, i.src) if code & X else (i.dst,)), ()


def goes_on(block: MBlock) -> bool:
    """Whether control may reach the end of the block and so the next one."""
    return not block.insns or block.insns[-1].code not in (*GOTO, JMP | EXIT, NOWHERE)


def link(blocks: list[MBlock]) -> None:
    """Fills `succs` from the jumps and the order of the blocks."""
    for n, block in enumerate(blocks):
        succs: dict[MBlock, None] = {}
        for i in block.insns:
            if i.target is not None:
                succs[i.target] = None
            if i.asm is not None:
                succs.update(dict.fromkeys(i.asm.labels))
        if goes_on(block) and n + 1 < len(blocks):
            succs[blocks[n + 1]] = None
        block.succs = list(succs)


class SelectError(Exception):
    """The function cannot be compiled for this target: message and position for the user."""

    def __init__(self, message: str, pos: Any) -> None:
        super().__init__(message)
        self.message = message
        self.pos = pos


def fits32(n: int) -> bool:
    return -(1 << 31) <= n < 1 << 31
