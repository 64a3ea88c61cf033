"""Where external declarations end (C11 6.9): a stretch of text at file scope cut into them, whatever its layout."""

from __future__ import annotations

import re

from .endanger import ATTRIBUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .endanger import Endangered

STRUCTURE = re.compile(r"""[^{}()\[\];"']*([{}()\[\];]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
DIGRAPHS = ("<%", "%>", "<:", ":>")
RECORD_HEAD = re.compile(r"\b(?:struct|union|enum)\b(?:\s+\w+)*(?:\s*:[\w\s]+)?\Z")
RECORD_FIRST = re.compile(r"(?:\w+\s+)*(?:struct|union|enum)\b")


def cut(text: str, macros: Endangered) -> list[tuple[int, int]] | None:
    """(start, end) of each; the last one may be unfinished. None: only the parser can tell."""
    if any(pair in text for pair in DIGRAPHS):
        return None
    out: list[tuple[int, int]] = []
    depth = begin = brace = 0
    for m in STRUCTURE.finditer(text):
        c = m[1]
        if c == "(" or c == "[" or c == "{":
            if c == "{" and depth == 0:
                brace = m.start(1)
            depth += 1
            continue
        if c == ")" or c == "]" or c == "}":
            depth -= 1
            if depth < 0:
                return None
            if depth or c != "}":
                continue
            body = is_function(text[begin:brace], macros)
            if body is None:
                return None
            if not body:
                continue
        elif depth or c != ";":
            continue
        end = m.end()
        out.append((end - len(text[begin:end].lstrip()), end))
        begin = end
    rest = text[begin:].lstrip()
    if rest:
        out.append((len(text) - len(rest), len(text)))
    return out


def is_function(head: str, macros: Endangered) -> bool | None:
    """Whether the body that follows is a function's rather than a record's or an initialiser; None: unknown."""
    if "__attribute" in head:
        head = ATTRIBUTE.sub("", head)
    head = head.strip()
    if head[-1:] == "=":
        return False
    if head[-1:] == ")":
        return None if RECORD_FIRST.match(head) and macros.outside is not None and macros.outside.search(head) else True
    if "(" not in head:
        return False if RECORD_HEAD.search(head) else None
    words = head[head.rindex(")") + 1 :].split()
    if macros.erased.issuperset(words):
        return True
    return False if RECORD_HEAD.search(head) else None
