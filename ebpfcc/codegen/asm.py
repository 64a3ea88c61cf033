"""Assembler of the kernel's pseudo-C syntax, as LLVM's BPF assembler takes it (instruction forms of RFC 9669; directives and
expressions of GNU as that inline assembly in BPF sources uses)."""

from __future__ import annotations

import re

from .asm_error import AsmError
from .asm_expr import Invalid, Parser
from .asm_macros import LABEL, Expander
from .asm_number import NumberError, literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SIZES = {"8": 0x10, "16": 0x08, "32": 0x00, "64": 0x18}
ALU_OPS = {"+": 0x00, "-": 0x10, "*": 0x20, "/": 0x30, "|": 0x40, "&": 0x50, "<<": 0x60, ">>": 0x70, "%": 0x90, "^": 0xA0, "": 0xB0, "s>>": 0xC0,
           "s/": 0x30, "s%": 0x90}  # fmt: skip
JUMPS = {"==": 0x10, ">": 0x20, ">=": 0x30, "&": 0x40, "!=": 0x50, "s>": 0x60, "s>=": 0x70, "<": 0xA0, "<=": 0xB0, "s<": 0xC0, "s<=": 0xD0}
ATOMICS = {"add": 0x00, "or": 0x40, "and": 0x50, "xor": 0xA0}
ATOMIC_SIGNS = {"+": 0x00, "|": 0x40, "&": 0x50, "^": 0xA0}
DATA = {".byte": 1, ".short": 2, ".2byte": 2, ".hword": 2, ".half": 2, ".long": 4, ".4byte": 4, ".word": 4, ".int": 4, ".quad": 8, ".8byte": 8}
SECTIONS = frozenset(".section .pushsection .popsection .previous .text .data .bss".split())
MARKS = frozenset(".align .balign .p2align .globl .global .local .hidden .weak .type .size .file .loc .ident".split())  # nothing inside a function

REG = r"([rw]\d+)"
MEMREF = r"\*\(([us])(8|16|32|64)\*\)\(([rw]\d+)([+-].*)?\)"
FORMS = (
    (rf"{REG}={MEMREF}", "load"),
    (rf"{MEMREF}=(.+)", "store"),
    (rf"lock{MEMREF}([+|&^])={REG}", "lock"),
    (rf"{REG}=atomic_fetch_(add|or|and|xor)\(\(u(32|64)\*\)\({REG}([+-].*)?\),{REG}\)", "fetch"),
    (rf"{REG}=xchg(?:_64|32_32)\({REG}([+-].*)?,{REG}\)", "xchg"),
    (rf"{REG}=cmpxchg(?:_64|32_32)\({REG}([+-].*)?,{REG},{REG}\)", "cmpxchg"),
    (rf"{REG}=load_acquire\(\(u(8|16|32|64)\*\)\({REG}([+-].*)?\)\)", "acquire"),
    (rf"store_release\(\(u(8|16|32|64)\*\)\({REG}([+-].*)?\),{REG}\)", "release"),
    (rf"{REG}=\*\(u(8|16|32)\*\)skb\[(.+)\]", "packet"),
    (rf"{REG}=(be|le|bswap)(16|32|64) {REG}", "swap"),
    (rf"{REG}=\(s(8|16|32)\){REG}", "movsx"),
    (rf"{REG}=addr_space_cast\({REG},(.+),(.+)\)", "cast"),
    (rf"{REG}=-{REG}", "neg"),
    (rf"{REG}=(.+?)(?: |(?<=\)))ll", "wide"),  # 5ll is a number with a suffix
    (rf"{REG} ?(s>>|<<|>>|s/|s%|[-+*/|&%^]|)=(.+)", "alu"),
    (rf"if {REG} ?(s>=|s<=|s>|s<|==|!=|>=|<=|>|<|&)(.+?) goto ?(.+)", "branch"),
    (r"may_goto ?(.+)", "may_goto"),
    (r"gotol ?(.+)", "gotol"),
    (r"goto ?(.+)", "goto"),
    (r"callx " + REG, "callx"),
    (r"call (.+)", "call"),
    (r"exit", "exit"),
)
OPERAND = re.compile(r"%%|%=|%([a-zA-Z])?(?:\[(\w+)\]|(\d{1,4}))")
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*|#[^\n]*", re.S)
GOTO = re.compile(r" ?\bgoto ?([-+])")
NAMED = re.compile(r"(?<![\w.$])(?:[A-Za-z_.$][\w.$]*|\d+[bf])(?![\w.$])")


class Symbol(Exception):
    """An expression that names a symbol: it becomes a relocation."""

    def __init__(self, name: str, addend: int) -> None:
        super().__init__(name)
        self.name = name
        self.addend = addend
        self.pos: Any = None


def number(text: str, expr: str) -> int:
    """A number in an expression."""
    try:
        return literal(text)
    except NumberError as error:
        raise AsmError(str(error), expr) from None


class Code:
    """Assembled text. items: (byte offset, bytes | instruction tuple); fixups are resolved in `emit`."""

    __slots__ = ("items", "labels", "size", "at", "pushed", "depth")

    def __init__(self) -> None:
        self.items: list[tuple[int, str, Any]] = []
        self.labels: dict[str, list[int]] = {}
        self.at = 0
        self.size = 0
        self.pushed: list[tuple[str, dict[str, int]]] = []  # statements for other sections, and how many labels `1:` and so on stand before
        self.depth = 0  # of .pushsection

    def emit(self, slots: list[Any], relocs: list[Any], targets: list[int]) -> None:
        """Appends (code, dst, src, off, imm) slots; `targets` are the slot numbers of asm goto's labels."""
        base = len(slots)
        data = bytearray(self.size * 8)
        for at, kind, item in self.items:
            if kind == "bytes":
                data[at : at + len(item)] = item
            elif kind == "data":
                width, expr = item
                value = self.evaluate(expr, at, base, targets)
                data[at : at + width] = (value & (1 << width * 8) - 1).to_bytes(width, "little")
            else:
                code, dst, src, off, imm = item
                if isinstance(off, str):
                    off = self.branch(off, at, base, targets)
                if code in (0x06,) and isinstance(imm, str):
                    imm = in_bits(self.branch(imm, at, base, targets), 32, "jump")
                if isinstance(imm, tuple):
                    imm = self.immediate(imm, at, base, relocs)
                    if code == 0x85 and isinstance(imm, tuple):
                        src, imm = 1, -1
                    elif isinstance(imm, tuple):
                        imm = imm[1]
                if isinstance(off, tuple):
                    off = self.evaluate(off[0], at, base, targets)
                if not -0x8000 <= off < 0x8000:
                    raise AsmError("offset does not fit 16 bits", str(off))
                wide = code == 0x18
                n = imm & (1 << 64) - 1
                data[at : at + 8] = bytes((code, src << 4 | dst)) + (off & 0xFFFF).to_bytes(2, "little") + (n & 0xFFFFFFFF).to_bytes(4, "little")
                if wide:
                    data[at + 12 : at + 16] = (n >> 32).to_bytes(4, "little")
        for at in range(0, len(data), 8):
            off = int.from_bytes(data[at + 2 : at + 4], "little", signed=True)
            imm = int.from_bytes(data[at + 4 : at + 8], "little", signed=True)
            slots.append((data[at], data[at + 1] & 15, data[at + 1] >> 4, off, imm))

    def immediate(self, item: tuple[str, ...], at: int, base: int, relocs: list[Any]) -> Any:
        """An immediate expression; a symbol gives a relocation and ("symbol", addend)."""
        kind, expr = item
        try:
            return self.evaluate(expr, at, base, [])
        except Symbol as s:
            in_bits(s.addend, 32, "addend")
            relocs.append(((base * 8) + at, "R_BPF_64_32" if kind == "call" else "R_BPF_64_64", s.name, s.addend))
            return ("symbol", s.addend)

    def branch(self, target: str, at: int, base: int, targets: list[int]) -> int:
        """The offset of a jump: `+3`, a label, or an operand label."""
        if re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]+|\d+)", target):
            return number(target.lstrip("+-"), target) * (-1 if target[0] == "-" else 1)
        return (self.evaluate(target, at, base, targets) - at) // 8 - 1

    def evaluate(self, expr: str, at: int, base: int, targets: list[int]) -> int:
        """An expression over labels (byte positions in this text) and numbers."""
        n, symbols = self.linear(expr, at, base, targets)
        if not symbols:
            return n
        if list(symbols.values()) == [1]:
            raise Symbol(next(iter(symbols)), n)
        raise AsmError("expression with several symbols", expr)

    def linear(self, expr: str, at: int, base: int, targets: list[int]) -> tuple[int, dict[str, int]]:
        """The number, and how often each symbol that is no label here is added to it."""

        def resolve(tok: str) -> int | None:
            if tok[0].isdigit():
                return self.local_label(tok, at, expr)
            if tok == ".":
                return at
            if tok.startswith("__goto_label_") and tok[13:] in map(str, range(len(targets))):
                return (targets[int(tok[13:])] - base) * 8
            return self.labels[tok][0] if tok in self.labels else None

        try:
            return Parser(expr, resolve).all()
        except Invalid:
            raise AsmError("invalid expression", expr) from None
        except NumberError as error:
            raise AsmError(str(error), expr) from None

    def read(self, statement: str) -> None:
        """One label, instruction or directive. What stands between .pushsection and .popsection is kept for the file's sections."""
        word = statement.split(None, 1)[0].lower()
        self.depth += word == ".pushsection"
        if self.depth:
            self.pushed.append((statement, {name: len(places) for name, places in self.labels.items() if name.isdigit()}))
            self.depth -= word == ".popsection"
            return
        label = LABEL.match(statement)
        if label is None:
            one(self, statement)
            return
        if label[1] in self.labels and not label[1].isdigit():
            raise AsmError(f"symbol '{label[1]}' is already defined", statement)
        self.labels.setdefault(label[1], []).append(self.at)

    def outside(self, base: int, function: str) -> list[str]:
        """The statements for other sections; labels of this text are written as distances from the function. base: where it begins, in slots."""

        def statement(text: str, before: dict[str, int]) -> str:
            def place(m: re.Match[str]) -> str:
                known = self.labels.get(m[0][:-1] if m[0][0].isdigit() else m[0], [])
                n = before.get(m[0][:-1], 0) - (m[0][-1] == "b") if m[0][0].isdigit() else 0
                return f"({function}+{base * 8 + known[n]})" if 0 <= n < len(known) else m[0]

            word, _, rest = text.replace("\t", " ").partition(" ")
            return f"{word} {NAMED.sub(place, rest)}" if word.lower() in DATA or word.lower() in (".set", ".equ", ".size") else text

        return [statement(text, before) for text, before in self.pushed]

    def local_label(self, tok: str, at: int, expr: str) -> int:
        places = self.labels.get(tok[:-1], [])
        if tok[-1] == "b":
            found = [p for p in places if p <= at]
            if found:
                return found[-1]
        else:
            found = [p for p in places if p > at]
            if found:
                return found[0]
        raise AsmError("undefined label", tok)


def in_bits(value: int, bits: int, what: str) -> int:
    """A signed number that an instruction's field can hold."""
    if -(1 << bits - 1) <= value < 1 << bits - 1:
        return value
    raise AsmError(f"{what} out of range", str(value))


def substitute(asm: Any, operands: list[Any], unique: str, labels: int) -> str:
    """Puts registers, constants and symbols where the template has %0, %[name], %w0, %l[label], %=."""
    names = asm.names
    numbered = [operands[n] for n in asm.order] if asm.order else operands
    total = len(numbered)

    def operand_text(index: int, modifier: str, what: str) -> str:
        if index >= total:
            if index - total < labels:
                return f"__goto_label_{index - total}"
            raise AsmError("invalid operand", what)
        o = numbered[index]
        if o[0] == "r":
            narrow = modifier == "w" or (o[2] <= 4 and asm_constraint(asm, o, operands) == "w")
            return f"{'w' if narrow else 'r'}{o[1]}"
        if o[0] == "i":
            return str(o[1])
        if o[0] == "s":
            return f"{o[1]}+{o[2]}" if o[2] else str(o[1])
        if o[0] == "slot":
            return f"(r10 {signed_text(o[1].offset + o[2])})"
        return f"(r{o[1]} {signed_text(o[2])})"

    def replace(match: re.Match[str]) -> str:
        text = match.group(0)
        if text == "%%":
            return "%"
        if text == "%=":
            return unique
        modifier, name, number = match.group(1) or "", match.group(2), match.group(3)
        if name is not None:
            if name not in names:
                raise AsmError("unknown symbolic operand", text)
            return operand_text(names.index(name), modifier, text)
        return operand_text(int(number), modifier, text)

    return OPERAND.sub(replace, asm.template)


def ends_control(template: str) -> bool:
    """Whether the last statement of an assembly leaves the function or jumps, whatever holds."""
    statements = [s.strip() for s in re.split(r"[;\n]", COMMENT.sub("", template)) if s.strip()]
    return bool(statements) and re.match(r"(?:exit|ja|gotol?)\b", statements[-1]) is not None


def mentioned(asm: Any) -> set[int]:
    """The numbers of the operands that the template names."""
    found: set[int] = set()
    for match in OPERAND.finditer(asm.template):
        name, number = match.group(2), match.group(3)
        place = int(number) if number is not None else asm.names.index(name) if name in asm.names else -1
        if place >= 0:
            found.add(asm.order[place] if place < len(asm.order) else place)
    return found


def asm_constraint(asm: Any, operand: Any, operands: list[Any]) -> str:
    index = next(i for i, o in enumerate(operands) if o is operand)
    outs = len(asm.outputs)
    constraint = asm.outputs[index][0] if index < outs else asm.inputs[index - outs][0]
    if constraint.isdigit():
        constraint = asm.outputs[int(constraint)][0]
    return "w" if "w" in constraint else "r"


def signed_text(n: int) -> str:
    return f"- {-n}" if n < 0 else f"+ {n}"


def assemble(text: str, cpu: int) -> Code:
    code = Code()
    text = re.sub(r"/\*.*?(?:\*/|\Z)", " ", text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"(?m)#[^\n]*$", "", text)
    expander = Expander(code.read, lambda expr: code.evaluate(expr, code.at, 0, []), lambda name: name in code.labels)
    for statement in re.split(r"[;\n]", text):
        expander.feed(statement)
    expander.finish()
    if code.depth:
        raise AsmError("'.popsection' is missing", text)
    if code.at % 8:
        raise AsmError("assembly is not a whole number of instructions", text)
    code.size = code.at // 8
    return code


def one(code: Code, statement: str) -> None:
    """One instruction or directive."""
    word = statement.split(None, 1)[0].lower()
    if word in DATA:
        width = DATA[word]
        for expr in statement[len(word) :].split(","):
            code.items.append((code.at, "data", (width, expr)))
            code.at += width
        return
    if word in SECTIONS:
        raise AsmError("sections cannot be changed in a function's assembly", statement)
    if word in MARKS or word.startswith(".cfi_"):
        return
    if word.startswith("."):
        raise AsmError("unknown directive", statement)
    squeezed = re.sub(r"\s*([^\w\s.$])\s*", r"\1", re.sub(r"\s+", " ", statement))
    squeezed = GOTO.sub(r" goto \1", squeezed).lstrip()
    for pattern, kind in FORMS:
        match = re.fullmatch(pattern, squeezed)  # compiled when first needed, and kept by re
        if match is not None:
            insn = BUILD[kind](match.groups(), statement)
            if insn is not None:
                code.items.append((code.at, "insn", insn))
                code.at += 16 if insn[0] == 0x18 else 8
                return
    raise AsmError("invalid instruction", statement)


def reg(text: str) -> int:
    n = int(text[1:4])
    if n > 10 or len(text) > 4:
        raise AsmError("invalid register", text)
    return n


def is_reg(text: str) -> bool:
    return re.fullmatch(r"[rw]\d+", text) is not None


def offset(text: str | None) -> Any:
    if not text:
        return 0
    text = text.replace("+-", "-").replace("+(", "(").lstrip("+") if text.startswith("+") else text
    return (text,)


def build_load(g: Any, s: str) -> Any:
    mode = 0x60 if g[1] == "u" else 0x80
    return (0x01 | mode | SIZES[g[2]], reg(g[0]), reg(g[3]), offset(g[4]), 0)


def build_store(g: Any, s: str) -> Any:
    size = SIZES[g[1]]
    if is_reg(g[4]):
        return (0x63 | size, reg(g[2]), reg(g[4]), offset(g[3]), 0)
    return (0x62 | size, reg(g[2]), 0, offset(g[3]), ("imm", g[4]))


def build_lock(g: Any, s: str) -> Any:
    return (0xC3 | SIZES[g[1]], reg(g[2]), reg(g[5]), offset(g[3]), ATOMIC_SIGNS[g[4]])


def build_fetch(g: Any, s: str) -> Any:
    return (0xC3 | SIZES[g[2]], reg(g[3]), reg(g[5]), offset(g[4]), ATOMICS[g[1]] | 1)


def build_xchg(g: Any, s: str) -> Any:
    return (0xC3 | (0x18 if "_64" in s else 0), reg(g[1]), reg(g[3]), offset(g[2]), 0xE1)


def build_cmpxchg(g: Any, s: str) -> Any:
    return (0xC3 | (0x18 if "_64" in s else 0), reg(g[1]), reg(g[4]), offset(g[2]), 0xF1)


def build_acquire(g: Any, s: str) -> Any:
    return (0xC3 | SIZES[g[1]], reg(g[0]), reg(g[2]), offset(g[3]), 0x100)


def build_release(g: Any, s: str) -> Any:
    return (0xC3 | SIZES[g[0]], reg(g[1]), reg(g[3]), offset(g[2]), 0x110)


def build_packet(g: Any, s: str) -> Any:
    if is_reg(g[2]):
        return (0x40 | SIZES[g[1]], 0, reg(g[2]), 0, 0)
    return (0x20 | SIZES[g[1]], 0, 0, 0, ("imm", g[2]))


def build_swap(g: Any, s: str) -> Any:
    code = {"be": 0xDC, "le": 0xD4, "bswap": 0xD7}[g[1]]
    return (code, reg(g[0]), 0, 0, int(g[2]))


def build_movsx(g: Any, s: str) -> Any:
    return ((0xBF if g[0][0] == "r" else 0xBC), reg(g[0]), reg(g[2]), int(g[1]), 0)


def build_cast(g: Any, s: str) -> Any:
    to, source = (number(text.strip(), s) for text in (g[2], g[3]))
    if max(to, source) > 0xFFFF:
        raise AsmError("invalid address space", s)
    return (0xBF, reg(g[0]), reg(g[1]), 1, to << 16 | source)


def build_neg(g: Any, s: str) -> Any:
    if g[0] != g[1]:
        return None
    return (0x87 if g[0][0] == "r" else 0x84, reg(g[0]), 0, 0, 0)


def build_wide(g: Any, s: str) -> Any:
    return (0x18, reg(g[0]), 0, 0, ("wide", g[1]))


def build_alu(g: Any, s: str) -> Any:
    cls = 0x07 if g[0][0] == "r" else 0x04
    code = cls | ALU_OPS[g[1]]
    off = 1 if g[1] in ("s/", "s%") else 0
    if is_reg(g[2]):
        return (code | 8, reg(g[0]), reg(g[2]), off, 0)
    return (code, reg(g[0]), 0, off, ("imm", g[2]))


def build_branch(g: Any, s: str) -> Any:
    cls = 0x05 if g[0][0] == "r" else 0x06
    code = cls | JUMPS[g[1]]
    if is_reg(g[2]):
        return (code | 8, reg(g[0]), reg(g[2]), g[3], 0)
    return (code, reg(g[0]), 0, g[3], ("imm", g[2]))


BUILD: dict[str, Any] = {
    "load": build_load,
    "store": build_store,
    "lock": build_lock,
    "fetch": build_fetch,
    "xchg": build_xchg,
    "cmpxchg": build_cmpxchg,
    "acquire": build_acquire,
    "release": build_release,
    "packet": build_packet,
    "swap": build_swap,
    "movsx": build_movsx,
    "cast": build_cast,
    "neg": build_neg,
    "wide": build_wide,
    "alu": build_alu,
    "branch": build_branch,
    "may_goto": lambda g, s: (0xE5, 0, 0, g[0], 0),
    "gotol": lambda g, s: (0x06, 0, 0, 0, g[0]),
    "goto": lambda g, s: (0x05, 0, 0, g[0], 0),
    "callx": lambda g, s: (0x8D, reg(g[0]), 0, 0, 0),
    "call": lambda g, s: (0x85, 0, 0, 0, ("call", g[0])),
    "exit": lambda g, s: (0x95, 0, 0, 0, 0),
}
