"""Loop unrolling: by copying the body, where `#pragma unroll` asks for it or the copies are few, and the number of rounds is found out.
Where all copies would be too many, or only some were asked for, a round of the loop becomes several, if it was asked for: the verifier
keeps few states of an instruction that each round comes to with another count, and walks ways again that it knew.

Rounds are found by running the loop's counters on constants: header parameters that start from constants and whose exit test
depends on nothing else.  A loop that is not counted stays as it is."""

from __future__ import annotations

from ..ir import cfg
from ..ir.clone import copy_body
from ..ir.core import Block, Function, Target, Value
from ..ir.effects import extent
from ..ir.fold import simplify
from ..ir.repair import repair, uses_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_ROUNDS = 1024
MAX_INSNS = 24000  # LLVM's PragmaUnrollThreshold is 16384, of instructions that are counted a little tighter
SMALL_ROUNDS = 16
SMALL_INSNS = 320  # all copies of a loop that nothing was said about
SMALL_WITH_CALLS = 120  # nothing folds over a call
COSTS = {"call": 10, "lifetime": 0}  # with the moves of its arguments
NOTHING: dict[str, int] = {}


def run(fn: Function, unasked: bool = False, late: Mapping[str, int] = NOTHING) -> int:
    """unasked: also loops without a pragma, if what comes out is small. late: the sizes of functions whose calls are going to be replaced by
    their bodies.  Requires: fn verifies.  Returns: loops unrolled."""
    done = 0
    tried: set[Block] = set()
    while True:
        cfg.compute_preds(fn)
        every = cfg.find_loops(fn)
        outer = {loop.parent for loop in every}
        loops = [loop for loop in every if loop.header.unroll and loop.header not in tried]
        loops = loops or [loop for loop in every if loop not in outer and loop.header.unroll is None and loop.header not in tried]
        if not loops:
            return done
        loop = loops[0]
        tried.add(loop.header)
        peeled, together = plan(fn, loop, unasked, late)
        if peeled or together > 1:
            loop.header.unroll = None
            peel(fn, loop, peeled)
            join_rounds(fn, loop, together)
            done += 1


def plan(fn: Function, loop: cfg.Loop, unasked: bool, late: Mapping[str, int]) -> tuple[int, int]:
    """(copies before the loop, rounds that become one); (0, 1) if the loop stays. With all rounds before the loop, the last copy's exit
    test is constant, and the loop itself is not reached. What was asked for and cannot be done may be asked for again in the copies that
    inlining makes."""
    wish = loop.header.unroll
    if wish is None and not unasked and not indexes_context(fn, loop):
        return 0, 1
    rounds = count_rounds(fn, loop)
    if rounds is None or wish is None and rounds > SMALL_ROUNDS:
        return 0, 1
    limit = MAX_INSNS if wish is not None else SMALL_WITH_CALLS if calls(loop) and not indexes_context(fn, loop) else SMALL_INSNS
    size = max(cost(loop.blocks, late), 1)
    if rounds * size <= limit and not (wish is not None and 1 < wish < rounds):
        return rounds + 1, 1
    if wish is None:
        return 0, 1
    executed = rounds + tested_at_end(loop)  # bodies
    together = min(MAX_INSNS // size, executed)
    if wish > 1:
        together = min(together, wish)
        return (executed % together, together) if together > 1 else (0, 1)
    while together > 1 and executed % together:
        together -= 1
    return 0, max(together, 1)


def tested_at_end(loop: cfg.Loop) -> bool:
    return exit_test(loop) is loop.latches[0].insns[-1]


def calls(loop: cfg.Loop) -> bool:
    return any(insn.op == "call" for b in loop.blocks for insn in b.insns)


def cost(blocks: Iterable[Block], late: Mapping[str, int]) -> int:
    """How many instructions the blocks will have, about."""
    total = 0
    for block in blocks:
        for insn in block.insns:
            total += COSTS.get(insn.op, 1)
            if insn.op == "switch":
                total += 2 * len(insn.aux)
            elif insn.op == "call" and insn.aux.kind == "func":
                total += late.get(insn.aux.target, 0)
    return total


def indexes_context(fn: Function, loop: cfg.Loop) -> bool:
    """Whether a program's context is accessed at an offset that changes: that the verifier never allows, whatever the level of optimisation."""
    if fn.section == ".text" or not fn.params or fn.params[0].type != "ptr":
        return False
    for b in loop.blocks:
        for insn in b.insns:
            if insn.op in ("load", "store"):
                base, low, high = extent(insn.args[0])
                if base is fn.params[0] and low != high:
                    return True
    return False


def unmet(fn: Function) -> list[object]:
    """The positions of loops that were asked to be unrolled and are still there."""
    if not any(block.unroll for block in fn.blocks):
        return []
    cfg.compute_preds(fn)
    return [loop.header.insns[0].pos for loop in reversed(cfg.find_loops(fn)) if loop.header.unroll]


def count_rounds(fn: Function, loop: cfg.Loop) -> int | None:
    """How often the header is left for the body before the loop ends by its exit test; None if that is not constant."""
    header = loop.header
    outside = [p for p in header.preds if p not in loop.blocks]
    if len(loop.latches) != 1:
        return None
    entries = [t for p in dict.fromkeys(outside) for t in p.insns[-1].targets if t.block is header]
    back = [t for t in loop.latches[0].insns[-1].targets if t.block is header]
    if not entries or len(back) != 1:
        return None
    test = exit_test(loop)
    if test is None:
        return None
    values: dict[Value, Value | None] = {}
    state = {p: a for k, (p, a) in enumerate(zip(header.params, entries[0].args)) if a.op == "const" and all(e.args[k] is a for e in entries)}
    for rounds in range(MAX_ROUNDS + 1):
        values = dict(state)
        cond = evaluate(fn, test.args[0], values, 0)
        if cond is None:
            return None
        taken = test.targets[0 if cond.aux else 1].block
        if taken not in loop.blocks:
            return rounds
        following: dict[Value, Value] = {}
        for p, a in zip(header.params, back[0].args):
            v = evaluate(fn, a, values, 0)
            if v is not None:
                following[p] = v
        state = following
    return None


def exit_test(loop: cfg.Loop) -> Value | None:
    """The branch that leaves the loop from its header or its latch, the counted one."""
    for block in (loop.header, loop.latches[0]):
        t = block.insns[-1]
        if t.op == "br" and sum(target.block in loop.blocks for target in t.targets) == 1:
            return t
    return None


def evaluate(fn: Function, v: Value, values: dict[Value, Value | None], depth: int) -> Value | None:
    """The constant that v is, given constants for header parameters."""
    if v.op == "const":
        return v
    if v in values:
        return values[v]
    if v.op in ("param", "load", "call", "asm", "slot", "gaddr", "undef") or depth > 20 or not v.args:
        return None
    args = []
    for a in v.args:
        c = evaluate(fn, a, values, depth + 1)
        if c is None:
            values[v] = None
            return None
        args.append(c)
    result = simplify(fn, v.op, v.type, args, v.aux)
    values[v] = result if result is not None and result.op == "const" else None
    return values[v]


def peel(fn: Function, loop: cfg.Loop, rounds: int) -> None:
    """Puts `rounds` copies of the loop before it; folding then finds out about their exit tests."""
    if rounds:
        entries = [t for b in fn.blocks if b not in loop.blocks for t in b.insns[-1].targets if t.block is loop.header]
        replicate(fn, loop, rounds, entries)


def join_rounds(fn: Function, loop: cfg.Loop, together: int) -> None:
    """Makes so many rounds one. Requires: their number is a multiple of that, so that only one of them needs the exit test."""
    if together < 2:
        return
    test = exit_test(loop)
    assert test is not None
    at_end = tested_at_end(loop)
    place = loop.latches[0] if at_end else loop.header
    stay = 0 if test.targets[0].block in loop.blocks else 1
    copies = replicate(fn, loop, together - 1, [t for t in loop.latches[0].insns[-1].targets if t.block is loop.header])
    blocks = [place, *(made[place] for made in copies)]
    for block in blocks[:-1] if at_end else blocks[1:]:
        branch = block.insns[-1]
        branch.op, branch.args, branch.aux, branch.targets = "jmp", [], None, [branch.targets[stay]]


def replicate(fn: Function, loop: cfg.Loop, times: int, entries: list[Target]) -> list[dict[Block, Block]]:
    """Copies the loop, and leads `entries`, edges to its header, to the first copy, the first copy's back edges to the second, and those of
    the last to the loop. Returns the copies."""
    header = loop.header
    body = [b for b in fn.blocks if b in loop.blocks]
    rounds_made: list[tuple[dict[Block, Block], dict[Value, Value]]] = []
    leading: list[tuple[list[Target], Block]] = []
    for _ in range(times):
        copies = {b: Block(b.name) for b in body}
        values: dict[Value, Value] = {}
        copy_body(body, copies, values, lambda v: v)
        again = []
        for b in copies.values():
            for t in b.insns[-1].targets:
                if t.block is copies[header]:
                    t.block = header
                    again.append(t)
        rounds_made.append((copies, values))
        leading.append((entries, copies[header]))
        entries = again
        at = fn.blocks.index(header)
        fn.blocks[at:at] = [copies[b] for b in body]
    for edges, first in leading:
        for t in edges:
            t.block = first
    cfg.compute_preds(fn)
    everywhere = {*body, *(copy for copies, _ in rounds_made for copy in copies.values())}
    values_inside = [v for b in body for v in (*b.params, *b.insns)]
    for v, blocks in uses_outside(fn, dict.fromkeys(values_inside, everywhere)).items():
        at_end = dict.fromkeys(body, v)
        for copies, values in rounds_made:
            at_end.update(dict.fromkeys(copies.values(), values[v]))
        repair(fn, v, at_end, dict.fromkeys(blocks))
    return [copies for copies, _ in rounds_made]
