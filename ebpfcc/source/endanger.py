"""What macros may do to declarations that are indexed unread: which are harmless there, and which names or braces they may hide.

In: the macros whose names occur in a stretch of text. Out: whether the stretch can be cut at all, and where nothing but expansion tells.
"""

from __future__ import annotations

import re

from .lines import blank_comments
from .macros import Macro

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# In the order of what they may do: nothing but attributes; words and numbers; an expression or declarator, inside a body no harm;
# anything that is balanced; anything.
ERASED, PLAIN, INNER, ODD, UNBALANCED = range(5)
ATTRIBUTE = re.compile(r"__attribute(?:__)?\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\)")
WORD = re.compile(r"[^\W\d]\w*")
WORDS = re.compile(r"[\w\s*]*\Z")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
STARTS = frozenset(("struct", "union", "enum", "typedef", "extern", "static"))  # as macros they mean anything
CAN_DECLARE = frozenset("struct union enum typedef __COUNTER__ __LINE__ typeof __typeof__ __typeof".split())
OPEN = {"(": ")", "{": "}", "[": "]"}
MAX_DEPTH = 20


PUNCTUATION = {ord(c): " " for c in "(){}[];,*=:.&|<>+-/!%^~?#@`\"'\\"}


def words_of(text: str) -> set[str]:
    """All words of a text, and more: faster than a pattern."""
    return set(text.translate(PUNCTUATION).split())


class Endangered:
    """Of a stretch: `erased` macros, and patterns for the names that must be expanded - outside bodies, anywhere. cut: the text can be."""

    __slots__ = ("erased", "outside", "anywhere", "cut")

    def __init__(self, kinds: dict[str, int]) -> None:
        self.erased = frozenset(name for name, kind in kinds.items() if kind == ERASED)
        self.outside = any_word([name for name, kind in kinds.items() if kind >= INNER])
        self.anywhere = any_word([name for name, kind in kinds.items() if kind >= ODD])
        self.cut = UNBALANCED not in kinds.values() and not STARTS & kinds.keys()


def any_word(names: list[str]) -> re.Pattern[str] | None:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(names))) + r")(?!\w)") if names else None


def endangered(words: Iterable[str], get: Callable[[object], Macro | str | None]) -> Endangered:
    known: dict[str, int] = {}
    return Endangered({word: classify(word, get, known, 0) for word in words if get(word) is not None})


def classify(name: str, get: Callable[[object], Macro | str | None], known: dict[str, int], depth: int) -> int:
    """What the macro `name` may do, and all that it expands to."""
    kind = known.get(name)
    if kind is not None:
        return kind
    macro = get(name)
    if macro is None:
        return ERASED
    if depth > MAX_DEPTH or isinstance(macro, Macro) and macro.builtin:
        return UNBALANCED if name == "_Pragma" else ODD
    known[name] = ERASED  # what refers to itself is not expanded there
    text = body_of(macro)
    words = set(WORD.findall(text))
    kind = own_kind(text, words, isinstance(macro, Macro) and macro.func)
    for word in words:
        if kind == UNBALANCED:
            break
        if get(word) is not None:
            inner = classify(word, get, known, depth + 1)
            kind = kind if inner == ERASED else max(kind, inner, PLAIN)
    known[name] = kind
    return kind


def body_of(macro: Macro | str) -> str:
    if isinstance(macro, str):
        return macro
    text = macro.text[macro.start : macro.end]
    if "/" in text:
        text = blank_comments(text)
    if macro.func:
        text = text.partition(")")[2]
    return STRING.sub('""', text)


def own_kind(text: str, words: set[str], func: bool) -> int:
    if not is_balanced(text) or "_Pragma" in words:
        return UNBALANCED
    if words & CAN_DECLARE or "##" in text or ";" in text or "{" in text or "," in ATTRIBUTE.sub("", text):
        return ODD
    if func:
        return INNER
    if not ATTRIBUTE.sub("", text).strip():
        return ERASED
    return PLAIN if WORDS.match(text) else INNER


def is_balanced(text: str) -> bool:
    expected: list[str] = []
    for c in text:
        if c in OPEN:
            expected.append(OPEN[c])
        elif c in ")}]" and (not expected or expected.pop() != c):
            return False
    return not expected
