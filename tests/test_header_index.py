"""The index of headers finds what a parser that reads everything finds: names, types, layouts, values, and contradictions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import random_headers

from ebpfcc.c import types as T
from ebpfcc.c.parse_expr import KEYWORDS
from ebpfcc.c.state import EnumConstant, FunctionSymbol, Variable
from ebpfcc.c.unit import Unit
from ebpfcc.diag import CompileError, Diagnostics
from ebpfcc.flags import parse
from ebpfcc.source import preprocess
from ebpfcc.source.files import SourceMap

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent / "ebpfcc"
OURS = sorted(str(p.relative_to(ROOT / "include")) for p in (ROOT / "include").rglob("*.h") if p.name != "vmlinux.h")
UAPI = (
    "bpf.h btf.h perf_event.h if_link.h pkt_cls.h in.h in6.h netlink.h tcp.h ip.h ipv6.h filter.h types.h fs.h input.h rtnetlink.h ethtool.h nl80211.h".split()
)
CLASH = re.compile("error: .*(redefinition|conflicting|different kind|does not match|follows non-static)")  # others follow from these
COUNT = int(os.environ.get("EBPFCC_HEADERS", "200"))


def front_end(text: str, index: bool, include: str = "") -> tuple[Unit, list[str]]:
    """What is known after a text was read, and the messages."""
    where = [f"-I{include}"] if include else ["-nostdinc", f"-I{ROOT}/include", f"-I{ROOT}/resource/include"]
    reader = "-fheader-index" if index else "-fno-header-index"
    options = parse(["--target=bpf", "-O2", "-g", "-w", "-ferror-limit=0", "-D__TARGET_ARCH_x86", *where, reader, "-x", "c", "-"])
    sources = SourceMap(options.prefix_map)
    diag = Diagnostics(sources, options)
    unit = Unit(diag, options.big_endian, options.cpu)
    try:
        unit.run(preprocess.Preprocessor(options, sources, diag, KEYWORDS).run(("main.c", text)))
    except CompileError:
        pass
    return unit, sorted(f"{os.path.basename(r.file or '')}:{r.line}: {r.severity}: {r.message}" for r in diag.records)


def describe_type(t: Any) -> Any:
    """A type as its spelling, with the members of what has no name."""
    u = t
    while u.kind in ("ptr", "array", "qual"):
        u = u.elem if u.kind == "array" else u.target
    return (T.spell(t), describe_tag(u)) if u.kind in ("struct", "union") and u.tag is None else T.spell(t)


def describe_tag(t: Any) -> Any:
    T.is_complete(t)
    if t.kind == "enum":
        return "enum", t.tag, t.values, T.sizeof(t) if t.values is not None else None
    if t.members is None:
        return t.kind, t.tag, None
    members = [(m.name, m.bit_offset, m.bit_width, describe_type(m.type)) for m in t.members]
    return t.kind, t.tag, t.size, t.align, t.preserve_access, members


def describe(symbol: Any) -> Any:
    if isinstance(symbol, T.Typedef):
        return (
            "typedef",
            symbol.align,
            describe_type(symbol.target),
            describe_tag(T.strip(symbol)) if T.strip(symbol).kind in ("struct", "union", "enum") else None,
        )
    if isinstance(symbol, EnumConstant):
        return "enumerator", symbol.value, T.spell(symbol.type), describe_tag(symbol.enum)
    assert isinstance(symbol, (FunctionSymbol, Variable))
    return type(symbol).__name__, describe_type(symbol.type), symbol.storage, sorted(symbol.attrs)


def differences(text: str, include: str = "", limit: int = 5) -> list[str]:
    plain, plain_messages = front_end(text, False, include)
    if plain_messages:
        return ["invalid: " + "; ".join(plain_messages[:limit])]
    indexed, messages = front_end(text, True, include)
    out = [f"message {m}" for m in messages]
    for name, symbol in list(plain.names.items()):
        found = indexed.lookup(name)
        if indexed.is_typedef(name) != isinstance(symbol, T.Typedef):
            out.append(f"{name}: is_typedef")
        if found is None or describe(found) != describe(symbol):
            out.append(f"{name}: {describe(symbol)} found as {found and describe(found)}")
    for tag, t in list(plain.tags.items()):
        found = indexed.tag_before(t.kind, tag, True)
        if (found is None or describe_tag(found) != describe_tag(t)) and (found is not None or describe_tag(t)[2] is not None):
            out.append(f"{t.kind} {tag}: {describe_tag(t)} found as {found and describe_tag(found)}")
    out += [f"{name}: only in the index" for name in indexed.names.keys() - plain.names.keys()]
    out += [f"message {r.message}" for r in indexed.diag.records[len(messages) :]]
    return out[:limit]


@pytest.mark.parametrize("header", OURS)
def test_our_headers(header: str) -> None:
    before = "#include <linux/types.h>\n" if header.startswith("bpf/") else ""
    assert differences(f"{before}#include <{header}>\n") == []


@pytest.mark.parametrize("header", UAPI)
def test_headers_of_the_system(header: str) -> None:
    if not Path("/usr/include/linux", header).exists():
        pytest.skip("not installed")
    found = differences(f"#include <linux/{header}>\n", "/usr/include")
    if found and found[0].startswith("invalid"):
        pytest.skip(found[0])
    assert found == []


def test_the_core_types() -> None:
    assert differences(f'#include "{ROOT}/include/vmlinux.h"\n') == []


def kernel_header() -> str | None:
    bpftool, btf = shutil.which("bpftool"), Path("/sys/kernel/btf/vmlinux")
    if not btf.exists():
        return None
    command = [bpftool, "btf", "dump", "file", str(btf), "format", "c"] if bpftool is not None else [sys.executable, "-m", "ebpfcc.btf2c"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_this_kernels_header(tmp_path: Path) -> None:
    """All of vmlinux.h as bpftool (without it, btf2c) writes it: both readers know the same."""
    text = kernel_header()
    if text is None:
        pytest.skip("a kernel without BTF")
    if "CI" in os.environ:  # the whole of it takes a minute
        at = text.index("\n\n", len(text) // 8)
        text = text[:at] + text[text.rindex("\n#ifndef BPF_NO_PRESERVE") if "\n#ifndef BPF_NO_PRESERVE" in text[at:] else len(text) :]
        text += "\n#endif\n" * (text.count("\n#if") - text.count("\n#endif"))
    (tmp_path / "vmlinux.h").write_text(text)
    assert differences('#include "vmlinux.h"\n', str(tmp_path)) == []


@pytest.fixture
def small_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small a header is, it is indexed."""
    monkeypatch.setattr(preprocess, "REGION_LINES", 0)
    monkeypatch.setattr(preprocess, "REGION_LENGTH", 10)


def test_random_headers(tmp_path: Path, small_regions: None) -> None:
    """Both readers know the same after any header (EBPFCC_HEADERS: how many)."""
    valid = 0
    for seed in range(COUNT):
        header = random_headers.Header(seed)
        (tmp_path / "h.h").write_text(header.text)
        found = differences('#include "h.h"\n', str(tmp_path))
        if found and found[0].startswith("invalid"):
            continue
        valid += 1
        assert found == [], f"seed {seed}:\n{header.text}"
    assert valid > COUNT * 0.9


def clashes(messages: list[str]) -> set[str]:
    """Without their lines: a parser of everything meets a mention where the index meets the definition."""
    return {re.sub(r":\d+:", ":", m) for m in messages if CLASH.search(m)}


def test_random_contradictions(tmp_path: Path, small_regions: None) -> None:
    """What contradicts a header is refused in the same words wherever it stands."""
    wrong = 0
    for seed in (2872, *range(COUNT)):
        header = random_headers.Header(seed)
        other = random_headers.contradiction(header)
        (tmp_path / "h.h").write_text(header.text)
        if front_end('#include "h.h"\n', False, str(tmp_path))[1]:
            continue
        for text in (f'#include "h.h"\n{other}\n', f'{other}\n#include "h.h"\n'):
            plain = front_end(text, False, str(tmp_path))[1]
            indexed = front_end(text, True, str(tmp_path))[1]
            wrong += any(": error:" in m for m in plain)
            where = f"seed {seed}: {other}\n{text}\n{header.text}\n{plain}\n{indexed}"
            assert any(": error:" in m for m in indexed) == any(": error:" in m for m in plain), where
            assert clashes(indexed) == clashes(plain), where
    assert wrong > COUNT / 2


def test_a_directive_inside_a_function(tmp_path: Path, small_regions: None) -> None:
    """The stretch before it ends in the middle of a body, behind a statement that is complete."""
    (tmp_path / "h.h").write_text("""struct eth { int proto; };
static inline int parse(struct eth *e, int n)
{
	int i, r;
	r = e->proto;

	#pragma unroll
	for (i = 0; i < 4; i++) {
		r += n;
	}
	return r;
}
""")
    assert differences('#include "h.h"\nint f(struct eth *e) { return parse(e, 3); }\n', str(tmp_path)) == []
