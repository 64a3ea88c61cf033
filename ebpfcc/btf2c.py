"""`python3 -m ebpfcc.btf2c [FILE]`: the types of a BTF file (by default the running kernel's) as a C header in the form bpftool prints.

FILE is raw BTF or an ELF file with a section .BTF. With --select LIST only the types named there are printed, and what they need: one
line each, `struct NAME` for all of it or `struct NAME: MEMBER ...` for some members, which is enough where CO-RE corrects the offsets.
"""

from __future__ import annotations

import argparse
import re
import struct
import sys

from .diag import visible
from .disk import read_named
from .obj.read_btf import Btf
from .obj.read_btf import BtfError as BtfError
from .target.host import KERNEL_BTF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .obj.read_btf import Type as Raw

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(1, 20)
KEYWORD = {STRUCT: "struct", UNION: "union", ENUM: "enum", ENUM64: "enum"}
QUALIFIER = {VOLATILE: "volatile", CONST: "const", RESTRICT: "restrict"}
WORDS = re.compile(r"[A-Za-z_]\w*(?: [A-Za-z_]\w*)*", re.A)
BUILTIN = ("__builtin_va_list", "_Bool")
POINTER_SIZE = 8
MOST_PADDING = 1 << 19  # bits between two members
MOST_LINES = 1 << 20  # of padding
BEGIN = """\
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

"""
END = """\
#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
"""
MOST_FILE = 1 << 30  # bytes of an ELF file, such as a kernel with its debug information


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
    """The types of raw BTF, by number; number 0 is void. Raises BtfError."""
    if data[:2] not in (b"\x9f\xeb", b"\xeb\x9f"):
        raise BtfError("no BTF")
    btf = Btf(data, data[:2] == b"\xeb\x9f")
    known: dict[int, str] = {}

    def name_at(offset: int) -> str:
        name = known.get(offset)
        if name is None:
            name = known[offset] = spelling(btf.names.at(offset))
        return name

    return [converted(t, name_at) for t in btf.types]


def converted(raw: Raw, name_at: Callable[[int], str]) -> Type:
    """With names that C can have, and members and values apart."""
    kind, words, flag = raw.kind, raw.words, raw.flag
    t = Type(kind, spelling(raw.name, kind in (0, INT, FLOAT)), flag, raw.value)
    if kind == INT:
        t.signed, t.bits = bool(words[0] >> 24 & 1), words[0] & 255
    elif kind == ARRAY:
        t.ref, _, t.count = words
    elif kind in (STRUCT, UNION):
        for name, ref, offset in zip(words[0::3], words[1::3], words[2::3]):
            t.members.append((name_at(name), ref, offset & 0xFFFFFF if flag else offset, offset >> 24 if flag else 0))
    elif kind == PROTO:
        t.members = [(name_at(name), ref, 0, 0) for name, ref in zip(words[0::2], words[1::2])]
    elif kind == ENUM:
        t.values = [(name_at(name), n - (1 << 32) if flag and n >> 31 else n) for name, n in zip(words[0::2], words[1::2])]
    elif kind == ENUM64:
        for name, low, high in zip(words[0::3], words[1::3], words[2::3]):
            number = low | high << 32
            t.values.append((name_at(name), number - (1 << 64) if flag and number >> 63 else number))
    return t


def spelling(name: str, is_base: bool = False) -> str:
    """A name as C can have it: no name brings more than itself into the header. is_base: of several words, as `unsigned int`."""
    if name.isidentifier() and name.isascii() or not name or is_base and WORDS.fullmatch(name):
        return name
    return re.sub(r"\W|^(?=\d)", "_", name, flags=re.A)


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
        self.seen: set[tuple[int, bool]] = set()  # what need() was called with, of types that are not printed themselves
        self.left = MOST_LINES
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
        if t.kind in (PTR, PROTO, ARRAY, TYPE_TAG, *QUALIFIER):
            if (number, whole) in self.seen:
                return
            self.seen.add((number, whole))
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
            if self.state.get(number) is None and (t.name or t.values and self.is_free(number)):
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
        lines: list[str] = []
        if start - end > MOST_PADDING:
            raise BtfError(f"{start - end} bits of padding in a structure")
        self.left -= max(start - end, 0) // 64
        if self.left < 0:
            raise BtfError("too much padding in structures")
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
    """The section .BTF of an ELF file, for any machine; other data as it is."""
    if data[:4] != b"\x7fELF":
        return data
    if len(data) < 64 or data[4] != 2:
        raise BtfError("a 32-bit ELF file" if data[4:5] == b"\1" else "a damaged ELF file")
    order = "<" if data[5] == 1 else ">"
    (table,) = struct.unpack_from(f"{order}Q", data, 0x28)
    size, count, names = struct.unpack_from(f"{order}3H", data, 0x3A)
    if size < 64 or names >= count or table + count * size > len(data):
        raise BtfError(f"a damaged ELF file: {count} section headers at {table} of {len(data)} bytes")
    sections = [struct.unpack_from(f"{order}IIQQQQ", data, table + i * size) for i in range(count)]
    for name, _, _, _, offset, length in sections:
        at = sections[names][4] + name
        if data[at : at + 5] == b".BTF\0":
            if offset + length > len(data):
                raise BtfError(f"a damaged ELF file: .BTF has {length} bytes at {offset} of {len(data)}")
            return data[offset : offset + length]
    raise BtfError("no section .BTF")


def header_of(data: bytes, chosen: dict[tuple[str, str], list[str]] | None = None) -> str:
    """The header of raw BTF or an ELF file that has it; of the types named in `chosen` only, if given. Raises BtfError."""
    try:
        return BEGIN + Printer(read(btf_of(data)), chosen).header() + END
    except RecursionError:
        raise BtfError("types are inside types too deeply") from None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m ebpfcc.btf2c", description="C declarations of the types in a BTF file.")
    parser.add_argument("file", nargs="?", default=KERNEL_BTF)
    parser.add_argument("--select", metavar="LIST", help="a file that names the types to print")
    args = parser.parse_args(argv)
    try:
        chosen = read_list(read_named(args.select).decode()) if args.select else None
        text = header_of(read_named(args.file, MOST_FILE), chosen)
    except (OSError, BtfError, UnicodeDecodeError) as error:
        print(f"btf2c: {visible(args.file)}: {visible(str(error))}", file=sys.stderr)
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
