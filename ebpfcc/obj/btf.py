"""BTF of C types (kernel Documentation/bpf/btf.rst), with clang's rules of what to emit (LLVM BTFDebug.cpp): what is reached, and
a record that only a pointer member of another record leads to as a forward declaration."""

from __future__ import annotations

import struct

from .elf import Strings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

(INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG,
 TYPE_TAG, ENUM64) = range(1, 20)  # fmt: skip
OWNING_TAGS = frozenset(("kptr", "kptr_untrusted", "percpu_kptr", "uptr"))  # the kernel wants the definition behind such a pointer
LINKAGE = {"local": 0, "global": 1, "weak": 1, "extern": 2, "extern_weak": 2}


class Btf:
    """Append-only types; ids begin at 1, 0 is void."""

    def __init__(self, big_endian: bool) -> None:
        self.e = ">" if big_endian else "<"
        self.strings = Strings()
        self.types: list[tuple[int, int, int, Any]] = []  # name offset, info, size or type, extra bytes
        self.ids: dict[Any, int] = {}
        self.keep: list[Any] = []  # objects whose identity is a key
        self.fixups: list[tuple[int, Any]] = []
        self.members_pending: list[Any] = []
        self.depth = 0
        self.array_index = 0

    def reserve(self) -> int:
        self.types.append((0, 0, 0, b""))
        return len(self.types)

    def set(self, n: int, name: str, kind: int, vlen: int, kflag: int, size_or_type: int, extra: bytes = b"") -> None:
        self.types[n - 1] = (self.strings.add(name), kind << 24 | vlen & 0xFFFF | kflag << 31, size_or_type, extra)

    def add(self, name: str, kind: int, vlen: int, kflag: int, size_or_type: int, extra: bytes = b"") -> int:
        n = self.reserve()
        self.set(n, name, kind, vlen, kflag, size_or_type, extra)
        return n

    def simple(self, kind: int, target: int) -> int:
        key = (kind, target)
        n = self.ids.get(key)
        if n is None:
            n = self.ids[key] = self.add("", kind, 0, 0, target)
        return n

    # -- C types ---------------------------------------------------------------------------------------------------
    def type_id(self, t: Any, member: bool = False, pointer: bool = False) -> int:
        """The id of a C type; `member`: reached from a record's member, `pointer`: through a pointer since."""
        kind = t.kind
        if kind == "void":
            return 0
        if kind == "qual":
            return self.qualified(t, member, pointer)
        if kind == "ptr":
            return self.pointer(t, member)
        if kind == "typedef":
            return self.typedef(t, member, pointer)
        if kind == "int" or kind == "bool":
            n = self.ids.get(t)
            if n is None:
                encoding = 4 if kind == "bool" else 1 if t.signed else 0
                n = self.ids[t] = self.add(t.name, INT, 0, 0, t.size, struct.pack(self.e + "I", encoding << 24 | t.size * 8))
            return n
        if kind == "array":
            return self.array(t, member, pointer)
        if kind == "struct" or kind == "union":
            return self.record(t)
        if kind == "enum":
            return self.enum(t)
        if kind == "func":
            return self.proto(t)
        n = self.ids.get(t)
        if n is None:
            n = self.ids[t] = self.add(t.name, FLOAT, 0, 0, t.size)
        return n

    def qualified(self, t: Any, member: bool, pointer: bool) -> int:
        n = self.pointee(t.target, member and OWNING_TAGS.isdisjoint(t.tags), pointer)
        if isinstance(n, tuple):  # a record that may stay a forward declaration
            return self.wrap(t, self.later(n[1]))
        return self.wrap(t, n)

    def wrap(self, t: Any, n: int) -> int:
        if t.restrict:
            n = self.simple(RESTRICT, n)
        if t.volatile:
            n = self.simple(VOLATILE, n)
        if t.const:
            n = self.simple(CONST, n)
        for tag in t.tags:
            key = (TYPE_TAG, tag, n)
            if key not in self.ids:
                self.ids[key] = self.add(tag, TYPE_TAG, 0, 0, n)
            n = self.ids[key]
        return n

    def pointee(self, t: Any, member: bool, pointer: bool) -> Any:
        if member and pointer and t.kind in ("struct", "union") and t.tag is not None and t not in self.ids:
            return ("later", t)
        return self.type_id(t, member, pointer)

    def later(self, record: Any) -> int:
        """A stand-in that is patched when all is known: see `finish`."""
        key = ("fixup", record)
        n = self.ids.get(key)
        if n is None:
            n = self.ids[key] = -1 - len(self.fixups)
            self.fixups.append((n, record))
        return n

    def pointer(self, t: Any, member: bool) -> int:
        n = self.pointee(t.target, member, True)
        if isinstance(n, tuple):
            n = self.later(n[1])
        for tag in t.tags:
            n = self.simple_tag(tag, n)
        return self.simple(PTR, n)

    def simple_tag(self, tag: str, n: int) -> int:
        key = (TYPE_TAG, tag, n)
        if key not in self.ids:
            self.ids[key] = self.add(tag, TYPE_TAG, 0, 0, n)
        return self.ids[key]

    def typedef(self, t: Any, member: bool, pointer: bool) -> int:
        n = self.ids.get(t)
        if n is None:
            n = self.ids[t] = self.reserve()
            target = self.pointee(t.target, member, pointer)
            self.set(n, t.name, TYPEDEF, 0, 0, self.later(target[1]) if isinstance(target, tuple) else target)
            self.decl_tags(t.decl_tags, n, -1)
        elif not (member and pointer):  # the name may have been met behind a pointer, which asks for no definition
            self.define(t.target)
        return n

    def define(self, t: Any) -> None:
        """The record that an object of the type holds is to be there in full."""
        while t.kind in ("typedef", "qual", "array"):
            t = t.elem if t.kind == "array" else t.target
        if t.kind in ("struct", "union") and t not in self.ids:
            self.record(t)

    def array(self, t: Any, member: bool, pointer: bool) -> int:
        elem = self.type_id(t.elem, member, pointer)
        if not self.array_index:
            self.array_index = self.add("__ARRAY_SIZE_TYPE__", INT, 0, 0, 4, struct.pack(self.e + "I", 32))
        key = (ARRAY, elem, t.count or 0)
        n = self.ids.get(key)
        if n is None:
            n = self.ids[key] = self.add("", ARRAY, 0, 0, 0, struct.pack(self.e + "iiI", elem, self.array_index, t.count or 0))
        return n

    def record(self, t: Any) -> int:
        n = self.ids.get(t)
        if n is not None:
            return n
        if t.members is None and t.resolve is not None:
            resolve, t.resolve = t.resolve, None
            resolve(t)
        if t.members is None:
            n = self.ids[t] = self.add(t.tag or "", FWD, 0, int(t.kind == "union"), 0)
            return n
        n = self.ids[t] = self.reserve()
        members = [m for m in t.members if m.name or m.bit_width is None]
        bitfields = any(m.bit_width is not None for m in members)
        rows = []
        for m in members:
            ident = self.type_id(m.type, True, False)
            off = m.bit_offset
            if bitfields:
                off |= (m.bit_width or 0) << 24
            rows.append((self.strings.add(m.name), ident, off))
        extra = b"".join(struct.pack(self.e + "IiI", *row) for row in rows)
        self.set(n, t.tag or "", STRUCT if t.kind == "struct" else UNION, len(rows), int(bitfields), t.size, extra)
        self.decl_tags(t.decl_tags, n, -1)
        for k, m in enumerate(members):
            self.decl_tags(m.decl_tags, n, k)
        return n

    def enum(self, t: Any) -> int:
        n = self.ids.get(t)
        if n is not None:
            return n
        if t.values is None and t.resolve is not None:
            resolve, t.resolve = t.resolve, None
            resolve(t)
        values = t.values or []
        signed = int(t.signed)
        if t.size == 8:
            extra = b"".join(struct.pack(self.e + "III", self.strings.add(name), v & 0xFFFFFFFF, v >> 32 & 0xFFFFFFFF) for name, v in values)
            n = self.add(t.tag or "", ENUM64, len(values), signed, 8, extra)
        else:
            extra = b"".join(struct.pack(self.e + "II", self.strings.add(name), v & 0xFFFFFFFF) for name, v in values)
            n = self.add(t.tag or "", ENUM, len(values), signed, t.size, extra)
        self.ids[t] = n
        return n

    def proto(self, t: Any, named: bool = False) -> int:
        ret = self.type_id(t.ret)
        params = [(self.strings.add(p.name if named else ""), self.type_id(p.type)) for p in t.params]
        if t.variadic:
            params.append((0, 0))
        key = (FUNC_PROTO, ret, tuple(params))
        n = self.ids.get(key)
        if n is None:
            extra = b"".join(struct.pack(self.e + "Ii", *p) for p in params)
            n = self.ids[key] = self.add("", FUNC_PROTO, len(params), 0, ret, extra)
        return n

    def decl_tags(self, tags: list[str], target: int, component: int) -> None:
        for tag in tags:
            key = (DECL_TAG, tag, target, component)
            if key not in self.ids:
                self.ids[key] = self.add(tag, DECL_TAG, 0, 0, target, struct.pack(self.e + "i", component))

    # -- functions and variables -----------------------------------------------------------------------------------
    def function(self, name: str, t: Any, linkage: str, tags: list[str]) -> int:
        proto = self.proto(t, True)
        n = self.add(name, FUNC, LINKAGE[linkage], 0, proto)
        self.decl_tags(tags, n, -1)
        for k, p in enumerate(t.params):
            self.decl_tags(p.decl_tags, n, k)
        return n

    def map_definition(self, t: Any) -> None:
        """Everything that a map's definition points to is needed in full: keys, values, inner maps."""
        while t.kind in ("array", "qual", "typedef"):
            t = t.elem if t.kind == "array" else t.target
        if t.kind not in ("struct", "union"):
            return
        for m in t.members or ():
            target = m.type
            while target.kind in ("array", "qual", "typedef", "ptr"):
                target = target.elem if target.kind == "array" else target.target
            if target is not t and target.kind != "void":
                fresh = target not in self.ids
                self.type_id(target)
                if m.name == "values" and fresh:
                    self.map_definition(target)

    def variable(self, name: str, t: Any, linkage: str, tags: list[str]) -> int:
        ident = self.type_id(t)
        n = self.add(name, VAR, 0, 0, ident, struct.pack(self.e + "I", LINKAGE[linkage]))
        self.decl_tags(tags, n, -1)
        return n

    def datasec(self, name: str, size: int, rows: list[tuple[int, int, int]]) -> int:
        """rows: (variable id, offset, size), by offset."""
        extra = b"".join(struct.pack(self.e + "III", *row) for row in rows)
        return self.add(name, DATASEC, len(rows), 0, size, extra)

    def finish(self) -> None:
        """Decides about records that only pointer members reach."""
        final: dict[int, int] = {}
        for n, record in self.fixups:
            known = self.ids.get(record)
            final[n] = known if known is not None else self.add(record.tag, FWD, 0, int(record.kind == "union"), 0)
        if not final:
            return
        for k, (name, info, value, extra) in enumerate(self.types):
            kind = info >> 24 & 31
            if kind in (PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, FUNC_PROTO, VAR) and value < 0:
                value = final[value]
            if kind in (STRUCT, UNION):
                extra = self.patch(extra, 12, 4, final)
            elif kind == ARRAY:
                extra = self.patch(extra, 12, 0, final)
            elif kind == FUNC_PROTO:
                extra = self.patch(extra, 8, 4, final)
            self.types[k] = (name, info, value, extra)

    def patch(self, extra: bytes, step: int, at: int, final: dict[int, int]) -> bytes:
        data = bytearray(extra)
        for off in range(at, len(data), step):
            (n,) = struct.unpack_from(self.e + "i", data, off)
            if n < 0:
                struct.pack_into(self.e + "i", data, off, final[n])
        return bytes(data)

    def to_bytes(self) -> bytes:
        body = b"".join(struct.pack(self.e + "III", name, info, value & 0xFFFFFFFF) + extra for name, info, value, extra in self.types)
        strings = bytes(self.strings.data)
        return struct.pack(self.e + "HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(body), len(body), len(strings)) + body + strings


def ext_section(e: str, record_size: int, per_section: list[tuple[int, list[bytes]]]) -> bytes:
    """A sub-section of .BTF.ext: record size, then per ELF section its name, count and records."""
    if not per_section:
        return b""
    out = struct.pack(e + "I", record_size)
    for name, records in per_section:
        out += struct.pack(e + "II", name, len(records)) + b"".join(records)
    return out


def write_ext(e: str, funcs: list[Any], lines: list[Any], relocs: list[Any]) -> bytes:
    """.BTF.ext: (section name offset, records) lists of func_info (8 bytes), line_info (16) and core_relo (16)."""
    f, n, c = ext_section(e, 8, funcs), ext_section(e, 16, lines), ext_section(e, 16, relocs)
    if not f:
        f = struct.pack(e + "I", 8)
    if not n:
        n = struct.pack(e + "I", 16)
    return struct.pack(e + "HBBIIIIIII", 0xEB9F, 1, 0, 32, 0, len(f), len(f), len(n), len(f) + len(n), len(c)) + f + n + c
