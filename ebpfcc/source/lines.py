"""Where a file's directives stand, found without looking at each line (C11 6.10, 5.1.1.2 phases 3 and 4).

In: text without splices. Out: the directives, in order, and text whose comments are blanks of the same length.
"""

from __future__ import annotations

import re

# Comments (an unterminated one runs to the end) and what may hold their signs without being one.
LITERAL = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
COMMENT_OR_LITERAL = re.compile(r"/\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)|//[^\n]*|" + LITERAL)
NAME = re.compile(r"[ \t\f\v]*([A-Za-z_]\w*|[0-9]+)?")
BLANK = re.compile(r"[ \t\f\v]*\Z")


class Directive:
    """name: 'define', 'if', ... ('' for a lone #, digits for a GNU line mark). at: of the #. rest: of what follows. end: of its line."""

    __slots__ = ("name", "at", "rest", "end")

    def __init__(self, name: str, at: int, rest: int, end: int) -> None:
        self.name = name
        self.at = at
        self.rest = rest
        self.end = end


def find_directives(text: str) -> list[Directive]:
    """Directives of a whole file. A '#' counts if only blanks and comments stand before it on its line and it is in no comment."""
    out: list[Directive] = []
    clean = 0  # a place outside comments and literals, at or before which everything is known
    end_of_text = len(text)
    find = text.find
    has_digraph = "%" in text and "%:" in text
    at = _next(text, 0, has_digraph)
    has_blocks = "/" in text and text.find("/*", text.find("/")) >= 0
    while at >= 0:
        line = text.rfind("\n", 0, at) + 1
        if has_blocks:
            comment = find("/*", clean, at)
            if comment >= 0:
                inside, clean = _walk(text, max(clean, text.rfind("\n", clean, comment) + 1), at)
                if inside:
                    at = _next(text, clean, has_digraph)
                    continue
        before = text[line:at] if line >= clean or not has_blocks else text[line:at]
        if before and not before.isspace() and not _only_comments(text, line, at):
            at = _next(text, at + 1, has_digraph)
            continue
        width = 1 if text[at] == "#" else 2
        end = find("\n", at)
        if end < 0:
            end = end_of_text
        if has_blocks and find("/*", at, end) >= 0:
            end = _end_of_line(text, at, end)
        m = NAME.match(text, at + width)
        assert m is not None
        name, rest = m.group(1) or "", m.end()
        if not name and text.startswith("/*", rest):
            rest = text.find("*/", rest) + 2
            m = NAME.match(text, rest)
            if m is not None and m.group(1):
                name, rest = m.group(1), m.end()
        out.append(Directive(name, at, min(rest, end), end))
        clean = end
        at = _next(text, end, has_digraph)
    return out


def _next(text: str, start: int, has_digraph: bool) -> int:
    at = text.find("#", start)
    if has_digraph:
        other = text.find("%:", start)
        if other >= 0 and (at < 0 or other < at):
            return other
    return at


def _walk(text: str, start: int, target: int) -> tuple[bool, int]:
    """From a clean place, over comments and literals up to target: (target lies inside one, a clean place after it or before target)."""
    clean = start
    for m in COMMENT_OR_LITERAL.finditer(text, start):
        if m.start() > target:
            break
        clean = m.end()
        if clean > target:
            return True, clean
    return False, clean


def _only_comments(text: str, line: int, at: int) -> bool:
    """Whether nothing but blanks and comments stands between a line's start and a '#'; the line may begin inside a comment."""
    before = text[line:at]
    if "*/" not in before:
        return False
    if "/*" not in before.partition("*/")[0]:
        before = before.partition("*/")[2]  # the tail of a comment that began on an earlier line
    return not COMMENT_OR_LITERAL.sub(lambda m: "x" if m.group()[0] in "\"'" else "", before).strip()


def _end_of_line(text: str, at: int, end: int) -> int:
    """End of a directive's line, past newlines that lie in comments that begin on it."""
    while True:
        inside, clean = _walk(text, at, end)
        if not inside or clean >= len(text):
            return end if not inside else len(text)
        at = clean
        following = text.find("\n", clean)
        end = len(text) if following < 0 else following


def _blank(m: re.Match[str]) -> str:
    found = m.group()
    if found[0] != "/":
        return found
    if "\n" in found:
        return "\n".join([" " * len(line) for line in found.split("\n")])
    return " " * len(found)


def blank_comments(text: str) -> str:
    """The text with each comment as blanks of the same length and lines, so that offsets stay."""
    return COMMENT_OR_LITERAL.sub(_blank, text)


def unterminated_comment(text: str) -> int:
    """Offset of a block comment that has no end, or -1."""
    start = text.rfind("/*")
    if start < 0 or text.find("*/", start + 2) >= 0:
        return -1
    for m in COMMENT_OR_LITERAL.finditer(text):
        if m.end() == len(text) and m.group().startswith("/*") and not (m.group().endswith("*/") and len(m.group()) > 3):
            return m.start()
    return -1
