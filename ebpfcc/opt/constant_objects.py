"""Loads and copies from objects that hold their initialiser whenever a program runs: the loads are constants, the copies store constants.

An object whose last use goes this way is not in the object file; loaders that know no `.rodata.str1.1` can then read it."""

from __future__ import annotations

from ..ir.core import Function, Global, Mem, Module, Value, replace_values
from .libcalls import known_align

MAX_STORES = 128  # of one copy; as MaxStoresPerMemcpy in LLVM's BPFISelLowering.cpp


def run(fn: Function, module: Module) -> int:
    """Requires: addresses folded by gvn.  Preserves: the CFG.  Returns: loads and copies replaced."""
    new: dict[Value, Value] = {}
    copies = 0
    for block in fn.blocks:
        out: list[Value] = []
        for insn in block.insns:
            if insn.op == "load" and insn.args[0].op == "gaddr":
                value = loaded(fn, module, insn)
                if value is not None:
                    new[insn] = value
                    continue
            elif insn.op in ("memcpy", "memmove") and insn.args[1].op == "gaddr" and not insn.aux.volatile:
                stores = stored(fn, module, insn)
                if stores is not None:
                    out += stores
                    copies += 1
                    continue
            out.append(insn)
        block.insns = out
    replace_values(fn, new)
    return len(new) + copies


def loaded(fn: Function, module: Module, load: Value) -> Value | None:
    mem: Mem = load.aux
    symbol, addend = load.args[0].aux
    source = module.globals.get(symbol)
    if source is None or not source.fixed or mem.volatile or mem.reloc is not None:
        return None
    return constant_at(fn, source, addend + mem.off, mem.size, mem.signed, load.type, module.big_endian)


def constant_at(fn: Function, source: Global, off: int, size: int, signed: bool, type: str, big_endian: bool) -> Value | None:
    """What a load of the object's bytes gives; None outside of it, and where a part of an address is read."""
    if off < 0 or off + size > source.size:
        return None
    for at, symbol, addend, width in source.relocs:
        if at < off + size and off < at + width:
            return fn.gaddr(symbol, addend) if at == off and width == size == 8 and type == "ptr" else None
    data = source.init[off : off + size] if source.init is not None else bytes(size)
    return fn.const(type, int.from_bytes(data, "big" if big_endian else "little", signed=signed))


def stored(fn: Function, module: Module, copy: Value) -> list[Value] | None:
    """The stores of constants that a copy is, as wide as the target is known to be aligned."""
    symbol, addend = copy.args[1].aux
    source = module.globals.get(symbol)
    target, size = copy.args[0], copy.aux.size
    align = max(copy.aux.align, known_align(target))
    width = min(8, align & -align)
    if source is None or not source.fixed or size > MAX_STORES * width or addend < 0 or addend + size > source.size:
        return None
    out: list[Value] = []
    at = 0
    while at < size:
        while at + width > size:
            width //= 2
        kind = "i64" if width == 8 else "i32"
        value = constant_at(fn, source, addend + at, width, False, kind, module.big_endian)
        if value is None and width == 8:
            value = constant_at(fn, source, addend + at, width, False, "ptr", module.big_endian)
        if value is None:
            value = Value("load", kind, [copy.args[1]], Mem(width, off=at, align=min(width, copy.aux.align)), copy.pos)
            value.block = copy.block
            out.append(value)
        store = Value("store", "void", [target, value], Mem(width, off=at, align=width), copy.pos)
        store.block = copy.block
        out.append(store)
        at += width
    return out
