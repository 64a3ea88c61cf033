"""Notes on names that nothing has declared: the header of ours that would, and what stands for a function that BPF does not have.

Read only after an error: the headers are searched as text.
"""

from __future__ import annotations

import os
import re

from ..source.include import OWN, OWN_STANDARD
from ..target.instead import instead_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..diag import Diagnostics

FOLDERS = ((OWN, "bpf"), (OWN, "linux"), (OWN, "net"), (OWN, "sys"), (OWN_STANDARD, ""), (OWN, ""))
SHOWN_AS = {"bpf/bpf_helper_defs.h": "bpf/bpf_helpers.h", "linux/byteorder/little_endian.h": "asm/byteorder.h"}
PASSED_OVER = frozenset(("vmlinux.h", "swab.h", "stringify.h", "posix_types.h", "stdio.h", "stdlib.h"))
LATER_WORDS = frozenset(("constexpr", "static_assert", "alignas", "alignof", "nullptr"))  # keywords from C23 on (6.4.1)
VALUE = re.compile(r"\(?\s*((?:0[xX])?[0-9a-fA-F]+[uUlL]*|\"[^\"]*\")\s*\)?\s*(?:/\*.*)?$")
DEFINED = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(?P<macro>\w+)(?P<value>.*)"
    r"|^(?P<record>(?:struct|union) \w+) \{|^[ \t]+(?P<constant>[A-Z][A-Z0-9_]+)(?=\s*[,=])"
    r"|^(?:typedef\b[^\n;]*\b(?P<other>\w+)(?:\[\w*\])?;|(?:static|extern)\b[^\n(]*(?:\(\*(?:const )?)?\b(?P<function>\w+)\)?\()", re.M,
)  # fmt: skip


class Found:
    """header: as #include names it; value: of a macro that is a constant, as text; macro: whether it is one."""

    __slots__ = ("header", "value", "macro")

    def __init__(self, header: str, value: str, macro: bool) -> None:
        self.header = header
        self.value = value
        self.macro = macro


known: dict[str, Found] = {}


def headers() -> dict[str, Found]:
    """What each name is that our headers define for programs. Read once."""
    if not known:
        found: dict[str, Found] = {}
        for root, folder in FOLDERS:
            for file in sorted(os.listdir(os.path.join(root, folder))):
                if file.endswith(".h") and file not in PASSED_OVER:
                    with open(os.path.join(root, folder, file), encoding="utf-8") as text:
                        note_names(text.read(), f"{folder}/{file}" if folder else file, found)
        known.update(found)
    return known


def note_names(text: str, path: str, found: dict[str, Found]) -> None:
    """Macros, types, functions and enumerators; records as 'struct s'."""
    for match in DEFINED.finditer(text):
        macro = match["macro"]
        value = VALUE.match(match["value"]) if macro else None
        found.setdefault(macro or match[match.lastgroup or 0], Found(SHOWN_AS.get(path, path), value[1] if value else "", macro is not None))


def vmlinux(diag: Diagnostics) -> bool:
    """Whether the types come from <vmlinux.h>."""
    return any(is_vmlinux(inclusion.name) for inclusion in sources(diag).inclusions)


def is_vmlinux(name: str) -> bool:
    return os.path.basename(name).startswith("vmlinux") and name.endswith(".h")


def sources(diag: Diagnostics) -> Any:
    return diag.sources


def way(diag: Diagnostics, name: str) -> str:
    """How a program comes by a name, or what it does in place of calling it; "" if we know of no way."""
    instead = instead_of(name)
    if instead:
        return instead
    found = headers().get(name)
    if name in LATER_WORDS and (found is None or vmlinux(diag)):
        return f"'{name}' is a keyword from C23 on: compile with -std=gnu23"
    if found is None or any(i.name.endswith("/" + found.header) for i in sources(diag).inclusions):
        return ""
    if not vmlinux(diag) or found.header.startswith("bpf/"):
        return f"'{name}' is declared in <{found.header}>, which is not included"
    if found.macro and found.value:
        return f"<vmlinux.h> has no macros: write '#define {name} {found.value}'"
    return f"<vmlinux.h> has no macros: copy the definition of '{name}' from <{found.header}>" if found.macro else ""


def explain(unit: Any, name: str, where: Any) -> bool:
    """A note with that, once; a record's name is 'struct s'. Returns whether there is a way."""
    text = "" if unit.diag.silent else way(unit.diag, name)
    if text and (text, 0) not in unit.told:
        unit.told.add((text, 0))
        unit.diag.note(where, text)
    return text != ""


def macro(name: str) -> Found | None:
    """Of libbpf's, such as SEC: what is written with it is no C before it is defined."""
    found = headers().get(name)
    return found if found is not None and found.macro and found.header.startswith("bpf/") else None


def check_macro_clash(diag: Diagnostics, tok: Any) -> None:
    """A syntax error at what a macro of another header has made of a name in <vmlinux.h>."""
    if is_vmlinux(sources(diag).find(tok.pos).name):
        check_clash(diag, tok, tok.exp.name)


def check_clash(diag: Diagnostics, where: Any, what: str) -> None:
    """`what` is defined again: if <vmlinux.h> and another header of the kernel's do, that is said at the #include, once and for all."""
    table, pos = sources(diag), where if isinstance(where, int) else where.pos
    here = table.find(pos)
    if not here.included_at or not (here.system or is_vmlinux(here.name)) or not vmlinux(diag):
        return
    while table.find(here.included_at).included_at:
        here = table.find(here.included_at)
    other = "others of the kernel's headers have" if is_vmlinux(here.name) else "<vmlinux.h> has"
    diag.fatal(here.included_at, f"this header defines '{what}', which {other} already: include either <vmlinux.h>, which has all types, or those headers")
