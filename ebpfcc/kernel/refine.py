"""What is told of a refusal where the code around it says more than the verifier's words.

In: a refusal, with the table's explanation of it. Out: (rule, text), or None where the table's stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..target.helpers import HELPERS
from ..target.map_rules import name_of
from .explain import Explanation
from .known import spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .refusal import Refusal

Told = tuple[str, str]
OF_MAPS = {"bpf_map_lookup_elem": {2: "key"}, "bpf_map_update_elem": {2: "key", 3: "value"}, "bpf_map_delete_elem": {2: "key"},
           "bpf_map_push_elem": {2: "value"}, "bpf_map_lookup_percpu_elem": {2: "key"}}  # fmt: skip
TRACING = frozenset(
    """kprobe kretprobe uprobe uretprobe ksyscall kretsyscall tracepoint tp raw_tracepoint raw_tp tp_btf fentry fexit fmod_ret lsm
    iter perf_event usdt""".split()
)
# The function that acquires -> what releases.
RELEASE = {
    "bpf_ringbuf_reserve": "bpf_ringbuf_submit() or bpf_ringbuf_discard()", "bpf_ringbuf_reserve_dynptr": "bpf_ringbuf_submit_dynptr() or "
    "bpf_ringbuf_discard_dynptr(), also where it has failed", "bpf_sk_lookup_tcp": "bpf_sk_release()", "bpf_sk_lookup_udp": "bpf_sk_release()",
    "bpf_skc_lookup_tcp": "bpf_sk_release()", "bpf_task_acquire": "bpf_task_release()", "bpf_task_from_pid": "bpf_task_release()",
    "bpf_cgroup_acquire": "bpf_cgroup_release()", "bpf_cgroup_from_id": "bpf_cgroup_release()", "bpf_cpumask_create": "bpf_cpumask_release()",
    "bpf_obj_new": "bpf_obj_drop()", "bpf_get_task_exe_file": "bpf_put_file()", "bpf_crypto_ctx_create": "bpf_crypto_ctx_release()",
    "bpf_kptr_xchg": "its function of release, or bpf_kptr_xchg() into another map",
}  # fmt: skip
MAPS_OF = (  # how a helper's name begins, the maps that it takes
    ("bpf_ringbuf_", "BPF_MAP_TYPE_RINGBUF"), ("bpf_user_ringbuf_", "BPF_MAP_TYPE_USER_RINGBUF"),
    ("bpf_perf_event_", "BPF_MAP_TYPE_PERF_EVENT_ARRAY"), ("bpf_tail_call", "BPF_MAP_TYPE_PROG_ARRAY"),
    ("bpf_redirect_map", "BPF_MAP_TYPE_DEVMAP, DEVMAP_HASH, CPUMAP or XSKMAP"), ("bpf_get_stackid", "BPF_MAP_TYPE_STACK_TRACE"),
    ("bpf_sk_storage_", "BPF_MAP_TYPE_SK_STORAGE"), ("bpf_task_storage_", "BPF_MAP_TYPE_TASK_STORAGE"),
    ("bpf_inode_storage_", "BPF_MAP_TYPE_INODE_STORAGE"), ("bpf_cgrp_storage_", "BPF_MAP_TYPE_CGRP_STORAGE"),
    ("bpf_sk_select_reuseport", "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY"), ("bpf_map_push_elem", "BPF_MAP_TYPE_QUEUE, STACK or BLOOM_FILTER"),
    ("bpf_map_pop_elem", "BPF_MAP_TYPE_QUEUE or STACK"), ("bpf_map_peek_elem", "BPF_MAP_TYPE_QUEUE, STACK or BLOOM_FILTER"),
    ("bpf_sock_map_update", "BPF_MAP_TYPE_SOCKMAP"), ("bpf_sock_hash_update", "BPF_MAP_TYPE_SOCKHASH"),
    ("bpf_current_task_under_cgroup", "BPF_MAP_TYPE_CGROUP_ARRAY"), ("bpf_skb_under_cgroup", "BPF_MAP_TYPE_CGROUP_ARRAY"),
)  # fmt: skip
KNOWN = frozenset(HELPERS.values())


def refined(r: Refusal, e: Explanation) -> Told | None:
    find = FINDERS.get(e.rule)
    return find(r, e) if find is not None else None


def may_be_negative(r: Refusal, e: Explanation) -> Told | None:
    """Bounded as a signed number of 32 bits only."""
    register = e.number("r") or 0
    found = r.path.index(r.last, register) if r.last >= 0 and not r.callee else None
    facts = dict(re.findall(r"(\w+)=(-?\w+)", spread(found[2] if found and found[2] else r.known(register))))
    high = int(facts.get("smax32", "0x7fffffff"), 0)
    if high >= 0x7FFFFFFF or "umax32" in facts or int(facts.get("smin32", "-1"), 0) >= 0:
        return None
    return "memory-negative", f"{r.index(register)} may be negative here: make it unsigned, or test that it is at least 0"


def too_large_index(r: Refusal, e: Explanation) -> Told | None:
    """Of a map's value, or of the variables of a section, which libbpf makes one value of a map."""
    register = r.insn.src if r.insn is not None and r.insn.kind == 1 else r.insn.dst if r.insn is not None and r.insn.kind in (2, 3) else None
    if register is None or r.callee:
        return None
    found = r.path.index(r.last, register)
    size, off, whole = (e.number(name) for name in ("size", "off", "value"))
    named = re.search(r"map=([^,.)]+)[,)]", r.known(register))
    of = f"a value of map '{named[1]}', which has {whole} bytes" if named else f"a map value (or global data) of {whole} bytes"
    if found is not None and found[0].name:
        return (
            e.rule,
            f"'{found[0].name}' may be too large here: it leads to {size} bytes at offset {off} of {of}; compare it with the number of elements first",
        )
    return e.rule, f"this reaches {size} bytes at offset {off} of {of}: keep the offset or index within it"


def too_small_for_map(r: Refusal, e: Explanation) -> Told | None:
    register, size = e.number("r") or 0, e.number("size")
    what = OF_MAPS.get(r.callee, {}).get(register)
    named = re.search(r"map=([^,)]+)", r.known(1))
    if what is None or named is None:
        return None
    subject = r.subject(register)
    return e.rule, f"a {what} of map '{named[1]}' has {size} bytes, which {subject} does not have: pass the address of a variable of the map's {what} type"


def of_another_kind(r: Refusal, e: Explanation) -> Told | None:
    """A helper for socket buffers in an XDP program, or the other way about."""
    name = e.match["helper"].removeprefix("bpf_") if e.match else ""
    kind = r.section.removeprefix("?").partition("/")[0]
    text = f"programs of section '{r.section}' cannot call bpf_{name}()"
    other = name.replace("skb_", "xdp_", 1) if kind.startswith("xdp") else name.replace("xdp_", "skb_", 1)
    if other != name and other in KNOWN:
        return e.rule, f"{text}: use bpf_{other}()"
    return e.rule, f"{text}: bpf-helpers(7) has those of each type"


def address_of_kernel(r: Refusal, e: Explanation) -> Told | None:
    """A number that a tracing program takes for a pointer."""
    register = e.number("r") or 0
    origin = r.path.origin(r.last, register) if r.last >= 0 else None
    kind = r.section.removeprefix("?").partition("/")[0].partition(".")[0]
    if r.is_null(register):
        return e.rule, f"{r.subject(register)} is NULL here, which cannot be dereferenced"
    if origin is not None and origin.text == "the result of bpf_get_current_task()":
        return e.rule, (
            f"{r.subject(register)} is an address, which cannot be followed: read what is there with BPF_CORE_READ(), or call bpf_get_current_task_btf(), "
            "which gives a pointer"
        )
    if origin is None or kind not in TRACING or not origin.text.startswith(("read from", "parameter", "argument")):
        return None
    return e.rule, (
        f"{r.subject(register)} is an address that the verifier knows nothing of: read what is there with bpf_probe_read_kernel() or BPF_CORE_READ(), "
        "or with bpf_probe_read_user() if it is a process's"
    )


def of_another_map(r: Refusal, e: Explanation) -> Told | None:
    name, kind = (e.match["helper"], int(e.match["map_type"])) if e.match else ("", 0)
    named = re.search(r"map=([^,)]+)", "".join(r.known(n) for n in range(1, 6)))
    wanted = next((types for start, types in MAPS_OF if name.startswith(start)), "")
    map_name = f"map '{named[1]}'" if named else "the map"
    if not wanted:
        return None
    return e.rule, f"{map_name} is of type {name_of(kind)}, and {name}() takes one of type {wanted}"


def not_released(r: Refusal, e: Explanation) -> Told | None:
    at = e.number("insn")
    step = next((j for j in range(r.last, -1, -1) if r.log.steps[j].insn == at), None)
    name = r.path.called(step) if step is not None else ""
    release = RELEASE.get(name) or (f"{name.removesuffix('_acquire')}_release()" if name.endswith("_acquire") else "")
    if not release:
        return None
    return e.rule, f"what {name}() has returned is not released on this path: call {release} before the program leaves it"


def of_context(r: Refusal, e: Explanation) -> Told | None:
    offset, size = e.number("off"), e.number("size")
    if offset is None or r.insn is None:
        return None
    name, writes = r.member(offset), r.insn.kind in (2, 3)
    if not name:
        return e.rule, f"the context of programs of section '{r.section}' has no member of {size} bytes at offset {offset}: take its members by name"
    if writes:
        return e.rule, f"programs of section '{r.section}' may not write to member '{name}' of their context: keep the value in a variable or a map"
    return e.rule, f"programs of section '{r.section}' may not read {size} bytes of their context at member '{name}': it is not for them, or has another size"


FINDERS: dict[str, Callable[[Refusal, Explanation], Told | None]] = {
    "memory-unbounded": may_be_negative, "stack-bounds": too_small_for_map, "helper-type": of_another_kind, "scalar-dereference": address_of_kernel,
    "map-value-bounds": too_large_index, "reference-leak": not_released, "map-type": of_another_map, "context-bounds": of_context,
}  # fmt: skip
