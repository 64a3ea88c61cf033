"""-Wbpf-map, -Wbpf-section and -Wbpf-context: what libbpf will not load, or not as it is meant, told where it is declared."""

from __future__ import annotations

from ..target.map_rules import fault
from ..target.near import nearest
from ..target.sections import section_meant
from . import types as T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..diag import Diagnostics
    from ..ir.core import Global

# What stands before the first '/' of a section -> the struct that its programs are passed (kernel/bpf/..., struct bpf_verifier_ops).
CONTEXTS = {
    "xdp": "xdp_md", "xdp.frags": "xdp_md", "tc": "__sk_buff", "tcx": "__sk_buff", "classifier": "__sk_buff", "action": "__sk_buff",
    "netkit": "__sk_buff", "socket": "__sk_buff", "sk_skb": "__sk_buff", "cgroup_skb": "__sk_buff", "flow_dissector": "__sk_buff",
    "lwt_in": "__sk_buff", "lwt_out": "__sk_buff", "lwt_xmit": "__sk_buff", "lwt_seg6local": "__sk_buff", "sk_msg": "sk_msg_md",
    "sk_lookup": "bpf_sk_lookup", "sk_reuseport": "sk_reuseport_md", "sockops": "bpf_sock_ops",
    "kprobe": "pt_regs", "kretprobe": "pt_regs", "uprobe": "pt_regs", "uretprobe": "pt_regs", "netfilter": "bpf_nf_ctx",
}  # fmt: skip
OF_PROGRAMS = frozenset((*CONTEXTS.values(), "bpf_perf_event_data"))  # the last's programs also take struct pt_regs, with which it begins


# Members of a map's definition (libbpf's parse_btf_map_def).
MAP_MEMBERS = ("type", "max_entries", "map_flags", "numa_node", "key_size", "key", "value_size", "value", "values", "pinning", "map_extra")


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
    for member in members:
        meant = "" if member in MAP_MEMBERS or not member else nearest(member, MAP_MEMBERS)
        if meant:
            diag.warning("bpf-map", out.pos, f"libbpf knows no member '{member}' in the definition of map '{out.name}'; did you mean '{meant}'?")
    for part in ("key", "value"):
        unknown = pointed_to(members.get(part))
        if unknown is not None and unknown.kind in ("struct", "union") and not T.is_complete(unknown):
            diag.warning("bpf-map", out.pos, f"the {part} of map '{out.name}' is of '{T.spell(unknown)}', which is not defined: its size is not known")
            return
    key, value = (number(members[f"{part}_size"]) if f"{part}_size" in members else size_of(members.get(part)) for part in ("key", "value"))
    wrong = fault(out.name, kind, key, value, number(members["map_flags"]) if "map_flags" in members else 0)
    if wrong:
        diag.warning("bpf-map", out.pos, wrong)


def number(t: Any) -> int | None:
    """What __uint hides: int (*name)[number]."""
    pointed = T.strip(T.strip(t).target) if T.strip(t).kind == "ptr" else None
    return pointed.count if pointed is not None and pointed.kind == "array" else None


def pointed_to(t: Any) -> Any:
    return T.strip(T.strip(t).target) if t is not None and T.strip(t).kind == "ptr" else None


def size_of(t: Any) -> int | None:
    """Of what a member of __type(key, ...) points to."""
    pointed = pointed_to(t)
    return T.sizeof(pointed) if pointed is not None and T.is_complete(pointed) else None


def check_section(diag: Diagnostics, name: str, section: str, pos: Any) -> None:
    """Only a slip of the fingers is told: loaders other than libbpf have their own sections."""
    meant = section_meant(section)
    if meant:
        diag.warning("bpf-section", pos, f"libbpf knows no programs of section '{section}', where function '{name}' is; did you mean '{meant}'?")


def check_context(diag: Diagnostics, name: str, section: str, parameters: Any) -> None:
    """A program whose parameter is the context of another type of program: the kernel reads other members than are written."""
    wanted = CONTEXTS.get(section.removeprefix("?").partition("/")[0])
    if wanted is None or not parameters:
        return
    first = T.strip(parameters[0].type)
    pointed: Any = T.strip(first.target) if first.kind == "ptr" else first
    tag = pointed.tag if pointed is not None and pointed.kind == "struct" else None
    if tag in OF_PROGRAMS and (tag != wanted or first.kind == "struct"):
        taken = f"a pointer to struct {tag}" if first.kind == "ptr" else f"struct {tag} by value"
        told = f"programs of section '{section}' are passed a pointer to struct {wanted}, and '{name}' takes {taken}"
        if diag.warning("bpf-context", parameters[0].pos, told):
            diag.note(parameters[0].pos, f"write 'struct {wanted} *'")
