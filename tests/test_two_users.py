"""Two users race in a folder that both can write: over the output, the dependency file and the cache. Root makes the second one, in processes
that it forks (the other user may not be able to run this Python)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ebpfcc import disk

ROOT = Path(__file__).resolve().parent.parent
OTHER = 54321
SECONDS = 3


@contextmanager
def process(work: Callable[[], object], uid: int = 0) -> Iterator[None]:
    """A child that works as a user while the body runs; it must end well."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            if uid:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    try:
        yield
    finally:
        _, status = os.waitpid(pid, 0)
    assert status == 0


def attack(folder: Path, victim: Path, seconds: float, pids: list[int]) -> None:
    """Links to somebody's file under names that a compile uses or might use; what is seen is taken away and replaced by a link."""
    os.chdir(folder)
    end = time.time() + seconds
    guesses = ["out.o", "out.d", ".out.o.tmp", *(f"out.{kind}.{pid}.tmp" for pid in pids for kind in "od")]
    while time.time() < end:
        for name in [*guesses, *(n for n in os.listdir(".") if n.startswith((".", "out.")))]:
            for act in (os.unlink, lambda n: os.symlink(victim, n)):
                try:
                    act(name)
                except OSError:
                    pass  # the other was faster


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    if os.geteuid():
        pytest.skip("a second uid can be used by root only")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to(Path("/tmp")) and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


def test_nobody_s_file_is_overwritten(shared: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    written = refused = 0
    with process(lambda: attack(shared, victim, SECONDS, [os.getppid()]), OTHER):
        end = time.time() + SECONDS
        while time.time() < end:
            for name in ("out.o", "out.d"):
                try:
                    disk.write_file(str(shared / name), b"an object of the first user")
                    written += 1
                except OSError:
                    refused += 1  # its temporary file was taken away
    assert victim.read_text() == "precious" and written > 20, (written, refused)


def test_the_command_does_not_follow_links(shared: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (shared / "a.c").write_text("int f(int x) { return x; }\n")
    for _ in range(3):
        command = [sys.executable, "-m", "ebpfcc", "--target=bpf", "-MD", "-MF", "out.d", "-c", "a.c", "-o", "out.o"]
        compile_ = subprocess.Popen(command, cwd=shared, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True)
        with process(lambda pid=compile_.pid: attack(shared, victim, 1.5, [pid, pid + 1]), OTHER):  # type: ignore[misc]
            messages = compile_.communicate(timeout=60)[1]
        assert victim.read_text() == "precious" and "Traceback" not in messages


def use(expected: list[object]) -> None:
    """A look into the cache, a write, another look."""
    with disk.Cache(make=True) as cache:
        assert [cache.read("x"), cache.write("x", str(os.getuid()).encode()), cache.read("x")] == expected


def test_nobody_reads_the_other_s_cache(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared))
    other, own = str(OTHER).encode(), b"0"
    with process(lambda: use([None, True, other]), OTHER):
        pass
    use([None, False, None])  # root does not use a folder of somebody else's
    with process(lambda: use([other, True, other]), OTHER):
        pass
    shutil.rmtree(shared / "ebpfcc")
    use([None, True, own])
    with process(lambda: use([None, False, None]), OTHER):
        pass
    (shared / "ebpfcc").chmod(0o755)
    with process(lambda: use([None, False, None]), OTHER):
        pass


def test_a_race_over_the_cache(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both make the folder and take it away, again and again: what one reads, that one wrote."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared))

    def race() -> int:
        own, kept = str(os.getuid()).encode(), 0
        end = time.time() + SECONDS
        while time.time() < end:
            with disk.Cache(make=True) as cache:
                found = cache.read("x")
                assert found in (None, own), found
                kept += cache.write("x", own)
            shutil.rmtree(shared / "ebpfcc", ignore_errors=True)
        return kept

    with process(race, OTHER):
        assert race() > 0
