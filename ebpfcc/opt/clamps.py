"""A sum that is clamped is clamped before the addition: min(x + c, n) is min(x, n - c) + c, where the sum does not overflow.

`n++; if (n > MAX) n = MAX;` leaves the verifier without a lower bound: what it knows of x is gone once x + 1 may overflow. Clamped first,
x + 1 cannot. (LLVM's InstCombine of smin and smax with an addition.)"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import WIDTH, Block, Function, Target, Value, count_uses

CLAMPS = frozenset(("sgt", "sge", "slt", "sle"))


def run(fn: Function) -> int:
    """Requires: fn verifies, constants on the right.  Preserves: the CFG.  Returns: sums moved."""
    if not any(insn.aux == "nsw" for insn in fn.insns()):
        return 0
    cfg.compute_preds(fn)
    uses = count_uses(fn)
    edges: dict[Block, list[Target]] = {}
    for block in fn.blocks:
        for t in block.insns[-1].targets:
            edges.setdefault(t.block, []).append(t)
    return sum(clamp(fn, block, param, edges[block], uses) for block in fn.blocks[1:] if len(block.preds) > 1 for param in list(block.params))


def clamp(fn: Function, block: Block, param: Value, edges: list[Target], uses: dict[Value, int]) -> int:
    """Of a parameter at which the sum arrives, or else constants: among them the one that it was compared with."""
    at = block.params.index(param)
    arriving = [t.args[at] for t in edges]
    total = next((a for a in arriving if a.op == "add" and a.aux == "nsw" and a.args[1].op == "const"), None)
    if total is None or any(a is not total and a.op != "const" for a in arriving) or uses[total] != arriving.count(total) + 1 or not uses.get(param):
        return 0
    test = next((i for i in fn.insns() if i.op == "icmp" and i.args[0] is total), None)
    if test is None or test.aux not in CLAMPS or test.args[1].op != "const":
        return 0
    x, step, bound = total.args[0], total.args[1].aux, test.args[1].aux
    constants = {a for a in arriving if a is not total}
    half = 1 << WIDTH[total.type] - 1
    if not any(abs(a.aux - bound) <= 1 for a in constants) or any(not -half <= n - step < half for n in (bound, *(a.aux for a in constants))):
        return 0
    move_behind(fn, block, param, edges, {total: x, **{a: fn.const(a.type, a.aux - step) for a in constants}}, total)
    test.args = [x, fn.const(total.type, bound - step)]
    return 1


def move_behind(fn: Function, block: Block, param: Value, edges: list[Target], arriving: dict[Value, Value], total: Value) -> None:
    """The addition is done on what arrives."""
    at = block.params.index(param)
    fresh = Value("param", param.type, [], None, param.pos)
    fresh.block, fresh.name = block, param.name
    block.params[at] = fresh
    for t in edges:
        t.args[at] = arriving[t.args[at]]
    assert total.block is not None
    total.block.insns.remove(total)
    total.args = [fresh, total.args[1]]
    total.block = block
    block.insns.insert(0, total)
    for insn in fn.insns():
        if insn is not total:
            insn.args = [total if a is param else a for a in insn.args]
        for t in insn.targets:
            t.args = [total if a is param else a for a in t.args]
