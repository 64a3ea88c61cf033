"""The verifier's log, read: the instructions it went through, what it knew when it stopped, what it said, and its statistics.

At log level 1 the kernel keeps of the log only the path that led to a refusal; at level 2 it keeps every path.
"""

from __future__ import annotations

import re
from collections import Counter

INSN = re.compile(r"(\d+): \(([0-9a-f]{2})\) (.*)")
STATE = re.compile(r"(?:from (\d+) to )?(\d+)(?: \(speculative execution\))?: (?:frame(\d+): ?)?(?=R\d|fp-|$)(.*)")
FRAME = re.compile(r" ?(?:frame(\d+): ?)?(.*)")
VALUE = re.compile(r"(R\d+|fp-?\d+)(?:_[a-zA-Z]+)?=((?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+)")
HERE = re.compile(r"(.*?) \d+: ((?:frame\d+: ?)?R\d.*)")  # a state that follows its instruction on the same line
VALIDATING = re.compile(r"Validating (\w+)\(\) func#(\d+)\.\.\.")
SUBPROGRAM = re.compile(r"func#(\d+) @(\d+)")
PROCESSED = re.compile(r"processed (\d+) insns \(limit (\d+)\) max_states_per_insn (\d+) total_states (\d+) peak_states (\d+) mark_read (\d+)")
NO_SCALAR = re.compile(r"^Global function \w+\(\) doesn't return scalar.*", re.M)  # of other functions than the program: a refusal
CHATTER = re.compile(
    r"; |processed \d+ insns|verification time|stack depth \d|mark_precise: |last_idx |regs=|parent |propagating |Live regs before insn|"
    r" +\d+: [.0-9]{10} |func#\d+ @|Func#\d+ |\(\d+\) (?:frame |live )|Global function \w+\(\) doesn't return scalar|safe|"
    r"-- |from \d+ to \d+|\d+: safe|[\w.]+ is (?:global|static) and|arg#\d+ reference type|update_branch_counts|frame \d+: |"
    r"(?:max_states|peak_states)|insn \d+ cannot be patched|.*: propagating"
)


class Step:
    """An instruction that the verifier went through. frame: how many calls deep; changed: what it knew anew after it."""

    __slots__ = ("insn", "frame", "text", "changed")

    def __init__(self, insn: int, frame: int, text: str) -> None:
        self.insn = insn
        self.frame = frame
        self.text = text
        self.changed: dict[str, str] = {}


class Log:
    """A log at level 1, read. message: the lines after the last instruction; state: of each frame, what was known at the end."""

    def __init__(self, text: str) -> None:
        self.steps: list[Step] = []
        self.message: list[str] = []
        self.state: dict[int, dict[str, str]] = {0: {}}
        self.frame = 0
        self.validating = ""  # the global function that is checked on its own
        self.stats = Stats(text)
        expect = ""  # what a line with a state alone describes
        for line in lines_of(text):
            found = INSN.match(line)
            if found:
                self._instruction(int(found[1]), found[3])
                expect = ""
                continue
            if line in ("caller:", "callee:", "returning from callee:"):
                expect = line
                continue
            if line.startswith("to caller at "):
                self.state.pop(self.frame, None)
                expect = "to caller"
                continue
            if expect and (line.startswith(" ") or VALUE.match(line)):
                self._frame_line(line, expect)
                expect = ""
                continue
            expect = ""
            found = STATE.match(line)
            if found:
                self._whole_state(int(found[3] or 0), found[4])
                continue
            found = VALIDATING.match(line)
            if found:
                self.validating = found[1]
                self.steps, self.state, self.frame, self.message = [], {0: {}}, 0, []
                continue
            if line and not CHATTER.match(line):
                self.message.append(line)
        self.message[:0] = [line for line in dict.fromkeys(NO_SCALAR.findall(text)) if f"('{line.split()[2][:-2]}')" in "".join(self.message)]

    def _instruction(self, insn: int, rest: str) -> None:
        whole = HERE.fullmatch(rest) if "; R" not in rest and "; frame" not in rest else None
        if whole:
            head = FRAME.match(whole[2])
            assert head is not None
            self._instruction(insn, whole[1])
            self._whole_state(int(head[1] or 0), head[2])
            return
        text, _, after = rest.partition("; ")
        head = FRAME.match(after)
        assert head is not None
        self._clobber()
        if head[1]:
            self.frame = int(head[1])
        step = Step(insn, self.frame, text.strip())
        step.changed = values(head[2])
        self.state.setdefault(self.frame, {}).update(step.changed)
        self.steps.append(step)
        self.message = []

    def _clobber(self) -> None:
        """After a call, or a legacy read of the packet, r1 to r5 hold nothing; the log does not say so."""
        if self.steps and re.match(r"call |r0 = \*\(u\d+ \*\)skb\[", self.steps[-1].text):
            known = self.state.get(self.steps[-1].frame, {})
            for register in ("R1", "R2", "R3", "R4", "R5"):
                known.pop(register, None)

    def _frame_line(self, line: str, expect: str) -> None:
        head = FRAME.match(line)
        assert head is not None
        frame = int(head[1] or 0)
        if expect == "callee:":
            self.frame = frame
            self.state[frame] = values(head[2])
        elif expect == "to caller":
            self.frame = frame
            self.state.setdefault(frame, {}).update(values(head[2]))

    def _whole_state(self, frame: int, text: str) -> None:
        self.frame = frame
        self.state = {f: known for f, known in self.state.items() if f < frame}
        self.state[frame] = values(text)


class Stats:
    """The statistics at a log's end; found is False if there are none."""

    def __init__(self, text: str) -> None:
        tail = text[-2000:]
        match = PROCESSED.search(tail)
        self.found = match is not None
        self.processed, self.limit, _, self.states, self.peak, _ = (int(n) for n in match.groups()) if match else (0,) * 6
        depth = re.search(r"^stack depth ([\d+]+)", tail, re.M)
        self.stack = [int(n) for n in depth[1].split("+")] if depth else []
        time = re.search(r"^verification time (\d+) usec", tail, re.M)
        self.microseconds = int(time[1]) if time else 0


def lines_of(text: str) -> list[str]:
    """Some messages lack the end of their line."""
    return re.sub(r"(?<=[^\n])verification time \d+ usec$", "", text, flags=re.M).splitlines()


def values(text: str) -> dict[str, str]:
    """{"R1": "map_value(map=m,ks=4,vs=8)", "fp-8": "mmmm????"}"""
    return dict(VALUE.findall(text))


def visits(text: str) -> Counter[int]:
    """How often each instruction was gone through, from a whole log at level 2."""
    return Counter(int(n) for n in re.findall(r"^(\d+): \([0-9a-f]{2}\) ", text, re.M))


def said(text: str) -> list[str]:
    """What a log that holds no instructions says, without statistics."""
    found = []
    for line in lines_of(text):
        if line and not INSN.match(line) and not STATE.match(line) and not CHATTER.match(line) and not VALIDATING.match(line):
            found.append(line)
    return found
