"""The runner of the selftests' expectations: what tags say, and whether a program does it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import ebpfcc
from ebpfcc.kernel import verdicts
from ebpfcc.kernel.expectations import DEFAULT_FLAGS, expectation, first_missing, read_expectations

TAGS = [
    (["test_expect_success", "test_retval=7"], "accepted", True),
    (["test_expect_failure", "test_expect_msg=0=R1 !read_ok"], "messages", ("R1 !read_ok",)),
    (["test_retval=0xffffffff"], "result", -1),
    (["test_retval=INT_MIN"], "result", -(1 << 31)),
    (["test_retval=TEST_DATA_LEN"], "result", 64),
    (["test_log_level=2"], "log_level", 2),
    (["test_prog_flags=BPF_F_TEST_STATE_FREQ"], "flags", DEFAULT_FLAGS | 8),
    (["test_prog_flags=!BPF_F_TEST_REG_INVARIANTS"], "flags", DEFAULT_FLAGS & ~128),
    (["test_arch=ARM64"], "elsewhere", True),
    (["test_arch=ARM64", "test_arch=X86_64"], "elsewhere", False),
    (["test_auxiliary"], "auxiliary", True),
]


@pytest.mark.parametrize(("tags", "member", "wanted"), TAGS, ids=lambda x: x[0] if isinstance(x, list) else None)
def test_tags(tags: list[str], member: str, wanted: object) -> None:
    found = expectation([tag.removeprefix("test_") for tag in tags], "x86_64")
    assert getattr(found, member) == wanted


def test_messages_in_their_order() -> None:
    log = "0: R1=ctx()\n1: r0 = 5\nR0 has 5 bytes\n"
    assert first_missing(log, ("R1=ctx()", "r0 = 5", "R0 has {{[0-9]+}} bytes")) is None
    assert first_missing(log, ("r0 = 5", "R1=ctx()")) == "R1=ctx()"


# The log shows the line of an instruction: no message stands on one.
PROGRAMS = """
#define TAG(text) __attribute__((btf_decl_tag("comment:" text)))
#define SOCKET __attribute__((section("socket"), used))
TAG("test_expect_success") TAG("test_retval=7") SOCKET int right(void *ctx) { return 7; }
TAG("test_expect_success") TAG("test_retval=7") SOCKET int wrong_result(void *ctx) { return 8; }
TAG("test_expect_failure") TAG("test_expect_msg=0=R2 !read_ok") SOCKET __attribute__((naked)) int refused(void *ctx) { asm volatile("r0 = r2; exit"); }
TAG("test_expect_failure") TAG("test_expect_msg=0=another word") SOCKET __attribute__((naked)) int another_word(void *ctx) {
    asm volatile("r0 = r2; exit"); }
TAG("test_expect_failure") SOCKET int accepted(void *ctx) { return 0; }
TAG("test_expect_success") SOCKET __attribute__((naked)) int not_accepted(void *ctx) { asm volatile("r0 = r2; exit"); }
TAG("test_expect_success") TAG("test_arch=MIPS") SOCKET int elsewhere(void *ctx) { return 7; }
SOCKET int without(void *ctx) { return 7; }
char license[] __attribute__((section("license"))) = "GPL";
"""
KERNEL = {
    "right": "",
    "wrong_result": "returns 8, not 7",
    "refused": "",
    "another_word": "the verifier does not say 'another word'",
    "accepted": "accepted, not refused",
    "not_accepted": "refused: R2 !read_ok",
}


def test_verdicts(libbpf: ModuleType, tmp_path: Path) -> None:
    result = ebpfcc.compile(text=PROGRAMS, flags=["-O2", "-g"])
    assert result.data is not None, result.diagnostics
    assert set(read_expectations(result.data, "x86_64")) == {*KERNEL, "elsewhere"}
    path = tmp_path / "p.o"
    path.write_bytes(result.data)
    found = verdicts.check(str(path))
    assert {name: verdict["kernel"] for name, verdict in found.items()} == KERNEL
    assert found["right"]["simulator"] == ""
