"""Every program of an object loaded for the running kernel, for the verifier's answer: accepted and at what cost, or refused and why."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from ..diag import Record
from ..disk import MOST_OBJECT, read_named
from ..obj.read_ext import Line, Object
from .attempt import ALL, PATH, SMALL, STATISTICS, WHOLE, Attempt, reason, refused_by_libbpf
from .child import Child
from .cost import Cost, cost
from .layout import Program
from .libbpf import why_not
from .refusal import Refusal, record
from .stage import refused
from .verifier_log import NO_SCALAR, Log, Stats, said, visits

FORBIDDEN = (
    "the verifier has not seen the program: capabilities (CAP_NET_ADMIN for the network's programs, CAP_PERFMON for tracing, beside CAP_BPF) "
    "or the machine's policy (lockdown, an LSM) forbid programs of section '{}' here"
)
NO_PROGRAM = "the object has no program that could be verified"
UNSIZED = (
    "libbpf makes map '{}' only if it has a size: give it max_entries, or have the loader call bpf_map__set_max_entries() "
    "(to verify the programs it has {} here)"
)


Places = Mapping[str, tuple[str, int, int, str]]  # name -> (file, line, column, source line) of its declaration


class VerifyError(Exception):
    """Nothing can be loaded here."""


class Verified:
    """One program. diagnostics: the error and its notes, if refused; rule: the refusal's name in refusal_table.py, "libbpf" if
    it never came to the verifier, "" if it has no name."""

    __slots__ = ("name", "section", "accepted", "diagnostics", "log", "processed", "rule", "cost")

    def __init__(self, name: str, section: str) -> None:
        self.name = name
        self.section = section
        self.accepted = False
        self.diagnostics: list[Record] = []
        self.log = ""
        self.processed = 0
        self.rule = ""
        self.cost: Cost | None = None

    def __str__(self) -> str:
        return "\n".join(r.text for r in self.diagnostics) or f"{self.name} ({self.section}): {'accepted' if self.accepted else 'refused'}"

    def __repr__(self) -> str:
        how = "accepted" if self.accepted else f"refused: {self.rule}" if self.rule else "refused"
        return f"<Verified {self.name} ({self.section}) {how}, {self.processed} instructions processed>"


class VerifyResult:
    """programs: those that were tried. of_object: messages about the object as a whole: an error if libbpf cannot open it, warnings of what
    it would refuse though the verifier does not."""

    __slots__ = ("programs", "of_object")

    def __init__(self) -> None:
        self.programs: list[Verified] = []
        self.of_object: list[Record] = []

    @property
    def diagnostics(self) -> list[Record]:
        """All messages: the object's, then each program's."""
        return [*self.of_object, *(r for p in self.programs for r in p.diagnostics)]

    @property
    def ok(self) -> bool:
        return not any(d.severity == "error" for d in self.of_object) and all(p.accepted for p in self.programs)

    def __str__(self) -> str:
        return "\n".join([*(r.text for r in self.of_object), *map(str, self.programs)])

    def __repr__(self) -> str:
        accepted = sum(p.accepted for p in self.programs)
        opened = not any(d.severity == "error" for d in self.of_object)
        return f"<VerifyResult {f'{accepted} of {len(self.programs)} programs accepted' if opened else 'the object cannot be opened'}>"


class Compiled(Protocol):
    """What compile() returns."""

    data: bytes | None

    @property
    def places(self) -> Places: ...


def verify(
    data: bytes | str | os.PathLike[str] | Compiled,
    *,
    programs: Iterable[str] | None = None,
    count: bool = True,
    name: str = "",
    places: Places | None = None,
) -> VerifyResult:
    """Load the programs (those named, or all) of an object, given as bytes, as a path or as what compile() returned, one after another, and
    close all again.

    count: of accepted programs also count how often the verifier went through each line. name: the object's. places: where it declares what
    libbpf may refuse, which the object itself does not tell; what compile() returned knows them. Prints nothing.
    libbpf gets only what our own reader understands, in a process of its own. Raises VerifyError if this process or machine cannot load
    programs, ObjectError (a ValueError) for bytes that are no object, OSError for a file that cannot be read.
    """
    if not isinstance(data, (bytes, str, os.PathLike)):
        places = data.places if places is None else places
        if data.data is None:
            raise ValueError("the compilation made no object")
        data = data.data
    if not isinstance(data, bytes):
        name = name or os.path.basename(os.fspath(data)).partition(".")[0]
        data = read_named(os.fspath(data), MOST_OBJECT)
    why = why_not()
    if why:
        raise VerifyError(why)
    obj = Object(data)
    obj.declared = {name: Line(*place) for name, place in (places or {}).items()}
    result = VerifyResult()
    with Child(data, name or "object") as opened:
        if not opened.ok:
            result.of_object, _ = libbpf_errors(opened.warnings or ["the object cannot be opened"], obj)
            return result
        result.of_object = [
            record("warning", obj.declared.get(name) or obj.use_of(name), UNSIZED.format(name, size), "", "libbpf-no-max-entries")
            for name, size in opened.sized
        ]
        if not opened.programs:
            result.of_object.append(record("warning", None, NO_PROGRAM, "", "libbpf-no-program"))
        wanted = None if programs is None else set(programs)
        for index, (program, section) in enumerate(opened.programs):
            if wanted is None or program in wanted:
                result.programs.append(one(opened, index, Program(obj, program), Verified(program, section), count))
    return result


def one(opened: Child, index: int, program: Program, verified: Verified, count: bool) -> Verified:
    """Statistics first: whole logs are only asked for when it is known that they are wanted."""
    first = opened.load(index, STATISTICS, SMALL)
    verified.log = first.log
    stats = Stats(first.log)
    verified.processed = stats.processed
    if accepted(first, stats):
        verified.accepted = True
        counted = None
        if count:
            second = opened.load(index, ALL | STATISTICS, WHOLE)
            if not second.cut and second.log:
                verified.log = second.log
                counted = visits(second.log)
        verified.cost = cost(program, stats, counted)
    elif refused_by_libbpf(first):
        verified.diagnostics, verified.rule = libbpf_errors(reason(first), program.obj, verified.name, program.line(0), verified.section)
        if first.status == -errno.EPERM:
            verified.diagnostics.append(record("note", None, FORBIDDEN.format(verified.section)))
    else:
        second = opened.load(index, PATH | STATISTICS, SMALL * 4)
        verified.log = second.log or first.log
        log = Log(verified.log)
        message = (log.message if not second.cut else []) or said(first.log) or NO_SCALAR.findall(first.log)[-1:] or reason(first)
        refusal = Refusal(program, verified.name, verified.section, log, message)
        verified.diagnostics, verified.rule = refusal.records, refusal.rule
    return verified


def accepted(attempt: Attempt, stats: Stats) -> bool:
    """libbpf may fail later than the verifier: when it fills a map with programs that were left out here."""
    if attempt.status == 0:
        return True
    return stats.found and not said(attempt.log) and not any("program load failed" in line for line in attempt.warnings)


def libbpf_errors(lines: list[str], obj: Object, program: str = "", start: Line | None = None, section: str = "") -> tuple[list[Record], str]:
    """(messages, the rule): what is wrong, or libbpf's first line; at the declaration that is wrong, or where code uses what libbpf names, or
    where the program starts; then libbpf's own lines."""
    reason = refused(lines, obj, section, program)
    names = re.findall(r"'([^']+)'", "\n".join(lines))
    uses = (obj.use_of(name) for name in names if name != program)
    place = next((obj.declared[name] for name in reason.about if name in obj.declared), None) or next((p for p in uses if p is not None), start)
    first, rest = (reason.text, lines) if reason.rule else (f"libbpf: {lines[0]}", lines[1:])
    notes = [record("note", None, f"libbpf: {line}") for line in rest]
    return [record("error", place, first, program, f"libbpf-{reason.rule}" if reason.rule else "libbpf"), *notes], reason.rule or "libbpf"
