"""What the verifier knows of a register, from its notation to C terms."""

from __future__ import annotations

import re

from .explain import kind_of

STATE = re.compile(r"([\w-]+?)\((.*)\)$")
BEYOND = 1 << 16  # of packets: a range of one that was found to be shorter
LEAST, MOST, WHOLE = "-9223372036854775808", "9223372036854775807", "18446744073709551615"


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
    null = ", or NULL" * words.endswith(", or NULL")
    words = words.removesuffix(", or NULL")
    if "map" in facts and "map" in kind:
        words = words.replace("a map", f"map '{facts['map']}'").replace("pointer to map", "pointer into map").replace(" value", "", 1)
    if "vs" in facts and kind.startswith("map_value"):
        words += f" with values of {size(facts['vs'])}"
    if "sz" in facts:
        words += f" of {size(facts['sz'])}"
    words += null
    if kind == "pkt" and int(facts.get("r", WHOLE), 0) < BEYOND:
        words += f", {size(facts['r'])} of which are known to be there" if facts["r"] != "1" else ", 1 byte of which is known to be there"
    if facts.get("off", "0") != "0":
        words += f", at offset {decimal(facts['off'])}"
    if "umax" in facts or "smax" in facts:
        words += f", plus {number(facts).removeprefix('a number, ')}"
    return words


def size(text: str) -> str:
    return f"{decimal(text)} byte{'s' * (decimal(text) != '1')}"


def spread(text: str) -> str:
    """smin=umin=4 as smin=4,umin=4"""

    def each(match: re.Match[str]) -> str:
        return ",".join(f"{name}={match[2]}" for name in match[1].rstrip("=").split("="))

    text = re.sub(r"(smin=|smax=)(0x[89a-f][0-9a-f]{15})\b", lambda m: m[1] + str(int(m[2], 16) - (1 << 64)), text)
    return re.sub(r"((?:[su](?:min|max)(?:32)?=)+)(-?\w+)", each, text)


def number(facts: dict[str, str]) -> str:
    """The bounds, of the signed and the unsigned number as far as they are about the same numbers."""
    smin, smax = (int(facts.get(name, limit), 0) for name, limit in (("smin", LEAST), ("smax", MOST)))
    umin, umax = (int(facts.get(name, limit), 0) for name, limit in (("umin", "0"), ("umax", WHOLE)))
    if smin >= 0 or umax <= int(MOST):
        low, high = max(smin, umin), min(smax, umax)
    elif (smin, smax) == (int(LEAST), int(MOST)) and (umin, umax) != (0, int(WHOLE)):
        return f"a number, {umin} to {umax} if unsigned" if umax < int(WHOLE) else f"a number, at least {umin} if unsigned"
    else:
        low, high = smin, smax
    if low == high:
        return f"the number {low}"
    if (low, high) in ((int(LEAST), int(MOST)), (0, int(MOST))):
        return "a number of which nothing is known" if low else "a number that is not negative"
    if low == int(LEAST):
        return f"a number, at most {high}, without a lower bound"
    if high == int(MOST):
        return f"a number, at least {low}, without an upper bound"
    return f"a number, {low} to {high}"


def decimal(text: str | None) -> str:
    return str(int(text, 0)) if text else ""
