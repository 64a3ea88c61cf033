"""Files and positions: every inclusion of a file has its own range of integers, pos = base + offset in the file's text.

In: paths and bytes. Out: text without line splices, and for a position, on demand, file name, line, column, source line and the chain
of inclusions (`#line` and `# 1 "file"` marks as in C11 6.10.4 and the GNU cpp manual, section "Preprocessor Output").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lines import Directive
    from .places import Rows

SPLICE = re.compile(r"\\[ \t\f\v]*\n|\\\Z")
TRIGRAPH = re.compile(r"\?\?([=/'()!<>-])")
TRIGRAPHS = dict(zip("=/'()!<>-", "#\\^[]|{}~", strict=True))


def has_comment(text: str) -> bool:
    """Whether the text may have comments."""
    first = text.find("/")
    return first >= 0 and (text.find("/*", first) >= 0 or text.find("//", first) >= 0)


def whole(text: str) -> str:
    """The text as its bytes would be read: half of a surrogate pair, which a caller's text may hold and no file can, is bytes of no character."""
    if not text.isascii():
        try:
            text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    return text


class File:
    """A file's text as the lexer sees it: line ends are "\\n", line splices (5.1.1.2, phase 2) are gone, their places kept."""

    __slots__ = ("name", "text", "original", "cuts", "cut_sizes", "directives", "guard", "once", "newlines", "clean", "has_comments", "cache", "rows")

    def __init__(self, name: str, data: bytes | str, trigraphs: bool = False) -> None:
        text = whole(data) if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
        if text[:1] == "\ufeff":
            text = text[1:]
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.name = name
        self.original = text
        self.cuts: list[int] = []  # offsets in `text` where something was taken out
        self.cut_sizes: list[int] = []  # characters taken out up to and including that place
        self.text = text
        # a single character is found ten times faster than two
        if trigraphs and "??" in text:
            self._cut(TRIGRAPH, lambda m: TRIGRAPHS[m.group(1)])
            text = self.text
        if "\\" in text and ("\\\n" in text or "\\ " in text or "\\\t" in text or text.endswith("\\")):
            self._cut(SPLICE, lambda m: "")
        self.directives: list[Directive] | None = None
        self.guard: str | None = None  # macro that, once defined, makes another inclusion empty
        self.once = False
        self.newlines: list[int] | None = None
        self.has_comments = has_comment(self.text)
        self.cache: object = None
        self.rows: Rows = {}  # see places.py

    def _cut(self, pattern: re.Pattern[str], put: object) -> None:
        """Replace what the pattern matches and remember where. What an earlier run took out has its place in this run's text."""
        parts: list[str] = []
        cuts: list[tuple[int, int]] = []  # (offset in the new text, characters taken out)
        earlier = [(at, total - before) for at, total, before in zip(self.cuts, self.cut_sizes, [0, *self.cut_sizes])]
        text, last, length, i = self.text, 0, 0, 0
        for m in pattern.finditer(text):
            new = put(m)  # type: ignore[operator]
            while i < len(earlier) and earlier[i][0] <= m.start():
                cuts.append((earlier[i][0] - last + length, earlier[i][1]))
                i += 1
            parts += text[last : m.start()], new
            length += m.start() - last + len(new)
            last = m.end()
            while i < len(earlier) and earlier[i][0] <= last:
                cuts.append((length, earlier[i][1]))
                i += 1
            cuts.append((length, m.end() - m.start() - len(new)))
        if not parts:
            return
        cuts += [(at - last + length, size) for at, size in earlier[i:]]
        parts.append(text[last:])
        self.text = "".join(parts)
        self.cuts = [at for at, _ in cuts]
        self.cut_sizes = list(accumulate(size for _, size in cuts))

    def original_offset(self, offset: int) -> int:
        """Offset in the file as it is written (line ends aside)."""
        i = bisect_right(self.cuts, offset)
        return offset + self.cut_sizes[i - 1] if i else offset

    def line_col(self, offset: int) -> tuple[int, int]:
        """Physical line and column, both from 1; the column counts bytes as compilers do."""
        if self.newlines is None:
            self.newlines = [m.start() for m in re.finditer("\n", self.original)]
        place = self.original_offset(min(offset, len(self.text)))
        i = bisect_right(self.newlines, place - 1)
        start = self.newlines[i - 1] + 1 if i else 0
        return i + 1, len(self.original[start:place].encode("utf-8", "surrogateescape")) + 1

    def line(self, number: int) -> str:
        """Text of a physical line, from 1."""
        if self.newlines is None:
            self.newlines = [m.start() for m in re.finditer("\n", self.original)]
        if not 1 <= number <= len(self.newlines) + 1:
            return ""
        start = self.newlines[number - 2] + 1 if number > 1 else 0
        end = self.newlines[number - 1] if number <= len(self.newlines) else len(self.original)
        return self.original[start:end]


class Inclusion:
    """One reading of a file. marks: what `#line` said, as (offset from which it holds, physical line, presumed line, presumed name)."""

    __slots__ = ("base", "file", "included_at", "depth", "marks", "system", "name", "directory")

    def __init__(self, base: int, file: File, included_at: int, depth: int, system: bool, name: str) -> None:
        self.base = base
        self.file = file
        self.included_at = included_at  # position of the directive; 0 for the main file and the command line
        self.depth = depth
        self.marks: list[tuple[int, int, int, str]] = []
        self.system = system
        self.name = name
        self.directory = ""  # that relative names in the marks are relative to, if the text says so


class SourceMap:
    """All inclusions of a compilation. prefix_map: (old, new) pairs, the last match wins, for the names that it gives out."""

    def __init__(self, prefix_map: list[tuple[str, str]] | tuple[()] = ()) -> None:
        self.inclusions: list[Inclusion] = []
        self.bases: list[int] = []
        self.next = 1
        self.prefix_map = list(prefix_map)
        self.files: dict[object, File] = {}

    def add(self, file: File, included_at: int = 0, system: bool = False, name: str | None = None) -> Inclusion:
        """A new range of positions for one reading of `file`."""
        depth = self.find(included_at).depth + 1 if included_at else 0
        inclusion = Inclusion(self.next, file, included_at, depth, system, file.name if name is None else name)
        self.inclusions.append(inclusion)
        self.bases.append(self.next)
        self.next += len(file.text) + 2
        return inclusion

    def find(self, pos: int) -> Inclusion:
        """The inclusion that a position lies in."""
        return self.inclusions[max(0, bisect_right(self.bases, pos) - 1)]

    def main_name(self) -> str:
        """The main file, or what its first mark says that it was made of."""
        main = self.inclusions[0]
        return main.marks[0][3] if main.marks and main.marks[0][2] == 1 else main.name

    def map_name(self, name: str) -> str:
        """The name after -ffile-prefix-map."""
        for old, new in reversed(self.prefix_map):
            if name.startswith(old):
                return new + name[len(old) :]
        return name

    def locate(self, pos: int) -> tuple[str, int, int]:
        """Presumed (file name, line, column) of a position, for __LINE__ and debug information."""
        name, line, col = self.presumed(pos)
        return self.map_name(name), line, col

    def presumed(self, pos: int) -> tuple[str, int, int]:
        """As `locate`, with the file's name as it was before -ffile-prefix-map."""
        inclusion = self.find(pos)
        offset = pos - inclusion.base
        line, col = inclusion.file.line_col(offset)
        if line in inclusion.file.rows:
            from .places import source_column

            col = source_column(inclusion.file.rows[line][1], col)
        name = inclusion.name
        if inclusion.marks:
            i = bisect_right(inclusion.marks, (offset, 1 << 60)) - 1
            if i >= 0:
                _, physical, presumed, name = inclusion.marks[i]
                line += presumed - physical
        return name, line, col

    def place(self, pos: int) -> tuple[str, int, int]:
        """As `locate`, for messages: the physical place of a line that `# 0` numbers zero, since nobody finds that one."""
        name, line, col = self.locate(pos)
        if line > 0:
            return name, line, col
        inclusion = self.find(pos)
        return self.map_name(inclusion.name), *inclusion.file.line_col(pos - inclusion.base)

    def include_chain(self, pos: int) -> list[tuple[str, int]]:
        """(file, line) of the directives through which the position's file was reached, innermost first."""
        out: list[tuple[str, int]] = []
        at = self.find(pos).included_at if self.inclusions else 0
        while at:
            name, line, _ = self.place(at)
            out.append((name, line))
            at = self.find(at).included_at
        return out

    def line_text(self, pos: int) -> str:
        """The physical source line that holds a position."""
        file = self.find(pos).file
        number = file.line_col(pos - self.find(pos).base)[0]
        return file.rows[number][0] if number in file.rows else file.line(number)

    def in_system_header(self, pos: int) -> bool:
        return bool(self.inclusions) and self.find(pos).system

    def order(self, pos: int) -> tuple[int, ...]:
        """A key that sorts positions by when the preprocessor came to them."""
        key: list[int] = []
        while pos > 0 and self.inclusions:
            inclusion = self.find(pos)
            key.append(pos - inclusion.base)
            if not inclusion.included_at:
                key.append(inclusion.base)
                break
            pos = inclusion.included_at
        return tuple(reversed(key))
