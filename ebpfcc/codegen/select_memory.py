"""Selection of loads, stores, block operations, addresses and atomics.

The verifier's rule: an access keeps its base and its constant offset."""

from __future__ import annotations

from ..ir.core import WIDTH, Mem, Value
from . import mcode as m
from .mcode import ALU, ALU64, LDX, ST, STX, SelectError, X, fits32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .select import Selector

MAX_BLOCK_STORES = 1024  # as LLVM: up to 1024 bytes with any alignment
BLOCK_OPERATIONS = ("memcpy", "memmove", "memset")


def address(s: Selector, p: Value, off: int, single: bool = False) -> tuple[int, int, Any, Any]:
    """(register, offset, slot, core relocation) to access p + off with. single: by one instruction, which a relocation can change."""
    if p.op == "slot":
        return 10, off, p.aux, None
    if folds(s, p, off):
        return address(s, p.args[0], off + p.args[1].aux)
    if p.op == "gaddr" and p.aux[1] and -32768 <= off + p.aux[1] < 32768:  # members of one object share its address
        return s.value(s.fn.gaddr(p.aux[0])), off + p.aux[1], None, None
    if p.op == "core_field" and single and off == 0 and fits16(p.aux.value):
        return s.value(p.args[0]), p.aux.value + off, None, p.aux
    if p.op == "const" or not fits16(off):
        return distant(s, s.value(p), off), 0, None, None
    return s.value(p), off, None, None


def fits16(off: int) -> bool:
    return -32768 <= off < 32768


def distant(s: Selector, base: int, off: int) -> int:
    """base + off in a register, for an offset that no access has room for."""
    r = s.new()
    s.mov(r, base)
    if fits32(off):
        s.put(ALU64 | m.ADD, r, imm=off)
    else:
        far = s.new()
        s.load_const(far, off)
        s.put(ALU64 | m.ADD | X, r, far)
    return r


def folds(s: Selector, p: Value, off: int) -> bool:
    """A constant distance belongs into the access itself, also where the sum is needed elsewhere: the verifier knows no access
    through a changed context pointer (kernel/bpf/verifier.c, __check_ptr_off_reg)."""
    return p.op == "add" and p.type == "ptr" and p.args[1].op == "const" and -32768 <= off + p.args[1].aux < 32768


def access(s: Selector, code: int, dst: int, src: int, where: tuple[int, int, Any, Any], imm: int = 0) -> None:
    base, off, slot, core = where
    if slot is None and not fits16(off):
        base, off = distant(s, base, off), 0
        dst, src = (dst, base) if code & 7 == LDX else (base, src)
    i = s.put(code, dst, src, off, imm)
    i.slot = slot
    i.core = core


def op_load(s: Selector, insn: Value) -> None:
    mem: Mem = insn.aux
    where = address(s, insn.args[0], mem.off, mem.align >= mem.size)
    d = s.reg[insn] = s.new()
    if insn in s.sign_extended and insn.type == "i32" and mem.size == 4:
        access(s, LDX | m.MEMSX | m.SIZES[4], d, where[0], where)
        return
    load_into(s, d, where, mem, insn.type)


def load_into(s: Selector, d: int, where: tuple[int, int, Any, Any], mem: Mem, type: str) -> None:
    size = mem.size
    if mem.align < size and where[3] is None:
        load_pieces(s, d, where, mem, type)
        return
    if mem.signed and size < WIDTH[type] // 8:
        if s.cpu >= 4:
            access(s, LDX | m.MEMSX | m.SIZES[size], d, where[0], where)
        else:
            access(s, LDX | m.MEM | m.SIZES[size], d, where[0], where)
            sign_extend(s, d, size * 8, type)
        return
    access(s, LDX | m.MEM | m.SIZES[size], d, where[0], where)


def load_pieces(s: Selector, d: int, where: tuple[int, int, Any, Any], mem: Mem, type: str) -> None:
    step, size = mem.align, mem.size
    order = range(0, size, step) if not s.big_endian else range(size - step, -1, -step)
    for n, at in enumerate(order):
        piece = s.new() if n else d
        access(s, LDX | m.MEM | m.SIZES[step], piece, where[0], (where[0], where[1] + at, where[2], None))
        if n:
            s.put(ALU64 | m.LSH, piece, imm=8 * step * n)
            s.put(ALU64 | m.OR | X, d, piece)
    if mem.signed and size < WIDTH[type] // 8 or (type == "i32" and mem.signed and size < 4):
        sign_extend(s, d, size * 8, type)


def sign_extend(s: Selector, d: int, size_bits: int, type: str) -> None:
    """The sign of a narrow value into the rest of its register; from v3 on the upper half of an i32 stays zero (upper_half.py)."""
    cls, bits = (ALU, 32) if type == "i32" and s.cpu >= 3 else (ALU64, 64)
    s.put(cls | m.LSH, d, imm=bits - size_bits)
    s.put(cls | m.ARSH, d, imm=bits - size_bits)


def op_store(s: Selector, insn: Value) -> None:
    mem: Mem = insn.aux
    where = address(s, insn.args[0], mem.off, mem.align >= mem.size)
    store(s, where, insn.args[1], mem, takes_immediate(s, insn.args[0]))


def store(s: Selector, where: tuple[int, int, Any, Any], v: Value, mem: Mem, immediate: bool) -> None:
    """immediate: a constant may be stored without a register."""
    size = mem.size
    if mem.align < size and where[3] is None:
        order = range(0, size, mem.align) if not s.big_endian else range(size - mem.align, -1, -mem.align)
        if v.op == "const" and immediate:
            for n, at in enumerate(order):
                part = s.fn.const("i64", v.aux >> 8 * mem.align * n)
                store(s, (where[0], where[1] + at, where[2], None), part, Mem(mem.align), True)
            return
        r = s.value(v)
        for n, at in enumerate(order):
            piece = r
            if n:
                piece = s.new()
                s.mov(piece, r)
                s.put(ALU64 | m.RSH, piece, imm=8 * mem.align * n)
            access(s, STX | m.MEM | m.SIZES[mem.align], where[0], piece, (where[0], where[1] + at, where[2], None))
        return
    if v.op == "undef":
        v = s.fn.const(v.type, 0)
    if v.op == "const":
        n = v.aux
        if size < 8:
            n &= (1 << size * 8) - 1
            n = n - (1 << 32) if n >> 31 else n
        if fits32(n) and immediate:
            access(s, ST | m.MEM | m.SIZES[size], where[0], 0, where, n)
            return
    access(s, STX | m.MEM | m.SIZES[size], where[0], stored_value(s, v), where)


def stored_value(s: Selector, v: Value) -> int:
    """The register to store v from; stores of one constant, one after the other, share it."""
    if v.op != "const":
        return s.value(v)
    key = ("stored", v.aux if v.aux >= 0 else (v.type, v.aux))
    r = s.consts.get(key)
    if r is None:
        r = s.consts[key] = s.value(v)
    return r


def takes_immediate(s: Selector, address: Value) -> bool:
    """Kernels before 6.3 refuse to store constants into a context (BPF_ST), which only -mcpu=v4 programs do without regard to it; a
    pointer that a parameter or the stack holds may be one."""
    if s.cpu >= 4:
        return True
    while address.op in ("add", "core_field", "addr_cast", "hold", "inttoptr", "ptrtoint", "zext"):
        address = address.args[0]
    if address.op == "load":
        base = address.args[0]
        while base.op in ("add", "hold"):
            base = base.args[0]
        return base.op != "slot"
    return address.op in ("slot", "gaddr", "call", "const", "undef")


def widths(s: Selector, insn: Value, starts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(offset, width) of the accesses that a block operation is; starts: see `start_of`, of each address."""
    size, align = insn.aux.size, insn.aux.align
    out, off = [], 0
    while off < size:
        width = 8
        while off + width > size or not all(width <= max(align, known) and (off + (at if known > align else 0)) % width == 0 for known, at in starts):
            width //= 2
        out.append((off, width))
        off += width
        if len(out) > MAX_BLOCK_STORES:
            raise SelectError(f"'{insn.op}' of {size} bytes is too large to expand on BPF", insn.pos)
    return out


def start_of(s: Selector, address: Value) -> tuple[int, int]:
    """(alignment of the object that an address points into, distance from its start); of an unknown one (0, 0)."""
    off = 0
    while address.op == "add" and address.type == "ptr" and address.args[1].op == "const":
        off += address.args[1].aux
        address = address.args[0]
    return (address.aux.align, off) if address.op == "slot" else (0, 0)


def op_memcpy(s: Selector, insn: Value) -> None:
    target, source = insn.args
    to, frm = address(s, target, 0), address(s, source, 0)
    pending = []
    for off, width in widths(s, insn, [start_of(s, target), start_of(s, source)]):
        r = s.new()
        access(s, LDX | m.MEM | m.SIZES[width], r, frm[0], (frm[0], frm[1] + off, frm[2], frm[3]))
        store = (STX | m.MEM | m.SIZES[width], to[0], r, (to[0], to[1] + off, to[2], to[3]))
        if insn.op == "memmove":
            pending.append(store)
        else:
            access(s, *store)
    for store in pending:
        access(s, *store)


def op_memset(s: Selector, insn: Value) -> None:
    d, v = insn.args
    to = address(s, d, 0)
    pieces = widths(s, insn, [start_of(s, d)])
    if v.op == "const":
        byte = v.aux & 0xFF
        for off, width in pieces:
            n = int.from_bytes(bytes([byte]) * width, "little", signed=True)
            store(s, (to[0], to[1] + off, to[2], to[3]), s.fn.const("i64", n), Mem(width), takes_immediate(s, d))
        return
    r = s.new()
    s.mov(r, s.clean64(v))
    s.put(ALU64 | m.AND, r, imm=255)
    widest = max(w for _, w in pieces)
    for shift in (8, 16, 32):
        if shift < widest * 8:
            t = s.new()
            s.mov(t, r)
            s.put(ALU64 | m.LSH, t, imm=shift)
            s.put(ALU64 | m.OR | X, r, t)
    for off, width in pieces:
        access(s, STX | m.MEM | m.SIZES[width], to[0], r, (to[0], to[1] + off, to[2], to[3]))


def op_core_field(s: Selector, insn: Value) -> None:
    if only_accessed(s, insn):
        return
    d = s.reg[insn] = s.new()
    s.mov(d, s.value(insn.args[0]))
    s.put(ALU64 | m.ADD, d, imm=insn.aux.value).core = insn.aux


def only_accessed(s: Selector, insn: Value) -> bool:
    """Every use is the base of one load or store at offset 0: the relocation can sit there."""
    users = users_of(s, insn)
    return (
        len(users) == s.uses.get(insn, 0)
        and fits16(insn.aux.value)
        and all(
            (u.op in ("load", "store") and u.args[0] is insn and u.aux.off == 0 and (u.op == "load" or u.args[1] is not insn)) and u.aux.align >= u.aux.size
            for u in users
        )
    )


def is_address_in(s: Selector, user: Value, sum: Value) -> bool:
    """Whether `user` reads the sum only as an address that takes the constant into its offset."""
    n = sum.args[1].aux
    if user.op in ("load", "store", "atomic"):
        return user.args[0] is sum and sum not in user.args[1:] and folds(s, sum, user.aux.off)
    if user.op in BLOCK_OPERATIONS:
        return (user.op != "memset" or user.args[1] is not sum) and -32768 <= n and n + user.aux.size < 32768
    return False


def users_of(s: Selector, v: Value) -> list[Value]:
    if s.address_users is None:
        s.address_users = {}
        for insn in s.fn.insns():
            for a in insn.args:
                if a.op in ("core_field", "add"):
                    s.address_users.setdefault(a, []).append(insn)
    return s.address_users.get(v, [])


def op_add(s: Selector, insn: Value) -> None:
    if insn.type == "ptr" and insn.args[1].op == "const":
        users = users_of(s, insn)
        if len(users) == s.uses.get(insn, 0) and all(is_address_in(s, u, insn) for u in users):
            base = insn.args[0]
            if base.op in ("const", "gaddr", "undef"):
                s.value(base)
            return
        if insn.args[0].op == "slot":
            d = s.reg[insn] = s.new()
            i = s.put(m.FRAME, d, imm=insn.args[1].aux)
            i.slot = insn.args[0].aux
            return
    a, b = insn.args
    if insn.type == "ptr" and a.op == "const":
        insn.args = [b, a]  # an integer base: addition commutes for the machine
    s.alu(insn)


def op_core_const(s: Selector, insn: Value) -> None:
    d = s.reg[insn] = s.new()
    if insn.type == "i64":
        i = s.put(m.LD_IMM64, d, imm=insn.aux.value)
    else:
        i = s.put(ALU64 | m.MOV, d, imm=insn.aux.value)
    i.core = insn.aux


def op_atomic(s: Selector, insn: Value) -> None:
    a = insn.aux
    where = address(s, insn.args[0], a.off)
    code = STX | m.ATOMIC | m.SIZES[a.size]
    if a.kind == "load":
        d = s.reg[insn] = s.new()
        access(s, code, d, where[0], where, 0x100)
        return
    if a.kind == "store":
        access(s, code, where[0], s.value(insn.args[1]), where, 0x110)
        return
    if a.kind == "cmpxchg":
        s.mov(0, s.value(insn.args[1]))
        access(s, code, where[0], s.value(insn.args[2]), where, 0xF1)
        d = s.reg[insn] = s.new()
        s.mov(d, 0)
        return
    v = s.value(insn.args[1])
    if a.kind != "xchg" and not a.fetch:
        access(s, code, where[0], v, where, m.BINARY[a.kind])
        return
    if s.cpu < 3 and a.size == 4 and a.kind != "add":
        raise SelectError(f"atomic '{a.kind}' on 4 bytes with a result needs -mcpu=v3", insn.pos)
    d = s.reg[insn] = s.new()
    s.mov(d, v)
    access(s, code, where[0], d, where, 0xE1 if a.kind == "xchg" else m.BINARY[a.kind] | 1)


MEMORY = {
    "load": op_load,
    "store": op_store,
    "memcpy": op_memcpy,
    "memset": op_memset,
    "core_field": op_core_field,
    "add": op_add,
    "core_const": op_core_const,
    "atomic": op_atomic,
    "memmove": op_memcpy,
}
