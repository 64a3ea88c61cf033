"""The object that was compiled when this package was built."""

from __future__ import annotations

from importlib.resources import files


def program() -> bytes:
    return files(__name__).joinpath("count.bpf.o").read_bytes()
