"""What libbpf or the kernel refuse when an object is loaded, attached or used."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..diag import Record


class LoadError(Exception):
    """As text: what is wrong, and where in the source if that is known.

    diagnostics: the same as records, the verifier's findings at their C lines among them. log: what libbpf and the
    verifier said. errno: the kernel's number, or 0."""

    def __init__(self, message: str, errno: int = 0, *, log: str = "", diagnostics: Sequence[Record] = ()) -> None:
        super().__init__(message)
        self.errno = errno
        self.log = log
        self.diagnostics = list(diagnostics)


def failed(what: str, status: int, lines: Sequence[str] = ()) -> LoadError:
    """status: a negative number of errno, as libbpf returns it. lines: libbpf's."""
    return LoadError(
        "\n".join([f"{what}: {os.strerror(-status)}", *(f"libbpf: {line}" for line in lines)]),
        -status,
        log="\n".join(lines),
    )
