"""docs/mistakes.md: what ebpfcc says of beginners' mistakes, beside what clang, libbpf and the kernel say.

The mistakes are programs in tests/mistakes/*.txt: `[case title]`, perhaps `[flags ...]`, `[c]` and the program, in which HERE marks the line that is
wrong, then what mends it: `[mend] OLD => NEW`, `[mend all] OLD => NEW` or `[mend flags] ...`.

    python3 tools/mistakes_page.py                      writes the page, with our messages of today (as root: those of --verify too)
    python3 tools/mistakes_page.py --record --include DIR ...    first asks clang-19 and bpftool anew (DIR: headers of libbpf, vmlinux.h)
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import ebpfcc  # noqa: E402

FOLDER = ROOT / "tests" / "mistakes"
PAGE = ROOT / "docs" / "mistakes.md"
RECORDED = FOLDER / "theirs.txt"
HERE = " /* HERE */"
KERNEL = "6.18"  # that was asked
STAGES = {"c": ("The compiler", "clang 19"), "libbpf": ("libbpf", "libbpf 1.1"), "verifier": ("The verifier", f"the kernel ({KERNEL})")}
BEHIND = re.compile(r"the verifier on program|libbpf: |  |the value is|this path|'[^']*' is (?:read|the result|the address|set)|expanded from")


class Mistake(NamedTuple):
    """line: the one that is wrong, from 1. mends: (old text, new text, how often)."""

    stage: str
    title: str
    flags: str
    text: str
    line: int
    mends: list[tuple[str, str, int]]
    mended_flags: str

    @property
    def code(self) -> str:
        return self.text.split("\n")[self.line - 1].replace(HERE, "").strip()

    @property
    def mended(self) -> str:
        text = self.text
        for old, new, times in self.mends:
            assert text.count(old) == times or times < 0 < text.count(old), (self.title, old)
            text = text.replace(old, new)
        return text


def read(stage: str) -> list[Mistake]:
    found = []
    for block in re.split(r"^\[case ", (FOLDER / f"{stage}.txt").read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, rest = block.split("]\n", 1)
        head, rest = rest.split("[c]\n", 1)
        flags = re.search(r"\[flags (.*)\]", head)
        program, *mends = re.split(r"^\[mend", rest, flags=re.M)
        text = program.rstrip("\n") + "\n"
        line = next(n for n, line in enumerate(text.split("\n"), 1) if HERE.strip() in line)
        replaced, mended_flags = [], flags[1] if flags else "-O2 -g"
        for mend in mends:
            how, what = mend.strip("\n").split("]", 1)
            if how == " flags":
                mended_flags = what.strip()
            else:
                old, new = what.removeprefix(" ").split(" =>", 1)
                replaced.append((old, new.removeprefix(" ").replace("\\n", "\n"), -1 if how == " all" else 1))
        found.append(Mistake(stage, title, flags[1] if flags else "-O2 -g", text, line, replaced, mended_flags))
    return found


def records(m: Mistake) -> list[ebpfcc.Record]:
    """What the command tells with --verify."""
    result = ebpfcc.compile(text=m.text, name="prog.c", flags=m.flags)
    found = list(result.diagnostics)
    if result.data is not None and m.stage != "c":
        found += ebpfcc.verify(result, name="prog", count=False).diagnostics
    return found


def ours(m: Mistake) -> str:
    """The first message at the line that is wrong, or with a note there, and the notes that say more about it."""
    found = records(m)
    groups: list[list[ebpfcc.Record]] = []
    for r in found:
        if r.severity == "note" and groups:
            groups[-1].append(r)
        else:
            groups.append([r])
    at = [g for g in groups if any(r.line == m.line and r.file.endswith("prog.c") for r in g)]
    if not at:
        return ""
    first, *notes = at[0]
    notes = [n for n in notes if n.file.endswith("prog.c") and not BEHIND.match(n.message)]
    return "\n".join(shown(r) for r in [first, *notes])


def shown(r: ebpfcc.Record) -> str:
    return f"{r.line}:{r.col}: {r.severity}: {r.message}" + (f" [{r.flag}]" if r.flag else "")


# -- what others say ------------------------------------------------------------------------------------------------------------
def theirs(m: Mistake, include: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "prog.c").write_text(m.text, encoding="utf-8")
        flags = ["--target=bpf", *m.flags.split(), "-fno-caret-diagnostics", *(f"-I{d}" for d in include)]
        done = subprocess.run(["clang-19", *flags, "-c", "prog.c", "-o", "prog.o"], cwd=folder, capture_output=True, text=True, check=False)
        told = [line.removeprefix("prog.c:") for line in done.stderr.split("\n") if line.startswith("prog.c:") or ": error:" in line]
        told = [re.sub(r"^/\S*/", "", line) for line in told]
        if m.stage == "c" or done.returncode:
            more = [f"({len(told) - 3} more lines)"] if len(told) > 4 else []
            return "\n".join(told[: 3 if more else 4] + more) or "(nothing)"
        pin = Path("/sys/fs/bpf/ebpfcc-mistake")
        done = subprocess.run(["bpftool", "prog", "loadall", "prog.o", str(pin)], cwd=folder, capture_output=True, text=True, check=False)
        subprocess.run(["rm", "-rf", str(pin)], check=False)
    return loader_words(done.stderr.split("\n")) if done.returncode else "(nothing)"


def loader_words(lines: list[str]) -> str:
    """The verifier's last words, with the instruction; or else libbpf's."""
    end = next((i for i, line in enumerate(lines) if re.match(r"processed \d+ insns", line)), 0)
    if end:
        start = max((i for i, line in enumerate(lines[:end]) if re.match(r"\d+: \(|; |from \d+|\d+: R|\d+: <", line)), default=end - 2)
        words = [re.sub(r"\s*; .*", "", line).strip() for line in lines[start:end] if line and not line.startswith("; ")]
        return "\n".join(w for w in words[-3:] if w)
    skipped = (
        r"libbpf: (?:failed to load object|failed to load BPF|prog '\S+': failed to load|-- |Error in)|Error: failed|Warning: |If it used|more details|\s*$"
    )
    return "\n".join([re.sub(r"\s+$", "", line) for line in lines if not re.match(skipped, line)][:3]) or lines[0]


def recorded() -> dict[str, str]:
    blocks = re.split(r"^\[(.*)\]\n", RECORDED.read_text(encoding="utf-8"), flags=re.M)[1:]
    return {title: text.strip("\n") for title, text in zip(blocks[::2], blocks[1::2])}


def record(include: list[str]) -> None:
    blocks = [f"[{stage}: {m.title}]\n{theirs(m, include)}\n" for stage in STAGES for m in read(stage)]
    RECORDED.write_text("\n".join(blocks), encoding="utf-8")


# -- the page -------------------------------------------------------------------------------------------------------------------
def cell(text: str) -> str:
    return "<br>".join("`" + line.replace("|", "\\|").replace("\t", " ") + "`" if line != "(nothing)" else "nothing" for line in text.split("\n"))


def rows(stage: str) -> list[str]:
    said = recorded()
    return [f"| {n} | {m.title}: {cell(m.code)} | {cell(said[f'{stage}: {m.title}'])} | {cell(ours(m))} |" for n, m in enumerate(read(stage), 1)]


def table(stage: str) -> str:
    title, who = STAGES[stage]
    return "\n".join([f"## {title}", "", f"| | the mistake | {who} says | ebpfcc says |", "|---|---|---|---|", *rows(stage), ""])


def page() -> str:
    head = """# Beginners' mistakes

What a compiler, a loader and the kernel say of mistakes that many make in their first BPF programs, and what ebpfcc
says of them with `--verify`. Made by `tools/mistakes_page.py` of the programs in [tests/mistakes](../tests/mistakes),
each of which also has what mends it; a test compares the last column with today's messages, and loads the mended
programs. The numbers are line and column; the line with the mistake is the one that is shown.

`ebpfcc --explain NAME` tells more of a name in brackets, as [messages](messages.md) does.
"""
    return "\n".join([head, *(table(stage) for stage in STAGES)])


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--record"]:
        record([a for a in arguments[1:] if a != "--include"])
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
