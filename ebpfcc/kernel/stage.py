"""What libbpf refuses before the verifier sees a program, in C terms, and the kernel's name that was probably meant.

In: libbpf's lines. Out: the rule, what is wrong, what declarations it is about. In the texts {meant} is a suggestion, {instead} what stands for
a function, {first} the first variable of a section, {fault} from target/map_rules.py; other groups are those of the pattern.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from typing import NamedTuple

from ..obj.btf import FUNC
from ..obj.read_btf import Btf, BtfError
from ..obj.read_ext import STT_OBJECT, Object
from ..target.host import KERNEL_BTF
from ..target.instead import instead_of
from ..target.map_rules import fault, missing, name_of
from ..target.near import nearest
from ..target.sections import is_recent, section_meant

# (name, libbpf's words, explanation)
STAGE: list[tuple[str, str, str]] = [
    ("no-btf", r"BTF is required, but is missing or corrupted",
     "the object has no type information (BTF), which libbpf needs for the maps in '.maps': compile with -g"),
    ("no-section", r"prog '(?P<name>[^']+)': missing BPF prog type, check ELF section name '\.text'",
     'function \'{name}\' is in no section, so that libbpf does not know what kind of program it is: write SEC("xdp"), or what it is to be, before '
     "it; if only other programs call it, make it static"),
    ("unknown-section", r"missing BPF prog type, check ELF section name '(?P<section>[^']+)'",
     "libbpf knows no programs of section '{section}'{meant}"),
    ("static-program", r"sec '(?P<of_section>[^']+)': program '(?P<name>[^']+)' is static and not supported",
     "function '{name}' is a program of section '{of_section}', and static, which libbpf does not take: write it without static"),
    ("legacy-map", r"elf: legacy map definitions in '(?P<of_section>[^']+)' section are not supported",
     "libbpf 1.0 and newer knows no maps of section '{of_section}': define '{first}' as struct {{ __uint(type, ...); ... }} {first} SEC(\".maps\")"),
    ("no-hook", r"no BTF-based attach target is specified",
     "section '{of}' does not name what the program is attached to: write SEC(\"{of}/FUNCTION\"), or let the loader call "
     "bpf_program__set_attach_target()"),
    ("unknown-hook", r"failed to find kernel BTF type ID of '(?P<hook>[^']+)'",
     "the running kernel has no '{hook}' that a program of section '{of}' could be attached to{meant}"),
    ("unknown-option", r"extern '(?P<option>CONFIG_\w+)' \(strong\): not resolved",
     "the running kernel's configuration has no {option}: declare it __weak if a program can do without{meant}"),
    ("map-definition", r"map '(?P<map>[^']+)': failed to create: Invalid argument", "{fault}"),
    ("map-refused", r"map '(?P<map>[^']+)': failed to create: (?P<why>[^(]+)",
     "the kernel does not make map '{map}', {type} with keys of {key} bytes, values of {value} bytes and {entries} entries: {why}"),
    ("undefined-extern", r"failed to find BTF info for global/extern symbol '(?P<symbol>[^']+)'|extern \(\w+ ksym\) '(?P<ksym>[^']+)': not found"
     r"|failed to find BTF for extern '(?P<extern>[^']+)'",
     "'{symbol}{ksym}{extern}' is declared but neither this object nor the running kernel defines it{instead}"),
]  # fmt: skip
RULES = [(name, re.compile(pattern), text) for name, pattern, text in STAGE]
PREFIXES = {"lsm": "bpf_lsm_", "lsm.s": "bpf_lsm_", "lsm_cgroup": "bpf_lsm_", "iter": "bpf_iter_", "iter.s": "bpf_iter_", "tp_btf": "__bpf_trace_"}
CONFIG = "/proc/config.gz"
NEWER = ": it came with a later release than this machine's, install a newer libbpf"
MAP_FIELDS = {"key": "key_size", "value": "value_size", "entries": "max_entries"}


# Rules about what is declared, and not about the code that uses it.
OF_DECLARATIONS = frozenset(("no-btf", "no-section", "unknown-section", "static-program", "legacy-map", "no-hook", "unknown-hook", "unknown-option",
                             "map-definition", "map-refused"))  # fmt: skip
OF_SECTIONS = frozenset(("no-btf", "legacy-map"))  # of all variables in a section, of which the first is named


class Reason(NamedTuple):
    """What libbpf refuses. about: the names of what is declared wrongly."""

    rule: str
    text: str
    about: list[str]


def refused(lines: list[str], obj: Object, section: str, program: str = "") -> Reason:
    """Without a rule for words that the table does not have."""
    said = "\n".join(lines)
    for name, pattern, text in RULES:
        found = pattern.search(said)
        if found is None:
            continue
        fields = {key: value or "" for key, value in found.groupdict().items()}
        if "map" in fields:
            numbers, inner = definition(obj, fields["map"])
            fields["fault"] = map_fault(fields["map"], numbers, inner)
            if name == "map-definition" and not fields["fault"]:
                continue
            fields.update((key, str(numbers.get(field, 0))) for key, field in MAP_FIELDS.items())
            fields["type"] = f"a map of type {name_of(numbers.get('type', 0))}"
        fields["first"] = next(iter(variables_of(obj, fields.get("of_section") or ".maps")), "")
        of = ("first",) if name in OF_SECTIONS else ("map", "name", "option")
        about = [fields[key] for key in of if fields.get(key)]
        meant = suggestion(fields, section)
        fields["instead"] = way(fields.get("symbol") or fields.get("ksym") or fields.get("extern") or "")
        newer = NEWER if is_recent(fields.get("section", "")) else ""
        text = text.format(**fields, of=section, meant=f"; did you mean '{meant}'?" if meant else newer)
        return Reason(name, text, [*about, program] if name in OF_DECLARATIONS else [])
    return Reason("", "", [])


def suggestion(fields: dict[str, str], section: str) -> str:
    """The name that was probably meant."""
    if "section" in fields:
        return section_meant(fields["section"])
    if "hook" in fields:
        return hook_meant(fields["hook"], section)
    return closest(fields["option"], options()) if "option" in fields else ""


def way(symbol: str) -> str:
    """Behind the message that nothing defines a function."""
    instead = instead_of(symbol)
    if instead:
        return "; " + instead
    meant = closest(symbol, kernel_functions()) if symbol else ""
    return f"; did you mean '{meant}'?" if meant else ": declare it __weak if a program can do without"


def map_fault(name: str, numbers: dict[str, int], inner: bool) -> str:
    kind, key, value = (numbers.get(field, 0) for field in ("type", "key_size", "value_size"))
    return fault(name, kind, key, value, numbers.get("map_flags", 0)) or missing(name, kind, key, value, inner)


def variables_of(obj: Object, section: str) -> list[str]:
    return [s.name for s in obj.symbols if s.type == STT_OBJECT and 0 < s.section < len(obj.sections) and obj.sections[s.section].name == section]


def options() -> list[str]:
    """Of the kernel's configuration, as far as it tells."""
    import gzip

    for path in (CONFIG, f"/boot/config-{os.uname().release}"):
        try:
            with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as file:
                return re.findall(r"^(CONFIG_\w+)=", file.read(), re.M)
        except (OSError, ValueError):
            continue
    return []


def definition(obj: Object, name: str) -> tuple[dict[str, int], bool]:
    """(the numbers of a map in .maps, whether it says what its values are that are maps)"""
    if obj.btf is None:
        return {}, False
    try:
        found = next((obj.btf.map_definition(number) for variable, number, _, _ in obj.btf.variables(".maps") if variable == name), None)
    except BtfError:
        return {}, False
    return (found.numbers, found.inner is not None) if found is not None else ({}, False)


def hook_meant(hook: str, section: str) -> str:
    """The kernel's function, or what a section of its kind names, that is like `hook`."""
    prefix = PREFIXES.get(section.removeprefix("?").partition("/")[0], "")
    return closest(hook, [name[len(prefix) :] for name in kernel_functions() if name.startswith(prefix)])


def closest(hook: str, names: list[str]) -> str:
    """One slip away, or the same words with more or fewer letters at an end, or much alike."""
    from difflib import get_close_matches

    alike = [n for n in names if abs(len(n) - len(hook)) <= 3 and (n[:3] == hook[:3] or n[-4:] == hook[-4:])]
    return nearest(hook, alike) or next(iter(get_close_matches(hook, sorted(set(alike)), 1, 0.8)), "")


@functools.cache
def kernel_functions() -> list[str]:
    try:
        with open(KERNEL_BTF, "rb") as file:
            kernel = Btf(file.read(), sys.byteorder == "big")
    except (OSError, BtfError):
        return []
    return [t.name for t in kernel.types if t.kind == FUNC]
