"""ebpfcc.load: objects in the running kernel, their maps and globals as Python values. What is attached sees only what the test made."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ebpfcc
from ebpfcc.kernel.program_globals import places
from ebpfcc.kernel.values import Fields, Plain, find, type_of
from ebpfcc.obj.btf import DATASEC
from ebpfcc.obj.read_ext import Object

ROOT = Path(__file__).resolve().parent.parent
PRELUDE = """\
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
"""
TYPES = """
enum color { RED = 3, BLUE, NONE = -1 };
struct point { int x, y; };
struct event {
  int pid; char comm[16]; __u8 mac[6]; unsigned short low:3, high:5; signed char small:4;
  union { __u32 v4; __u8 v6[16]; };
  struct point at[2]; enum color color; _Bool on; long long wide; void *where; float ratio; double mean; int from;
};
"""
SAMPLE = {"pid": -7, "comm": "käse", "mac": b"\1\2\3\4\5\6", "low": 5, "high": 17, "small": -3, "v6": bytes(range(16)), "at": [{"x": 1}, (2, -3)],
          "color": "BLUE", "on": True, "wide": -(1 << 63), "where": (1 << 64) - 1, "ratio": 0.5, "mean": 1e300, "from": 9}  # fmt: skip
MAPS = TYPES + "".join(
    f'struct {{ __uint(type, BPF_MAP_TYPE_{kind}); __uint(max_entries, {size}); {key} __type(value, {value}); }} {name} SEC(".maps");\n'
    for name, kind, size, key, value in (
        ("hash", "HASH", 3, "__type(key, struct event);", "long"), ("array", "ARRAY", 3, "__type(key, unsigned);", "struct point"),
        ("each", "PERCPU_HASH", 3, "__type(key, int);", "int"), ("each_index", "PERCPU_ARRAY", 2, "__type(key, int);", "long"),
        ("trie", "LPM_TRIE", 9, "__uint(map_flags, BPF_F_NO_PREALLOC); __type(key, struct point);", "int"),
        ("fifo", "QUEUE", 2, "", "struct point"), ("lifo", "STACK", 2, "", "int"),
    )
)  # fmt: skip
MAPS += """
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 3); __uint(key_size, 3); __uint(value_size, 5); } plain SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4); } jumps SEC(".maps");
SEC("xdp") int first(struct xdp_md *ctx) { bpf_tail_call(ctx, &jumps, 1); return 1; }
SEC("xdp") int second(struct xdp_md *ctx) { return 2; }
"""
SYSCALLS = (
    TYPES
    + """
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } old_events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, int); __type(value, int); } last_pids SEC(".maps");
const volatile int target;
const volatile long wanted = -1;
int seen;
char label[8] = "abc";
struct event last = { .pid = 1, .from = 5 };
static int hidden SEC(".data.own") = 4;
SEC("raw_tp/sys_enter") int on_syscall(struct bpf_raw_tracepoint_args *ctx) {
  struct event e = {};
  if ((int)(bpf_get_current_pid_tgid() >> 32) != target || ctx->args[1] != wanted) return 0;
  e.pid = target; e.wide = ++seen; e.from = hidden++;
  bpf_get_current_comm(e.comm, sizeof e.comm);
  last = e;
  bpf_ringbuf_output(&events, &e, sizeof e, 0);
  bpf_perf_event_output(ctx, &old_events, BPF_F_CURRENT_CPU, &e, sizeof e);
  return 0;
}
"""
)
SYSCALL = {"x86_64": 110, "aarch64": 173}  # getppid, of which nobody here makes use


def compiled(text: str, name: str = "t.c", **options: Any) -> ebpfcc.Result:
    return ebpfcc.compile(text=PRELUDE + text, name=name, flags="-O2 -g", raise_on_error=True, **options)


def event_type() -> Fields:
    data = compiled(TYPES + "struct event e;").data
    assert data is not None
    btf = Object(data).btf
    assert btf is not None
    number = find(btf, "struct event")
    assert number is not None and number == find(btf, "event") and find(btf, "struct evnet") is None
    found = type_of(btf, number)
    assert isinstance(found, Fields) and found.size == btf.size(number)
    return found


# -- values ------------------------------------------------------------------------------------------------------------
def test_values_go_there_and_back() -> None:
    event = event_type()
    record = event.read(event.packed(SAMPLE))
    assert (record.pid, record.comm, record.mac, record.low, record.high, record.small) == (-7, "käse", b"\1\2\3\4\5\6", 5, 17, -3)
    assert (record.v4, record.v6, record.color, record.on) == (int.from_bytes(bytes(range(4)), sys.byteorder), bytes(range(16)), 4, True)
    assert record.at == ((1, 0), (2, -3)) and record.at[1].y == -3
    assert (record.wide, record.where, record.ratio, record.mean, record[-1]) == (-(1 << 63), (1 << 64) - 1, 0.5, 1e300, 9)
    assert event.packed(record) == event.packed(SAMPLE) == event.packed(event.packed(SAMPLE))
    assert isinstance(hash(record), int)


def test_values_lie_where_the_c_program_has_them() -> None:
    text = PRELUDE + TYPES + 'struct event e = { .pid = -7, .comm = "k\\xc3\\xa4se", .mac = {1, 2, 3, 4, 5, 6}, .low = 5, .high = 17, .small = -3, '
    text += ".v6 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, .at = {{1}, {2, -3}}, .color = BLUE, .on = 1, .wide = -9223372036854775807LL - 1, "
    text += ".where = (void *)~0ul, .ratio = 0.5, .mean = 1e300, .from = 9 };\n"
    data = ebpfcc.compile(text=text, flags="-O2 -g", raise_on_error=True).data
    assert data is not None
    assert next(s.data for s in Object(data).sections if s.name == ".data") == event_type().packed(SAMPLE)


@pytest.mark.parametrize(
    "value, error, told",
    [
        ({"pid": 1 << 31}, ValueError, "pid: 2147483648 does not fit in int"), ({"low": 8}, ValueError, "low: 8 does not fit in unsigned short:3"),
        ({"small": -9}, ValueError, "small: -9 does not fit"), ({"pdi": 1}, ValueError, "struct event has no member 'pdi'"),
        ({"comm": "x" * 17}, ValueError, "has 17 bytes, more than char[16]"), ({"mac": bytes(7)}, ValueError, "7 elements for __u8[6]"),
        ({"color": "GREEN"}, ValueError, "enum color has no 'GREEN'"), ({"pid": "1"}, TypeError, "int is written as a whole number, not as '1'"),
        ({"at": [{"z": 1}]}, ValueError, "at: struct point has no member 'z'"), ((1, 2), ValueError, "2 values for the 16 members"),
        (3, TypeError, "as a mapping of its members"), (b"123", ValueError, "3 bytes for struct event"), ({"comm": 4}, TypeError, "written as text"),
        ({"at": 4}, TypeError, "a sequence of its elements"), ({"on": 2}, ValueError, "2 does not fit in _Bool"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_by_name(value: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error) as caught:
        event_type().packed(value)
    assert told in str(caught.value)


def test_bytes_of_unknown_types() -> None:
    plain = Plain(4, "the key")
    assert plain.packed(b"1234") == b"1234" and plain.read(b"12345") == b"1234"
    for wrong in (b"123", "1234", 4):
        with pytest.raises((TypeError, ValueError), match="the key"):
            plain.packed(wrong)


# -- maps --------------------------------------------------------------------------------------------------------------
def test_maps_are_dictionaries(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled(MAPS)) as loaded:
        table = loaded.maps["hash"]
        table[SAMPLE] = 5
        table[{"pid": 3}] = -6
        assert table[SAMPLE] == 5 and len(table) == 2 and sorted(table.values()) == [-6, 5]
        assert {key.pid: value for key, value in table.items()} == {-7: 5, 3: -6}
        table.update({tuple(key): 7 for key in table})
        assert set(table.values()) == {7} and {"pid": 4} not in table and table.get({"pid": 4}) is None and table.pop({"pid": 3}) == 7
        with pytest.raises(KeyError):
            del table[{"pid": 3}]
        table[{"pid": 8}] = table[{"pid": 9}] = 1
        with pytest.raises(ebpfcc.LoadError, match="map 'hash' is full: it has its 3 entries"):
            table[{"pid": 10}] = 1
        for key in table:
            del table[key]
        assert len(table) == 0 and list(table.raw.items()) == []

        points = loaded.maps["array"]
        points[1] = {"y": 4}
        assert len(points) == 3 and list(points) == [0, 1, 2] and points[1] == (0, 4) and points[1].y == 4
        assert points.raw[(1).to_bytes(4, sys.byteorder)] == bytes(4) + (4).to_bytes(4, sys.byteorder)
        with pytest.raises(KeyError):
            points[3]
        with pytest.raises(KeyError):
            points[3] = (1, 2)
        with pytest.raises(ebpfcc.LoadError, match="each of its indexes has a value"):
            del points[1]

        plain = loaded.maps["plain"]
        plain[b"abc"] = b"12345"
        assert dict(plain) == {b"abc": b"12345"}
        loaded.maps["trie"][{"x": 8, "y": 10}] = 3
        assert loaded.maps["trie"][{"x": 32, "y": 10}] == 3


def test_a_value_for_each_processor(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled(MAPS)) as loaded:
        each = loaded.maps["each"]
        with pytest.raises(TypeError, match="one for each processor"):
            each[5] = 1
        values = list(range(-1, each.shape.processors - 1))
        each[5] = values
        assert each[5] == values and dict(each) == {5: values} and len(each.raw[(5).to_bytes(4, sys.byteorder)]) == len(values)
        assert loaded.maps["each_index"][1] == [0] * len(values)


def test_queues_and_programs_in_maps(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled(MAPS)) as loaded:
        fifo, lifo = loaded.queue("fifo"), loaded.queue("lifo")
        for n in (1, 2):
            fifo.push({"x": n})
            lifo.push(n)
        assert fifo.peek() == (1, 0) and fifo.pop().x == 1 and fifo.pop() == (2, 0) and (lifo.pop(), lifo.pop()) == (2, 1)
        with pytest.raises(IndexError, match="'fifo' is empty"):
            fifo.pop()
        with pytest.raises(TypeError, match="neither a queue nor a stack"):
            loaded.queue("hash")
        program = loaded.programs["first"]
        assert program.run(bytes(64)).result == 1
        loaded.maps["jumps"][1] = loaded.programs["second"]
        ran = program.run(bytes(64), repeat=10)
        assert ran.result == 2 and ran.data == bytes(64)


def test_only_what_is_wanted(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled(MAPS), programs=["second"], max_entries={"hash": 1}) as loaded:
        assert list(loaded.programs) == ["second"] and loaded.maps["hash"].max_entries == 1
    for wrong in ({"programs": ["third"]}, {"max_entries": {"hahs": 1}}, {"globals": {"x": 1}}):
        with pytest.raises(KeyError, match="the object has no"):
            ebpfcc.load(compiled(MAPS), **wrong)  # type: ignore[arg-type]
    with pytest.raises(ebpfcc.LoadError) as caught:
        ebpfcc.load(compiled(MAPS), max_entries={"hash": 0xFFFFFFFF})
    assert "map 'hash'" in str(caught.value) and caught.value.errno and caught.value.log


# -- attached ----------------------------------------------------------------------------------------------------------
WANTED = 0x6BDFCC01


def call_once() -> None:
    """A system call that the program counts: the number with an argument that it does not have."""
    ctypes.CDLL(None).syscall(SYSCALL[os.uname().machine], WANTED, 0, 0)


def argument_program() -> ebpfcc.Result:
    """ctx->args[0] is struct pt_regs; its first argument is read with the machine's layout."""
    read = {
        "x86_64": "unsigned long a; bpf_probe_read_kernel(&a, 8, (void *)ctx->args[0] + 112);",
        "aarch64": "unsigned long a; bpf_probe_read_kernel(&a, 8, (void *)ctx->args[0]);",
    }[os.uname().machine]
    text = SYSCALLS.replace("  struct event e = {};", f"  struct event e = {{}};\n  {read}").replace("ctx->args[1] != wanted", "a != wanted")
    return compiled(text)


def test_a_program_sees_this_process(libbpf: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "seen.bpf.o"
    argument_program().write(path)
    with ebpfcc.load(path, globals={"target": os.getpid(), "wanted": WANTED, "label": "xyz"}) as loaded:
        assert loaded.globals["label"] == "xyz" and loaded.globals["last"].pid == 1 and loaded.globals["hidden"] == 4
        links = loaded.attach()
        assert [link.name for link in links] == ["program 'on_syscall' (section 'raw_tp/sys_enter')"]
        ring, perf = loaded.ring_buffer("events", "struct event"), loaded.perf_buffer("old_events", "event")
        raw = loaded.ring_buffer("events")
        assert ring.read(0) == []
        for _ in range(3):
            call_once()
        assert select.select([ring], [], [], 10)[0]
        records = ring.read(10)
        assert [(r.pid, r.wide, r[-1]) for r in records] == [(os.getpid(), n, n + 3) for n in (1, 2, 3)]
        assert records[0].comm == Path("/proc/self/comm").read_text()[:-1]
        assert [r.wide for r in perf.read(10)] == [1, 2, 3] and perf.lost == 0
        assert loaded.globals["seen"] == 3 and loaded.globals["last"] == records[2] and loaded.globals["hidden"] == 7
        loaded.globals["seen"], loaded.globals["hidden"] = 40, 50
        loaded.globals["last"] = {"comm": "new"}
        assert loaded.globals["last"].wide == 3 and loaded.globals["last"].comm == "new"
        call_once()
        (data,) = raw.read(10)
        assert event_type().read(data).wide == 41 and event_type().read(data)[-1] == 50
        with pytest.raises(ebpfcc.LoadError, match="'target' is const"):
            loaded.globals["target"] = 1
        assert loaded.globals["target"] == os.getpid()
        with pytest.raises(ebpfcc.LoadError, match="has no type 'struct evnet'"):
            loaded.ring_buffer("events", "struct evnet")
        links[0].detach()
        call_once()
        assert ring.read(0) == [] and not links[0].attached
    assert repr(loaded) == "<Loaded closed>"
    for closed in (lambda: ring.read(0), ring.fileno):
        with pytest.raises(ebpfcc.LoadError, match="is closed"):
            closed()


def test_a_ring_buffer_is_an_iterator(libbpf: ModuleType) -> None:
    with ebpfcc.load(argument_program(), globals={"target": os.getpid(), "wanted": WANTED}) as loaded:
        loaded.attach()
        ring = loaded.ring_buffer("events", "event")
        threading.Timer(0.2, call_once).start()
        threading.Timer(0.4, call_once).start()
        found = []
        for record in ring:
            found.append(record.wide)
            if len(found) == 2:
                break
        assert found == [1, 2]


def test_a_socket_filter(libbpf: ModuleType) -> None:
    text = 'int packets; SEC("socket") int keep(struct __sk_buff *skb) { packets++; return skb->len > 4 ? 3 : 0; }'
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs, ebpfcc.load(compiled(text)) as loaded:
        theirs.setblocking(False)
        with loaded.programs["keep"].attach_socket(theirs):
            ours.send(b"tiny")
            ours.send(b"longer")
            assert theirs.recv(100) == b"lon" and loaded.globals["packets"] == 2
            with pytest.raises(BlockingIOError):
                theirs.recv(100)
        ours.send(b"tiny")
        assert theirs.recv(100) == b"tiny"


IN_NAMESPACE = """
import socket, sys
import ebpfcc
DROP = sys.argv[1]
source = '''
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
int packets;
SEC("xdp") int drop_xdp(struct xdp_md *ctx) { packets++; return XDP_DROP; }
SEC("tc") int drop_tc(struct __sk_buff *skb) { packets++; return 2; }
char LICENSE[] SEC("license") = "GPL";
'''
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 0))
receiver.settimeout(0.3)
def arrives():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", receiver.getsockname())
    try:
        return receiver.recv(10) == b"hello"
    except TimeoutError:
        return False
assert arrives()
with ebpfcc.load(ebpfcc.compile(text=source, flags="-O2 -g")) as loaded:
    program = loaded.programs[DROP]
    link = program.attach_xdp("lo") if DROP == "drop_xdp" else program.attach_tc("lo", egress="egress" in sys.argv)
    assert not arrives() and loaded.globals["packets"] == 1
    try:
        loaded.programs["drop_xdp"].attach_xdp("absent")
    except ebpfcc.LoadError as error:
        assert "no network interface 'absent'" in str(error)
    else:
        raise AssertionError
assert arrives()
print("done")
"""


@pytest.mark.skipif(not shutil.which("unshare") or not shutil.which("ip"), reason="no unshare, or no ip")
@pytest.mark.parametrize("arguments", ["drop_xdp", "drop_tc", "drop_tc egress"])
def test_a_network_interface(libbpf: ModuleType, arguments: str) -> None:
    """The loopback of a network namespace of its own."""
    script = f'ip link set lo up && exec "{sys.executable}" -c "$0" {arguments}'
    command = ["unshare", "-n", "sh", "-c", script, IN_NAMESPACE]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120)
    assert done.stdout == "done\n", done.stderr


def test_a_uprobe_of_this_process(libbpf: ModuleType) -> None:
    text = '#include <linux/ptrace.h>\nint calls, returned; SEC("uprobe") int on_call(void *ctx) { calls++; return 0; }\n'
    text += 'SEC("uretprobe") int on_return(void *ctx) { returned++; return 0; }'
    libc = ctypes.CDLL(None)
    path = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libc.so" in line or "/libc-" in line)
    with ebpfcc.load(compiled(text)) as loaded:
        try:
            loaded.programs["on_call"].attach_uprobe(path, "ffs", process=0)
        except ebpfcc.LoadError as error:
            pytest.skip(f"this machine has no uprobes: {error}")
        loaded.programs["on_return"].attach_uprobe(path, "ffs", process=0, returns=True)
        assert libc.ffs(8) == 4
        assert (loaded.globals["calls"], loaded.globals["returned"]) == (1, 1)


def test_an_iterator(libbpf: ModuleType) -> None:
    text = """#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
SEC("iter/bpf_map") int dump(struct bpf_iter__bpf_map *ctx) {
  if (ctx->map) BPF_SEQ_PRINTF(ctx->meta->seq, "%s\\n", ctx->map->name);
  return 0;
}
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, int); } for_the_list SEC(".maps");
"""
    with ebpfcc.load(ebpfcc.compile(text=text, flags="-O2 -g", raise_on_error=True)) as loaded:
        assert b"for_the_list" in loaded.programs["dump"].read_iterator().split()


def test_nothing_stays_in_the_kernel(libbpf: ModuleType) -> None:
    def open_descriptors() -> list[str]:
        return sorted(os.listdir("/proc/self/fd"))

    compiled(SYSCALLS)
    before = open_descriptors()
    loaded = ebpfcc.load(argument_program(), globals={"target": os.getpid()})
    loaded.attach()
    loaded.ring_buffer("events")
    loaded.perf_buffer("old_events")
    assert len(open_descriptors()) > len(before)
    loaded.close()
    loaded.close()
    assert open_descriptors() == before
    with pytest.raises(ZeroDivisionError), ebpfcc.load(argument_program()) as loaded:
        loaded.attach()
        raise ZeroDivisionError
    assert open_descriptors() == before
    with pytest.raises(ebpfcc.LoadError):
        ebpfcc.load(argument_program(), max_entries={"last_pids": 0xFFFFFFFF})
    assert open_descriptors() == before


# -- refused -----------------------------------------------------------------------------------------------------------
REFUSED: list[tuple[str, str, int, str]] = [
    ('SEC("xdp") int prog(struct xdp_md *ctx) { int k = 0; long *v = bpf_map_lookup_elem(&m, &k);\n  return *v; }', "verifier-null-dereference", 7, "'v' may be NULL"),
    ('\n\nSEC("xpd") int prog(void *ctx) { return 0; }', "libbpf-unknown-section", 8, "did you mean 'xdp'"),
    ('SEC("fentry/do_unlinkatt") int prog(void *ctx) { return 0; }', "libbpf-unknown-hook", 6, "did you mean 'do_unlinkat'"),
]  # fmt: skip
A_MAP = 'struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, int); __type(value, long); } m SEC(".maps");\n'


@pytest.mark.parametrize("text, rule, line, told", REFUSED, ids=[rule for _, rule, _, _ in REFUSED])
def test_refused_at_the_line_of_c(libbpf: ModuleType, text: str, rule: str, line: int, told: str) -> None:
    with pytest.raises(ebpfcc.LoadError) as caught:
        ebpfcc.load(compiled(A_MAP + text, "refused.c"))
    first = caught.value.diagnostics[0]
    assert (first.severity, first.file, first.line, first.flag) == ("error", "refused.c", line, rule), str(caught.value)
    assert told in first.message and str(caught.value).startswith(f"refused.c:{line}:") and caught.value.log and caught.value.errno


def test_no_object(libbpf: ModuleType, tmp_path: Path) -> None:
    result = ebpfcc.compile(text="int x = y;", name="wrong.c")
    source = tmp_path / "p.c"
    source.write_text("int x;")
    cases: list[tuple[Any, str]] = [
        (result, "wrong.c:1:9: error: "), (b"no object", "^not an ELF64 object"), (tmp_path / "absent.o", "No such file"),
        (source, re.escape(f"{source}: not an ELF64 object")),
    ]  # fmt: skip
    for source, told in cases:
        with pytest.raises(ebpfcc.LoadError, match=told):
            ebpfcc.load(source)


def test_what_cannot_be_attached(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled('SEC("xdp") int prog(struct xdp_md *ctx) { return 0; }')) as loaded:
        program = loaded.programs["prog"]
        with pytest.raises(ebpfcc.LoadError, match=r"do not say what to attach to \('xdp'\)"):
            loaded.attach()
        with pytest.raises(ebpfcc.LoadError, match=r"its section does not say what to attach to, use attach_xdp\(\)"):
            program.attach()
        attempts: list[Callable[[], object]] = [program.attach, lambda: program.attach_kprobe("no_such_function"), lambda: program.run(b"short")]
        for attempt in attempts:
            with pytest.raises(ebpfcc.LoadError, match=r"program 'prog' \(section 'xdp'\) cannot be") as caught:
                attempt()
            assert caught.value.errno in (errno.EOPNOTSUPP, errno.ENOENT, errno.EINVAL)
        assert loaded.links == []


def test_no_buffer(libbpf: ModuleType) -> None:
    with ebpfcc.load(compiled(A_MAP + 'SEC("xdp") int prog(struct xdp_md *ctx) { return 0; }')) as loaded:
        with pytest.raises(TypeError, match="map 'm' is of type hash, not ringbuf"):
            loaded.ring_buffer("m")
        with pytest.raises(TypeError, match="map 'm' is of type hash, not perf_event_array"):
            loaded.perf_buffer("m")


def test_threads_load_at_once(libbpf: ModuleType) -> None:
    """libbpf's messages go through one place for the process: each thread gets its own."""
    results: dict[int, str] = {}

    def run(n: int) -> None:
        try:
            ebpfcc.load(compiled(f'SEC("fentry/no_such_{n}") int prog(void *ctx) {{ return 0; }}'))
        except ebpfcc.LoadError as error:
            results[n] = str(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"'no_such_{n}'" in results[n] for n in range(4)) and not any("'no_such_1'" in results[n] for n in (0, 2, 3))


def test_where_nothing_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ebpfcc.kernel.load.why_not", lambda: "no libbpf.so.1 on this machine")
    with pytest.raises(ebpfcc.LoadError, match="no libbpf"):
        ebpfcc.load(compiled(""))


def test_sections_of_globals() -> None:
    """Offsets are those of the symbols, whether BTF has them (a linked object) or 0 (one from the compiler)."""
    data = compiled(SYSCALLS).data
    assert data is not None
    found = places(Object(data))
    btf = Object(data).btf
    assert btf is not None and {t.name for t in btf.types if t.kind == DATASEC} >= {".rodata", ".data", ".bss", ".data.own"}
    assert {name: place.section for name, place in found.items()} == {
        "target": ".rodata", "wanted": ".rodata", "seen": ".bss", "label": ".data", "last": ".data", "hidden": ".data.own",
    }  # fmt: skip
    assert found["label"].offset != found["last"].offset
