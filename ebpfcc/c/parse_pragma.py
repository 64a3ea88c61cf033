"""Pragmas that change the declarations after them: pack and clang attribute."""

from __future__ import annotations

import re

from .literals import integer
from .nodes import Attribute, Pragma
from .parse_stmt import StatementParser
from .recover import SyntaxFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


PACK = re.compile(r"\((?: (show)| (push|pop)(?: , ([A-Za-z_$][\w$]*))?(?: , (\d\S*))?| (\d\S*))? \)( .*)?")
PACKS = (0, 1, 2, 4, 8, 16)


class PragmaParser(StatementParser):
    pack = 0
    unpacked = 0  # what `#pragma pack()` goes back to: -fpack-struct=
    pack_stack: list[Any]  # of (label, value before)
    pushed_attrs: list[Any]
    push_places: list[Any]  # of the pushes that are open

    def _file_pragma(self, tok: Any) -> None:
        words = [t.value for t in tok.value]
        if words[:1] == ["pack"]:
            self._pragma_pack(tok)
        elif words[:2] == ["clang", "attribute"]:
            self._pragma_attribute(tok.value, words)

    def _parse_pragma(self) -> Pragma:
        """Inside a function as outside."""
        pragma = super()._parse_pragma()
        self._file_pragma(pragma.coord)
        return pragma

    def _pragma_pack(self, tok: Any) -> None:
        """GCC manual, "Structure-Layout Pragmas"; labels and `show` are clang's. One that is wrong changes nothing."""
        if any(t.type == "BAD_NUMBER" for t in tok.value):
            from ..source.dynamic import report_invalid

            for t in tok.value:
                report_invalid(t, self.diag)
            return
        text = " ".join(str(t.value) for t in tok.value[1:])
        m = PACK.fullmatch(text)
        number = m[4] or m[5] if m is not None else None
        parsed = integer(number) if number else None
        value = parsed[1] if parsed is not None else -1
        wrong = ""
        if m is None and not text.startswith("("):
            wrong = "missing '(' after '#pragma pack' - ignoring"
        elif m is None and not re.match(r"\( (push|pop|show|\d|[^\w])", text):
            wrong = "unknown action for '#pragma pack' - ignored"
        elif m is None:
            wrong = "missing ')' after '#pragma pack' - ignoring"
        elif m[6]:
            wrong = "extra tokens at end of '#pragma pack' - ignored"
        elif number and value not in PACKS:
            wrong = "expected #pragma pack parameter to be '1', '2', '4', '8', or '16'"
        elif m[2] == "pop" and not any(m[3] in (None, label) for label, _ in self.pack_stack):
            wrong = "#pragma pack(pop, ...) failed: stack empty"
        if wrong:
            self.diag.warning("ignored-pragmas", tok, wrong)
            return
        assert m is not None
        if m[1]:
            self.diag.warning("#pragma-messages", tok, f"value of #pragma pack(show) == {self.pack or 8}")
            return
        if m[2] == "push":
            self.pack_stack.append((m[3], self.pack))
        elif m[2] == "pop":
            label = m[3]
            while True:
                known, self.pack = self.pack_stack.pop()
                if label in (None, known):
                    break
        if number:
            self.pack = value
        elif not m[2]:
            self.pack = self.unpacked

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
