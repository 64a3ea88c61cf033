"""What is fuzzed: functions that make one case from a random generator and run it. What they must not do is raise anything but `Wrong`
for a broken promise: the promises stand in docs/security.md."""

from __future__ import annotations

import io
import os
import random
import re
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import extremes
import mutate

import ebpfcc
from ebpfcc import btf2c, cli, host
from ebpfcc.obj.read_elf import ElfError, read_elf
from ebpfcc.obj.read_ext import Object, ObjectError
from ebpfcc.sim import SimError, Simulator
from ebpfcc.sim.maps import Map

TESTS = Path(__file__).resolve().parent.parent
STEPS = 20_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CASE = re.compile(r"\[c\]\n(.*?)(?=\n\[|\Z)", re.S)
HEADERS = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
MAPS = ("HASH", "ARRAY", "PROG_ARRAY", "PERF_EVENT_ARRAY", "PERCPU_HASH", "PERCPU_ARRAY", "STACK_TRACE", "LRU_HASH", "LPM_TRIE", "QUEUE", "STACK", "RINGBUF",
        "DEVMAP", "CPUMAP", "XSKMAP", "DEVMAP_HASH", "ARRAY_OF_MAPS", "BLOOM_FILTER")  # fmt: skip


class Wrong(AssertionError):
    """A promise is broken. text: what was given."""


# -- seeds -----------------------------------------------------------------------------------------------------------
@cache
def sources() -> list[str]:
    files = [*TESTS.glob("c/*.c"), *TESTS.glob("headers/*.c"), *TESTS.glob("machine/*.c")]
    found = [file.read_text() for file in sorted(files)]
    for file in sorted(TESTS.glob("bad/*.txt")):
        found += CASE.findall(file.read_text())
    return found + programs()


@cache
def programs() -> list[str]:
    """Whole programs. A new test changes every case that is made from `sources`, and none that is made from these."""
    return [file.read_text() for file in sorted(TESTS.parent.glob("examples/*.c"))] + [maps_program(kind) for kind in MAPS]


def maps_program(kind: str) -> str:
    """Uses a map in each way there is."""
    return f"""{HEADERS}
struct {{ __uint(type, BPF_MAP_TYPE_{kind}); __type(key, int); __type(value, long); __uint(max_entries, 8); }} m SEC(".maps");
struct {{ __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); }} ring SEC(".maps");
struct outer {{ __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, int);
    __array(values, struct {{ __uint(type, BPF_MAP_TYPE_HASH); __type(key, int); __type(value, int); __uint(max_entries, 2); }}); }} o SEC(".maps");
const volatile int most = 5; int count; long sums[4] = {{ 1, 2 }}; static const char text[] = "text %d %s"; int *where = &count;
static long each(void *map, int *key, long *value, void *data) {{ count += *key; return *value > 3; }}
static int turn(unsigned n, long *sum) {{ *sum += n; return n > 9; }}
static __attribute__((noinline)) int sum(const long *p, int n) {{ int s = 0; for (int i = 0; i < n && i < 4; i++) s += p[i]; return s; }}
SEC("xdp") int look(struct xdp_md *c) {{ int k = 1; long v = 2; bpf_map_update_elem(&m, &k, &v, 0); long *p = bpf_map_lookup_elem(&m, &k);
    if (p) {{ __sync_fetch_and_add(p, 3); v += *p; }} bpf_map_delete_elem(&m, &k); return v + sum(sums, most); }}
SEC("tc") int all(struct __sk_buff *c) {{ long s = 0; bpf_for_each_map_elem(&m, each, &s, 0); bpf_loop(20, turn, &s, 0);
    void *r = bpf_ringbuf_reserve(&ring, 16, 0); if (r) {{ *(long *)r = s; bpf_ringbuf_submit(r, 0); }}
    char b[16]; bpf_probe_read_kernel(b, sizeof b, (void *)text); bpf_trace_printk(text, sizeof text, s, b, 1); bpf_get_current_comm(b, 16);
    bpf_skb_load_bytes(c, 2, b, 8); bpf_skb_store_bytes(c, 0, b, 4, 0); bpf_map_push_elem(&m, &s, 0); bpf_map_pop_elem(&m, &s); return s; }}
SEC("xdp") int packet(struct xdp_md *c) {{ unsigned char *d = (void *)(long)c->data, *e = (void *)(long)c->data_end; if (d + 14 > e) return 1;
    bpf_xdp_adjust_head(c, -8); bpf_xdp_adjust_tail(c, 4); bpf_redirect_map(&m, 1, 0); bpf_tail_call(c, &m, 1); return c->ingress_ifindex + bpf_ktime_get_ns(); }}
SEC("raw_tp/x") int output(void *c) {{ long v[2] = {{ 1, 2 }}; bpf_perf_event_output(c, &m, 0, v, 16); bpf_ringbuf_output(&ring, v, 16, 0);
    int k = 0; void *inner = bpf_map_lookup_elem(&o, &k); if (inner) bpf_map_update_elem(inner, &k, &k, 0); return v[most & 1] + *where; }}
char _license[] SEC("license") = "GPL";
"""


@cache
def objects() -> list[bytes]:
    found = []
    for text in (*(maps_program(kind) for kind in MAPS), *(file.read_text() for file in sorted(TESTS.glob("c/*.c"))), *sources()[:14]):
        for flags in (["-O2", "-g"], ["-O0", "-g", "-mcpu=v1"], ["-O2", "-g", "--target=bpfeb"], ["-O2", "-mcpu=v4"]):
            result = ebpfcc.compile(text=text, name="seed.c", flags=flags)
            if result.data is not None:
                found.append(result.data)
    return found


@cache
def loadable() -> list[bytes]:
    """Objects that the simulator takes: those without BTF have no maps."""
    found = []
    for data in objects():
        try:
            Simulator(data)
        except SimError:
            continue
        found.append(data)
    return found


ASSEMBLY = """r0 = 0
exit
r1 += r2
w3 = w4
r0 = *(u32 *)(r1 + 8)
*(u64 *)(r10 - 8) = r1
*(u8 *)(r10 - 1) = 5
if r1 > r2 goto +1
if w1 s<= -5 goto l
if r1 & 8 goto l
l:
goto l
gotol l
call 5
call f
callx r1
r1 = 0x123456789 ll
r1 = map ll
lock *(u64 *)(r1 + 0) += r2
r0 = atomic_fetch_add((u64 *)(r1 + 0), r0)
r0 = cmpxchg_64(r1 + 0, r0, r2)
r1 = be16 r1
r1 = bswap64 r1
r2 = (s8)r3
r2 s/= r3
r1 = -r1
r1 = addr_space_cast(r1, 0, 1)
may_goto l
r0 = *(s16 *)(r1 + 2)
r1 = load_acquire((u64 *)(r1 + 0))
mov r1, 5
ldxdw r1, [r2+8]
stxw [r10-4], r1
jeq r1, 5, l
lddw r1, 0x1234567890
.byte 1, 2, 3
.word 5
.quad f
.8byte l - 1b
.ascii "text"
.string "a\\n"
.section .maps, "aw", @progbits
.text
.globl f
.type f, @function
f:
.size f, . - f
.p2align 3
.align 8
.zero 16
.space 1 << 4
.skip 100
.rept 3
.endr
.if 1
.else
.endif
.ifc a, b
.set x, 5
x = 7
.pushsection .data
.popsection
.previous
.macro m a
.endm
.org 64
.fill 4, 8, 1
.incbin "/etc/passwd"
.include "/etc/passwd"
.equ y, x + 1
.long (1 + 2) * 3 - ~4
.weak w
.hidden h
.loc 1 2 3
.file "a.c"
.cfi_startproc
.reloc 0, R_BPF_64_64, f
1: goto 1b""".split("\n")


# -- targets ---------------------------------------------------------------------------------------------------------
def flags_of(chance: random.Random) -> list[str]:
    flags = [chance.choice(("-O0", "-O1", "-O2", "-O2", "-O2", "-O3", "-Os"))]
    for flag, odds in (("-g", 0.7), ("-Wall", 0.3), ("-Wextra", 0.1), ("--target=bpfeb", 0.1), ("-mcpu=v1", 0.1), ("-mcpu=v4", 0.3), ("-std=c99", 0.05),
                       ("-S", 0.1), ("-E", 0.08), ("-ferror-limit=0", 0.1), ("-D__TARGET_ARCH_x86", 0.2), ("-fsyntax-only", 0.03), ("-C", 0.05),
                       ("-dD", 0.02), ("-trigraphs", 0.1), ("-funsigned-char", 0.05)):  # fmt: skip
        if chance.random() < odds:
            flags.append(flag)
    return flags


def compiled(text: str, flags: list[str]) -> None:
    """Compiles it and checks what is true of every compilation."""
    result = ebpfcc.compile(text=text, name="fuzz.c", flags=flags)
    messages = result.diag.text()
    if CONTROL.search(messages):
        raise Wrong("a control character in a message")
    if "out of memory" in messages:
        raise Wrong("out of memory")
    if not result.ok:
        if result.data is not None:
            raise Wrong("an object after an error")
        if not any(d.severity in ("error", "fatal error") and (d.line > 0 or "too many errors" in d.message) for d in result.diagnostics):
            raise Wrong(f"an error without a place: {messages}")
    elif result.data is not None:
        try:
            Object(result.data)
        except ObjectError as error:
            if "bytes of zeros are too many" not in str(error):  # which the reader does not make, and the compiler need not
                raise


def source(chance: random.Random) -> Callable[[], None]:
    seeds = sources()
    kind = chance.random()
    if kind < 0.12:
        text = extremes.numbers(chance)
    elif kind < 0.22:
        text = extremes.deep(chance)
    elif kind < 0.27:
        text = extremes.splice_tokens(chance, mutate.TOKEN.findall(chance.choice(seeds)), mutate.TOKEN.findall(chance.choice(seeds)))
    else:
        text = mutate.text(chance, chance.choice(seeds), chance.choice(seeds))
    if chance.random() < 0.08:
        text = extremes.odd(chance, text)
    flags = flags_of(chance)
    return lambda: compiled(text, flags)


def assembly(chance: random.Random) -> Callable[[], None]:
    rows = [chance.choice(ASSEMBLY) for _ in range(chance.randrange(1, 8))]
    text = "\n".join(rows)
    if chance.random() < 0.8:
        pieces = mutate.TOKEN.findall(text)
        foreign = mutate.TOKEN.findall(chance.choice(ASSEMBLY))
        for _ in range(chance.randrange(1, 5)):
            mutate.change(chance, pieces, foreign)
        text = "".join(pieces)
    if chance.random() < 0.1:
        text = extremes.odd(chance, text)
    quoted = "".join(c if c.isprintable() and c not in '"\\' else f"\\{ord(c) & 255:03o}" for c in text)
    if chance.random() < 0.5:
        c = f'asm("{quoted}");\nint f(int x) {{ return x; }}\n'
    else:
        operands = chance.choice(
            ("", ' : "=r"(x)', ' : "+r"(x) : "r"(y), "i"(5)', ' : "=m"(x) : "0"(y) : "r1", "memory"', ' : : "m"(*p), "g"(&x), "n"(1 << 40)')
        )
        c = f'long f(long x, long y, int *p) {{ asm volatile("{quoted}"{operands}); l: return x; }}\n'
    flags = flags_of(chance)
    return lambda: compiled(c, flags)


def mutated_object(chance: random.Random) -> Callable[[], None]:
    base = chance.choice(objects())
    kind = chance.random()
    data = extremes.objects(chance, base) if kind < 0.5 else mutate.fields(chance, base) if kind < 0.85 else mutate.flip(chance, base)
    return lambda: read(data)


def read(data: bytes) -> None:
    """All readers, and the functions of what the simulator takes."""
    for reader, error in ((read_elf, ElfError), (Object, ObjectError)):
        try:
            reader(data)
        except error:
            pass
    try:
        text = btf2c.header_of(data)
    except btf2c.BtfError:
        pass
    else:
        if CONTROL.search(text):
            raise Wrong("a control character in a header")
    try:
        simulator = Simulator(data)
    except SimError:
        return
    for name in list(simulator.image.functions)[:8]:
        try:
            simulator.run(name, limit=STEPS)
        except SimError:
            pass


def packet(chance: random.Random) -> Callable[[], None]:
    simulator = Simulator(chance.choice(loadable()), chance.randrange(100))
    calls = [one_call(chance, simulator) for _ in range(chance.randrange(1, 6))]

    def run() -> None:
        for call in calls:
            try:
                call()
            except SimError:
                pass

    return run


def some_bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 3, 4, 8, 13, 14, 20, 34, 60, 64, 192, 1500, 4096, chance.randrange(70000))))


def one_call(chance: random.Random, simulator: Simulator) -> Callable[[], object]:
    """One thing that a user of the simulator does, with arguments of a right type."""
    names = list(simulator.image.functions) or [""]
    maps: list[Map] = list(simulator.maps.values())
    limit = chance.choice((0, 1, 100, STEPS, STEPS))
    what = chance.randrange(8)
    data, more = some_bytes(chance), some_bytes(chance)
    name = chance.choice(names) if chance.random() < 0.95 else "no such"
    number = chance.choice((0, 1, -1, 1 << 32, (1 << 64) - 1, 1 << 70, chance.getrandbits(64)))
    if what <= 2 or not maps:
        return lambda: simulator.run(name, **{"data": data} if what else {}, **{"ctx": more} if what != 1 else {}, limit=limit)
    if what == 3:
        return lambda: simulator.call(name, *[number] * (number % 6), limit=limit)
    one = chance.choice(maps)
    key = chance.choice((data, bytes(one.key_size), chance.randbytes(min(one.key_size, 4096)), (1).to_bytes(4, "little")))
    value = chance.choice((more, bytes(min(one.value_size, 1 << 20)), "look", one))
    if what == 4:
        return lambda: one.update(key, value, number & 7)
    if what == 5:
        return lambda: (one.lookup(key), one.delete(key))
    if what == 6:
        return lambda: list(zip(range(100), one.items()))
    return lambda: simulator.read(number, len(data))


WORDS = """-c -S -E -O2 -O0 -Os -O -g -g0 -Wall -Wextra -Werror -w -M -MM -MD -MMD -MP -MG -MF x.d -MT t -MQ t -o out.o -o out.s -o - -o dir -o /dev/null -I . -Idir
    -isystem dir -iquote . -include a.h -include missing.h -imacros a.h -D X -DX=1 -D5 -DF(x)=x -UX -U -std=c99 -std=gnu11 -std=x -ansi -pedantic --target=bpf --target=bpfeb
    --target=x86_64-linux-gnu --target=zzz -target bpf -mcpu=v1 -mcpu=v4 -mcpu=help -mcpu=v9 -mcpu=probe -mlittle-endian -mbig-endian -x c -x c++ -x assembler -x
    cpp-output -x none a.c b.c bad.c empty.c a.h dir missing.c - -- @args @missing @loop @two @odd @many @a.c @dir @ --version --help -v -### -print-file-name=x -print-search-dirs
    -dumpmachine -dM -dD -dI -dN -P -C -H -save-temps -save-temps=obj -fverify-log=log --emit=ir --emit=x --print-after=all --print-after=gvn -ftime-report
    -ferror-limit=0 -ferror-limit=x -fno-builtin -fzzz -mattr=+alu32 -mattr=x -mllvm -bpf-stack-size=64 -mllvm x -Xclang -target-feature -Xclang +alu32 -Wp,-MD,q.d
    -Xpreprocessor -Wno-error -Werror=unused -Wzzz -nostdinc -undef -trigraphs -fsyntax-only -fdebug-prefix-map=a=b -ffile-prefix-map=a -fdebug-compilation-dir=q
    -fdiagnostics-color=always -mframe-limit=64 -mframe-limit=x -mkernel=5.4 -mkernel=x -shared -lm -L. -Wl,x -pthread -fPIC out.o -emit-llvm -flto -j
    --sysroot=dir -isysroot -idirafter dir -resource-dir q -fmax-errors=3""".split()
FILES = {"a.c": '#include "a.h"\nint f(int x) { return x + A; }\n', "b.c": "int g(void) { return 1; }\n", "bad.c": "int f(void) { return y; }\n", "empty.c": "",
         "a.h": "#define A 1\n", "args": "-O2 -g 'a.c' -o \"out.o\"\n", "dir/d.h": "int d;\n", "loop": "@loop -c a.c", "two": "-O2 @three", "three": "@two @two", "odd": "-D'A -c \\\n a.c \0 -o", "many": "-DA=1 " * 5000}  # fmt: skip


class HandedOver(BaseException):
    """The command became the host's compiler."""


@cache
def folder() -> str:
    here = tempfile.mkdtemp(prefix="ebpfcc-fuzz-")
    os.mkdir(f"{here}/dir")
    os.chdir(here)
    return here


def command(chance: random.Random) -> Callable[[], None]:
    folder()
    arguments = [chance.choice(WORDS) for _ in range(chance.randrange(1, 9))]
    if chance.random() < 0.6:
        arguments = arguments[: chance.randrange(4)] + [word for _ in range(chance.choice((1, 1, 2, 3))) for word in extremes.valued(chance)]
    if chance.random() < 0.5:
        arguments += ["-c", "a.c"]
    if chance.random() < 0.5:
        arguments.append("--target=bpf")
    if chance.random() < 0.3:
        at = chance.randrange(len(arguments))
        word = arguments[at]
        cut = chance.randrange(len(word) + 1)
        arguments[at] = word[:cut] + chance.choice(("", "\x1b[2J", "=", "-", "é", "\n", "'", "\udc80", word, ",", "99999999999999999999")) + word[cut:]
    arguments = [word.replace("/", "") if word not in ("/dev/null",) else word for word in arguments]
    return lambda: run_command(arguments)


class Stream(io.TextIOWrapper):
    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", errors="backslashreplace", write_through=True)

    def written(self) -> str:
        return bytes(self.buffer.getvalue()).decode("utf-8", "replace")  # type: ignore[attr-defined]


def run_command(arguments: list[str]) -> None:
    here = Path(folder())
    for old in here.iterdir():
        if old.is_file():
            old.unlink()
    for name, text in FILES.items():
        (here / name).write_text(text)

    def exec_instead(*_: object) -> None:
        raise HandedOver

    saved = sys.stdin, sys.stdout, sys.stderr, host.os.execv
    host.os.execv = exec_instead  # type: ignore[assignment]
    sys.stdin, out, err = Stream(b"int standard_input;\n"), Stream(), Stream()
    sys.stdout, sys.stderr = out, err
    try:
        status = cli.main(arguments)
    except HandedOver:
        return
    finally:
        sys.stdin, sys.stdout, sys.stderr, host.os.execv = saved  # type: ignore[assignment]
    messages = err.written()
    if status not in (0, 1):
        raise Wrong(f"status {status}")
    if "Traceback" in messages or "internal error" in messages:
        raise Wrong(messages)
    if CONTROL.search(messages.replace("\x1b[", "")):
        raise Wrong(f"a control character in a message: {messages!r}")
    if status and "error" not in messages:
        raise Wrong("status 1 without an error")
    left = [file.name for file in here.iterdir() if file.name.endswith(".tmp") and file.name.startswith(".")]
    if left:
        raise Wrong(f"left behind: {left}")


TARGETS: dict[str, Callable[[random.Random], Callable[[], None]]] = {
    "source": source,
    "object": mutated_object,
    "packet": packet,
    "assembly": assembly,
    "command": command,
}
WARM = {"object": objects, "packet": loadable}  # what a target needs before limits are set
