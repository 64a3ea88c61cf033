"""Sections by which libbpf knows what kind of program a function is (docs/program_types.rst of libbpf)."""

from __future__ import annotations

from .near import nearest

# What stands before the first '/'.
HEADS = tuple(
    """xdp tc tcx socket kprobe kretprobe uprobe uretprobe fentry fexit tracepoint tp raw_tracepoint raw_tp tp_btf lsm iter usdt ksyscall
    kretsyscall syscall struct_ops cgroup_skb cgroup sockops sk_skb sk_msg sk_lookup sk_reuseport flow_dissector freplace fmod_ret lsm_cgroup
    classifier action netfilter netkit perf_event lwt_in lwt_out lwt_xmit lwt_seg6local lirc_mode2 xdp.frags fentry.s fexit.s fmod_ret.s lsm.s
    iter.s uprobe.s uretprobe.s struct_ops.s kprobe.multi kretprobe.multi uprobe.multi uretprobe.multi uprobe.multi.s uretprobe.multi.s
    kprobe.session uprobe.session uprobe.session.s raw_tracepoint.w raw_tp.w""".split()
)
KNOWN = frozenset(HEADS)


def section_meant(section: str) -> str:
    """Of "xpd/x": "xdp/x"; "" for a section that libbpf knows, or that is like none."""
    optional = "?" * section.startswith("?")
    head, slash, rest = section.removeprefix("?").partition("/")
    if head in KNOWN or head.startswith(".") or head.rstrip("0123456789_") in KNOWN:
        return ""
    found = nearest(head, HEADS)
    return optional + found + slash + rest if found else ""
