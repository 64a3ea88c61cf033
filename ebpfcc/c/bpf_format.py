"""-Wbpf-format: the formats of the kernel's own printf: bpf_printk, bpf_snprintf, BPF_SEQ_PRINTF, which neither clang nor GCC look into.

What the kernel takes is in bpf_bprintf_prepare (kernel/bpf/helpers.c): less than printf, and a format that it does not take prints nothing.
The macros of libbpf put more than three arguments into an array of 64 bits each, whose elements are looked at here.
"""

from __future__ import annotations

import re

from pycparser import c_ast

from . import literals
from . import types as T
from .arity import PRINTERS
from .control import type_of
from .nodes import String
from .state import FunctionState, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONVERSION = re.compile(
    rb"%(?:%|(?P<form>[0+\- ]*(?:[1-9][0-9]*)?(?:(?P<pointer>p(?:[ku]s|[KxsSB]|[iI][46])?)|(?P<text>s)|(?P<length>l{0,2})(?P<kind>[diuxX])|c)))"
)
WORD = re.compile(rb"[A-Za-z0-9]")
PRINTF = re.compile(rb"%[-+ #0']*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?(?:hh|h|ll|l|j|z|t|L|q)?.?", re.S)
NAMES = {b"d": "int", b"i": "int", b"u": "unsigned int", b"x": "unsigned int", b"X": "unsigned int"}


def check_call(f: FunctionState, name: str, args: list[Any]) -> None:
    """A call with the arguments in registers."""
    which, array, first = PRINTERS[name]
    if array is None and len(args) > which:
        text = text_of(f, args[which], [])
        if text is not None:
            check(f, name, text, args[which], args[first:])


def check_block(f: FunctionState, items: list[Any]) -> None:
    """`({ static const char fmt[] = ...; unsigned long long array[] = ...; bpf_trace_vprintk(fmt, ..., array, ...); })`"""
    call = items[-1]
    name = call.name.name
    which, array, _ = PRINTERS[name]
    args = call.args.exprs if call.args is not None else []
    if array is None or len(args) <= max(which, array):
        return
    text, values = text_of(f, args[which], items), elements(args[array], items)
    if text is not None and values is not None:
        check(f, name, text, args[which], values)


def text_of(f: FunctionState, node: Any, items: list[Any]) -> tuple[bytes, Any] | None:
    """The format's text and the place where it is written."""
    if type(node) is c_ast.ID:
        for item in items:
            if isinstance(item, c_ast.Decl) and item.name == node.name:
                node = item.init
                break
        else:
            variable = f.lookup(node.name)
            if type(variable) is not Variable or T.strip(variable.type).kind != "array":
                return None
            node = variable.text if variable.text is not None else variable.init if T.qualifiers(T.strip(variable.type).elem)[0] else None
    if isinstance(node, c_ast.InitList) and len(node.exprs) == 1:
        node = node.exprs[0]
    if type(node) is not String:
        return None
    return literals.string_bytes(node.parts)[0].partition(b"\0")[0], node.coord


def elements(node: Any, items: list[Any]) -> list[Any] | None:
    """What an array is filled with, by its initialiser or by one assignment after another."""
    if type(node) is not c_ast.ID:
        return [] if type(node) is c_ast.Constant else None
    found: list[Any] | None = None
    for item in items:
        if isinstance(item, c_ast.Decl) and item.name == node.name:
            found = list(item.init.exprs) if isinstance(item.init, c_ast.InitList) else []
        elif type(item) is c_ast.Assignment and type(item.lvalue) is c_ast.ArrayRef and found is not None:
            if type(item.lvalue.name) is c_ast.ID and item.lvalue.name.name == node.name:
                found.append(item.rvalue)
    return found


def check(f: FunctionState, name: str, text: tuple[bytes, Any], where: Any, args: list[Any]) -> None:
    form, place = text
    n = at = 0
    warn = f.unit.warn_once
    while (at := form.find(b"%", at)) >= 0:
        m = CONVERSION.match(form, at)
        if m is None:
            wrong = PRINTF.match(form, at)
            shown = wrong[0].decode("latin-1") if wrong is not None else "%"
            if warn("bpf-format", place, f"the kernel does not know the conversion '{shown}' in a format of '{name}', and prints nothing"):
                f.diag.note(place, "it knows %d, %i, %u and %x, also with l or ll, %c, %s, %p and its own, such as %pI4: integers and strings only")
            return
        at = m.end()
        if m["form"] is None:
            continue
        if (m["text"] or m["pointer"] and m["pointer"] in (b"p", b"pks", b"pus")) and WORD.match(form, at):
            shown = "%" + (m["text"] or m["pointer"]).decode()
            warn("bpf-format", place, f"'{shown}' in a format of '{name}' must stand before a blank or punctuation, or the kernel prints nothing")
            return
        if n >= len(args):
            warn("bpf-format", place, "more '%' conversions than data arguments")
            return
        wanted = mismatch(f, m, args[n])
        if wanted is not None:
            told = T.spell(type_of(f, args[n]).type)
            warn("bpf-format", args[n].coord, f"format specifies type '{wanted}' but the argument has type '{told}'")
        n += 1
    if n < len(args):
        warn("bpf-format", args[n].coord, "data argument not used by format string")


def mismatch(f: FunctionState, m: re.Match[bytes], node: Any) -> str | None:
    """The type that a conversion asks for, if the argument's loses something by it or is none of that kind."""
    f.diag.silent += 1  # it is lowered once more where it stands
    o = type_of(f, node)
    f.diag.silent -= 1
    t: Any = T.strip(o.type)
    if t is T.POISON or o.literal is not None and t.kind == "array":
        return None if t is T.POISON or m["kind"] is None else NAMES[m["kind"]]
    if m["text"] is not None or m["pointer"] is not None and len(m["pointer"]) == 3:  # what is at an address
        small = t.kind in ("int", "bool") and t.size < 8 and not (o.value is not None and getattr(o.value, "op", "") == "const")
        return ("char *" if m["text"] is not None or m["pointer"][2:] == b"s" else "void *") if small else None
    if m["pointer"] is not None or m["kind"] is None or m["length"]:
        return None
    if t.kind in ("ptr", "array", "func") or t.kind in ("int", "enum") and T.is_complete(t) and t.size > 4:
        return NAMES[m["kind"]]
    return None
