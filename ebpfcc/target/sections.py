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
# What libbpf has learnt since 1.1, and what may stand behind '/', if not anything.
RECENT = {"tcx": ("ingress", "egress"), "netkit": ("primary", "peer"), "netfilter": ("",), "uprobe.multi": (), "uretprobe.multi": (),
          "kprobe.session": (), "uprobe.session": ()}  # fmt: skip


def section_meant(section: str) -> str:
    """Of "xpd/x": "xdp/x"; "" for a section that libbpf knows, or that is like none."""
    optional = "?" * section.startswith("?")
    head, slash, rest = section.removeprefix("?").partition("/")
    if head in KNOWN or head.startswith(".") or head.rstrip("0123456789_") in KNOWN:
        return ""
    found = nearest(head, HEADS)
    return optional + found + slash + rest if found else ""


def is_recent(section: str) -> bool:
    """Whether a libbpf that does not know it may be too old."""
    head, _, rest = section.removeprefix("?").partition("/")
    head = head.removesuffix(".s")
    return head in RECENT and (not RECENT[head] or rest in RECENT[head])
