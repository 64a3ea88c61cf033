"""Parameters of local functions that nothing reads go, with what calls pass for them (LLVM's DeadArgumentElimination). BTF keeps the
signature of the source. A call with more than five arguments may so become one that the machine has."""

from __future__ import annotations

from ..ir.core import Function, Module, Value
from . import dce


def run(module: Module) -> int:
    """Returns: parameters dropped."""
    functions = candidates(module)
    dropped = 0
    while functions:
        unread = {name: found for name, fn in functions.items() if (found := unread_params(fn))}
        if not unread:
            break
        for name, positions in unread.items():
            drop(functions[name].params, positions)
            dropped += len(positions)
        for fn in module.functions.values():
            calls = [i for i in fn.insns() if i.op == "call" and i.aux.kind == "func" and i.aux.target in unread]
            for call in calls:
                drop(call.args, unread[call.aux.target])
            if calls:
                dce.run(fn)
    return dropped


def candidates(module: Module) -> dict[str, Function]:
    """Local functions that are only called, from here."""
    taken = {v.aux[0] for fn in module.functions.values() for v in fn.leaves.values() if v.op == "gaddr"}
    taken |= {symbol for variable in module.globals.values() for _, symbol, _, _ in variable.relocs}
    taken |= {symbol for symbol, _ in module.aliases.values()}
    return {
        name: fn
        for name, fn in module.functions.items()
        if fn.linkage == "local" and fn.section == ".text" and name not in taken and not fn.attrs & {"naked", "used"} and not fn.decl_tags and not module.asm
    }


def unread_params(fn: Function) -> list[int]:
    """Their positions; what a call of the function by itself passes on to the same parameter is not read."""
    if not fn.params:
        return []
    read: set[Value] = set()
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "call" and insn.aux.kind == "func" and insn.aux.target == fn.name:
                read.update(a for p, a in zip(fn.params, insn.args) if a is not p)
            else:
                read.update(insn.args)
            for target in insn.targets:
                read.update(target.args)
    return [i for i, p in enumerate(fn.params) if p not in read]


def drop(values: list[Value], positions: list[int]) -> None:
    for i in reversed(positions):
        del values[i]
