"""Runs IR as core.py defines it: the reference that tests compare passes and machine code with.

Values are unsigned integers below 2**width.  The address space is one of separate objects with gaps between them: an access outside
an object raises Trap, as do an unreachable block and too many steps.  Nothing here shares code with fold.py: the two check each other."""

from __future__ import annotations

from bisect import bisect_right

from .core import BINARY, WIDTH, Block, Function, Module, Slot, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Helper = Callable[["Machine", list[int]], int]

FIRST_ADDRESS = 0x1_0000_0000
GAP = 64
MAX_DEPTH = 64


class Trap(Exception):
    """The program does what has no meaning: its reason."""


def interpret(
    module: Module,
    name: str,
    args: list[int | bytes | bytearray],
    helpers: Mapping[int | str, Helper] | None = None,
    big_endian: bool = False,
    steps: int = 1_000_000,
) -> int:
    """What the function returns, unsigned; 0 if it is void. Bytes as an argument are an object whose address is passed; a bytearray
    has what the function left there afterwards."""
    machine = Machine(module, helpers, big_endian, steps)
    values = []
    for a in args:
        values.append(machine.allocate(a) if isinstance(a, (bytes, bytearray)) else a)
    result = machine.call(name, values)
    for a, v in zip(args, values):
        if isinstance(a, bytearray):
            a[:] = machine.read_bytes(v, len(a))
    return result


def signed(n: int, bits: int) -> int:
    n &= (1 << bits) - 1
    return n - (1 << bits) if n >> bits - 1 else n


class Machine:
    """Memory, symbols and helpers. helpers: by number, or by name for functions that the module does not define.
    fill: the byte that a new stack object holds; undef: the value of `undef`."""

    def __init__(
        self, module: Module, helpers: Mapping[int | str, Helper] | None = None, big_endian: bool = False, steps: int = 1_000_000, fill: int = 0, undef: int = 0
    ) -> None:
        self.module = module
        self.helpers = helpers if helpers is not None else {}
        self.order: Any = "big" if big_endian else "little"
        self.steps = steps
        self.fill = fill
        self.undef = undef
        self.depth = 0
        self.bases: list[int] = []
        self.objects: dict[int, bytearray] = {}
        self.next = FIRST_ADDRESS
        self.symbols: dict[str, int] = {}
        self.functions: dict[int, str] = {}
        for variable in module.globals.values():
            data = variable.init if variable.init is not None else b""
            self.symbols[variable.name] = self.allocate(data.ljust(variable.size, b"\0"), variable.align)
        for name, (target, _) in module.aliases.items():
            if target in self.symbols:
                self.symbols[name] = self.symbols[target]
        for variable in module.globals.values():
            for off, symbol, addend, size in variable.relocs:
                self.write(self.symbols[variable.name] + off, size, self.address_of(symbol) + addend)

    # -- memory ----------------------------------------------------------------------------------------------------
    def allocate(self, data: bytes | bytearray | int, align: int = 16) -> int:
        """The address of a new object: a copy of `data`, or that many filled bytes."""
        content = bytearray([self.fill]) * data if isinstance(data, int) else bytearray(data)
        align = max(align, 8)
        base = (self.next + align - 1) & -align
        self.next = base + len(content) + GAP
        self.bases.append(base)
        self.objects[base] = content
        return base

    def release(self, base: int) -> None:
        """Frees the newest object; its address is not used again."""
        self.bases.remove(base)
        del self.objects[base]

    def find(self, address: int, size: int) -> tuple[bytearray, int]:
        n = bisect_right(self.bases, address)
        if n:
            base = self.bases[n - 1]
            content = self.objects[base]
            if address + size <= base + len(content):
                return content, address - base
        raise Trap(f"access to {size} bytes at {address:#x}, outside every object")

    def read_bytes(self, address: int, size: int) -> bytes:
        content, at = self.find(address, size)
        return bytes(content[at : at + size])

    def write_bytes(self, address: int, data: bytes) -> None:
        content, at = self.find(address, len(data))
        content[at : at + len(data)] = data

    def read(self, address: int, size: int) -> int:
        return int.from_bytes(self.read_bytes(address, size), self.order)

    def write(self, address: int, size: int, value: int) -> None:
        self.write_bytes(address, (value & (1 << size * 8) - 1).to_bytes(size, self.order))

    def address_of(self, symbol: str) -> int:
        known = self.symbols.get(symbol)
        if known is None:
            if symbol not in self.module.functions and symbol not in self.helpers:
                raise Trap(f"'{symbol}' is not defined")
            known = self.symbols[symbol] = self.allocate(b"\0" * 8)
            self.functions[known] = symbol
        return known

    # -- functions -------------------------------------------------------------------------------------------------
    def call(self, name: str, args: list[int]) -> int:
        fn = self.module.functions.get(name)
        if fn is None:
            helper = self.helpers.get(name)
            if helper is None:
                raise Trap(f"function '{name}' is not defined")
            return helper(self, args)
        if len(args) != len(fn.params):
            raise Trap(f"'{name}' takes {len(fn.params)} arguments, not {len(args)}")
        if self.depth == MAX_DEPTH:
            raise Trap("calls are nested too deeply")
        self.depth += 1
        frame = Frame(self, fn)
        try:
            return frame.run(args)
        finally:
            self.depth -= 1
            for base in frame.slots.values():
                self.release(base)


class Frame:
    """One activation of a function."""

    def __init__(self, machine: Machine, fn: Function) -> None:
        self.machine: Machine = machine
        self.fn = fn
        self.values: dict[Value, int] = {}
        self.outputs: dict[Value, list[int]] = {}
        self.slots: dict[Slot, int] = {}

    def value(self, v: Value) -> int:
        known = self.values.get(v)
        if known is not None:
            return known
        op = v.op
        if op == "const":
            return int(v.aux) & (1 << WIDTH[v.type]) - 1
        if op == "undef":
            return self.machine.undef & ((1 << WIDTH[v.type]) - 1)
        if op == "slot":
            base = self.slots.get(v.aux)
            if base is None:
                base = self.slots[v.aux] = self.machine.allocate(v.aux.size, v.aux.align)
            return base
        if op == "gaddr":
            name, addend = v.aux
            return (self.machine.address_of(name) + int(addend)) & ((1 << 64) - 1)
        raise Trap(f"'{self.fn.name}' reads a value that was not computed: {v!r}")

    def run(self, args: list[int]) -> int:
        machine, values = self.machine, self.values
        block = self.fn.blocks[0]
        for p, a in zip(block.params, args):
            values[p] = a & (1 << WIDTH[p.type]) - 1
        while True:
            machine.steps -= len(block.insns)
            if machine.steps < 0:
                raise Trap("too many steps")
            for insn in block.insns[:-1]:
                result = EXECUTE[insn.op](self, insn)
                if insn.type != "void":
                    values[insn] = result & (1 << WIDTH[insn.type]) - 1
            t = block.insns[-1]
            if t.op == "ret":
                if not t.args:
                    return 0
                return self.value(t.args[0])
            block = self.follow(t)

    def follow(self, t: Value) -> Block:
        op = t.op
        if op == "jmp" or (op == "asm_goto" and not t.aux.template.strip()):
            target = t.targets[0]
        elif op == "br":
            target = t.targets[0 if self.value(t.args[0]) else 1]
        elif op == "switch":
            n = signed(self.value(t.args[0]), WIDTH[t.args[0].type])
            target = t.targets[t.aux.index(n) + 1 if n in t.aux else 0]
        else:
            raise Trap(f"'{op}' is reached in '{self.fn.name}'")
        arguments = [self.value(a) for a in target.args]  # all are read before one is written
        self.values.update(zip(target.block.params, arguments))
        return target.block


# -- operations --------------------------------------------------------------------------------------------------------
def divide(a: int, b: int) -> int:
    """Towards zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def binary(op: str, a: int, b: int, bits: int) -> int:
    """a, b below 2**bits; the result is not yet wrapped."""
    if op == "add":
        return a + b
    if op == "sub":
        return a - b
    if op == "mul":
        return a * b
    if op == "and":
        return a & b
    if op == "or":
        return a | b
    if op == "xor":
        return a ^ b
    if op == "shl":
        return a << b % bits
    if op == "lshr":
        return a >> b % bits
    if op == "ashr":
        return signed(a, bits) >> b % bits
    if op == "udiv":
        return a // b if b else 0
    if op == "urem":
        return a % b if b else a
    x, y = signed(a, bits), signed(b, bits)
    if op == "sdiv":
        return divide(x, y) if y else 0
    assert op == "srem", op
    return x - divide(x, y) * y if y else x


def run_binary(f: Frame, i: Value) -> int:
    return binary(i.op, f.value(i.args[0]), f.value(i.args[1]), WIDTH[i.type])


def run_icmp(f: Frame, i: Value) -> int:
    a, b = f.value(i.args[0]), f.value(i.args[1])
    cond: str = i.aux
    if cond == "eq":
        return int(a == b)
    if cond == "ne":
        return int(a != b)
    if cond[0] == "s":
        bits = WIDTH[i.args[0].type]
        a, b = signed(a, bits), signed(b, bits)
    return int({"lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b}[cond[1:]])


def run_select(f: Frame, i: Value) -> int:
    return f.value(i.args[1 if f.value(i.args[0]) else 2])


def run_move(f: Frame, i: Value) -> int:
    return f.value(i.args[0])


def run_sext(f: Frame, i: Value) -> int:
    return signed(f.value(i.args[0]), 32)


def run_sextn(f: Frame, i: Value) -> int:
    return signed(f.value(i.args[0]), i.aux)


def run_bswap(f: Frame, i: Value) -> int:
    size = i.aux // 8
    return int.from_bytes((f.value(i.args[0]) & (1 << i.aux) - 1).to_bytes(size, "little"), "big")


def run_constant_p(f: Frame, i: Value) -> int:
    return int(i.args[0].op == "const")


def run_core_field(f: Frame, i: Value) -> int:
    return f.value(i.args[0]) + int(i.aux.value)


def run_core_const(f: Frame, i: Value) -> int:
    return int(i.aux.value)


def run_load(f: Frame, i: Value) -> int:
    mem = i.aux
    n = f.machine.read(f.value(i.args[0]) + mem.off, mem.size)
    return signed(n, mem.size * 8) if mem.signed else n


def run_store(f: Frame, i: Value) -> int:
    f.machine.write(f.value(i.args[0]) + i.aux.off, i.aux.size, f.value(i.args[1]))
    return 0


def run_copy(f: Frame, i: Value) -> int:
    f.machine.write_bytes(f.value(i.args[0]), f.machine.read_bytes(f.value(i.args[1]), i.aux.size))
    return 0


def run_memset(f: Frame, i: Value) -> int:
    f.machine.write_bytes(f.value(i.args[0]), bytes([f.value(i.args[1]) & 255]) * i.aux.size)
    return 0


def run_lifetime(f: Frame, i: Value) -> int:
    address, size = f.value(i.args[0]), i.args[0].aux.size
    f.machine.write_bytes(address, bytes([f.machine.fill]) * size)
    return 0


def run_atomic(f: Frame, i: Value) -> int:
    a = i.aux
    address = f.value(i.args[0]) + a.off
    if address % a.size:
        raise Trap(f"atomic access to {a.size} bytes at {address:#x}, which is not aligned")
    mask = (1 << a.size * 8) - 1
    old = f.machine.read(address, a.size)
    if a.kind == "load":
        return old
    new = f.value(i.args[-1])
    if a.kind == "cmpxchg":
        new = new if old == f.value(i.args[1]) & mask else old
    elif a.kind in ("add", "and", "or", "xor"):
        new = binary(a.kind, old, new & mask, a.size * 8)
    f.machine.write(address, a.size, new)
    return old


def run_call(f: Frame, i: Value) -> int:
    info, machine = i.aux, f.machine
    args = [f.value(a) for a in i.args]
    if info.kind == "func":
        return machine.call(info.target, args)
    if info.kind == "indirect":
        name = machine.functions.get(args[0])
        if name is None:
            raise Trap("an indirect call of what is no function")
        return machine.call(name, args[1:])
    if info.kind == "refused":
        raise Trap(info.target)
    if info.kind == "library":
        from .interp_library import call

        return call(machine, info.target, args)
    helper = machine.helpers.get(info.target)
    if helper is None:
        raise Trap(f"helper {info.target} is called")
    return helper(machine, args)


def run_asm(f: Frame, i: Value) -> int:
    """Without text: what is tied to an input passes through."""
    asm = i.aux
    if asm.template.strip():
        raise Trap("inline assembly is reached")
    results = [f.machine.undef] * len(asm.outputs)
    for (constraint, _), v in zip(asm.inputs, i.args):
        if constraint.isdigit():
            results[int(constraint)] = f.value(v)
    f.outputs[i] = results
    return results[0] if results else 0


def run_asm_out(f: Frame, i: Value) -> int:
    return f.outputs[i.args[0]][int(i.aux)]


def run_ldabs(f: Frame, i: Value) -> int:
    raise Trap("a legacy packet load is reached")


EXECUTE: dict[str, Callable[[Frame, Value], int]] = {
    **dict.fromkeys(BINARY, run_binary),
    **dict.fromkeys(("zext", "trunc", "ptrtoint", "inttoptr", "addr_cast", "hold"), run_move),
    "icmp": run_icmp,
    "select": run_select,
    "sext": run_sext,
    "sextn": run_sextn,
    "bswap": run_bswap,
    "constant_p": run_constant_p,
    "core_field": run_core_field,
    "core_const": run_core_const,
    "load": run_load,
    "store": run_store,
    "memcpy": run_copy,
    "memmove": run_copy,
    "memset": run_memset,
    "lifetime": run_lifetime,
    "atomic": run_atomic,
    "call": run_call,
    "asm": run_asm,
    "asm_out": run_asm_out,
    "ldabs": run_ldabs,
}
