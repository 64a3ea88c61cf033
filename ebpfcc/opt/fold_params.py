"""An operation on a block parameter that only constants arrive at is done on the constants: `(r == 0 ? 1 : 2) == 1` behind a join."""

from __future__ import annotations

from ..ir.core import PURE, Block, Function, Target, Value, count_uses, replace_values
from ..ir.fold import simplify
from .prune_params import incoming


def run(fn: Function) -> int:
    """Preserves: the CFG.  Returns: operations that became parameters."""
    if not any(block.params for block in fn.blocks[1:]):
        return 0
    edges = incoming(fn)
    uses: dict[Value, int] | None = None
    new: dict[Value, Value] = {}
    for block in fn.blocks[1:]:
        constant = {p: i for i, p in enumerate(block.params) if all(t.args[i].op == "const" for t in edges[block])}
        if not constant:
            continue
        for insn in list(block.insns):
            own = [new.get(a, a) for a in insn.args if a.op != "const"]
            if len(own) != 1 or own[0] not in constant or insn.op not in PURE:
                continue
            if uses is None:
                uses = count_uses(fn)
            if uses[own[0]] == 1 and fold(fn, block, insn, constant[own[0]], edges[block]):
                new[insn] = own[0]
                uses[own[0]] = uses.get(insn, 0)
    replace_values(fn, new)
    return len(new)


def fold(fn: Function, block: Block, insn: Value, index: int, edges: list[Target]) -> bool:
    """The parameter with this number, which only insn reads, takes insn's place."""
    results: list[Value] = []
    for edge in edges:
        result = simplify(fn, insn.op, insn.type, [a if a.op == "const" else edge.args[index] for a in insn.args], insn.aux)
        if result is None or result.op != "const":
            return False
        results.append(result)
    block.params[index].type = insn.type
    for edge, result in zip(edges, results):
        edge.args[index] = result
    block.insns.remove(insn)
    return True
