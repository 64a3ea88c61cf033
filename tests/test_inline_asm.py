"""Inline assembly: where its operands are, what leaves it, what its text may be. Run in the simulator at every level and version."""

from __future__ import annotations

import pytest

import ebpfcc
from ebpfcc.sim import Simulator

LEVELS = [(level, cpu) for level in ("-O0", "-O1", "-O2") for cpu in ("v1", "v3", "v4")]

NAMED = """
unsigned long twice_b_and_a(unsigned long a, unsigned long b)
{
	register unsigned long x asm("r8") = b;
	register unsigned long y asm("r7") = a;
	asm volatile("r8 += r8; r8 += r7" : "+r"(x) : "r"(y));
	return x;
}
unsigned long into_r0(unsigned long a, unsigned long b)
{
	register unsigned long r asm("r0");
	asm volatile("r0 = %1; r0 += %2" : "=r"(r) : "r"(a), "r"(b));
	return r * 3 + a;
}
"""
GOTO = """
long ways(long a, long b)
{
	long r, q;
	asm goto("%[r] = 5; %[q] = %[a]; if %[a] s> %[b] goto %l[big]; %[r] = 6"
		: [r] "=&r"(r), [q] "=&r"(q) : [a] "r"(a), [b] "r"(b) : : big);
	return r + q * 10;
big:
	return r + q * 100;
}
long in_memory(long a, long b)
{
	long r = a, m[3] = { 1, 2, 3 };
	asm goto("%[r] += 5; %[m] = 9; if %[r] s> %[b] goto %l[big]; %[r] += 1" : [r] "+&r"(r), [m] "=&r"(m[1]) : [b] "r"(b) : : big);
	return r + m[1];
big:
	return r * 3 + m[1] + m[a & 1];
}
long many_alive(long *p, long b)
{
	long s[8], r = 0;
	for (int i = 0; i < 8; i++)
		s[i] = p[i] * b;
	asm goto("%0 = %1; if %1 == 3 goto %l[out]" : "=&r"(r) : "r"(b) : : out);
	return s[0] + s[1] * 3 + s[2] * 5 + s[3] * 7 + s[4] * 11 + s[5] * 13 + s[6] * 17 + s[7] * 19 + r;
out:
	return s[0] * s[1] + s[2] * s[3] + s[4] * s[5] + s[6] * s[7] + r * 1000;
}
"""
IMMEDIATE = """
struct md { unsigned int data, data_end; } __attribute__((preserve_access_index));
static inline __attribute__((always_inline)) unsigned long offset_of_end(struct md *m)
{
	unsigned long data_end;
	asm("%[r] = %[o]" : [r] "=r"(data_end) : [o] "i"((unsigned long)&((struct md *)0)->data_end), "m"(*m));
	return data_end;
}
unsigned long run(struct md *m)
{
	unsigned long r;
	asm("%0 = %1" : "=r"(r) : "i"(&((typeof(m))0)->data_end));
	return offset_of_end(m) * 10 + r;
}
unsigned long plus_among_inputs(unsigned long a) { unsigned long r; asm("%0 = %1; %0 += 1" : "=r"(r) : "+r"(a)); return r; }
"""


def machine(source: str, level: str, cpu: str) -> Simulator:
    result = ebpfcc.compile(text=source, flags=[level, "-mcpu=" + cpu, "-g"])
    assert result.ok, [d.message for d in result.diagnostics]
    assert result.data is not None
    return Simulator(result.data)


@pytest.mark.parametrize(("level", "cpu"), LEVELS)
def test_variables_in_registers_that_are_named(level: str, cpu: str) -> None:
    simulator = machine(NAMED, level, cpu)
    assert simulator.call("twice_b_and_a", 5, 6) == 17
    assert simulator.call("into_r0", 5, 6) == 38


@pytest.mark.parametrize(("level", "cpu"), LEVELS)
def test_goto_with_outputs(level: str, cpu: str) -> None:
    simulator = machine(GOTO, level, cpu)
    assert [simulator.call("ways", *x) for x in ((1, 2), (9, 3))] == [16, 905]
    assert [simulator.call("in_memory", *x) for x in ((1, 20), (9, 3), (100, 7))] == [16, 60, 325]


def test_goto_with_outputs_among_values_on_the_stack() -> None:
    simulator = machine(
        "long p[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }; long many_alive(long *, long);\nlong run(long b) { return many_alive(p, b); }" + GOTO, "-O2", "v3"
    )
    weighted = sum(n * w for n, w in zip(range(1, 9), (1, 3, 5, 7, 11, 13, 17, 19)))
    assert simulator.call("run", 2) == weighted * 2 + 2
    assert simulator.call("run", 3) == (2 + 12 + 30 + 56) * 9 + 3000


@pytest.mark.parametrize(("level", "cpu"), LEVELS)
def test_immediates_are_offsets(level: str, cpu: str) -> None:
    simulator = machine(IMMEDIATE, level, cpu)
    assert simulator.call("run", 0) == 44
    assert simulator.call("plus_among_inputs", 41) == 42
