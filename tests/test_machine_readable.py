"""Messages for programs (JSON, SARIF, fix-its), values of flags that do not exist, and standard streams that are closed, full or interrupted."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ebpfcc
from ebpfcc import cli, flag_tables, flags
from ebpfcc.kernel import report
from ebpfcc.kernel.verify import Verified, VerifyResult

ROOT = Path(__file__).resolve().parent.parent
SOURCE = """\
int counts;
/* \u00e9 */ int f(void) { return count; }
int g(void) { int unused; return 0; }
int h(void) { return 0 }
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.c").write_text(SOURCE)
    (tmp_path / "good.c").write_text("int f(void) { return 0; }\n")
    (tmp_path / "warned.c").write_text("int f(void) { int unused; return 0; }\n")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = cli.main(["-fsyntax-only", "-Wall", *arguments])
    return status, capsys.readouterr().err


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


# -- JSON and SARIF ------------------------------------------------------------------------------------------------------
def test_json_as_gcc_has_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = told(capsys, "-fdiagnostics-format=json", "a b.c", "warned.c")
    made = json.loads(text)
    assert status == 1 and text.count("\n") == 1
    first = next(m for m in made if "'count'" in m["message"])
    place = {"file": "a b.c", "line": 2, "byte-column": 31, "display-column": 30, "column": 30}
    assert first["kind"] == "error" and first["locations"] == [{"caret": place}]
    beyond = {**place, "byte-column": 36, "display-column": 35, "column": 35}
    assert first["fixits"] == [{"start": place, "next": beyond, "string": "counts"}]
    assert [note["message"] for note in first["children"]] == ["'counts' declared here"]
    last = made[-1]
    assert (last["kind"], last["option"], last["locations"][0]["caret"]["file"]) == ("warning", "-Wunused-variable", "warned.c")
    assert json.loads(told(capsys, "-fdiagnostics-format=json", "good.c")[1]) == []


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def check_sarif(text: str) -> dict[str, Any]:
    """What SARIF 2.1.0 wants of each object that we make (sections 3.13 to 3.59)."""
    document = json.loads(text)
    assert set(document) == {"$schema", "version", "runs"} and document["version"] == "2.1.0" and len(document["runs"]) == 1
    run: dict[str, Any] = document["runs"][0]
    assert set(run) == {"tool", "invocations", "originalUriBaseIds", "columnKind", "results"}
    assert run["tool"]["driver"]["name"] == "ebpfcc" and run["tool"]["driver"]["version"] == ebpfcc.__version__
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    assert run["originalUriBaseIds"]["PWD"]["uri"].startswith("file:///") and run["originalUriBaseIds"]["PWD"]["uri"].endswith("/")
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert result["level"] in ("none", "note", "warning", "error") and result["message"]["text"]
        assert rules[result["ruleIndex"]] == result["ruleId"]
    for made in objects(run):
        if "startLine" in made:
            assert made["startLine"] >= 1 and made.get("startColumn", 1) >= 1 and set(made) <= {"startLine", "startColumn", "endLine", "endColumn", "snippet"}
        if "uri" in made:
            assert not set(made["uri"]) & set(' "<>\\^`{|}') and made["uri"].isascii()
    return run


def test_sarif(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = told(capsys, "-fdiagnostics-format=sarif", "a b.c", "warned.c")
    run = check_sarif(text)
    assert status == 1 and run["invocations"] == [{"executionSuccessful": False}]
    (first,) = (r for r in run["results"] if "'count'" in r["message"]["text"])
    (place,) = first["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "a%20b.c", "uriBaseId": "PWD"}
    assert place["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 30, "snippet": {"text": SOURCE.split("\n")[1]}}
    (change,) = first["fixes"][0]["artifactChanges"]
    region = {"startLine": 2, "startColumn": 30, "endLine": 2, "endColumn": 35}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "counts"}}]
    assert [note["message"]["text"] for note in first["relatedLocations"]] == ["'counts' declared here"]
    assert run["results"][-1]["ruleId"] == "-Wunused-variable" and run["results"][-1]["level"] == "warning"
    run = check_sarif(told(capsys, "-fdiagnostics-format=SARIF", "good.c")[1])
    assert run["results"] == [] and run["invocations"] == [{"executionSuccessful": True}]
    assert check_sarif(told(capsys, "-fdiagnostics-format=sarif", "-Werror", "warned.c")[1])["results"][0]["ruleId"] == "-Wunused-variable"
    messages = [r["message"]["text"] for r in check_sarif(told(capsys, "-fdiagnostics-format=sarif", "-include", "absent.h", "good.c")[1])["results"]]
    assert messages == ["'absent.h' file not found"]


def test_a_file_for_each_source(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "-fdiagnostics-format=sarif-file", "a b.c", "warned.c") == (1, "")
    assert check_sarif((here / "warned.c.sarif").read_text())["results"][0]["ruleId"] == "-Wunused-variable"
    assert len(check_sarif((here / "a b.c.sarif").read_text())["results"]) > 1
    assert told(capsys, "-fdiagnostics-format=json-file", "warned.c") == (0, "")
    assert len(json.loads((here / "warned.c.gcc.json").read_text())) == 1


def test_what_the_verifier_says_is_in_the_document(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(data: bytes, **_: object) -> VerifyResult:
        result, program = VerifyResult(), Verified("f", "xdp")
        text = "'v' may be NULL here"
        program.diagnostics = [ebpfcc.Record("error", "warned.c", 1, 15, text, "verifier", "", None), ebpfcc.Record("note", "", 0, 0, "more", None, "", None)]
        result.programs = [program]
        return result

    monkeypatch.setattr(report, "verify", refused)
    assert cli.main(["--verify", "-Wall", "-c", "warned.c", "-fdiagnostics-format=sarif"]) == 1
    run = check_sarif(capsys.readouterr().err)
    assert [r["ruleId"] for r in run["results"]] == ["-Wunused-variable", "verifier"]
    assert run["results"][1]["relatedLocations"] == [{"message": {"text": "more"}}]


# -- text for programs -----------------------------------------------------------------------------------------------------
def test_fixits_and_no_carets(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = told(capsys, "-fno-caret-diagnostics", "-fdiagnostics-parseable-fixits", "-fdiagnostics-print-source-range-info", "a b.c")
    lines = text.split("\n")
    assert 'fix-it:"a b.c":{2:31-2:36}:"counts"' in lines and not any(" | " in line for line in lines)
    assert lines[0].startswith("a b.c:") and lines[-2].endswith("generated.")
    assert " | " in told(capsys, "a b.c")[1] and "fix-it" not in told(capsys, "a b.c")[1]
    assert " | " not in told(capsys, "-fdiagnostics-plain-output", "a b.c")[1]


# -- values that are none --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "flag", "--print-after=bogus -fdiagnostics-format=xml -fdiagnostics-color=purple -save-temps=here -fvisibility=open -ftabstop=wide"
    " -fcf-protection=some -ffp-contract=maybe -fstrict-flex-arrays=7 --emit=bogus -mcpu=v7 -std=c45 -x+".split()
)  # fmt: skip
def test_unknown_values_are_errors(flag: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([flag, "-c", "good.c"]) == 1
    assert flag.partition("=")[2] in capsys.readouterr().err and not (here / "good.o").exists()


def test_values_that_are_known(here: Path) -> None:
    for flag, values in flag_tables.VALUES.items():
        for value in values:
            assert flags.parse([flag + value, "-c", "good.c"]).inputs == [("good.c", "c")]
    assert flags.parse(["--print-after=simplify-cfg,dce", "-c", "good.c"]).print_after == ["simplify_cfg", "dce"]


def test_passes_that_can_be_shown_are_those_that_are_traced() -> None:
    traced = set()
    for path in (ROOT / "ebpfcc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "trace" and isinstance(node.args[0], ast.Constant):
                traced.add(node.args[0].value)
    assert traced == flag_tables.PASSES


# -- streams -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "arguments", ["--version", "--help", "-E good.c", "-S good.c -o -", "-c good.c -o -", "-M good.c", "--stack-chains -c good.c", "--emit-vmlinux-h"]
)
@pytest.mark.parametrize("where, why", [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor")], ids=["full", "closed"])
def test_output_that_takes_nothing(arguments: str, where: str, why: str, here: Path) -> None:
    line = f'EBPFCC_VMLINUX=good.c "{sys.executable}" -m ebpfcc {arguments} {where}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=environment(), timeout=60)
    assert (done.returncode, done.stderr) == (1, f"ebpfcc: error: cannot write the standard output: {why}\n")


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full", ">&- 2>&- <&-"])
def test_messages_that_nobody_takes(where: str, here: Path) -> None:
    line = f'"{sys.executable}" -m ebpfcc -Wall -c warned.c {where}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=environment(), timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (here / "warned.o").read_bytes()[:4] == b"\x7fELF" and (here / "warned.c").read_text().startswith("int f")
    done = subprocess.run(["sh", "-c", line.replace("warned.c", "'a b.c'")], capture_output=True, text=True, env=environment(), timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_input_that_is_closed(here: Path) -> None:
    line = f'"{sys.executable}" -m ebpfcc -xc -c - -o x.o <&-'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, env=environment(), timeout=60)
    assert (done.returncode, done.stderr) == (1, "ebpfcc: error: cannot read the standard input: Bad file descriptor\n")


INTERRUPTED = """
import os, signal, sys
stop = int(sys.argv[1])
calls = 0
def trace(frame, event, argument):
    global calls
    calls += 1
    if calls == stop:
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGINT)
from ebpfcc.__main__ import command
sys.argv[1:] = ["-O1", "-c", "good.c"]
sys.setprofile(trace)
command()
"""


def test_interrupted_at_any_moment(here: Path) -> None:
    for stop in (10, 30, 60, 200, 1000, 2000, 4000, 6000, 8000):
        done = subprocess.run([sys.executable, "-c", INTERRUPTED, str(stop)], capture_output=True, text=True, env=environment(), timeout=60)
        assert done.returncode in ((130, -signal.SIGINT) if stop <= 200 else (130,)) and done.stderr == "", stop
        assert [path.name for path in here.iterdir() if path.suffix not in (".c", ".o")] == []


def test_interrupted_before_it_begins(here: Path) -> None:
    """While modules are read the process ends as any other; a signal that is ignored stays so."""
    code = "import os, signal; {}; import ebpfcc.__main__ as m; os.kill(os.getpid(), signal.SIGINT); print('on')"
    for before, ended in (("0", (-signal.SIGINT, "", "")), ("signal.signal(signal.SIGINT, signal.SIG_IGN)", (0, "on\n", ""))):
        done = subprocess.run([sys.executable, "-c", code.format(before)], capture_output=True, text=True, env=environment(), timeout=60)
        assert (done.returncode, done.stdout, done.stderr) == ended
    assert (ROOT / "pyproject.toml").read_text().count('"ebpfcc.__main__:command"') == 2


def test_interrupted_while_it_reads(here: Path) -> None:
    run = subprocess.Popen([sys.executable, "-m", "ebpfcc", "-xc", "-E", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=60)[1] == b"" and run.returncode == 130
