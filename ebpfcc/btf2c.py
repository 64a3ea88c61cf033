"""`python3 -m ebpfcc.btf2c [FILE]`: the types of a BTF file (by default the running kernel's) as a C header in the form bpftool prints.

FILE is raw BTF or an ELF file with a section .BTF. With --select LIST only the types named there are printed, and what they need: one
line each, `struct NAME` for all of it or `struct NAME: MEMBER ...` for some members, which is enough where CO-RE corrects the offsets.
"""

from __future__ import annotations

import argparse
import struct
import sys

from .target.host import KERNEL_BTF

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(1, 20)
KEYWORD = {STRUCT: "struct", UNION: "union", ENUM: "enum", ENUM64: "enum"}
QUALIFIER = {VOLATILE: "volatile", CONST: "const", RESTRICT: "restrict"}
EXTRA = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}  # bytes behind the 12 of every type
EACH = {STRUCT: 12, UNION: 12, ENUM: 8, PROTO: 8, DATASEC: 12, ENUM64: 12}
BUILTIN = ("__builtin_va_list", "_Bool")
POINTER_SIZE = 8


class BtfError(Exception):
    """The file is no BTF that this program reads."""


class Type:
    """One type; `members` is (name, type, bit offset, bit-field width), `values` (name, number)."""

    __slots__ = ("kind", "name", "flag", "size", "ref", "members", "values", "count", "bits", "signed", "core")

    def __init__(self, kind: int, name: str, flag: bool, size: int) -> None:
        self.kind, self.name, self.flag, self.size = kind, name, flag, size
        self.ref = size  # the same word of the file
        self.members: list[tuple[str, int, int, int]] = []
        self.values: list[tuple[str, int]] = []
        self.count = self.bits = 0
        self.signed = False
        self.core = False  # members left out


def read(data: bytes) -> list[Type]:
    """The types of raw BTF, by number; number 0 is void."""
    if len(data) < 24 or data[:2] not in (b"\x9f\xeb", b"\xeb\x9f"):
        raise BtfError("no BTF")
    order = "<" if data[:2] == b"\x9f\xeb" else ">"
    header, type_off, type_len, str_off, str_len = struct.unpack_from(f"{order}5I", data, 4)
    strings = data[header + str_off : header + str_off + str_len]
    types = [Type(0, "void", False, 0)]
    at, end = header + type_off, header + type_off + type_len
    word = struct.Struct(f"{order}3I").unpack_from

    def text(offset: int) -> str:
        return strings[offset : strings.index(b"\0", offset)].decode()

    while at < end:
        name, info, size = word(data, at)
        kind, count, flag = info >> 24 & 31, info & 0xFFFF, bool(info >> 31)
        if not INT <= kind <= ENUM64:
            raise BtfError(f"type kind {kind}")
        t = Type(kind, text(name), flag, size)
        at += 12
        if kind == INT:
            encoding = struct.unpack_from(f"{order}I", data, at)[0]
            t.signed, t.bits = bool(encoding >> 24 & 1), encoding & 255
        elif kind == ARRAY:
            t.ref, _, t.count = word(data, at)
        elif kind in (STRUCT, UNION):
            for i in range(count):
                member, ref, offset = word(data, at + 12 * i)
                t.members.append((text(member), ref, offset & 0xFFFFFF if flag else offset, offset >> 24 if flag else 0))
        elif kind == PROTO:
            for i in range(count):
                parameter, ref = struct.unpack_from(f"{order}2I", data, at + 8 * i)
                t.members.append((text(parameter), ref, 0, 0))
        elif kind == ENUM:
            for i in range(count):
                value, number = struct.unpack_from(f"{order}I{'i' if flag else 'I'}", data, at + 8 * i)
                t.values.append((text(value), number))
        elif kind == ENUM64:
            for i in range(count):
                value, low, high = word(data, at + 12 * i)
                number = low | high << 32
                t.values.append((text(value), number - (1 << 64) if flag and number >> 63 else number))
        at += EXTRA.get(kind, 0) + EACH.get(kind, 0) * count
        types.append(t)
    return types


class Printer:
    """Declarations in an order that C accepts: a type stands before those that hold it, and pointers need no more than its name."""

    def __init__(self, types: list[Type], chosen: dict[tuple[str, str], list[str]] | None = None) -> None:
        self.types = types
        self.out: list[str] = []
        self.state: dict[int, int] = {}  # 1: being printed, 2: printed
        self.announced: set[int] = set()
        self.names: dict[int, str] = {}
        self.chosen = chosen
        self.packed: dict[Type, bool] = {}
        self.aligned: dict[int, int] = {}
        self.enumerators: dict[str, int] = {}
        self.used = {m[1] for t in types for m in t.members} | {t.ref for t in types if t.kind in (PTR, ARRAY, TYPEDEF, *QUALIFIER)}
        self.rename()

    def rename(self) -> None:
        """Distinct types that share a name get ___2, ___3 behind it, which CO-RE ignores."""
        seen: dict[tuple[bool, str], int] = {}
        for number, t in enumerate(self.types):
            if t.name and t.kind in (STRUCT, UNION, ENUM, ENUM64, TYPEDEF):
                space = (t.kind == TYPEDEF, t.name)
                seen[space] = seen.get(space, 0) + 1
                self.names[number] = t.name if seen[space] == 1 else f"{t.name}___{seen[space]}"

    def select(self) -> list[int]:
        """The numbers of the chosen types, in the list's order; members that were not chosen are left out of them."""
        assert self.chosen is not None
        found: dict[tuple[str, str], int] = {}
        for number, t in enumerate(self.types):
            key = ("typedef" if t.kind == TYPEDEF else KEYWORD.get(t.kind, ""), t.name)
            if key in self.chosen and key not in found:
                found[key] = number
            elif not t.name and t.values and ("enum", "with " + t.values[0][0]) in self.chosen:
                found.setdefault(("enum", "with " + t.values[0][0]), number)
        for key, members in self.chosen.items():
            if key not in found:
                print(f"btf2c: no {' '.join(key)}", file=sys.stderr)
            elif members:
                missing = set(members) - self.keep(self.types[found[key]], set(members))
                if missing:
                    print(f"btf2c: {' '.join(key)} has no {' '.join(sorted(missing))}", file=sys.stderr)
        return [found[key] for key in self.chosen if key in found]

    def keep(self, t: Type, wanted: set[str]) -> set[str]:
        """Leave the wanted members only, those of unnamed structures within included. Returns the names found."""
        kept, names = [], set()
        for member in t.members:
            inner = self.types[member[1]]
            if member[0] in wanted:
                kept.append(member)
                names.add(member[0])
            elif not member[0] and inner.kind in (STRUCT, UNION) and (below := self.keep(inner, wanted)):
                kept.append(member)
                names |= below
        if names:
            t.core = len(kept) < len(t.members) or any(not m[0] and self.types[m[1]].core for m in kept)
            t.members = kept
        return names

    def header(self) -> str:
        wanted = self.select() if self.chosen is not None else range(1, len(self.types))
        for number in wanted:
            t = self.types[number]
            if t.kind == TYPEDEF or t.kind in KEYWORD and (t.name or t.values):
                self.need(number, True)
        return "".join(self.out)

    def need(self, number: int, whole: bool) -> None:
        """See that the type may be used: as a whole, or behind a pointer."""
        t = self.types[number]
        if t.kind in (STRUCT, UNION):
            if t.name and (self.state.get(number) == 1 or not whole):
                self.announce(number)
            elif self.state.get(number) is None:
                self.state[number] = 1
                for _, ref, _, _ in t.members:
                    self.need(ref, True)
                if t.name:
                    self.out.append(self.body(number, 0) + ";\n\n")
                self.state[number] = 2
        elif t.kind in (ENUM, ENUM64):
            if self.state.get(number) is None and (t.name or self.is_free(number)):
                self.state[number] = 2
                self.out.append(self.body(number, 0) + ";\n\n" if t.values else f"enum {self.names[number]};\n\n")
        elif t.kind == FWD:
            self.announce(number)
        elif t.kind == TYPEDEF:
            if t.name in BUILTIN:
                return
            target = self.types[t.ref]
            self.need(t.ref, whole or not target.name)
            if self.state.get(number) is None:
                self.state[number] = 2
                self.out.append(f"typedef {self.declare(t.ref, self.names[number], 0)};\n\n")
        elif t.kind == PTR:
            self.need(t.ref, not self.types[t.ref].name and self.types[t.ref].kind in (STRUCT, UNION))
        elif t.kind == PROTO:
            for ref in (t.ref, *(m[1] for m in t.members)):
                self.need(ref, False)
        elif t.kind in (ARRAY, TYPE_TAG, *QUALIFIER):
            self.need(t.ref, whole or t.kind == ARRAY)

    def is_free(self, number: int) -> bool:
        """Whether an unnamed enum stands on its own, not within a typedef or structure."""
        return number not in self.used

    def announce(self, number: int) -> None:
        t = self.types[number]
        if number in self.announced or self.state.get(number) == 2:
            return
        self.announced.add(number)
        keyword = KEYWORD.get(t.kind) or ("union" if t.flag else "struct")
        self.out.append(f"{keyword} {self.names.get(number, t.name)};\n\n")

    def declare(self, number: int, name: str, depth: int) -> str:
        """A declaration of `name` with the type."""
        t = self.types[number]
        if t.kind == PTR:
            inner = self.strip_tags(t.ref)
            return self.declare(t.ref, f"(*{name})" if self.types[inner].kind in (ARRAY, PROTO) else f"*{name}", depth)
        if t.kind == ARRAY:
            return self.declare(t.ref, f"{name}[{t.count}]", depth)
        if t.kind == PROTO:
            parameters = ["..." if ref == 0 else self.declare(ref, parameter, 0).rstrip() for parameter, ref, _, _ in t.members]
            return self.declare(t.ref, f"{name}({', '.join(parameters) or 'void'})", depth)
        if t.kind in QUALIFIER:
            inner_kind = self.types[t.ref].kind
            if inner_kind == PTR or t.kind == RESTRICT:
                return self.declare(t.ref, f"{QUALIFIER[t.kind]} {name}" if name else QUALIFIER[t.kind], depth)
            return f"{QUALIFIER[t.kind]} {self.declare(t.ref, name, depth)}"
        if t.kind == TYPE_TAG:
            return self.declare(t.ref, name, depth)
        base = self.base(number, depth)
        return f"{base} {name}" if name else base

    def strip_tags(self, number: int) -> int:
        while self.types[number].kind == TYPE_TAG:
            number = self.types[number].ref
        return number

    def base(self, number: int, depth: int) -> str:
        t = self.types[number]
        if t.kind == FWD:
            return f"{'union' if t.flag else 'struct'} {t.name}"
        if t.kind in KEYWORD:
            return f"{KEYWORD[t.kind]} {self.names[number]}" if t.name else self.body(number, depth)
        return {"long long int": "long long", "bool": "bool"}.get(t.name, self.names.get(number, t.name))

    def body(self, number: int, depth: int) -> str:
        """A structure, union or enum with what stands in its braces."""
        t = self.types[number]
        head = KEYWORD[t.kind] + (f" {self.names[number]}" if t.name else "")
        tab = "\t" * (depth + 1)
        if t.kind in (ENUM, ENUM64):
            suffix = "LL" if t.kind == ENUM64 and t.flag else "ULL" if t.kind == ENUM64 else ""
            return f"{head} {{\n" + "".join(f"{tab}{self.enumerator(name)} = {value}{suffix},\n" for name, value in t.values) + "\t" * depth + "}"
        packed = not t.core and self.is_packed(t)
        lines, end = [], 0
        for name, ref, offset, width in t.members:
            if t.kind == STRUCT and not t.core:
                lines += self.padding(end, offset, 8 if packed or width else 8 * self.align(ref), tab)
                end = offset + (width or 8 * self.size(ref))
            lines.append(f"{tab}{self.declare(ref, name, depth + 1)}{f': {width}' if width else ''};\n")
        align = self.align(number)
        if t.kind == STRUCT and not t.core and t.members:
            lines += self.padding(end, t.size * 8, 8 if packed else 8 * align, tab)
        return f"{head} {{{chr(10) if lines else ''}{''.join(lines)}{chr(9) * depth if lines else ''}}}" + (" __attribute__((packed))" if packed else "")

    def enumerator(self, name: str) -> str:
        self.enumerators[name] = seen = self.enumerators.get(name, 0) + 1
        return name if seen == 1 else f"{name}___{seen}"

    def padding(self, end: int, start: int, align: int, tab: str) -> list[str]:
        """Unnamed bit-fields where the next member would not come to lie at its place by itself."""
        lines = []
        while (end + align - 1) // align * align < start or (align == 8 and end < start):
            step = next(bits for bits in (64, 32, 16, 8, 1) if end % bits == 0 and end + bits <= start)
            if step == 1:
                step = min(start - end, 8 - end % 8)
            lines.append(f"{tab}{ {64: 'long', 32: 'int', 16: 'short'}.get(step, 'char') }: {step};\n")
            end += step
        return lines

    def is_packed(self, t: Type) -> bool:
        if t not in self.packed:
            self.packed[t] = self.needs_packing(t)
        return self.packed[t]

    def needs_packing(self, t: Type) -> bool:
        align = 1
        for _, ref, offset, width in t.members:
            own = self.align(ref)
            if not width and offset % (8 * own):
                return True
            align = max(align, own)
        return t.size % align != 0

    def align(self, number: int) -> int:
        if number not in self.aligned:
            self.aligned[number] = self.find_align(number)
        return self.aligned[number]

    def find_align(self, number: int) -> int:
        t = self.types[number]
        if t.kind in (INT, ENUM, ENUM64, FLOAT):
            return min(t.size, 16) or 1
        if t.kind == PTR:
            return POINTER_SIZE
        if t.kind in (STRUCT, UNION):
            return max((self.align(ref) for _, ref, _, width in t.members), default=1) if t.core or not self.is_packed(t) else 1
        return self.align(t.ref) if t.kind in (ARRAY, TYPEDEF, TYPE_TAG, *QUALIFIER) else 1

    def size(self, number: int) -> int:
        t = self.types[number]
        if t.kind == PTR:
            return POINTER_SIZE
        if t.kind == ARRAY:
            return t.count * self.size(t.ref)
        return self.size(t.ref) if t.kind in (TYPEDEF, TYPE_TAG, *QUALIFIER) else t.size


def read_list(text: str) -> dict[tuple[str, str], list[str]]:
    chosen = {}
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if line:
            head, _, members = line.partition(":")
            keyword, _, name = head.strip().partition(" ")
            chosen[keyword, name] = members.split()
    return chosen


def btf_of(data: bytes) -> bytes:
    """The section .BTF of an ELF file; other data as it is."""
    if data[:4] != b"\x7fELF":
        return data
    if data[4] != 2:
        raise BtfError("a 32-bit ELF file")
    order = "<" if data[5] == 1 else ">"
    (table,) = struct.unpack_from(f"{order}Q", data, 0x28)
    size, count, names = struct.unpack_from(f"{order}3H", data, 0x3A)
    sections = [struct.unpack_from(f"{order}IIQQQQ", data, table + i * size) for i in range(count)]
    for name, _, _, _, offset, length in sections:
        if data[sections[names][4] + name :].startswith(b".BTF\0"):
            return data[offset : offset + length]
    raise BtfError("no section .BTF")


def header_of(data: bytes, chosen: dict[tuple[str, str], list[str]] | None = None) -> str:
    """The header of raw BTF or an ELF file that has it; of the types named in `chosen` only, if given. Raises BtfError."""
    guard = "#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
    guard += "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n#endif\n\n"
    end = "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */\n"
    return guard + Printer(read(btf_of(data)), chosen).header() + end


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m ebpfcc.btf2c", description="C declarations of the types in a BTF file.")
    parser.add_argument("file", nargs="?", default=KERNEL_BTF)
    parser.add_argument("--select", metavar="LIST", help="a file that names the types to print")
    args = parser.parse_args(argv)
    try:
        with open(args.file, "rb") as stream:
            data = stream.read()
        chosen = None
        if args.select:
            with open(args.select, encoding="utf-8") as names:
                chosen = read_list(names.read())
        text = header_of(data, chosen)
    except (OSError, BtfError) as error:
        print(f"btf2c: {args.file}: {error}", file=sys.stderr)
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
