"""The order of the passes. -O0 inlines what must be and prunes; -O1 and above do everything."""

from __future__ import annotations

from ..ir.core import Function, Module
from . import dce, gvn, inline, late_constants, libcalls, licm, mem2reg, prune_params, simplify_cfg, unroll

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    Trace = Callable[[str, Function], None]


def no_trace(name: str, fn: Function) -> None:
    pass


def optimise_module(module: Module, level: str, trace: Trace = no_trace) -> None:
    """Runs the passes on every function, callees first, and drops local functions that nothing refers to any more."""
    for fn in module.functions.values():
        prune_params.run(fn)
        trace("prune_params", fn)
    order, cyclic = inline.call_order(module)
    refs = inline.count_references(module)
    for fn in order:
        optimise(fn, module, refs, cyclic, level, trace)
    drop_unreferenced(module)
    for fn in module.functions.values():
        if late_constants.run(fn):
            trace("late_constants", fn)
            if level != "0":
                scalar_passes(fn, trace)
            else:
                simplify_cfg.run(fn)
                dce.run(fn)
    drop_unreferenced(module)


def optimise(fn: Function, module: Module, refs: dict[str, int], cyclic: set[tuple[str, str]], level: str, trace: Trace) -> None:
    if "naked" in fn.attrs:
        simplify_cfg.run(fn)
        return
    if level == "0":
        if inline.run(fn, module, refs, cyclic, False):
            prune_params.run(fn)
            libcalls.run(fn)
        simplify_cfg.run(fn)
        dce.run(fn)
        trace("O0", fn)
        return
    scalar_passes(fn, trace)
    if inline.run(fn, module, refs, cyclic, True):
        trace("inline", fn)
        prune_params.run(fn)
        simplify_cfg.run(fn)
        gvn.run(fn)
        libcalls.run(fn)
        scalar_passes(fn, trace)
    if unroll.run(fn):
        trace("unroll", fn)
        prune_params.run(fn)
        scalar_passes(fn, trace)
    if licm.run(fn):
        trace("licm", fn)
        simplify_cfg.run(fn)


def scalar_passes(fn: Function, trace: Trace) -> None:
    """Until nothing changes, at most four rounds."""
    for _ in range(4):
        changed = simplify_cfg.run(fn)
        trace("simplify_cfg", fn)
        changed |= mem2reg.run(fn) > 0
        trace("mem2reg", fn)
        changed |= prune_params.run(fn) > 0
        trace("prune_params", fn)
        changed |= gvn.run(fn) > 0
        trace("gvn", fn)
        dce.run(fn)
        trace("dce", fn)
        if not changed:
            break
    simplify_cfg.run(fn)
    trace("simplify_cfg", fn)


def drop_unreferenced(module: Module) -> None:
    while True:
        refs = inline.count_references(module)
        dead = [name for name, fn in module.functions.items() if fn.linkage == "local" and "used" not in fn.attrs and fn.section == ".text" and not refs.get(name)]
        if not dead:
            return
        for name in dead:
            del module.functions[name]
