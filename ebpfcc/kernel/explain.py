"""The verifier's refusals and types in C terms; refusal_table.py has what is told about each."""

from __future__ import annotations

import re

from ..target.map_rules import name_of
from .refusal_table import TABLE

RULES = [(name, re.compile(pattern), text) for name, pattern, text in TABLE]

TYPES = {
    "scalar": "a number", "ctx": "a pointer to the context", "map_ptr": "the address of a map", "map_value": "a pointer to a map value",
    "map_key": "a pointer to a map key", "map_value_or_null": "a pointer to a map value, or NULL", "pkt": "a pointer to packet data",
    "pkt_meta": "a pointer to packet metadata", "pkt_end": "the end of the packet", "fp": "a pointer to the stack", "mem": "a pointer to memory",
    "ringbuf_mem": "a record of a ring buffer", "mem_or_null": "a pointer to memory, or NULL",
    "ringbuf_mem_or_null": "a record of a ring buffer, or NULL", "sock": "a pointer to a socket", "sock_common": "a pointer to struct sock_common",
    "tcp_sock": "a pointer to a TCP socket", "xdp_sock": "a pointer to an XDP socket", "buf": "a pointer to a buffer",
    "rdonly_mem": "a pointer to read-only memory", "func": "the address of a function", "dynptr_ptr": "a dynptr",
    "tp_buffer": "a pointer to the tracepoint's buffer",
    "flow_keys": "a pointer to flow keys", "inv": "a number", "rdonly_buf": "a pointer to a read-only buffer",
    "arena": "a pointer into an arena", "fp-dynptr": "a dynptr on the stack",
}  # fmt: skip
KERNEL = re.compile(r"((?:(?:trusted|untrusted|rcu|percpu)_)*)ptr_(or_null_)?(\w*)")
SETS = (  # types that are taken together: when all of the first are among them, (the others of the set, in words)
    ({"fp", "pkt", "map_value", "mem"}, {"pkt_meta", "map_key", "ringbuf_mem", "buf", "trusted_ptr_"},
     "a pointer to memory (on the stack, in a map value, in the packet, ...)"),
    ({"sock_common", "sock"}, {"tcp_sock", "xdp_sock", "ptr_", "trusted_ptr_", "rcu_ptr_"}, "a pointer to a socket"),
    ({"percpu_ptr_"}, {"percpu_rcu_ptr_", "percpu_trusted_ptr_"}, "a per-CPU pointer to a kernel structure"),
    ({"ptr_", "trusted_ptr_"}, {"rcu_ptr_"}, "a pointer to a kernel structure that the kernel passed or that was acquired"),
)  # fmt: skip


def kind_of(name: str) -> str:
    """A type of the verifier in C terms."""
    plain = TYPES.get(name)
    if plain:
        return plain
    if not name:
        return "the pointer"
    kernel = KERNEL.fullmatch(name)
    if kernel:
        flags = kernel[1].split("_")
        trust = "an untrusted " if "untrusted" in flags else "a trusted " if "trusted" in flags else "a "
        words = f"{trust}{'per-CPU ' * ('percpu' in flags)}pointer{' under RCU' * ('rcu' in flags)}{', or NULL,' * bool(kernel[2])}"
        return f"{words} to {f'struct {kernel[3]}' if kernel[3] else 'a kernel structure'}"
    if name.removesuffix("_or_null") in TYPES:
        return f"{TYPES[name.removesuffix('_or_null')]}, or NULL"
    return f"of the kind {name}"


def kinds_of(names: str) -> str:
    """A list of the verifier's types, of which a function takes any."""
    types = [t.strip() for t in names.split(",") if t.strip()]
    if types == ["fp"]:  # what the kernel says of any memory
        return SETS[0][2]
    wanted = []
    for needed, others, words in SETS:
        if needed <= set(types):
            types = [t for t in types if t not in needed | others]
            wanted.append(words)
    wanted += dict.fromkeys(kind_of(t) for t in types)
    return ", ".join(wanted[:-1]) + (" or " if len(wanted) > 1 else "") + wanted[-1] if wanted else "something else"


class Explanation:
    """What is told about a refusal. rule: the entry of the table, "" for the verifier's own words."""

    __slots__ = ("rule", "text", "match")

    def __init__(self, rule: str, text: str, match: re.Match[str] | None) -> None:
        self.rule = rule
        self.text = text
        self.match = match

    def number(self, *groups: str) -> int | None:
        """The number that the first of these groups of the pattern caught."""
        found = self.match.groupdict() if self.match else {}
        return next((int(found[g]) for g in groups if found.get(g)), None)


class Sources:
    """What an explanation asks for: the expression behind a register, the index added to it last, what is added by the refused instruction,
    whether a register is NULL, what a pointer into the packet is to be compared with, the context's member at an offset."""

    callee = ""  # the function whose call was refused

    def subject(self, register: int) -> str:
        return f"register {register}"

    def index(self, register: int) -> str:
        return self.subject(register)

    def added(self) -> str:
        return "what"

    def is_null(self, register: int) -> bool:
        return False

    def limit(self, register: int) -> str:
        return "data_end"

    def member(self, offset: int) -> str:
        return ""


def explain(message: str, sources: Sources) -> Explanation:
    """In C terms what the verifier's words mean."""
    for name, pattern, text in RULES:
        match = pattern.search(message)
        if match:
            return Explanation(name, singular(text.format(**_fields(match, sources))), match)
    return Explanation("", message.split("\n")[0], None)


def singular(text: str) -> str:
    for many, one in (
        ("these 1 bytes are used, compare their", "this byte is used, compare its"),
        ("these 1 bytes are", "this byte is"),
        ("these 1 bytes do", "this byte does"),
        ("the 1 bytes", "the byte"),
        (" 1 bytes", " 1 byte"),
    ):
        text = text.replace(many, one)
    return text


def _fields(match: re.Match[str], sources: Sources) -> dict[str, str]:
    groups = match.groupdict()
    fields = {name: value or "" for name, value in groups.items()}
    if groups.get("r"):
        fields["r"] = sources.subject(int(groups["r"]))
        fields["i"] = sources.index(int(groups["r"]))
    fields.setdefault("i", "something")
    argument = int(groups.get("arg1") or 0) or (int(groups["arg0"]) + 1 if groups.get("arg0") else 0)
    if argument:
        fields["arg"] = sources.subject(argument)
    fields.setdefault("arg", "an argument")
    if groups.get("map_type"):
        fields["map_type"] = name_of(int(groups["map_type"]))
    fields["type_c"] = kind_of(groups.get("type") or "")
    if groups.get("expected"):
        fields["expected_c"] = kinds_of(groups["expected"])
    fields["added"] = sources.added()
    null = groups.get("type") in (None, "scalar") and sources.is_null(argument or int(groups.get("r") or 0))
    fields["is_c"] = "is NULL" if null else f"is {fields['type_c']}"
    fields["null"] = "is NULL here, which this function does not take" if null else "may be NULL here: compare it with NULL before it is passed on"
    if groups.get("n"):
        fields["n_1"] = str(int(groups["n"]) - 1)
    fields["limit"] = sources.limit(int(groups.get("r") or 0))
    if groups.get("range"):
        count = int(groups["range"])
        fields["checked"] = "nothing is yet" if not count else f"the first {count} bytes of {'the packet' if groups.get('id') == '0' else 'it'} are"
    named = sources.member(int(groups["off"] or "0")) if (groups.get("off") or "x").isdigit() else ""
    fields["member"] = f" ('{named}')" if named else ""
    fields["uninitialised"] = _uninitialised(int(groups.get("r") or groups.get("q") or 0), sources)
    fields["returns"] = _returns(groups)
    return fields


def _uninitialised(register: int, sources: Sources) -> str:
    if sources.callee and 1 <= register <= 5:
        return f"argument {register} of {sources.callee}() has no value: too few arguments are passed, or a variable has not been set on this path"
    if register == 0:
        return "the function's result has no value on this path: a return without a value, or a variable that has not been set"
    return f"{sources.subject(register)} is used but has no value on this path: it was not set, or a call between has destroyed it"


def _returns(groups: dict[str, str | None]) -> str:
    where = {"callback return": "the callback", "subprogram exit": "the function"}.get(groups.get("what") or "", "the program")
    low, high = groups.get("low"), groups.get("high")
    if low is None or high is None:
        return f"{where} must return a number"
    negative = int(low) < 0 or (groups.get("smin") or "") == (groups.get("smax") or "") and int(groups.get("smin") or 0) >> 31 == 1
    wanted = low if low == high else f"{low} or {high}" if int(high) == int(low) + 1 else f"{low} to {high}"
    smin, smax = groups.get("smin"), groups.get("smax")
    if negative and smin and smax:  # as an int has it
        smin, smax = (str(int(n) - (1 << 32)) if int(n) >> 31 == 1 else n for n in (smin, smax))
    got = f" (it may be {smin if smin == smax else f'{smin} to {smax}'})" if smin and smax else f" (it may be {smin or smax})" if smin or smax else ""
    return f"{where} must return {wanted} here{got}"
