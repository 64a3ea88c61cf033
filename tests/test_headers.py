"""Our own headers: each compiles alone and twice, every macro works, sizes and numbers are the kernel's; clang agrees where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc

HERE = Path(__file__).resolve().parent
INCLUDE = HERE.parent / "ebpfcc" / "include"
STANDARD = HERE.parent / "ebpfcc" / "resource" / "include"
HEADERS = sorted(str(p.relative_to(INCLUDE)) for p in INCLUDE.rglob("*.h"))
OURS = ["-O2", "-g", "-nostdinc", f"-I{INCLUDE}", f"-I{STANDARD}", "-Wall", "-Wextra", "-Wno-unused-parameter"]
CLANG = next((c for c in ("clang-19", "clang") if shutil.which(c)), None)
MACHINES = ["x86", "arm64", "riscv", "s390", "powerpc", "loongarch"]
NEEDS_TYPES = {h for h in HEADERS if h.startswith("bpf/")}


def messages(text: str, flags: list[str]) -> list[str]:
    result = ebpfcc.compile(text=text, name="test.c", flags=[*OURS, *flags])
    assert result.ok == (result.data is not None)
    return [f"{d.file}:{d.line}: {d.severity}: {d.message}" for d in result.diagnostics]


def clang(text: str, flags: list[str], tmp_path: Path) -> str:
    if CLANG is None:
        pytest.skip("no clang")
    (tmp_path / "test.c").write_text(text)
    command = [CLANG, "--target=bpf", "-mcpu=v3", *OURS, *flags, "-c", "test.c", "-o", "test.o"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False).stderr


def alone(header: str) -> str:
    return ("#include <linux/types.h>\n" if header in NEEDS_TYPES else "") + f"#include <{header}>\n" * 2 + "int x;\n"


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_compiles_alone(header: str) -> None:
    assert messages(alone(header), []) == []


@pytest.mark.parametrize("header", HEADERS)
def test_clang_reads_a_header_alone(header: str, tmp_path: Path) -> None:
    assert clang(alone(header), [], tmp_path) == ""


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("program", ["macros.c", "uapi.c"])
def test_macros(program: str, machine: str) -> None:
    assert messages((HERE / "headers" / program).read_text(), [f"-D__TARGET_ARCH_{machine}"]) == []


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("program", ["macros.c", "uapi.c"])
def test_clang_takes_the_macros(program: str, machine: str, tmp_path: Path) -> None:
    assert clang((HERE / "headers" / program).read_text(), [f"-D__TARGET_ARCH_{machine}", "-DKSYM_EXISTS"], tmp_path) == ""


def test_ksym_exists() -> None:
    assert messages((HERE / "headers" / "macros.c").read_text(), ["-D__TARGET_ARCH_x86", "-DKSYM_EXISTS"]) == []


def test_registers_need_a_machine() -> None:
    text = "#include <vmlinux.h>\n#include <bpf/bpf_tracing.h>\nlong f(struct pt_regs *ctx) { return PT_REGS_PARM1(ctx); }\n"
    found = messages(text, [])
    assert len(found) == 1 and "Must specify a BPF target arch" in found[0]


def test_macros_and_vmlinux_together() -> None:
    """A program may take types from vmlinux.h and constants from the packet headers."""
    headers = "vmlinux.h linux/if_ether.h linux/ip.h linux/ipv6.h linux/tcp.h linux/udp.h linux/icmp.h linux/pkt_cls.h".split()
    text = "".join(f"#include <{h}>\n" for h in headers) + "int f(struct iphdr *ip) { return ip->ihl + ETH_P_IP + TC_ACT_SHOT; }\n"
    assert messages(text, []) == []


def test_helper_numbers() -> None:
    """Each helper is called by its number in enum bpf_func_id."""
    helpers = (INCLUDE / "bpf" / "bpf_helper_defs.h").read_text()
    import re

    numbers = {name: int(number) for name, number in re.findall(r"\(\*const bpf_(\w+)\)\(.*\) = \(void \*\)(\d+);", helpers)}
    assert sorted(numbers.values()) == list(range(1, 212))
    checks = "".join(f'_Static_assert(BPF_FUNC_{name} == {number}, "{name}");\n' for name, number in numbers.items())
    assert messages("#include <linux/bpf.h>\n" + checks, []) == []


@pytest.mark.parametrize("compiler", ["ebpfcc", "clang"])
def test_macros_compute(compiler: str, tmp_path: Path, libbpf: ModuleType) -> None:
    """In the kernel, where we may."""
    text, file = (HERE / "headers" / "run.c").read_text(), tmp_path / "test.o"
    if compiler == "clang":
        assert clang(text, ["-Wno-sign-compare"], tmp_path) == ""
    else:
        result = ebpfcc.compile(text=text, flags=OURS)
        assert result.ok and result.data is not None, [d.message for d in result.diagnostics]
        file.write_bytes(result.data)
    loaded = libbpf.Loaded(str(file))
    try:
        assert loaded.run("check", bytes(64))[0] == 0
    finally:
        loaded.close()


VMLINUX = "#include <vmlinux.h>\nint f(struct task_struct *t) { return t->pid; }\n"


def headers_read(flags: list[str]) -> list[str]:
    result = ebpfcc.compile(text=VMLINUX, flags=flags)
    assert result.ok, [d.message for d in result.diagnostics]
    return [path for path in result.dependencies if "vmlinux" in path]


def test_vmlinux_is_the_running_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made once and kept; a program for another machine, or a user who says so, gets the bundled one."""
    if not Path("/sys/kernel/btf/vmlinux").exists():
        pytest.skip("no type information of the kernel")
    bundled = [str(INCLUDE / "vmlinux.h")]
    monkeypatch.delenv("EBPFCC_VMLINUX", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (made,) = headers_read([])
    assert Path(made).parent == tmp_path / "ebpfcc" and "struct task_struct {" in Path(made).read_text()
    before = Path(made).stat().st_mtime_ns
    assert headers_read([]) == [made] and Path(made).stat().st_mtime_ns == before
    assert [p.name for p in (tmp_path / "ebpfcc").iterdir()] == [Path(made).name]
    assert headers_read(["-D__TARGET_ARCH_s390"]) == bundled and headers_read(["-mbig-endian"]) == bundled
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "vmlinux.h").write_text("struct task_struct { int pid; };\n")
    assert headers_read([f"-I{tmp_path / 'mine'}"]) == [str(tmp_path / "mine" / "vmlinux.h")]
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    assert headers_read([]) == ["/sys/kernel/btf/vmlinux"]  # made, and not kept
    monkeypatch.setenv("EBPFCC_VMLINUX", made)
    assert headers_read([]) == [made]
    monkeypatch.setenv("EBPFCC_VMLINUX", "")
    assert headers_read([]) == bundled
