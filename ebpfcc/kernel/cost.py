"""What the verifier spent on an accepted program, by function and by C line."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from .layout import CALL, CALLX, LD_IMM64, Program
from .refusal import shown_path
from .verifier_log import Stats

LINES = 8
JUMPS, EXIT, JA32 = (5, 6), 0x90, 0x06


class LineCost(NamedTuple):
    """visits: of the line's most visited instruction; instructions: all that were processed; loop: a loop begins there."""

    file: str
    line: int
    visits: int
    instructions: int
    loop: bool
    text: str


class Cost(NamedTuple):
    """functions, lines: empty if the log was too large to count visits."""

    stats: Stats
    functions: list[tuple[str, int]]
    lines: list[LineCost]
    counted: bool


def cost(program: Program, stats: Stats, visits: Counter[int] | None) -> Cost:
    if visits is None:
        return Cost(stats, [], [], False)
    functions: Counter[str] = Counter()
    most: dict[tuple[str, int], int] = {}
    total: Counter[tuple[str, int]] = Counter()
    text: dict[tuple[str, int], str] = {}
    for insn, count in visits.items():
        function, line = program.function(insn), program.line(insn)
        functions[function.name if function else "?"] += count
        if line is not None:
            key = (shown_path(line.file), line.line)
            most[key] = max(most.get(key, 0), count)
            total[key] += count
            text[key] = line.text.strip()
    heads = loop_heads(program)
    lines = [LineCost(file, line, most[file, line], n, (file, line) in heads, text[file, line]) for (file, line), n in total.most_common()]
    return Cost(stats, functions.most_common(), lines, True)


def loop_heads(program: Program) -> set[tuple[str, int]]:
    """The C lines that jumps go back to from what they lead to: others go back only because of the order of blocks."""
    found = set()
    for at in range(program.size):
        back = [target for target in successors(program, at) if target <= at]
        if back and reaches(program, back[0], at):
            line = program.line(back[0])
            if line is not None:
                found.add((shown_path(line.file), line.line))
    return found


def successors(program: Program, at: int) -> list[int]:
    """Where an instruction goes on, within its function."""
    insn = program.insn(at)
    if insn is None:
        return []
    if insn.code == LD_IMM64:
        return [at + 2]
    if insn.kind not in JUMPS or insn.code in (CALL, CALLX):
        return [at + 1]
    if insn.code & 0xF0 == EXIT:
        return []
    target = at + 1 + (insn.imm if insn.code == JA32 else insn.off)
    return [at + 1, target] if insn.conditional else [target]


def reaches(program: Program, start: int, end: int) -> bool:
    seen, work = {start}, [start]
    while work:
        at = work.pop()
        if at == end:
            return True
        new = [target for target in successors(program, at) if target not in seen]
        seen.update(new)
        work += new
    return False


def table(name: str, section: str, c: Cost) -> str:
    """As the command prints it."""
    s = c.stats
    stack = f"stack {'+'.join(map(str, s.stack))} bytes" if s.stack else "no stack known"
    out = [f"{name} ({section}): accepted; {s.processed} of {s.limit} instructions processed, {s.states} states (at most {s.peak} at once), {stack}"]
    if not c.counted:
        out.append("  the log is too large to count visits of lines: these are the verifier's totals alone")
    if len(c.functions) > 1:
        out.append("  processed  function")
        out += [f"  {n:9d}  {function}" for function, n in c.functions]
    lines = c.lines[:LINES]
    if lines:
        out.append("  processed     visits  line")
        out += [f"  {c.instructions:9d}  {c.visits:9d}  {c.file}:{c.line}: {c.text[:80]}{'  (loop)' if c.loop else ''}" for c in lines]
    return "".join(line + "\n" for line in out)
