"""Compiles in threads: results are those of one alone, and nothing that the whole interpreter shares is left changed."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import ebpfcc
from ebpfcc import interpreter

SOURCES = [f"struct s{n} {{ int a[{n + 1}]; }}; int f{n}(struct s{n} *p) {{ return p->a[{n}] * {n + 3}; }}\n" for n in range(12)]
DEEP = "int f(int x) { return " + "(" * 400 + "x" + ")" * 400 + "; }\n"
TOO_DEEP = "int f(int x) { return " + "(" * 100_000 + "x" + ")" * 100_000 + "; }\n"


@pytest.fixture(params=[True, False], ids=["collecting", "not collecting"])
def collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def compiled(text: str) -> bytes | None:
    return ebpfcc.compile(text=text, flags=["-O2", "-g"]).data


def test_nothing_is_left_changed(collecting: bool) -> None:
    depth, switch = sys.getrecursionlimit(), sys.getswitchinterval()
    wanted = [compiled(text) for text in SOURCES]
    assert (sys.getrecursionlimit(), gc.isenabled()) == (depth, collecting)
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            for _ in range(3):
                found = list(pool.map(compiled, [*SOURCES, TOO_DEEP, "int x = ;", *SOURCES]))
                assert found == [*wanted, None, None, *wanted]
    finally:
        sys.setswitchinterval(switch)
    assert (sys.getrecursionlimit(), gc.isenabled()) == (depth, collecting)


def test_a_limit_that_somebody_sets_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    depth = sys.getrecursionlimit()
    try:
        with interpreter.COMPILING:
            assert sys.getrecursionlimit() == interpreter.DEPTH and not gc.isenabled()
            sys.setrecursionlimit(5000)
        assert sys.getrecursionlimit() == 5000
    finally:
        sys.setrecursionlimit(depth)


def test_garbage_is_collected_where_some_compile_always_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(interpreter.gc, "collect", collected.append)
    with interpreter.COMPILING:
        for _ in range(2 * interpreter.COLLECT_EVERY):
            with interpreter.COMPILING:
                pass
    assert len(collected) == 2


@pytest.mark.parametrize("limit", [1000, 1_000_000])
def test_depth_has_a_bound_of_its_own(limit: int) -> None:
    """In a thread with little stack, whatever the interpreter allows."""
    found: list[ebpfcc.Result] = []
    before, size = sys.getrecursionlimit(), threading.stack_size(256 * 1024)
    sys.setrecursionlimit(limit)
    try:
        for text in (DEEP, TOO_DEEP):
            thread = threading.Thread(target=lambda text=text: found.append(ebpfcc.compile(text=text, flags=["-O2"])))
            thread.start()
            thread.join()
    finally:
        sys.setrecursionlimit(before)
        threading.stack_size(size)
    assert found[0].ok and not found[1].ok
    (error,) = found[1].diagnostics
    assert "nested too deeply" in error.message and error.line == 1


def test_an_exception_leaves_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    depth = sys.getrecursionlimit()
    monkeypatch.setattr("ebpfcc.driver.stages", broken)
    with pytest.raises(ebpfcc.InternalError):
        ebpfcc.compile(text="int x;")
    assert sys.getrecursionlimit() == depth and gc.isenabled()
