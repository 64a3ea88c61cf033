"""What a declaration declares, for those shapes that a pattern understands beyond doubt (C11 6.7); all others are to be parsed.

In: the text of one external declaration. Out: its names by kind, or None.
"""

from __future__ import annotations

import re

from .endanger import ATTRIBUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .endanger import Endangered

KEYWORDS = frozenset(
    "auto char const double enum extern float inline int long register restrict short signed static struct typedef union unsigned void volatile "
    "_Bool _Complex _Noreturn _Thread_local _Atomic _Alignas typeof bool __attribute__ __const __volatile__ __restrict __inline __inline__ "
    "__signed__ __extension__ __typeof__ __typeof asm __asm__ __asm".split()
)
NAME = r"[^\W\d]\w*"
FLAT = r"[^(){};=]*"
PARENTHESES = rf"\({FLAT}(?:\({FLAT}(?:\({FLAT}\){FLAT})*\){FLAT})*\)"
# Specifiers that hold a type for certain, so that a name that follows is the declarator's: in `extern t (x);` it is x.
TYPE = rf"(?:(?:const|volatile)\s+)*(?:(?:struct|union|enum)\s+)?(?!(?:struct|union|enum|const|volatile)\b){NAME}(?:\s+{NAME})*?"
NO_TYPES = frozenset("__const __volatile__ inline __inline __inline__ _Noreturn register __extension__ _Atomic restrict".split())
BETWEEN = r"(?:\s+|\s*\*[\s*]*)(?:const\b\s*)?"
BOUNDS = r"(?:\s*\[[\w\s+*-]*\])*"
POINTER = rf"\*?[\s*]*\(\s*\*\s*(?:const\s+)?({NAME})"

# By the first word: whether the name's place depends on what stands before it, the pattern.
SHAPES = {
    "typedef": (
        (False, rf"typedef\s+{TYPE}{BETWEEN}({NAME}){BOUNDS}\s*;\Z"),
        (False, rf"typedef\s+{TYPE}\s*{POINTER}{BOUNDS}\s*\)\s*{PARENTHESES}\s*;\Z"),
        (True, rf"typedef\s+{TYPE}{BETWEEN}({NAME})\s*{PARENTHESES}\s*;\Z"),
    ),
    "static": ((False, rf"static\s+{TYPE}\s*{POINTER}\s*\)\s*{PARENTHESES}\s*=\s*\(\s*void\s*\*\s*\)\s*\w+\s*;\Z"),),
    "extern": (
        (True, rf"extern\s+{TYPE}{BETWEEN}({NAME})\s*{PARENTHESES}\s*;\Z"),
        (True, rf"extern\s+{TYPE}{BETWEEN}({NAME}){BOUNDS}\s*;\Z"),
    ),
}
COMPILED: dict[str, list[tuple[bool, re.Pattern[str]]]] = {}
FORWARD = re.compile(rf"((?:struct|union)\s+{NAME})\s*;\Z")
BODY = re.compile(rf"(typedef\s+)?(struct|union|enum)\b\s*({NAME})?\s*(\{{.*\}})\s*([^{{}}]*);\Z", re.S)
INNER_HEAD = re.compile(rf"\b(struct|union|enum)\b\s*({NAME})?\s*\{{")
ENUMERATOR = re.compile(rf"\s*({NAME})\s*(?:=.*)?\Z", re.S)
FLAT_PARENTHESES = re.compile(r"\([^()]*\)")
BRACE = re.compile(r"[{}]")


class Declared:
    """The names of one declaration; tags as "struct name"."""

    __slots__ = ("tags", "forwards", "typedefs", "ordinary")

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.forwards: list[str] = []
        self.typedefs: list[str] = []
        self.ordinary: list[str] = []


def declared(text: str, macros: Endangered) -> Declared | None:
    """None: only the parser can tell."""
    if macros.anywhere is not None and macros.anywhere.search(text) or "\\" in text:
        return None
    out = Declared()
    if "__attribute" in text:
        text = ATTRIBUTE.sub(" ", text).strip()
    if "{" in text:
        return out if with_body(text, macros, out) else None
    if macros.outside is not None and macros.outside.search(text):
        return None
    m = FORWARD.match(text)
    if m is not None:
        out.forwards.append(" ".join(m[1].split()))
        return out
    words = text[:-1].split()
    if not words or words[0] not in SHAPES:
        return None
    word = words[0]
    patterns = COMPILED.get(word)
    if patterns is None:
        patterns = COMPILED[word] = [(depends, re.compile(pattern)) for depends, pattern in SHAPES[word]]
    while words[-1] in macros.erased:
        text = text[: text.rindex(words.pop())] + ";"
    for depends, pattern in patterns:
        m = pattern.match(text)
        if m is not None:
            before = text[: m.start(1)].split() if depends else ()
            if m[1] in KEYWORDS or m[1] in macros.erased or not macros.erased.isdisjoint(before) or not NO_TYPES.isdisjoint(before):
                return None
            (out.typedefs if word == "typedef" else out.ordinary).append(m[1])
            return out
    return None


def with_body(text: str, macros: Endangered, out: Declared) -> bool:
    m = BODY.match(text)
    if m is None or not is_one_body(m[4]):
        return False
    typedef, kind, tag, body, tail = m.groups()
    if macros.outside is not None and (macros.outside.search(text, 0, m.start(4)) or macros.outside.search(tail)):
        return False
    words = [word for word in tail.split() if word not in macros.erased]
    if typedef and len(words) == 1 and words[0].isidentifier() and words[0] not in KEYWORDS:
        out.typedefs.append(words[0])
    elif typedef or words or tag is None and kind != "enum":
        return False
    if tag is not None and tag not in macros.erased:
        out.tags.append(f"{kind} {tag}")
    elif tag is not None:
        return False
    if kind == "enum":
        return enumerators(body[1:-1], macros, out)
    return bodies_within(body[1:-1], macros, out)


def bodies_within(text: str, macros: Endangered, out: Declared) -> bool:
    """Tags and enumerators in the members of a record are those of the scope around it."""
    heads = 0
    for m in INNER_HEAD.finditer(text):
        heads += 1
        if m[2] is not None:
            if m[2] in macros.erased or m[2] in KEYWORDS:
                return False
            out.tags.append(f"{m[1]} {m[2]}")
        if m[1] == "enum" and not enumerators(text[m.end() : text.find("}", m.end())], macros, out):
            return False
    return heads == text.count("{")


def enumerators(text: str, macros: Endangered, out: Declared) -> bool:
    if "{" in text or "'" in text or '"' in text:
        return False
    while "(" in text:
        shorter = FLAT_PARENTHESES.sub("", text)
        if shorter == text:
            return False
        text = shorter
    items = text.split(",")
    if not items[-1].strip():
        items.pop()
    for item in items:
        m = ENUMERATOR.match(item)
        if m is None or macros.outside is not None and macros.outside.match(m[1]):
            return False
        out.ordinary.append(m[1])
    return True


def is_one_body(text: str) -> bool:
    """Whether the first brace is closed by the last: one body, not several."""
    if text.count("{") == 1:
        return True
    depth = 0
    for m in BRACE.finditer(text):
        depth += 1 if m[0] == "{" else -1
        if depth == 0:
            return m.end() == len(text)
    return False
