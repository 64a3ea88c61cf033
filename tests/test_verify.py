"""--verify and ebpfcc.verify: what the running kernel refuses is told at the C line that is at fault, in C terms."""

from __future__ import annotations

import errno
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc
from ebpfcc.kernel import attempt, child, explain, known, verifier_log
from ebpfcc.kernel.cost import loop_heads, table
from ebpfcc.kernel.layout import Insn
from ebpfcc.kernel.libbpf import why_not
from ebpfcc.kernel.verify import VerifyResult, verify
from ebpfcc.obj.read_ext import Line

HERE = Path(__file__).resolve().parent


def programs_of(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"verify_{name}", HERE / "verify" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases = programs_of("cases")
natural = programs_of("natural")

WHY_NOT = why_not()
needs_kernel = pytest.mark.skipif(bool(WHY_NOT), reason=f"no programs can be loaded: {WHY_NOT}")
OK = 'SEC("xdp") int prog(struct xdp_md *ctx) { return 2; }\n'
LOOP = """
static __noinline int sum(int n) {
  int total = 0;
  for (int i = 0; i < 50; i++)
    total += bpf_get_prandom_u32() + n;
  return total;
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return sum(ctx->rx_queue_index) & 1;
}
"""


def compiled(body: str, name: str = "t.c", flags: tuple[str, ...] = ("-O2", "-g")) -> bytes:
    result = ebpfcc.compile(text=cases.PRELUDE + body + "\n", name=name, flags=flags)
    assert result.data is not None, [d.text for d in result.diagnostics]
    return result.data.replace(b"GPL\0", b"own\0") if name == "license.c" else result.data


def checked(body: str, **options: bool) -> VerifyResult:
    return verify(compiled(body), **options)


# -- what is refused, and where --------------------------------------------------------------------------------------------
@needs_kernel
@pytest.mark.parametrize("name, rule, body", cases.CASES, ids=[case[0] for case in cases.CASES])
def test_the_line_and_the_reason(name: str, rule: str, body: str) -> None:
    text = cases.PRELUDE + body
    marked = next(number for number, line in enumerate(text.split("\n"), 1) if "FAULT" in line)
    result = verify(compiled(body, f"{name}.c"), count=False)
    assert not result.ok
    (program,) = result.programs
    error = program.diagnostics[0]
    told = "\n".join(d.text for d in program.diagnostics)
    assert (error.severity, os.path.basename(error.file), error.line) == ("error", f"{name}.c", marked), told
    assert program.rule == rule, told
    assert "{" not in told.replace("{lock,unlock}", "") or rule == "", told
    assert error.col > 0 and "FAULT" in error.text and error.message.strip() == error.message and "  " not in error.message
    if rule != "libbpf":
        assert program.log and program.diagnostics[-1].message
        assert any("the verifier on program 'prog'" in d.message for d in program.diagnostics)


def test_enough_cases() -> None:
    assert len(cases.CASES) >= 60
    assert len({rule for _, rule, _ in cases.CASES}) >= 40
    assert {rule for _, rule, _ in cases.CASES} <= {name for name, _, _ in explain.RULES} | {"libbpf"}


# -- notes -------------------------------------------------------------------------------------------------------------------
def notes(name: str) -> list[str]:
    body = next(body for n, _, body in cases.CASES if n == name)
    return [f"{d.line}: {d.message}" for d in checked(body).programs[0].diagnostics if d.severity == "note"]


def line_of(name: str, text: str) -> int:
    body = next(body for n, _, body in cases.CASES if n == name)
    return next(number for number, line in enumerate((cases.PRELUDE + body).split("\n"), 1) if text in line)


@needs_kernel
def test_where_the_value_came_from() -> None:
    first = notes("lookup_unchecked")[0]
    assert first.startswith(f"{line_of('lookup_unchecked', 'bpf_map_lookup_elem')}: 'v' is the result of bpf_map_lookup_elem()")
    assert "a pointer into map 'array' with values of 24 bytes, or NULL" in first and "map_value_or_null(" in first


@needs_kernel
def test_the_index_is_named() -> None:
    body = next(body for n, _, body in cases.CASES if n == "index_unbounded")
    told = checked(body).programs[0].diagnostics
    assert told[0].message.startswith("'ctx->rx_queue_index' is not bounded from above")
    assert told[1].message.startswith(
        "'ctx->rx_queue_index' is read from the context (rx_queue_index); to the verifier what is added for it is a number, 0 to "
    )


@needs_kernel
def test_the_chain_of_calls() -> None:
    found = notes("lookup_in_callee")
    assert f"{line_of('lookup_in_callee', 'return use(')}: 'use' is called from 'prog' here" in found
    assert any("argument 1 of use(): the result of bpf_map_lookup_elem()" in note for note in found)


@needs_kernel
def test_the_branches() -> None:
    found = notes("return_range")
    assert f"{line_of('return_range', 'skb->len > 100')}: this path: 'skb->len' > 100, on to line {line_of('return_range', 'FAULT')}" in found


@needs_kernel
def test_the_place_of_acquiring() -> None:
    assert f"{line_of('reference_leak', 'bpf_ringbuf_reserve')}: acquired here" in notes("reference_leak")


@needs_kernel
def test_a_global_function_is_checked_alone() -> None:
    assert any("'global' is a global function, checked on its own" in note for note in notes("global_arguments"))


# -- what is accepted -----------------------------------------------------------------------------------------------------
@needs_kernel
def test_costs() -> None:
    result = checked(LOOP.replace("i < 50", "i < 50 + (n & 1)"))
    assert result.ok and not result.diagnostics
    (program,) = result.programs
    assert program.accepted and program.section == "xdp" and not program.diagnostics
    assert program.cost is not None and program.cost.counted
    counted = sum(n for _, n in program.cost.functions)
    assert counted <= program.processed == program.cost.stats.processed < counted + 5  # where a known state is met again no instruction is logged
    assert [name for name, _ in program.cost.functions] == ["sum", "prog"]
    loop = program.cost.lines[0]
    assert loop.visits >= 50 and "bpf_get_prandom_u32" in loop.text or loop.loop
    assert any(line.loop for line in program.cost.lines)


@needs_kernel
@pytest.mark.parametrize("cpu", ["v1", "v3", "v4"])
@pytest.mark.parametrize("body", [body for _, body in natural.PROGRAMS], ids=[name for name, _ in natural.PROGRAMS])
def test_natural_programs(body: str, cpu: str) -> None:
    result = ebpfcc.verify(ebpfcc.compile(text=natural.PRELUDE + body, flags=["-O2", "-g", f"-mcpu={cpu}"]).data)
    assert result.ok, result.diagnostics


@needs_kernel
def test_costs_that_are_too_large_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebpfcc.kernel.verify.WHOLE", 4096)
    (program,) = checked(LOOP).programs
    assert program.accepted and program.cost is not None and not program.cost.counted and program.processed > 100
    assert "these are the verifier's totals alone" in table("prog", "xdp", program.cost)


@needs_kernel
def test_what_ended_a_pointer() -> None:
    assert any("the call of bpf_ringbuf_submit() here ends" in note for note in notes("used_after_submit"))
    assert not any("ends" in note for note in notes("integer_as_pointer"))


@needs_kernel
@pytest.mark.parametrize(
    "name, words",
    [
        ("null_constant", "argument 1 of bpf_task_acquire() ('(void *)0') is NULL here, which this function does not take"),
        ("null_to_kptr", "argument 2 of bpf_kptr_xchg() ('bpf_task_from_pid(1)') may be NULL here: compare it with NULL before it is passed on"),
        (
            "null_key_constant",
            "argument 2 of bpf_map_delete_elem() ('(void *)0') is NULL, where the function takes a pointer to memory (on the stack, in a map ",
        ),
        ("iterator_unchecked", "'ctx->task' may be NULL here: compare it with NULL before it is dereferenced"),
        ("current_task_followed", "'task' is an address, which cannot be followed: read what is there with BPF_CORE_READ(), or call bpf_get_current_task_b"),
        ("value_beyond", "this reaches 8 bytes at offset 8 of a value of map 'hash', which has 8 bytes: keep the offset or index within it"),
        ("value_too_small", "a value of map 'array' has 24 bytes, which argument 3 of bpf_map_update_elem() ('&small') does not have: pass the"),
        ("null_read", "'p' is NULL here, which cannot be dereferenced"),
        ("used_after_submit", "'record' is not valid any more here: the call of bpf_ringbuf_submit() before has ended what it points to"),
        ("packet_after_global", "'data' is not valid any more here: the call of pull() before has ended what it points to"),
        ("slice_after_new_dynptr", "'slice' is not valid any more here: the call of bpf_dynptr_from_mem() before has ended what it points to"),
        ("throw_under_rcu", "bpf_throw() leaves the program: what bpf_rcu_read_lock() began must be ended before"),
        ("index_far", "'far', which is added to or subtracted from a pointer to a map value here may be 2147483"),
        ("index_of_global", "'place', which is added to or subtracted from a pointer to a map value here may be negative or has no bounds"),
        ("metadata_unchecked", "'meta' may be beyond the end of the packet: before this byte is used, compare its end with data, where the metadata ends"),
        ("global_takes_memory", "argument 1 of sum() ('(struct pair *)(long)bpf_get_prandom_u32()') is a number; sum(), a global function that is checked"),
        ("released_by_parameter", "what bpf_task_release() releases must have been acquired by this program"),
        ("beyond_kernel_member", "these 17 bytes reach beyond member 'comm' of struct task_struct: keep the size within it"),
    ],
)
def test_the_words(name: str, words: str) -> None:
    body = next(body for n, _, body in cases.CASES if n == name)
    assert checked(body).programs[0].diagnostics[0].message.startswith(words)


@needs_kernel
def test_the_constant_index_is_told() -> None:
    assert any(
        "'i' is in an object whose address fill() was given; to the verifier what is added for it is the number 9" in n for n in notes("index_constant_late")
    )


@needs_kernel
def test_the_line_of_a_global_variables_value() -> None:
    body = """
unsigned size = 4;
SEC("tc") int prog(struct __sk_buff *skb) {
  char bytes[16];
  return bpf_skb_load_bytes(skb, 2, bytes,
    size) & 1;
}"""
    told = verify(compiled(body)).programs[0].diagnostics
    assert told[0].message.startswith("argument 4 of bpf_skb_load_bytes()") and told[0].line + 1 == told[1].line
    assert told[1].message.startswith("'size' is the value of 'size'; to the verifier it is a number, 0 to 4294967295")


@needs_kernel
def test_only_the_programs_named() -> None:
    two = OK.replace("prog", "one") + OK.replace("prog", "two")
    assert [p.name for p in verify(compiled(two), programs=["two"]).programs] == ["two"]


@needs_kernel
def test_every_program_of_an_object(tmp_path: Path) -> None:
    bad = next(body for n, _, body in cases.CASES if n == "lookup_unchecked")
    (tmp_path / "x.o").write_bytes(compiled(OK.replace("prog", "fine") + bad))
    result = ebpfcc.verify(tmp_path / "x.o")
    assert {p.name: p.accepted for p in result.programs} == {"fine": True, "prog": False} and not result.ok


@needs_kernel
def test_nothing_stays_pinned() -> None:
    pinned = """struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, int);
      __uint(pinning, 1); } ebpfcc_verify_pinned SEC(".maps");
    SEC("xdp") int prog(struct xdp_md *ctx) { int k = 0; return bpf_map_lookup_elem(&ebpfcc_verify_pinned, &k) != 0; }"""
    assert checked(pinned).ok
    assert not os.path.exists("/sys/fs/bpf/ebpfcc_verify_pinned")


@needs_kernel
def test_libbpf_cannot_open_it() -> None:
    result = checked('SEC("xdp") int prog(void *ctx) { return 1; }\nstruct { int *bad; } odd SEC(".maps");')
    assert not result.ok and "libbpf: " in result.diagnostics[0].message


@needs_kernel
def test_libbpf_does_not_know_the_section() -> None:
    (program,) = checked('SEC("xpd") int prog(void *ctx) { return 1; }').programs
    error = program.diagnostics[0]
    assert (
        not program.accepted and program.rule == "unknown-section" and "did you mean 'xdp'?" in error.message and error.line == len(cases.PRELUDE.split("\n"))
    )


@needs_kernel
def test_what_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["prog 'prog': BPF program load failed: Operation not permitted"]
    monkeypatch.setattr("ebpfcc.kernel.child.Child.load", lambda *_: attempt.Attempt(-errno.EPERM, "", False, said))
    (program,) = checked(OK).programs
    assert not program.accepted and program.rule == "libbpf"
    assert program.diagnostics[0].message == f"libbpf: {said[0]}"
    assert "CAP_NET_ADMIN" in program.diagnostics[1].message and "section 'xdp'" in program.diagnostics[1].message


@needs_kernel
def test_no_object() -> None:
    with pytest.raises(ValueError):
        ebpfcc.verify(b"not an object")


@needs_kernel
def test_without_line_information() -> None:
    body = '#include <linux/bpf.h>\n__attribute__((section("xdp"))) int prog(struct xdp_md *ctx) { return *(int *)0x10; }'
    result = ebpfcc.compile(text=body, flags=["-O2"])
    assert result.data is not None
    (program,) = ebpfcc.verify(result.data).programs
    error = program.diagnostics[0]
    assert program.rule == "scalar-dereference" and not error.line and error.message.startswith("in program 'prog': ")


# -- the command ----------------------------------------------------------------------------------------------------------
def command(tmp_path: Path, body: str, *flags: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "t.c").write_text(cases.PRELUDE + body + "\n")
    return run(tmp_path, "-O2", "-g", "--verify", "-c", "t.c", *flags)


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "NO_COLOR": "1"}
    start = [sys.executable, "-m", "ebpfcc", *arguments]
    return subprocess.run(start, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)


@needs_kernel
def test_the_form_of_a_refusal(tmp_path: Path) -> None:
    body = next(body for n, _, body in cases.CASES if n == "lookup_unchecked")
    done = command(tmp_path, body, "-o", "t.o", "-fverify-log=log")
    line = line_of("lookup_unchecked", "FAULT")
    assert done.returncode == 1 and not done.stdout
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f"t.c:{line}:") and lines[0].endswith(
        ": error: 'v' may be NULL here: compare it with NULL before it is dereferenced [verifier-null-dereference]"
    )
    assert lines[1] == f"{line:5d} |   return v->count; /* FAULT */"
    assert lines[2].startswith("      | ") and lines[2].endswith("^")
    assert any(note.startswith("note: the verifier on program 'prog' (section 'xdp'): R") for note in lines)
    assert lines[-1] == "1 of 1 program refused."
    assert not (tmp_path / "t.o").exists()
    assert (tmp_path / "log").read_text().startswith("== prog (xdp): refused\n0: R1=ctx()")


@needs_kernel
def test_the_form_of_the_costs(tmp_path: Path) -> None:
    done = command(tmp_path, LOOP)
    assert done.returncode == 0 and not done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("prog (xdp): accepted; ") and " of 1000000 instructions processed, " in lines[0] and "stack " in lines[0]
    assert "  processed  function" in lines and any(row.split()[-1] == "sum" for row in lines)
    assert any("  t.c:" in row and "bpf_get_prandom_u32" in row for row in lines)


def test_without_the_means(tmp_path: Path) -> None:
    (tmp_path / "t.c").write_text("int x;\n")
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "LIBBPF": "/nonexistent/libbpf.so"}
    arguments = [sys.executable, "-m", "ebpfcc", "--verify", "-g", "-c", "t.c"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (1, "ebpfcc: error: --verify: no libbpf.so.1 on this machine\n")
    assert not (tmp_path / "t.o").exists()


# -- a gate ---------------------------------------------------------------------------------------------------------------
REFUSED = next(body for name, _, body in cases.CASES if name == "null_read")
UNSIZED = """
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
SEC("xdp") int prog(struct xdp_md *ctx) {
  __u32 key = 1;
  return bpf_map_lookup_elem(&seen, &key) ? 2 : 1;
}
"""
LONG = """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int total = 0;
  for (int i = 0; i < 25000; i++) {
    total ^= bpf_get_prandom_u32();
  }
  return total & 1;
}
"""


@needs_kernel
def test_what_is_refused_leaves_the_former_object(tmp_path: Path) -> None:
    (tmp_path / "t.o").write_text("former")
    done = command(tmp_path, REFUSED, "-MD")
    assert done.returncode == 1 and "is NULL here" in done.stderr
    assert (tmp_path / "t.o").read_text() == "former" and not (tmp_path / "t.d").exists()
    assert command(tmp_path, OK, "-MD").returncode == 0
    assert (tmp_path / "t.o").read_bytes()[:4] == b"\x7fELF" and (tmp_path / "t.d").exists()


@needs_kernel
@pytest.mark.parametrize("name", ["t.o", "t.bpf", "object"])
def test_an_object_that_is_there(tmp_path: Path, name: str) -> None:
    for body, status, words in ((REFUSED, 1, "t.c:"), (OK, 0, "")):
        data = compiled(body)
        (tmp_path / name).write_bytes(data)
        done = run(tmp_path, "--verify", name)
        assert done.returncode == status and words in done.stderr and ("accepted;" in done.stdout) == (not status)
        assert (tmp_path / name).read_bytes() == data and len(list(tmp_path.iterdir())) == 1


def test_what_is_no_object(tmp_path: Path) -> None:
    (tmp_path / "t.o").write_text("int x;")
    for arguments, words in ((["t.o"], "--verify: 't.o': not an ELF64 object\n"), (["t.o", "-o", "x"], "'-o' is of no use"), (["none.o"], "no such file")):
        done = run(tmp_path, "--verify", *arguments)
        assert done.returncode == 1 and "error: " + words in done.stderr and "Traceback" not in done.stderr


@needs_kernel
def test_a_map_that_libbpf_would_not_make(tmp_path: Path) -> None:
    done = command(tmp_path, UNSIZED)
    lines = (cases.PRELUDE + UNSIZED).split("\n")
    at = next(n for n, text in enumerate(lines, 1) if "} seen SEC" in text)
    assert done.returncode == 0 and f"t.c:{at}:" in done.stderr
    assert "warning: libbpf makes map 'seen' only if it has a size: give it max_entries" in done.stderr
    assert command(tmp_path, UNSIZED, "-Werror").returncode == 1
    assert not command(tmp_path, UNSIZED.replace("} seen", "__uint(max_entries, 4); } seen")).stderr
    events = UNSIZED.replace("_HASH", "_PERF_EVENT_ARRAY").replace("__u64", "__u32")  # libbpf counts the processors
    assert not command(tmp_path, events.replace("bpf_map_lookup_elem(&seen, &key)", "bpf_perf_event_output(ctx, &seen, ~0U, &key, 4)")).stderr


@needs_kernel
def test_an_object_without_programs(tmp_path: Path) -> None:
    done = command(tmp_path, "int x;")
    assert done.returncode == 0 and done.stderr == "warning: the object has no program that could be verified [libbpf-no-program]\n"


@needs_kernel
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C at the terminal: the signal comes to all of the process group, while the kernel is at work."""
    (tmp_path / "t.c").write_text(cases.PRELUDE + LONG.replace("25000", "8000000"))
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    arguments = [sys.executable, "-m", "ebpfcc", "-O2", "-g", "--verify", "-c", "t.c"]
    process = subprocess.Popen(arguments, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text():
        time.sleep(0.02)
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "" and process.returncode == 130
    assert not (tmp_path / "t.o").exists()


@needs_kernel
def test_a_child_whose_parent_has_ended(tmp_path: Path) -> None:
    """It has no one to answer, and says nothing."""
    data = ebpfcc.compile(text=cases.PRELUDE + 'SEC("xdp") int prog(struct xdp_md *ctx) { return 1; }\n', flags="-O2 -g").data
    assert data is not None
    command = [sys.executable, "-c", child.COMMAND.format(child.PACKAGES), "object"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    process.stdout.close()
    process.stdin.write(child.LENGTH.pack(len(data)) + data)
    process.stdin.close()
    assert process.stderr.read() == b"" and process.wait(60) == -signal.SIGPIPE
    process.stderr.close()


@needs_kernel
def test_long_loops_are_counted() -> None:
    (program,) = checked(LONG).programs
    assert program.accepted and program.processed > 99_000
    assert program.cost is not None and program.cost.counted and max(line.visits for line in program.cost.lines) >= 25_000


@pytest.mark.parametrize(
    "code, heads",
    [
        ([(0x05, 2), (0xB7, 0), (0x95, 0), (0x05, -3)], []),  # the order of blocks: back, and out
        ([(0xB7, 0), (0xB7, 0), (0x55, -2), (0x95, 0)], [1]),
        ([(0xB7, 0), (0x55, 1), (0x05, -2), (0x95, 0)], [1]),
        ([(0x05, 1), (0x95, 0), (0x15, -2), (0x05, -2)], [2]),
    ],
)
def test_only_loops_are_loops(code: list[tuple[int, int]], heads: list[int]) -> None:
    class Code:
        size = len(code)

        def insn(self, at: int) -> Insn | None:
            return Insn(code[at][0], 0, 0, code[at][1], 0) if 0 <= at < self.size else None

        def line(self, at: int) -> Line:
            return Line("t.c", at, 1, "")

    assert loop_heads(Code()) == {("t.c", at) for at in heads}


# -- the log --------------------------------------------------------------------------------------------------------------
LOG = """\
0: R1=ctx() R10=fp0
; int k = ctx->rx_queue_index; @ v.c:8
0: (61) r1 = *(u32 *)(r1 +16)         ; R1=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))
1: (63) *(u32 *)(r10 -4) = r1         ; R1=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0 fp-8=mmmm????
6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=m,ks=4,vs=8)
8: (d6) if w2 s<= 0x3 goto pc+2       ; R2=scalar(smin=umin=4,smax=umax=umax32=0x7fffffff,var_off=(0x0; 0x7fffffff))
mark_precise: frame0: last_idx 8 first_idx 0 subseq_idx -1

from 8 to 11: R0=map_value_or_null(id=1,map=m,ks=4,vs=8) R2=scalar(smin=0,smax=umax=0xffffffff,smax32=3) R10=fp0 fp-8=mmmm????
11: R0=map_value_or_null(id=1,map=m,ks=4,vs=8) R2=scalar(smin=0,smax=umax=0xffffffff,smax32=3) R10=fp0 fp-8=mmmm????
11: (bf) r1 = r0                      ; R0=map_value_or_null(id=1,map=m,ks=4,vs=8) R1=map_value_or_null(id=1,map=m,ks=4,vs=8)
12: (85) call pc+2
caller:
 R10=fp0 fp-8=mmmm????
callee:
 frame1: R1=map_value_or_null(id=1,map=m,ks=4,vs=8) R2=scalar(smin=0,smax=umax=0xffffffff,smax32=3) R10=fp0
15: frame1: R1=map_value_or_null(id=1,map=m,ks=4,vs=8) R2=scalar(smin=0,smax=umax=0xffffffff,smax32=3) R10=fp0
; return *v + i; @ v.c:5
15: (79) r0 = *(u64 *)(r1 +0)
R1 invalid mem access 'map_value_or_null'
verification time 42 usec
stack depth 8+0
processed 13 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0
"""


def test_a_log_is_read() -> None:
    log = verifier_log.Log(LOG)
    assert [(s.insn, s.frame) for s in log.steps] == [(0, 0), (1, 0), (6, 0), (8, 0), (11, 0), (12, 0), (15, 1)]
    assert log.message == ["R1 invalid mem access 'map_value_or_null'"]
    assert log.state[1]["R1"] == "map_value_or_null(id=1,map=m,ks=4,vs=8)"
    assert log.state[0]["fp-8"] == "mmmm????"
    assert log.steps[1].changed["R1"] == "scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))"
    assert (log.stats.processed, log.stats.limit, log.stats.states, log.stats.stack, log.stats.microseconds) == (13, 1000000, 1, [8, 0], 42)
    assert verifier_log.visits(LOG)[15] == 1


def test_a_return_from_a_function_is_read() -> None:
    text = LOG.split("R1 invalid")[0] + (
        "16: (95) exit\nreturning from callee:\n frame1: R0=scalar() R10=fp0\nto caller at 13:\n R0=scalar() R10=fp0 fp-8=mmmm????\n"
        "\nfrom 16 to 13: R0=scalar() R10=fp0\n13: (95) exit\nR9 !read_ok\n"
    )
    log = verifier_log.Log(text)
    assert [(s.insn, s.frame) for s in log.steps[-2:]] == [(16, 1), (13, 0)]
    assert list(log.state) == [0] and log.state[0]["R0"] == "scalar()"


def test_a_state_on_the_line_of_its_instruction_is_read() -> None:
    log = verifier_log.Log("0: R1=ctx() R10=fp0\n2: (56) if w1 != 0x0 goto pc-2 1: R1=scalar(umin=1) R10=fp0\ninfinite loop detected at insn 1\n")
    assert log.steps[0].text == "if w1 != 0x0 goto pc-2" and log.state[0] == {"R1": "scalar(umin=1)", "R10": "fp0"}


@pytest.mark.parametrize(
    "state, words",
    [
        ("scalar()", "a number of which nothing is known"),
        ("scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))", "a number, 0 to 4294967295"),
        ("scalar(umin=56)", "a number, at least 56 if unsigned"),
        ("scalar(id=1,smax=4,umin=3)", "a number, at most 4, without a lower bound"),
        ("scalar(id=1,umax=0xfffffffffffffffa)", "a number, 0 to 18446744073709551610 if unsigned"),
        ("scalar(smax=0xffffffff7fffffff,umin=0x8000000000000000,umax=0xffffffff7fffffff)", "a number, at most -2147483649, without a lower bound"),
        ("scalar(smin=umin=smin32=umin32=4096,smax=umax=smax32=umax32=8192,var_off=(0x0; 0x3fff))", "a number, 4096 to 8192"),
        ("scalar(smin=0,umax=0x7fffffffffffffff)", "a number that is not negative"),
        ("scalar(smin=umin=1,umax=0x7fffffffffffffff)", "a number, at least 1, without an upper bound"),
        ("scalar(smin=-128,smax=127)", "a number, -128 to 127"),
        ("rcu_ptr_or_null_cgroup(id=7)", "a pointer under RCU, or NULL, to struct cgroup"),
        ("untrusted_ptr_bpf_map()", "an untrusted pointer to struct bpf_map"),
        ("percpu_rcu_ptr_()", "a per-CPU pointer under RCU to a kernel structure"),
        ("mem_or_null(id=2,sz=1)", "a pointer to memory of 1 byte, or NULL"),
        ("sock_or_null(id=2,ref_obj_id=2)", "a pointer to a socket, or NULL"),
        ("P3", "the number 3"),
        ("ctx()", "a pointer to the context"),
        ("pkt(r=14)", "a pointer to packet data, 14 bytes of which are known to be there"),
        ("mem_or_null(id=3,sz=8)", "a pointer to memory of 8 bytes, or NULL"),
        ("trusted_ptr_task_struct()", "a trusted pointer to struct task_struct"),
        ("fp-16", "the address of the stack, 16 bytes below its top"),
    ],
)
def test_states_in_words(state: str, words: str) -> None:
    assert known.describe(state) == words


@pytest.mark.parametrize(
    "message, rule",
    [
        ("back-edge from insn 3 to 2", "back-edge"), ("last insn is not an exit or jmp", "no-exit"), ("R1 leaks addr into map", "pointer-leak"),
        ("R2 pointer comparison prohibited", "pointer-comparison"), ("cannot call GPL-restricted function from non-GPL compatible program", "license"),
        ("tail_calls are not allowed when call stack of previous frames is 272 bytes", "tail-call-stack"), ("invalid func unknown#195896080", "co-re"),
        ("R1 type=untrusted_ptr_ expected=ptr_, trusted_ptr_, rcu_ptr_", "argument-untrusted"), ("unknown opcode 8e", "opcode"), ("unknown opcode 8d", "indirect-call"),
        ("invalid indirect read from stack R2 off -16+4 size 16", "stack-uninitialised"), ("variable stack access var_off=(0x0; 0x7) off=-8 size=1", "stack-variable"),
        ("kernel btf_id 5 is not a kernel function", "kfunc-unknown"), ("R1 must be a known constant", "constant"), ("R5 !read_ok", "uninitialised"),
        ("Caller passes invalid args into func#1 ('f')", "caller-arguments"), ("R0 cannot write into rdonly_mem", "read-only"), ("no such words", ""),
        ("exception cb only supports single integer argument", "exception-parameter"),
        ("attach to unsupported member test_2 of struct bpf_dummy_ops", "struct-ops-member"),
        ("access beyond struct task_struct at off 9999 size 4", "member-bounds"),
        ("struct ops programs must have a GPL compatible license", "license"), ("string is not zero-terminated", "constant-string"),
        ("R3 does not point to a readonly map'", "constant-string"), ("map '.data.A' has no valid bpf_spin_lock", "lock-missing"),
        ("arena's user address must be set via map_extra or mmap()", "arena-address"), ("R1 invalid rdwr buffer access: off=-4, size=4", "buffer-offset"),
        ("R2 is of type task_struct but cgroup is expected", "argument-kernel-type"), ("metadata kfuncs require device-bound program", "kfunc-device"),
        ("ldimm64 failed to find the address for kernel symbol 'runqueues'.", "ksym-address"),
        ("invalid kernel function call not eliminated in verifier pass", "kfunc-missing"),
    ],
)  # fmt: skip
def test_refusals_by_their_words(message: str, rule: str) -> None:
    found = explain.explain(message, explain.Sources())
    assert found.rule == rule
    assert found.text == message if not rule else found.text and "{" not in found.text


def test_every_explanation_can_be_made() -> None:
    """No text asks for what its pattern does not catch."""
    import re
    import string

    made = {"r", "i", "arg", "type_c", "expected_c", "n_1", "checked", "member", "uninitialised", "returns", "map_type", "is_c", "null", "added", "limit"}
    for name, pattern, text in explain.RULES:
        asked = {field for _, field, _, _ in string.Formatter().parse(text) if field}
        groups = set(re.compile(pattern.pattern).groupindex)
        assert asked <= groups | made, name
        assert not asked & {"r", "i"} or "r" in groups, name
        assert "arg" not in asked or groups & {"arg0", "arg1"}, name
