"""What comes along for build systems, tried with those that are installed."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc import cli, flags

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = '__attribute__((section("socket"), used)) int prog(void *ctx) { return 0; }\n'
CMAKE = "cmake_minimum_required(VERSION 3.20)\nproject(t C)\nadd_library(prog OBJECT prog.bpf.c)\n"
MESON = """\
project('t', 'c')
prog = static_library('prog', 'prog.bpf.c')
custom_target('object', input: prog.extract_all_objects(recursive: false), output: 'prog.bpf.o',
  command: ['cp', '@INPUT@', '@OUTPUT@'], build_by_default: true)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and the command on PATH."""
    for name, text in (("prog.bpf.c", PROGRAM), ("CMakeLists.txt", CMAKE), ("meson.build", MESON)):
        (tmp_path / name).write_text(text)
    command = tmp_path / "bin" / "ebpfcc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m ebpfcc "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("CC", "CFLAGS", "LDFLAGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def is_bpf_with_btf(path: Path) -> bool:
    data = path.read_bytes()
    return data[:4] == b"\x7fELF" and 247 in data[18:20] and b".BTF.ext" in data


def shipped(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main([f"-print-file-name={name}"]) == 0
    path = capsys.readouterr().out[:-1]
    assert Path(path) == Path(ebpfcc.__file__).parent / "build" / name and os.path.isfile(path)
    return path


@pytest.mark.skipif(not (shutil.which("cmake") and shutil.which("make")), reason="no CMake")
def test_cmake(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("cmake", "-G", "Unix Makefiles", "-B", "out", "--toolchain", shipped("ebpfcc.cmake", capsys))
    run("cmake", "--build", "out")
    assert is_bpf_with_btf(here / "out/CMakeFiles/prog.dir/prog.bpf.c.obj")


@pytest.mark.skipif(not (shutil.which("cmake") and shutil.which("make")), reason="no CMake")
def test_cmake_without_our_file(here: Path) -> None:
    """Its checks of a compiler link: a lone object for BPF is what such a link gives."""
    (here / "CMakeLists.txt").write_text(CMAKE + "add_executable(linked.bpf.o prog.bpf.c)\nadd_library(archive STATIC prog.bpf.c)\n")
    run("cmake", "-G", "Unix Makefiles", "-B", "out", "-DCMAKE_C_COMPILER=ebpfcc", "-DCMAKE_C_FLAGS=-O2 -g")
    run("cmake", "--build", "out")
    assert is_bpf_with_btf(here / "out/CMakeFiles/prog.dir/prog.bpf.c.o")
    assert (here / "out/linked.bpf.o").read_bytes() == (here / "out/CMakeFiles/linked.bpf.o.dir/prog.bpf.c.o").read_bytes()
    assert "Clang" in next((here / "out/CMakeFiles").glob("*/CMakeCCompiler.cmake")).read_text()


def test_a_lone_object_is_linked(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBPFCC_HOST_CC", "/nonexistent/cc")
    assert cli.main(["-O2", "-g", "-c", "prog.bpf.c", "-o", "prog.o"]) == 0
    for words in (["-o", "linked"], ["-rdynamic", "-L.", "-o", "linked"], ["--target=bpf", "-o", "linked"], []):
        assert cli.main(["prog.o", *words]) == 0
        assert (here / ("linked" if words else "a.out")).read_bytes() == (here / "prog.o").read_bytes()
    assert cli.main(["prog.o", "prog.o", "-o", "two"]) == 1 and "use 'bpftool gen object'" in capsys.readouterr().err
    (here / "host.o").write_bytes(b"\x7fELF\2\1\1".ljust(18, b"\0") + b"\x3e\0")
    for words, told in ((["host.o"], "this call is for the host"), (["--target=bpf", "host.o"], "objects are not linked"), (["-c", "prog.o"], "not linked")):
        assert cli.main([*words, "-o", "none"]) == 1
        assert told in capsys.readouterr().err and not (here / "none").exists()


@pytest.mark.skipif(not (shutil.which("meson") and shutil.which("ninja")), reason="no meson")
def test_meson(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("meson", "setup", "--cross-file", shipped("ebpfcc.ini", capsys), "out")
    run("ninja", "-C", "out")
    assert is_bpf_with_btf(here / "out/prog.bpf.o")


BPF2GO = ["-O2", "-mcpu=v1", "-D__TARGET_ARCH_x86", "-Wunused-command-line-argument", "-target", "bpfel", "-c", "{dir}/prog.bpf.c", "-o", "{dir}/prog_bpfel.o",
          "-fno-ident", "-fdebug-prefix-map={dir}=.", "-fdebug-compilation-dir", ".", "-g",
          '-D__BPF_TARGET_MISSING="GCC error \\"The eBPF is using target specific macros, please provide -target that is not bpf, bpfel or bpfeb\\""']  # fmt: skip


def test_bpf2go(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The arguments that it gives, in two folders: the same object, which llvm-strip leaves its types."""
    objects = []
    for name in ("one", "two"):
        folder = here / name
        folder.mkdir()
        shutil.copy(here / "prog.bpf.c", folder)
        os.chdir(folder)
        assert cli.main([argument.format(dir=folder) for argument in BPF2GO]) == 0 and capsys.readouterr().err == ""
        objects.append((folder / "prog_bpfel.o").read_bytes())
    assert objects[0] == objects[1] and b"./prog.bpf.c" in objects[0]
    strip = shutil.which("llvm-strip") or shutil.which("llvm-strip-19")
    if strip:
        run(strip, "-g", "prog_bpfel.o")
        assert is_bpf_with_btf(here / "two" / "prog_bpfel.o")


BOOTSTRAP = """\
ARCH := $(shell uname -m | sed 's/x86_64/x86/' | sed 's/aarch64/arm64/')
SYSTEM := $(shell $(CLANG) -v -E - </dev/null 2>&1 | sed -n '/<...> search starts here:/,/End of search list./{ s| \\(/.*\\)|-idirafter \\1|p }')
.output/%.bpf.o: %.bpf.c | .output
\t$(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_$(ARCH) -I.output $(SYSTEM) -c $(filter %.c,$^) -o $@
\ttest -n "$(SYSTEM)"
.output:
\tmkdir -p $@
"""


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
def test_libbpf_bootstrap(here: Path) -> None:
    """Makefiles like its: the directories that the compiler tells of are given back to it; CMake's module reads the version."""
    (here / "Makefile").write_text(BOOTSTRAP)
    (here / "prog.bpf.c").write_text("#include <vmlinux.h>\n#include <bpf/bpf_helpers.h>\n" + PROGRAM)
    run("make", "CLANG=ebpfcc", ".output/prog.bpf.o")
    assert is_bpf_with_btf(here / ".output/prog.bpf.o")
    version = re.search(r"clang version ([^\n]+)\n", subprocess.run(["ebpfcc", "--version"], capture_output=True, text=True).stdout)
    assert version is not None and int(version[1].split(".")[0]) >= 10


def test_toolchain_files_say_what_the_command_takes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where neither is installed: the files name this compiler, its target and flags that it knows, and nothing that links."""
    cmake = Path(shipped("ebpfcc.cmake", capsys)).read_text()
    values = dict(re.findall(r'^ *set\((\w+) "?([^")]*?)"?(?: CACHE STRING "")?\)', cmake, re.M))
    assert values["CMAKE_C_COMPILER"] == "ebpfcc" and values["CMAKE_TRY_COMPILE_TARGET_TYPE"] == "STATIC_LIBRARY"
    for build in ("DEBUG_INIT", "RELEASE", "RELWITHDEBINFO", "MINSIZEREL"):
        words = [values["CMAKE_C_FLAGS_INIT"], values[f"CMAKE_C_FLAGS_{build}"], f"--target={values['CMAKE_C_COMPILER_TARGET']}"]
        options = flags.parse([*words, "-c", "prog.bpf.c"])
        assert options.debug and options.opt_level in "2s" and options.target == "bpfel"
    meson = configparser.ConfigParser()
    meson.read(shipped("ebpfcc.ini", capsys))
    assert meson["binaries"]["c"] == "['ebpfcc', '--target=bpf']" and meson["host_machine"]["cpu_family"] == "'bpf'"


def test_meson_learns_how_linker_flags_are_spelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--target=bpf", "-Wl,--version"]) == 0
    assert "GNU" in capsys.readouterr().out


def test_an_object_without_c(here: Path) -> None:
    """A call that names one source and one output makes the object, as clang's with --target=bpf and -c."""
    assert cli.main(["-O2", "-g", "prog.bpf.c", "-o", "prog"]) == 0
    assert is_bpf_with_btf(here / "prog")


def test_linker_flags_do_not_choose_the_machine(here: Path) -> None:
    assert cli.main("-O2 -g -fPIC -pthread -L. -lbpf -static -pie -c prog.bpf.c -o prog.o".split()) == 0
    assert is_bpf_with_btf(here / "prog.o")


def test_archives_do_not_turn_a_compile_into_the_hosts(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("libx.a", "x.cpp"):
        (here / name).write_text("")
        assert cli.main(["-c", "prog.bpf.c", name]) == 1
        assert f"cannot compile '{name}'" in capsys.readouterr().err
        assert not (here / "prog.bpf.o").exists()


def test_help_states_the_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "WHAT IS HANDED TO THE HOST'S COMPILER" in text and "with -c flags of the linker mean nothing" in text
    documented = (ROOT / "docs" / "build-systems.md").read_text()
    assert all(flag in documented for flag in re.findall(r"(?<= )-[a-zA-Z-]+", text.split("with a linker's flag (")[1].split(")")[0]))
