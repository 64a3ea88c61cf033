"""Every Python from 3.11.0 on: what its first releases get wrong is not used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for folder in ("ebpfcc", "tools", "tests", "examples", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
# Possessive quantifiers and atomic groups came with 3.11, and `re` matches some of them wrongly before 3.11.5 (python/cpython#106052).
POSSESSIVE = re.compile(r"(?:(?<!\\)[)\].]|\\[A-Za-z])(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


def patterns(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Strings that may be regular expressions or parts of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
            yield node.lineno, node.value


def is_pattern(text: str) -> bool:
    """Not C: what `(*p)++` repeats is nothing."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True


@pytest.mark.parametrize(
    "text, found",
    [(r"[ab]*+b", True), (r"(?:x|y)++", True), (r"[ab]?+c", True), (r"(?>a)", True), (r"\w{2}+", True), (r".*+", True), (r"\++", False), ("a++", False)],
)
def test_possessive_patterns_are_seen(text: str, found: bool) -> None:
    assert bool(POSSESSIVE.search(text)) == found


def test_no_pattern_is_possessive_or_atomic() -> None:
    assert len(SOURCES) > 100
    own = Path(__file__).resolve()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in SOURCES
        if path.resolve() != own
        for line, text in patterns(ast.parse(path.read_text()))
        if POSSESSIVE.search(text) and is_pattern(text)
    ]
    assert found == []
