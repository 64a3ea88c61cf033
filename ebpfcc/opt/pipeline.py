"""The order of the passes. -O0 inlines what must be and prunes; -O1 and above do everything."""

from __future__ import annotations

from ..ir.core import Function, Module
from . import (
    align_objects,
    clamps,
    combine,
    constant_objects,
    constant_results,
    dce,
    dead_stores,
    fold_params,
    gvn,
    hoist,
    inline,
    join_stores,
    late_constants,
    libcalls,
    licm,
    load_pre,
    lower_switch,
    mem2reg,
    merge_calls,
    merge_objects,
    pointer_counters,
    prune_params,
    rotate,
    second_names,
    shared_extensions,
    simplify_cfg,
    sink,
    split_accesses,
    static_objects,
    tail_recursion,
    thread_jumps,
    unroll,
    unused_params,
    widen_stores,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Trace = Callable[[str, Function], None]


def no_trace(name: str, fn: Function) -> None:
    """Called with the name of a pass and the function when the pass has run: a place for dumps and for the IR verifier (`verifying`)."""


def verifying(name: str, fn: Function) -> None:
    """A trace that raises VerifyError if the pass has broken the function."""
    from ..ir.verify import VerifyError, verify

    try:
        verify(fn)
    except VerifyError as e:
        raise VerifyError(f"after {name}: {e}") from None


def optimise_module(module: Module, level: str, trace: Trace = no_trace, cpu: int = 3) -> None:
    """Runs the passes on every function, callees first, and drops local functions that nothing refers to any more."""
    second_names.run(module)
    for fn in module.functions.values():
        prune_params.run(fn)
        trace("prune_params", fn)
        if level != "0" and fn.name in inline.callees(fn):
            mem2reg.run(fn)
            trace("mem2reg", fn)
            tail_recursion.run(fn)
            trace("tail_recursion", fn)
            prune_params.run(fn)
            trace("prune_params", fn)
    order, recursive = inline.call_order(module)
    refs = inline.count_references(module)
    if level != "0":
        static_objects.run(module)
    final: set[str] = set()
    late: dict[str, int] = {}  # functions that are inlined last, callees first, and their sizes
    for fn in order:
        optimise(fn, module, refs, recursive, final, late, level, trace)
        final.add(fn.name)
        if level != "0" and inline.is_late(fn, refs, late):
            late[fn.name] = unroll.cost(fn.blocks, late)
    if late:
        left = inline.count_references(module)
        for fn in order:
            if inline.goes(fn) and fn.name in left:
                inline_late(fn, module, refs, recursive, final, late, level, trace)
    libcalls.settle(module)
    drop_unreferenced(module)
    if level != "0":
        unused_params.run(module)
    if level != "0" and static_objects.run(module):
        for fn in module.functions.values():
            constants(fn, module, final, trace)
    for fn in module.functions.values():
        finish(fn, module, level, trace, cpu)
    drop_unreferenced(module)


def optimise(fn: Function, module: Module, refs: dict[str, int], recursive: set[str], final: set[str], late: dict[str, int], level: str, trace: Trace) -> None:
    """final: the functions that this was done with before."""
    if "naked" in fn.attrs:
        simplify_cfg.run(fn)
        trace("simplify_cfg", fn)
        return
    if level == "0":
        if inline.run(fn, module, refs, recursive, False):
            trace("inline", fn)
            prune_params.run(fn)
            trace("prune_params", fn)
        libcalls.run(fn, module)
        trace("libcalls", fn)
        simplify_cfg.run(fn)
        trace("simplify_cfg", fn)
        dce.run(fn)
        trace("dce", fn)
        return
    libcalls.run(fn, module)
    trace("libcalls", fn)
    scalar_passes(fn, module, trace)
    merge_calls.run(fn)
    trace("merge_calls", fn)
    if inline.run(fn, module, refs, recursive, True, late):
        trace("inline", fn)
        clean_up(fn, module, trace)
    if inline.goes(fn) or not inline_late(fn, module, refs, recursive, final, late, level, trace):
        after_inlining(fn, module, final, late, level, trace)


def inline_late(
    fn: Function, module: Module, refs: dict[str, int], recursive: set[str], final: set[str], late: dict[str, int], level: str, trace: Trace
) -> bool:
    """Of the functions that are inlined last, callers before callees, so that calls of one meet before it is copied."""
    done = False
    while True:
        called = late.keys() & set(inline.callees(fn))
        if not called:
            break
        first = next(name for name in reversed(late) if name in called)
        if inline.callees(fn).count(first) > 1:
            merge_calls.run(fn)
            trace("merge_calls", fn)
        if not inline.run(fn, module, refs, recursive, True, late.keys() - {first}):
            break
        done = True
        trace("inline", fn)
        prune_params.run(fn)
        trace("prune_params", fn)
        simplify_cfg.run(fn)
        trace("simplify_cfg", fn)
    if done:
        clean_up(fn, module, trace)
        after_inlining(fn, module, final, late, level, trace)
    return done


def clean_up(fn: Function, module: Module, trace: Trace) -> None:
    prune_params.run(fn)
    trace("prune_params", fn)
    simplify_cfg.run(fn)
    trace("simplify_cfg", fn)
    gvn.run(fn)
    trace("gvn", fn)
    scalar_passes(fn, module, trace)


def after_inlining(fn: Function, module: Module, final: set[str], late: dict[str, int], level: str, trace: Trace) -> None:
    constants(fn, module, final, trace)
    if pointer_counters.run(fn):
        trace("pointer_counters", fn)
        scalar_passes(fn, module, trace)
    if unroll.run(fn, level in ("2", "3"), late):
        trace("unroll", fn)
        prune_params.run(fn)
        trace("prune_params", fn)
        scalar_passes(fn, module, trace)
        constants(fn, module, final, trace)


def constants(fn: Function, module: Module, final: set[str], trace: Trace) -> None:
    """What other parts of the module say of a function's values."""
    changed = constant_objects.run(fn, module)
    trace("constant_objects", fn)
    changed += constant_results.run(fn, module, final)
    trace("constant_results", fn)
    if changed:
        scalar_passes(fn, module, trace)


def finish(fn: Function, module: Module, level: str, trace: Trace, cpu: int) -> None:
    """What is done once, when no function is going to be inlined any more."""
    module.not_unrolled += unroll.unmet(fn) if level != "0" else []
    answered = late_constants.run(fn)
    trace("late_constants", fn)
    if level == "0" or "naked" in fn.attrs:
        lower_switch.run(fn)
        trace("lower_switch", fn)
        if answered:
            simplify_cfg.run(fn)
            trace("simplify_cfg", fn)
            dce.run(fn)
            trace("dce", fn)
        return
    if answered:
        scalar_passes(fn, module, trace)
    if load_pre.run(fn):
        trace("load_pre", fn)
        scalar_passes(fn, module, trace)
    if join_stores.run(fn):
        trace("join_stores", fn)
        scalar_passes(fn, module, trace)
    if clamps.run(fn):
        trace("clamps", fn)
    if rotate.run(fn):
        trace("rotate", fn)
        prune_params.run(fn)
        trace("prune_params", fn)
        scalar_passes(fn, module, trace)
        if load_pre.run(fn):  # what stood behind a loop's test stands at its head now
            trace("load_pre", fn)
            scalar_passes(fn, module, trace)
    if combine.run(fn):
        trace("combine", fn)
        gvn.run(fn)
        trace("gvn", fn)
        dce.run(fn)
        trace("dce", fn)
        if simplify_cfg.run(fn):  # a comparison that ranges decide may have stood between a store and its load
            trace("simplify_cfg", fn)
            if load_pre.run(fn):
                trace("load_pre", fn)
                scalar_passes(fn, module, trace)
    if merge_objects.run(fn):
        trace("merge_objects", fn)
    if dead_stores.run(fn):
        trace("dead_stores", fn)
        dce.run(fn)
        trace("dce", fn)
    align_objects.run(fn)
    trace("align_objects", fn)
    if widen_stores.run(fn, module):
        trace("widen_stores", fn)
        dce.run(fn)
        trace("dce", fn)
    licm.run(fn)
    trace("licm", fn)
    lower_switch.run(fn)
    trace("lower_switch", fn)
    if cpu < 3:
        shared_extensions.run(fn, module)
        trace("shared_extensions", fn)
        prune_params.run(fn)
        trace("prune_params", fn)
        dce.run(fn)
        trace("dce", fn)
    sink.run(fn)
    trace("sink", fn)
    hoist.run(fn)
    trace("hoist", fn)
    simplify_cfg.run(fn)
    trace("simplify_cfg", fn)


SCALAR: tuple[tuple[str, Callable[[Function, Module], int]], ...] = (
    ("simplify_cfg", lambda fn, module: simplify_cfg.run(fn)),
    ("split_accesses", lambda fn, module: split_accesses.run(fn, module.big_endian)),
    ("mem2reg", lambda fn, module: mem2reg.run(fn)),
    ("prune_params", lambda fn, module: prune_params.run(fn)),
    ("fold_params", lambda fn, module: fold_params.run(fn)),
    ("gvn", lambda fn, module: gvn.run(fn)),
    ("libcalls", libcalls.run),
    ("thread_jumps", lambda fn, module: thread_jumps.run(fn)),
)
ROUNDS = 4


def scalar_passes(fn: Function, module: Module, trace: Trace) -> None:
    """Round and round until a pass that changed something would come again with nothing changed since, at most four times."""
    last = ""  # the pass that changed something last
    settled = False
    for _ in range(ROUNDS):
        for name, run in SCALAR:
            settled = name == last
            if settled:
                break
            if run(fn, module) > 0:
                last = name
            trace(name, fn)
        dce.run(fn)
        trace("dce", fn)
        if settled or not last:
            break
    simplify_cfg.run(fn)
    trace("simplify_cfg", fn)


def drop_unreferenced(module: Module) -> None:
    """Local functions that neither a root nor what a root needs refers to."""
    live = {name for name, fn in module.functions.items() if fn.linkage != "local" or "used" in fn.attrs or fn.section != ".text"}
    live |= {symbol for variable in module.globals.values() for _, symbol, _, _ in variable.relocs}
    work = [name for name in live if name in module.functions]
    while work:
        found = inline.references(module.functions[work.pop()]).keys() - live
        live |= found
        work += [name for name in found if name in module.functions]
    for name in [name for name in module.functions if name not in live]:
        del module.functions[name]
