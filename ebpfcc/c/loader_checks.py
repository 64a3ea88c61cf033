"""-Wbpf-map and -Wbpf-section: what libbpf will not load, or not as it is meant, told where it is declared."""

from __future__ import annotations

from ..target import map_types
from ..target.sections import section_meant
from . import types as T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..diag import Diagnostics
    from ..ir.core import Global

INDEXED = {
    map_types.ARRAY: "an array", map_types.PERCPU_ARRAY: "a per-CPU array", map_types.PROG_ARRAY: "an array of programs",
    map_types.PERF_EVENT_ARRAY: "an array of perf events", map_types.CGROUP_ARRAY: "an array of cgroups",
    map_types.ARRAY_OF_MAPS: "an array of maps", map_types.DEVMAP: "an array of devices", map_types.CPUMAP: "an array of CPUs",
    map_types.XSKMAP: "an array of sockets", map_types.SOCKMAP: "an array of sockets",
}  # fmt: skip


def check_map(diag: Diagnostics, out: Global) -> None:
    """A variable that is a map, or looks like one: a struct with __uint(type, ...)."""
    members = {m.name: m.type for m in T.strip(out.ctype).members}
    kind = number(members["type"]) if "type" in members else None
    if kind is None or diag.errors or out.linkage.startswith("extern"):
        return
    if out.section != ".maps":
        if "key" in members or "value" in members or "max_entries" in members:
            diag.warning("bpf-map", out.pos, f"'{out.name}' is defined as a map is, but not in section '.maps': programs get an ordinary variable")
            diag.note(out.pos, f"write 'SEC(\".maps\")' behind '{out.name}'")
        return
    size = key_size(members)
    if kind in INDEXED and size not in (None, 4):
        diag.warning("bpf-map", out.pos, f"the key of map '{out.name}' has {size} byte{'s' * (size != 1)}: {INDEXED[kind]} is indexed by 4 bytes, as __u32")


def number(t: Any) -> int | None:
    """What __uint hides: int (*name)[number]."""
    pointed = T.strip(T.strip(t).target) if T.strip(t).kind == "ptr" else None
    return pointed.count if pointed is not None and pointed.kind == "array" else None


def key_size(members: dict[str, Any]) -> int | None:
    if "key_size" in members:
        return number(members["key_size"])
    pointed = T.strip(T.strip(members["key"]).target) if "key" in members and T.strip(members["key"]).kind == "ptr" else None
    return T.sizeof(pointed) if pointed is not None and T.is_complete(pointed) else None


def check_section(diag: Diagnostics, name: str, section: str, pos: Any) -> None:
    """Only a slip of the fingers is told: loaders other than libbpf have their own sections."""
    meant = section_meant(section)
    if meant:
        diag.warning("bpf-section", pos, f"libbpf knows no programs of section '{section}', where function '{name}' is; did you mean '{meant}'?")
