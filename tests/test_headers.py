"""Our own headers: each compiles alone and twice, every macro works, sizes and numbers are the kernel's; clang agrees where there is one."""

from __future__ import annotations

import os
import re
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
    assert len(found) == 1 and "compile with -D__TARGET_ARCH_x86" in found[0]


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
    with ebpfcc.load(file) as loaded:
        assert loaded.programs["check"].run(bytes(64)).result == 0


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


# -- beside the machine's own headers -------------------------------------------------------------------------------------
SYSTEM = (
    "string.h errno.h netinet/in.h linux/perf_event.h linux/fs.h linux/signal.h linux/unistd.h linux/if_arp.h linux/if_tunnel.h linux/netfilter.h "
    "bpf/usdt.bpf.h linux/fcntl.h linux/ioctl.h linux/net.h linux/resource.h linux/mman.h linux/poll.h linux/ipc.h linux/sem.h linux/msg.h linux/termios.h "
    "linux/time.h linux/input.h arpa/inet.h net/ethernet.h netinet/ip.h netinet/tcp.h stdlib.h stdio.h unistd.h time.h sys/syscall.h inttypes.h "
    "net/if.h net/if_arp.h netinet/ip_icmp.h netinet/in_systm.h netinet/if_ether.h netinet/udp.h netinet/ip6.h netinet/icmp6.h alloca.h ifaddrs.h"
).split()


@pytest.mark.parametrize("header", SYSTEM)
def test_with_the_machines_own_headers(header: str) -> None:
    """Whatever of them is installed; those that are the kernel's are there with libc6-dev only."""
    if not any((folder / header).exists() for folder in (INCLUDE, Path("/usr/include"))):
        pytest.skip("no headers of the kernel")
    result = ebpfcc.compile(text=f"#include <{header}>\nint x;\n", flags=["-O2", "-g"])
    assert result.ok and not result.diagnostics, str(result)


@pytest.mark.parametrize("first", ["", "vmlinux.h "])
def test_all_of_ours_together(first: str) -> None:
    """Also behind the kernel's types."""
    names = (first + "signal.h fcntl.h sys/socket.h asm/siginfo.h asm/termios.h asm/socket.h " + " ".join(h for h in SYSTEM if (INCLUDE / h).exists())).split()
    text = "".join(f"#include <{h}>\n" for h in names)
    text += "int x[] = { SIGKILL, O_CREAT, ENOENT, __NR_read, SO_REUSEPORT, ETHERTYPE_IP, CLOCK_BOOTTIME, IPPROTO_TCP };\n"
    assert messages(text, ["-D__TARGET_ARCH_x86"]) == []


LAYOUTS = {  # (files, whose <string.h> serves)
    "debian": ({"string.h": "#include <features.h>\n", "features.h": "#include <bits/wordsize.h>\n"}, "ours"),
    "fedora": ({"string.h": "#include <features.h>\n", "features.h": "#include <gnu/stubs.h>\n", "bits/wordsize.h": "",
                "gnu/stubs.h": "#ifndef __x86_64__\n# include <gnu/stubs-32.h>\n#endif\n"}, "ours"),
    "multilib": ({"string.h": "#include <features.h>\n", "features.h": "#include <gnu/stubs.h>\n", "bits/wordsize.h": "",
                  "gnu/stubs.h": "# include <gnu/stubs-32.h>\n", "gnu/stubs-32.h": ""}, "theirs"),
    "arm64": ({"string.h": "#include <features.h>\n", "features.h": "#include <gnu/stubs.h>\n", "bits/wordsize.h": "", "gnu/stubs.h": ""}, "theirs"),
    "alpine": ({"string.h": "#include <features.h>\n", "features.h": "#include <bits/alltypes.h>\n", "bits/alltypes.h": ""}, "theirs"),
    "none": ({"linux/x.h": ""}, "ours"),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layouts_of_distributions(name: str, tmp_path: Path) -> None:
    """A C library that is there for BPF goes before ours; one that is not is passed over. Headers of the kernel are the machine's."""
    files, serves = LAYOUTS[name]
    root = tmp_path / "usr" / "include"
    for path, text in {**files, "linux/errno.h": "#define THEIRS 1\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    result = ebpfcc.compile(text="#include <string.h>\n#include <linux/errno.h>\nint x = THEIRS;\n", flags=[f"--sysroot={tmp_path}"])
    assert result.ok, str(result)
    assert result.dependencies[1] == str((root if serves == "theirs" else INCLUDE) / "string.h")


def test_a_users_own_header_goes_before(tmp_path: Path) -> None:
    (tmp_path / "string.h").write_text("#define MINE 1\n")
    assert ebpfcc.compile(text="#include <string.h>\nint x = MINE;\n", flags=[f"-I{tmp_path}"]).ok


def test_glibc_with_the_hosts_macros(tmp_path: Path) -> None:
    """-D__x86_64__ chooses the part that is there."""
    root = tmp_path / "usr" / "include"
    for path, text in LAYOUTS["fedora"][0].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    result = ebpfcc.compile(text="#include <string.h>\n", flags=[f"--sysroot={tmp_path}", "-D__x86_64__"])
    assert result.ok and result.dependencies[1] == str(root / "string.h")


CONSTANTS = "signal siginfo fcntl socket sockios resource mman param poll ioctls termbits unistd_x86".split()
SIZES = {"ipcbuf": ["ipc64_perm"], "sembuf": ["semid64_ds"], "shmbuf": ["shmid64_ds", "shminfo64"], "msgbuf": ["msqid64_ds"],
         "signal": ["sigaction", "sigaltstack"], "siginfo": ["siginfo"], "termbits": ["termios"], "poll": ["pollfd"], "fcntl": ["flock"]}  # fmt: skip


@pytest.mark.skipif(os.uname().machine != "x86_64" or shutil.which("gcc") is None, reason="the numbers are compared with those of this machine")
@pytest.mark.parametrize("name", CONSTANTS)
def test_numbers_are_the_kernels(name: str, tmp_path: Path) -> None:
    text = f"#include <asm/{name}.h>\n"
    result = ebpfcc.compile(text=text, flags=["-E", "-dM", "-nostdinc", f"-I{INCLUDE}", f"-I{STANDARD}"])
    own = set(re.findall(r"^#define (\w+) ", (INCLUDE / "asm" / f"{name}.h").read_text(), re.M))
    values = [(n, v) for n, v in re.findall(r"^#define (\w+) (.*)$", result.text or "", re.M) if n in own]
    assert len(values) >= 4
    checks = "".join(f'#ifdef {n}\n_Static_assert(({n}) == ({v}), "{n}");\n#endif\n' for n, v in values)
    theirs = "#include <stddef.h>\n#include <linux/sockios.h>\n#include <asm/ioctls.h>\n#include <asm/termbits.h>\n" + text.replace("_x86", "")
    (tmp_path / "t.c").write_text(theirs + checks)
    done = subprocess.run(["gcc", "-w", "-fsyntax-only", "t.c"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]


@pytest.mark.skipif(os.uname().machine != "x86_64" or shutil.which("gcc") is None, reason="the sizes are compared with those of this machine")
def test_sizes_are_the_kernels(tmp_path: Path) -> None:
    for name, structs in SIZES.items():
        text = f"#include <linux/types.h>\n#include <stddef.h>\n#include <asm/{name}.h>\n" + "".join(f"int size_{s}[sizeof(struct {s})];\n" for s in structs)
        result = ebpfcc.compile(text=text, flags=["-S", "-O2", "-nostdinc", f"-I{INCLUDE}", f"-I{STANDARD}"])
        assert result.ok, str(result)
        sizes = dict(re.findall(r"\.size\s+size_(\w+), (\d+)", result.text or ""))
        assert sorted(sizes) == sorted(structs), result.text
        checks = "".join(f'_Static_assert(sizeof(struct {s}) * 4 == {size}, "{s}");\n' for s, size in sizes.items())
        (tmp_path / "t.c").write_text(text + checks)
        done = subprocess.run(["gcc", "-w", "-fsyntax-only", "t.c"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:2000]


def test_usdt_for_the_verifier(tmp_path: Path) -> None:
    from ebpfcc.kernel.libbpf import why_not
    from ebpfcc.kernel.verify import verify

    text = '#include <vmlinux.h>\n#include <bpf/usdt.bpf.h>\nchar LICENSE[] SEC("license") = "GPL";\nlong sum;\n'
    text += 'SEC("usdt") int BPF_USDT(probe, int a, void *b, long c) { sum += a + (long)b + c + bpf_usdt_cookie(ctx) + bpf_usdt_arg_cnt(ctx); return 0; }\n'
    text += 'SEC("usdt") int BPF_USDT(none) { sum++; return 0; }\n'
    for flags in (["-D__TARGET_ARCH_x86"], []):
        result = ebpfcc.compile(text=text, flags=["-O2", "-g", "-Wall", *flags])
        assert result.ok and not result.diagnostics and result.data is not None, str(result)
        if not why_not():
            checked = verify(result.data)
            assert checked.ok and len(checked.programs) == 2, str(checked)
