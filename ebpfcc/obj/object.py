"""Puts functions, variables and types together into an object file."""

from __future__ import annotations

import struct

from . import elf
from .btf import Btf, write_ext
from .elf import Section, Symbol, write_elf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_LINE = (1 << 22) - 1  # a line info's number has 32 bits, ten of them for the column; a line beyond is none


def section_flags(name: str) -> tuple[int, int, int]:
    """(type, flags, entry size) of a data section, as clang names and marks them."""
    size = name.rpartition(".")[2]
    if name.startswith(".rodata.str") and size.isascii() and size.isdigit() and 0 < int(size[:3]) < 256:
        return elf.PROGBITS, elf.ALLOC | elf.MERGE | elf.STRINGS, int(size[:3])
    if name == ".bss" or name.startswith(".bss."):
        return elf.NOBITS, elf.ALLOC | elf.WRITE, 0
    if name == ".rodata" or name.startswith(".rodata."):
        return elf.PROGBITS, elf.ALLOC, 0
    return elf.PROGBITS, elf.ALLOC | elf.WRITE, 0


class Builder:
    """module: the IR module; codes: FuncCode of its functions; locate(pos) -> (file, line, column); line_text(pos); assembly: sections and
    symbols of file-scope assembly."""

    def __init__(self, module: Any, codes: list[Any], big_endian: bool, locate: Any, line_text: Any, assembly: Any = None) -> None:
        self.assembly = assembly
        self.starts: dict[str, int] = {}  # section -> where its part from the assembly begins
        self.module = module
        self.codes = codes
        self.big_endian = big_endian
        self.e = ">" if big_endian else "<"
        self.locate = locate
        self.line_text = line_text
        self.sections: dict[str, Section] = {}
        self.symbols: list[Symbol] = []
        self.places: dict[str, tuple[str, int]] = {}  # symbol -> (section, offset)
        self.local: set[str] = set()

    def build(self, with_btf: bool) -> bytes:
        self.drop_unreferenced()
        self.section(".text", elf.PROGBITS, elf.ALLOC | elf.EXEC, 8)
        if self.assembly is not None:
            self.place_assembly()
        self.place_functions()
        self.place_variables()
        self.place_aliases()
        if self.assembly is not None:
            self.relocate_assembly()
        self.relocate_code()
        self.relocate_data()
        self.undefined()
        if with_btf:
            self.add_btf()
        named = {".text", *(symbol.section for symbol in self.symbols)}
        sections = [s for s in self.sections.values() if s.name in named or s.data or s.size or s.type == elf.NOBITS]
        return write_elf(sections, self.symbols, self.big_endian)

    def drop_unreferenced(self) -> None:
        """Local variables that neither code nor other data refers to."""
        variables = self.module.globals
        work = [symbol for code in self.codes for _, _, symbol, _ in code.relocs]
        if self.assembly is not None:
            work += [symbol for s in self.assembly.sections.values() for _, _, symbol, _ in s.relocs]
        work += [target for target, _ in self.module.aliases.values()]
        work += [g.name for g in variables.values() if g.linkage in ("global", "weak") or "used" in g.attrs or "retain" in g.attrs]
        seen: set[str] = set()
        while work:
            name = work.pop()
            if name not in seen:
                seen.add(name)
                g = variables.get(name)
                if g is not None:
                    work.extend(symbol for _, symbol, _, _ in g.relocs)
        for name in [n for n in variables if n not in seen]:
            del variables[name]

    def section(self, name: str, type: int, flags: int, align: int, entsize: int = 0) -> Section:
        s = self.sections.get(name)
        if s is None:
            s = self.sections[name] = Section(name, type, flags, align, entsize)
        s.align = max(s.align, align)
        return s

    def place_assembly(self) -> None:
        named = {symbol.section for symbol in self.assembly.symbols.values()}  # a symbol may stand where nothing else does
        for part in self.assembly.sections.values():
            if not part.data and part.name not in named:
                continue
            type, flags, entsize = section_flags(part.name)
            if part.flags is not None:
                type, flags, entsize = elf.NOBITS if part.empty else elf.PROGBITS, part.flags, 0
            s = self.section(part.name, type, flags, part.align, entsize)
            if s.type == elf.NOBITS:
                self.starts[part.name] = s.size
                s.size += len(part.data)
            else:
                elf.pad(s.data, part.align)
                self.starts[part.name] = len(s.data)
                s.data += part.data
        for symbol in self.assembly.symbols.values():
            if symbol.section is not None:
                at = self.starts.get(symbol.section, 0) + symbol.value
                self.places[symbol.name] = (symbol.section, at)
                if symbol.bind == "local":
                    self.local.add(symbol.name)
                if not symbol.name.startswith(".L"):
                    self.symbols.append(Symbol(symbol.name, symbol.section, at, symbol.size, symbol.type, symbol.bind, symbol.hidden))

    def relocate_assembly(self) -> None:
        for part in self.assembly.sections.values():
            for off, kind, symbol, addend in part.relocs:
                at = self.starts[part.name] + off
                if kind in ("R_BPF_64_32", "R_BPF_64_64"):
                    self.relocate(part.name, at, kind, symbol, addend)
                    continue
                s = self.sections[part.name]
                place = self.places.get(symbol)
                if place is not None and symbol in self.local:
                    symbol, addend = place[0], addend + place[1]
                form, bits = ("Q", 64) if kind == "R_BPF_64_ABS64" else ("I", 32)
                struct.pack_into(self.e + form, s.data, at, addend & (1 << bits) - 1)
                s.relocs.append((at, kind, symbol))

    def place_functions(self) -> None:
        for code in self.codes:
            fn = self.module.functions[code.name]
            s = self.section(code.section, elf.PROGBITS, elf.ALLOC | elf.EXEC, 8)
            at = len(s.data)
            s.data += code.code
            self.places[code.name] = (code.section, at)
            bind = fn.linkage
            if bind == "local":
                self.local.add(code.name)
            self.symbols.append(Symbol(code.name, code.section, at, len(code.code), "func", bind, "hidden" in fn.attrs))

    def place_variables(self) -> None:
        for g in self.module.globals.values():
            if g.linkage.startswith("extern"):
                continue
            type, flags, entsize = section_flags(g.section)
            s = self.section(g.section, type, flags, max(g.align, 1), entsize)
            if type == elf.NOBITS:
                s.size = -(-s.size // g.align) * g.align
                at = s.size
                s.size += g.size
            else:
                elf.pad(s.data, g.align)
                at = len(s.data)
                s.data += g.init if g.init is not None else bytes(g.size)
            self.places[g.name] = (g.section, at)
            if g.linkage == "local":
                self.local.add(g.name)
            if not g.name.startswith(".L"):
                self.symbols.append(Symbol(g.name, g.section, at, g.size, "object", g.linkage, "hidden" in g.attrs))

    def place_aliases(self) -> None:
        known = {symbol.name: symbol for symbol in self.symbols}
        for name, (target, weak) in self.module.aliases.items():
            symbol = known[target]
            self.places[name] = self.places[target]
            self.symbols.append(Symbol(name, symbol.section, symbol.value, symbol.size, symbol.type, "weak" if weak else "global", symbol.hidden))

    def relocate_code(self) -> None:
        for code in self.codes:
            base = self.places[code.name][1]
            for off, kind, symbol, addend in code.relocs:
                self.relocate(code.section, base + off, kind, symbol, addend)

    def relocate(self, section: str, at: int, kind: str, symbol: str, addend: int) -> None:
        """A call or an address in the instruction at `at`."""
        s = self.sections[section]
        place = self.places.get(symbol)
        if kind == "R_BPF_64_32":
            if place is not None and place[0] == section and symbol in self.local:
                # a static function of the same section: resolved here, as clang's assembler does
                struct.pack_into(self.e + "i", s.data, at + 4, (place[1] - at) // 8 - 1)
            elif place is not None and symbol in self.local:
                struct.pack_into(self.e + "i", s.data, at + 4, place[1] // 8 - 1)
                s.relocs.append((at, kind, place[0]))
            else:
                s.relocs.append((at, kind, symbol))
        elif symbol in self.local and place is not None and (symbol.startswith(".L") or place[0] not in (".maps", "maps")):
            struct.pack_into(self.e + "i", s.data, at + 4, place[1] + addend)
            s.relocs.append((at, kind, place[0]))
        else:
            struct.pack_into(self.e + "i", s.data, at + 4, addend)
            s.relocs.append((at, kind, symbol))

    def relocate_data(self) -> None:
        for g in self.module.globals.values():
            for off, symbol, addend, size in g.relocs:
                section, at = self.places[g.name]
                s = self.sections[section]
                target = symbol
                if symbol.startswith(".L"):
                    target, value = self.places[symbol]
                    addend += value
                kind = "R_BPF_64_ABS64" if size == 8 else "R_BPF_64_ABS32"
                struct.pack_into(self.e + ("q" if size == 8 else "i"), s.data, at + off, addend)
                s.relocs.append((at + off, kind, target))

    def undefined(self) -> None:
        wanted = {name for s in self.sections.values() for _, _, name in s.relocs}
        for name in sorted(wanted):
            if name in self.places or name in self.sections:
                continue
            g = self.module.globals.get(name)
            attrs = g.attrs if g is not None else getattr(self.module.externs.get(name), "attrs", {})
            weak = g.linkage == "extern_weak" if g is not None else "weak" in attrs
            hidden = "hidden" in attrs if g is not None else attrs.get("visibility") in ("hidden", "internal")
            self.symbols.append(Symbol(name, None, 0, 0, "notype", "weak" if weak else "global", hidden))
        self.wanted = wanted

    # -- BTF ---------------------------------------------------------------------------------------------------------
    def add_btf(self) -> None:
        btf = Btf(self.big_endian)
        funcs: dict[str, list[bytes]] = {}
        lines: dict[str, list[bytes]] = {}
        relocs: dict[str, list[bytes]] = {}
        for code in self.codes:
            fn = self.module.functions[code.name]
            base = self.places[code.name][1]
            ident = btf.function(code.name, fn.ctype, fn.linkage, fn.decl_tags)
            funcs.setdefault(code.section, []).append(struct.pack(self.e + "II", base, ident))
            self.line_records(btf, code, base, lines.setdefault(code.section, []))
            for off, reloc in code.core_relocs:
                root = btf.type_id(reloc.ctype)
                record = struct.pack(self.e + "IIII", base + off, root, btf.strings.add(reloc.spec), reloc.kind)
                relocs.setdefault(code.section, []).append(record)
        self.data_btf(btf)
        btf.finish()
        names = btf.strings.add

        def table(d: dict[str, list[bytes]]) -> list[Any]:
            return [(names(section), rows) for section, rows in d.items() if rows]

        ext = write_ext(self.e, table(funcs), table(lines), table(relocs))
        s = Section(".BTF", elf.PROGBITS, 0, 4)
        s.data = bytearray(btf.to_bytes())
        self.sections[".BTF"] = s
        if self.codes:  # libbpf refuses one without functions
            s = Section(".BTF.ext", elf.PROGBITS, 0, 4)
            s.data = bytearray(ext)
            self.sections[".BTF.ext"] = s

    def line_records(self, btf: Btf, code: Any, base: int, out: list[bytes]) -> None:
        last = None
        lines = code.lines
        if not lines or lines[0][0] or self.locate(lines[0][1]) is None:  # the kernel wants one for the first instruction
            lines = [(0, self.module.functions[code.name].pos), *[at for at in lines if at[0]]]
        for off, pos in lines:
            where = self.locate(pos)
            if where is None:
                continue
            file, line, column = where
            if (file, line, column) == last:
                continue
            last = (file, line, column)
            text = btf.strings.add(self.line_text(pos))
            out.append(struct.pack(self.e + "IIII", base + off, btf.strings.add(file), text, line << 10 | min(column, 1023) if line <= MOST_LINE else 0))

    def data_btf(self, btf: Btf) -> None:
        rows: dict[str, list[tuple[int, int, int]]] = {}
        for g in self.module.globals.values():
            if g.name.startswith(".L") or g.name.startswith(".compoundliteral"):
                continue
            if g.linkage.startswith("extern"):
                if g.name not in self.wanted:
                    continue
                if g.section == ".maps":
                    btf.map_definition(g.ctype)
                ident = btf.variable(g.name, g.ctype, g.linkage, g.decl_tags)
                if g.section:
                    rows.setdefault(g.section, []).append((ident, 0, g.size))
                continue
            section, at = self.places[g.name]
            if section == ".maps":
                btf.map_definition(g.ctype)
            ident = btf.variable(g.name, g.ctype, g.linkage, g.decl_tags)
            rows.setdefault(section, []).append((ident, at, g.size))
        for name, symbol in self.module.externs.items():
            if name not in self.wanted:
                continue
            ident = btf.function(name, symbol.type, "extern", symbol.tags)
            section = symbol.attrs.get("section")
            if section:
                rows.setdefault(section, []).append((ident, 0, 0))
        for record in self.module.sent.values():
            btf.type_id(record)
        for section, items in rows.items():
            btf.datasec(section, 0, sorted(items, key=lambda r: r[1]))  # the loader fills the size in, as with clang's objects
