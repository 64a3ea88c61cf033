"""What the kernel's own test programs say of themselves: BTF tags on functions (`comment:test_...`), as
tools/testing/selftests/bpf/test_loader.c reads them. Only what is expected with all capabilities; tags for other machines are left out."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..obj.btf import DECL_TAG, FUNC
from ..obj.read_btf import Btf
from ..obj.read_elf import read_elf

TAG = "comment:test_"
NUMBERED = re.compile(r"(expect_msg|expect_xlated|jited)=\d+=(.*)", re.S)
FLAGS = {
    "BPF_F_STRICT_ALIGNMENT": 1,
    "BPF_F_ANY_ALIGNMENT": 2,
    "BPF_F_TEST_RND_HI32": 4,
    "BPF_F_TEST_STATE_FREQ": 8,
    "BPF_F_SLEEPABLE": 16,
    "BPF_F_XDP_HAS_FRAGS": 32,
    "BPF_F_TEST_REG_INVARIANTS": 128,
}
# uapi linux/bpf.h; what tests return is written by these names, too
TEST_DATA = 64  # bytes of zeros, as test_loader.c gives them
RETURNS = {"INT_MIN": -(1 << 31), "0xffffffff": -1, "POINTER_VALUE": 0xBADCAFE, "TEST_DATA_LEN": TEST_DATA}
DEFAULT_FLAGS = FLAGS["BPF_F_TEST_RND_HI32"] | FLAGS["BPF_F_TEST_REG_INVARIANTS"]


class Expectation(NamedTuple):
    """accepted: None if nothing is said of it. messages: parts of the verifier's log, in their order, `{{...}}` as regular expressions.
    result: of a run, None if it is not run. elsewhere: for other machines only. auxiliary: loaded along with the others."""

    accepted: bool | None
    messages: tuple[str, ...]
    result: int | None
    log_level: int
    flags: int
    elsewhere: bool
    auxiliary: bool


def read_expectations(data: bytes, machine: str) -> dict[str, Expectation]:
    """By the names of functions, of those that carry tags. machine: as os.uname() has it."""
    elf = read_elf(data)
    section = elf.section(".BTF")
    if section is None:
        return {}
    types = Btf(section.data, elf.big_endian).types
    tags: dict[str, list[str]] = {}
    for t in types:
        if t.kind == DECL_TAG and t.name.startswith(TAG) and t.words[0] == 0xFFFFFFFF and types[t.value].kind == FUNC:
            tags.setdefault(types[t.value].name, []).append(t.name[len(TAG) :])
    return {name: expectation(texts, machine) for name, texts in tags.items()}


def expectation(tags: list[str], machine: str) -> Expectation:
    accepted: bool | None = None
    messages: list[str] = []
    result: int | None = None
    level, flags = 0, DEFAULT_FLAGS
    machines: set[str] = set()
    for tag in tags:
        name, _, value = tag.partition("=")
        numbered = NUMBERED.match(tag)
        if name in ("expect_failure", "expect_success"):
            accepted = name == "expect_success"
        elif numbered is not None and numbered[1] == "expect_msg":
            messages.append(numbered[2])
        elif name == "retval":
            result = RETURNS[value] if value in RETURNS else int(value, 0)
        elif name == "log_level":
            level = int(value, 0)
        elif name == "prog_flags":
            bit = FLAGS.get(value.lstrip("!"))
            bit = int(value.lstrip("!"), 0) if bit is None else bit
            flags = flags & ~bit if value[0] == "!" else flags | bit
        elif name == "arch":
            machines.add(value.lower())
    return Expectation(accepted, tuple(messages), result, level, flags, bool(machines) and machine.lower() not in machines, "auxiliary" in tags)


def first_missing(log: str, messages: tuple[str, ...]) -> str | None:
    """The first of the messages that does not follow the ones before it in the log."""
    at = 0
    for message in messages:
        pieces = re.split(r"\{\{(.*?)\}\}", message)
        pattern = "".join(piece if n % 2 else re.escape(piece) for n, piece in enumerate(pieces))
        found = re.compile(pattern.replace("[[:space:]]", r"\s").replace("[[:digit:]]", r"\d")).search(log, at)
        if found is None:
            return message
        at = found.end()
    return None
