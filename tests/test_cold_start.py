"""What a compile imports: time is counted in benchmarks, the modules that cost it here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SLOW = {"subprocess", "dataclasses", "inspect", "argparse", "json", "logging", "elftools", "llvmlite", "pycparser.c_lexer", "ebpfcc.codegen.print_asm"}
SOURCE = "int f(int x) { return x + 1; }\n"


def test_the_command_imports_nothing_slow(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    code = "import sys; from ebpfcc.cli import main; status = main(sys.argv[1:]); print(*sys.modules); sys.exit(status)"
    done = subprocess.run(
        [sys.executable, "-c", code, "--target=bpf", "-O2", "-g", "-c", "a.c", "-o", "a.o"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "pycparser.c_parser" in loaded
    home = {m for m in SLOW if m in loaded}
    # an editable installation's import hook brings some of them along before we start
    before = set(subprocess.run([sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True).stdout.split())
    assert home - before == ({"pycparser.c_lexer"} & home)  # a stand-in of that name
    assert (tmp_path / "a.o").stat().st_size > 500


def test_the_library_leaves_pycparser_whole() -> None:
    code = f"import ebpfcc; assert ebpfcc.compile(text={SOURCE!r}).ok; import pycparser, dataclasses; pycparser.CParser().parse('int x;'); dataclasses.field"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_command_works_where_the_parser_was_imported_before() -> None:
    code = f"""import pycparser, sys, tempfile, os
from ebpfcc.cli import main
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "a.c")
    open(path, "w").write({SOURCE!r})
    sys.exit(main(["-c", "--target=bpf", path, "-o", path + ".o"]))
"""
    subprocess.run([sys.executable, "-c", code], check=True)
