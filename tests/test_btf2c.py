"""BTF printed as C: what our compiler wrote comes back, sizes stay, and selected members suffice for CO-RE."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import ebpfcc
from ebpfcc import btf2c

KERNEL = "/sys/kernel/btf/vmlinux"
SOURCE = """
typedef unsigned int u32;
enum shade { LIGHT, DARK = 7, BELOW = -1 };
enum big { HUGE = 0x123456789ULL };
struct node;
typedef int (*visit)(struct node *, const char *name, ...);
struct inner { char c; short s; } __attribute__((packed));
struct node {
	struct node *next;
	visit call;
	u32 low : 3, high : 20;
	union { long number; char text[8]; };
	struct { int x, y; } at[2][3];
	struct inner inner;
	enum shade shade;
	enum big big;
	const volatile char *const names[4];
	long : 64;
	char end;
	int (*rows)[5];
} node;
_Bool flag;
"""


def printed(text: str, chosen: str = "") -> str:
    result = ebpfcc.compile(text=text, flags=["-O2", "-g"])
    assert result.data is not None, result.diagnostics
    types = btf2c.read(btf2c.btf_of(result.data))
    return btf2c.Printer(types, btf2c.read_list(chosen) if chosen else None).header()


def test_types_come_back() -> None:
    once = printed(SOURCE)
    for line in ("enum shade {", "\tBELOW = -1,", "\tHUGE = 4886718345ULL,", "typedef int (*visit)(struct node *, const char *, ...);", "\tint (*rows)[5];"):
        assert line in once
    names = "struct node node; _Bool flag;\n"
    assert printed(once + names) == printed(printed(once + names) + names)


def test_layout_stays() -> None:
    text = printed(SOURCE)
    for member in ("number", "at", "inner", "shade", "names", "end", "rows"):
        assert offset(text, member) == offset(SOURCE, member)


def offset(text: str, member: str) -> str:
    """Where the compiler puts a member of struct node, as its IR tells."""
    text += f"\nunsigned long offset = __builtin_offsetof(struct node, {member});"
    result = ebpfcc.compile(text=text, flags=["-O2", "--emit=ir"])
    assert result.text is not None
    found = re.search(r"@?offset\b.*", result.text)
    assert found, result.text
    return found.group()


def test_selected_members() -> None:
    text = printed(SOURCE, "struct node: next number")
    assert "\tstruct node *next;" in text and "\t\tlong number;" in text.replace("long int", "long")
    assert "text" not in text and "shade" not in text


def test_no_btf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none"
    file.write_bytes(b"nothing")
    assert btf2c.main([str(file)]) == 1
    assert "no BTF" in capsys.readouterr().err
    assert btf2c.main([str(tmp_path / "missing")]) == 1


@pytest.mark.skipif(not os.path.exists(KERNEL), reason="no type information of the kernel")
def test_whole_kernel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert btf2c.main([]) == 0
    (tmp_path / "vmlinux.h").write_text(capsys.readouterr().out)
    text = '#include "vmlinux.h"\n_Static_assert(sizeof(struct __sk_buff) == 192, "");\nint f(struct task_struct *t) { return t->pid; }\n'
    result = ebpfcc.compile(text=text, flags=["-O2", "-g"], include_dirs=[tmp_path])
    assert result.ok, [d.message for d in result.diagnostics]
