"""The documents: links, anchors, and listings. C compiles, Python runs, what a shell session shows is what the commands print today; the site builds
without a warning.

A listing whose first line is a comment with a file's name is written there. In what a session shows, `...` stands for anything. Sessions with sudo and
pages that load programs need root and libbpf, and run in a network of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import ebpfcc
from ebpfcc.kernel.libbpf import why_not
from ebpfcc.target.host import KERNEL_BTF

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(str(p.relative_to(ROOT)) for p in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
ELSEWHERE = {"docs/api.md", "docs/messages.md"}  # whose listings test_api.py and test_verify.py run
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"(?:/\*|#|//) ([\w.-]+\.\w+)(?: \*/)?$")
PRELUDE = """#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
"""


# Runs a command of the shell once the loopback device of a new network is up (SIOCSIFFLAGS with IFF_UP | IFF_RUNNING).
LOOPBACK = (
    "import fcntl, os, socket, struct, sys; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14s', b'lo', 0x41, b'')); "
    "os.execvp('bash', ['bash', '-c', sys.argv[1]])"
)


class Listing(NamedTuple):
    language: str
    text: str
    line: int


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def listings(page: str) -> list[Listing]:
    text = text_of(page)
    return [Listing(m[1].strip(), m[2], text[: m.start()].count("\n") + 2) for m in FENCE.finditer(text)]


def anchors(page: str) -> set[str]:
    """As GitHub and the site make them of headings."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", text_of(page)), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


# -- links -----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", text_of(page))):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / page).parent / path if path else ROOT / page
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(str(found.resolve().relative_to(ROOT))), target


def test_every_page_is_listed() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", text_of("docs/index.md")))
    assert listed == {p.name for p in (ROOT / "docs").glob("*.md")} - {"index.md"}


# -- listings --------------------------------------------------------------------------------------------------------------------
RUN = [page for page in PAGES if page not in ELSEWHERE and {listing.language for listing in listings(page)} & {"c", "python", "console"}]


@pytest.mark.parametrize("page", RUN)
def test_listings(page: str, tmp_path: Path) -> None:
    found = listings(page)
    in_kernel = any(listing.language == "console" and "sudo " in listing.text or "ebpfcc.load" in listing.text for listing in found)
    if in_kernel and why_not():
        pytest.skip(f"programs cannot be loaded here: {why_not()}")
    if not os.path.exists(KERNEL_BTF):
        pytest.skip("no type information of the kernel here")
    environment = prepared(tmp_path)
    for listing in found:
        where = f"{page}:{listing.line}"
        if listing.language in ("c", "python") and (name := FILE.match(listing.text.split("\n")[0])):
            (tmp_path / name[1]).write_text(listing.text, encoding="utf-8")
        if listing.language == "c":
            compiled(listing.text, where)
        elif listing.language == "python":
            python(listing.text, where, tmp_path, environment)
        elif listing.language == "console":
            session(listing.text, where, tmp_path, environment)
        else:
            assert listing.language in ("", "text", "cmake", "meson", "make", "ini", "bcc"), where


def prepared(folder: Path) -> dict[str, str]:
    """An environment in which ebpfcc and python3 are ours, and sudo is nothing."""
    programs = folder / "bin"
    programs.mkdir()
    for name, command in (("sudo", '"$@"'), ("ebpfcc", f'"{sys.executable}" -m ebpfcc "$@"'), ("python3", f'"{sys.executable}" "$@"')):
        (programs / name).write_text(f"#!/bin/sh\nexec {command}\n")
        (programs / name).chmod(0o755)
    for example in (ROOT / "examples").glob("*.bpf.c"):
        (folder / "examples").mkdir(exist_ok=True)
        shutil.copy(example, folder / "examples")
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def compiled(text: str, where: str) -> None:
    """A piece without #include gets those of most programs."""
    flags = "-O2 -g -D__TARGET_ARCH_x86" if "#include" in text else "-O2 -g -D__TARGET_ARCH_x86 -fsyntax-only"
    result = ebpfcc.compile(text=text if "#include" in text else PRELUDE + text, name="listing.c", flags=flags)
    assert result.ok, f"{where}: {result}"


def python(text: str, where: str, folder: Path, environment: dict[str, str]) -> None:
    """One that has a file is run by a session."""
    compile(text, where, "exec")
    if FILE.match(text.split("\n")[0]):
        return
    done = subprocess.run([sys.executable, "-c", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{where}: {done.stderr}"


def session(text: str, where: str, folder: Path, environment: dict[str, str]) -> None:
    in_kernel = os.geteuid() == 0 and "sudo " in text
    alone = ["unshare", "--net", sys.executable, "-c", LOOPBACK] if in_kernel else ["bash", "-c"]
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        done = subprocess.run(
            [*alone, command], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
        )
        if shown.strip():
            assert as_shown(shown).fullmatch(done.stdout.strip("\n")), f"{where}: {command}\n{done.stdout}"
        else:
            assert done.returncode == 0 and not done.stdout, f"{where}: {command}\n{done.stdout}"


def as_shown(text: str) -> re.Pattern[str]:
    """`...` alone on a line is any lines, none too."""
    lines = text.strip("\n").split("\n")
    pattern = ""
    for i, line in enumerate(lines):
        if line == "...":
            pattern += r"(?:.*\n)*?.*" if i + 1 == len(lines) else r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.split("..."))) + ("\n" if i + 1 < len(lines) else "")
    return re.compile(pattern)


# -- typed, and a site ---------------------------------------------------------------------------------------------------------
def test_python_of_the_documents_is_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    files = []
    for page in RUN:
        for number, listing in enumerate(listings(page)):
            if listing.language == "python":
                file = tmp_path / f"{Path(page).stem.replace('-', '_').lower()}_{number}.py"
                file.write_text(listing.text, encoding="utf-8")
                files.append(str(file))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *files], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    pytest.importorskip("myst_parser")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", "-d", str(tmp_path / "state"), str(ROOT / "docs"), str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    pages = {p.stem for p in (tmp_path / "site").glob("*.html")}
    assert {p.stem for p in (ROOT / "docs").glob("*.md")} <= pages


# -- what README claims --------------------------------------------------------------------------------------------------------
def test_the_size_that_readme_names() -> None:
    named = re.search(r"([\d.]+) MB installed", text_of("README.md"))
    files = [p for p in (ROOT / "ebpfcc").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    assert named is not None and abs(sum(p.stat().st_size for p in files) / 1e6 - float(named[1])) < 0.15


def test_the_listings_of_api_md_load_what_they_say() -> None:
    """They catch what a machine without root or libbpf raises; where programs can be loaded nothing is to be caught."""
    if why_not():
        pytest.skip(f"programs cannot be loaded here: {why_not()}")
    loading = [listing for listing in listings("docs/api.md") if "ebpfcc.load(" in listing.text]
    assert loading
    for listing in loading:
        done = subprocess.run([sys.executable, "-c", listing.text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and "system call " in done.stdout, done.stdout + done.stderr
