"""libbpf in a process of its own: what it makes of an object that it was not made for ends that process, and is told as an error.

The process has a group of its own, so that Ctrl-C at the terminal comes to the parent alone, which ends it.
The parent sends the object, then one line for each attempt: program, level and size of the log. The child answers with a line of JSON, after
an attempt also with the log.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import struct
import subprocess
import sys
from typing import IO, Any

from .attempt import Attempt, Opened

PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# isolated: nothing is imported from the working directory or from where the environment says
COMMAND = "import sys; sys.path.insert(0, {!r}); from ebpfcc.kernel.child import serve; serve()"
SECONDS = 900  # of processor time, the kernel's for the verifier included
MEMORY = 4 << 30
LENGTH = struct.Struct("=Q")


class Died(Exception):
    """The child ended before its answer."""


class Child:
    """An object opened in a child. ok, warnings and programs are those of `Opened`; a child that dies is started again for the next attempt."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.ok = False
        self.warnings: list[str] = []
        self.programs: list[tuple[str, str]] = []
        self.sized: list[tuple[str, int]] = []
        self.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self.process is not None:
            self.process.kill()  # it may be in the kernel for a minute
        self.stop()

    def start(self) -> None:
        arguments = [sys.executable, "-I", "-S", "-c", COMMAND.format(PACKAGES), self.name.encode("utf-8", "replace").decode()]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0)
        try:
            self.send(LENGTH.pack(len(self.data)) + self.data)
            opened = self.answer()
        except Died as death:
            self.ok, self.warnings = False, [f"{death} while it opened the object"]
            return
        self.ok, self.warnings = opened["ok"], opened["warnings"]
        self.programs = [(name, section) for name, section in opened["programs"]]
        self.sized = [(name, size) for name, size in opened["sized"]]

    def stop(self) -> int:
        """The child's status."""
        process, self.process = self.process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass  # what it did not read
        try:
            return process.wait(5)
        except BaseException:
            process.kill()
            process.wait()
            raise

    def send(self, data: bytes) -> None:
        assert self.process is not None and self.process.stdin is not None
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.death() from None

    def answer(self) -> dict[str, Any]:
        line = self.output().readline()
        if not line.endswith(b"\n"):
            raise self.death()
        found: dict[str, Any] = json.loads(line)
        return found

    def output(self) -> IO[bytes]:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout

    def death(self) -> Died:
        status = self.stop()
        how = f"with signal {-status} ({signal.strsignal(-status)})" if status < 0 else f"with status {status}"
        return Died(f"the process in which libbpf runs ended {how}")

    def load(self, index: int, level: int, size: int) -> Attempt:
        """Load the program with this number."""
        if self.process is None:
            self.start()
        try:
            self.send(f"{index} {level} {size}\n".encode())
            told = self.answer()
            log = self.output().read(told["log"])
            if len(log) < told["log"]:
                raise self.death()
        except Died as death:
            return Attempt(-errno.EIO, "", False, [f"{death} while it loaded the program"])
        return Attempt(told["status"], log.decode("utf-8", "replace"), told["status"] == -errno.ENOSPC, told["warnings"])


def serve() -> None:
    """The child."""
    import resource

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a parent that Ctrl-C has ended wants no answer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    (size,) = LENGTH.unpack(requests.read(LENGTH.size))
    opened = Opened(requests.read(size), sys.argv[1])
    told = {"ok": opened.ok, "warnings": opened.warnings, "programs": opened.programs, "sized": opened.sized}
    answers.write(json.dumps(told).encode() + b"\n")
    answers.flush()
    for line in requests:
        index, level, size = map(int, line.split())
        status, log, warnings = opened.load(index, level, size)
        answers.write(json.dumps({"status": status, "warnings": warnings, "log": len(log)}).encode() + b"\n")
        answers.write(log)
        answers.flush()
