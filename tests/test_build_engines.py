"""Builds that outgrow a machine: objects are byte-equal wherever they were made, and caches give what the compiler would."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pycparser
import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = """\
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "own.h"
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, long); } seen SEC(".maps");
SEC("xdp") int prog(struct xdp_md *ctx)
{
\tstruct ethhdr *eth = (void *)(long)ctx->data; __u32 key;
\tif ((void *)(eth + 1) > (void *)(long)ctx->data_end || (key = OWN(eth->h_proto)) != bpf_htons(ETH_P_IP))\t// a comment
\t\treturn XDP_PASS;
\treturn bpf_map_lookup_elem(&seen, &key) ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
"""
HEADER = "#define OWN(x) ((x) + 0)\n"
FLAGS = ["-O2", "-g", "-Wall"]


class Command:
    """The command `ebpfcc` in a folder of its own that everybody may read, for daemons have users of their own. calls: what it was run for."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "calls"
        self.log.touch()
        self.log.chmod(0o666)
        library = folder / "library"
        shutil.copytree(ROOT / "ebpfcc", library / "ebpfcc", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(Path(pycparser.__file__).parent, library / "pycparser", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "bin").mkdir()
        text = f'#!/bin/sh\necho "$@" >> {self.log}\nPYTHONPATH={library} exec {python_for_all()} -m ebpfcc "$@"\n'
        for name in ("ebpfcc", "ebpfcc-clang"):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        self.path = folder / "bin"
        for path in (folder, *folder.rglob("*")):
            if path != self.log:
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))

    def calls(self) -> int:
        """Since the last time that this was asked, without questions for the version."""
        lines = [line for line in self.log.read_text().splitlines() if line != "--version"]
        self.log.write_text("")
        return len(lines)


def python_for_all() -> str:
    """An interpreter that any user can start: root's own may lie in root's home."""
    own = Path(os.path.realpath(sys.executable))
    if all(path.stat().st_mode & stat.S_IXOTH for path in (own, *own.parents)):
        return str(own)
    return "/usr/bin/python3"


@pytest.fixture(scope="module")
def command() -> Iterator[Command]:
    with tempfile.TemporaryDirectory(prefix="ebpfcc-test-") as folder:
        yield Command(Path(folder))


@pytest.fixture
def here(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one program, in a folder of its own."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "prog.bpf.c").write_text(SOURCE)
    (project / "own.h").write_text(HEADER)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", f"{command.path}{os.pathsep}{os.environ['PATH']}")
    for name in ("CC", "CFLAGS", "LDFLAGS", "EBPFCC_HOST_CC", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    command.calls()
    return project


def run(*arguments: str | Path, **environment: str) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def direct(*flags: str) -> bytes:
    run("ebpfcc", *(flags or FLAGS), "-c", "prog.bpf.c", "-o", "direct.o")
    return Path("direct.o").read_bytes()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def daemon(port: int, *arguments: str | Path) -> Iterator[None]:
    """Until the end of the `with`; this process alone ends it."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


# -- distcc ------------------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not (shutil.which("distcc") and shutil.which("distccd")), reason="no distcc")
def test_distcc(here: Path, tmp_path: Path) -> None:
    """Two daemons: the text that -E gives here is compiled there, in another directory, by another user."""
    (tmp_path / "state").mkdir()
    ports = [free_port() for _ in range(2)]
    with ExitStack() as stack:
        for port in ports:
            where = ["--port", str(port), "--listen", "127.0.0.1", "--allow", "127.0.0.1"]
            stack.enter_context(daemon(port, "distccd", "--daemon", "--no-detach", "--enable-tcp-insecure", "--log-stderr", "--log-level=error", *where))
        expected = direct()
        for port in ports:
            environment = {"DISTCC_HOSTS": f"127.0.0.1:{port}", "DISTCC_FALLBACK": "0", "DISTCC_DIR": str(tmp_path / "state")}
            run("distcc", "ebpfcc", *FLAGS, "-c", "prog.bpf.c", "-o", "distant.o", **environment)
            assert Path("distant.o").read_bytes() == expected
            Path("distant.o").unlink()


# -- ccache ------------------------------------------------------------------------------------------------------------
needs_ccache = pytest.mark.skipif(not shutil.which("ccache"), reason="no ccache")


def cache(tmp_path: Path, **more: str) -> dict[str, str]:
    """As docs/build-systems.md says."""
    return {"CCACHE_DIR": str(tmp_path / "cache"), "CCACHE_COMPILERCHECK": "%compiler% --version", "CCACHE_CONFIGPATH": "/dev/null", **more}


@needs_ccache
def test_ccache_hits_without_the_compiler(here: Path, tmp_path: Path, command: Command) -> None:
    expected = direct()
    command.calls()
    compile = ["ccache", "ebpfcc", *FLAGS, "-MD", "-MF", "prog.d", "-c", "prog.bpf.c", "-o", "prog.o"]
    for depend, calls in (("", 2), ("1", 1)):  # a miss preprocesses first, but for the depend mode: the compiler alone is run
        environment = cache(tmp_path / f"mode{depend}", **({"CCACHE_DEPEND": depend} if depend else {}))
        run(*compile, **environment)
        assert command.calls() == calls and Path("prog.o").read_bytes() == expected
        Path("prog.o").unlink()
        run(*compile, **environment)
        assert command.calls() == 0 and Path("prog.o").read_bytes() == expected and "own.h" in Path("prog.d").read_text()
    Path("own.h").write_text("#define OWN(x) ((x) + 1)\n")
    run(*compile, **environment)
    assert command.calls() == 1 and Path("prog.o").read_bytes() == direct() != expected


@needs_ccache
@pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")
def test_ccache_shares_a_store(here: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one machine has compiled in its folder, another gets for its own."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    with daemon(port, "redis-server", *options):
        other = tmp_path / "another" / "folder"
        shutil.copytree(here, other)
        store = f"redis://127.0.0.1:{port}"
        objects = []
        for place, calls in ((here, 1), (other, 0)):
            monkeypatch.chdir(place)
            own = place.parent / "own-cache"
            environment = cache(own, CCACHE_REMOTE_STORAGE=store, CCACHE_DEPEND="1", CCACHE_BASEDIR=str(place))
            flags = [*FLAGS, f"-ffile-prefix-map={place}=.", "-MD"]
            run("ccache", "ebpfcc", *flags, "-c", "prog.bpf.c", "-o", "prog.o", **environment)
            assert command.calls() == calls, run("ccache", "-s", "-v", **environment)
            objects.append(Path("prog.o").read_bytes())
            assert objects[-1] == direct(*flags)
            command.calls()
        assert objects[0] == objects[1]


# -- others ------------------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not shutil.which("bwrap"), reason="no bwrap")
def test_sandbox(here: Path, tmp_path: Path, command: Command) -> None:
    """As bazel's: no headers of the system, nothing that can be written but the output's folder, no environment."""
    inside = ["--clearenv", "--setenv", "HOME", "/root", "--setenv", "EBPFCC_VMLINUX", "", "--dev", "/dev", "--chdir", str(here), "--unshare-net"]
    (tmp_path / "out").mkdir()
    outside = ["--ro-bind", "/", "/", "--tmpfs", "/usr/include", "--bind", str(tmp_path / "out"), str(tmp_path / "out")]
    source = SOURCE.replace('#include "own.h"', '#include "own.h"\n#include <string.h>\n#include <errno.h>\n#include <netinet/in.h>')
    (here / "prog.bpf.c").write_text(source)
    (here / "core.bpf.c").write_text("#include <vmlinux.h>\n#include <bpf/bpf_core_read.h>\nint f(struct task_struct *t) { return BPF_CORE_READ(t, pid); }\n")
    ours = [f"-isystem{command.path.parent}/library/ebpfcc/{folder}" for folder in ("resource/include", "include")]
    for name in ("prog", "core"):
        run("bwrap", *outside, *inside, shutil.which("ebpfcc") or "", *FLAGS, "-c", f"{name}.bpf.c", "-o", tmp_path / "out" / f"{name}.o")
        run("ebpfcc", *FLAGS, "-nostdinc", *ours, "-c", f"{name}.bpf.c", "-o", "direct.o", EBPFCC_VMLINUX="")
        assert (tmp_path / "out" / f"{name}.o").read_bytes() == Path("direct.o").read_bytes()


@pytest.mark.skipif(not (shutil.which("bear") and shutil.which("make")), reason="no bear")
def test_bear(here: Path) -> None:
    """With its default configuration it knows compilers by their names."""
    Path("Makefile").write_text("CLANG ?= clang\nprog.bpf.o: prog.bpf.c\n\t$(CLANG) -O2 -g --target=bpf -c $< -o $@\n")
    run("bear", "--", "make", "CLANG=ebpfcc-clang")
    (entry,) = json.loads(Path("compile_commands.json").read_text())
    assert Path(entry["file"]) == here / "prog.bpf.c" and "ebpfcc-clang" in entry["arguments"][0] and "--target=bpf" in entry["arguments"]
    assert re.search(r"^ebpfcc-clang =", (ROOT / "pyproject.toml").read_text(), re.M)
