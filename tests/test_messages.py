"""Messages of libbpf's stage, of what will be refused there, and of misspelled keywords; every rule has a name that `--explain` knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import ebpfcc
from ebpfcc.kernel import stage
from ebpfcc.kernel.libbpf import why_not
from ebpfcc.obj.read_ext import Object
from ebpfcc.target.near import nearest, one_slip
from ebpfcc.target.sections import section_meant

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
    text = 'SEC("xpd") int p(struct xdp_md *ctx) { return 2; }\n'
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


def test_names_that_only_look_like_keywords() -> None:
    text = "typedef int shot; struct t { int cost; }; int form(shot a, struct t *p) { return p->cost p->cost; }\n"
    assert ebpfcc.compile(text=text).diagnostics[0].message == "expected ';' after return statement"
    assert nearest("fo", ["for"]) == "" and not one_slip("for", "for") and not one_slip("abc", "cba") and one_slip("abc", "abcd")


# -- what libbpf says ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "section", "rule", "text"),
    [
        ("BTF is required, but is missing or corrupted.", "", "no-btf", "compile with -g"),
        ("prog 'p': missing BPF prog type, check ELF section name '.text'", ".text", "no-section", "function 'p' is in no section"),
        ("prog 'p': missing BPF prog type, check ELF section name 'xpd'", "xpd", "unknown-section", "no programs of section 'xpd'; did you mean 'xdp'?"),
        ("prog 'p': missing BPF prog type, check ELF section name 'own'", "own", "unknown-section", "no programs of section 'own'"),
        ("map 'm': failed to create: Invalid argument(-22)", "xdp", "array-key", "the key of array 'm' has 8 bytes"),
        ("extern (func ksym) 'bpf_x': not found in kernel or module BTFs", "xdp", "undefined-extern", "'bpf_x' is declared but neither"),
        ("map 'm': failed to create: Operation not permitted(-1)", "xdp", "map-refused",
         "map 'm' of type 2 with keys of 8 bytes, values of 8 bytes and 4 entries: Operation not permitted"),
        ("something new", "xdp", "", ""),
    ],
)  # fmt: skip
def test_words_of_libbpf(line: str, section: str, rule: str, text: str) -> None:
    data = compiled(MAP.format("ARRAY", "__u64", ' SEC(".maps")') + USE).data
    assert data is not None
    found, message = stage.refused([line], Object(data), section)
    assert found == rule and text in message


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
        (MAP.format("ARRAY", "__u64", ' SEC(".maps")') + USE, "-O2 -g", "array-key", 4),
        ('SEC("fentry/no_such_function_here") int p(void *ctx) { return 0; }\n', "-O2 -g", "unknown-hook", 3),
        (MAP.format("HASH", "__u64", ' SEC(".maps")') + USE, "-O2", "no-btf", 0),
    ],
)
def test_the_rule_and_the_line(text: str, flags: str, rule: str, line: int) -> None:
    data = compiled(text, flags).data
    assert data is not None
    first = ebpfcc.verify(data).diagnostics[0]
    assert (first.flag, first.line) == (f"libbpf-{rule}", line) and f"[libbpf-{rule}]" in first.text
