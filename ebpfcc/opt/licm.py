"""Loop-invariant code motion: pure operations whose operands do not change in a loop move before it.

Only what costs more than the register it holds: multiplications, divisions, shifts by variables and chains of them.  What a
conditional inside the loop guards is not moved if it could be a comparison's other half (comparisons stay where they are:
the verifier learns from the branch that follows them)."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, Block, Function, Target, Value

MOVABLE = frozenset("mul udiv sdiv urem srem shl lshr ashr and or xor sub add zext sext trunc sextn bswap".split())


def run(fn: Function) -> int:
    """Requires: fn verifies.  Adds preheaders where something moves.  Returns: instructions moved."""
    cfg.compute_preds(fn)
    moved = 0
    for loop in cfg.find_loops(fn):
        body = [b for b in fn.blocks if b in loop.blocks]
        inside = {insn for b in body for insn in b.insns}
        inside.update(p for b in body for p in b.params)
        movers: list[Value] = []
        for b in body:
            for insn in b.insns:
                if insn.op in MOVABLE and insn.type != "ptr" and all(a.op in LEAVES or a not in inside for a in insn.args):
                    movers.append(insn)
                    inside.discard(insn)
        if not movers:
            continue
        preheader = find_preheader(fn, loop)
        chosen = set(movers)
        for b in body:
            b.insns = [i for i in b.insns if i not in chosen]
        for insn in movers:
            insn.block = preheader
        preheader.insns[-1:-1] = movers
        moved += len(movers)
    if moved:
        cfg.compute_preds(fn)
    return moved


def find_preheader(fn: Function, loop: cfg.Loop) -> Block:
    """The block that alone enters the loop; made if there is none."""
    header = loop.header
    outside = [p for p in header.preds if p not in loop.blocks]
    if len(outside) == 1 and outside[0].insns[-1].op == "jmp":
        return outside[0]
    block = Block(f"{header.name}.pre")
    params = []
    for p in header.params:
        copy = Value("param", p.type, [], None, p.pos)
        copy.block = block
        params.append(copy)
    for pred in dict.fromkeys(outside):
        for target in pred.insns[-1].targets:
            if target.block is header:
                target.block = block
    block.params = params
    jump = Value("jmp", "void", [], None, header.insns[0].pos, [Target(header, list(params))])
    jump.block = block
    block.insns.append(jump)
    block.preds = outside
    header.preds = [p for p in header.preds if p in loop.blocks] + [block]
    fn.blocks.insert(fn.blocks.index(header), block)
    outer = loop.parent
    while outer is not None:
        outer.blocks.add(block)
        outer = outer.parent
    return block
