"""What each type of map wants of its definition (the kernel's map_alloc_check functions, kernel/bpf/*map*.c and ringbuf.c)."""

from __future__ import annotations

from . import map_types as M

NAMES = (
    "unspec hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash lru_percpu_hash lpm_trie array_of_maps "
    "hash_of_maps devmap sockmap cpumap xskmap sockhash cgroup_storage reuseport_sockarray percpu_cgroup_storage queue stack sk_storage devmap_hash "
    "struct_ops ringbuf inode_storage task_storage bloom_filter user_ringbuf cgrp_storage arena insn_array"
).split()
INDEXED = {
    M.ARRAY: "an array", M.PERCPU_ARRAY: "a per-CPU array", M.PROG_ARRAY: "an array of programs",
    M.PERF_EVENT_ARRAY: "an array of perf events", M.CGROUP_ARRAY: "an array of cgroups", M.ARRAY_OF_MAPS: "an array of maps",
    M.DEVMAP: "an array of devices", M.CPUMAP: "an array of CPUs", M.XSKMAP: "an array of sockets", M.SOCKMAP: "an array of sockets",
}  # fmt: skip
BARE = {M.RINGBUF: "a ring buffer", M.USER_RINGBUF: "a ring buffer"}  # neither keys nor values
WITHOUT_KEYS = {M.QUEUE: "a queue", M.STACK: "a stack", M.BLOOM_FILTER: "a Bloom filter"}
HASHES = frozenset((M.HASH, M.PERCPU_HASH, M.LRU_HASH, M.LRU_PERCPU_HASH, M.HASH_OF_MAPS, M.DEVMAP_HASH))
OF_MAPS = frozenset((M.ARRAY_OF_MAPS, M.HASH_OF_MAPS))
OF_OBJECTS = {M.SK_STORAGE: "sockets", M.INODE_STORAGE: "inodes", M.TASK_STORAGE: "tasks", M.CGRP_STORAGE: "cgroups"}  # a value for each
NO_PREALLOC = 1
PREFIX = 4  # bytes of struct bpf_lpm_trie_key before the data


def name_of(kind: int) -> str:
    return NAMES[kind] if 0 <= kind < len(NAMES) else str(kind)


def fault(name: str, kind: int, key: int | None, value: int | None, flags: int | None) -> str:
    """What is wrong with the sizes and flags of map `name`, and what to write; "" if nothing is known to be. None: not known."""
    if kind in INDEXED and key not in (None, 4):
        return f"the key of map '{name}' has {count(key)}: {INDEXED[kind]} is indexed by 4 bytes, as __u32"
    if kind in BARE and (key or value):
        return f"map '{name}' is {BARE[kind]}, which has neither keys nor values: leave out '{'key' if key else 'value'}'"
    if kind in WITHOUT_KEYS and key:
        return f"map '{name}' is {WITHOUT_KEYS[kind]}, which has no keys: leave out 'key'"
    if kind == M.LPM_TRIE and key is not None and not PREFIX < key <= PREFIX + 256:
        return f"the key of map '{name}' has {count(key)}: that of a trie is a struct of a __u32, the prefix's length, and 1 to 256 bytes behind it"
    if kind in (M.LPM_TRIE, *OF_OBJECTS) and flags is not None and not flags & NO_PREALLOC:
        what = f"keeps values of {OF_OBJECTS[kind]}" if kind in OF_OBJECTS else "is a trie"
        return f"map '{name}' {what}, whose elements are not allocated before: write __uint(map_flags, BPF_F_NO_PREALLOC)"
    return ""


def missing(name: str, kind: int, key: int, value: int, inner: bool) -> str:
    """What the definition leaves out, as far as the loader has not set it."""
    if kind in OF_MAPS and not inner:
        return f"map '{name}' holds maps, and does not say of what kind: write __array(values, struct {{ ... }}) into it, the definition of those"
    if kind in HASHES and not (key and value):
        return f"map '{name}' has no type of its {'values' if key else 'keys'}: write __type({'value' if key else 'key'}, ...) into it"
    return ""


def count(n: int | None) -> str:
    return f"{n} byte{'s' * (n != 1)}"
