"""Whether the types of BTF make sense: each names types that are there and of a right kind, none is part of itself, none is too deep or too
large to be written down (as kernel/bpf/btf.c checks, which also refuses what is here only bounded)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .btf import ARRAY, CONST, DATASEC, DECL_TAG, FUNC, PTR, RESTRICT, STRUCT, TYPE_TAG, TYPEDEF, UNION, VAR, VOLATILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .read_btf import Type

FWD, PROTO = 7, 13
RECORDS = {STRUCT, UNION}
POINTING = {PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, VAR, DECL_TAG, TYPE_TAG, PROTO}  # the third word is a type
NAMED = {TYPEDEF, FWD, FUNC, VAR}
BY_NAME = {PTR, PROTO, FUNC, DECL_TAG}
DEEPEST = 300  # types inside types: more than a parser takes; the kernel allows 32
WIDEST = 200_000  # types that are spelled out within one


def references(t: Type) -> Sequence[int]:
    """The types that a type names."""
    kind = t.kind
    if kind == PROTO:
        return (t.value, *t.words[1::2])
    if kind in POINTING:
        return (t.value,)
    if kind in RECORDS:
        return t.words[1::3]
    if kind == ARRAY:
        return t.words[:2]
    return t.words[0::3] if kind == DATASEC else ()


def parts(t: Type, named: Sequence[int]) -> Sequence[int]:
    """Of the types that a type names those that it is made of, and must know in whole."""
    return () if t.kind in BY_NAME else named[:1] if t.kind == ARRAY else named


def check_types(types: list[Type]) -> str:
    """What is wrong, with the type's number; "" if nothing is."""
    count = len(types)
    named = [references(t) for t in types]
    for number, t in enumerate(types):
        if named[number] and max(named[number]) >= count:
            return f"type {number}: it names type {max(named[number])} of {count}"
        if t.kind in NAMED and not t.name:
            return f"type {number}: it has no name"
        if t.kind == FUNC and types[t.value].kind != PROTO:
            return f"type {number}: a function whose type {t.value} is no prototype"
        if t.kind == DATASEC and any(types[ref].kind not in (VAR, FUNC) for ref in named[number]):
            return f"type {number}: a section that holds what is no variable"
    # where a type is written down, the name of another is enough
    short = [bool(t.name) and t.kind in (STRUCT, UNION, TYPEDEF) for t in types]
    spelled = [[n for n in found if not short[n]] if types[number].kind != DATASEC else () for number, found in enumerate(named)]
    return check_depth([parts(t, found) for t, found in zip(types, named)]) or check_depth(spelled)


def check_depth(below: Sequence[Sequence[int]]) -> str:
    """That no type is below itself, or too many types are below one: a walk in depth, with its own stack."""
    depths = [0] * len(below)  # 0: not seen, -1: being walked
    sizes = [1] * len(below)
    for root in range(len(below)):
        if depths[root]:
            continue
        stack = [root]
        while stack:
            number = stack[-1]
            under = below[number]
            waiting = [n for n in under if depths[n] <= 0] if under else ()
            if waiting:
                depths[number] = -1
                if any(depths[n] < 0 for n in waiting):
                    return f"type {number}: it is part of itself"
                stack += waiting
                continue
            stack.pop()
            if depths[number] > 0:
                continue
            depths[number] = 1 + max([depths[n] for n in under], default=0)
            sizes[number] = 1 + sum([sizes[n] for n in under])
            if depths[number] > DEEPEST or sizes[number] > WIDEST:
                return f"type {number}: too many types are inside it"
    return ""
