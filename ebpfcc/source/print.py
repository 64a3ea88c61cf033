"""-E: tokens back to text, with line marks (GNU cpp manual, "Preprocessor Output"), and the macro dumps -dM, -dD, -dN, -dI.

In: a preprocessor that has run with regions=False. Out: text that lexes to the same tokens, each on its line.
"""

from __future__ import annotations

import re

from ..disk import working_directory
from .lines import COMMENT_OR_LITERAL
from .macros import Macro
from .predefined import predefined
from .tokens import TOKEN, Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import Inclusion
    from .preprocess import Preprocessor

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
BLANK_LINES = 8  # more of them become a line mark
OBEYED = ("once", "GCC system_header", "clang system_header")  # pragmas whose effect is in the marks already


def macro_text(name: str, macro: Macro | str) -> str:
    """A definition as #define line."""
    if isinstance(macro, str):
        return f"#define {name} {macro}"
    return f"#define {name}{'' if macro.func else ' '}{macro.spelling()}"


def all_macros(pp: Preprocessor) -> str:
    """-dM: what is defined at the end, by name."""
    table = pp.table.now
    rows = [macro_text(name, macro) for name, macro in sorted(table.items()) if isinstance(macro, str) or not macro.builtin]
    return "".join(row + "\n" for row in rows)


def preprocessed(pp: Preprocessor, tokens: list[Token]) -> str:
    """The text of -E."""
    return Printer(pp).text(tokens)


def quoted(name: str) -> str:
    """A file's name between quotes; control characters as octal numbers."""
    return CONTROL.sub(lambda m: f"\\{ord(m[0]):03o}", name.replace("\\", "\\\\").replace('"', '\\"'))


class Printer:
    """Writes tokens in order and follows them through the files."""

    __slots__ = ("pp", "options", "sources", "parts", "stack", "pending", "current", "last", "line", "name", "fresh", "limit", "pastes", "places")

    def __init__(self, pp: Preprocessor) -> None:
        self.pp = pp
        self.options = pp.options
        self.sources = pp.sources
        self.parts: list[str] = []
        self.stack: list[Inclusion] = []
        self.pending = 0  # the next inclusion to be entered
        self.current: Inclusion = pp.sources.inclusions[0]
        self.last = 0  # position up to which the current file is written
        self.line = 1  # the presumed line that is being written
        self.name = ""  # and its presumed file
        self.fresh = True  # nothing on this line yet
        self.limit = 0  # positions below it need no look at the files
        self.pastes: dict[tuple[str, str], bool] = {}
        self.places: list[int] = []  # of each token, the part that it is

    def text(self, tokens: list[Token]) -> str:
        inclusions = self.sources.inclusions
        self._enter(inclusions[0], "")
        if self.options.debug and self.options.working_directory:  # GCC's mark of what relative names are relative to
            self._mark(1, f"{self.options.debug_directory or working_directory()}//", "")
        self._built_in()
        traced = self.options.debug > 0 and not self.options.no_line_markers
        append, place = self.parts.append, self.places.append
        before = ""
        end = -1  # where the token before ends, if the next may touch it there
        for tok in tokens:
            pos = tok.pos
            if pos >= self.limit or pos < self.current.base:
                self._move(pos)
            if self.options.keep_comments:
                self._comments(self.last, pos)
            if pos > self.last or self.fresh:  # a pragma in a macro ends a line, and what follows belongs to the macro's again
                text = self.current.file.text
                base = self.current.base
                if self.fresh or text.find("\n", max(0, self.last - base), pos - base) >= 0:
                    self._to_line(pos)
                self.last = max(pos, self.last)
            if tok.type in ("PRAGMA", "DIRECTIVE"):
                place(0)
                self._own_line(tok)
                continue
            value = str(tok.value)
            if self.fresh:
                if tok.space:
                    append(" " * (self.sources.presumed(pos)[2] - 1))
                self.fresh = False
            elif tok.space or end != tok.spell and self._would_paste(before, value):
                append(" ")
            if traced:
                place(len(self.parts))
            append(value)
            before = value
            end = tok.spell + len(value)
        if self.options.keep_comments and self.current is inclusions[0]:
            self._comments(self.last, self.current.base + len(self.current.file.text))
        self._end()
        if traced:
            from .places import comment

            append(comment(self.sources, tokens, self.places, self.parts))
        return "".join(self.parts)

    # -- files -----------------------------------------------------------------------------------------------------------
    def _built_in(self) -> None:
        """The part before the main file: predefined macros if they are to be shown, and the command line's."""
        self._mark(1, "<built-in>", " 1")
        if self.options.dump in ("D", "N"):
            for name, body in predefined(self.options).items():
                self.parts.append((macro_text(name, body) if self.options.dump == "D" else f"#define {name}") + "\n")
        inclusions = self.sources.inclusions
        if len(inclusions) > 1 and inclusions[1].name == "<command line>":
            self._enter(inclusions[1], " 1")
        else:
            self._mark(1, "<command line>", " 1")
            self._return_to_main()

    def _return_to_main(self) -> None:
        self._mark(1, "<built-in>", " 2")
        main = self.sources.inclusions[0]
        self._mark(1, main.name, " 2")
        self.current, self.last = main, main.base - 1
        self._set_limit()

    def _move(self, pos: int) -> None:
        """Enter and leave files until the one that holds `pos` is the current one."""
        target = self.sources.find(pos)
        inclusions = self.sources.inclusions
        while self.pending < len(inclusions):
            candidate = inclusions[self.pending]
            if candidate.base > target.base:  # later than the target was entered: before `pos` if the target includes it before that
                inside: Inclusion | None = candidate
                while inside is not None and self._includer(inside) is not target:
                    inside = self._includer(inside)
                if inside is None or inside.included_at > pos:
                    break
            self._leave_until(self._includer(candidate))
            self._enter(candidate, " 1")
        self._leave_until(target)
        self._set_limit()

    def _includer(self, inclusion: Inclusion) -> Inclusion | None:
        if inclusion.included_at:
            return self.sources.find(inclusion.included_at)
        main = self.sources.inclusions[0]
        return None if inclusion is main else main

    def _set_limit(self) -> None:
        """Up to the end of the current file or the next #include in it."""
        inclusions = self.sources.inclusions
        current = self.current
        self.limit = current.base + len(current.file.text) + 1
        if self.pending < len(inclusions) and inclusions[self.pending].included_at < self.limit:
            self.limit = max(inclusions[self.pending].included_at, current.base)

    def _enter(self, inclusion: Inclusion, flag: str) -> None:
        if self.options.dump == "I" and inclusion.included_at:
            self._newline()
            self.parts.append(self.sources.line_text(inclusion.included_at).strip() + "\n")
        self.stack.append(inclusion)
        self.pending += 1
        self.current, self.last = inclusion, inclusion.base - 1
        self._mark(1, inclusion.name, flag)
        self._set_limit()

    def _leave_until(self, target: Inclusion | None) -> None:
        """Back to a file that is on the stack."""
        while len(self.stack) > 1 and self.stack[-1] is not target:
            left = self.stack.pop()
            back = self.stack[-1]
            self.current = back
            if not left.included_at:
                self._return_to_main()
                continue
            self.last = left.included_at
            name, line, _ = self.sources.presumed(left.included_at)
            end = back.file.text.find("\n", left.included_at - back.base)
            self.last = back.base + (end if end >= 0 else len(back.file.text))
            self._mark(line + 1, name, " 2")

    def _end(self) -> None:
        """Files that gave no token after the last one."""
        inclusions = self.sources.inclusions
        while self.pending < len(inclusions):
            self._leave_until(self._includer(inclusions[self.pending]))
            self._enter(inclusions[self.pending], " 1")
        self._leave_until(inclusions[0])
        self._newline()

    # -- lines --------------------------------------------------------------------------------------------------------------
    def _newline(self) -> None:
        if not self.fresh:
            self.parts.append("\n")
            self.fresh = True
            self.line += 1

    def _mark(self, line: int, name: str, flag: str) -> None:
        self._newline()
        self.line, self.name = line, name
        if not self.options.no_line_markers:
            self.parts.append(f'# {line} "{quoted(name)}"{flag}{" 3" if self.current.system else ""}\n')

    def _to_line(self, pos: int) -> None:
        name, line, _ = self.sources.presumed(pos)
        if name != self.name:
            self._mark(line, name, "")
            return
        if line == self.line:
            return
        if self.options.no_line_markers:
            self._newline()
            self.line = line
        elif self.line < line <= self.line + BLANK_LINES:
            self.parts.append("\n" * (line - self.line))
            self.line, self.fresh = line, True
        else:
            self._mark(line, name, "")

    def _own_line(self, tok: Token) -> None:
        """A #pragma, #define or #undef."""
        if tok.type == "PRAGMA":
            words = tok.value
            assert isinstance(words, list)
            spelled = "".join((" " if t.space and i else "") + str(t.value) for i, t in enumerate(words))
            if " ".join(spelled.split()) in OBEYED:
                return
            text = f"#pragma {spelled}"
        else:
            text = str(tok.value)
            if self.options.dump == "I":
                return
            if self.options.dump == "N":
                text = " ".join(text.split()[:2]).partition("(")[0]
        self._newline()
        self.parts.append(text)
        self.fresh = False
        self._newline()

    def _would_paste(self, before: str, value: str) -> bool:
        """Whether two tokens written without a blank between them would be read as others."""
        key = (before, value)
        pastes = self.pastes.get(key)
        if pastes is None:
            m = TOKEN.match(before + value)
            pastes = m is None or m.group(2) != before or before == "/" and value[0] in "/*" or before == "." and value[0] == "."
            self.pastes[key] = pastes
        return pastes

    def _comments(self, start: int, end: int) -> None:
        """-C: the comments of the current file between two places, outside its directives."""
        file, base = self.current.file, self.current.base
        first, last = max(0, start - base), end - base
        if not file.has_comments or last <= first:
            return
        directives = [d for d in file.directives or [] if first <= d.at < last]
        stretches = [(first, last)] if not directives else [(first, directives[0].at), (directives[-1].end, last)]
        for begin, stop in stretches:
            for m in COMMENT_OR_LITERAL.finditer(file.text, begin, stop):
                comment = m.group()
                if comment[0] == "/":
                    self._to_line(base + m.start())
                    self.parts.append(comment if self.fresh else " " + comment)
                    self.fresh = False
                    self.line += comment.count("\n")
