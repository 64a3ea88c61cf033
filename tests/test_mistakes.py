"""Beginners' mistakes (tests/mistakes): each message names the line and says what to do, what mends a program does, and docs/mistakes.md shows
the messages of today."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.kernel.libbpf import why_not
from ebpfcc.target.host import KERNEL_BTF

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("mistakes_page", ROOT / "tools" / "mistakes_page.py")
assert spec is not None and spec.loader is not None
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)

STAGES = {stage: pages.read(stage) for stage in pages.STAGES}
ALL = [m for mistakes in STAGES.values() for m in mistakes]
# What a message tells to do: a word that was meant, what is expected, or a verb in the imperative.
WAY = re.compile(
    r"did you mean|is declared in|not included|use '|use bpf_|use it before|use a|expected '|(?:^|[ :;,(])(?:write|compare|declare|include|remove|give|keep|"
    r"leave|read|copy|call|pass|take|make|let|test|print|release|bound|compile|compute|define|mask)\b|takes one of|must return|not return a value|it knows|"
    r"it is called as|indexed by|to match this"
)
NOT_SEEN = "Operation not permitted"  # the kernel's policy here, not the verifier


def needs(m: pages.Mistake) -> None:
    if "vmlinux.h" in m.text and not os.path.exists(KERNEL_BTF):
        pytest.skip("no type information of the kernel here")
    if m.stage != "c" and why_not():
        pytest.skip("no programs can be loaded here (root, libbpf)")


def test_there_are_enough() -> None:
    assert len(STAGES["c"]) >= 25 and len(STAGES["libbpf"]) >= 15 and len(STAGES["verifier"]) >= 20
    assert len({m.title for m in ALL}) == len(ALL) and all(m.mended != m.text or m.mended_flags != m.flags for m in ALL)


@pytest.mark.parametrize("m", ALL, ids=lambda m: f"{m.stage}-{m.title}".replace(" ", "-"))
def test_the_line_and_what_to_do(m: pages.Mistake) -> None:
    needs(m)
    told = pages.ours(m)
    assert told and WAY.search(told), told
    if m.stage == "c" or os.uname().release.startswith(f"{pages.KERNEL}."):  # other verifiers have other words
        assert pages.cell(told) in pages.PAGE.read_text(encoding="utf-8"), "run python3 tools/mistakes_page.py as root"


@pytest.mark.parametrize("m", ALL, ids=lambda m: f"{m.stage}-{m.title}".replace(" ", "-"))
def test_mended_programs_are_taken(m: pages.Mistake) -> None:
    needs(m)
    flags = f"{m.mended_flags} -D__TARGET_ARCH_x86" if "bpf_tracing" in m.mended else m.mended_flags
    result = ebpfcc.compile(text=m.mended, name="prog.c", flags=flags)
    assert [str(d) for d in result.diagnostics] == []
    if m.stage == "c":
        return
    told = [str(d) for d in ebpfcc.verify(result, name="prog", count=False).diagnostics]
    assert not told or any(NOT_SEEN in text for text in told), told


def test_the_page_has_all_in_order() -> None:
    text, said = pages.PAGE.read_text(encoding="utf-8"), pages.recorded()
    assert set(said) == {f"{m.stage}: {m.title}" for m in ALL}
    heads = [f"{m.title}: {pages.cell(m.code)} | {pages.cell(said[f'{m.stage}: {m.title}'])} |" for m in ALL]
    places = [text.find(head) for head in heads]
    assert -1 not in places and places == sorted(places), "run python3 tools/mistakes_page.py as root"
