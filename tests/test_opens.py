"""What a compile opens, by an audit hook: its inputs, its output, and Python's own modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOOK = """
import sys, json
seen = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        name = arguments[0]
        seen.append(("open", name if isinstance(name, str) else name.decode(), arguments[2] or 0))
    elif event.split(".")[0] in ("socket", "subprocess", "ctypes", "urllib", "tempfile", "shutil") or event in (
            "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.mkdir", "os.remove", "os.rename", "os.chmod", "os.link", "os.symlink", "exec", "compile"):
        name = arguments[0] if arguments else ""
        if event == "exec":
            name = getattr(name, "co_filename", "")
        seen.append((event, str(name)[:200], 0))
sys.addaudithook(hook)
from ebpfcc.cli import main
status = main(sys.argv[2:])
json.dump(seen, open(sys.argv[1], "w"))
sys.exit(status)
"""


def events(here: Path, *arguments: str, **environment: str) -> list[tuple[str, str, int]]:
    """What the command did in `here`, apart from Python's own reading of modules."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    report = here.parent / "report.json"
    subprocess.run([sys.executable, "-c", HOOK, str(report), *arguments], cwd=here, env=env, check=True, capture_output=True)
    own = tuple({str(ROOT / "ebpfcc"), *(os.path.dirname(os.path.dirname(__import__(name).__file__ or "")) for name in ("json", "pycparser"))})
    found = []
    for event, name, flags in json.loads(report.read_text()):
        if event in ("exec", "compile"):
            assert name.startswith((*own, "<frozen", "<string>", "b'", "<")) or event == "compile" and "import" in name, (event, name)
        elif not (event == "open" and name.startswith(own) and name.endswith((".py", ".pyc", ".so"))) and name != str(report):
            found.append((event, name, flags))
    return found


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.c").write_text('#include "a.h"\n#include <stddef.h>\nint f(struct s *p) { return p->x + (int)sizeof(size_t); }\n')
    (folder / "a.h").write_text("struct s { int x; };\n")
    return folder


def test_a_compile_opens_its_inputs_and_its_output(here: Path) -> None:
    found = events(here, "--target=bpf", "-O2", "-g", "-MD", "-c", "a.c", "-o", "a.o")
    assert {event for event, _, _ in found} <= {"open", "os.rename"}
    opened = [(name, flags) for event, name, flags in found if event == "open"]
    read = {name for name, flags in opened if flags & os.O_ACCMODE == os.O_RDONLY and not flags & os.O_DIRECTORY}
    assert {os.path.basename(name) for name in read} == {"a.c", "a.h", "stddef.h"}
    assert {name for name, flags in opened if flags & os.O_DIRECTORY} == {"."}
    written = [(name, flags) for name, flags in opened if flags & os.O_ACCMODE != os.O_RDONLY]
    assert len(written) == 2 and all(flags & os.O_EXCL and flags & os.O_NOFOLLOW and name.endswith(".tmp") for name, flags in written)
    assert sorted(os.listdir(here)) == ["a.c", "a.d", "a.h", "a.o"]


def test_nothing_but_the_output_must_be_writable(here: Path, tmp_path: Path) -> None:
    """No home, no cache, no temporary directory."""
    found = events(here, "--target=bpf", "-O2", "-g", "-c", "a.c", "-o", "a.o", HOME="/nonexistent", TMPDIR="/nonexistent", XDG_CACHE_HOME="/nonexistent")
    assert not [name for event, name, _ in found if "nonexistent" in name or event not in ("open", "os.rename")]
    assert (here / "a.o").exists()


def test_nothing_is_written_by_what_prints(here: Path) -> None:
    for flags in (["-E"], ["-M"], ["-fsyntax-only"], ["-dM", "-E"], ["--version"]):
        found = events(here, "--target=bpf", *flags, "a.c")
        assert not [name for event, name, how in found if how & os.O_ACCMODE != os.O_RDONLY or event != "open"], flags
