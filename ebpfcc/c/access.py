"""Objects in memory: members, elements, bit-fields, loads and stores, addresses, and the CO-RE chains that describe them.

CO-RE follows clang: accesses through a record with `preserve_access_index`, or inside `__builtin_preserve_access_index`, are
collected into one chain per base pointer (LLVM BPFAbstractMemberAccess.cpp describes the access string).
"""

from __future__ import annotations

from ..ir.core import CoreReloc, Mem, RecordType, Value
from . import elsewhere, wide
from . import types as T
from .state import CoreChain, FunctionState, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FIELD_BYTE_OFFSET = 0


def memory(f: FunctionState, base: Value, t: T.Type, off: int = 0, align: int = 0) -> Operand:
    """The object of type t at base + off."""
    operand = Operand("mem", t, base, off)
    if not align:
        try:
            align = T.alignof(t)
        except KeyError:
            align = 1
    operand.align = align
    operand.volatile = T.qualifiers(t)[1]
    return operand


def lowest_bit(n: int) -> int:
    return n & -n


def known_align(align: int, off: int) -> int:
    return min(align, lowest_bit(off)) if off else align


def move(operand: Operand, delta: int, t: T.Type) -> Operand:
    """The object `delta` bytes further on, of type t."""
    out = Operand("mem", t, operand.value, operand.off + delta)
    out.align = known_align(operand.align, delta)
    out.volatile = operand.volatile or T.qualifiers(t)[1]
    out.core = operand.core
    out.storage = operand.storage
    out.loose = operand.loose
    return out


def address(f: FunctionState, operand: Operand) -> Value:
    """The address of an object in memory."""
    base: Value = operand.value
    chain = operand.core
    if chain is not None:
        base = relocate(f, chain)
    return f.add_offset(base, operand.off)


def relocate(f: FunctionState, chain: CoreChain) -> Value:
    if len(chain.spec) == 1 and not f.preserve:
        return f.add_offset(chain.base, chain.off)
    spec = ":".join(map(str, chain.spec))
    return f.emit("core_field", "ptr", [chain.base], CoreReloc(FIELD_BYTE_OFFSET, chain.root, spec, chain.off))


def relocation_root(t: T.Type) -> T.Type:
    """The type that a relocation names: the record, or the typedef of one that has no tag."""
    u = T.strip(t)
    if u.tag is not None:
        return u  # type: ignore[no-any-return]
    while t.kind == "qual":
        t = t.target  # type: ignore[attr-defined]
    return t


def member(f: FunctionState, operand: Operand, name: str, where: Any, core: bool = True) -> Operand:
    """operand.name; without `core`, no relocation will describe it (offsetof)."""
    record = T.strip(operand.type)
    if not T.is_record(record):
        if record is not T.POISON:
            f.diag.error(where, f"member reference base type '{T.spell(operand.type)}' is not a structure or union")
        return f.poison()
    path = T.find_member(record, name)
    if path is None:
        if record.members is None:
            f.diag.error(where, f"incomplete definition of type '{T.spell(record)}'")
            elsewhere.explain(f.unit, T.spell(record), where)
        else:
            found = f.unit.similar(name, member_names(record))
            f.diag.error(where, f"no member named '{name}' in '{T.spell(record)}'{meant(found)}", found)
        return f.poison()
    for index, m in path:
        operand = step(f, operand, index, m, core)
    return operand


def member_names(record: Any) -> Callable[[], list[str]]:
    return lambda: [m.name for m in getattr(record, "members", None) or ()]


def meant(name: str) -> str:
    return f"; did you mean '{name}'?" if name else ""


def step(f: FunctionState, operand: Operand, index: int, m: T.Member, core: bool = True) -> Operand:
    """One level of member access, as one accessor of a CO-RE chain where the record asks for it."""
    record = T.strip(operand.type)
    const, volatile, _ = T.qualifiers(operand.type)
    t = T.qualify(m.type, const, volatile) if const or volatile else m.type
    byte = m.bit_offset // 8
    if operand.kind == "value":  # a record that was refused
        return operand
    if core and (record.preserve_access or f.preserve) and (f.preserve or operand.value.op != "const" or not (f.unit.constant_context or f.unit.unevaluated)):
        chain = operand.core
        if chain is None:
            base = f.add_offset(operand.value, operand.off)
            chain = CoreChain(base, relocation_root(operand.type), [0], 0)
        elif operand.off:
            base = f.add_offset(relocate(f, chain), operand.off)
            chain = CoreChain(base, relocation_root(operand.type), [0], 0)
        out = Operand("mem", t, chain.base, 0)
        out.align = known_align(operand.align, byte)
        out.volatile = operand.volatile or T.qualifiers(t)[1]
        out.core = CoreChain(chain.base, chain.root, [*chain.spec, index], chain.off + byte)
    else:
        out = move(operand, byte, t)
    out.loose = operand.loose or record.kind == "union" or record.may_alias
    outer, at = operand.field if operand.field is not None else (record, 0)
    out.field = outer, at + byte
    if m.bit_width is not None:
        out.room = (byte, record.size - byte)
        out.member = m
        out.bit = m.bit_offset % 8
        if out.core is not None:
            # libbpf computes a bit-field's byte offset in units of its declared type (relo_core.c, bpf_core_calc_field_relo)
            size = T.sizeof(m.type)
            start = byte // size * size
            if m.bit_offset + m.bit_width <= (start + size) * 8:
                out.core.off -= byte - start
                out.bit = m.bit_offset - start * 8
                out.align = known_align(operand.align, start)
    return out


def element(f: FunctionState, array: Operand, index: Value, t: T.Type, index_type: Any) -> Operand:
    """array[index] for an array object in memory."""
    size = T.sizeof(t)
    const, volatile, _ = T.qualifiers(array.type)
    if const or volatile:
        t = T.qualify(t, const, volatile)
    if index.op == "const":
        n = index.aux
        if not index_type.signed:
            n &= (1 << index_type.size * 8) - 1
        if array.core is not None and array.off == 0:
            chain = array.core
            out = Operand("mem", t, array.value, 0)
            out.align = known_align(array.align, n * size)
            out.volatile = array.volatile or T.qualifiers(t)[1]
            out.core = CoreChain(chain.base, chain.root, [*chain.spec, n], chain.off + n * size)
            out.loose = array.loose
            return out
        return move(array, n * size, t)
    off = array.off if array.core is None else 0
    base = array.value if array.core is None else address(f, array)
    pointer = f.emit("add", "ptr", [base, scaled(f, index, index_type, size)])
    out = memory(f, pointer, t, off)
    out.align = min(known_align(array.align, size) if size else 1, known_align(array.align, off) if off else array.align)
    out.volatile = array.volatile or out.volatile
    out.storage = array.storage
    out.loose = array.loose
    return out


def scaled(f: FunctionState, index: Value, t: Any, size: int) -> Value:
    """index * size as i64; the index is sign- or zero-extended as its C type t says."""
    if index.type == "i32":
        index = f.emit("sext" if t.signed else "zext", "i64", [index])
    if size == 1:
        return index
    if size & (size - 1) == 0 and size:
        return f.emit("shl", "i64", [index, f.const("i64", size.bit_length() - 1)])
    return f.emit("mul", "i64", [index, f.const("i64", size)])


def target_base(f: FunctionState, operand: Operand) -> tuple[Value, int]:
    """(pointer, offset) to access the object with: the relocated base, in the kernel's address space."""
    base: Value = operand.value
    if operand.core is not None:
        base = relocate(f, operand.core)
    if operand.storage:
        base = f.emit("addr_cast", "ptr", [base], (0, operand.storage))
    return base, operand.off


def load(f: FunctionState, operand: Operand) -> Value:
    """The value of a scalar object."""
    if operand.member is not None:
        return load_bits(f, operand)
    t = T.strip(operand.type)
    base, off = target_base(f, operand)
    size = T.sizeof(t)
    signed = getattr(t, "signed", False)
    mem = Mem(size, signed and size < 8, off, operand.volatile, operand.align, None, is_strict(f, operand), field_of(f, operand))
    return f.load(ir_type(t), base, mem)


def is_strict(f: FunctionState, operand: Operand) -> bool:
    """Whether the access tells the object's type: not of characters, of enums (as clang has it), through unions or what may alias."""
    if operand.loose or not f.unit.strict_aliasing:
        return False
    t = operand.type
    while t.kind == "typedef" or t.kind == "qual":
        if t.kind == "qual" and t.may_alias:  # type: ignore[attr-defined]
            return False
        t = t.target  # type: ignore[attr-defined]
    return t.kind == "ptr" or t.kind == "int" and t.size > 1  # type: ignore[attr-defined]


def field_of(f: FunctionState, operand: Operand) -> tuple[RecordType, int] | None:
    """The member that is accessed, where the access says so: not through unions, elements of arrays or what may alias."""
    if operand.field is None or operand.loose or not f.unit.strict_aliasing:
        return None
    record, at = operand.field
    return record_type(f.unit.record_types, record), at


def record_type(known: dict[T.Record, RecordType], record: T.Record) -> RecordType:
    """What stands for a record in the IR, with the records that are part of it."""
    found = known.get(record)
    if found is None:
        held: set[str] = set()
        for m in record.members or ():
            t = T.strip(m.type)
            while t.kind == "array":
                t = T.strip(t.elem)
            if T.is_record(t):
                inner = record_type(known, t)
                held |= {inner.name, *inner.holds}
        found = known[record] = RecordType(f"{record.tag or record.kind}.{len(known)}", frozenset(held))
    return found


def store(f: FunctionState, operand: Operand, value: Any) -> None:
    """Stores a scalar that has the object's type."""
    if type(value) is wide.Wide:
        wide.store(f, *target_base(f, operand), operand.volatile, operand.align, value)
        return
    if operand.kind == "ssa":
        f.write_var(operand.var, value)
        return
    if operand.member is not None:
        store_bits(f, operand, value)
        return
    if not T.is_complete(operand.type):  # to ask for its value was an error before
        return
    base, off = target_base(f, operand)
    f.effect(
        "store",
        "void",
        [base, value],
        Mem(T.sizeof(operand.type), False, off, operand.volatile, operand.align, None, is_strict(f, operand), field_of(f, operand)),
    )


def _container(operand: Operand) -> tuple[int, int, int] | None:
    """(byte delta, size in bytes, shift) of the access that reads a bit-field: the smallest aligned unit around it, but the
    declared type's for volatile and CO-RE ones. None if none holds it (a packed record): then byte by byte."""
    m = operand.member
    assert m is not None and m.bit_width is not None
    bit, width = operand.bit, m.bit_width
    declared = T.sizeof(m.type)
    if operand.core is not None:
        return 0, declared if bit + width <= declared * 8 else 8, bit
    first = operand.off * 8 + bit
    for size in (declared, 8) if operand.volatile else (1, 2, 4, 8):
        start = first // (size * 8) * size
        if first + width <= (start + size) * 8 and -operand.room[0] <= start - operand.off <= operand.room[1] - size:
            return start - operand.off, size, first - start * 8
    return None


def load_bits(f: FunctionState, operand: Operand) -> Value:
    m = operand.member
    assert m is not None and m.bit_width is not None
    t = T.strip(m.type)
    container = _container(operand)
    if container is None:
        return load_straddling(f, operand, m.bit_width, t)
    delta, size, shift = container
    if f.unit.big_endian:  # numbered from the most significant bit
        shift = size * 8 - shift - m.bit_width
    base, off = target_base(f, operand)
    kind = "i64" if size == 8 else "i32"
    bits = 64 if size == 8 else 32
    align = operand.align if delta == 0 else max(known_align(operand.align, delta), 1)
    value = f.load(kind, base, Mem(size, False, off + delta, operand.volatile, max(align, 1)))
    width = m.bit_width
    if t.signed and t.kind != "bool":
        value = f.emit("shl", kind, [value, f.const(kind, bits - width - shift)])
        value = f.emit("ashr", kind, [value, f.const(kind, bits - width)])
    else:
        value = f.emit("lshr", kind, [value, f.const(kind, shift)])
        if shift + width < size * 8:
            value = f.emit("and", kind, [value, f.const(kind, (1 << width) - 1)])
    want = ir_type(t)
    if want != kind:
        value = f.emit("trunc" if want == "i32" else ("sext" if t.signed else "zext"), want, [value])
    return value


def store_bits(f: FunctionState, operand: Operand, value: Value) -> None:
    m = operand.member
    assert m is not None and m.bit_width is not None
    container = _container(operand)
    if container is None:
        store_straddling(f, operand, m.bit_width, value)
        return
    delta, size, shift = container
    if f.unit.big_endian:
        shift = size * 8 - shift - m.bit_width
    base, off = target_base(f, operand)
    kind = "i64" if size == 8 else "i32"
    mem = Mem(size, False, off + delta, operand.volatile, max(known_align(operand.align, delta), 1))
    mask = (1 << m.bit_width) - 1
    if value.type != kind:
        value = f.emit("trunc" if kind == "i32" else "zext", kind, [value])
    if m.bit_width < size * 8:
        value = f.emit("and", kind, [value, f.const(kind, mask)])
        value = f.emit("shl", kind, [value, f.const(kind, shift)])
        old = f.load(kind, base, mem)
        old = f.emit("and", kind, [old, f.const(kind, ~(mask << shift))])
        value = f.emit("or", kind, [old, value])
    f.effect("store", "void", [base, value], mem)


def load_straddling(f: FunctionState, operand: Operand, width: int, t: Any) -> Value:
    """A bit-field in bytes of its own, up to nine of them."""
    base, off = target_base(f, operand)
    first, skip = off + operand.bit // 8, operand.bit % 8

    def byte(n: int) -> Value:
        return f.emit("zext", "i64", [f.load("i32", base, Mem(1, False, first + n, operand.volatile, 1))])

    def shifted(v: Value, left: int) -> Value:
        return f.emit("shl" if left >= 0 else "lshr", "i64", [v, f.const("i64", abs(left))]) if left else v

    count = (skip + width + 7) // 8
    parts = []
    for n in range(count):  # where the byte's lowest bit comes to stand in the value
        parts.append(shifted(byte(n), skip + width - 8 * (n + 1) if f.unit.big_endian else 8 * n - skip))
        if f.unit.big_endian and n == 0 and skip:  # bits before the field
            parts[0] = shifted(f.emit("and", "i64", [byte(0), f.const("i64", 0xFF >> skip)]), skip + width - 8)
    value = parts[0]
    for part in parts[1:]:
        value = f.emit("or", "i64", [value, part])
    if t.signed and t.kind != "bool":
        value = f.emit("ashr", "i64", [f.emit("shl", "i64", [value, f.const("i64", 64 - width)]), f.const("i64", 64 - width)])
    elif width < 64:
        value = f.emit("and", "i64", [value, f.const("i64", (1 << width) - 1)])
    return value if ir_type(t) == "i64" else f.emit("trunc", "i32", [value])


def store_straddling(f: FunctionState, operand: Operand, width: int, value: Value) -> None:
    base, off = target_base(f, operand)
    first, skip = off + operand.bit // 8, operand.bit % 8
    if value.type != "i64":
        value = f.emit("zext", "i64", [value])
    for n in range((skip + width + 7) // 8):
        begin, end = max(0, skip - 8 * n), min(8, skip + width - 8 * n)  # the field's bits in this byte, from the side that numbers begin at
        if f.unit.big_endian:
            left, mask = 8 * (n + 1) - skip - width, (1 << 8 - begin) - (1 << 8 - end)
        else:
            left, mask = skip - 8 * n, (1 << end) - (1 << begin)
        bits = f.emit("shl" if left > 0 else "lshr", "i64", [value, f.const("i64", abs(left))]) if left else value
        bits = f.emit("and", "i32", [f.emit("trunc", "i32", [bits]), f.const("i32", mask)])
        mem = Mem(1, False, first + n, operand.volatile, 1)
        if mask != 0xFF:
            old = f.emit("and", "i32", [f.load("i32", base, mem), f.const("i32", 0xFF & ~mask)])
            bits = f.emit("or", "i32", [old, bits])
        f.effect("store", "void", [base, bits], mem)


def copy(f: FunctionState, target: Operand, source: Operand) -> None:
    """Assignment of a whole record (or array, from a literal)."""
    if not T.is_complete(target.type):  # a record whose definition has errors
        f.diag.error(f.pos, f"incomplete type '{T.spell(target.type)}' where a complete type is required")
        return
    size = T.sizeof(target.type)
    if size == 0:
        return
    if target.storage or source.storage:
        d, d_off = target_base(f, target)
        s, s_off = target_base(f, source)
        d, s = f.add_offset(d, d_off), f.add_offset(s, s_off)
    else:
        d, s = address(f, target), address(f, source)
    if d is s:
        return
    align = max(1, min(target.align, source.align))
    f.effect("memcpy", "void", [d, s], Mem(size, False, 0, target.volatile or source.volatile, align))


def clear(f: FunctionState, target: Operand) -> None:
    """Zeroes the object, padding included."""
    size = T.sizeof(target.type)
    if size:
        f.effect("memset", "void", [address(f, target), f.const("i32", 0)], Mem(size, False, 0, False, max(1, target.align)))
