"""Jumps over more instructions than 16 bits count: for real, and with a short reach so that every test of C has some."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import in_simulator
from test_c import FILES, PRELUDE, SUM, checksum

import ebpfcc
from ebpfcc.codegen import far_branches
from ebpfcc.sim import Simulator

FAR = """
#define PART(r) asm volatile(".rept 3000; %0 += 1; .endr" : "+r"(r))
#define LONG(r) do { PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); PART(r); } while (0)
__attribute__((section("one"))) unsigned long over(unsigned long a, unsigned long b)
{
	unsigned long r = b;
	if (a > 3)
		LONG(r);
	return r * 3;
}
__attribute__((section("two"))) unsigned long bit(unsigned long a, unsigned long b)
{
	unsigned long r = b;
	if (a & 8)
		LONG(r);
	return r * 3;
}
__attribute__((section("three"))) unsigned long back(unsigned long n)
{
	unsigned long r = 0;
	for (unsigned long i = 0; i < n; i++)
		LONG(r);
	return r;
}
"""


@pytest.mark.parametrize("cpu", ["v1", "v2", "v3", "v4"])
def test_far(cpu: str) -> None:
    result = ebpfcc.compile(text=FAR, flags=["-O2", "-mcpu=" + cpu])
    assert result.data is not None, [d.message for d in result.diagnostics]
    simulator = Simulator(result.data)
    assert [simulator.call("over", *x) for x in ((1, 2), (4, 2))] == [6, 99006]
    assert [simulator.call("bit", *x) for x in ((7, 2), (8, 2))] == [6, 99006]
    assert [simulator.call("back", n) for n in (0, 1, 3)] == [0, 33000, 99000]


@pytest.mark.parametrize("file", [f for f in FILES if f.stem in ("objects", "gnu")], ids=lambda file: file.stem)
@pytest.mark.parametrize("cpu", [3, 4])
def test_short_reach(file: Path, cpu: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_branches, "REACH", 60)
    monkeypatch.setattr(far_branches, "HOP", 40)
    source = file.read_text()
    run = in_simulator("2", cpu)(PRELUDE + source)
    assert [name for name, wanted in SUM.findall(source) if checksum(run, name) != wanted] == []


def test_assembly_in_one_piece() -> None:
    source = 'int f(int a) { if (a > 3) asm volatile(".rept 40000; %0 += 1; .endr" : "+r"(a)); return a; }'
    assert ebpfcc.compile(text=source, flags=["-O2", "-mcpu=v4"]).ok
    result = ebpfcc.compile(text=source, flags=["-O2", "-mcpu=v3"])
    assert [d.message for d in result.diagnostics if d.severity == "error"] == ["function is too large: a jump of 40000 instructions"]


def test_too_far_for_assembly() -> None:
    source = 'int f(int a) { asm goto("if %0 == 0 goto %l[out]" : : "r"(a) : : out); asm volatile(".rept 40000; %0 += 1; .endr" : "+r"(a)); out: return a; }'
    result = ebpfcc.compile(text=source, flags=["-O2"])
    assert [d.message for d in result.diagnostics if d.severity == "error"] == ["offset does not fit 16 bits: '40000'"]
