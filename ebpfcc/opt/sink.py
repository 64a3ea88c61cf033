"""Code sinking: a pure operation moves to where its value is first needed.

Into the one successor whose paths read it, so that the other ways do not compute it; and within a block, where its operand is
held until there in place of its result: an operand and the value made of it (`i` and `i + 1`) then share a register. A load goes along
where nothing behind it may write: what is read from a packet is then read behind the check of its bounds."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, Block, Function, Value
from ..ir.effects import writes_memory
from .licm import MOVABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    Readers = dict[Value, list[tuple[Value, Block]]]  # of a value: the instruction that reads it and where that stands

LONG_BLOCK = 2000  # instructions: the search for a first reader takes time with the square of them


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: instructions moved."""
    cfg.compute_preds(fn)
    idom = cfg.dominators(fn)
    depth = cfg.loop_depths(fn, cfg.find_loops(fn, idom))
    readers: Readers = {}
    for block in fn.blocks:
        for insn in block.insns:
            for a in insn.args:
                readers.setdefault(a, []).append((insn, block))
            for target in insn.targets:
                for a in target.args:
                    readers.setdefault(a, []).append((insn, block))
    moved = 0
    for block in fn.blocks:
        below = [t.block for t in block.insns[-1].targets if t.block.preds == [block] and depth[t.block] <= depth[block]]
        if below:
            tested = operands_of_test(block)
            for insn in movable(block):
                for successor in below:
                    if is_needed_only_below(insn, successor, readers, idom, tested):
                        block.insns.remove(insn)
                        successor.insns.insert(0, insn)
                        insn.block = successor
                        for a in insn.args:
                            readers[a] = [(r, successor if r is insn else place) for r, place in readers[a]]
                        moved += 1
                        break
        if len(block.insns) <= LONG_BLOCK:
            moved += sink_in_block(block, readers)
    return moved


def movable(block: Block) -> list[Value]:
    """What may stand at the start of the next block in its place, from the last on."""
    found: list[Value] = []
    quiet = True  # nothing behind it writes
    for insn in reversed(block.insns):
        if insn.op in MOVABLE or insn.op == "load" and quiet and not insn.aux.volatile:
            found.append(insn)
        quiet = quiet and not writes_memory(insn) and insn.op != "lifetime"
    return found


def operands_of_test(block: Block) -> list[Value]:
    """What the branch at the block's end compares."""
    branch = block.insns[-1]
    return branch.args[0].args if branch.op == "br" and branch.args[0].op == "icmp" else []


def is_needed_only_below(insn: Value, successor: Block, readers: Readers, idom: dict[Block, Block], tested: list[Value]) -> bool:
    """No way but through the successor reads it, and no more than one register is live for longer so that it can be made there; or it is
    made of what the branch before bounds, of which the verifier does not bound what was made before."""
    if not all(cfg.dominates(idom, successor, place) for _, place in readers.get(insn, ())):
        return False
    held = [a for a in insn.args if a.op not in LEAVES and not any(r is not insn and cfg.dominates(idom, successor, place) for r, place in readers[a])]
    return len(held) <= 1 or any(a in tested for a in insn.args if a.op not in LEAVES)


def sink_in_block(block: Block, readers: Readers) -> int:
    insns = block.insns
    moved = 0
    for at in range(len(insns) - 2, -1, -1):
        insn = insns[at]
        if insn.op in MOVABLE and sum(a.op not in LEAVES for a in insn.args) == 1:
            until = at + 1
            reading = [r for r, _ in readers.get(insn, ())]
            while until < len(insns) - 1 and insns[until] not in reading:
                until += 1
            if until > at + 1:
                del insns[at]
                insns.insert(until - 1, insn)
                moved += 1
    return moved
