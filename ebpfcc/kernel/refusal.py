"""A refusal told in C: the line, what the verifier wants, where the value came from, the calls and branches that led there."""

from __future__ import annotations

import os
import re
from collections import Counter

from ..diag import Record
from ..obj.read_ext import Line
from .explain import Explanation, Sources, explain
from .known import describe
from .layout import Insn, Program
from .origin import CONTEXT, STACK, Origin, Path, argument, is_number
from .refine import refined
from .verifier_log import Log

BRANCHES, MESSAGE_LINES, EXIT = 3, 4, 0x95
COMPARE = {0x1: "==", 0x2: ">", 0x3: ">=", 0x4: "&", 0x5: "!=", 0x6: ">", 0x7: ">=", 0xA: "<", 0xB: "<=", 0xC: "<", 0xD: "<="}
OPPOSITE = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", ">=": "<", "<": ">="}
NUMBERED = re.compile(r"(?:unreachable insn|from insn|detected at insn|^insn|BPF_LD_IMM64 insn) (\d+)|^(\d+): <invalid CO-RE|\(insn (\d+)\)", re.M)
ENDS = re.compile(r"release|submit|discard|unlock|destroy|adjust|pull|push|store|change|drop|xchg|clone|write")
BY_INDEX = {"memory-unbounded", "memory-negative", "memory-outside", "map-value-bounds", "memory-bounds", "stack-variable"}
ADDED = {"pointer-unbounded", "pointer-constant"}  # the fault is in what is added
BY_NUMBER = {"unreachable", "infinite-loop", "back-edge", "jump-out-of-range", "co-re", "exception-in-callback", "exception-called"}


class Refusal(Sources):
    """Of one program. records: the error and its notes; rule: the table's entry."""

    def __init__(self, program: Program, name: str, section: str, log: Log, message: list[str]) -> None:
        self.program = program
        self.section = section
        self.log = log
        self.message = [line for line in message if not line.startswith(("cur state:", "old state:"))]
        self.path = Path(program, log.steps)
        self.last = len(log.steps) - 1
        self.insn = program.insn(log.steps[-1].insn) if log.steps else None
        self.callee = self.path.called(self.last) if self.insn is not None and self.insn.code == 0x85 else ""
        explanation = explain("\n".join(self.message), self)
        self.records: list[Record] = []
        at = self.fault(explanation)
        self.rule, text = refined(self, explanation) or (explanation.rule, explanation.text)
        end = self._end(explanation)
        if end is not None:
            register = explanation.number("r") or 0
            way = again(self.path.origin(self.last, register))
            text = f"{self.subject(register)} is not valid any more here: the call of {end[0]}() before has ended what it points to; {way}"
        self.records.append(record("error", program.line(at), text, name, f"verifier-{self.rule}" if self.rule else "verifier"))
        self._value(explanation, end is not None)
        if end is not None:
            ends = f"the call of {end[0]}() here ends what pointers into packets, to records or to objects released are good for"
            self.records.append(record("note", end[1], ends))
        self._acquired()
        self._calls(at)
        self._branches()
        line = program.line(at)
        step = next((s for s in reversed(log.steps) if s.insn == at), None)
        if line is not None and step is not None and re.search(r"\b(?:__)?asm", line.text):
            self.records.append(record("note", None, f"the instruction is '{step.text}'"))
        for i, words in enumerate(self.message[:MESSAGE_LINES]):
            start = f"the verifier on program '{name}' (section '{section}'): " if i == 0 else "  "
            self.records.append(record("note", None, start + words))

    def subject(self, register: int) -> str:
        """The C expression behind a register at the refused instruction."""
        if self.last < 0:
            return "this value"
        step = self.log.steps[self.last]
        if self.callee and 1 <= register <= 5:
            text = argument(self.program.line(step.insn), self.callee, register)
            return f"argument {register} of {self.callee}()" + (f" ('{text}')" if text else "")
        origin = self.path.origin(self.last, register)
        if origin is None:
            return "this value"
        if self.insn is not None and register == pointer_of(self.insn):
            line = self.program.line(step.insn)
            origin.name = base_named(line) or origin.name or pointer_named(line)
        return f"'{origin.name}'" if origin.name else f"this value ({origin.text})"

    def index(self, register: int) -> str:
        found = self.path.index(self.last, register) if self.last >= 0 and not self.callee else None
        if found is None:
            return self.subject(register)
        return f"'{found[0].name}'" if found[0].name else f"the index or offset ({found[0].text})"

    def added(self) -> str:
        found = self.path.unscaled(self.last, self._added()) if self.last >= 0 and self.insn is not None and self.insn.kind == 7 else None
        return f"'{found.name}', which" if found is not None and found.name else "what"

    def _added(self) -> int:
        """The register that the refused instruction adds to a pointer."""
        assert self.insn is not None
        state = self.known(self.insn.src) if self.insn.code & 8 else ""
        return self.insn.src if is_number(state) else self.insn.dst

    def is_null(self, register: int) -> bool:
        return self.last >= 0 and self.known(register) in ("0", "P0")

    def limit(self, register: int) -> str:
        return "data, where the metadata ends" if self.last >= 0 and self.known(register).startswith("pkt_meta") else "data_end"

    def known(self, register: int) -> str:
        return self.log.state.get(self.log.steps[self.last].frame, {}).get(f"R{register}", "")

    def member(self, offset: int) -> str:
        return self.path.member(offset)

    # -- where ----------------------------------------------------------------------------------------------------------
    def fault(self, explanation: Explanation) -> int:
        """The instruction to blame."""
        steps = self.log.steps
        if explanation.rule == "combined-stack":
            assert explanation.match is not None
            return (self.program.chain(int(explanation.match["n"]), int(explanation.match["size"]), self.log.stats.stack) or [0])[-1]
        if explanation.rule in BY_NUMBER or not steps:
            found = NUMBERED.search("\n".join(self.message))
            if found:
                return int(found[1] or found[2] or found[3])
        if not steps or explanation.rule in ("jit", "global-return"):
            return self._named_function()
        if explanation.rule in ("too-large", "jump-too-complex"):
            return self._busiest_loop()
        if explanation.rule == "return-value":
            origin = self.path.origin(self.last, 0)
            if origin is not None and origin.step >= 0 and origin.text.startswith("set to"):
                return steps[origin.step].insn
        return self._before_header() if self.insn is not None and self.insn.code == EXIT else steps[-1].insn

    def _before_header(self) -> int:
        """The last instruction; if it is the return of a wrapper (BPF_PROG) around the program's body, which has the line of the function's
        header, the last one on the path that has another line."""
        last = self.log.steps[-1]
        function, line = self.program.function(last.insn), self.program.line(last.insn)
        i = self.program.functions.index(function) if function is not None else 0
        start = self.program.starts[i]
        lines = [found for at in range(start, start + self.program.functions[i].size) if (found := self.program.line(at)) is not None]
        if line is None or line.line > min(found.line for found in lines if found.file == line.file):
            return last.insn
        places = ((step.insn, self.program.line(step.insn)) for step in reversed(self.log.steps) if step.frame == last.frame)
        return next((at for at, place in places if place is not None and place.line != line.line), last.insn)

    def _busiest_loop(self) -> int:
        """The jump back that was made most often lately; where it goes to, if it is made always: a condition stands in the line of its loop."""
        steps = self.log.steps
        back = Counter((a.insn, b.insn) for a, b in zip(steps, steps[1:]) if b.insn <= a.insn and a.frame == b.frame)
        if not back:
            return steps[-1].insn
        jump, target = back.most_common(1)[0][0]
        insn = self.program.insn(jump)
        return jump if insn is not None and insn.conditional else target

    def _named_function(self) -> int:
        """The first instruction of the function that is checked on its own, or that the message names."""
        names = [self.log.validating, *re.findall(r"(\w+)\(\)|'(\w+)'", "\n".join(self.message))]
        wanted = {n for item in names for n in (item if isinstance(item, tuple) else (item,)) if n}
        return next((start for f, start in zip(self.program.functions, self.program.starts) if f.name in wanted), 0)

    # -- notes ----------------------------------------------------------------------------------------------------------
    def _value(self, explanation: Explanation, ended: bool) -> None:
        register = explanation.number("r", "q")
        if register is None and (number := explanation.number("arg0")) is not None:
            register = number + 1
        if register is None and (number := explanation.number("arg1")) is not None:
            register = number
        if register is None and self.insn is not None:
            register = pointer_of(self.insn)
            if register is None and explanation.rule in ADDED and self.insn.code & 8:
                register = self._added()
        if register is None or self.last < 0 or register == 10:
            return
        state = "" if ended else self.known(register)
        origin = (self.path.unscaled if explanation.rule in ADDED else self.path.origin)(self.last, register)
        it = "it" if origin is None or explanation.rule not in ADDED or not origin.name else "what is added for it"
        if explanation.rule in BY_INDEX and not self.callee and (found := self.path.index(self.last, register)) is not None:
            origin, _, state = found
            it = "what is added for it"
        knows = "" if explanation.rule == "scalar-dereference" and not state.startswith("scalar") else describe(state)
        known = f"; to the verifier {it} is {knows}" if knows else ""
        raw = f" [{state}]" if state and (knows or not describe(state)) else ""
        if (
            origin is not None
            and origin.text == STACK
            and re.fullmatch(r"fp-?\d+", state)
            or origin is not None
            and origin.text == CONTEXT
            and state == "ctx()"
        ):
            return
        if origin is not None:
            line = self.program.line(self.log.steps[origin.step].insn) if origin.step >= 0 else None
            name = f"'{origin.name}' is" if origin.name else "the value is"
            self.records.append(record("note", line, f"{name} {origin.text}{known}{raw}"))
        elif state:
            self.records.append(record("note", None, f"the value{known.replace('; to the verifier it', ' to the verifier')}{raw}"))

    def _end(self, explanation: Explanation) -> tuple[str, Line | None] | None:
        """The call (its function, its line) after which a pointer was none any more: the verifier forgets it without a word."""
        if explanation.rule != "scalar-dereference" and "type=scalar expected" not in self.message[0]:
            return None
        origin = self.path.origin(self.last, explanation.number("r") or 0)
        if origin is None or origin.step < 0 or not any("(" in v and not v.startswith("scalar") for v in self.log.steps[origin.step].changed.values()):
            return None  # it never was a pointer
        unseen = None
        for j in range(self.last - 1, origin.step, -1):
            insn = self.program.insn(self.log.steps[j].insn)
            if insn is None or insn.code != 0x85:
                continue
            name, line = self.path.called(j), self.program.line(self.log.steps[j].insn)
            if ENDS.search(name) or "dynptr" in origin.text and name.startswith("bpf_dynptr_from_"):
                return name, line
            if unseen is None and self.program.callee(self.log.steps[j].insn) is not None and self.log.steps[j + 1].frame == self.log.steps[j].frame:
                unseen = name, line  # a global function, which the verifier does not follow
        return unseen

    def _acquired(self) -> None:
        found = re.search(r"alloc_insn=(\d+)", "\n".join(self.message))
        if found:
            self.records.append(record("note", self.program.line(int(found[1])), "acquired here"))

    def _calls(self, at: int) -> None:
        """The calls that were open at the end, the innermost first."""
        if not self.log.steps:
            return
        frame = self.log.steps[-1].frame
        inner = self.program.function(self.log.steps[-1].insn)
        calls: Counter[tuple[Line | None, str]] = Counter()  # recursion is told once
        for step in reversed(self.log.steps):
            if step.frame < frame:
                frame = step.frame
                caller = self.program.function(step.insn)
                who = f"'{inner.name}' is" if inner else "it is"
                calls[self.program.line(step.insn), f"{who} called from '{caller.name if caller else '?'}' here"] += 1
                inner = caller
        self.records += [record("note", line, text + (f" ({n} times)" if n > 1 else "")) for (line, text), n in calls.items()]
        if self.log.validating:
            line = self.program.line(self.log.steps[0].insn)
            self.records.append(record("note", line, f"'{self.log.validating}' is a global function, checked on its own for all arguments of its types"))

    def _branches(self) -> None:
        """The last conditional jumps on the path, the latest first, each place once."""
        seen: Counter[tuple[str, int, str]] = Counter()
        kept: dict[tuple[str, int, str], tuple[Line, str]] = {}
        steps = self.log.steps
        for j in range(len(steps) - 2, max(len(steps) - 400, -1), -1):
            insn = self.program.insn(steps[j].insn)
            if insn is None or not insn.conditional:
                continue
            line = self.program.line(steps[j].insn)
            onward = self.program.line(steps[j + 1].insn)
            if line is None:
                continue
            text = self.condition(j, insn)
            goes = f", on to line {onward.line}" if onward and (onward.file, onward.line) != (line.file, line.line) else ""
            text = f"this path: {text}{goes}" if text else f"this path goes{goes.removeprefix(', on')}" if goes else ""
            key = (line.file, line.line, text)
            seen[key] += 1
            if text and key not in kept:
                if len(kept) == BRANCHES:
                    break
                kept[key] = line, text
        for key, (line, text) in kept.items():
            rounds = f" ({seen[key]} times)" if seen[key] > 1 else ""
            self.records.append(record("note", line, text + rounds))

    def condition(self, at: int, insn: Insn) -> str:
        """What held when a jump was decided, in C: "'k' <= 3"; "" if the operands have no names."""
        left = self.path.origin(at, insn.dst)
        operator = COMPARE.get(insn.code >> 4, "")
        if left is None or not operator or not (left.name or left.text.startswith("the result of")):
            return ""
        taken = self.log.steps[at + 1].insn != self.log.steps[at].insn + 1
        if insn.code & 8:
            right = self.path.origin(at, insn.src)
            if right is None or not (right.name or right.text.startswith("set to")):
                return ""
            other = f"'{right.name}'" if right.name else right.text.removeprefix("set to ")
        else:
            other = str(insn.imm)
        name = f"'{left.name}'" if left.name else left.text
        if operator == "&":
            return f"{name} & {other} is {'not 0' if taken else '0'}"
        return f"{name} {operator if taken else OPPOSITE[operator]} {other}"


def again(origin: Origin | None) -> str:
    """What to do about a pointer that is none any more."""
    packet = origin is not None and origin.text.startswith("read from the context")
    return "read it from the context again, and compare it anew" if packet else "use it before that"


def base_named(line: Line | None) -> str:
    """The pointer of `p->member` or `p[i]` where a line's position points to what stands behind it."""
    if line is None or not line.col:
        return ""
    before, after = line.text[: line.col - 1], line.text[line.col - 1 :]
    found = re.search(r"(?:^|[^\w.>])([A-Za-z_]\w*)->$" if after[:1].isidentifier() else r"(?:^|[^\w.>])([A-Za-z_]\w*)\s*$", before)
    return found[1] if found and (after[:1].isidentifier() or after[:2] == "->" or after[:1] == "[") else ""


def pointer_named(line: Line | None) -> str:
    """The pointer of `*p` or `p->member` where a line's position points, or that is set where it points to a `=`; "" if there is none."""
    if line is None or not line.col:
        return ""
    before, after = line.text[: line.col - 1], line.text[line.col - 1 :]
    found = re.match(r"(?:return\s+)?(?:\*(\w+)|(\w+(?:->\w+)*)->\w+)", after)
    if found is None and re.match(r"[-+*/%&|^]?=|<<=|>>=", after):
        found = re.search(r"(?:\*(\w+)|(\w+(?:->\w+)*)->\w+)\s*$", before)
    return (found[1] or found[2]) if found else ""


def pointer_of(insn: Insn) -> int | None:
    """The register whose memory an instruction uses."""
    return insn.src if insn.kind == 1 else insn.dst if insn.kind in (2, 3) else None


def shown_path(path: str) -> str:
    """Below the working directory: relative to it, as the command line has it."""
    here = os.getcwd().rstrip("/") + "/"
    return path[len(here) :] if path.startswith(here) else path


def record(severity: str, line: Line | None, message: str, program: str = "", flag: str | None = None) -> Record:
    """A message at a C line; without one it names the program."""
    suffix = f" [{flag}]" if flag else ""
    if line is None:
        if program:
            message = f"in program '{program}': {message}"
        return Record(severity, "", 0, 0, message, flag, f"{severity}: {message}{suffix}", None)
    file = shown_path(line.file)
    parts = [f"{file}:{line.line}:{line.col}: {severity}: {message}{suffix}"]
    if line.text:
        before = line.text.encode("utf-8", "surrogateescape")[: max(line.col - 1, 0)].decode("utf-8", "replace")
        lead = "".join("\t" if c == "\t" else " " for c in before)
        text = "".join(c if c.isprintable() or c == "\t" else "?" for c in line.text)
        parts += [f"{line.line:5d} | {text}", f"      | {lead}^"]
    return Record(severity, file, line.line, line.col, message, flag, "\n".join(parts), None)
