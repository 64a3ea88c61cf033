"""Messages of libbpf's stage, of what will be refused there, and of misspelled keywords; every rule has a name that `--explain` knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.kernel import stage
from ebpfcc.kernel.libbpf import why_not
from ebpfcc.obj.read_ext import Object
from ebpfcc.target import map_types as M
from ebpfcc.target.map_rules import fault
from ebpfcc.target.near import nearest, one_slip
from ebpfcc.target.sections import is_recent, section_meant

ROOT = Path(__file__).resolve().parent.parent
needs_kernel = pytest.mark.skipif(bool(why_not()), reason="no programs can be loaded here")
PRELUDE = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
LICENSE = 'char LICENSE[] SEC("license") = "GPL";\n'
MAP = "struct {{ __uint(type, BPF_MAP_TYPE_{}); __type(key, {}); __type(value, __u64); __uint(max_entries, 4); }} m{};\n"
USE = 'SEC("xdp") int p(struct xdp_md *ctx) { __u64 k = 0; return bpf_map_lookup_elem(&m, &k) ? 1 : 2; }\n'


def compiled(text: str, flags: str = "-O2 -g") -> ebpfcc.Result:
    return ebpfcc.compile(text=PRELUDE + text + LICENSE, name="t.c", flags=flags)


def told(text: str, flags: str = "-O2 -g") -> list[str]:
    return [f"{d.line - 2}:{d.col}: {d.message} [{d.flag}]" for d in compiled(text, flags).diagnostics if d.severity != "note"]


# -- while compiling ----------------------------------------------------------------------------------------------------
def test_the_key_of_an_array_is_told_at_the_map() -> None:
    text = MAP.format("ARRAY", "__u64", ' SEC(".maps")') + USE
    assert told(text) == [f"1:{text.index(' m ') + 2}: the key of map 'm' has 8 bytes: an array is indexed by 4 bytes, as __u32 [-Wbpf-map]"]
    assert told(MAP.format("HASH", "__u64", ' SEC(".maps")') + USE) == told(MAP.format("ARRAY", "int", ' SEC(".maps")') + USE) == []


def test_a_map_outside_its_section() -> None:
    (message,) = told(MAP.format("HASH", "__u64", "") + USE)
    assert "'m' is defined as a map is, but not in section '.maps'" in message and message.endswith("[-Wbpf-map]")
    assert told(MAP.format("HASH", "__u64", "") + USE, "-O2 -Wno-bpf-map") == []
    assert compiled(MAP.format("HASH", "__u64", "") + USE, "-O2 -Werror").ok  # clang has no such warning: its builds go on
    assert told("struct { int type; int key; } m;\n") == []


def test_a_section_that_is_almost_one() -> None:
    text = 'SEC("xpd") int p(void *ctx) { return 2; }\n'
    assert told(text) == ["1:16: libbpf knows no programs of section 'xpd', where function 'p' is; did you mean 'xdp'? [-Wbpf-section]"]
    for section in ("xdp", "?xdp", "mine", "tc1", "kprobe/x", "classifier/x", "?tc", ".struct_ops", "?.struct_ops"):
        assert told(text.replace("xpd", section)) == [], section
    assert [section_meant(s) for s in ("kporbe/f", "?fenrty/f", "tracepont/a/b", "xdp/x")] == ["kprobe/f", "?fentry/f", "tracepoint/a/b", ""]


@pytest.mark.parametrize(
    ("line", "word", "meant"),
    [
        ("int f(int a) { retrun a + 1; }", "retrun", "return"), ("strcut s { int a; };", "strcut", "struct"),
        ("int f(strcut s *p) { return 0; }", "strcut", "struct"), ("int f(int a) { whlie (a) a--; return a; }", "whlie", "while"),
        ("int f(int a) { swtich (a) { case 1: return 2; } return 0; }", "swtich", "switch"), ("unsinged int k;", "unsinged", "unsigned"),
        ("statci int l;", "statci", "static"), ("int f(int a) { for (;;) { if (a) brek; } }", "brek", "break"),
        ("int f(int a) { if (a) { return 1; } esle { return 2; } }", "esle", "else"), ("typdef int number;", "typdef", "typedef"),
        ("int f(void) { retrun; }", "retrun", "return"), ("int f(int a) { fro (a = 0; a < 3; a++) { } return a; }", "fro", "for"),
    ],
)  # fmt: skip
def test_misspelled_keywords(line: str, word: str, meant: str) -> None:
    first = ebpfcc.compile(text=line + "\n", name="t.c").diagnostics[0]
    assert first.severity == "error" and first.message.endswith(f"'{word}'; did you mean '{meant}'?")
    assert (first.line, first.col, first.fixit) == (1, line.index(word) + 1, meant)


@pytest.mark.parametrize(
    ("line", "word", "way"),
    [
        ("constexpr int N = 3;", "constexpr", "keyword"), ("int f(void) { constexpr int y = 2; return y; }", "constexpr", "keyword"),
        ("int *f(void) { return nullptr; }", "nullptr", "keyword"),
        ("static_assert(sizeof(int) == 4);", "static_assert", "<assert.h>"), ("alignas(16) int a;", "alignas", "<stdalign.h>"),
    ],
)  # fmt: skip
def test_keywords_of_a_later_standard(line: str, word: str, way: str) -> None:
    """Each error of one has a note with what to do, at the word."""
    text = {"keyword": f"'{word}' is a keyword from C23 on: compile with -std=gnu23"}.get(way, f"'{word}' is declared in {way}, which is not included")
    found = ebpfcc.compile(text=line + "\n", name="t.c").diagnostics
    assert [(d.severity, d.message, d.col) for d in found][1:] == [("note", text, line.index(word) + 1)], found
    assert ebpfcc.compile(text=line + "\n", name="t.c", flags="-std=gnu23 -Wno-unused").data is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("struct s { int a; };", "enum s { A };"), ("enum s { A };", "struct s *p;"), ("struct s;", "union s { int a; };"),
        ("typedef unsigned s;", "typedef int s;"), ("typedef struct { int a; } s;", "typedef int s;"), ("int s;", "typedef int s;"),
        ("enum { s };", "typedef int s;"), ("int s(void);", "typedef int s;"), ("struct s { int a; };", "struct s { int a; };"),
    ],
)  # fmt: skip
def test_a_note_tells_what_was_there_before(before: str, after: str) -> None:
    found = ebpfcc.compile(text=f"{before}\n{after}\n", name="t.c").diagnostics
    assert [(d.severity, d.line) for d in found] == [("error", 2), ("note", 1)], found
    assert found[1].message in ("previous use is here", "previous definition is here")


def test_nothing_is_unused_after_an_error() -> None:
    text = "static int g(void) { return 1; }\nint f(int p) { int unused; nosuch(); return 0; }\n"
    assert [d.severity for d in ebpfcc.compile(text=text, name="t.c", flags="-Wall -Wextra").diagnostics] == ["error"]
    unused = ebpfcc.compile(text=text.replace("nosuch();", ""), name="t.c", flags="-Wall -Wextra -Werror").diagnostics
    assert sorted(str(d.flag) for d in unused) == [f"-Werror,-Wunused-{what}" for what in ("function", "parameter", "variable")]


def test_names_that_only_look_like_keywords() -> None:
    text = "typedef int shot; struct t { int cost; }; int form(shot a, struct t *p) { return p->cost p->cost; }\n"
    assert ebpfcc.compile(text=text).diagnostics[0].message == "expected ';' after return statement"
    assert nearest("fo", ["for"]) == "" and not one_slip("for", "for") and not one_slip("abc", "cba") and one_slip("abc", "abcd")


# -- names that nothing declares ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("int f(void) { return ETH_P_IP; }", "'ETH_P_IP' is declared in <linux/if_ether.h>, which is not included"),
        ("#include <vmlinux.h>\nint f(void) { return ETH_P_IP; }", "<vmlinux.h> has no macros: write '#define ETH_P_IP 0x0800'"),
        ("int f(int a) { return bpf_ntohs(a); }", "'bpf_ntohs' is declared in <bpf/bpf_endian.h>, which is not included"),
        ("int f(int a) { return htons(a); }", "a BPF program cannot call 'htons': use bpf_htons() of <bpf/bpf_endian.h>"),
        ("struct iphdr; int f(struct iphdr *p) { return p->ttl; }", "'struct iphdr' is declared in <linux/ip.h>, which is not included"),
        ("int f(void) { return NOTHING_HAS_THIS; }", ""), ("#include <linux/if_ether.h>\n#undef ETH_P_IP\nint f(void) { return ETH_P_IP; }", ""),
    ],
)  # fmt: skip
def test_where_a_name_comes_from(text: str, note: str) -> None:
    told = ebpfcc.compile(text=text + "\n", name="t.c").diagnostics
    assert told[0].severity == "error"
    assert [d.message for d in told if d.severity == "note" and "declared here" not in d.message] == ([note] if note else [])


def test_macros_that_are_not_defined_are_told_once() -> None:
    text = 'SEC("xdp") int f(void) { return 1; }\nSEC("tc") int g(void) { return 1; }\n'
    told = ebpfcc.compile(text=text, name="t.c").diagnostics
    assert [(d.line, d.col, d.message) for d in told] == [(1, 1, "'SEC' is a macro of <bpf/bpf_helpers.h>, which is not included")]


def test_a_header_beside_vmlinux() -> None:
    for first, second in (("vmlinux.h", "linux/bpf.h"), ("linux/bpf.h", "vmlinux.h")):
        told = ebpfcc.compile(text=f"#include <{first}>\n#include <{second}>\nint x;\n", name="t.c").diagnostics
        assert [(d.severity, d.line) for d in told] == [("fatal error", 2)] and "include either <vmlinux.h>" in told[0].message
    mine = "#include <vmlinux.h>\nstruct task_struct { int x; };\n"
    assert "redefinition of 'struct task_struct'" in ebpfcc.compile(text=mine, name="t.c").diagnostics[0].message


def test_a_variable_that_is_zero_is_no_null_pointer() -> None:
    text = (
        "int g(const void *p); struct s { int m; }; int f(struct s *q) { int k = 0; struct s t = {}; int a[2] = {}; return g(k) + g(t.m) + g(a[1]) + g(0); }\n"
    )
    told = [d for d in ebpfcc.compile(text=text, name="t.c").diagnostics if d.severity == "error"]
    assert [d.flag for d in told] == ["-Wint-conversion"] * 3


# -- programs, contexts and maps ----------------------------------------------------------------------------------------
def test_the_context_of_another_type() -> None:
    for section, tag, wrong in (("xdp", "__sk_buff", True), ("?tc/x", "xdp_md", True), ("xdp", "xdp_md", False), ("xdp", "mine", False),
                                ("tcx/ingress", "__sk_buff", False), ("sk_lookup", "bpf_sock", False), ("cgroup_skb/egress", "xdp_md", True),
                                ("mine", "xdp_md", False), ("perf_event", "pt_regs", False), ("xdp", "bpf_perf_event_data", True)):  # fmt: skip
        found = told(f'struct mine; SEC("{section}") int p(struct {tag} *ctx) {{ return 1; }}\n')
        assert [d for d in found if "bpf-context" in d] == found and bool(found) is wrong, (section, tag, found)


def test_sizes_of_keys_and_values() -> None:
    maps = "struct flow { __u64 a, b; };\n" + MAP.format("HASH", "__u64", ' SEC(".maps")').replace("(value, __u64", "(value, struct flow")
    program = 'SEC("xdp") int p(struct xdp_md *ctx) {{ {} return 1; }}\n'

    def found(body: str) -> list[str]:
        return [d.partition(": ")[2] for d in told(maps + program.format(body))]

    both = found("__u32 k = 0; __u64 v = 0; bpf_map_update_elem(&m, &k, &v, 0);")
    assert both == [
        "'k' has 4 bytes, and a key of map 'm' has 8: declare it as '__u64' [-Wbpf-map]",
        "'v' has 8 bytes, and a value of map 'm' has 16: declare it as 'struct flow' [-Wbpf-map]",
    ]
    assert found("__u64 k = 0; struct flow v = {}; bpf_map_update_elem(&m, &k, &v, 0);") == []
    assert found("__u64 k[3] = {}; bpf_map_delete_elem(&m, &k[2]); bpf_map_delete_elem(&m, k + ctx->rx_queue_index);") == []
    assert found("static __u32 k; bpf_map_delete_elem(&m, &k);") == ["'k' has 4 bytes, and a key of map 'm' has 8: declare it as '__u64' [-Wbpf-map]"]


@pytest.mark.parametrize(
    ("kind", "key", "value", "flags", "words"),
    [
        (M.RINGBUF, 0, 8, 0, "leave out 'value'"), (M.RINGBUF, 0, 0, 0, ""), (M.QUEUE, 4, 8, 0, "leave out 'key'"), (M.STACK, 0, 8, 0, ""),
        (M.LPM_TRIE, 8, 1, 0, "BPF_F_NO_PREALLOC"), (M.LPM_TRIE, 8, 1, 1, ""), (M.LPM_TRIE, 4, 1, 1, "a struct of a __u32"),
        (M.SK_STORAGE, 4, 8, 0, "BPF_F_NO_PREALLOC"), (M.ARRAY, 8, 8, 0, "as __u32"), (M.HASH, None, None, None, ""), (M.ARRAY, 4, 8, 0, ""),
    ],
)  # fmt: skip
def test_rules_of_maps(kind: int, key: int | None, value: int | None, flags: int | None, words: str) -> None:
    text = fault("m", kind, key, value, flags)
    assert words in text if words else text == ""


# -- what libbpf says ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "section", "rule", "text"),
    [
        ("BTF is required, but is missing or corrupted.", "", "no-btf", "compile with -g"),
        ("prog 'p': missing BPF prog type, check ELF section name '.text'", ".text", "no-section", "function 'p' is in no section"),
        ("prog 'p': missing BPF prog type, check ELF section name 'xpd'", "xpd", "unknown-section", "no programs of section 'xpd'; did you mean 'xdp'?"),
        ("prog 'p': missing BPF prog type, check ELF section name 'tcx/ingress'", "tcx/ingress", "unknown-section",
         "no programs of section 'tcx/ingress': it came with a later release than this machine's, install a newer libbpf"),
        ("prog 'p': missing BPF prog type, check ELF section name 'own'", "own", "unknown-section", "no programs of section 'own'"),
        ("map 'm': failed to create: Invalid argument(-22)", "xdp", "map-definition", "the key of map 'm' has 8 bytes"),
        ("extern (func ksym) 'bpf_x': not found in kernel or module BTFs", "xdp", "undefined-extern", "'bpf_x' is declared but neither"),
        ("map 'm': failed to create: Operation not permitted(-1)", "xdp", "map-refused",
         "map 'm', a map of type array with keys of 8 bytes, values of 8 bytes and 4 entries: Operation not permitted"),
        ("something new", "xdp", "", ""),
    ],
)  # fmt: skip
def test_words_of_libbpf(line: str, section: str, rule: str, text: str) -> None:
    data = compiled(MAP.format("ARRAY", "__u64", ' SEC(".maps")') + USE).data
    assert data is not None
    reason = stage.refused([line], Object(data), section)
    assert reason.rule == rule and text in reason.text


def test_sections_of_newer_releases() -> None:
    sections = "tcx/egress ?netkit/peer netfilter uprobe.multi.s/x:y kprobe.session/f tcx/up tcx netfilter/x xdp kprobe/f uprobe.s/x own".split()
    assert [is_recent(section) for section in sections] == [True] * 5 + [False] * 7


def test_hooks_by_their_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "kernel_functions", lambda: ["do_unlinkat", "do_unlink", "bpf_lsm_file_open", "bpf_iter_task", "file_opens", "vfs_read"])
    assert [stage.hook_meant(*h) for h in (("do_unlinkatt", "fentry/x"), ("file_opn", "lsm/file_opn"), ("tasks", "iter/tasks"), ("zzz", "fentry/zzz"))] == [
        "do_unlinkat", "file_open", "task", "",
    ]  # fmt: skip


@needs_kernel
@pytest.mark.parametrize(
    ("text", "flags", "rule", "line"),
    [
        ("int p(struct xdp_md *ctx) { return 2; }\n", "-O2 -g", "no-section", 3),
        ('SEC("xpd") int p(struct xdp_md *ctx) { return 2; }\n', "-O2 -g", "unknown-section", 3),
        (MAP.format("ARRAY", "__u64", ' SEC(".maps")') + USE, "-O2 -g", "map-definition", 4),
        ('SEC("fentry/no_such_function_here") int p(void *ctx) { return 0; }\n', "-O2 -g", "unknown-hook", 3),
        (MAP.format("HASH", "__u64", ' SEC(".maps")') + USE, "-O2", "no-btf", 0),
    ],
)
def test_the_rule_and_the_line(text: str, flags: str, rule: str, line: int) -> None:
    data = compiled(text, flags).data
    assert data is not None
    first = ebpfcc.verify(data).diagnostics[0]
    assert (first.flag, first.line) == (f"libbpf-{rule}", line) and f"[libbpf-{rule}]" in first.text
