"""In CI, on a kernel that lets root use bpf(), a test that is skipped for want of the kernel, root or libbpf has failed."""

from __future__ import annotations

import os
import re
from types import ModuleType

import pytest

from ebpfcc.kernel import libbpf as loader

NEEDS = re.compile(r"libbpf|\broot\b|bpf\(\)|type information of the kernel", re.I)
missing: list[str] = []


@pytest.fixture
def libbpf() -> ModuleType:
    """ebpfcc.kernel.libbpf, for tests that load programs; skips them where that cannot be done."""
    why = loader.why_not()
    if why:
        pytest.skip(why)
    return loader


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple) and NEEDS.search(report.longrepr[2]):
        missing.append(f"{report.nodeid}: {report.longrepr[2]}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if missing and os.environ.get("CI") == "true" and os.geteuid() == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing and os.environ.get("CI") == "true" and os.geteuid() == 0:
        terminalreporter.write_line("these must run in CI, as root:", red=True)
        for line in missing:
            terminalreporter.write_line("  " + line)
