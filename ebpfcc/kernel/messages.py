"""`ebpfcc --explain RULE`, and docs/messages.md (`python3 -m ebpfcc.kernel.messages > docs/messages.md`): what each rule means, an example,
the way out. In: the tables of refusals and rules.txt, whose examples the tests have refused."""

from __future__ import annotations

import os
import re
import sys
from typing import NamedTuple

from ..diag import GROUPS, OWN, WARNINGS
from .refusal_table import TABLE
from .stage import STAGE
from .verify import NO_PROGRAM, UNSIZED

TEXTS = os.path.join(os.path.dirname(__file__), "rules.txt")
EXAMPLE_VALUES = {  # for the placeholders of the tables
    "r": "'p'", "i": "'i'", "arg": "argument 1 of f()", "added": "what", "is_c": "is a number", "type_c": "a number", "expected_c": "a pointer",
    "limit": "data_end", "null": "may be NULL here: compare it with NULL before it is passed on", "uninitialised": "'x' is used but has no value on "
    "this path", "returns": "the program must return 0 or 1 here (it may be 2)", "checked": "nothing is yet", "member": "", "n": "9", "n_1": "999999",
    "size": "8", "off": "16", "value": "4", "map": "m", "name": "f", "helper": "f", "struct": "s", "member_name": "m", "want": "a", "got": "b",
    "type": "struct bpf_timer", "map_type": "BPF_MAP_TYPE_HASH", "held": "bpf_rcu_read_lock", "section": "xpd", "hook": "do_unlinkatt",
    "of": "fentry/do_unlinkatt", "meant": "; did you mean ...?", "key": "8", "entries": "4", "why": "Invalid argument", "symbol": "f",
    "ksym": "", "extern": "", "at": "0", "op": "<<=", "of_section": "xdp", "first": "m", "option": "CONFIG_HZZ",
    "fault": "the key of map 'm' has 8 bytes: an array is indexed by 4 bytes, as __u32", "instead": ": declare it __weak if a program can do without",
}  # fmt: skip
OF_THE_OBJECT = {  # warnings about the object as a whole
    "no-max-entries": UNSIZED.format("m", 8), "no-program": NO_PROGRAM,
}  # fmt: skip
OWN_TEXTS = {
    "-Wbpf-format": "the format of bpf_printk() has a conversion that the kernel does not know, or that does not fit its argument",
    "-Wuninitialized-map-argument": "bytes of a key or value have no value when they are handed to a map",
    "-Wbpf-map": "a map's sizes or flags are not those of its type, a key or value that is passed is smaller than the map's, or what is defined as a "
    "map is not in section '.maps'",
    "-Wbpf-section": "a function is in a section that is almost one of libbpf's",
    "-Wbpf-context": "a program's parameter is the context of another type of program than its section names",
}


class Rule(NamedTuple):
    """said: by whom. messages: as they are told, with names of examples. words: what the kernel or libbpf says (a pattern)."""

    name: str
    said: str
    messages: list[str]
    words: list[str]
    way: str
    example: str


def rules() -> dict[str, Rule]:
    """In the order of the tables."""
    ways, examples = texts()
    made: dict[str, Rule] = {}
    for table, said in ((TABLE, "verifier"), (STAGE, "libbpf")):
        for name, pattern, text in table:
            rule = made.setdefault(name, Rule(name, said, [], [], ways.get(name, ""), examples.get(name, "")))
            message = text.format_map(EXAMPLE_VALUES)
            if message not in rule.messages:
                rule.messages.append(message)
            rule.words.append(plain(pattern))
            if not rule.way:
                made[name] = rule._replace(way=message.partition(": ")[2])
    for name, text in OF_THE_OBJECT.items():
        made[name] = Rule(name, "libbpf", [text], [], ways[name], "")
    for name, text in OWN_TEXTS.items():
        made[name] = Rule(name, "compiler", [text], [], ways[name], "")
    return made


def texts() -> tuple[dict[str, str], dict[str, str]]:
    """(rule -> way out, rule -> example) of rules.txt: `name: way`, then `== name` and the example's lines."""
    with open(TEXTS, encoding="utf-8") as file:
        first, *blocks = file.read().split("\n== ")
    ways = dict(line.split(": ", 1) for line in first.splitlines() if line)
    return ways, {name: body.strip("\n") for name, _, body in (block.partition("\n") for block in blocks)}


def plain(pattern: str) -> str:
    """A pattern as a person reads it: groups by their names."""
    text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: m[1].upper() if len(m[1]) > 1 else "N", pattern)
    return re.sub(r"\\(.)", lambda m: {"d": "N", "w": "NAME", "b": "", "S": "..."}.get(m[1], m[1]), text)


def found(name: str) -> Rule | None:
    """By its name, also as it stands in brackets behind a message."""
    name = name.strip("[]").rpartition(",")[2]
    known = rules()
    return known.get(name) or known.get(re.sub(r"^(?:verifier|libbpf)-", "", name))


def explain(name: str) -> str:
    """ "" for a name that is none."""
    rule = found(name)
    if rule is not None:
        label = rule.name if rule.said == "compiler" else f"{rule.said}-{rule.name}"
        parts = [label, *(f"  {message}" for message in rule.messages)]
        parts += [f"The way out:\n  {rule.way}"]
        if rule.words:
            parts += [f"In the words of {'libbpf' if rule.said == 'libbpf' else 'the verifier'}:", *(f"  {words}" for words in rule.words)]
        if rule.example:
            parts += ["An example, refused at the line with the mark (array, hash and ring are maps):", *(f"  {line}" for line in rule.example.split("\n"))]
        return "\n".join(parts) + "\n"
    warning = name.strip("[]").rpartition(",")[2].removeprefix("-W")
    if warning not in WARNINGS or warning in OWN:
        return ""
    group = WARNINGS[warning]
    when = {"": "by default", "error": "by default, as an error", "off": f"with -W{warning} only"}.get(group, f"with -W{group}")
    groups = [f"-W{name}" for name, members in GROUPS.items() if warning in members and name != group]
    also = f", also part of {', '.join(groups)}" if groups else ""
    return f"-W{warning}\n  A warning of clang and GCC, of the same name there; told {when}{also}. -Wno-{warning} turns it off.\n"


def near(name: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, [*rules(), *(f"-W{w}" for w in WARNINGS)], 1, 0.6)), "")


def page() -> str:
    """docs/messages.md"""
    out = [
        "# Messages by the name of their rule",
        "",
        "A message ends with the name of its rule in brackets: `[-Wname]` for warnings, `[verifier-name]` for what the kernel's verifier refuses",
        "and `[libbpf-name]` for what libbpf refuses before. `ebpfcc --explain NAME` prints what stands here. This page is made by",
        "`python3 -m ebpfcc.kernel.messages`; the examples are among the tests, which have the kernel refuse them at the line with the mark. Their",
        "maps are `array` (values of `struct value { long count; int words[4]; }`), `hash` (keys and values of `long`) and `ring`.",
    ]
    for title, said in (("libbpf", "libbpf"), ("The verifier", "verifier"), ("Warnings that only ebpfcc has", "compiler")):
        out += ["", f"## {title}"]
        for rule in rules().values():
            if rule.said == said:
                out += ["", f"### {rule.name}", "", *(f"- {message}" for message in rule.messages), "", f"The way out: {rule.way}."]
                if rule.example:
                    out += ["", "```c", rule.example, "```"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
