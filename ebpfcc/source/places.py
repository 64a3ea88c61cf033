"""Where the tokens of -E -g come from, in a comment at its end: compiled, that text gives the object that the sources give, wherever it is done.

Line information has columns, and the text of source lines; macros, tabs, comments change both on the way through -E. The comment has a
row for each line of a function's body that differs:

    LINE COLUMN=SOURCE-COLUMN ...|the line as it is in the source

A pair is given where the distance of the two columns changes. What would begin or end a comment has a backslash in its middle, and
a backslash is doubled. Other compilers see a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import SourceMap
    from .tokens import Token

    Rows = dict[int, tuple[str, list[tuple[int, int]]]]  # line -> (text, pairs of columns)

TITLE = "\n/* ebpfcc: where the lines above come from\n"
END = "*/\n"
ROW = re.compile(r"([0-9]{1,9})((?: [0-9]{1,9}=[0-9]{1,9})*)\|([^\n]*)\Z")
MARKS = re.compile(r"(?<=\*)(?=/)|(?<=/)(?=\*)")  # in the middle of what begins or ends a comment
ESCAPED = re.compile(r"\\(.)")
RECORDS = ("struct", "union", "enum")


# -- writing -----------------------------------------------------------------------------------------------------------
def comment(sources: SourceMap, tokens: list[Token], places: list[int], parts: list[str]) -> str:
    """For the text that `parts` make. places: of each token, the part that it is; "" if nothing differs."""
    offsets = [0, *accumulate(map(len, parts))]
    text = "".join(parts)
    newlines = [m.start() for m in re.finditer("\n", text)]
    rows: dict[int, list[tuple[int, int]]] = {}
    originals: dict[int, str] = {}
    for i in in_functions(tokens):
        tok = tokens[i]
        if tok.type in ("PRAGMA", "DIRECTIVE"):
            continue
        offset = offsets[places[i]]
        line = bisect_right(newlines, offset - 1)
        start = newlines[line - 1] + 1 if line else 0
        column = width(text[start:offset]) + 1
        if line not in originals:
            originals[line] = sources.line_text(tok.pos)
        rows.setdefault(line, []).append((column, sources.locate(tok.pos)[2]))
    out = []
    for line, pairs in rows.items():
        start = newlines[line - 1] + 1 if line else 0
        end = newlines[line] if line < len(newlines) else len(text)
        changed = changes(pairs)
        if changed or originals[line] != text[start:end]:
            columns = "".join(f" {column}={source}" for column, source in changed)
            out.append(f"{line + 1}{columns}|{escaped(originals[line])}\n")
    return TITLE + "".join(out) + END if out else ""


def in_functions(tokens: list[Token]) -> list[int]:
    """The tokens of functions' definitions, from what declares them to the end of the body, by number."""
    found: list[int] = []
    depth = start = 0  # of brackets; of the declaration
    function = False
    for i, tok in enumerate(tokens):
        kind = tok.type
        if kind == "LBRACE" or kind == "LPAREN":
            if not depth and kind == "LBRACE":
                function = is_function(tokens, start, i)
            depth += 1
        elif kind == "RBRACE" or kind == "RPAREN":
            depth = max(depth - 1, 0)
            if not depth and kind == "RBRACE":
                if function:
                    found += range(start, i + 1)
                start, function = i + 1, False
        elif kind == "SEMI" and not depth:
            start = i + 1
    return found


def is_function(tokens: list[Token], start: int, brace: int) -> bool:
    """Whether a brace at file scope begins a body: there is a parenthesis before it, no initialiser and no record."""
    kinds = [tok.type for tok in tokens[start:brace]]
    words = [str(tok.value) for tok in tokens[max(start, brace - 2) : brace]]
    return "LPAREN" in kinds and "EQUALS" not in kinds and not any(word in RECORDS for word in words)


def changes(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those where the distance is another than before."""
    found = []
    distance = 0
    for column, source in pairs:
        if source - column != distance:
            distance = source - column
            found.append((column, source))
    return found


def width(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def escaped(text: str) -> str:
    return MARKS.sub("\\\\", text.replace("\\", "\\\\"))


# -- reading -----------------------------------------------------------------------------------------------------------
def read(text: str) -> tuple[int, Rows] | None:
    """(where the comment begins, its rows) of a text that ends with one; None for any other."""
    at = text.rfind(TITLE)
    if at < 0 or not text.endswith(END):
        return None
    rows: Rows = {}
    *lines, rest = text[at + len(TITLE) : -len(END)].split("\n")
    if rest:
        return None
    for line in lines:
        m = ROW.match(line)
        if m is None:
            return None
        columns = [pair.split("=") for pair in m[2].split()]
        rows[int(m[1])] = ESCAPED.sub(r"\1", m[3]), [(int(column), int(source)) for column, source in columns]
    return at + 1, rows


def source_column(pairs: list[tuple[int, int]], column: int) -> int:
    i = bisect_right(pairs, (column, 1 << 31)) - 1
    return column + pairs[i][1] - pairs[i][0] if i >= 0 else column
