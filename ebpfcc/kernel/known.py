"""What the verifier knows of a register, from its notation to C terms."""

from __future__ import annotations

import re

from .explain import kind_of

STATE = re.compile(r"([\w-]+?)\((.*)\)$")
UNLIMITED = {"0xffffffffffffffff", "0x7fffffffffffffff", "-9223372036854775808", "0x8000000000000000", "9223372036854775807", "18446744073709551615"}


def describe(state: str) -> str:
    """Of `scalar(smin=0,smax=255,...)`: "a number, 0 to 255". "" if there is nothing to tell."""
    if re.fullmatch(r"P?-?(?:0x)?[0-9a-f]+", state):
        return f"the number {state.lstrip('P')}"
    if re.fullmatch(r"fp-?\d+", state):
        return f"the address of the stack, {state[2:].lstrip('-') or '0'} bytes below its top"
    match = STATE.match(state)
    if not match:
        return ""
    kind, facts = match[1], dict(re.findall(r"(\w+)=([^,=()]+)(?=,\w+=|,?$)", re.sub(r"(?:,|^)var_off=\([^)]*\)", "", spread(match[2]))))
    if kind == "scalar":
        return number(facts)
    words = kind_of(kind)
    if "map" in facts and "map" in kind:
        words = words.replace("a map", f"map '{facts['map']}'").replace("pointer to map", "pointer into map").replace(" value", "", 1)
    if "vs" in facts and kind.startswith("map_value"):
        words = f"{words.removesuffix(', or NULL')} with values of {facts['vs']} bytes" + ", or NULL" * words.endswith(", or NULL")
    if "sz" in facts:
        words = f"{words.removesuffix(', or NULL')} of {facts['sz']} bytes" + ", or NULL" * words.endswith(", or NULL")
    if kind == "pkt" and "r" in facts:
        words += f", {facts['r']} bytes of which are known to be there"
    if facts.get("off", "0") != "0":
        words += f", at offset {decimal(facts['off'])}"
    if "umax" in facts or "smax" in facts:
        words += f", plus {number(facts).removeprefix('a number, ')}"
    return words


def spread(text: str) -> str:
    """smin=umin=4 as smin=4,umin=4"""

    def each(match: re.Match[str]) -> str:
        return ",".join(f"{name}={match[2]}" for name in match[1].rstrip("=").split("="))

    text = re.sub(r"(smin=|smax=)(0x[89a-f][0-9a-f]{15})\b", lambda m: m[1] + str(int(m[2], 16) - (1 << 64)), text)
    return re.sub(r"((?:[su](?:min|max)(?:32)?=)+)(-?\w+)", each, text)


def number(facts: dict[str, str]) -> str:
    """The narrower of the signed and unsigned bounds."""
    low = facts.get("umin") or facts.get("smin")
    high = facts.get("umax") or facts.get("smax")
    if "smin" in facts and facts["smin"].startswith("-") and "smax" in facts:
        low, high = facts["smin"], facts["smax"]
    elif "umin" not in facts and "smin" not in facts and "umax" in facts:
        low = "0"
    low = None if low in UNLIMITED else low
    high = None if high in UNLIMITED else high
    if low is None and high is None:
        return "a number of which nothing is known"
    if low is None:
        return f"a number, at most {decimal(high)}, without a lower bound"
    if high is None:
        return f"a number, at least {decimal(low)}, without an upper bound"
    return f"a number, {decimal(low)} to {decimal(high)}"


def decimal(text: str | None) -> str:
    return str(int(text, 0)) if text else ""
