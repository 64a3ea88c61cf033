"""Passes on IR text: tests/opt/*.case. `python tests/test_opt.py --update` writes what the passes give now; read the difference.

A case is `[case name]`, `[passes a b]`, `[in]`, `[out]` and lines of `[run]`, calls whose results hold before and after. Comments (`;`) in
`[in]` say what the case is about. The IR is verified before and after each pass."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT.parent))

from ebpfcc.ir.core import Function, Module
from ebpfcc.ir.interp import interpret
from ebpfcc.ir.text import parse, print_module
from ebpfcc.ir.verify import VerifyError, verify_module
from ebpfcc.opt import (
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
    pipeline,
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

HEADER = re.compile(r"\[(case|passes|in|out|run)(?: ([^\]]*))?\]$")


def on_functions(run: Callable[[Function], object]) -> Callable[[Module], None]:
    def apply(module: Module) -> None:
        for fn in module.functions.values():
            run(fn)

    return apply


def in_module(run: Callable[[Function, Module], object]) -> Callable[[Module], None]:
    def apply(module: Module) -> None:
        for fn in module.functions.values():
            run(fn, module)

    return apply


def inlining(optimise: bool) -> Callable[[Module], None]:
    def apply(module: Module) -> None:
        order, recursive = inline.call_order(module)
        refs = inline.count_references(module)
        for fn in order:
            inline.run(fn, module, refs, recursive, optimise)

    return apply


PASSES: dict[str, Callable[[Module], None]] = {
    "align_objects": on_functions(align_objects.run),
    "pointer_counters": on_functions(pointer_counters.run),
    "prune_params": on_functions(prune_params.run),
    "dce": on_functions(dce.run),
    "simplify_cfg": on_functions(simplify_cfg.run),
    "mem2reg": on_functions(mem2reg.run),
    "gvn": on_functions(gvn.run),
    "combine": on_functions(combine.run),
    "constant_objects": in_module(constant_objects.run),
    "constant_results": in_module(lambda fn, module: constant_results.run(fn, module, set(module.functions) - {fn.name})),
    "second_names": second_names.run,
    "static_objects": static_objects.run,
    "hoist": on_functions(hoist.run),
    "late_constants": on_functions(late_constants.run),
    "libcalls": in_module(libcalls.run),
    "licm": on_functions(licm.run),
    "thread_jumps": on_functions(thread_jumps.run),
    "lower_switch": on_functions(lower_switch.run),
    "load_pre": on_functions(load_pre.run),
    "dead_stores": on_functions(dead_stores.run),
    "merge_objects": on_functions(merge_objects.run),
    "merge_calls": on_functions(merge_calls.run),
    "shared_extensions": in_module(shared_extensions.run),
    "clamps": on_functions(clamps.run),
    "join_stores": on_functions(join_stores.run),
    "split_accesses": on_functions(split_accesses.run),
    "rotate": on_functions(rotate.run),
    "sink": on_functions(sink.run),
    "widen_stores": in_module(widen_stores.run),
    "fold_params": on_functions(fold_params.run),
    "unroll": on_functions(unroll.run),
    "unused_params": unused_params.run,
    "tail_recursion": on_functions(tail_recursion.run),
    "inline": inlining(True),
    "inline_always": inlining(False),
    "O2": lambda module: pipeline.optimise_module(module, "2", pipeline.verifying),
}


class Case:
    def __init__(self, file: Path, name: str) -> None:
        self.file = file
        self.name = name
        self.parts: dict[str, str] = {}
        self.passes: list[str] = []


def read_cases(file: Path) -> list[Case]:
    cases: list[Case] = []
    part = ""
    for line in file.read_text().split("\n"):
        m = HEADER.match(line)
        if m is None:
            if part:
                cases[-1].parts[part] += line + "\n"
            else:
                assert not line.strip() or line.startswith("#"), f"{file.name}: '{line}' belongs to no part"
        elif m[1] == "case":
            cases.append(Case(file, m[2]))
            part = ""
        elif m[1] == "passes":
            cases[-1].passes = m[2].split()
            part = ""
        else:
            part = m[1]
            cases[-1].parts[part] = ""
    return cases


def write_cases(file: Path, cases: list[Case]) -> None:
    text = ""
    for case in cases:
        text += f"[case {case.name}]\n[passes {' '.join(case.passes)}]\n"
        text += "".join(f"[{part}]\n{case.parts[part].strip()}\n" for part in ("in", "out", "run") if case.parts.get(part, "").strip())
        text += "\n"
    file.write_text(text.rstrip() + "\n")


def transformed(case: Case) -> Module:
    module = parse(case.parts["in"])
    verify_module(module)
    for name in case.passes:
        PASSES[name](module)
        verify_module(module)
    return module


def check_runs(case: Case, module: Module) -> None:
    for line in case.parts.get("run", "").strip().split("\n"):
        if not line:
            continue
        m = re.match(r"(\w+)\((.*)\) == (-?\w+)$", line)
        assert m is not None, f"cannot read '{line}'"
        args = [bytearray.fromhex(a[1:-1]) if a.startswith('"') else int(a, 0) for a in re.split(r",\s*", m[2]) if a]
        bits = {"i32": 32, "void": 64}.get(module.functions[m[1]].ret, 64)
        assert interpret(module, m[1], list(args)) == int(m[3], 0) & (1 << bits) - 1, line


ALL = [case for file in sorted((ROOT / "opt").glob("*.case")) for case in read_cases(file)]


@pytest.mark.parametrize("case", ALL, ids=lambda c: f"{c.file.stem}-{c.name}")
def test_case(case: Case) -> None:
    check_runs(case, parse(case.parts["in"]))
    module = transformed(case)
    assert print_module(module).strip() == case.parts["out"].strip()
    check_runs(case, module)
    assert print_module(parse(print_module(module))) == print_module(module)


def test_calls_that_are_inlined_last_count_in_full() -> None:
    """A loop that was asked to be unrolled is so only in part if what its calls become makes the copies too many."""
    text = """func @f -> i64 {
entry(%x: i64):
  jmp head(0:i64)
head(%i: i64) unroll 1:
  %c = icmp.eq %i, 100:i64
  br %c, out, body
body:
  %r = call.i64 func @large (%i)
  %j = add.i64 %i, 1
  jmp head(%j)
out:
  ret %i
}
"""
    for size, copies in ((100, 102), (1000, 20), (13000, 1)):
        module = parse(text)
        unroll.run(module.functions["f"], False, {"large": size})
        verify_module(module)
        assert sum(insn.op == "call" for insn in module.functions["f"].insns()) == copies


def test_every_pass_has_three_cases() -> None:
    counts = {name: sum(name in case.passes for case in ALL) for name in PASSES}
    assert {name: n for name, n in counts.items() if n < 3 and name not in ("O2", "inline_always")} == {}
    passes = {file.stem for file in (ROOT.parent / "ebpfcc" / "opt").glob("*.py")} - {"__init__", "pipeline", "rules", "ranges"}
    assert passes <= set(PASSES)


def test_every_pass_of_the_pipeline_is_traced() -> None:
    """--print-after and the verifier see each pass; a trace that breaks the function is told with the pass's name."""
    module = parse("func @f -> i64 {\nentry(%x: i64):\n  %a = add.i64 %x, 1\n  ret %a\n}\n")
    seen: list[str] = []
    pipeline.optimise_module(module, "2", lambda name, fn: seen.append(name))
    assert set(seen) <= set(PASSES)
    assert {"simplify_cfg", "mem2reg", "gvn", "dce", "licm"} <= set(seen)
    module.functions["f"].blocks[0].insns.pop()
    with pytest.raises(VerifyError, match="after gvn: function 'f'"):
        pipeline.verifying("gvn", module.functions["f"])


def test_names_are_unique() -> None:
    names = [(case.file.name, case.name) for case in ALL]
    assert len(set(names)) == len(names)


if __name__ == "__main__":
    for file in sorted((ROOT / "opt").glob("*.case")):
        found = read_cases(file)
        for case in found:
            case.parts["out"] = print_module(transformed(case))
        if "--update" in sys.argv:
            write_cases(file, found)
