"""Selection of calls, legacy packet loads and inline assembly."""

from __future__ import annotations

from ..ir.core import ASM_REGISTERS, WIDTH, Value
from . import mcode as m
from .asm import mentioned
from .mcode import JMP, SelectError, X, fits32
from .select_memory import address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .select import Selector


SIZED = dict.fromkeys(("memcpy", "memmove", "memset"), "a constant size")
NEEDS = {**SIZED, "memcmp": "a constant size of at most 512 bytes"}
REGISTERS = 10  # for the operands of an asm: r10 is the frame's


class AsmUse:
    """Inline assembly waiting for registers: operand values as ("r", register, size), ("i", constant), ("s", symbol, addend),
    ("m", register, offset) or ("slot", slot, offset)."""

    __slots__ = ("asm", "operands", "outs", "labels", "pos")

    def __init__(self, asm: Any, operands: list[Any], outs: list[int], labels: list[Any], pos: Any) -> None:
        self.asm = asm
        self.operands = operands
        self.outs = outs
        self.labels = labels
        self.pos = pos

    def assign(self, table: list[int]) -> None:
        self.operands = [(o[0], table[o[1]], *o[2:]) if o[0] in "rm" else o for o in self.operands]

    def replace(self, table: dict[int, int]) -> None:
        self.operands = [(o[0], table[o[1]], *o[2:]) if o[0] in "rm" and o[1] in table else o for o in self.operands]


def op_call(s: Selector, insn: Value) -> None:
    info = insn.aux
    if info.kind == "refused":
        raise SelectError(info.target, insn.pos)
    if info.kind == "library" and info.target.startswith("float "):
        raise SelectError("floating point is not supported on BPF: compute with integers, scaled where fractions matter", insn.pos)
    if info.kind == "library":
        raise SelectError(f"'{info.spelled}' needs {NEEDS.get(info.target, 'strings that are known')} on BPF: there is no function to call", insn.pos)
    args = list(insn.args)
    target = None
    if info.kind == "indirect":
        target = s.value(args.pop(0))
    if len(args) > 5:
        raise SelectError(f"call of '{info.target}' needs {len(args)} arguments: BPF passes at most 5 (in registers); pass a pointer to a struct", insn.pos)
    regs = [argument(s, a) for a in args]
    for k, r in enumerate(regs):
        if isinstance(r, int):
            s.mov(k + 1, r)
        else:
            place(s, k + 1, r)
    i = s.put(JMP | m.CALL)
    uses = tuple(range(1, len(args) + 1))
    i.uses = uses + ((target,) if target is not None else ())
    i.defs = (0, 1, 2, 3, 4, 5)
    if info.kind == "helper":
        i.imm = info.target
    elif info.kind == "func":
        i.reloc = ("R_BPF_64_32", info.target, 0)
        i.src, i.imm = 1, -1
    else:
        assert target is not None
        i.code = JMP | m.CALL | X
        i.dst = target
        i.code = JMP | m.CALL
        raise SelectError("indirect calls are not supported by the BPF verifier", insn.pos)
    if insn.type != "void" and s.uses.get(insn):
        d = s.reg[insn] = s.new()
        s.mov(d, 0)


def argument(s: Selector, a: Value) -> Any:
    if a.op in ("const", "slot", "gaddr", "undef") and a not in s.reg and (a.op, a.type, a.aux) not in s.consts:
        return a
    if a.type == "i32" and a not in s.clean and a.op != "const":
        return s.zero_extend(s.value(a))
    return s.value(a)


def place(s: Selector, r: int, a: Value) -> None:
    """A leaf straight into a physical register."""
    if a.op == "const":
        s.load_const(r, a.aux, WIDTH[a.type])
    elif a.op == "undef":
        s.load_const(r, 0)
    elif a.op == "slot":
        s.put(m.FRAME, r).slot = a.aux
    else:
        s.load_symbol(r, *a.aux)


def op_ldabs(s: Selector, insn: Value) -> None:
    assert s.context_value is not None
    s.mov(6, s.value(s.context_value))
    off = insn.args[0]
    size = m.SIZES[insn.aux]
    if off.op == "const" and fits32(off.aux):
        i = s.put(m.LD | 0x20 | size, 0, 0, 0, off.aux)
        i.uses = (6,)
    else:
        r = s.value(off)
        i = s.put(m.LD | 0x40 | size, 0, r)
        i.uses = (6, r)
    i.defs = (0, 1, 2, 3, 4, 5)
    d = s.reg[insn] = s.new()
    s.mov(d, 0)


def op_asm(s: Selector, insn: Value) -> None:
    inline_asm(s, insn, [])


def named_register(constraint: str) -> int | None:
    """The one that `{r8}` in a constraint names."""
    _, brace, name = constraint.partition("{r")
    return int(name[:-1]) if brace else None


def inline_asm(s: Selector, insn: Value, labels: list[Any]) -> None:
    asm = insn.aux
    named = [named_register(constraint) for constraint, _, _ in asm.outputs]
    outs = [s.new() if r is None else r for r in named]
    operands: list[Any] = [("r", r, size) for r, (_, _, size) in zip(outs, asm.outputs)]
    uses: list[int] = []
    defs: list[int] = list(outs)
    last: list[tuple[int, int]] = []  # what goes to a register that is named, once the other operands are where they have to be
    for (constraint, size), v in zip(asm.inputs, insn.args):
        letters = constraint.strip("&%")
        register = outs[int(letters)] if letters.isdigit() else named_register(letters)
        if register is not None:
            if register >= m.FIRST_VIRTUAL:
                s.mov(register, s.value(v))
            elif v.op != "undef":
                last.append((register, s.value(v)))
            if v.op != "undef":
                uses.append(register)
            operands.append(("r", register, size))
        elif "m" in letters and "r" not in letters:
            r, off, slot, _ = address(s, v, 0)
            if slot is not None:
                operands.append(("slot", slot, off))
            else:
                operands.append(("m", r, off))
                uses.append(r)
        elif ("i" in letters or "n" in letters) and v.op == "const":
            operands.append(("i", v.aux))
        elif "i" in letters and v.op == "gaddr":
            operands.append(("s", *v.aux))
        elif "r" in letters or "w" in letters or "p" in letters or "g" in letters:
            r = s.value(v)
            operands.append(("r", r, size))
            uses.append(r)
        else:
            raise SelectError(f"value of asm operand '{constraint}' is not a constant", insn.pos)
    for c in asm.clobbers:
        name = c.lstrip("%#")
        if ASM_REGISTERS.get(name, 10) < 10:
            defs.append(ASM_REGISTERS[name])
    for register, r in last:
        s.mov(register, r)
    early = any("&" in c for c, _, _ in asm.outputs) or any(d not in outs for d in defs)
    if len({*uses, *defs} if early else set(uses)) > REGISTERS or len(set(defs)) > REGISTERS:
        raise SelectError("inline assembly requires more registers than available", insn.pos)
    for n in sorted({n for n, r in enumerate(outs) if r not in uses} - mentioned(asm)):  # the assembly does not set it: it is read as it was
        s.put(m.UNDEF, outs[n])
        uses.append(outs[n])
    i = s.put(m.PSEUDO)
    i.uses, i.defs = tuple(uses), tuple(defs)
    i.asm = AsmUse(asm, operands, outs, [s.heads[b] for b in labels], insn.pos)
    if early:
        keep_apart(s, outs, uses)
    for n, register in enumerate(named):
        if register is not None:
            outs[n] = s.new()
            s.mov(outs[n], register)
    if outs:
        if labels:
            if any(register is not None for register in named):
                raise SelectError("an output of 'asm goto' in a register that is named is not supported", insn.pos)
            s.unspillable.update(outs)  # there is no place behind the definition, on every way, for a store
        else:
            s.reg[insn] = outs[0]
        s.asm_parts[insn] = outs


def keep_apart(s: Selector, outs: list[int], uses: list[int]) -> None:
    """Clobbered registers and early outputs are written before inputs are read: an empty use after the asm keeps inputs alive."""
    after = s.put(m.PSEUDO)
    after.uses = tuple(u for u in uses if u not in outs)
    after.asm = AsmUse(None, [("r", u, 8) for u in after.uses], [], [], None)


def op_asm_out(s: Selector, insn: Value) -> None:
    out = s.asm_parts[insn.args[0]][insn.aux]
    if insn.args[0].op == "asm_goto":
        s.reg[insn] = s.new()
        s.mov(s.reg[insn], out)
    else:
        s.reg[insn] = out


def op_asm_goto(s: Selector, insn: Value) -> None:
    for t in insn.targets:
        s.edge(t)
    inline_asm(s, insn, [t.block for t in insn.targets[1:]])
    s.go(insn.targets[0].block)


CALLS = {
    "call": op_call,
    "ldabs": op_ldabs,
    "asm": op_asm,
    "asm_out": op_asm_out,
    "asm_goto": op_asm_goto,
}
