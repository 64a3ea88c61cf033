"""Where a register's value came from, in C terms: followed backwards on the path that the verifier took."""

from __future__ import annotations

import re

from ..obj.read_ext import Line
from .layout import LD_IMM64, LDX, STX, Program
from .verifier_log import Step

MOVES = (0xBF, 0xBC)
ASSIGNED = re.compile(r"(?:^|[\s*({;,&])([A-Za-z_]\w*)((?:(?:->|\.)\w+)*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)")
CONTEXT = "the context"
STACK = "the address of an object on the stack"
BINARY = re.compile(r"(?<=[\w)\]])\s*(?:<<|>>|&&|\|\||[-+*/%&|^?<>:=!])")
KEYWORDS = r"(?:return|if|while|for|else|do|switch|case|int|long|char|short|unsigned|void|struct|union|enum|static|const|volatile|goto|asm|__\w+)\b"
ARGUMENTS = ("di", "si", "dx", "cx", "r8")  # members of struct pt_regs that hold arguments, on x86
MOST = 4000  # instructions followed back
OPERATORS = {0x0: "+", 0x1: "-", 0x2: "*", 0x3: "/", 0x4: "|", 0x5: "&", 0x6: "<<", 0x7: ">>", 0x8: "-", 0x9: "%", 0xA: "^", 0xC: ">>"}


class Origin:
    """What a register holds. name: its C expression, "" if not known; text: what made it; step: where on the path."""

    __slots__ = ("name", "text", "step")

    def __init__(self, name: str, text: str, step: int) -> None:
        self.name = name
        self.text = text
        self.step = step


class Path:
    """The instructions that led to a refusal, with the program they are of."""

    def __init__(self, program: Program, steps: list[Step]) -> None:
        self.program = program
        self.steps = steps

    def origin(self, at: int, register: int) -> Origin | None:
        """Of a register before step `at`."""
        frame = self.steps[at].frame if at < len(self.steps) else 0
        slot: int | None = None  # followed as a slot of the stack, not as a register
        name = ""
        for j in range(at - 1, max(at - MOST, -1), -1):
            step = self.steps[j]
            if step.frame > frame:
                continue
            insn = self.program.insn(step.insn)
            if insn is None:
                return None
            if step.frame < frame:
                return self._parameter(j, register, name, at) if slot is None else None
            line = self.program.line(step.insn)
            if slot is not None:
                if insn.kind in (2, STX) and insn.dst == 10 and insn.off == slot:
                    if insn.kind == 2:
                        return Origin(name, f"set to {insn.imm}", j)
                    name = name or self._assigned(line)
                    slot, register = None, insn.src
                elif insn.code == 0x85 and (filled := self._fills(j, slot)):
                    text = argument(line, self.called(j), filled)
                    return Origin(name or (text[1:].strip() if text[:1] == "&" else ""), f"in an object whose address {self.called(j)}() was given", j)
                continue
            if insn.kind == 0 and insn.code & 0xE0 in (0x20, 0x40) and register < 6:  # the legacy reads of packets
                return Origin(name, "no longer there after the read of the packet" if register else "read from the packet", j)
            if insn.code == 0x85:
                if register == 0:
                    return Origin(name or self._assigned(line, call=True), f"the result of {self.called(j)}()", j)
                if register < 6:
                    return Origin(name, f"no longer there after the call of {self.called(j)}()", j)
                continue
            if insn.kind in (4, 7) and insn.dst == register:
                operation = insn.code >> 4
                if insn.code in MOVES and not insn.off:
                    if insn.src == 10:
                        return Origin(name or self._addressed(line), STACK, j)
                    if not 1 <= register <= 5:  # what goes into an argument is not what the line sets
                        name = name or self._assigned(line)
                    register = insn.src
                elif operation == 0xB:
                    return Origin(name or self._assigned(line), f"set to {insn.imm}", j)
                elif operation in (0, 1) and insn.kind == 7 and not insn.code & 8 or operation in (6, 7, 0xC) and insn.imm == 32 or operation == 0xD:
                    name = name or self._assigned(line)  # a member's offset or an extension: the same C object
                else:
                    return Origin(name or self._assigned(line, 1), f"computed here ({OPERATORS.get(operation, '?')})", j)
            elif insn.kind == LDX and insn.dst == register:
                name = name or self._assigned(line)
                if insn.src == 10:
                    slot = insn.off
                else:
                    return self._loaded(j, insn.src, insn.off, name)
            elif insn.code == LD_IMM64 and insn.dst == register:
                symbol = self.program.symbol(step.insn)
                return Origin(name or (f"&{symbol}" if symbol else ""), f"the address of '{symbol}'" if symbol else "a constant", j)
            elif insn.kind == STX and insn.code & 0xE0 == 0xC0 and insn.imm & 1 and insn.src == register:
                return Origin(name, "the former value, from an atomic operation", j)
        return self._entry(register, name) if frame == 0 and slot is None and 1 <= register <= 5 else None

    def _entry(self, register: int, name: str) -> Origin | None:
        """Of what the kernel passes to a program, or any caller to a global function."""
        function = self.program.function(self.steps[0].insn) if self.steps else None
        if function is None:
            return None
        name = name or self.program.obj.parameter(function.name, register - 1)[0]
        if function is not self.program.functions[0]:
            return Origin(name, f"parameter {register} of {function.name}()", -1)
        return Origin(name, CONTEXT, -1) if register == 1 else None

    def index(self, at: int, register: int) -> tuple[Origin, int, str] | None:
        """What was added last to a pointer: (its origin, the step, what the verifier knew of it)."""
        computed = self.origin(at, register)
        if computed is None or computed.text != "computed here (+)":
            return None
        step = self.steps[computed.step]
        insn = self.program.insn(step.insn)
        if insn is None or not insn.code & 8:
            return None
        added = insn.src if is_number(step.changed.get(f"R{insn.src}", "scalar")) else insn.dst
        state = step.changed.get(f"R{added}", "")
        origin = self.unscaled(computed.step, added)
        return (origin, computed.step, state if is_number(state) else "") if origin is not None else None

    def unscaled(self, at: int, register: int) -> Origin | None:
        """Of an index that has been multiplied by the size of what it counts, or moved."""
        origin = self.origin(at, register)
        while origin is not None and not origin.name and origin.text in ("computed here (<<)", "computed here (*)", "computed here (+)"):
            scaled = self.program.insn(self.steps[origin.step].insn)
            assert scaled is not None
            origin = self.origin(origin.step, scaled.dst)
        return origin

    def _parameter(self, call: int, register: int, name: str, at: int) -> Origin | None:
        """Of a function's argument: its name in the function, and where the caller had it from."""
        callee = self.program.function(self.steps[call + 1].insn) if call + 1 < len(self.steps) else None
        if callee is None or not 1 <= register <= 5:
            return None
        name = name or self.program.obj.parameter(callee.name, register - 1)[0]
        if self.program.callee(self.steps[call].insn) is None:
            return Origin(name, f"argument {register} of {callee.name}(), called back by {self.called(call)}()", call)
        before = self.origin(call, register)
        text = f"argument {register} of {callee.name}()" + (f": {before.text}" if before else "")
        return Origin(name, text, before.step if before and before.step >= 0 else call)

    def _loaded(self, at: int, base: int, offset: int, name: str) -> Origin:
        """Of a value read from memory."""
        before = self.origin(at, base)
        line = self.program.line(self.steps[at].insn)
        if before is not None and before.text.endswith(CONTEXT):
            member = self.member(offset)
            name = name or wrapped(line, member, offset)
            shown = f"{before.name or 'ctx'}->{member}" if member else ""
            return Origin(name or shown, f"read from the context ({member})" if member else f"read from the context at offset {offset}", at)
        if before is not None and before.text.startswith("the address of '"):
            variable = before.text[len("the address of '") : -1]
            return Origin(name or variable, f"the value of '{variable}'", at)
        here = identifier(line)
        what = f"read from where '{before.name}' points" if before and before.name else "read from memory"
        return Origin(name or here, what, at)

    def member(self, offset: int) -> str:
        """Of the program's context."""
        if not self.program.functions:
            return ""
        struct = self.program.obj.parameter(self.program.functions[0].name, 0)[1]
        return self.program.obj.member_at(struct, offset) if struct else ""

    def called(self, at: int) -> str:
        """The name of what a call goes to."""
        step = self.steps[at]
        callee = self.program.callee(step.insn)
        if callee is not None:
            return callee.name
        found = re.match(r"call (?:kernel-function |unknown#)?(\w+)#-?\d+", step.text)
        if not found:
            return "a function"
        line, macro = self.program.line(step.insn), found[1].removesuffix("_impl")
        return macro if line is not None and f"{macro}(" in line.text else found[1]

    def _fills(self, call: int, slot: int) -> int:
        """The argument of a call that is the address of a slot; 0 if none is."""
        for register in range(1, 6):
            moved = 0
            for j in range(call - 1, max(call - 24, -1), -1):
                insn = self.program.insn(self.steps[j].insn)
                if insn is None or self.steps[j].frame != self.steps[call].frame or insn.code == 0x85:
                    break
                if insn.dst == register and insn.code == 0x07:
                    moved += insn.imm
                elif insn.dst == register and insn.code == 0xBF:
                    if insn.src == 10 and moved == slot:
                        return register
                    break
        return 0

    @staticmethod
    def _assigned(line: Line | None, operators: int = 0, call: bool = False) -> str:
        """The variable that a source line sets, if what it is set to has no more than so many operators and is the result of a call or is not."""
        if line is None:
            return ""
        for found in reversed(list(ASSIGNED.finditer(line.text))):
            if re.fullmatch(r"return|if|while|for|else", found[1]) or found.start(1) >= line.col:
                continue
            value = flat(line.text[found.end() :])
            if not call and re.search(r"\w\(\)", value):
                return ""
            plain = found[0].rstrip()[-2:-1] not in tuple("-+*/%&|^<>")
            return found[1] + found[2] if len(BINARY.findall(value)) + (not plain) <= operators else ""
        return ""

    @staticmethod
    def _addressed(line: Line | None) -> str:
        found = re.findall(r"&\s*(\w+)", line.text) if line else []
        return found[0] if len(found) == 1 else ""


def wrapped(line: Line | None, member: str, offset: int) -> str:
    """The parameter that BPF_PROG() or BPF_KPROBE() reads from the context here; "" if none does."""
    found = re.search(r"BPF_(PROG|KPROBE|UPROBE)2?\((.*)\)", line.text) if line is not None else None
    if found is None:
        return ""
    number = offset // 8 if found[1] == "PROG" and not member else ARGUMENTS.index(member) if member in ARGUMENTS else -1
    parameters = found[2].split(",")[1:]
    name = re.search(r"(\w+)\s*$", parameters[number]) if 0 <= number < len(parameters) else None
    return name[1] if name else ""


def is_number(state: str) -> bool:
    """Whether the verifier's words are of a number."""
    return re.match(r"scalar|P?-?(?:0x)?[0-9a-f]+$", state) is not None


def flat(text: str) -> str:
    """An expression up to its end, without what stands in brackets, and with -> as a dot."""
    depth, out = 0, ""
    for c in text.replace("->", "."):
        if not depth and c in ";,)":
            break
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 or depth == 1 and c in "([{":
            out += c
    return re.sub(r"^\s*\(\)", "", out)  # a cast


def identifier(line: Line | None) -> str:
    """The C expression that begins where a line's position points: a name with its members."""
    if line is None or not line.col:
        return ""
    found = re.match(r"\*?[A-Za-z_]\w*(?:(?:->|\.)\w+)*(?!\w|\s*\()", line.text[line.col - 1 :])
    return found[0] if found and not re.match(KEYWORDS, found[0]) else ""


def argument(line: Line | None, name: str, number: int) -> str:
    """The C text of a call's argument, counted from 1, if the call stands on one line."""
    start = line.text.find(name + "(", 0) if line else -1
    if line is None or start < 0:
        return ""
    depth, word, words = 0, "", []
    for c in line.text[start + len(name) :]:
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 1 or not depth:
            words.append(word.strip())
            word = ""
            if not depth:
                return words[number - 1] if number <= len(words) else ""
        elif not (c == "(" and depth == 1 and not word and not words):
            word += c
    return ""
