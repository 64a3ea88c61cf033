"""A BPF function as the source of a Python function.

Registers are the local variables r0 to r10, unsigned; n counts the instructions that may still run. Blocks with one predecessor stand where
that jumps to them, the others under a number b, which a loop dispatches on. Exact arithmetic is Python's, cut to 64 or 32 bits.
Names that the source uses: those of arithmetic.py, ld<size> and st<size> of memory, h<number> of helpers, f_<section>_<slot> of functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from .decode import Insn
from .memory import SHIFT

M, W = (1 << 64) - 1, (1 << 32) - 1
S, S32 = 1 << 63, 1 << 31
COMPARE = {"jeq": "==", "jne": "!=", "jgt": ">", "jge": ">=", "jlt": "<", "jle": "<=", "jsgt": ">", "jsge": ">=", "jslt": "<", "jsle": "<=", "jset": "&"}
SIZES = {"b": 1, "h": 2, "w": 4, "dw": 8}
ATOMICS = {"add": "add", "or": "or_", "and": "and_", "xor": "xor", "xchg": "second"}
STACK = 512
DEEPEST = 12  # blocks inside blocks; Python allows 100 indentations
CLOBBERED = "r1 = r2 = r3 = r4 = r5 = NOTHING"
TAIL_CALL = 12
CALL_BACK = {164, 181}  # for_each_map_elem, loop: what they call counts instructions too
MAY_GOTO_TIMES = 1 << 23  # BPF_MAX_LOOPS


class Source(NamedTuple):
    """slots: the instruction of each line, from line 1 on. calls: the functions called, as (section, slot)."""

    text: str
    slots: list[int]
    calls: set[tuple[int, int]]
    helpers: set[int]


class Code(NamedTuple):
    """A section. wide: values of lddw after relocation, by slot. targets: (section, slot) of calls. kfuncs: names, by slot.
    missing: why an instruction cannot be executed, by slot."""

    section: int
    insns: list[Insn | None]
    wide: dict[int, int]
    targets: dict[int, tuple[int, int]]
    kfuncs: dict[int, str]
    missing: dict[int, str]


class Block(NamedTuple):
    start: int
    slots: list[int]
    next: int  # where it goes on without a jump; -1: nowhere


def target_of(insn: Insn, slot: int) -> int | None:
    """Where a jump goes."""
    if insn.name == "jal":
        return slot + 1 + insn.imm
    if insn.name in ("ja", "may_goto") or insn.name.removesuffix("32") in COMPARE:
        return slot + 1 + insn.off
    return None


def find_blocks(insns: list[Insn | None], entry: int) -> tuple[dict[int, Block], dict[int, int]]:
    """What is reached from entry, and how often each block is jumped to or run into."""
    starts, work, seen = {entry}, [entry], set()
    while work:
        slot = work.pop()
        while slot not in seen and 0 <= slot < len(insns) and (insn := insns[slot]) is not None:
            seen.add(slot)
            target = target_of(insn, slot)
            if target is not None:
                starts |= {target, slot + 1} if insn.name not in ("ja", "jal") else {target}
                work.append(target)
            if insn.name in ("ja", "jal", "exit", ""):
                break
            slot += 2 if insn.name == "lddw" else 1
    blocks: dict[int, Block] = {}
    entries: dict[int, int] = {entry: 1}
    for start in starts:
        slots, slot = [], start
        goes_on = True
        while goes_on and slot in seen and (slot == start or slot not in starts):
            slots.append(slot)
            insn = insns[slot]
            assert insn is not None
            goes_on = insn.name not in ("ja", "jal", "exit", "")
            slot += 2 if insn.name == "lddw" else 1
        blocks[start] = Block(start, slots, slot if goes_on and slots else -1)
        for insn, at in ((insns[s], s) for s in slots[-1:]):
            assert insn is not None
            for following in (target_of(insn, at), slot if goes_on else None):
                if following is not None:
                    entries[following] = entries.get(following, 0) + 1
    return blocks, entries


def frame_escapes(insn: Insn) -> bool:
    """Whether r10 is used other than for the address of a load or store inside the frame."""
    plain_load = insn.name.startswith("ldx") and insn.src == 10
    plain_store = insn.name in STORES and insn.dst == 10 and (insn.src != 10 or not insn.name.startswith("stx"))
    return not ((plain_load or plain_store) and in_frame(insn))


def in_frame(insn: Insn) -> bool:
    return -STACK <= insn.off <= -SIZES[insn.name.removeprefix("ldxs").removeprefix("ldx").removeprefix("stx").removeprefix("st")]


class Translator:
    """One function's lines."""

    def __init__(self, code: Code, entry: int, arities: Mapping[int, int]) -> None:
        self.code = code
        self.arities = arities
        self.insns = code.insns
        self.blocks, self.entries = find_blocks(code.insns, entry)
        reached = [insn for block in self.blocks.values() for slot in block.slots if (insn := code.insns[slot]) is not None]
        on_frame = [insn for insn in reached if 10 in (insn.dst, insn.src)]
        self.frame = bool(on_frame)
        self.escapes = any(map(frame_escapes, on_frame))
        self.counts = any(insn.name == "may_goto" for insn in reached)
        self.lines: list[str] = []
        self.slots: list[int] = []
        self.numbers: dict[int, int] = {}  # of blocks under a number
        self.roots: list[int] = []
        self.calls: set[tuple[int, int]] = set()
        self.helpers: set[int] = set()
        self.slot = entry
        self.entry = entry

    def put(self, depth: int, text: str) -> None:
        self.lines.append(" " * depth + text)
        self.slots.append(self.slot)

    def source(self, name: str) -> Source:
        bodies: list[tuple[list[str], list[int]]] = []
        self.number(self.entry)
        while len(bodies) < len(self.roots):
            self.lines, self.slots = [], []
            self.block(self.roots[len(bodies)], 0, 0)
            bodies.append((self.lines, self.slots))
        self.lines, self.slots, self.slot = [], [], self.entry
        self.put(0, f"def {name}(m, r1=NOTHING, r2=NOTHING, r3=NOTHING, r4=NOTHING, r5=NOTHING):")
        self.put(1, "n = m.left; r0 = NOTHING")
        if self.frame:
            self.put(1, f"s = bytearray({STACK})")
        if self.escapes:
            self.put(1, f"f = m.memory.frame(s); r10 = (f << {SHIFT}) + {STACK}")
        if self.counts:
            self.put(1, f"g = {MAY_GOTO_TIMES}")
        self.put(1, "b = 0")
        self.put(1, "while n > 0:")
        self.dispatch(bodies, 0, len(bodies), 2)
        self.put(1, "m.left = n; m.limit_reached()")
        return Source("\n".join(self.lines) + "\n", self.slots, self.calls, self.helpers)

    def dispatch(self, bodies: list[tuple[list[str], list[int]]], low: int, high: int, depth: int) -> None:
        if high - low == 1:
            for line, slot in zip(*bodies[low]):
                self.lines.append(" " * depth + line)
                self.slots.append(slot)
            return
        middle = (low + high) // 2
        self.put(depth, f"if b < {middle}:")
        self.dispatch(bodies, low, middle, depth + 1)
        self.put(depth, "else:")
        self.dispatch(bodies, middle, high, depth + 1)

    def number(self, start: int) -> int:
        if start not in self.numbers:
            self.numbers[start] = len(self.roots)
            self.roots.append(start)
        return self.numbers[start]

    def go(self, start: int, depth: int, nested: int) -> None:
        if self.entries.get(start) == 1 and nested < DEEPEST and start in self.blocks:
            self.block(start, depth, nested + 1)
        else:
            self.put(depth, f"b = {self.number(start)}")
            self.put(depth, "continue")

    def block(self, start: int, depth: int, nested: int) -> None:
        """Ends with return, raise or continue."""
        while True:
            block = self.blocks.get(start)
            self.slot = start
            if block is None or not block.slots:
                self.put(depth, "m.stop('there is no instruction')")
                return
            self.put(depth, f"n -= {len(block.slots)}")
            for slot in block.slots:
                self.slot = slot
                if self.instruction(depth, nested):
                    return
            if self.entries.get(block.next) != 1 or block.next not in self.blocks:
                self.put(depth, f"b = {self.number(block.next)}")
                self.put(depth, "continue")
                return
            start = block.next

    def instruction(self, depth: int, nested: int) -> bool:
        """Whether control ends here."""
        insn = self.insns[self.slot]
        assert insn is not None
        name = insn.name
        if self.slot in self.code.missing or not name:
            reason = self.code.missing.get(self.slot) or f"no instruction has the opcode {insn.code:#04x} with such operands"
            self.put(depth, f"m.stop({reason!r})")
            return True
        target = target_of(insn, self.slot)
        if name in ("ja", "jal"):
            assert target is not None
            self.go(target, depth, nested)
            return True
        if target is not None:
            if name == "may_goto":
                self.put(depth, "g -= 1")
            self.put(depth, f"if {condition(insn) if name != 'may_goto' else 'g < 0'}:")
            here = self.slot
            self.go(target, depth + 1, nested)
            self.slot = here
            return False
        if name == "exit":
            self.put(depth, "m.left = n")
            self.put(depth, "if n < 0: m.limit_reached()")
            self.leave(depth)
            self.put(depth, "return r0")
            return True
        for line in self.plain(insn):
            self.put(depth, line)
        return False

    def leave(self, depth: int) -> None:
        if self.escapes:
            self.put(depth, "del blocks[f]")

    def plain(self, insn: Insn) -> list[str]:
        """Lines of what neither jumps nor ends."""
        name = insn.name
        if name == "lddw":
            value = self.code.wide.get(self.slot, insn.imm) & M
            return [f"r{insn.dst} = {value:#x}"]
        if name in ("call", "callx"):
            return self.call(insn)
        if name.startswith(("ldabs", "ldind")):
            place = insn.imm if name.startswith("ldabs") else f"(r{insn.src} + {insn.imm} & {W:#x})"
            load = f"r0 = m.load_packet(r6, {place}, {SIZES[name[5:]]})"
            freed = "del blocks[f]; " if self.escapes else ""
            return [load, f"if r0 is None: m.left = n; {freed}return 0", CLOBBERED]
        if name.startswith("ldx"):
            return self.load(insn)
        if name in STORES:
            return self.store(insn)
        if name.startswith(("load_acquire", "store_release")) or name in ATOMIC_NAMES:
            return atomic(insn)
        return [f"r{insn.dst} = {arithmetic(insn)}"]

    def load(self, insn: Insn) -> list[str]:
        signed = insn.name.startswith("ldxs")
        size = SIZES[insn.name[4 if signed else 3 :]]
        if insn.src == 10 and in_frame(insn):
            value = f"s[{STACK + insn.off}]" if size == 1 else f"u{size}(s, {STACK + insn.off})[0]"
        else:
            value = f"ld{size}({address(insn.src, insn.off)})"
        if signed:
            bit = 1 << size * 8 - 1
            value = f"({value} ^ {bit:#x}) - {bit:#x} & {M:#x}"
        return [f"r{insn.dst} = {value}"]

    def store(self, insn: Insn) -> list[str]:
        size = SIZES[insn.name.removeprefix("stx" if insn.name.startswith("stx") else "st")]
        stored = f"r{insn.src}" if insn.name.startswith("stx") else f"{insn.imm & (1 << size * 8) - 1:#x}"
        if insn.dst == 10 and in_frame(insn):
            narrow = f"{stored} & {(1 << size * 8) - 1:#x}" if stored[0] == "r" and size < 8 else stored
            return [f"s[{STACK + insn.off}] = {narrow}" if size == 1 else f"p{size}(s, {STACK + insn.off}, {narrow})"]
        return [f"st{size}({address(insn.dst, insn.off)}, {stored})"]

    def call(self, insn: Insn) -> list[str]:
        if insn.name == "callx":
            return ["m.left = n", f"r0 = m.enter(r{insn.dst})(m, r1, r2, r3, r4, r5)", "n = m.left", CLOBBERED]
        if self.slot in self.code.kfuncs:
            return [f"r0 = m.call_kfunc({self.code.kfuncs[self.slot]!r}, r1, r2, r3, r4, r5) & {M:#x}", CLOBBERED]
        if self.slot in self.code.targets:
            section, slot = self.code.targets[self.slot]
            self.calls.add((section, slot))
            return ["m.left = n", f"r0 = f_{section}_{slot}(m, r1, r2, r3, r4, r5)", "n = m.left", CLOBBERED]
        if insn.imm == TAIL_CALL:
            leave = "del blocks[f]; " if self.escapes else ""
            return ["t = m.tail_call(r2, r3)", f"if t is not None: m.left = n; {leave}return t(m, r1)", "r0 = NOTHING", CLOBBERED]
        if insn.imm not in self.arities:
            return [f"m.no_helper({insn.imm})"]
        self.helpers.add(insn.imm)
        arguments = "".join(f", r{n}" for n in range(1, self.arities[insn.imm] + 1))
        line = f"r0 = h{insn.imm}(m{arguments}) & {M:#x}"
        if insn.imm in CALL_BACK:
            return ["m.left = n", line, "n = m.left", CLOBBERED]
        return [line, CLOBBERED]


STORES = {prefix + size for prefix in ("st", "stx") for size in SIZES}
ATOMIC_NAMES = {f"a{f}{op}{w}" for f in ("", "f") for op in ("add", "or", "and", "xor") for w in ("", "32")} | {"axchg", "axchg32", "acmp", "acmp32"}


def address(register: int, off: int) -> str:
    return f"r{register} + {off} & {M:#x}" if off else f"r{register}"


def atomic(insn: Insn) -> list[str]:
    name = insn.name.removesuffix("32")
    size = 4 if insn.name.endswith("32") else 8
    if name.startswith("load_acquire"):
        size = SIZES[name[12:]]
        return [f"r{insn.dst} = m.memory.atomic({address(insn.src, insn.off)}, {size}, first, 0)"]
    place = address(insn.dst, insn.off)
    if name.startswith("store_release"):
        size = SIZES[name[13:]]
        return [f"m.memory.atomic({place}, {size}, second, r{insn.src})"]
    if name == "acmp":
        return [f"r0 = m.memory.compare_exchange({place}, {size}, r0, r{insn.src})"]
    fetch = name == "axchg" or name.startswith("af")
    op = ATOMICS[name[2:] if fetch and name != "axchg" else name[1:]]
    line = f"m.memory.atomic({place}, {size}, {op}, r{insn.src})"
    return [f"r{insn.src} = {line}" if fetch else line]


def condition(insn: Insn) -> str:
    narrow = insn.name.endswith("32")
    base = insn.name.removesuffix("32")
    mask, sign = (W, S32) if narrow else (M, S)
    left = f"r{insn.dst} & {W:#x}" if narrow else f"r{insn.dst}"
    right = f"r{insn.src} & {W:#x}" if narrow else f"r{insn.src}"
    constant = insn.imm & mask
    if base.startswith("js") and base != "jset":
        left = f"{left} ^ {sign:#x}"
        right = f"{right} ^ {sign:#x}"
        constant ^= sign
    return f"({left}) {COMPARE[base]} {f'({right})' if insn.reg else f'{constant:#x}'}"


def arithmetic(insn: Insn) -> str:
    """An expression for the new value of dst."""
    d, s = f"r{insn.dst}", f"r{insn.src}"
    base = insn.name.removesuffix("32")
    if base in ("endle", "endbe", "bswap"):
        return f"{base}(m, {d}, {insn.imm})"
    if base == "addr_space_cast":
        return s
    narrow = base != insn.name
    mask, bits, sign = (W, 32, S32) if narrow else (M, 64, S)
    if base == "movs":
        bit = 1 << insn.off - 1
        return f"({s} & {2 * bit - 1:#x} ^ {bit:#x}) - {bit:#x} & {mask:#x}"
    constant = insn.imm & mask
    return ALU[base](d, s if insn.reg else f"{constant:#x}", mask, bits, sign, narrow)


def shifts(s: str, bits: int) -> str:
    return f"({s} & {bits - 1})" if s[0] == "r" else str(int(s, 16) & bits - 1)


def cut(s: str, narrow: bool) -> str:
    return f"({s} & {W:#x})" if narrow and s[0] == "r" else s


Build = Callable[[str, str, int, int, int, bool], str]
ALU: dict[str, Build] = {
    "add": lambda d, s, mask, bits, sign, narrow: f"{d} + {s} & {mask:#x}",
    "sub": lambda d, s, mask, bits, sign, narrow: f"{d} - {s} & {mask:#x}",
    "mul": lambda d, s, mask, bits, sign, narrow: f"{d} * {s} & {mask:#x}",
    "or": lambda d, s, mask, bits, sign, narrow: f"({d} | {s}) & {mask:#x}" if narrow else f"{d} | {s}",
    "and": lambda d, s, mask, bits, sign, narrow: f"{d} & {s} & {mask:#x}" if narrow else f"{d} & {s}",
    "xor": lambda d, s, mask, bits, sign, narrow: f"({d} ^ {s}) & {mask:#x}" if narrow else f"{d} ^ {s}",
    "mov": lambda d, s, mask, bits, sign, narrow: cut(s, narrow),
    "neg": lambda d, s, mask, bits, sign, narrow: f"-{d} & {mask:#x}",
    "lsh": lambda d, s, mask, bits, sign, narrow: f"{d} << {shifts(s, bits)} & {mask:#x}",
    "rsh": lambda d, s, mask, bits, sign, narrow: f"{cut(d, narrow)} >> {shifts(s, bits)}",
    "arsh": lambda d, s, mask, bits, sign, narrow: f"({cut(d, narrow)} ^ {sign:#x}) - {sign:#x} >> {shifts(s, bits)} & {mask:#x}",
    "div": lambda d, s, mask, bits, sign, narrow: f"{cut(d, narrow)} // {cut(s, narrow)} if {cut(s, narrow)} else 0",
    "mod": lambda d, s, mask, bits, sign, narrow: f"{cut(d, narrow)} % {cut(s, narrow)} if {cut(s, narrow)} else {cut(d, narrow)}",
    "sdiv": lambda d, s, mask, bits, sign, narrow: f"sdiv({cut(d, narrow)}, {cut(s, narrow)}, {bits})",
    "smod": lambda d, s, mask, bits, sign, narrow: f"smod({cut(d, narrow)}, {cut(s, narrow)}, {bits})",
}


def translate(code: Code, entry: int, arities: Mapping[int, int]) -> Source:
    """The function that begins at a slot of a section; its name is f_<section>_<slot>. arities: how many arguments each helper takes."""
    return Translator(code, entry, arities).source(f"f_{code.section}_{entry}")
