"""The section of a static object."""

from __future__ import annotations

from ..ir.core import Global
from . import types as T
from .state import Variable


def is_constant_object(t: T.Type) -> bool:
    """Whether the object is const (an array: its elements)."""
    while True:
        if T.qualifiers(t)[0]:
            return True
        u = T.strip(t)
        if u.kind != "array":
            return False
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
