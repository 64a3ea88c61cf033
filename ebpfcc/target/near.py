"""Names that are one slip of the fingers from each other: a letter more, less or other, or two that have changed places."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def one_slip(a: str, b: str) -> bool:
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    x, y = a[start:], b[start:]
    return x[1:] == y[1:] or x[1:] == y or x == y[1:] or len(x) > 1 and len(y) > 1 and x[0] == y[1] and x[1] == y[0] and x[2:] == y[2:]


def nearest(name: str, names: Iterable[str]) -> str:
    """The first of the names that is one slip from another of at least three letters; "" if there is none."""
    return next((known for known in names if one_slip(name, known)), "") if len(name) > 2 else ""
