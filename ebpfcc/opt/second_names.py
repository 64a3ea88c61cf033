"""Addresses of a variable's second name (`__attribute__((alias))`) become the variable's own; a weak one may be somebody else's in the end.

Passes tell objects by their symbols: two names of one object must not look like two objects (ir/effects.py)."""

from __future__ import annotations

from ..ir.core import Module, Value, replace_values


def run(module: Module) -> None:
    """Once, before the other passes.  Ensures: Function.second_names."""
    final: dict[str, str] = {}
    weak: set[str] = set()
    for name in module.aliases:
        target, is_weak = module.aliases[name]
        while target in module.aliases:
            target, also = module.aliases[target]
            is_weak |= also
        if target in module.globals:
            if is_weak:
                weak.add(name)
            else:
                final[name] = target
    if not final and not weak:
        return
    for fn in module.functions.values():
        fn.second_names = frozenset(weak)
        new: dict[Value, Value] = {}
        for leaf in list(fn.leaves.values()):
            if leaf.op == "gaddr" and leaf.aux[0] in final:
                new[leaf] = fn.gaddr(final[leaf.aux[0]], leaf.aux[1])
        replace_values(fn, new)
