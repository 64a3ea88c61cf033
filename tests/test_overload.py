"""clang's overloadable functions: names in the object, which one a call takes, what is wrong."""

from __future__ import annotations

import io

import pytest
from elftools.elf.elffile import ELFFile

import ebpfcc
from ebpfcc.sim import Simulator

PROGRAM = """
#define OV __attribute__((overloadable))
struct s { int a; };
typedef unsigned long u64;
enum e { A };
OV int f(int x) { return 1; }
OV int f(u64 x) { return 2; }
OV int f(char *x) { return 3; }
OV int f(const char *x) { return 4; }
OV int f(struct s x) { return 5; }
OV int f(struct s *x, int y);
OV int f(struct s *x, int y) { return 6; }
OV int f(void) { return 7; }
OV int f(enum e *x) { return 8; }
OV int f(void *x, const volatile int *y) { return 9; }
OV int f(struct s *a, struct s **b, const struct s *c, int (*g)(struct s *, char)) { return 10; }
OV static inline int g(void *p, short n) { return 11; }
int g(long n) { return 12; }  // one may be without the attribute
int run(char *p, const char *q, struct s *t)
{
	return f(1) + f(1ul) * 3 + f(p) * 5 + f(q) * 7 + f(*t) * 11 + f(t, 1) * 13 + f() * 17 + f('a') * 19 + f((short)3) * 23 + f((enum e *)0) * 29
		+ g(p, 1) * 31 + g(4) * 37 + f(p, (int *)0) * 41;
}
struct s record;
int test(void) { return run(0, 0, &record); }
"""


def test_calls_and_names() -> None:
    for level in ("-O0", "-O2"):
        result = ebpfcc.compile(text=PROGRAM, flags=[level, "-Wall", "-Werror"])
        assert result.data is not None, [d.message for d in result.diagnostics]
        weights = (1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
        assert Simulator(result.data).call("test") == sum(a * b for a, b in zip((1, 2, 3, 4, 5, 6, 7, 1, 1, 8, 11, 12, 9), weights))
    symbols = {s.name for s in ELFFile(io.BytesIO(result.data)).get_section_by_name(".symtab").iter_symbols() if s["st_info"]["type"] == "STT_FUNC"}
    assert symbols == {  # clang 19's
        "_Z1fi", "_Z1fm", "_Z1fPc", "_Z1fPKc", "_Z1f1s", "_Z1fP1si", "_Z1fv", "_Z1fP1e", "_Z1fPvPVKi", "_Z1fP1sPS0_PKS_PFiS0_cE", "g", "run", "test",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("OV int f(int x); OV int f(long x); int g(void) { return f(1u); }", "call to 'f' is ambiguous"),
        ("OV int f(int x); struct s { int a; }; int g(struct s *p) { return f(*p); }", "no matching function for call to 'f'"),
        ("OV int f(int x) { return 1; } OV int f(int y) { return 2; }", "redefinition of 'f'"),
    ],
)
def test_errors(source: str, message: str) -> None:
    result = ebpfcc.compile(text="#define OV __attribute__((overloadable))\n" + source, flags=["-O2"])
    assert [d.message for d in result.diagnostics if d.severity == "error"] == [message]
