"""What is made of tables: --help, the manual page, completions, docs/flags.md, docs/environment.md and docs/messages.md, and `--explain`."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc
from ebpfcc import cli, diag, flag_help, flags
from ebpfcc.kernel import messages

ROOT = Path(__file__).resolve().parent.parent


def module(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem + "_of_pages", ROOT / path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


pages = module("tools/flag_pages.py")
cases = module("tests/verify/cases.py")


# -- the table of flags ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", pages.PAGES)
def test_pages_are_those_of_the_table(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == pages.PAGES[path](), "run python3 tools/flag_pages.py"


def test_flags_of_the_table_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.c").write_text("int x;\n")
    operands = {"FILE": "p.c", "DIR": ".", "NAME[=VALUE]": "A=1", "N": "1", "BYTES": "256", "OLD=NEW": "a=b", "TARGET": "t", "NAME": "unused"}
    for _, group in flag_help.FLAGS:
        for flag, _, values in group:
            if flag.startswith("@"):
                continue
            head = re.sub(r"[A-Z\[].*$", "", flag) if flag[1] != "W" and len(flag) > 2 else flag[:2] if flag == "-WNAME" else flag
            operand = flag[len(head) :]
            for value in values or (operands.get(operand, operand),):
                given = [*f"{head}{value}".split(" ", 1), "--verify"] if "verify-log" in head else f"{head}{value}".split(" ", 1)
                flags.parse(["--target=bpf", *given, "p.c"] if not given[0].startswith("--target") else [*given, "p.c"])
    help_text = flag_help.help_text("cc")
    assert "USAGE: cc " in help_text and max(map(len, help_text.splitlines())) <= 140
    documented = {flag.split(" ")[0].split("=")[0] for _, group in flag_help.FLAGS for flag, _, _ in group}
    assert {"--verify", "--explain", "-fdiagnostics-format", "--print-after", "-o", "-mcpu"} <= documented


def test_manual_page_is_sound() -> None:
    if not shutil.which("groff"):
        pytest.skip("no groff here")
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", str(ROOT / "share/ebpfcc.1")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == ""
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    assert "--verify" in text and "EXIT STATUS" in text and "EBPFCC_VMLINUX" in text


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("ebpfcc --ver", {"--verify", "--version"}), ("ebpfcc -mcpu=v", {"v1", "v2", "v3", "v4"}), ("ebpfcc --target=bpfe", {"bpfel", "bpfeb"}),
        ("ebpfcc -Wbpf-", {"-Wbpf-context", "-Wbpf-format", "-Wbpf-map", "-Wbpf-section"}), ("ebpfcc -x cpp", {"cpp-output"}),
        ("ebpfcc --print-after=simp", {"simplify_cfg"}),
    ],
)  # fmt: skip
def test_bash_completes(line: str, found: set[str]) -> None:
    if not shutil.which("bash"):
        pytest.skip("no bash here")
    script = f"""source "{ROOT}/share/completions/ebpfcc.bash"
COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _ebpfcc 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=60)
    assert set(done.stdout.split()) == found, done.stderr


@pytest.mark.parametrize(("shell", "path"), [("zsh", "_ebpfcc"), ("fish", "ebpfcc.fish")])
def test_other_shells_read_theirs(shell: str, path: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    done = subprocess.run([shell, "-n", str(ROOT / "share/completions" / path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_environment_is_all_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ebpfcc").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', source)) | {"EBPFCC_HOST_CC", "EBPFCC_VMLINUX", "NO_COLOR", "CPATH"}
    told = {name for name, _ in pages.ENVIRONMENT}
    assert read - {"HOME", "PATH", "PYTHONPATH", "TERM"} == told


# -- rules ---------------------------------------------------------------------------------------------------------------------
def test_every_rule_has_a_way_out() -> None:
    known = messages.rules()
    assert len(known) > 140 and all(rule.way and rule.messages for rule in known.values())
    ways, examples = messages.texts()
    assert set(ways) | set(examples) <= set(known)
    for rule in known.values():
        assert not re.search(r"\{\w|  ", "".join(rule.messages) + rule.way), rule


def test_examples_are_refused_as_the_tests_have_it() -> None:
    bodies = {(rule, body.strip("\n")) for _, rule, body in cases.CASES}
    examples = messages.texts()[1]
    assert len(examples) >= 70 and set(examples.items()) <= bodies
    assert {rule for _, rule, _ in cases.CASES} - set(examples) <= {"libbpf", ""}


def test_the_page_of_messages() -> None:
    assert (ROOT / "docs/messages.md").read_text(encoding="utf-8") == messages.page(), "run python3 -m ebpfcc.kernel.messages > docs/messages.md"


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("null-dereference", "verifier-null-dereference", "[verifier-null-dereference]"):
        assert cli.main(["--explain", name]) == 0
        text = capsys.readouterr().out
        assert text.startswith("verifier-null-dereference\n") and "may be NULL here" in text and "/* FAULT */" in text
    for name, part in (
        ("[-Werror,-Wbpf-map]", "of type __u32"), ("libbpf-no-btf", "compile with -g"), ("-Wunused-variable", "told with -Wall"),
        ("int-conversion", "as an error"), ("no-max-entries", "max_entries"), ("-Wshadow", "told with -Wshadow only"),
    ):  # fmt: skip
        assert cli.main([f"--explain={name}"]) == 0 and part in capsys.readouterr().out
    assert cli.main(["--explain", "null-derefrence"]) == 1
    assert capsys.readouterr().err == "ebpfcc: error: no rule or warning is called 'null-derefrence'; did you mean 'null-dereference'?\n"


def test_names_that_are_printed_can_be_explained() -> None:
    for name in diag.WARNINGS:
        assert messages.explain(f"-W{name}"), name


# -- versions ---------------------------------------------------------------------------------------------------------------------
def test_the_newest_change_is_this_version() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest is not None and newest[1] == ebpfcc.__version__
    assert sys.version_info >= (3, 11)


@pytest.mark.parametrize("page", sorted(str(p.relative_to(ROOT)) for p in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]))
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / page).parent.joinpath(target).exists(), target
