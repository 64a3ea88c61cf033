"""The standard streams as they may be found: closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

# Stream -> (descriptor, how /dev/null stands in for a closed one): reading or writing it fails as on a closed one, but of messages.
STREAMS = {"stdin": (0, os.O_WRONLY), "stdout": (1, os.O_RDONLY), "stderr": (2, os.O_WRONLY)}


class Messages:
    """Standard error: what cannot be written there is lost, and the compile goes on, as clang's and GCC's does."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        try:
            return self.stream.write(text)
        except OSError:
            return 0

    def flush(self) -> None:
        try:
            self.stream.flush()
        except OSError:
            pass  # there is nowhere left to say so

    def isatty(self) -> bool:
        return self.stream.isatty()


def prepare() -> None:
    """For the command. A descriptor that is free would go to the next file that is opened, and messages into that."""
    for name, (fd, mode) in STREAMS.items():
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, mode)
            if opened != fd:
                os.dup2(opened, fd)
                os.close(opened)
            setattr(sys, name, open(fd, "r" if fd == 0 else "w", encoding="utf-8", errors="backslashreplace", closefd=False))
    sys.stderr = Messages(sys.stderr)


def give_up_output() -> None:
    """What is still buffered for standard output goes nowhere, so that nothing fails again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
