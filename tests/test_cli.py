"""The command line: flags, outputs, messages, exit statuses, and the calls that build systems make to find out about a compiler."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

import ebpfcc
from ebpfcc import cli, flags, host
from ebpfcc.sim import Simulator
from ebpfcc.source import depend

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """\
#include "h.h"
struct pair { int a; long b; };
volatile struct pair seen;
__attribute__((section("socket"))) int prog(void *ctx) { seen.a = TWICE(4); return 0; }
char license[] __attribute__((section("license"))) = "GPL";
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CPATH", "C_INCLUDE_PATH", "EBPFCC_DEBUG", host.GUARD, "EBPFCC_HOST_CC"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "h.h").write_text("#ifndef H\n#define H\n#define TWICE(x) ((x) * 2)\n#endif\n")
    (tmp_path / "p.c").write_text(PROGRAM)
    return tmp_path


def command(*arguments: str, stdin: bytes = b"", name: str | None = None) -> subprocess.CompletedProcess[str]:
    """A run of its own, as `name` if given."""
    start = [sys.executable, "-m", "ebpfcc"]
    if name is not None:
        start = [sys.executable, "-c", f"import sys; sys.argv[0] = {name!r}; from ebpfcc.cli import main; sys.exit(main())"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*start, *arguments], input=stdin, capture_output=True, env=environment, timeout=60)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def machine(path: Path) -> tuple[int, int]:
    """(EI_DATA: 1 little, 2 big; e_machine) of an ELF file."""
    data = path.read_bytes()
    assert data[:4] == b"\x7fELF"
    return data[5], struct.unpack_from("<H" if data[5] == 1 else ">H", data, 18)[0]


# -- flags -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        ("-O", "opt_level", "1"), ("-O9", "opt_level", "3"), ("-Os", "opt_level", "s"), ("-O2 -O0", "opt_level", "0"), ("", "opt_level", "0"),
        ("-g", "debug", 2), ("-g -g0", "debug", 0), ("-ggdb3", "debug", 3), ("-gdwarf-4 -gno-column-info", "debug", 2), ("-gno-column-info", "debug", 0),
        ("-gbtf", "debug", 2),
        ("-mcpu=v2", "cpu", 2), ("", "cpu", 3), ("-mco-re", "cpu", 4), ("-mkernel=4.14", "cpu", 2), ("-Xclang -target-cpu -Xclang v1", "cpu", 1),
        ("-mbig-endian", "target", "bpfeb"), ("--target=bpfeb", "big_endian", True), ("-target bpfel", "target", "bpfel"),
        ("--target=bpfeb -mlittle-endian", "target", "bpfel"), ("--target=bpf-unknown-none -EB", "target", "bpfeb"),
        ("-DA -D B=2 -UC", "defines", [("D", "A"), ("D", "B=2"), ("U", "C")]), ("-Ix -I y", "include_dirs", ["x", "y"]),
        ("-isystemx -isystem y", "isystem", ["x", "y"]), ("-include a -includeb", "includes", ["a", "b"]), ("--include-directory=z", "include_dirs", ["z"]),
        ("-Wall -Wno-unused -W -w", "warnings", ["all", "no-unused", "extra", "#silent"]), ("-pedantic-errors", "warnings", ["pedantic", "error=pedantic"]),
        ("-std=c99", "std_gnu", False), ("-std=gnu2x", "std_year", "23"), ("-ansi", "std_year", "89"), ("--std=c11", "std_year", "11"),
        ("-std=c11", "trigraphs", True), ("-fno-signed-char", "unsigned_char", True), ("-ferror-limit=3", "error_limit", 3),
        ("-ffile-prefix-map=/a=/b", "prefix_map", [("/a", "/b")]), ("-fdebug-prefix-map=/a=/b", "prefix_map", []),
        ("-fmacro-prefix-map=/a=/b", "debug_prefix_map", []), ("-fdebug-compilation-dir=/x", "debug_directory", "/x"), ("--sysroot=/s", "sysroot", "/s"),
        ("-mframe-limit=256", "frame_limit", 256), ("-mframe-limit=256", "flavour", "gcc"),
        ("-Xclang -target-feature -Xclang +alu32", "features", {"alu32": True}),
        ("-Wp,-MMD,x.d", "dependency_file", "x.d"), ("-Wp,-MMD,x.d", "dependencies", "MMD"), ("-MQ a$b", "dependency_targets", ["a$$b"]),
        ("-Wp,-MMD,x.d,-MT,y", "dependency_file", "x.d"), ("-Wp,-MMD,x.d,-MT,y", "dependency_targets", ["y"]),
        ("-S", "action", "assembly"), ("-fsyntax-only -S", "action", "syntax"), ("-E -S", "action", "preprocess"),
        ("-mllvm -bpf-stack-size=1024", "frame_limit", 1024), ("-fdiagnostics-color=never", "color", "never"), ("--print-after=gvn", "print_after", ["gvn"]),
    ],
)  # fmt: skip
def test_flag(here: Path, arguments: str, field: str, value: object) -> None:
    assert getattr(flags.parse([*arguments.split(), "-c", "p.c"]), field) == value


def test_flags_without_effect_are_accepted(here: Path) -> None:
    accepted = """-pipe -fno-stack-protector -fno-strict-aliasing -fno-builtin -fno-builtin-memcpy -fno-asynchronous-unwind-tables -fno-common -m64
        -march=bpf -mtune=generic -Qunused-arguments -nostdlib -Wa,-x -fno-pic -fno-PIE -fvisibility=hidden -fno-sanitize=all -fno-lto -mno-red-zone
        -fno-delete-null-pointer-checks -fstrict-flex-arrays=3 -falign-functions=16 -fno-inline -Xassembler -q -mllvm -whatever --param ssp-buffer-size=4
        -fno-ssa-phiopt -ftree-copy-prop -mstrict-align -mno-outline-atomics -fms-extensions -fno-fixed-point -fno-trapv -fno-stack-usage
        -Xclang -target-feature -Xclang +allows-misaligned-mem-access -fexec-charset=UTF-8 --system-header-prefix=x -fextend-variable-liveness
        -fmessage-length=0 -fno-caret-diagnostics -fno-omit-frame-pointer -gno-variable-location-views -gz=none -fno-profile-arcs""".split()
    assert flags.parse([*accepted, "-c", "p.c"]).inputs == [("p.c", "c")]


FOREIGN = "bpfeb" if sys.byteorder == "little" else "bpfel"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("-foo p.c", "unknown argument: '-foo'"),
        ("-fsyntax-onyl p.c", "unknown argument '-fsyntax-onyl'; did you mean '-fsyntax-only'?"),
        ("", "no input files"),
        ("-c", "no input files"),
        ("-c nope.c", "no such file or directory: 'nope.c'"),
        ("-c p.c -ferror-limit=\u00b2", "invalid integral value '\u00b2' in '-ferror-limit=\u00b2'"),
        ("-c p.c -mframe-limit=\u00b2", "invalid integral value '\u00b2' in '-mframe-limit=\u00b2'"),
        ("-c p.c -ferror-limit=" + "9" * 5000, f"invalid integral value '{'9' * 5000}' in '-ferror-limit={'9' * 5000}'"),
        ("-c .", "no such file or directory: '.'"),
        ("-c p.c -o", "argument to '-o' is missing (expected 1 value)"),
        ("-c p.c h.h -o x.o", "cannot specify -o when generating multiple output files"),
        ("-", "-E or -x required when input is from standard input"),
        ("-mcpu=v9 -c p.c", "unknown target CPU 'v9'"),
        ("--target=nonsense -c p.c", "unknown target triple 'nonsense'"),
        ("-std=c77 -c p.c", "invalid value 'c77' in '-std=c77'"),
        ("-x foo p.c", "language not recognized: 'foo'"),
        ("-fdebug-prefix-map=a -c p.c", "invalid argument 'a' to -fdebug-prefix-map="),
        ("-emit-llvm -c p.c", "'-emit-llvm' is not supported: ebpfcc has no LLVM behind it"),
        ("-flto=thin -c p.c", "'-flto=thin' is not supported: ebpfcc has no LLVM behind it"),
        ("-fsanitize=address -c p.c", "'-fsanitize=address' is not supported: BPF programs have no run-time library to report to"),
        ("-fopenmp -c p.c", "'-fopenmp' is not supported: BPF has no threads"),
        ("-ftrapv -c p.c", "'-ftrapv' is not supported: there is no trap on overflow"),
        ("-fexec-charset=latin1 -c p.c", "'-fexec-charset=latin1' is not supported: the character set is UTF-8"),
        ("-fpack-struct=3 -c p.c", "invalid value '3' in '-fpack-struct=3'"),
        ("-ftrivial-auto-var-init=one -c p.c", "invalid value 'one' in '-ftrivial-auto-var-init=one'"),
        ("-fshort-wchar -c p.c", "'-fshort-wchar' is not supported: wide characters have 32 bits"),
        ("-MJ x -c p.c", "'-MJ' is not supported: there is no such output"),
        ("--verify -S p.c", "'--verify' cannot be used with '-S': no object is made that could be loaded"),
        ("-E --verify p.c", "'--verify' cannot be used with '-E': no object is made that could be loaded"),
        ("--verify -E -", "'--verify' cannot be used with '-E': no object is made that could be loaded"),
        ("--verify -fsyntax-only p.c", "'--verify' cannot be used with '-fsyntax-only': no object is made that could be loaded"),
        ("--verify -M p.c", "'--verify' cannot be used with '-M': no object is made that could be loaded"),
        ("-MM -c --verify p.c", "'--verify' cannot be used with '-MM': no object is made that could be loaded"),
        ("--verify --emit=ir p.c", "'--verify' cannot be used with '--emit=ir': no object is made that could be loaded"),
        (f"--verify --target={FOREIGN} -c p.c", f"'--verify' cannot be used with '--target={FOREIGN}': the running kernel has the other byte order"),
        ("--verify -fverify-log=l -c p.c h.h", "cannot specify '-fverify-log=' when verifying multiple objects"),
        ("-fverify-log=l -c p.c", "'-fverify-log=' is of use with '--verify' only"),
    ],
)
def test_usage_errors(here: Path, capsys: pytest.CaptureFixture[str], arguments: str, message: str) -> None:
    expected = message if arguments != "-c ." else "'.' is a directory"
    assert cli.main(arguments.split()) == 1
    assert capsys.readouterr().err.split("\n")[0] == f"ebpfcc: error: {expected}"


def test_response_files(here: Path) -> None:
    (here / "inner").write_text("-DB='two words'\n")
    (here / "outer").write_text('-DA="x y" @inner -DC=\\"q\\"\n-c p.c')
    options = flags.parse(["@outer"])
    assert options.defines == [("D", "A=x y"), ("D", "B=two words"), ("D", 'C="q"')]
    assert options.inputs == [("p.c", "c")]


# -- for BPF or for the host -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "program", "meant"),
    [
        ("p.c", "ebpfcc", "bpf"), ("p.c -o p.o", "ebpfcc", "bpf"), ("-O2 -g -mcpu=v3 -c p.c -o x", "ebpfcc", "bpf"), ("-c p.c", "clang", "bpf"),
        ("-E p.c", "ebpfcc", "bpf"), ("-S -o - p.c", "ebpfcc", "bpf"), ("p.c -o -", "ebpfcc", "bpf"), ("-E -", "bpf-gcc", "bpf"),
        ("--target=bpf -E -", "ebpfcc", "bpf"), ("--target=bpf -fPIC -shared -lfoo -c p.c", "ebpfcc", "bpf"), ("-mcpu=v3 -E -", "ebpfcc", "bpf"),
        ("-v -E -", "ebpfcc", "host"), ("-dM -E - ", "ebpfcc", "host"), ("-dM -E -x c /dev/null", "ebpfcc", "host"),
        ("p.c -o prog", "ebpfcc", "bpf"), ("-O2 -fPIE p.c -o prog", "ebpfcc", "bpf"), ("-fPIC -pthread -L. -lelf -static -pie -c p.c", "ebpfcc", "bpf"),
        ("-c p.c -o x -shared -Wl,-z,now -fuse-ld=lld -rdynamic -s -T p.ld", "ebpfcc", "bpf"), ("-S p.c -lelf", "ebpfcc", "bpf"), ("-E p.c -L.", "ebpfcc", "bpf"),
        ("-fsyntax-only p.c -static", "ebpfcc", "bpf"), ("-MM p.c -pthread", "ebpfcc", "bpf"), ("p.c q.c -o prog", "ebpfcc", "handed"), ("p.c -lelf", "ebpfcc", "handed"), ("p.o q.o", "ebpfcc", "handed"),
        ("-fPIC p.c -pie", "ebpfcc", "handed"), ("p.c -pthread", "ebpfcc", "handed"), ("-shared p.c -o p.o", "ebpfcc", "handed"), ("p.c -Wl,-z,now", "ebpfcc", "handed"),
        ("q.cpp -c", "ebpfcc", "handed"), ("p.c -flto -shared -unheard-of", "ebpfcc", "handed"),
    ],
)  # fmt: skip
def test_target(here: Path, arguments: str, program: str, meant: str) -> None:
    for name in ("q.c", "p.o", "q.o", "q.cpp"):
        (here / name).write_text("")
    options = flags.parse(arguments.split(), program)
    found = "handed" if options.hand_over else "host" if options.target == "host" else "bpf"
    assert found == meant
    if meant == "handed":
        assert options.hand_over == arguments.split()


def test_hand_over(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    called: list[list[str]] = []
    compiler = here / "mycc"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(here))
    monkeypatch.setenv("EBPFCC_HOST_CC", "mycc -pipe")
    monkeypatch.setenv(host.GUARD, "")
    monkeypatch.setattr(os, "execv", lambda path, argv: called.append([path, *argv]))
    cli.main("p.c -o prog -fuse-ld=lld -Qunused-arguments -fcolor-diagnostics -lm".split())
    assert called == [[str(compiler), "mycc", "-pipe", "p.c", "-o", "prog", "-fdiagnostics-color=always", "-lm"]]
    assert cli.main("p.c -o prog -lm".split()) == 1  # the guard is set: the host's compiler is this command again
    assert "host's compiler is this command again" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("cc") is None, reason="no host compiler")
def test_a_host_program_and_library(here: Path) -> None:
    """As the kernel's selftests build theirs through CLANG."""
    (here / "lib.c").write_text("int answer(void) { return 42; }\n")
    (here / "main.c").write_text("int answer(void);\nint main(void) { return answer(); }\n")
    link = ["-fuse-ld=lld", "-Wl,-znoseparate-code", "-Wl,--build-id=sha1"]
    shared = command("-g", "-O0", "lib.c", *link, "-fPIC", "-shared", "-o", "libanswer.so")
    assert (shared.returncode, shared.stderr) == (0, "")
    program = command("-g", "-O0", "main.c", "-L.", "-lanswer", *link, "-Wl,-rpath=.", "-o", "main")
    assert (program.returncode, program.stderr) == (0, "")
    assert subprocess.run(["./main"], timeout=60).returncode == 42


def test_no_host_compiler(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(here))
    assert cli.main(["p.c", "-o", "prog", "-lm"]) == 1
    assert "use --target=bpf to compile for BPF" in capsys.readouterr().err


# -- questions ------------------------------------------------------------------------------------------------------------
def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = re.search(r".*clang version ([0-9]+.[0-9]+.[0-9]+).*", lines[0])
    assert found is not None and found.group(1) == "19.1.7"
    assert lines[0].startswith(f"ebpfcc {ebpfcc.__version__} ")
    assert lines[1:3] == ["Target: bpf", "Thread model: posix"] and lines[3].startswith("InstalledDir: ")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [("-dumpversion", "19.1.7"), ("-dumpmachine", "bpf"), ("--target=bpf -print-target-triple", "bpf"), ("--target=bpfeb -dumpmachine", "bpfeb"),
     ("-print-target-triple", f"{os.uname().machine}-pc-linux-gnu"), ("-print-prog-name=no-such-program", "no-such-program"),
     ("-print-file-name=no-such.a", "no-such.a"), ("-print-multi-directory", ".")],
)  # fmt: skip
def test_queries(capsys: pytest.CaptureFixture[str], arguments: str, answer: str) -> None:
    assert cli.main(arguments.split()) == 0
    assert capsys.readouterr().out == answer + "\n"


@pytest.mark.parametrize("question, below", [("-print-file-name=include", ""), ("-print-resource-dir", "include")])
def test_the_directory_of_the_standard_headers(here: Path, capsys: pytest.CaptureFixture[str], question: str, below: str) -> None:
    """Build systems give it back as `-nostdinc -isystem`."""
    assert cli.main([question]) == 0
    directory = Path(capsys.readouterr().out[:-1]) / below
    (here / "t.c").write_text("#include <stddef.h>\n#include <stdint.h>\n#include <stdbool.h>\nstruct s { int a, b; };\nint8_t a[offsetof(struct s, b)];\n")
    assert cli.main(["-nostdinc", "-isystem", str(directory), "-c", "t.c"]) == 0
    assert cli.main(["-nostdinc", "-c", "t.c", "-w"]) == 1
    assert not (directory / "vmlinux.h").exists()


def test_cpu_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--target=bpf", "-mcpu=help"]) == 0
    assert "\tv4\n" in capsys.readouterr().err


def test_help_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert "USAGE: ebpfcc [options] file..." in capsys.readouterr().out


def test_dry_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-###", "-c", "p.c"]) == 0
    assert ' "ebpfcc" "-###" "-c" "p.c"' in capsys.readouterr().err
    assert not (here / "p.o").exists()


def test_host_search_list(here: Path) -> None:
    done = command("-v", "-E", "-")
    assert done.returncode == 0
    block = done.stderr.split("#include <...> search starts here:\n")[1].split("End of search list.")[0]
    directories = block.splitlines()
    assert all(re.match(r" /\S", d) and os.path.isdir(d[1:]) for d in directories)
    assert " /usr/include" in directories


def test_host_macros(here: Path) -> None:
    done = command("-dM", "-E", "-")
    assert f"#define __BYTE_ORDER__ __ORDER_{sys.byteorder.upper()}_ENDIAN__\n" in done.stdout
    assert "__bpf__" not in done.stdout
    assert "#define __bpf__ 1\n" in command("--target=bpf", "-dM", "-E", "-").stdout


def test_gcc_flavour(here: Path) -> None:
    done = command("-dM", "-E", "-", name="bpf-unknown-none-gcc")
    assert "#define __GNUC__ 14\n" in done.stdout and "__clang__" not in done.stdout and "#define __bpf__ 1\n" in done.stdout
    assert command("--version", name="bpf-gcc").stdout.startswith("bpf-gcc (ebpfcc ")


# -- outputs --------------------------------------------------------------------------------------------------------------
def test_objects(here: Path) -> None:
    assert cli.main(["-O2", "-g", "-c", "p.c"]) == 0
    assert machine(here / "p.o") == (1 if sys.byteorder == "little" else 2, 247)
    assert b".BTF.ext" in (here / "p.o").read_bytes()
    assert cli.main(["p.c", "-mbig-endian", "-o", "big.o"]) == 0
    assert machine(here / "big.o") == (2, 247)
    assert b".BTF" not in (here / "big.o").read_bytes()


@pytest.mark.parametrize(
    ("source", "symbols"),
    [
        (
            'int f(int a) { return a; } int g(int) __attribute__((alias("f"))); int w(int) __attribute__((weak, alias("f")));'
            'int v = 1; extern int u __attribute__((alias("v"))); int h(void) { return g(1) + u; }',
            {"f": "FUNC GLOBAL", "g": "FUNC GLOBAL", "w": "FUNC WEAK", "h": "FUNC GLOBAL", "v": "OBJECT GLOBAL", "u": "OBJECT GLOBAL"},
        ),
        (
            'int f(int a) { return a; } int g(int) __attribute__((alias("f"))); int h(int) __attribute__((alias("g"))); int i(int a) { return h(a); }',
            {"f": "FUNC GLOBAL", "g": "FUNC GLOBAL", "h": "FUNC GLOBAL", "i": "FUNC GLOBAL"},
        ),
        ("inline int f(int a) { return a; } extern int f(int);", {"f": "FUNC GLOBAL"}),
        ("int f(int); inline int f(int a) { return a; }", {"f": "FUNC GLOBAL"}),
        ("inline int f(int a) { return a; }", {}),
        ("extern inline int f(int a) { return a; }", {"f": "FUNC GLOBAL"}),
        ("static int f(int a) { return a; } static int f(int); int g(void) { return f(1); }", {"g": "FUNC GLOBAL"}),
        ("inline int f(int a) { return a; } int g(void) { return f(1) + f(2); }", {"g": "FUNC GLOBAL"}),
        ('inline __attribute__((section("xdp"))) int f(int a) { return a; }', {}),
        ("inline __attribute__((noinline)) int f(int a) { return a; } int g(int a) { return f(a); }", {"f": "FUNC LOCAL", "g": "FUNC GLOBAL"}),
        ("inline __attribute__((gnu_inline)) int f(int a) { return a; }", {"f": "FUNC GLOBAL"}),
        ("int f(int); extern inline __attribute__((gnu_inline)) int f(int a) { return a; }", {}),
    ],
)
def test_symbols(here: Path, source: str, symbols: dict[str, str]) -> None:
    (here / "t.c").write_text(source)
    assert cli.main(["-O2", "-g", "-c", "t.c"]) == 0
    table = ELFFile(io.BytesIO((here / "t.o").read_bytes())).get_section_by_name(".symtab")
    found = {s.name: f"{s['st_info']['type'][4:]} {s['st_info']['bind'][4:]}" for s in table.iter_symbols() if s.name and s["st_shndx"] != "SHN_UNDEF"}
    assert found == symbols


def test_inline_of_gnu89(here: Path) -> None:
    for chosen, found in ((["-std=gnu89"], "f"), (["-fgnu89-inline"], "f"), ([], "g"), (["-std=gnu89", "-fno-gnu89-inline"], "g")):
        (here / "t.c").write_text("inline int f(int a) { return a; } extern inline int g(int a) { return a; }")
        assert cli.main(["-O2", "-c", "t.c", *chosen]) == 0
        table = ELFFile(io.BytesIO((here / "t.o").read_bytes())).get_section_by_name(".symtab")
        assert [s.name for s in table.iter_symbols() if s["st_info"]["type"] == "STT_FUNC"] == [found]


LAYOUT = "enum e { A = 200 }; struct p { char c; long d; enum e e; }; int f(void) { return sizeof(enum e) * 100 + sizeof(struct p); }"
FILLED = "int f(int a) { int x; int y[3]; _Bool b; unsigned char c; return a ? x : b + c + y[a & 1]; }"


@pytest.mark.parametrize(
    ("chosen", "source", "argument", "result"),
    [
        ("", LAYOUT, 0, 424),
        ("-fshort-enums", LAYOUT, 0, 124),
        ("-fpack-struct", LAYOUT, 0, 413),
        ("-fpack-struct=2 -fshort-enums", LAYOUT, 0, 112),
        ("-ftrivial-auto-var-init=zero", FILLED, 1, 0),
        ("-ftrivial-auto-var-init=zero", FILLED, 0, 0),
        ("-ftrivial-auto-var-init=pattern", FILLED, 1, 0xAAAAAAAA),
        ("-ftrivial-auto-var-init=pattern", FILLED, 0, 0xAAAAAAAA + 0xAA),
    ],
)
def test_flags_of_layout_and_initialisation(chosen: str, source: str, argument: int, result: int) -> None:
    for level in ("-O0", "-O2"):
        done = ebpfcc.compile(text=source, flags=[level, "-w", *chosen.split()])
        assert done.data is not None
        assert Simulator(done.data).call("f", argument) & 0xFFFFFFFF == result


def test_trap_function(here: Path) -> None:
    (here / "t.c").write_text("void f(void) { __builtin_trap(); }")
    for chosen, name in (([], "__bpf_trap"), (["-ftrap-function=halt"], "halt")):
        assert cli.main(["-O2", "-c", "t.c", *chosen]) == 0
        table = ELFFile(io.BytesIO((here / "t.o").read_bytes())).get_section_by_name(".symtab")
        assert [s.name for s in table.iter_symbols() if s.name and s["st_shndx"] == "SHN_UNDEF"] == [name]


def test_permissive(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "t.c").write_text("int f(int *p) { long q = p; return g(q); }")
    assert cli.main(["-O2", "-c", "t.c"]) == 1
    assert cli.main(["-O2", "-c", "t.c", "-fpermissive"]) == 0
    assert "2 warnings generated." in capsys.readouterr().err


def test_stack_usage(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "long probe(void *);\nstatic __attribute__((noinline)) int "
    (here / "t.c").write_text(
        head + "leaf(int a) { char b[24]; probe(b); return b[a & 7]; }\n"
        "static __attribute__((noinline)) int mid(int a) { char b[90]; probe(b); return b[a & 7] + leaf(a) + leaf(a + 1); }\n"
        "int entry(int a) { char b[200]; probe(b); return mid(b[0]) + leaf(a); }\n"
        "int other(void) { return 0; }\n"
    )
    assert cli.main(["-O2", "-c", "t.c", "-o", "x.o", "-fstack-usage", "--stack-chains"]) == 0
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in (here / "x.su").read_text().splitlines()}
    assert rows == {
        "t.c:2:38:leaf": ["24", "static"], "t.c:3:38:mid": ["96", "static"], "t.c:4:5:entry": ["200", "static"], "t.c:5:5:other": ["0", "static"]
    }  # fmt: skip
    assert capsys.readouterr().out == "   352 bytes  entry (200) > mid (96) > leaf (24)\n    32 bytes  other (0)\n"


def test_several_sources(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.c").write_text("int f(void) { return x; }\n")
    (here / "q.c").write_text("int q(void) { return 1; }\n")
    assert cli.main(["-c", "p.c", "bad.c", "q.c"]) == 1
    assert (here / "p.o").exists() and (here / "q.o").exists() and not (here / "bad.o").exists()
    assert capsys.readouterr().err.endswith("1 error generated.\n")


def test_standard_input_and_output(here: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "ebpfcc", "--target=bpf", "-O2", "-g", "-c", "-x", "c", "-", "-o", "-"], input=b"int main() { return 0; }",
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)  # fmt: skip
    assert done.returncode == 0 and done.stderr == b"" and done.stdout[:4] == b"\x7fELF" and b".BTF" in done.stdout


def test_errors_leave_the_former_object(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "p.o").write_bytes(b"former")
    (here / "p.c").write_text("int f(void) { return x; }\n")
    assert cli.main(["-c", "p.c"]) == 1
    assert (here / "p.o").read_bytes() == b"former"
    assert not [name for name in os.listdir(here) if name.endswith(".tmp")]
    assert capsys.readouterr().err.startswith("p.c:1:22: error: ")


def test_output_that_cannot_be_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-c", "p.c", "-o", "no/p.o"]) == 1
    assert capsys.readouterr().err == "ebpfcc: error: unable to open output file 'no/p.o': 'No such file or directory'\n1 error generated.\n"


def test_syntax_only_writes_nothing(here: Path) -> None:
    before = set(os.listdir(here))
    assert cli.main(["-fsyntax-only", "p.c"]) == 0
    assert set(os.listdir(here)) == before


def test_assembly_text(here: Path) -> None:
    done = command("-S", "-g", "-O2", "--target=bpf", "-o", "-", "p.c")
    assert done.returncode == 0
    assert re.search(r"# BTF_KIND_VAR\(id = \d+\) seen\n", done.stdout)
    for line in ('\t.section\tsocket,"ax",@progbits', "prog:", "\texit", "\t.globl\tseen", '\t.asciz\t"GPL"'):
        assert line + "\n" in done.stdout
    assert re.search(r"\tr\d = seen ll\n", done.stdout)
    assert "BTF_KIND" not in command("-S", "-O2", "-o", "-", "p.c").stdout


def test_save_temps(here: Path) -> None:
    assert cli.main(["-O2", "-save-temps", "-c", "p.c"]) == 0
    text = (here / "p.i").read_text()
    assert "((4) * 2)" in text and '# 1 "./h.h" 1\n' in text
    assert "\texit\n" in (here / "p.s").read_text()
    assert cli.main(["-O2", "-c", "p.i", "-o", "again.o"]) == 0
    assert (here / "again.o").read_bytes() == (here / "p.o").read_bytes()
    (here / "out").mkdir()
    assert cli.main(["-save-temps=obj", "-c", "p.c", "-o", "out/q.o"]) == 0
    assert sorted(p.name for p in (here / "out").iterdir()) == ["p.i", "p.s", "q.o"]


def test_header_tree(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "deep.h").write_text('#include "h.h"\n')
    (here / "t.c").write_text('#include "deep.h"\n')
    assert cli.main(["-H", "-fsyntax-only", "t.c"]) == 0
    assert capsys.readouterr().err == ". ./deep.h\n.. ./h.h\n"


def test_search_variables(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "inc").mkdir()
    (here / "inc" / "far.h").write_text("int far;\n")
    (here / "t.c").write_text("#include <far.h>\n")
    assert cli.main(["-fsyntax-only", "t.c"]) == 1
    monkeypatch.setenv("C_INCLUDE_PATH", "inc")
    assert cli.main(["-fsyntax-only", "t.c"]) == 0


# -- -E ---------------------------------------------------------------------------------------------------------------------
def preprocess(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["-E", "--target=bpf", *arguments]) == 0
    return capsys.readouterr().out


def test_line_marks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.h").write_text("int a;\n")
    (here / "t.c").write_text('int x;\n#include "a.h"\nint y;\n' + "\n" * 20 + '#pragma unroll 4\n  int z;\n#line 7 "o.c"\nint w;\n')
    text = preprocess(capsys, "t.c").split('# 1 "t.c" 2\n')[1]
    assert text == 'int x;\n# 1 "./a.h" 1\nint a;\n# 3 "t.c" 2\nint y;\n# 24 "t.c"\n#pragma unroll 4\n  int z;\n# 7 "o.c"\nint w;\n'
    assert preprocess(capsys, "-P", "t.c") == "int x;\nint a;\nint y;\n#pragma unroll 4\n  int z;\nint w;\n"


def test_tokens_are_not_pasted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "t.c").write_text('#define NEG -\n#define P(x) x\nNEG-1 NEG NEG P(+)+ P(1)P(.)P(5) P(a)P(b) P(L)"s" P(/)P(/) P(<)P(<)\n')
    assert preprocess(capsys, "-P", "t.c") == '- -1 - - + + 1 . 5 a b L "s" / / < <\n'


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("#define h(x, y...) x, ##y;\nh(1,) h(1) h(1, 2)\n", "1,; 1; 1, 2;\n"),
        ("#define k(...) x, ##__VA_ARGS__;\nk() k(1)\n", "x; x,1;\n"),
        ("%:define S(x) %:x\nS(a b)\n%:define C(a, b) a%:%:b\n#define D <::>\nC(p, q) D\n", '"a b"\npq <::>\n'),
        ("#if (0, 2) == 2 && (1 ? 3 : 4) == 3\nyes\n#endif\n", "yes\n"),
    ],
)
def test_macros(here: Path, capsys: pytest.CaptureFixture[str], source: str, text: str) -> None:
    (here / "t.c").write_text(source)
    assert preprocess(capsys, "-P", "t.c") == text


def test_comments_and_dumps(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "t.c").write_text("/* one */\n#define F(a, b)  a + b /* gone */\nint x; // two\n#undef F\n#define G\n")
    assert "/* one */\n" in preprocess(capsys, "-C", "t.c") and "int x; // two\n" in preprocess(capsys, "-C", "t.c")
    macros = preprocess(capsys, "-dM", "t.c").splitlines()
    assert "#define G " in macros and not any(line.startswith("#define F") for line in macros) and "#define __bpf__ 1" in macros
    text = preprocess(capsys, "-dD", "t.c")
    assert "#define F(a, b) a + b\nint x;\n#undef F\n#define G \n" in text and "#define __bpf__ 1\n" in text
    assert "#define F\nint x;" in preprocess(capsys, "-dN", "t.c")
    (here / "u.c").write_text('#include "h.h"\n')
    assert '#include "h.h"\n' in preprocess(capsys, "-dI", "u.c")


# -- -M ---------------------------------------------------------------------------------------------------------------------
def test_rules(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "sys").mkdir()
    (here / "sys" / "s.h").write_text("")
    (here / "t.c").write_text('#include "h.h"\n#include <s.h>\n')
    assert cli.main("-M t.c -isystem sys".split()) == 0
    assert capsys.readouterr().out == "t.o: t.c h.h sys/s.h\n"
    assert cli.main("-MM -MP -MT x.o -MQ $y t.c -isystem sys".split()) == 0
    assert capsys.readouterr().out == "x.o $$y: t.c h.h\nh.h:\n"
    assert cli.main("-c -MMD t.c -isystem sys -o out.o".split()) == 0
    assert (here / "out.d").read_text() == "out.o: t.c h.h\n"
    assert cli.main("-E -MMD t.c -isystem sys -o out.i".split()) == 0
    assert (here / "out.d").read_text() == "out.i: t.c h.h\n"
    assert cli.main("-c -Wp,-MD,deps t.c -isystem sys".split()) == 0
    assert (here / "deps").read_text() == "t.o: t.c h.h sys/s.h\n"
    (here / "u.c").write_text('#include "made.h"\n')
    assert cli.main("-MM -MG u.c -MF rule".split()) == 0
    assert (here / "rule").read_text() == "u.o: u.c made.h\n"
    assert cli.main("-c -MD u.c".split()) == 1
    assert not (here / "u.d").exists()


def test_quoting_for_make() -> None:
    assert depend.quote("a b\\ c#d$e") == "a\\ b\\\\\\ c\\#d$$e"


def test_long_rules_are_folded(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i in range(20):
        (here / f"header{i}.h").write_text("")
    (here / "t.c").write_text("".join(f'#include "header{i}.h"\n' for i in range(20)))
    assert cli.main(["-M", "t.c"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3 and all(line.endswith(" \\") and len(line) <= 74 for line in lines[:-1])
    assert " ".join(lines).replace("\\", "").split() == ["t.o:", "t.c", *(f"header{i}.h" for i in range(20))]


@pytest.mark.parametrize(
    ("flag", "source", "shown"),
    [("-fdebug-prefix-map={0}=/src", "p.c", "/src/p.c"),
     ("-ffile-prefix-map={0}/=./", "{0}/p.c", "./p.c"), ("-fdebug-compilation-dir=/there", "p.c", "/there/p.c"),
     ("-ffile-prefix-map={0}/=./", "p.c", "./p.c"), ("-g", "p.c", "{0}/p.c")],
)  # fmt: skip
def test_paths_in_debug_information(here: Path, flag: str, source: str, shown: str) -> None:
    assert cli.main(["-g", "-O2", flag.format(here), "-c", source.format(here), "-o", "p.o"]) == 0
    assert b"\0" + shown.format(here).encode() + b"\0" in (here / "p.o").read_bytes()


def test_text_after_errors(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "t.c").write_text("int before;\n#error no\nint after;\n#include <none.h>\nint lost;\n")
    assert cli.main("-E -P t.c".split()) == 1
    assert capsys.readouterr().out == "int before;\nint after;\n"


# -- what goes wrong inside, and the library ------------------------------------------------------------------------------------
def test_internal_error_names_the_function(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(fn: object) -> int:
        raise KeyError("lost")

    monkeypatch.setattr("ebpfcc.opt.gvn.run", broken)
    assert cli.main(["-O2", "-c", "p.c"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("ebpfcc: internal error: KeyError: 'lost' while compiling function 'prog' ('p.c')\n")
    assert "Please report it" in error and "Traceback" not in error and not (here / "p.o").exists()
    with pytest.raises(ebpfcc.InternalError) as caught:
        ebpfcc.compile("p.c", flags=["-O2"])
    assert caught.value.function == "prog"
    monkeypatch.setenv("EBPFCC_DEBUG", "1")
    assert cli.main(["-O2", "-c", "p.c"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_interruption_is_silent(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(source: object, options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ebpfcc.driver.compile_source", interrupted)
    assert cli.main(["-c", "p.c"]) == 130
    assert capsys.readouterr() == ("", "")


def test_library(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = ebpfcc.compile("p.c", flags=["-O2", "-g"])
    assert result.ok and result.data is not None and result.data[:4] == b"\x7fELF"
    assert result.dependencies == ["p.c", "./h.h"] and result.diagnostics == []
    wrong = ebpfcc.compile(text="int f(void) { return A; }", name="mine.c", defines={"A": "nothing"})
    assert not wrong.ok and wrong.data is None
    assert [(d.severity, d.file, d.line) for d in wrong.diagnostics] == [("error", "mine.c", 1)]
    assert ebpfcc.compile(text="#ifdef X\nint x;\n#endif\n", flags=["-E", "-P"], defines={"X": None}).text == "int x;\n"
    assert not ebpfcc.compile("absent.c").ok
    with pytest.raises(ebpfcc.UsageError):
        ebpfcc.compile("p.c", flags=["-foo"])
    assert capsys.readouterr() == ("", "") and set(os.listdir(here)) == {"p.c", "h.h"}


def test_import_is_light() -> None:
    heavy = "argparse dataclasses subprocess pathlib typing pycparser ebpfcc.driver ebpfcc.cli re"
    code = f"import sys; before = set(sys.modules); import ebpfcc; print([m for m in {heavy.split()!r} if m in sys.modules and m not in before])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    assert done.stdout == "[]\n"
