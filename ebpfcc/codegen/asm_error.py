"""What is wrong with a piece of assembly."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AsmError(Exception):
    """`text` cannot be assembled; pos is filled in by who knows it."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(f"{message}: '{text.strip()}'")
        self.message = f"{message}: '{text.strip()}'"
        self.pos: Any = None
