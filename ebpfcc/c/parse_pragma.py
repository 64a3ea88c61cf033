"""Pragmas that change the declarations after them: pack and clang attribute."""

from __future__ import annotations

from .nodes import Attribute
from .parse_stmt import StatementParser
from .recover import SyntaxFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PragmaParser(StatementParser):
    pack = 0
    pack_stack: list[Any]
    pushed_attrs: list[Any]
    push_places: list[Any]  # of the pushes that are open

    def _file_pragma(self, tok: Any) -> None:
        words = [t.value for t in tok.value]
        if words[:1] == ["pack"]:
            self._pragma_pack(words[2:-1], tok, words[-1])
        elif words[:2] == ["clang", "attribute"]:
            self._pragma_attribute(tok.value, words)

    def _pragma_pack(self, words: list[str], tok: Any, last: str) -> None:
        numbers = [int(w, 0) for w in words if w.isdecimal()]
        wrong = ""
        if last != ")":
            wrong = "missing ')' after '#pragma pack' - ignoring"
        elif numbers and numbers[0] not in (0, 1, 2, 4, 8, 16):
            wrong = "expected #pragma pack parameter to be '1', '2', '4', '8', or '16'"
        elif "pop" in words and not self.pack_stack:
            wrong = "#pragma pack(pop, ...) failed: stack empty"
        if wrong:
            self.diag.warning("ignored-pragmas", tok, wrong)
            return
        if "push" in words:
            self.pack_stack.append(self.pack)
        elif "pop" in words:
            self.pack = self.pack_stack.pop() if self.pack_stack else 0
            return
        if numbers:
            self.pack = numbers[0]
        elif "push" not in words:
            self.pack = 0

    def _pragma_attribute(self, tokens: list[Any], words: list[str]) -> None:
        if "push" in words:
            if "apply_to" not in words:
                self.report(SyntaxFault("expected 'apply_to' after the attribute of '#pragma clang attribute push'", tokens[-1]))
            marks = (self._toks, self._i)
            try:
                attrs = []
                if "__attribute__" in words:
                    self.feed(tokens[words.index("__attribute__") :])
                    attrs = self._parse_attributes()
            finally:
                self._toks, self._i = marks
            self.pushed_attrs.append((attrs, set(words)))
            self.push_places.append(tokens[0])
        elif "pop" in words and self.push_places:
            self.pushed_attrs.pop()
            self.push_places.pop()
        elif "pop" in words:
            self.report(SyntaxFault("'#pragma clang attribute pop' with no matching '#pragma clang attribute push'", tokens[0]))

    def _pushed(self, subject: str) -> list[Attribute]:
        return [a for attrs, words in self.pushed_attrs if subject in words for a in attrs]
