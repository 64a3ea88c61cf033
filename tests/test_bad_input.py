"""Broken programs: tests/bad/*.txt, and what is better made here (files of bytes, deep nesting, inclusions, flags).

A case is `[case name]`, `[flags ...]`, `[c]` and one line for each message: `[error] line:col: text` or `[warning] ...`; all messages but
notes are listed. `python tests/test_bad_input.py --update` writes what the compiler says now; read the difference.
"""

from __future__ import annotations

import os
import random
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT.parent))

import ebpfcc

HEADER = re.compile(r"\[(case|flags|c|error|warning)(?: ([^\]]*))?\](?: (.*))?$")
SECONDS = 5
MEMORY = 1 << 30
GOOD = b"int good(void) { return 0; }\n"
PROGRAM = """
#include "part.h"
#define MAX(a, b) ((a) > (b) ? (a) : (b))
struct key { unsigned int saddr, daddr; unsigned short port; } __attribute__((packed));
enum state { NEW = 1, OLD, GONE = 'g' };
static const char text[] = "a \\"quoted\\" string\\n";
/* a comment */
static __attribute__((noinline)) int sum(const int *p, int n)
{
	int s = 0;
	for (int i = 0; i < n && i < 16; i++) {
		switch (p[i]) {
		case NEW ... OLD: s += MAX(p[i], 3); break;
		case GONE: continue;
		default: s ^= ~p[i] << 2;
		}
	}
	return s; // the sum
}
__attribute__((section("tc"))) int entry(struct key *k)
{
	int a[4] = { [1] = k->saddr, 2, };
	struct key copy = *k;
	asm volatile("%0 += 1" : "+r"(a[0]));
	if (!k || copy.port == 0x1F)
		goto out;
	do { a[2] -= sizeof(struct key); } while (a[2] > 100);
out:
	return sum(a, 4) + text[1] + ({ int t = part(1); t; });
}
"""
PART = "static inline int part(int x) { return x + 1; }\n"


# -- cases in files ------------------------------------------------------------------------------------------------------
class Case:
    def __init__(self, file: Path, name: str) -> None:
        self.file, self.name = file, name
        self.flags: list[str] = []
        self.lines: list[str] = []
        self.expected: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip("\n") + "\n"


def read_cases(file: Path) -> list[Case]:
    cases: list[Case] = []
    in_text = False
    for line in file.read_text().split("\n"):
        m = HEADER.match(line)
        if m is None:
            if in_text:
                cases[-1].lines.append(line)
        elif m[1] == "case":
            cases.append(Case(file, m[2]))
            in_text = False
        elif m[1] == "flags":
            cases[-1].flags = m[2].split()
        elif m[1] == "c":
            in_text = True
        else:
            in_text = False
            cases[-1].expected.append(line)
    return cases


CASES = [case for file in sorted((ROOT / "bad").glob("*.txt")) for case in read_cases(file)]


def messages(result: ebpfcc.Result) -> list[str]:
    kinds = {"error": "error", "fatal error": "error", "warning": "warning"}
    return [f"[{kinds[d.severity]}] {d.line}:{d.col}: {d.message}" for d in result.diagnostics if d.severity in kinds]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.file.stem}-{c.name.replace(' ', '-')}" for c in CASES])
def test_case(case: Case) -> None:
    result = ebpfcc.compile(text=case.text, name="t.c", flags=["-O2", "-g", *case.flags])
    assert messages(result) == case.expected
    wrong = any(line.startswith("[error]") for line in case.expected)
    assert result.ok is not wrong and (result.data is None) is wrong
    located = [d for d in result.diagnostics if d.severity != "note"]
    for d in located:
        lines = d.text.split("\n")
        where = next(i for i, line in enumerate(lines) if line.startswith(f"{d.file}:{d.line}:{d.col}: {d.severity}: {d.message}"))
        assert re.match(r" *\d+ \| ", lines[where + 1]) and lines[where + 2].rstrip().endswith("^")
    if not wrong and "-Wno-error" not in " ".join(case.flags):
        assert located, "a case must say something"
        strict = ebpfcc.compile(text=case.text, name="t.c", flags=["-O2", "-Werror", *case.flags])
        assert not strict.ok and strict.data is None and "-Werror" in strict.diag.text()


@pytest.mark.parametrize(
    ("text", "fixit", "notes"),
    [
        ("int counts;\nint f(void) { return count; }", "counts", ["1:5: 'counts' declared here"]),
        ("struct s { int value; };\nint f(struct s *p) { return p->valu; }", "value", []),
        ("struct s { int x; };\nint f(void *p) { s *q = p; return 0; }", "struct s", []),
        ("long (*const helper)(int) = (void *)5;\nlong f(void) { return helper(1, 2); }", None, ["1:14: 'helper' declared here"]),
        ("int g(int a);\nint f(void) { return g(); }", None, ["2:24: it is called as g(a)", "1:5: 'g' declared here"]),
        ("int lookup(int a);\nint f(void) { return lookups(3); }", None, ["2:22: did you mean 'lookup'?", "1:5: 'lookup' declared here"]),
        ("typedef unsigned int __u32;\nint f(void) { u32 x = 3; return x; }", None, []),
        ("struct s { int pid; };\nint f(void) { struct s e = { .pidd = 3 }; return e.pid; }", "pid", []),
        ("int f(int a) { switch (a) { case 1: return 0; case 1: return 1; } return 2; }", None, ["1:29: previous case defined here"]),
        ('struct k { char a; long b; };\n_Static_assert(sizeof(struct k) == 9, "packed");', None, ["2:33: expression evaluates to '16 == 9'"]),
        ("int g(const void *key);\nint f(int key) { return g(key); }", None, ["2:27: take the address with '&'"]),
        ("struct s { int x; };\nint g(struct s *p);\nint f(struct s v) { return g(v); }", None, ["3:30: take the address with '&'"]),
    ],
)
def test_suggestions(text: str, fixit: str | None, notes: list[str]) -> None:
    result = ebpfcc.compile(text=text, name="t.c", flags=["-O2"])
    error = result.diagnostics[0]
    assert error.severity == "error" and error.fixit == fixit
    if fixit is not None:
        caret, under = error.text.split("\n")[2:]
        assert caret.endswith("^") and under == caret[:-1] + fixit
    assert [f"{d.line}:{d.col}: {d.message}" for d in result.diagnostics if d.severity == "note"] == notes


def test_there_are_many() -> None:
    assert len(CASES) >= 210 and len({(c.file, c.name) for c in CASES}) == len(CASES)


# -- through the command -------------------------------------------------------------------------------------------------
def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # of its own: the machine may have much else to do


def command(here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, under limits of memory and time."""
    env = {**os.environ, "PYTHONPATH": str(ROOT.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, "-m", "ebpfcc", "--target=bpf", *arguments]
    return subprocess.run(program, cwd=here, env=env, capture_output=True, text=True, errors="replace", timeout=20 * SECONDS, preexec_fn=limit, check=False)


def refused(here: Path, source: str | bytes | None, *flags: str, name: str = "bad.c") -> str:
    """Compiles it; checks all that is true of every refusal; returns the messages."""
    if source is not None:
        (here / name).write_bytes(source if isinstance(source, bytes) else source.encode())
    (here / "out.o").write_bytes(b"the former object")
    done = command(here, "-O2", "-g", "-c", name, "-o", "out.o", *flags)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr
    assert re.search(r"error: ", done.stderr)
    assert (here / "out.o").read_bytes() == b"the former object"
    assert not list(here.glob("*.tmp"))
    return done.stderr


def located(here: Path, source: str | bytes, line: int, text: str, *flags: str) -> str:
    stderr = refused(here, source, *flags)
    found = re.findall(rf"(?m)^(?:\S*):{line}:\d+: (?:fatal )?error: .*\n(?: *\d+ \| .*\n *\| .*\^)?", stderr)
    assert any(text in f and "^" in f for f in found), stderr
    return stderr


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("int f(int x) { return x + ; }\n", 1, "expected expression"),
        ("int f(void) { return y; }\n", 1, "use of undeclared identifier 'y'"),
        ("#include <nothing.h>\n", 1, "'nothing.h' file not found"),
        ("int x;\n#include \"bad.c\"\n", 2, "#include nested too deeply"),
        ("int f(int a, int b, int c, int d, int e, int g) { return a; }\n", 1, "BPF passes at most 5"),
        ("void use(char *);\nvoid f(void) { char big[520]; use(big); }\n", 2, "'big' (520 bytes)"),
        ("int x;\n/* open\n\n", 2, "unterminated /* comment"),
        ("#if 1\nint x;\n", 1, "unterminated conditional directive"),
        ("struct s; struct s x = { 1 };\n", 1, "incomplete type"),
        ("#define F(a) a\nF(1\n", 2, "unterminated function-like macro invocation"),
    ],
)  # fmt: skip
def test_command_refuses(tmp_path: Path, source: str, line: int, text: str) -> None:
    located(tmp_path, source, line, text)


def test_command_accepts_what_is_empty(tmp_path: Path) -> None:
    for source in (b"", b"\n", b"\n\n/* nothing */\n", b"\xef\xbb\xbfint x;\n"):
        (tmp_path / "empty.c").write_bytes(source)
        done = command(tmp_path, "-O2", "-c", "empty.c", "-o", "out.o")
        assert (done.returncode, done.stderr) == (0, "") and (tmp_path / "out.o").read_bytes()[:4] == b"\x7fELF"


def test_many_errors(tmp_path: Path) -> None:
    source = "".join(f"int f{i}(void) {{ return gone{i}; }}\n" for i in range(40))
    stderr = refused(tmp_path, source)
    assert stderr.count("error: use of undeclared") == 20 and "too many errors emitted, stopping now" in stderr and "20 errors generated." in stderr
    assert refused(tmp_path, source, "-ferror-limit=0").count("error: use of") == 40


# -- inclusion and macros ------------------------------------------------------------------------------------------------
def test_inclusion_cycle(tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text('#include "b.h"\n')
    (tmp_path / "b.h").write_text('\n#include "a.h"\n')
    stderr = refused(tmp_path, '#include "a.h"\n')
    assert "error: #include nested too deeply" in stderr and "In file included from" in stderr


def test_deep_inclusion(tmp_path: Path) -> None:
    for i in range(260):
        (tmp_path / f"h{i}.h").write_text(f'#include "h{i + 1}.h"\n')
    (tmp_path / "h260.h").write_text("int x;\n")
    assert "#include nested too deeply" in refused(tmp_path, '#include "h0.h"\n')
    (tmp_path / "ok.c").write_text('#include "h100.h"\n')
    assert command(tmp_path, "-c", "ok.c", "-o", "ok.o").returncode == 0


def test_error_in_header(tmp_path: Path) -> None:
    (tmp_path / "part.h").write_text("struct s {\n\tint a\n};\n")
    stderr = refused(tmp_path, '\n#include "part.h"\n')
    assert "In file included from bad.c:2:\npart.h:2:7: error: expected ';'" in stderr or "./part.h:2:7: error:" in stderr


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"#define L{i} L{i + 1} L{i + 1}\n" for i in range(40)) + "#define L40 int\nL0 x;\n",
        "".join(f"#define L{i}(x) L{i + 1}(x, x)\n" for i in range(1)) + "".join(f"#define M{i}(x) M{i + 1}(x x) M{i + 1}(x x)\n" for i in range(30)) + "#define M30(x) x\nint a = M0(1);\n",
        "#define S(x) #x #x\n" + "".join(f"#define T{i}(x) T{i + 1}(x##x)\n" for i in range(60)) + "#define T60(x) x\nint a = T0(ab);\n",
    ],
    ids=["objects", "arguments", "pasting"],
)  # fmt: skip
def test_billion_laughs(tmp_path: Path, body: str) -> None:
    refused(tmp_path, body)


def test_macro_calls_in_macro_calls(tmp_path: Path) -> None:
    refused(tmp_path, "#define F(x) (x)\nint a = " + "F(" * 20_000 + "1" + ")" * 20_000 + " +;\n")


# -- bytes ---------------------------------------------------------------------------------------------------------------
def test_truncated() -> None:
    """The program, cut at every third byte, is refused or accepted, and nothing else happens."""
    refusals = 0
    for at in range(1, len(PROGRAM), 3):
        result = ebpfcc.compile(text=PROGRAM[:at].replace('#include "part.h"', PART), name="t.c", flags=["-O2"])
        for d in result.diagnostics:
            assert d.line > 0, d.text
        refusals += not result.ok
    assert refusals > len(PROGRAM) // 4
    assert ebpfcc.compile(text=PROGRAM.replace('#include "part.h"', PART), name="t.c", flags=["-O2"]).ok


def test_a_token_lost_or_doubled() -> None:
    text = PROGRAM.replace('#include "part.h"', PART)
    pieces = re.findall(r"\s+|\w+|\"(?:[^\"\\]|\\.)*\"|.", text)
    chance = random.Random(1)
    for _ in range(250):
        mutated = list(pieces)
        at = chance.randrange(len(mutated))
        mutated[at : at + 1] = chance.choice(([], [mutated[at]] * 2, [chance.choice(pieces)]))
        result = ebpfcc.compile(text="".join(mutated), name="t.c", flags=["-O2"])
        assert all(d.line > 0 for d in result.diagnostics)


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes(tmp_path: Path, seed: int) -> None:
    refused(tmp_path, b"int x = " + random.Random(seed).randbytes(4000))
    for n in range(20):
        result = ebpfcc.compile(text=b"struct s { " + random.Random(seed * 100 + n).randbytes(300), name="t.c")
        assert not result.ok


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"int x;\nint y = \0 5 +;\n", "expected expression"),
        (b"int \xff\xfe x;\n", "error"),
        ("int x = \u00e9\u4e2d;\n".encode(), "undeclared"),
        ("int x;\n".encode("utf-16"), "error"),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0\xf7\0", "error"),
        (b"\0" * 5000 + b"!", "error"),
        (b"'" * 3000, "error"),
        (b"\\\n" * 3000 + b"@", "error"),
        (b"int x = 1" + b"0" * 100_000 + b";\n", "too large"),
    ],
    ids=["nul", "invalid utf-8", "letters", "utf-16", "elf", "zeros", "quotes", "splices", "digits"],
)
def test_bytes(tmp_path: Path, source: bytes, text: str) -> None:
    assert text in refused(tmp_path, source)


def test_inputs_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "dir.c").mkdir()
    assert "dir.c" in refused(tmp_path, None, name="dir.c")
    assert "no such file or directory: 'missing.c'" in refused(tmp_path, None, name="missing.c")
    if os.geteuid():
        (tmp_path / "secret.c").write_bytes(GOOD)
        (tmp_path / "secret.c").chmod(0)
        assert "secret.c" in refused(tmp_path, None, name="secret.c")


# -- depth and size ------------------------------------------------------------------------------------------------------
N = 10_000
DEEP = {
    "parentheses": "int a = " + "(" * N + "1" + ")" * N + ";\n",
    "open parentheses": "int a = " + "(" * N,
    "braces": "void f(void) " + "{" * N + "}" * N + "\n",
    "open braces": "void f(void) " + "{" * N,
    "structs": "".join("struct {\n" for _ in range(N)) + "int a;" + "} x;\n" * N,
    "initialisers": "int a = " + "{" * N + "1" + "}" * N + ";\n",
    "else-if": "int f(int x) {\n" + "".join(f"if (x == {i}) return {i + 1}; else\n" for i in range(2000)) + "return 0; }\n",
    "if": "int f(int x) { " + "if (x) " * N + "return 1; return 0; }\n",
    "sum": "int f(int x) { return " + "+".join(["x"] * 100_000) + "; }\n",
    "constant sum": "int a = " + "+".join(["1"] * 100_000) + ";\n",
    "pointers": "int " + "*" * N + "p;\n",
    "declarators": "int " + "(*" * N + "p" + ")" * N + ";\n",
    "arrays": "int a" + "[1]" * N + ";\n",
    "functions": "int f" + "(void)" * N + ";\n",
    "parameters": "int f" + "(int g" * N + ")" * N + ";\n",
    "unary": "int f(int x) { return " + "-~" * N + "x; }\n",
    "casts": "int f(int x) { return " + "(int)" * N + "x; }\n",
    "ternaries": "int f(int x) { return " + "x ? 1 : " * N + "0; }\n",
    "members": "struct s { struct s *n; int a; }; int f(struct s *p) { return p" + "->n" * N + "->a; }\n",
    "calls": "int g(int); int f(int x) { return " + "g(" * 3000 + "x" + ")" * 3000 + "; }\n",
    "statement expressions": "int f(int x) { return " + "({ " * 3000 + "x;" + "});" * 3000 + "}\n",
    "sizeof": "int a = " + "sizeof " * N + "1;\n",
    "conditions": "#if 1\n" * N + "int x;\n" + "#endif\n" * N,
    "condition": "#if " + "(" * N + "1" + ")" * N + "\nint x;\n#endif\n",
    "condition operators": "#if " + "!" * N + "1\n#endif\n",
    "labels": "int f(int x) { " + "".join(f"l{i}: " for i in range(3000)) + "return x; }\n",
    "attributes": "int x " + "__attribute__((unused)) " * N + ";\n",
    "typeof": "int x; " + "typeof(" * 3000 + "x" + ")" * 3000 + " y;\n",
    "strings": "char s[] = " + '"abc" ' * N + ";\n",
    "huge array": "char a[3000000000] = { 1 };\n",
    "huge designator": "char a[] = { [4000000000] = 1 };\n",
    "huge local": 'void use(char *); void f(void) { char a[100000000] = "x"; use(a); }\n',
    "range designator": "int a[] = { [0 ... 100000000] = 1 };\n",
    "range of cases": "int f(int x) { switch (x) { case 0 ... 2000000000: return 1; } return 0; }\n",
}  # fmt: skip


@pytest.mark.parametrize("what", DEEP)
def test_depth_and_size(tmp_path: Path, what: str) -> None:
    """Accepted or refused in so many words, in time and memory."""
    (tmp_path / "deep.c").write_text(DEEP[what])
    done = command(tmp_path, "-O2", "-g", "-c", "deep.c", "-o", "deep.o")
    assert "Traceback" not in done.stderr and "internal error" not in done.stderr
    assert done.returncode in (0, 1) and (done.returncode == 1) is ("error: " in done.stderr) is not (tmp_path / "deep.o").exists()


# -- flags ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ("-fno-such-thing", "-fno-such-thing"), ("-emit-llvm", "-emit-llvm"), ("-std=c++17", "c++17"), ("-std=nonsense", "nonsense"),
        ("-I", "-I"), ("-mcpu=v9", "v9"), ("--no-such-option", "--no-such-option"), ("-D5", "macro name must be an identifier"),
        ("-include nothing.h", "nothing.h"), ("-x nonsense", "nonsense"), ("-msuch", "-msuch"),
    ],
)  # fmt: skip
def test_flags(tmp_path: Path, flags: str, text: str) -> None:
    assert text in refused(tmp_path, GOOD, *flags.split())


def test_no_input(tmp_path: Path) -> None:
    done = command(tmp_path, "-c")
    assert done.returncode == 1 and "no input files" in done.stderr
    done = command(tmp_path, "-c", "x.c", "-o")
    assert done.returncode == 1 and "argument to '-o' is missing" in done.stderr


def test_warnings_through_the_command(tmp_path: Path) -> None:
    (tmp_path / "w.c").write_text("int *f(char *p) { return p; }\n")
    done = command(tmp_path, "-O2", "-c", "w.c", "-o", "w.o")
    assert done.returncode == 0 and "w.c:1:" in done.stderr and "1 warning generated." in done.stderr and (tmp_path / "w.o").exists()
    (tmp_path / "w.o").write_bytes(b"former")
    done = command(tmp_path, "-O2", "-Werror", "-c", "w.c", "-o", "w.o")
    assert done.returncode == 1 and (tmp_path / "w.o").read_bytes() == b"former"


# -- update --------------------------------------------------------------------------------------------------------------
def update() -> None:
    for file in sorted((ROOT / "bad").glob("*.txt")):
        out = []
        for case in read_cases(file):
            result = ebpfcc.compile(text=case.text, name="t.c", flags=["-O2", "-g", *case.flags])
            out.append(
                f"[case {case.name}]\n"
                + (f"[flags {' '.join(case.flags)}]\n" if case.flags else "")
                + f"[c]\n{case.text}"
                + "".join(f"{m}\n" for m in messages(result))
            )
        file.write_text("\n".join(out))


if __name__ == "__main__" and "--update" in sys.argv:
    update()
