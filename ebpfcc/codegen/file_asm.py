"""File-scope assembly: sections, symbols and data beside the functions (GNU as manual, chapter 7, as far as C sources use it).

In: the texts of a module's file-scope asm, in order. Out: sections with bytes and relocations, symbols; the object's builder puts them
before the module's own.
"""

from __future__ import annotations

import re
import struct

from .asm import DATA, Code, Symbol, in_bits, number, one
from .asm_error import AsmError
from .asm_macros import LABEL, Expander

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?(?:\*/|\Z)|//[^\n]*|#[^\n]*|[;\n]|[^"/#;\n]+|.', re.S)
REFERENCE = re.compile(r"\s*([A-Za-z_.$][\w.$]*)\s*([-+]\s*(?:0[xX][0-9a-fA-F]+|\d+))?\s*")
SECTION = re.compile(r'\s*([^\s,]+)\s*(?:,\s*"(\w*)"\s*(?:,\s*[@%](\w+).*)?)?')
ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.S)
ESCAPES = {"n": 10, "t": 9, "r": 13, "b": 8, "f": 12}
FLAGS = {"a": 2, "w": 1, "x": 4, "M": 0x10, "S": 0x20}  # of ELF sections
MOST_BYTES, MOST_ALIGN = 1 << 26, 1 << 16  # of a section
BINDINGS = {".globl": "global", ".global": "global", ".weak": "weak", ".local": "local"}
TYPES = {"function": "func", "object": "object", "notype": "notype"}
SILENT = (".file", ".ident", ".loc", ".cfi", ".addrsig", ".end")  # what says nothing of the bytes


class AsmSection:
    """flags None: those that the name says. relocs: (offset, R_BPF_* name, symbol, addend)."""

    __slots__ = ("name", "flags", "empty", "align", "code", "data", "relocs")

    def __init__(self, name: str, flags: int | None, empty: bool) -> None:
        self.name = name
        self.flags = flags
        self.empty = empty  # NOBITS
        self.align = 1
        self.code = SectionCode()
        self.data = b""
        self.relocs: list[tuple[int, str, str, int]] = []


class AsmSymbol:
    __slots__ = ("name", "section", "value", "size", "statement", "type", "bind", "hidden")

    def __init__(self, name: str) -> None:
        self.name = name
        self.section: str | None = None
        self.value = 0
        self.size = 0
        self.statement = ""  # that gives the size
        self.type = "notype"
        self.bind = "local"
        self.hidden = False


class SectionCode(Code):
    """What a section holds: also "bytes". A named label in an immediate or in data is a symbol: it becomes a relocation."""

    __slots__ = ()

    def immediate(self, item: tuple[str, ...], at: int, base: int, relocs: list[Any]) -> Any:
        kind, expr = item
        found = REFERENCE.fullmatch(expr)
        if found is None:
            return self.evaluate(expr, at, base, [])
        addend = in_bits(addend_of(found), 32, "addend")
        relocs.append((at, "R_BPF_64_32" if kind == "call" else "R_BPF_64_64", found[1], addend))
        return ("symbol", addend)


def addend_of(reference: re.Match[str]) -> int:
    """What is added to a symbol."""
    sign, text = (reference[2] or "+0")[0], (reference[2] or "+0")[1:].strip()
    return number(text, reference[0]) * (-1 if sign == "-" else 1)


class FileAssembler:
    def __init__(self, big_endian: bool) -> None:
        self.order = ">" if big_endian else "<"
        self.big_endian = big_endian
        self.sections: dict[str, AsmSection] = {}
        self.symbols: dict[str, AsmSymbol] = {}
        self.constants: dict[str, str] = {}
        self.stack: list[AsmSection] = []
        self.expander = Expander(self.statement, self.number, lambda name: name in self.symbols or name in self.constants)
        self.section = self.enter(".text", "ax", None)
        self.previous = self.section

    # -- statements --------------------------------------------------------------------------------------------------
    def read(self, text: str) -> None:
        """One asm statement's text; the section that it leaves is the next one's."""
        statement = ""
        for piece in [*PIECE.findall(text), "\n"]:
            if piece in (";", "\n") or piece[0] == "#" or piece.startswith("//"):
                self.expander.feed(statement)
                statement = ""
            elif piece.startswith("/*") and len(piece) > 3:
                statement += " "
            else:
                statement += piece

    def statement(self, statement: str) -> None:
        while (label := LABEL.match(statement)) is not None:
            self.define(label[1], statement)
            statement = statement[label.end() :]
        statement = statement.strip()
        if not statement:
            return
        word, _, rest = statement.partition(" ") if "\t" not in statement else statement.replace("\t", " ", 1).partition(" ")
        word = word.lower()
        equals = re.fullmatch(r"([A-Za-z_.$][\w.$]*)\s*=\s*([^=].*)", statement)
        if word.startswith("."):
            self.directive(word, rest.strip(), statement)
        elif equals is not None and not re.fullmatch(r"[rw]\d+", equals[1]):
            self.constants[equals[1]] = equals[2]
        else:
            code = self.section.code
            self.section.align = max(self.section.align, 8)
            one(code, self.replaced(statement))

    def define(self, name: str, statement: str) -> None:
        code = self.section.code
        if not name.isdigit():
            symbol = self.symbol(name)
            if symbol.section is not None:
                raise AsmError(f"symbol '{name}' is already defined", statement)
            symbol.section, symbol.value = self.section.name, code.at
        code.labels.setdefault(name, []).append(code.at)

    def symbol(self, name: str) -> AsmSymbol:
        symbol = self.symbols.get(name)
        if symbol is None:
            symbol = self.symbols[name] = AsmSymbol(name)
        return symbol

    def replaced(self, text: str) -> str:
        """The constants of .set written out."""
        return re.sub(r"[A-Za-z_.$][\w.$]*", lambda m: f"({self.constants[m[0]]})" if m[0] in self.constants else m[0], text) if self.constants else text

    def number(self, text: str) -> int:
        return self.section.code.evaluate(self.replaced(text), self.section.code.at, 0, [])

    # -- directives --------------------------------------------------------------------------------------------------
    def directive(self, word: str, rest: str, statement: str) -> None:
        code = self.section.code
        names = [name.strip() for name in rest.split(",")]
        if word in (".section", ".pushsection"):
            found = SECTION.fullmatch(rest)
            if found is None:
                raise AsmError("invalid section", statement)
            if word == ".pushsection":
                self.stack.append(self.section)
            self.enter(found[1].strip('"'), found[2], found[3])
        elif word in (".text", ".data", ".bss"):
            self.enter(word, {".text": "ax"}.get(word), None)
        elif word == ".popsection":
            if not self.stack:
                raise AsmError("'.popsection' without '.pushsection'", statement)
            self.previous, self.section = self.section, self.stack.pop()
        elif word == ".previous":
            self.previous, self.section = self.section, self.previous
        elif word in BINDINGS:
            for name in names:
                self.symbol(name).bind = BINDINGS[word]
        elif word in (".hidden", ".internal"):
            for name in names:
                self.symbol(name).hidden = True
        elif word == ".type":
            self.symbol(names[0]).type = TYPES.get(names[-1].lstrip("@%#").lower().removeprefix("stt_"), "notype")
        elif word == ".size":
            size = re.sub(r"(?<![\w.$])\.(?![\w.$])", str(code.at), ",".join(names[1:]))
            self.symbol(names[0]).size = self.number(size)
            self.symbol(names[0]).statement = statement
        elif word in (".set", ".equ"):
            self.constants[names[0]] = ",".join(names[1:])
        elif word in (".p2align", ".align", ".balign"):
            n = self.count(names[0], statement)
            self.align(n if word != ".p2align" else 1 << min(n, 64))
        elif word in (".ascii", ".asciz", ".string"):
            for text in re.findall(r'"(?:[^"\\]|\\.)*"', rest):
                self.fill(unescaped(text[1:-1]) + (b"" if word == ".ascii" else b"\0"))
        elif word in (".zero", ".skip", ".space"):
            self.fill(bytes([self.number(names[1]) & 0xFF if len(names) > 1 else 0]) * self.count(names[0], statement))
        elif word in DATA:
            self.section.align = max(self.section.align, 1)
            one(code, self.replaced(f"{word} {rest}"))
        elif not word.startswith(SILENT):
            raise AsmError("unknown directive", statement)

    def enter(self, name: str, flags: str | None, kind: str | None) -> AsmSection:
        section = self.sections.get(name)
        if section is None:
            bits = None if flags is None else sum({FLAGS.get(c, 0) for c in flags})
            section = self.sections[name] = AsmSection(name, bits, kind == "nobits" or name == ".bss" or name.startswith(".bss."))
        self.previous = getattr(self, "section", section)
        self.section = section
        return section

    def align(self, to: int) -> None:
        if to < 1 or to & to - 1 or to > MOST_ALIGN:
            raise AsmError(f"alignment must be a power of 2 up to {MOST_ALIGN}", str(to))
        self.section.align = max(self.section.align, to)
        self.fill(bytes(-self.section.code.at % to))

    def fill(self, data: bytes) -> None:
        code = self.section.code
        if data:
            code.items.append((code.at, "bytes", data))
            code.at += len(data)

    def count(self, text: str, statement: str) -> int:
        """How many bytes or the like a directive is to make."""
        n = self.number(text)
        if not 0 <= n <= MOST_BYTES - self.section.code.at:
            raise AsmError("count out of range", statement)
        return n

    # -- results -----------------------------------------------------------------------------------------------------
    def finish(self) -> None:
        for section in self.sections.values():
            code = section.code
            if any(kind == "insn" for _, kind, _ in code.items):
                if code.at % 8:
                    raise AsmError("assembly is not a whole number of instructions", section.name)
                code.size = code.at // 8
                slots: list[Any] = []
                code.emit(slots, section.relocs, [])
                pack = struct.Struct(self.order + "BBhi").pack
                section.data = b"".join(pack(c, d << 4 | s if self.big_endian else s << 4 | d, off, imm) for c, d, s, off, imm in slots)
            else:
                section.data = self.data_of(section)
        for symbol in self.symbols.values():
            if symbol.section is not None and not 0 <= symbol.size <= len(self.sections[symbol.section].data) - symbol.value:
                raise AsmError("a symbol reaches beyond its section", symbol.statement)

    def data_of(self, section: AsmSection) -> bytes:
        data = bytearray(section.code.at)
        for at, kind, item in section.code.items:
            if kind == "bytes":
                data[at : at + len(item)] = item
                continue
            width, expr = item
            found = REFERENCE.fullmatch(expr)
            if found is not None and width >= 4 and found[1] != ".":
                value = addend_of(found)
                section.relocs.append((at, "R_BPF_64_ABS64" if width == 8 else "R_BPF_64_NODYLD32", found[1], value))
            else:
                value = self.distance(section, expr, at, width)
            data[at : at + width] = (value & (1 << width * 8) - 1).to_bytes(width, "big" if self.big_endian else "little")
        return bytes(data)

    def distance(self, section: AsmSection, expr: str, at: int, width: int) -> int:
        """An expression in data: a number, the distance of two symbols of one section, or a symbol and a number, which a relocation adds up."""
        n, symbols = section.code.linear(expr, at, 0, [])
        places = {name: self.symbols[name] for name in symbols if name in self.symbols and self.symbols[name].section is not None}
        if len(places) == len(symbols) == 2 and sum(symbols.values()) == 0 and len({s.section for s in places.values()}) == 1:
            return n + sum(k * places[name].value for name, k in symbols.items())
        if list(symbols.values()) == [1] and width >= 4:
            section.relocs.append((at, "R_BPF_64_ABS64" if width == 8 else "R_BPF_64_NODYLD32", next(iter(symbols)), n))
        elif symbols:
            raise AsmError("expression with several symbols", expr)
        return n


def unescaped(text: str) -> bytes:
    def value(m: re.Match[str]) -> str:
        c = m[1]
        return chr(int(c, 8) & 0xFF if c[0].isdigit() else ESCAPES.get(c, ord(c)))

    return ESCAPE.sub(value, text).encode("latin-1", "replace")


def assemble_file(texts: list[tuple[str, Any]], big_endian: bool) -> FileAssembler:
    """Raises AsmError with the place of the asm statement."""
    assembler = FileAssembler(big_endian)
    at: Any = None
    try:
        for text, pos in texts:
            at = pos
            assembler.read(text)
        assembler.expander.finish()
        assembler.finish()
    except (AsmError, Symbol) as error:
        wrong = error if isinstance(error, AsmError) else AsmError("undefined symbol", error.name)
        wrong.pos = at
        raise wrong from None
    return assembler
