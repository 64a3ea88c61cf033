"""What an instruction does to memory, and what an address points into: the one answer, which every pass asks.

An object is a stack object (`slot`) or a variable of the module (`gaddr`). Two different objects share no byte, a stack object is reached
through another pointer only after its address went somewhere, and a strict access touches no scalar of another size (C11 6.5p7)."""

from __future__ import annotations

from .core import PURE, Function, Mem, Module, Slot, Value
from .library import is_pure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Extent = tuple[Value, int, int]  # what an address is based on, and its least and greatest distance from there in bytes

BLOCK_OPERATIONS = frozenset(("memcpy", "memmove", "memset"))
WRITES_THROUGH = BLOCK_OPERATIONS | {"store"}  # memory behind their first operand, and no other
ADDRESSES = frozenset(("add", "addr_cast"))  # of the object that their first operand points into
QUIET = PURE | frozenset(("load", "jmp", "br", "switch", "ret", "asm_out", "lifetime", "unreachable"))
UNKNOWN = 1 << 63  # a distance that nothing bounds
MAX_DEPTH = 8


# -- instructions ----------------------------------------------------------------------------------------------------
def has_memory_output(asm: Any) -> bool:
    return any(constraint[:1] in ("=", "+") for constraint, _ in asm.inputs)


def writes_anywhere(insn: Value) -> bool:
    """Whether the instruction may change memory other than behind its first operand, or let someone else change it."""
    op = insn.op
    if op in QUIET or op in WRITES_THROUGH:
        return False
    if op == "call":
        return not is_pure(insn.aux)
    if op == "asm":
        return bool(insn.aux.volatile) or "memory" in insn.aux.clobbers or has_memory_output(insn.aux)
    return True


def writes_memory(insn: Value) -> bool:
    return insn.op in WRITES_THROUGH or writes_anywhere(insn)


def must_stay(insn: Value) -> bool:
    """Whether the instruction does something besides giving its result."""
    op = insn.op
    if op in PURE or op == "asm_out":
        return False
    if op == "load":
        return bool(insn.aux.volatile)
    return op not in ("asm", "call") or writes_anywhere(insn)


def only_writes(insn: Value, index: int) -> bool:
    """Whether the instruction only writes to the address that this operand is, or makes another address of it."""
    op = insn.op
    if op in ADDRESSES:
        return insn.type == "ptr" and index == 0
    return op == "lifetime" or index == 0 and op in WRITES_THROUGH and not insn.aux.volatile


# -- addresses -------------------------------------------------------------------------------------------------------
def root(v: Value) -> Value:
    """What an address was made of by additions."""
    while v.op == "add" and v.type == "ptr":
        v = v.args[0]
    return v


def object_of(fn: Function, address: Value) -> Slot | str | None:
    """The object that an address points into: a stack object or the symbol of a variable; None if it is not known."""
    base = root(address)
    if base.op == "slot":
        slot: Slot = base.aux
        return slot
    return base.aux[0] if base.op == "gaddr" and base.aux[0] not in fn.second_names else None


def extent(address: Value) -> Extent:
    """(base, least, greatest distance in bytes). Symbols lose their addend to the distance: the base may be compared by `same_base`."""
    low = high = 0
    while address.op == "add" and address.type == "ptr":
        least, most = bounds(address.args[1], 0)
        low, high = low + least, high + most
        address = address.args[0]
    if address.op == "gaddr":
        low, high = low + address.aux[1], high + address.aux[1]
    return address, low, high


def bounds(v: Value, depth: int) -> tuple[int, int]:
    """Between which a 64-bit offset lies, as its operation shows it."""
    op = v.op
    if op == "const":
        return v.aux, v.aux
    if depth < MAX_DEPTH and v.args:
        a = v.args[0]
        n = v.args[1].aux if len(v.args) == 2 and v.args[1].op == "const" else None
        if op == "zext":
            low, high = bounds(a, depth + 1)
            return (low, high) if 0 <= low and high < 1 << 32 else (0, (1 << 32) - 1)
        if op == "and" and n is not None and n >= 0:
            return 0, n
        low, high = bounds(a, depth + 1)
        if low >= 0 and high < 1 << 32 and n is not None and n >= 0:
            if op == "shl" and v.type == "i64" and n < 24:
                return low << n, high << n
            if op == "mul" and v.type == "i64" and n < 1 << 24:
                return low * n, high * n
            if op == "lshr":
                return low >> n, high >> n
            if op == "add" and v.type == "i64" and n < 1 << 32:
                return low + n, high + n
    if op == "load" and not v.aux.signed and v.aux.size < 8:
        return 0, (1 << v.aux.size * 8) - 1
    return -UNKNOWN, UNKNOWN


def same_base(a: Value, b: Value) -> bool:
    return a is b or a.op == b.op == "gaddr" and a.aux[0] == b.aux[0]


def may_overlap(fn: Function, a: Value, mem: Mem, b: Value, other: Mem, escaping: set[Slot]) -> bool:
    """Whether the accesses `mem` to a and `other` to b may touch the same byte; escaping: see `escaped_slots`."""
    off, size = other.off, other.size
    if a is b:
        return mem.off < off + size and off < mem.off + mem.size
    base_a, low_a, high_a = extent(a)
    base_b, low_b, high_b = extent(b)
    if same_base(base_a, base_b):
        return low_a + mem.off < high_b + off + size and low_b + off < high_a + mem.off + mem.size
    if base_a.op == "slot" or base_b.op == "slot":
        slot, base = (base_a, base_b) if base_a.op == "slot" else (base_b, base_a)
        return base.op not in ("slot", "gaddr") and slot.aux in escaping and may_be_same_type(mem, other)
    if base_a.op == base_b.op == "gaddr" and not {base_a.aux[0], base_b.aux[0]} & fn.second_names:
        return False
    return may_be_same_type(mem, other)


def may_be_same_type(a: Mem, b: Mem) -> bool:
    """Whether the types that two accesses name let them touch the same object: members of one record are where they are, members of two
    are different unless one record is part of the other, and a scalar is none of another size. (As LLVM's TypeBasedAliasAnalysis.)"""
    if a.field is not None and b.field is not None:
        (record, at), (other, there) = a.field, b.field
        if record.name == other.name:
            return at < there + b.size and there < at + a.size
        return record.name in other.holds or other.name in record.holds
    if a.field is not None or b.field is not None:
        member, scalar = (a, b) if a.field is not None else (b, a)
        return not scalar.strict or member.strict and member.size == scalar.size
    return not (a.strict and b.strict and a.size != b.size)


# -- where addresses go ----------------------------------------------------------------------------------------------
def escaped_slots(fn: Function) -> set[Slot]:
    """Stack objects whose address is used other than to load, store, copy or clear."""
    escaped: set[Slot] = set()
    if not fn.slots:
        return escaped
    for block in fn.blocks:
        for insn in block.insns:
            op = insn.op
            for i, a in enumerate(insn.args):
                if a.type != "ptr":
                    continue
                base = root(a)
                if base.op != "slot":
                    continue
                if op == "load" or (op == "store" and i == 0) or op in BLOCK_OPERATIONS or op == "lifetime" or (op == "add" and insn.type == "ptr"):
                    continue
                escaped.add(base.aux)
            for target in insn.targets:
                for a in target.args:
                    base = root(a)
                    if base.op == "slot":
                        escaped.add(base.aux)
    return escaped


def captures(module: Module) -> dict[str, frozenset[int]]:
    """Of each function that is called: the parameters that are still somewhere when it has returned (in memory, in its result, with someone
    it called). One that is not defined here, or may be replaced by another definition, has no entry: it may keep all."""
    called = {i.aux.target for fn in module.functions.values() for i in fn.insns() if i.op == "call" and i.aux.kind == "func"}
    kept = {name: frozenset[int]() for name, fn in module.functions.items() if name in called and fn.linkage != "weak"}
    grows = True
    while grows:  # from below: recursion keeps what a way out of it keeps
        grows = False
        for name in kept:
            now = _captured(module.functions[name], kept)
            if now != kept[name]:
                kept[name] = now
                grows = True
    return kept


def _captured(fn: Function, kept: dict[str, frozenset[int]]) -> frozenset[int]:
    """The parameters that the function keeps, given what those that it calls keep."""
    holds = {p: 1 << i for i, p in enumerate(fn.params)}  # value -> the parameters that it may be made of
    get = holds.get
    grows = True
    while grows:
        grows = False
        for insn in fn.insns():
            if insn.op in PURE and insn.op != "icmp" and insn.type != "i32":
                mask = get(insn, 0)
                for a in insn.args:
                    mask |= get(a, 0)
                if mask and mask != get(insn):
                    holds[insn] = mask
                    grows = True
            for target in insn.targets:
                for p, a in zip(target.block.params, target.args):
                    mask = get(a, 0)
                    if mask & ~get(p, 0):
                        holds[p] = mask | get(p, 0)
                        grows = True
    lost = 0
    for insn in fn.insns():
        for a in _kept_operands(insn, kept):
            lost |= get(a, 0)
    return frozenset(i for i in range(len(fn.params)) if lost >> i & 1)


def _kept_operands(insn: Value, kept: dict[str, frozenset[int]]) -> list[Value]:
    """The operands that are somewhere else, too, after the instruction."""
    op = insn.op
    if op == "call":
        if insn.aux.kind == "helper":
            return insn.args if insn.type == "ptr" else []
        positions = kept.get(insn.aux.target) if insn.aux.kind == "func" else None
        return [a for i, a in enumerate(insn.args) if positions is None or i in positions]
    if op == "store" or op == "atomic":
        return insn.args[1:]
    return [] if op in PURE or op in QUIET - {"ret"} or op in BLOCK_OPERATIONS else insn.args
