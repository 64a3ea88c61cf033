"""An object in memory: data sections, maps, and code with its relocations applied as libbpf and the kernel would.

CO-RE relocations keep the values of the program's own types.
"""

from __future__ import annotations

import struct
from bisect import bisect_right

from ..obj.elf import EXEC, RELOC_TYPES, WRITE
from ..obj.read_btf import Btf, BtfError, MapDefinition
from ..obj.read_elf import Elf, ElfError, Relocation, Section, Symbol, read_elf
from ..target import map_types as t
from ..target.isa import CALL_LOCAL
from .decode import decode
from .errors import SimError
from .maps import Map, MapOfMaps, Programs, Variables, new_map
from .memory import SHIFT, Memory
from .translate import Code

DATA_SECTIONS = (".data", ".rodata", ".bss", ".kconfig", ".struct_ops", ".struct_ops.link", ".addr_space.1", ".arena.1")
STT_FUNC, STT_SECTION, STB_WEAK = 2, 3, 2
UNSIZED_RING = 1 << 18  # bytes of a ring buffer whose size is left to user space
UNSIZED_PROCESSORS = 1


class Image:
    """functions: (section, slot) by name, programs among them. places: address of each section's first byte or instruction."""

    def __init__(self, data: bytes) -> None:
        try:
            self.elf: Elf = read_elf(data)
            btf = self.elf.section(".BTF")
            self.btf = Btf(btf.data, self.elf.big_endian) if btf is not None else None
        except (ElfError, BtfError) as error:
            raise SimError(str(error)) from error
        self.memory = Memory(self.elf.big_endian)
        self.e = self.memory.e
        self.maps: dict[str, Map] = {}
        self.places: dict[int, int] = {}
        self.map_at: dict[tuple[int, int], Map] = {}  # (section, offset)
        self.code: dict[int, Code] = {}
        self.functions: dict[str, tuple[int, int]] = {}
        self.kconfig: dict[str, int] = {}
        self.configurable: dict[str, tuple[int, int]] | None = None  # type and size, by name
        self.licences: list[str] = []
        for number, section in enumerate(self.elf.sections):
            self.place(number, section)
        for symbol in self.elf.symbols:
            if symbol.type == STT_FUNC and symbol.section in self.places and self.elf.sections[symbol.section].flags & EXEC:
                self.functions[symbol.name] = symbol.section, symbol.value // 8
        self.define_maps()
        self.fill_data()
        self.fill_maps()
        for number in [n for n, s in enumerate(self.elf.sections) if s.flags & EXEC]:
            self.code[number] = self.relocate(number)

    def place(self, number: int, section: Section) -> None:
        if section.flags & EXEC and section.data:
            self.places[number] = self.memory.reserve(f"the code of '{section.name}'")
        elif section.name.startswith(DATA_SECTIONS) and section.data:
            self.places[number] = self.memory.new(bytearray(section.data), f"the section {section.name}")
            variables = Variables(self.memory, section.name, t.ARRAY, 4, len(section.data), 1)
            variables.base = self.places[number]
            self.maps[section.name] = variables

    # -- maps --------------------------------------------------------------------------------------------------------
    def define_maps(self) -> None:
        self.definitions: dict[str, MapDefinition] = {}
        types = {name: number for name, number, _, _ in self.btf.variables(".maps")} if self.btf is not None else {}
        for symbol in self.elf.symbols:
            if not symbol.section or symbol.type == STT_SECTION or not symbol.name:
                continue
            section = self.elf.sections[symbol.section].name
            if section == ".maps":
                if self.btf is None or symbol.name not in types:
                    raise SimError(f"the map '{symbol.name}' has no BTF")
                try:
                    definition = self.definitions[symbol.name] = self.btf.map_definition(types[symbol.name])
                except BtfError as error:
                    raise SimError(f"the map '{symbol.name}': {error}") from error
                self.add_map(symbol, self.make_map(symbol.name, definition))
            elif section == "maps" and symbol.size >= 20 and symbol.value + 20 <= len(self.elf.sections[symbol.section].data):
                words = struct.unpack_from(self.e + "5I", self.elf.sections[symbol.section].data, symbol.value)
                self.add_map(symbol, new_map(self.memory, symbol.name, *words))

    def add_map(self, symbol: Symbol, new: Map) -> None:
        self.maps[symbol.name] = self.map_at[symbol.section, symbol.value] = new

    def make_map(self, name: str, definition: MapDefinition) -> Map:
        n = definition.numbers
        kind = n.get("type", 0)
        most = n.get("max_entries", 0)
        if not most and kind == t.RINGBUF:
            most = UNSIZED_RING
        elif not most and kind == t.PERF_EVENT_ARRAY:
            most = UNSIZED_PROCESSORS
        key_size = n.get("key_size", 4 if kind in (t.PROG_ARRAY, t.PERF_EVENT_ARRAY, t.ARRAY_OF_MAPS) else 0)
        value_size = n.get("value_size", 4 if kind in (t.PROG_ARRAY, t.PERF_EVENT_ARRAY, t.ARRAY_OF_MAPS, t.HASH_OF_MAPS) else 0)
        new = new_map(self.memory, name, kind, key_size, value_size, most, n.get("map_flags", 0))
        if definition.inner is not None:
            new.template = self.make_map(name + ".inner", definition.inner)
        return new

    def fill_maps(self) -> None:
        """The elements that definitions give: maps of maps and program arrays."""
        for number, relocations in self.elf.relocations.items():
            if self.elf.sections[number].name != ".maps":
                continue
            places = sorted(at for section, at in self.map_at if section == number)
            for r in relocations:
                i = bisect_right(places, r.offset)
                if not i:
                    continue
                owner = places[i - 1]
                outer = self.map_at[number, owner]
                values = self.definitions[outer.name].values
                if values is None or r.offset < owner + values:
                    continue
                key = struct.pack(self.e + "I", (r.offset - owner - values) // 8)
                if isinstance(outer, Programs):
                    outer.update(key, r.symbol.name)
                elif isinstance(outer, MapOfMaps) and (inner := self.map_at.get((r.symbol.section, r.symbol.value))) is not None:
                    outer.update(key.ljust(outer.key_size, b"\0")[: outer.key_size], inner)

    # -- relocations ---------------------------------------------------------------------------------------------------
    def fill_data(self) -> None:
        """Pointers in data sections; then those that are read-only become so."""
        for number, relocations in self.elf.relocations.items():
            address = self.places.get(number)
            block = self.memory.blocks.get(address >> SHIFT) if address is not None else None
            if not isinstance(block, bytearray):
                continue
            for r in relocations:
                layout = struct.Struct(self.e + ("Q" if r.type in (RELOC_TYPES["R_BPF_64_ABS64"], RELOC_TYPES["R_BPF_64_64"]) else "I"))
                target = self.address_of(r.symbol)
                value = (target or 0) + r.addend + layout.unpack_from(block, r.offset)[0]
                layout.pack_into(block, r.offset, value & (1 << layout.size * 8) - 1)
        for number, address in self.places.items():
            section = self.elf.sections[number]
            block = self.memory.blocks.get(address >> SHIFT)
            if block is not None and not section.flags & WRITE and section.name.startswith(".rodata"):
                self.memory.blocks[address >> SHIFT] = bytes(block)

    def address_of(self, symbol: Symbol) -> int | None:
        """None if the symbol is defined nowhere."""
        found = self.map_at.get((symbol.section, symbol.value)) if symbol.section else None
        if found is not None and symbol.type != STT_SECTION:
            return found.address
        if symbol.section in self.places:
            return self.places[symbol.section] + symbol.value
        return self.config_variable(symbol.name) if not symbol.section else None

    def config_variable(self, name: str) -> int | None:
        """Zeros for what the kernel's configuration would give."""
        if self.configurable is None:
            rows = self.btf.variables(".kconfig") if self.btf is not None else []
            self.configurable = {variable: (number, size) for variable, number, _, size in rows}
        if name not in self.kconfig and name in self.configurable and self.btf is not None:
            number, size = self.configurable[name]
            address = self.kconfig[name] = self.memory.zeros(size or self.btf.size(number), f"the variable '{name}'")
            self.memory.blocks[address >> SHIFT] = bytes(self.memory.blocks[address >> SHIFT])
        return self.kconfig.get(name)

    def relocate(self, number: int) -> Code:
        code = Code(number, decode(self.elf.sections[number].data, self.elf.big_endian), {}, {}, {}, {})
        for r in self.elf.relocations.get(number, []):
            slot = r.offset // 8
            insn = code.insns[slot] if slot < len(code.insns) else None
            if insn is None:
                continue
            if insn.name == "lddw":
                self.relocate_wide(code, slot, insn.imm, r)
            elif insn.name == "call" and r.symbol.section:
                code.targets[slot] = r.symbol.section, (r.symbol.value + r.addend) // 8 + insn.imm + 1
            elif insn.name == "call":
                code.kfuncs[slot] = r.symbol.name
        for slot, insn in enumerate(code.insns):
            if insn is not None and insn.name == "call" and insn.src == CALL_LOCAL and slot not in code.targets and slot not in code.kfuncs:
                code.targets[slot] = number, slot + 1 + insn.imm
        for slot, (section, start) in list(code.targets.items()):
            if section not in self.places or not 0 <= start < len(self.elf.sections[section].data) // 8:
                code.missing[slot] = "a call to where there is no code"
        return code

    def relocate_wide(self, code: Code, slot: int, imm: int, r: Relocation) -> None:
        section = self.elf.sections[r.symbol.section].name if r.symbol.section else ""
        if section in (".maps", "maps"):
            # an offset is the variable's in its section if the symbol is the section's, else of no meaning
            at = r.symbol.value + (imm + r.addend if r.symbol.type == STT_SECTION else 0)
            found = self.map_at.get((r.symbol.section, at))
            if found is None:
                code.missing[slot] = f"no map is at {section}+{at}"
            else:
                code.wide[slot] = found.address
            return
        address = self.address_of(r.symbol)
        if address is not None:
            code.wide[slot] = address + r.addend + imm
        elif r.symbol.bind == STB_WEAK:
            code.wide[slot] = 0
        else:
            code.missing[slot] = f"the simulator has no kernel symbol '{r.symbol.name}'"
