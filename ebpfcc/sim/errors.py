"""What can go wrong in the simulated machine."""

from __future__ import annotations


class SimError(Exception):
    """reason: what is wrong. program, function, instruction (slot in its section, as disassemblers count) are added on the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.program = ""
        self.function = ""
        self.instruction: int | None = None

    def __str__(self) -> str:
        where = self.program
        if self.function and self.function != self.program:
            where += f", in {self.function}" if where else self.function
        if self.instruction is not None:
            where += f", instruction {self.instruction}"
        return f"{where}: {self.reason}" if where else self.reason


class BadAccess(SimError):
    """Memory that is not there, not writable or not aligned."""

    def __init__(self, reason: str, address: int) -> None:
        super().__init__(reason)
        self.address = address


class LimitReached(SimError):
    """More instructions than the caller allows, or more work or text of helpers than so many may ask for."""


class BadArgument(SimError, ValueError):
    """What a user of the simulator gives is of no use where it is given."""


class Unset(SimError):
    """A register is used that holds nothing."""
