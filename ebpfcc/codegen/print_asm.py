"""-S: machine code and data as text that LLVM's assembler for BPF reads (instruction forms of RFC 9669 in the kernel's pseudo-C).

In: FuncCode records, the module's variables. Out: text; sections, symbols and labels as clang writes them.
"""

from __future__ import annotations

import struct

from ..diag import visible
from ..target.helpers import HELPERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Where = Callable[[Any], tuple[str, int, int, str] | None]  # of a position: file, line, column, the line's text

ALU = {0x00: "+=", 0x10: "-=", 0x20: "*=", 0x30: "/=", 0x40: "|=", 0x50: "&=", 0x60: "<<=", 0x70: ">>=", 0x90: "%=", 0xA0: "^=", 0xB0: "=", 0xC0: "s>>="}
SIGNED = {0x30: "s/=", 0x90: "s%="}
JUMP = {0x10: "==", 0x20: ">", 0x30: ">=", 0x40: "&", 0x50: "!=", 0x60: "s>", 0x70: "s>=", 0xA0: "<", 0xB0: "<=", 0xC0: "s<", 0xD0: "s<="}
WIDTHS = {0x00: 32, 0x08: 16, 0x10: 8, 0x18: 64}
LOCKED = {0x00: "+=", 0x40: "|=", 0x50: "&=", 0xA0: "^="}
FETCHED = {0x01: "add", 0x41: "or", 0x51: "and", 0xA1: "xor"}
TARGET = "\0"  # stands in an instruction's text for the label it jumps to


def place(base: int, off: int) -> str:
    return f"r{base} {'-' if off < 0 else '+'} {abs(off)}"


def alu_text(code: int, dst: int, src: int, off: int, imm: int) -> str | None:
    wide = code & 7 == 7
    r = "r" if wide else "w"
    op = code & 0xF0
    d = f"{r}{dst}"
    if op == 0x80:
        return f"{d} = -{d}"
    if op == 0xD0:
        order = "bswap" if wide else "be" if code & 8 else "le"
        return f"r{dst} = {order}{imm} r{dst}"
    if op not in ALU:
        return None
    value = f"{r}{src}" if code & 8 else str(imm)
    if off and op == 0xB0 and code & 8:
        if off == 1:
            return f"r{dst} = addr_space_cast(r{src}, {imm >> 16 & 0xFFFF}, {imm & 0xFFFF})"
        return f"{d} = (s{off}){value}"
    return f"{d} {SIGNED.get(op, ALU[op]) if off else ALU[op]} {value}"


def atomic_text(code: int, dst: int, src: int, off: int, imm: int) -> str | None:
    width = WIDTHS[code & 0x18]
    r = "r" if width == 64 else "w"
    at = place(dst, off)
    suffix = "_64" if width == 64 else "32_32"
    if imm in LOCKED:
        return f"lock *(u{width} *)({at}) {LOCKED[imm]} {r}{src}"
    if imm in FETCHED:
        return f"{r}{src} = atomic_fetch_{FETCHED[imm]}((u{width} *)({at}), {r}{src})"
    if imm == 0xE1:
        return f"{r}{src} = xchg{suffix}({at}, {r}{src})"
    if imm == 0xF1:
        return f"{r}0 = cmpxchg{suffix}({at}, {r}0, {r}{src})"
    if imm == 0x100:
        return f"{r}{dst} = load_acquire((u{width} *)({place(src, off)}))"
    if imm == 0x110:
        return f"store_release((u{width} *)({at}), {r}{src})"
    return None


def memory_text(code: int, dst: int, src: int, off: int, imm: int) -> str | None:
    width = WIDTHS[code & 0x18]
    mode, cls = code & 0xE0, code & 7
    if cls == 0:
        if mode == 0x20:
            return f"r0 = *(u{width} *)skb[{imm}]"
        return f"r0 = *(u{width} *)skb[r{src}]" if mode == 0x40 else None
    if cls == 1:
        return f"r{dst} = *({'s' if mode == 0x80 else 'u'}{width} *)({place(src, off)})" if mode in (0x60, 0x80) else None
    if cls == 3 and mode == 0xC0:
        return atomic_text(code, dst, src, off, imm)
    if mode != 0x60:
        return None
    return f"*(u{width} *)({place(dst, off)}) = {imm if cls == 2 else f'r{src}'}"


def jump_text(code: int, dst: int, src: int, off: int, imm: int) -> str | None:
    fixed = {0x05: f"goto {TARGET}", 0x06: f"gotol {TARGET}", 0x85: f"call {imm}", 0x8D: f"callx r{dst}", 0x95: "exit", 0xE5: f"may_goto {TARGET}"}
    if code in fixed:
        return fixed[code]
    op = JUMP.get(code & 0xF0)
    if op is None:
        return None
    r = "r" if code & 7 == 5 else "w"
    return f"if {r}{dst} {op} {f'{r}{src}' if code & 8 else imm} goto {TARGET}"


CLASSES = (memory_text, memory_text, memory_text, memory_text, alu_text, jump_text, jump_text, alu_text)


def decode(code: bytes, big_endian: bool) -> list[tuple[int, str, int | None]]:
    """(slot, text, slot jumped to) of every instruction; what is none becomes data."""
    unpack = struct.Struct((">" if big_endian else "<") + "BBhi").unpack_from
    out: list[tuple[int, str, int | None]] = []
    slot, n = 0, len(code) // 8
    while slot < n:
        op, registers, off, imm = unpack(code, slot * 8)
        dst, src = (registers >> 4, registers & 15) if big_endian else (registers & 15, registers >> 4)
        if op == 0x18 and slot + 1 < n:
            high = unpack(code, slot * 8 + 8)[3]
            value = (high << 32 | imm & 0xFFFFFFFF) & (1 << 64) - 1
            out.append((slot, f"r{dst} = {value} ll", None))
            slot += 2
            continue
        text = CLASSES[op & 7](op, dst, src, off, imm)
        if text is None or dst > 10 or src > 10:
            out.append((slot, ".byte\t" + ", ".join(str(b) for b in code[slot * 8 : slot * 8 + 8]), None))
        else:
            target = slot + 1 + (imm if op == 0x06 else off) if TARGET in text else None
            out.append((slot, text, target))
        slot += 1
    return out


def relocated(text: str, kind: str, symbol: str, addend: int) -> str:
    """An instruction whose operand the linker fills in."""
    name = symbol_name(symbol)
    if kind == "R_BPF_64_32":
        return f"call {name}"
    left = text.partition(" = ")[0]
    return f"{left} = {name}{f'+{addend}' if addend > 0 else addend or ''} ll"


def symbol_name(name: str) -> str:
    if all(c.isalnum() or c in "_.$" for c in name):
        return name
    return '"' + "".join(f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c for c in name.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def section_line(name: str, code: bool) -> str:
    """The directive that begins a section, with clang's flags."""
    if name in (".text", ".data", ".bss"):
        return f"\t{name}\n" if name != ".bss" else '\t.section\t.bss,"aw",@nobits\n'
    kind = "@nobits" if name.startswith(".bss.") else "@progbits"
    flags = "ax" if code else "a" if name == ".rodata" or name.startswith(".rodata.") else "aw"
    size = name.rpartition(".")[2]
    if name.startswith(".rodata.str") and size.isascii() and size.isdigit():
        return f'\t.section\t{symbol_name(name)},"aMS",@progbits,{size}\n'
    return f'\t.section\t{symbol_name(name)},"{flags}",{kind}\n'


def binding(name: str, linkage: str, attrs: Any) -> str:
    out = {"global": f"\t.globl\t{name}\n", "weak": f"\t.weak\t{name}\n"}.get(linkage, "")
    return out + (f"\t.hidden\t{name}\n" if "hidden" in attrs else "")


def function_text(number: int, code: Any, fn: Any, big_endian: bool, where: Where | None) -> str:
    """One function, with the source lines as comments over their instructions."""
    name = symbol_name(code.name)
    out = [section_line(code.section, True), binding(name, fn.linkage, fn.attrs), f"\t.p2align\t3\n\t.type\t{name},@function\n{name}:\n"]
    rows = decode(code.code, big_endian)
    starts = {slot for slot, _, _ in rows}
    targets = {target for _, _, target in rows if target in starts}
    relocs = {off: (kind, symbol, addend) for off, kind, symbol, addend in code.relocs}
    cores = dict(code.core_relocs)
    lines = dict(code.lines)
    last = ("", 0, 0)
    for slot, text, target in rows:
        if slot in targets:
            out.append(f"LBB{number}_{slot}:\n")
        if where is not None and slot * 8 in lines:
            found = where(lines[slot * 8])
            if found is not None and found[:3] != last:
                file, line, column, source = found
                of_source = f": {source.strip()}" if (file, line) != last[:2] else ""
                out.append(f"\t# {visible(f'{file}:{line}:{column}{of_source}')}\n")
                last = file, line, column
        if slot * 8 in relocs:
            text = relocated(text, *relocs[slot * 8])
        elif target is not None:
            text = text.replace(TARGET, f"LBB{number}_{target}" if target in starts else f"{target - slot - 1:+d}")
        elif text.startswith("call ") and int(text[5:]) in HELPERS:
            text += f"  # bpf_{HELPERS[int(text[5:])]}"
        core = cores.get(slot * 8)
        out.append(f"\t{text}{f'  # CO-RE {core.spec}, kind {core.kind}' if core is not None else ''}\n")
    out.append(f".Lfunc_end{number}:\n\t.size\t{name}, .Lfunc_end{number}-{name}\n\n")
    return "".join(out)


def data_text(g: Any, big_endian: bool) -> str:
    """One variable."""
    name = symbol_name(g.name)
    out = [f"\t.type\t{name},@object\n", section_line(g.section, False), binding(name, g.linkage, g.attrs)]
    if g.align > 1:
        out.append(f"\t.p2align\t{g.align.bit_length() - 1}, 0x0\n")
    out.append(f"{name}:\n")
    data = bytes(g.init) if g.init is not None else bytes(g.size)
    at = 0
    for off, symbol, addend, size in sorted(g.relocs, key=lambda r: int(r[0])):
        out.append(bytes_text(data[at:off]))
        out.append(f"\t{'.quad' if size == 8 else '.long'}\t{symbol_name(symbol)}{f'+{addend}' if addend > 0 else addend or ''}\n")
        at = off + size
    out.append(bytes_text(data[at:]))
    out.append(f"\t.size\t{name}, {g.size}\n\n")
    return "".join(out)


def bytes_text(data: bytes) -> str:
    """Strings, zeros and other bytes as directives."""
    if not data:
        return ""
    if not any(data):
        return f"\t.zero\t{len(data)}\n"
    body = data[:-1]
    if data[-1] == 0 and all(32 <= b < 127 or b in b"\t\n" for b in body):
        return f'\t.asciz\t"{quoted(body)}"\n'
    tail = len(data) - len(data.rstrip(b"\0"))
    if tail < 8:
        tail = 0
    used = data[: len(data) - tail]
    rows = ["\t.byte\t" + ", ".join(str(b) for b in used[i : i + 16]) + "\n" for i in range(0, len(used), 16)]
    return "".join(rows) + (f"\t.zero\t{tail}\n" if tail else "")


def quoted(data: bytes) -> str:
    text = data.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if " " <= c < "\x7f" else f"\\{ord(c):03o}" for c in text)


def assembly(module: Any, codes: list[Any], big_endian: bool, file: str, where: Where | None) -> str:
    """A whole module, without its BTF."""
    out = [f'\t.text\n\t.file\t"{quoted(file.encode("utf-8", "surrogateescape"))}"\n']
    out += [f"{text}\n" for text, _ in module.asm]
    out += [function_text(n, code, module.functions[code.name], big_endian, where) for n, code in enumerate(codes)]
    used = {symbol for code in codes for _, _, symbol, _ in code.relocs}
    for g in module.globals.values():
        if g.linkage.startswith("extern"):
            if g.name in used and g.linkage == "extern_weak":
                out.append(f"\t.weak\t{symbol_name(g.name)}\n")
        else:
            out.append(data_text(g, big_endian))
    for name, (target, weak) in module.aliases.items():
        out.append(f"\t.{'weak' if weak else 'globl'}\t{symbol_name(name)}\n.set {symbol_name(name)}, {symbol_name(target)}\n")
    for name, symbol in module.externs.items():
        if name in used and "weak" in symbol.attrs:
            out.append(f"\t.weak\t{symbol_name(name)}\n")
    return "".join(out)
