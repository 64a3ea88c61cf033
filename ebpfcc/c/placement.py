"""The section of a static object."""

from __future__ import annotations

from ..ir.core import Global
from . import types as T
from .state import Variable


def object_qualifiers(t: T.Type) -> tuple[bool, bool]:
    """Whether the object is const, and whether it is volatile (an array: its elements)."""
    const = volatile = False
    while True:
        own = T.qualifiers(t)
        const, volatile = const or own[0], volatile or own[1]
        u = T.strip(t)
        if u.kind != "array":
            return const, volatile
        t = u.elem


def section_of(variable: Variable, out: Global) -> str:
    """Where clang puts it."""
    section: str | None = variable.attrs.get("section")
    if section is not None:
        return section
    if T.address_space(variable.type):
        return f".addr_space.{T.address_space(variable.type)}"
    if variable.storage == "extern":
        return ""
    if out.const:
        return ".rodata"
    if out.init is None or (not any(out.init) and not out.relocs):
        out.init = None
        return ".bss"
    return ".data"
