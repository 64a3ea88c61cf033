"""The IR as text: what `print_module` writes, `parse` (parse.py) reads back, and it prints the same again.

    extern @g
    alias @t @table weak
    record "pair" holds ("half")
    var @table section ".data" size 4 align 4 linkage local init 01000000
    func @f -> i64 section "xdp" linkage global attrs (inline) {
      slot $buf size 16 align 8
    entry(%0: ptr, %1: i32):
      %2 = load.i32 %0 [1 signed off 4]
      %3 = icmp.ult.i32 %2, 10
      br likely %3, then, done(7)
    then:
      ...

A number is written without its type where the operation fixes it, else as `7:i64`; `undef:i32`, `$slot`, `@symbol+8` are the other
leaves.  Suffixes of an operation are its comparison, its type (of a store and a switch: the operand's) and its numbers
(`sextn.i32.8`).  Blocks and values of one name get a number behind it.  Positions and C types are not part of the text: what is
read back has None there.  `;` starts a comment."""

from __future__ import annotations

import re

from .core import Asm, Atomic, Block, Call, CoreReloc, Function, Global, Mem, Module, RecordType, Slot, Target, Value
from .parse import IRSyntaxError, operand_types, parse, read_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["IRSyntaxError", "parse", "print_function", "print_module", "quote", "read_string"]

_PLAIN = re.compile(r"[A-Za-z_.$][\w.$]*\Z", re.ASCII)
_NAME = re.compile(r"[\w.$]+\Z", re.ASCII)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def quote(text: str) -> str:
    """A string literal of the text form."""
    return '"' + "".join(_ESCAPES.get(c) or (c if " " <= c <= "~" else f"\\u{{{ord(c):x}}}") for c in text) + '"'


def print_module(module: Module) -> str:
    lines = [f"asm {quote(text)}" for text, _ in module.asm]
    lines += [f"extern {symbol(name)}" for name in module.externs]
    lines += [f"record {quote(r.name)} holds ({' '.join(map(quote, sorted(r.holds)))})" for r in records(module) if r.holds]
    lines += [print_global(variable) for variable in module.globals.values()]
    lines += [f"alias {symbol(name)} {symbol(target)}{' weak' * weak}" for name, (target, weak) in module.aliases.items()]
    parts = ["\n".join(lines) + "\n"] if lines else []
    parts += [print_function(fn) for fn in module.functions.values()]
    return "\n".join(parts)


def records(module: Module) -> list[RecordType]:
    """Those that accesses name, in order of their names."""
    found = {i.aux.field[0].name: i.aux.field[0] for fn in module.functions.values() for i in fn.insns() if isinstance(i.aux, Mem) and i.aux.field}
    return [found[name] for name in sorted(found)]


def print_global(v: Global) -> str:
    text = f"var {symbol(v.name)} section {quote(v.section)} size {v.size} align {v.align} linkage {v.linkage}"
    if v.const:
        text += " const"
    if v.fixed:
        text += " fixed"
    if v.init is not None:
        text += f" init {quote(v.init.hex())}"
    if v.relocs:
        text += f" relocs ({' '.join(f'{off} {symbol(name)} {addend} {size}' for off, name, addend, size in v.relocs)})"
    return text + strings(" attrs", sorted(v.attrs)) + strings(" tags", v.decl_tags)


def symbol(name: str) -> str:
    return "@" + (name if _NAME.match(name) else quote(name))


def strings(word: str, items: Iterable[str]) -> str:
    text = " ".join(i if _PLAIN.match(i) else quote(i) for i in items)
    return f"{word} ({text})" if text else ""


def unique(name: str, taken: set[str]) -> str:
    """`name`, with the first number behind it that makes it new."""
    result, n = name, 1
    while result in taken:
        n += 1
        result = f"{name}.{n}"
    taken.add(result)
    return result


def print_function(fn: Function, names: bool = True) -> str:
    """names: values keep the names that they were read with; otherwise all are numbered."""
    return Printer(fn, names).text()


class Printer:
    """Names of one function's values, blocks and slots."""

    def __init__(self, fn: Function, names: bool) -> None:
        self.fn = fn
        taken: set[str] = set()
        self.blocks: dict[Block, str] = {b: unique(b.name, taken) for b in fn.blocks}
        taken = set()
        self.slots: dict[Slot, str] = {s: unique(s.name or "_", taken) for s in fn.slots}
        self.values: dict[Value, str] = {}
        seen: set[str] = set()
        count = 0
        for block in fn.blocks:
            for v in [*block.params, *(i for i in block.insns if i.type != "void")]:
                if names and v.name and not v.name.isdigit():
                    self.values[v] = unique(v.name, seen)
                else:
                    self.values[v] = str(count)
                    count += 1

    def text(self) -> str:
        fn = self.fn
        head = f"func {symbol(fn.name)} -> {fn.ret}"
        if fn.section != ".text":
            head += f" section {quote(fn.section)}"
        if fn.linkage != "global":
            head += f" linkage {fn.linkage}"
        lines = [head + strings(" attrs", sorted(fn.attrs)) + strings(" tags", fn.decl_tags) + " {"]
        lines += [f"  slot {self.slot(s)} size {s.size} align {s.align}" for s in fn.slots]
        for block in fn.blocks:
            wish = "" if block.unroll is None else f" unroll {block.unroll}"
            params = ", ".join(f"{self.operand(p)}: {p.type}" for p in block.params)
            lines.append(f"{self.block(block)}{f'({params})' if params else ''}{wish}:")
            lines += ["  " + self.insn(i) for i in block.insns]
        return "\n".join([*lines, "}"]) + "\n"

    def block(self, block: Block) -> str:
        name = self.blocks.get(block)
        if name is None:
            name = self.blocks[block] = unique(block.name + ".gone", set(self.blocks.values()))
        return name if _PLAIN.match(name) else quote(name)

    def slot(self, slot: Slot) -> str:
        name = self.slots.get(slot)
        if name is None:
            name = self.slots[slot] = unique((slot.name or "_") + ".gone", set(self.slots.values()))
        return "$" + (name if _NAME.match(name) else quote(name))

    def operand(self, v: Value, expected: str | None = None) -> str:
        op = v.op
        if op == "const":
            return str(v.aux) if v.type == expected else f"{v.aux}:{v.type}"
        if op == "undef":
            return f"undef:{v.type}"
        if op == "slot":
            return self.slot(v.aux)
        if op == "gaddr":
            name, addend = v.aux
            return f"{symbol(name)}{addend:+d}" if addend else symbol(name)
        name = self.values.get(v)
        if name is None:  # broken IR: the verifier says more
            name = self.values[v] = unique("gone", set(self.values.values()))
        return "%" + (name if _NAME.match(name) else quote(name))

    def target(self, t: Target) -> str:
        if not t.args:
            return self.block(t.block)
        kinds: list[Any] = [p.type for p in t.block.params] + [None] * len(t.args)
        return f"{self.block(t.block)}({', '.join(map(self.operand, t.args, kinds))})"

    def insn(self, i: Value) -> str:
        result = f"{self.operand(i)} = " if i.type != "void" else ""
        suffix = self.suffix(i)
        expected = operand_types(i.op, suffix.split(".")[1:], self.fn.ret, len(i.args))
        args = ", ".join(map(self.operand, i.args, expected))
        words = [i.op + suffix]
        aux = i.aux
        op = i.op
        if op == "br" or op == "lifetime":
            words += [aux] if aux else []
        elif isinstance(aux, CoreReloc):
            words.append(core(aux))
        elif isinstance(aux, Call):
            words.append(call(aux))
        elif isinstance(aux, Asm):
            words.append(asm(aux))
        if op in ("call", "asm", "asm_goto"):
            args = f"({args})"
        if isinstance(aux, Mem):
            args += f" [{mem(aux)}]"
        elif isinstance(aux, Atomic):
            args += f" [{aux.size}{' fetch' if aux.fetch else ''}{f' off {aux.off}' if aux.off else ''}]"
        parts = [args] if args else []
        if op == "switch":
            parts += [f"default {self.target(t)}" if n == 0 else f"{aux[n - 1]}: {self.target(t)}" for n, t in enumerate(i.targets)]
        else:
            parts += map(self.target, i.targets)
        return result + " ".join([*words, ", ".join(parts)]).rstrip()

    def suffix(self, i: Value) -> str:
        op, aux = i.op, i.aux
        if op == "icmp":
            return f".{aux}.{i.args[0].type}"
        if op == "store":
            return f".{i.args[1].type}"
        if op == "switch":
            return f".{i.args[0].type}"
        if op == "atomic":
            return f".{i.type}.{aux.kind}"
        text = "" if i.type == "void" else "." + i.type
        if aux == "nsw":
            return text + ".nsw"
        if isinstance(aux, int):
            text += f".{aux}"
        elif op == "addr_cast":
            text += f".{aux[0]}.{aux[1]}"
        return text


def mem(m: Mem) -> str:
    text = str(m.size)
    if m.signed:
        text += " signed"
    if m.off:
        text += f" off {m.off}"
    if m.align != m.size:
        text += f" align {m.align}"
    if m.volatile:
        text += " volatile"
    if m.strict:
        text += " strict"
    if m.field is not None:
        text += f" in {quote(m.field[0].name)} {m.field[1]}"
    if m.reloc is not None:
        text += " " + core(m.reloc)
    return text


def core(reloc: CoreReloc) -> str:
    return f"core({reloc.kind} {quote(reloc.spec)} {reloc.value})"


def call(info: Call) -> str:
    text: str = info.kind
    if info.kind == "helper":
        text += f" {info.target}"
    elif info.kind == "func":
        text += " " + symbol(info.target)
    elif info.kind == "library":
        text += f" {symbol(info.target)}" + "".join(f" align {n}" for n in info.align)
    elif info.kind == "refused":
        text += " " + quote(info.target)
    return text + (" noreturn" if info.noreturn else "")


def asm(a: Asm) -> str:
    text = quote(a.template)
    if a.volatile:
        text += " volatile"
    if a.outputs:
        text += f" out ({' '.join(f'{quote(c)} {kind} {size}' for c, kind, size in a.outputs)})"
    if a.inputs:
        text += f" in ({' '.join(f'{quote(c)} {size}' for c, size in a.inputs)})"
    if a.clobbers:
        text += f" clobbers ({' '.join(map(quote, a.clobbers))})"
    if a.names:
        text += f" names ({' '.join(map(quote, a.names))})"
    if a.order:
        text += f" order ({' '.join(map(str, a.order))})"
    return text
