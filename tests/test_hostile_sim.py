"""What the simulator says to its caller's mistakes and to programs that ask for too much: an error with a name, in bounded time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_sim import EXIT, Word, machine

import ebpfcc
from ebpfcc.sim import BadArgument, LimitReached, SimError, Simulator, Unset
from ebpfcc.sim.machine import MOST_TRACE
from ebpfcc.target import isa as i
from ebpfcc.target.helpers import HELPERS

HEADERS = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
SECONDS = 10
MEMORY = 1 << 20  # KiB


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - began < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


def simulator(text: str) -> Simulator:
    result = ebpfcc.compile(text=HEADERS + text, flags=["-O2", "-g"])
    assert result.data is not None, result.diag.text()
    return Simulator(result.data)


def with_map(kind: str, key: str = "int", value: str = "int", entries: int = 4, body: str = "", key_literal: str = "1") -> Simulator:
    body = (
        body
        or f"{key} k = {key_literal}; {value} v = 2; long r = bpf_map_update_elem(&m, &k, &v, 0); int *p = bpf_map_lookup_elem(&m, &k); return p ? *p : (int)r;"
    )
    members = f"__uint(type, BPF_MAP_TYPE_{kind}); __type(key, {key}); __type(value, {value}); __uint(max_entries, {entries});"
    return simulator(f'struct {{ {members} }} m SEC(".maps");\nSEC("xdp") int prog(void *c) {{ {body} }}')


# -- maps ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["HASH", "ARRAY", "LRU_HASH", "PERCPU_HASH", "LRU_PERCPU_HASH", "PERCPU_ARRAY", "DEVMAP", "CPUMAP"])
def test_a_map_without_entries(kind: str) -> None:
    s = with_map(kind, entries=0)
    for use in (lambda: s.run("prog"), lambda: s.maps["m"].update(bytes(4), bytes(4)), lambda: s.maps["m"].lookup(bytes(4))):
        with pytest.raises(SimError, match="'m': max_entries is 0"):
            use()
    s.maps["m"].max_entries = 4  # as a loader sets it
    s.run("prog")


@pytest.mark.parametrize(
    ("kind", "key", "value", "text"),
    [
        ("ARRAY", "char", "int", "keys of 1 bytes"), ("LPM_TRIE", "char", "int", "keys of 1 bytes"), ("PERCPU_ARRAY", "long", "int", "keys of 8 bytes"),
        ("QUEUE", "int", "int", "keys of 4 bytes"), ("HASH", "struct { char c[600]; }", "int", "keys of 600 bytes"), ("PROG_ARRAY", "int", "long", "values of 8 bytes"),
        ("HASH", "int", "struct { }", "values of 0 bytes"),
    ],
)  # fmt: skip
def test_a_map_that_the_kernel_would_not_make(kind: str, key: str, value: str, text: str) -> None:
    s = with_map(kind, key, value, body="return bpf_map_lookup_elem(&m, c) != 0;")
    with pytest.raises(SimError, match=f"'m': .*{text}"):
        s.run("prog")


def test_what_a_program_cannot_put_into_a_map() -> None:
    body = "int k = 0, v = -1; return bpf_map_update_elem(&m, &k, &v, 0);"
    with pytest.raises(SimError, match="'m' holds programs"):
        with_map("PROG_ARRAY", body=body).run("prog")
    s = with_map("PROG_ARRAY", body="bpf_tail_call(c, &m, 0); return 5;")
    for value in (b"\xff\xff\xff\xff", 7, None):
        with pytest.raises(BadArgument, match="holds programs"):
            s.maps["m"].update(bytes(4), value)
    assert s.maps["m"].update(bytes(4), "gone") == 0
    with pytest.raises(SimError, match="names a program 'gone' that is not there"):
        s.run("prog")


@pytest.mark.parametrize(
    ("key", "value"), [(b"", bytes(4)), (bytes(5), bytes(4)), ("key1", bytes(4)), (bytes(4), bytes(3)), (bytes(4), "four"), (bytes(4), None), (7, 7)]
)
@pytest.mark.parametrize("kind", ["HASH", "ARRAY", "LRU_HASH"])
def test_keys_and_values_of_a_wrong_kind(kind: str, key: Any, value: Any) -> None:
    one = with_map(kind).maps["m"]
    with pytest.raises(BadArgument, match="key|value"):
        one.update(key, value)
    with pytest.raises(ValueError):  # which it also is
        one.update(key, value)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda s: s.run("gone"), lambda s: s.run("prog", data=5), lambda s: s.run("prog", ctx="text"), lambda s: s.call("prog", 1, 2, 3, 4, 5, 6),
        lambda s: s.new_inner("m"), lambda s: s.new_inner("gone"), lambda s: s.new_object(5), lambda s: s.read(1 << 80, 8), lambda s: s.read(-1, 8),
    ],
)  # fmt: skip
def test_mistakes(mistake: Callable[[Simulator], object]) -> None:
    s = with_map("HASH", body="return 1;").image
    with pytest.raises(SimError):
        mistake(with_map("HASH", body="return 1;"))
    assert s.functions


# -- helpers -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        "char b[16]; return bpf_get_current_comm(b, 0x7fffffff);", "char b[16]; return bpf_probe_read_kernel(b, 0x7fffffff, (void *)8);",
        "char b[16]; return bpf_probe_read_kernel_str(b, 0x7fffffff, (void *)8);", "char b[16]; return bpf_probe_read_user(b, -1, c);",
        "char b[16]; return bpf_skb_load_bytes(c, 0, b, 0x7fffffff);", "char b[16]; bpf_trace_printk(b, 0x7fffffff); return 0;",
        "long v; return bpf_strtol((char *)c, 0x7fffffff, 0, &v);", "return bpf_csum_diff(c, 0x7ffffffc, c, 0x7ffffffc, 0);",
        "return bpf_strncmp((char *)1, 0x7fffffff, (char *)2);", "char b[4]; return bpf_snprintf(b, 0x7fffffff, (char *)c, c, 0x7ffffff8);",
        "return bpf_perf_event_output(c, &ring, 0, c, 0x7fffffff);", "return bpf_ringbuf_output(&ring, c, 1000, 0);",
    ],
)  # fmt: skip
def test_huge_sizes(body: str) -> None:
    s = simulator(
        f'struct {{ __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); }} ring SEC(".maps");\nSEC("tc") int prog(struct __sk_buff *c) {{ {body} }}'
    )
    with pytest.raises(SimError):
        s.run("prog", data=bytes(20))


def helper_calls(before: list[Word]) -> Simulator:
    """A function h<number> for each helper, which calls it after some instructions."""
    return machine({f"h{number}": [*before, (i.JMP | i.CALL, 0, 0, 0, number), EXIT] for number in HELPERS})


def test_helpers_with_registers_that_hold_nothing() -> None:
    s = helper_calls([(i.JMP | i.CALL, 0, 0, 0, 5)])  # a call leaves nothing in r1 to r5
    told = []
    for number in HELPERS:
        try:
            s.call(f"h{number}")
        except SimError as error:
            told.append(type(error))
    assert told.count(Unset) > 20 and set(told) == {Unset, SimError}


@pytest.mark.parametrize("value", [0, 1, 8, -1, 0x7FFFFFFF, -0x80000000])
def test_helpers_with_odd_numbers(value: int) -> None:
    """Any error of the simulator's own, and nothing else."""
    s = helper_calls([(i.ALU64 | i.MOV, register, 0, 0, value) for register in range(1, 6)])
    ended = 0
    for number in HELPERS:
        try:
            s.call(f"h{number}", limit=1000)
            ended += 1
        except SimError:
            pass
    assert ended > 10


def test_text_to_number_of_many_digits() -> None:
    s = simulator('SEC("raw_tp") long prog(char *c) { long v; return bpf_strtol(c, 4000, 10, &v); }')
    s.run("prog", ctx=b"9" * 4096)
    assert s.r0 == (1 << 64) - 34  # -ERANGE


# -- limits --------------------------------------------------------------------------------------------------------------
def test_the_limit_counts_every_instruction() -> None:
    text = 'SEC("raw_tp") long prog(long *c) { long x = *c; asm volatile("' + "%0 += 1; " * 500 + '" : "+r"(x)); return x; }'
    s = simulator(text)
    assert s.run("prog", ctx=bytes(8)) == 500
    exact = s.steps
    assert exact > 500 and s.run("prog", ctx=bytes(8), limit=exact) == 500
    for limit in (0, 1, 250, exact - 1):
        with pytest.raises(LimitReached):
            s.run("prog", ctx=bytes(8), limit=limit)


@pytest.mark.parametrize("kind", ["ARRAY", "PERCPU_ARRAY"])
def test_for_each_over_twenty_million(kind: str) -> None:
    callback = "static long each(void *map, int *key, int *value, void *data) { return 0; }"
    body = "return bpf_for_each_map_elem(&m, each, 0, 0);"
    members = f"__uint(type, BPF_MAP_TYPE_{kind}); __type(key, int); __type(value, int); __uint(max_entries, 20000000);"
    s = simulator(f'struct {{ {members} }} m SEC(".maps");\n{callback}\nSEC("xdp") int prog(void *c) {{ {body} }}')
    with pytest.raises(LimitReached):
        s.run("prog", limit=100_000)
    with pytest.raises(SimError):
        s.run("prog", limit=1_000_000)


def test_loops_of_helpers() -> None:
    s = simulator('static long turn(unsigned n, void *c) { return 0; }\nSEC("xdp") int prog(void *c) { return bpf_loop(1 << 23, turn, 0, 0); }')
    with pytest.raises(LimitReached):
        s.run("prog", limit=1_000_000)


def test_work_inside_helpers() -> None:
    """Each call copies a value of 16 megabytes."""
    body = "int k = 0; char *v = bpf_map_lookup_elem(&m, &k); if (!v) return 1; for (int i = 0; i < 100000; i++) bpf_map_update_elem(&m, &k, v, 0); return 0;"
    s = with_map("ARRAY", value="struct { char c[1 << 24]; }", body=body)
    with pytest.raises(LimitReached, match="helpers handle more"):
        s.run("prog", limit=100_000)


@pytest.mark.parametrize(
    ("kind", "value", "loop"),
    [
        ("HASH", "struct { char c[1 << 20]; }", "int k = i; bpf_map_update_elem(&m, &k, big, 0);"), ("QUEUE", "long", "bpf_map_push_elem(&q, big, 0);"),
        ("PERF_EVENT_ARRAY", "int", "bpf_perf_event_output(c, &m, 0, big, 1 << 20);"),
    ],
)  # fmt: skip
def test_memory(kind: str, value: str, loop: str) -> None:
    maps = f"""struct {{ __uint(type, BPF_MAP_TYPE_{"HASH" if kind == "QUEUE" else kind}); __type(key, int); __type(value, {value}); __uint(max_entries, 1 << 20); }} m SEC(".maps");
struct {{ __uint(type, BPF_MAP_TYPE_QUEUE); __uint(value_size, 1 << 20); __uint(max_entries, 1 << 20); }} q SEC(".maps");
char big[1 << 20];
"""
    s = simulator(maps + f'SEC("raw_tp") int prog(void *c) {{ for (int i = 0; i < 1000000; i++) {{ {loop} }} return 0; }}')
    with pytest.raises(SimError, match="no room|helpers handle more"):
        s.run("prog")


def test_values_that_no_address_reaches() -> None:
    with pytest.raises(SimError, match="no room for"):
        with_map("ARRAY", value="struct { char c[1 << 28]; }", body="int k = 0; return bpf_map_lookup_elem(&m, &k) != 0;").run("prog")


def test_the_trace_has_an_end() -> None:
    s = simulator('SEC("xdp") int prog(void *c) { for (int i = 0; i < 10000000; i++) bpf_printk("%0500d", i); return 0; }')
    with pytest.raises(LimitReached, match="trace"):
        s.run("prog")
    assert sum(map(len, s.trace)) <= MOST_TRACE
    s = simulator('SEC("xdp") int prog(void *c) { bpf_printk("%999999999d", 1); return 0; }')
    s.run("prog")
    assert len(s.trace[0]) < 2000


def test_calls_inside_calls() -> None:
    s = simulator("__attribute__((noinline)) int f(int n) { return n ? f(n - 1) + 1 : 0; }\n")
    assert s.call("f", 8) == 8
    with pytest.raises(SimError, match="too many calls"):
        s.call("f", 1 << 30)


def test_a_function_that_python_could_not_hold() -> None:
    s = simulator('asm(".text; .globl f; .type f, @function; f: .zero 560000; .size f, . - f");\nSEC("xdp") int prog(void *c) { return 0; }')
    with pytest.raises(SimError, match="instructions: the simulator takes"):
        s.call("f")
    assert s.run("prog") == 0
