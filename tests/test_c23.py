"""C23's keywords, constants, attributes and declarations (-std=c23), and that the names are free before it."""

from __future__ import annotations

import pytest

import ebpfcc
from ebpfcc.sim import Simulator

PROGRAM = """
#include <stddef.h>
typedef unsigned long u64;
typedef _Bool bool;  // as in headers made before C23
enum { false = 0, true = 1 };
#if true && !false && 1'000 == 1000
bool yes(int a) { return a ? true : false; }
#endif
constexpr u64 limit = 0x1'0000, mask = 0b1010'1010;
constexpr int tab[] = {1, 2, 3};
auto global = 5ul;
static_assert(limit == 65'536);
static_assert(sizeof(true) == 1, "bool");
static_assert(alignof(u64) == 8);
enum small : unsigned char { S1 [[deprecated]] = 1, S2 = 200 };
static_assert(sizeof(enum small) == 1);
struct [[gnu::packed]] p { char a; int b; };
static_assert(sizeof(struct p) == 5);
struct al { alignas(16) char c; };
static_assert(alignof(struct al) == 16);
[[nodiscard]] int f([[maybe_unused]] int a, int) {
  switch (a) { case 1: a++; [[fallthrough]]; case 2: return a; default: }
  return 0;
}
[[noreturn]] void g(void);
int none();
#ifdef NOPE
#elifndef NOPE2
int elif = 1;
#endif
#define V(x, ...) f(x __VA_OPT__(,) __VA_ARGS__)
u64 run(u64 n) {
  constexpr int k = 3;
  auto z = k;
  auto *q = &z;
  int *[[gnu::unused]] p = nullptr;
  typeof_unqual(const int) w = {};
  char a[k] = {};
  const auto c = 'x';
  static auto s = 2ul;
  struct { int x; } e = {};
  if (p != nullptr || q == nullptr)
    return 1;
  switch (n) { case k: return 33; case limit: return 44; }
  u64 r = z + 1'000 + sizeof(a) + w + e.x + tab[n & 1] + limit + mask + global + V(1, 2) + yes(n) + c + s;
  goto out;
out:
  int last = 2;
  for (auto i = 0ul; i < 3; i++)
    r += i;
  return r + last + u8'a' + sizeof(nullptr) + (bool)nullptr + _Generic(true, bool: 7, int: 9);
lab:
}
"""
BEFORE = """
typedef _Bool bool;
enum { false, true };
int nullptr = 3, constexpr = 4, alignas = 5, static_assert = 6, thread_local = 7;
#if true
#error
#endif
int run(int a) { int alignof = a; auto int x = 1; return nullptr + constexpr + alignas + static_assert + thread_local + alignof + true + x; }
"""


def run(source: str, flags: list[str], *args: int) -> int:
    result = ebpfcc.compile(text=source, flags=["-O2", "-Werror", "-Wall", *flags])
    assert result.ok, [d.message for d in result.diagnostics]
    assert result.data is not None
    return Simulator(result.data).call("run", *args)


@pytest.mark.parametrize("standard", ["c23", "gnu23", "gnu2x"])
def test_c23(standard: str) -> None:
    flags = [f"-std={standard}", "-Wno-unused-label", "-Wno-return-type"]
    assert [run(PROGRAM, flags, n) for n in (4, 3, 65536)] == [66960, 33, 44]


@pytest.mark.parametrize("standard", ["gnu17", "c11", "gnu99"])
def test_names_before_c23(standard: str) -> None:
    assert run(BEFORE, [f"-std={standard}"], 10) == 37


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("auto x;", "declaration of variable 'x' with deduced type 'auto' requires an initializer"),
        ("int f(); int g(void) { return f(1); }", "too many arguments to function call, expected 0, have 1"),
        ("int h(int); constexpr int x = h(1);", "initializer element is not a compile-time constant"),
        ("constexpr int x = 1; void f(void) { x = 2; }", "cannot assign to variable 'x' with const-qualified type 'const int'"),
    ],
)
def test_errors(source: str, message: str) -> None:
    result = ebpfcc.compile(text=source, flags=["-std=c23"])
    assert [d.message for d in result.diagnostics if d.severity == "error"] == [message]
