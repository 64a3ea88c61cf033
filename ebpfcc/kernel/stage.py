"""What libbpf refuses before the verifier sees a program, in C terms, and the kernel's name that was probably meant.

In: libbpf's lines. Out: (rule, what is wrong). In the texts {meant} is a suggestion; other groups are those of the pattern.
"""

from __future__ import annotations

import re
import sys

from ..obj.btf import FUNC
from ..obj.read_btf import Btf, BtfError
from ..obj.read_ext import Object
from ..target import map_types
from ..target.host import KERNEL_BTF
from ..target.near import nearest
from ..target.sections import section_meant

# (name, libbpf's words, explanation)
STAGE: list[tuple[str, str, str]] = [
    ("no-btf", r"BTF is required, but is missing or corrupted",
     "the object has no type information (BTF), which libbpf needs for the maps in '.maps': compile with -g"),
    ("no-section", r"prog '(?P<name>[^']+)': missing BPF prog type, check ELF section name '\.text'",
     'function \'{name}\' is in no section, so that libbpf does not know what kind of program it is: write SEC("xdp"), or what it is to be, before '
     "it; if only other programs call it, make it static"),
    ("unknown-section", r"missing BPF prog type, check ELF section name '(?P<section>[^']+)'",
     "libbpf knows no programs of section '{section}'{meant}"),
    ("unknown-hook", r"failed to find kernel BTF type ID of '(?P<hook>[^']+)'",
     "the running kernel has no '{hook}' that a program of section '{of}' could be attached to{meant}"),
    ("array-key", r"map '(?P<array>[^']+)': failed to create: Invalid argument",
     "the key of array '{array}' has {key} bytes: it is an index, which has 4"),
    ("map-refused", r"map '(?P<map>[^']+)': failed to create: (?P<why>[^(]+)",
     "the kernel does not make map '{map}' of type {type} with keys of {key} bytes, values of {value} bytes and {entries} entries: {why}"),
    ("undefined-extern", r"failed to find BTF info for global/extern symbol '(?P<symbol>[^']+)'|extern \(\w+ ksym\) '(?P<ksym>[^']+)': not found",
     "'{symbol}{ksym}' is declared but neither this object nor the running kernel defines it: declare it __weak if a program can do without"),
]  # fmt: skip
RULES = [(name, re.compile(pattern), text) for name, pattern, text in STAGE]
PREFIXES = {"lsm": "bpf_lsm_", "lsm.s": "bpf_lsm_", "lsm_cgroup": "bpf_lsm_", "iter": "bpf_iter_", "iter.s": "bpf_iter_", "tp_btf": "__bpf_trace_"}
INDEXED = frozenset((map_types.ARRAY, map_types.PERCPU_ARRAY, map_types.PROG_ARRAY, map_types.PERF_EVENT_ARRAY, map_types.CGROUP_ARRAY,
                     map_types.ARRAY_OF_MAPS, map_types.DEVMAP, map_types.CPUMAP, map_types.XSKMAP, map_types.SOCKMAP))  # fmt: skip
MAP_FIELDS = {"type": "type", "key": "key_size", "value": "value_size", "entries": "max_entries"}


def refused(lines: list[str], obj: Object, section: str) -> tuple[str, str]:
    """("", "") for words that the table does not have."""
    said = "\n".join(lines)
    for name, pattern, text in RULES:
        found = pattern.search(said)
        if found is None:
            continue
        fields = {key: value or "" for key, value in found.groupdict().items()}
        if "array" in fields or "map" in fields:
            numbers = definition(obj, fields.get("array") or fields["map"])
            if name == "array-key" and (numbers.get("type") not in INDEXED or numbers.get("key_size", 4) == 4):
                continue
            fields.update((key, str(numbers.get(field, 0))) for key, field in MAP_FIELDS.items())
        meant = section_meant(fields["section"]) if "section" in fields else hook_meant(fields["hook"], section) if "hook" in fields else ""
        return name, text.format(**fields, of=section, meant=f"; did you mean '{meant}'?" if meant else "")
    return "", ""


def definition(obj: Object, name: str) -> dict[str, int]:
    """The numbers of a map in .maps."""
    if obj.btf is None:
        return {}
    try:
        return next((obj.btf.map_definition(number).numbers for variable, number, _, _ in obj.btf.variables(".maps") if variable == name), {})
    except BtfError:
        return {}


def hook_meant(hook: str, section: str) -> str:
    """The kernel's function, or what a section of its kind names, that is like `hook`."""
    prefix = PREFIXES.get(section.removeprefix("?").partition("/")[0], "")
    return closest(hook, [name[len(prefix) :] for name in kernel_functions() if name.startswith(prefix)])


def closest(hook: str, names: list[str]) -> str:
    """One slip away, or the same words with more or fewer letters at an end, or much alike."""
    from difflib import get_close_matches

    alike = [n for n in names if abs(len(n) - len(hook)) <= 3 and (n[:3] == hook[:3] or n[-4:] == hook[-4:])]
    return nearest(hook, alike) or next(iter(get_close_matches(hook, sorted(set(alike)), 1, 0.8)), "")


def kernel_functions() -> list[str]:
    try:
        with open(KERNEL_BTF, "rb") as file:
            kernel = Btf(file.read(), sys.byteorder == "big")
    except (OSError, BtfError):
        return []
    return [t.name for t in kernel.types if t.kind == FUNC]
