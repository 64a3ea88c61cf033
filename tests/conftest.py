"""In CI, as root, a test that is skipped has failed, unless the reason is one of a few."""

from __future__ import annotations

import os
import re
from types import ModuleType

import pytest

from ebpfcc.kernel import libbpf as loader

# What CI does without: QEMU and the kernels for it, and headers that the distribution's kernel does not have yet.
ALLOWED = re.compile(r"Skipped: (?:no virtual machine: |the virtual machine's program |kernel \S+ carries no BTF|not installed$|invalid )|no virtual machine: ")
STRICT = os.environ.get("CI") == "true" and os.geteuid() == 0
missing: list[str] = []


@pytest.fixture
def libbpf() -> ModuleType:
    """ebpfcc.kernel.libbpf, for tests that load programs; skips them where that cannot be done."""
    why = loader.why_not()
    if why:
        pytest.skip(why)
    return loader


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if STRICT and report.skipped and isinstance(report.longrepr, tuple) and not ALLOWED.search(report.longrepr[2]):
        missing.append(f"{report.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing:
        terminalreporter.write_line("these must run in CI, as root:", red=True)
        for line in missing:
            terminalreporter.write_line("  " + line)
