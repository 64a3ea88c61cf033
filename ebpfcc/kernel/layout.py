"""Which function of the object each instruction of a loaded program comes from: libbpf puts the functions that are called behind the program."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from ..obj.read_ext import STT_SECTION, Function, Line, Object

CALL, CALLX, LD_IMM64, STX, LDX = 0x85, 0x8D, 0x18, 3, 1
CHAINS = 10000  # that are looked at


class Insn(NamedTuple):
    code: int
    dst: int
    src: int
    off: int
    imm: int

    @property
    def kind(self) -> int:
        return self.code & 7

    @property
    def conditional(self) -> bool:
        return self.kind in (5, 6) and self.code & 0xF0 not in (0x00, 0x80, 0x90)

    @property
    def calls_function(self) -> bool:
        return self.code == CALL and self.src == 1


class Program:
    """The instructions of one program as the verifier numbers them."""

    def __init__(self, obj: Object, name: str) -> None:
        self.obj = obj
        self.functions: list[Function] = []
        self.known: set[Function] = set()
        self.starts: list[int] = []
        self.size = 0
        text = next((i for i, s in enumerate(obj.sections) if s.name == ".text"), 0)
        main = next((f for f in obj.functions if f.name == name and f.section != text), None) or next((f for f in obj.functions if f.name == name), None)
        if main is not None:
            self._append(main)
            for name in obj.tags(main.name, "exception_callback:"):
                callback = next((f for f in obj.functions if f.name == name), None)
                if callback is not None and callback not in self.known:
                    self._append(callback)

    def _append(self, function: Function) -> None:
        """As libbpf's bpf_object__reloc_code: a callee comes last when its first call is met, and its own callees after it."""
        self._add(function)
        work = [(function, function.start)]
        while work:
            caller, at = work.pop()
            for i in range(at, caller.start + caller.size):
                target = self._target(caller.section, i)
                if target is not None and target not in self.known:
                    self._add(target)
                    work += [(caller, i + 1), (target, target.start)]
                    break

    def _add(self, function: Function) -> None:
        self.known.add(function)
        self.functions.append(function)
        self.starts.append(self.size)
        self.size += function.size

    def _target(self, section: int, i: int) -> Function | None:
        """The function of the object that an instruction calls or takes the address of."""
        insn = self._decode(section, i)
        if not (insn.calls_function or insn.code == LD_IMM64):
            return None
        symbol = self.obj.relocations.get(section, {}).get(i * 8)
        if symbol is None:
            return self.obj.function_at(section, i + insn.imm + 1) if insn.code == CALL else None
        if not self.obj.executable(symbol.section):
            return None  # a kfunc, a map or data
        at = symbol.value // 8
        if symbol.type == STT_SECTION:  # the section: the place is in the instruction
            at += insn.imm + 1 if insn.code == CALL else insn.imm // 8
        return self.obj.function_at(symbol.section, at)

    def _decode(self, section: int, index: int) -> Insn:
        raw = self.obj.sections[section].data[index * 8 : index * 8 + 8].ljust(8, b"\0")
        little = self.obj.order == "<"
        dst, src = (raw[1] & 15, raw[1] >> 4) if little else (raw[1] >> 4, raw[1] & 15)
        order = "little" if little else "big"
        return Insn(raw[0], dst, src, int.from_bytes(raw[2:4], order, signed=True), int.from_bytes(raw[4:8], order, signed=True))  # type: ignore[arg-type]

    def place(self, insn: int) -> tuple[Function, int] | None:
        """(function, instruction of its section)"""
        i = bisect_right(self.starts, insn) - 1
        if i < 0 or not 0 <= insn - self.starts[i] < self.functions[i].size:
            return None
        return self.functions[i], self.functions[i].start + insn - self.starts[i]

    def insn(self, at: int) -> Insn | None:
        found = self.place(at)
        return self._decode(found[0].section, found[1]) if found else None

    def function(self, at: int) -> Function | None:
        found = self.place(at)
        return found[0] if found else None

    def line(self, at: int) -> Line | None:
        found = self.place(at)
        if found is None:
            return None
        line = self.obj.line_of(found[0].section, found[1])
        return line if line is None or line.line else None

    def symbol(self, at: int) -> str:
        """The name of what a 64-bit constant is the address of; "" if it is none."""
        found = self.place(at)
        if found is None:
            return ""
        symbol = self.obj.relocations.get(found[0].section, {}).get(found[1] * 8)
        if symbol is None or symbol.type != STT_SECTION:
            return symbol.name if symbol else ""
        insn = self._decode(found[0].section, found[1])
        return self.obj.variable_at(symbol.section, insn.imm) or symbol.name

    def callee(self, at: int) -> Function | None:
        """The function that a call instruction goes to, if it is in the object."""
        found = self.place(at)
        if found is None:
            return None
        function, index = found
        return self._target(function.section, index) if self._decode(function.section, index).calls_function else None

    def chain(self, length: int, size: int, depths: list[int]) -> list[int]:
        """The calls, by instruction, of the chain of so many functions whose stack is closest to a size. depths: what the verifier tells of
        each function. The chain begins in the program, or in a callback that runs later."""
        frames = [-(-depth // 16) * 16 for depth in depths] if len(depths) == len(self.functions) else [self._frame(i) for i in range(len(self.functions))]
        calls = [self._calls(i) for i in range(len(self.functions))]
        looked = [0]
        found: list[tuple[int, list[int]]] = []  # (distance, chain)

        def follow(i: int, above: tuple[int, ...], way: list[int], total: int) -> None:
            total += frames[i]
            looked[0] += 1
            if len(above) == length:
                found.append((abs(total - size), way))
            elif looked[0] < CHAINS:
                for at, j in calls[i]:
                    if j not in above:
                        follow(j, (*above, j), [*way, at], total)

        for i in range(len(self.functions)):
            follow(i, (i,), [], 0)
        return min(found, key=lambda chain: chain[0], default=(0, []))[1]

    def _calls(self, i: int) -> list[tuple[int, int]]:
        """(instruction, function) of what a function calls or has called back."""
        function, start = self.functions[i], self.starts[i]
        numbers = {f: n for n, f in enumerate(self.functions)}
        targets = ((start + n, self._target(function.section, function.start + n)) for n in range(function.size))
        return [(at, numbers[f]) for at, f in targets if f in numbers]

    def _frame(self, i: int) -> int:
        """Bytes of stack that a function's instructions name."""
        lowest = 0
        pointers: set[int] = set()
        for at in range(self.starts[i], self.starts[i] + self.functions[i].size):
            insn = self.insn(at)
            assert insn is not None
            if insn.kind == LDX and insn.src == 10 or insn.kind in (2, STX) and insn.dst == 10:
                lowest = min(lowest, insn.off)
            elif insn.code == 0xBF and insn.src == 10:
                pointers.add(insn.dst)
            elif insn.code == 0x07 and insn.dst in pointers:
                lowest = min(lowest, insn.imm)
        return max(-lowest, 1) + 31 & -32
