"""The order of blocks: the likelier way falls through, a loop's blocks stand together, what is hardly ever reached comes last.

The order matters twice: a jump that is not taken costs nothing more, and the verifier follows the fall-through first, so that it meets
the general state of a loop before the special ones that the general one then covers (kernel/bpf/verifier.c, check_cond_jmp_op).

Likelihoods follow Ball and Larus, "Branch Prediction for Free" (PLDI 1993); blocks are chained as Pettis and Hansen do, "Profile
Guided Code Positioning" (PLDI 1990)."""

from __future__ import annotations

from bisect import insort

from ..ir import cfg
from ..ir.core import Block, Function, Value

LOOP_ROUNDS = 8.0  # how often a loop goes round
MAX_FREQUENCY = 1e12
EXPECTED, STAYS_IN_LOOP, NOT_ZERO, NOT_EQUAL, NOT_NEGATIVE, DOES_SOMETHING, RETURNS_LATER = 0.98, 0.88, 0.62, 0.52, 0.62, 0.55, 0.58
CASE = 0.55  # so that the verifier meets what the cases set before the default, which sets nothing
OVERTAKING = 0.25  # a block is placed before another way to it that is at most this much as frequent
COLD = 0.04  # of the frequency of the block before: put at the end


def order_blocks(fn: Function, loops: list[cfg.Loop]) -> None:
    """Reorders fn.blocks; the entry stays first. Requires `compute_preds`, and `loops` of that state (inner ones first)."""
    if len(fn.blocks) < 3:
        return
    innermost: dict[Block, cfg.Loop] = {}
    for loop in loops:
        for block in loop.blocks:
            innermost.setdefault(block, loop)
    chances = {block: likelihoods(block, innermost) for block in fn.blocks}
    frequency = estimate(fn.blocks, chances, {loop.header for loop in loops})
    fn.blocks[:] = chain(fn.blocks, chances, frequency, innermost)


def likelihoods(block: Block, innermost: dict[Block, cfg.Loop]) -> list[tuple[Block, float]]:
    """(successor, how likely) of each edge out of a block."""
    t = block.insns[-1]
    if t.op != "br":
        return [(target.block, 1.0 / len(t.targets)) for target in t.targets]
    then, other = t.targets[0].block, t.targets[1].block
    p = likelihood_of_then(t, block, then, other, innermost)
    return [(then, p), (other, 1.0 - p)]


def likelihood_of_then(t: Value, block: Block, then: Block, other: Block, innermost: dict[Block, cfg.Loop]) -> float:
    if t.aux == "case":
        return CASE
    if t.aux is not None:
        return EXPECTED if t.aux == "likely" else 1 - EXPECTED
    dead_then, dead_other = ends_badly(then), ends_badly(other)
    if dead_then != dead_other:
        return 1 - EXPECTED if dead_then else EXPECTED
    loop = innermost.get(block)
    if loop is not None:
        stays_then, stays_other = then in loop.blocks, other in loop.blocks
        if stays_then != stays_other:
            return STAYS_IN_LOOP if stays_then else 1 - STAYS_IN_LOOP
    condition = t.args[0]
    if condition.op == "icmp":
        cond, b = condition.aux, condition.args[1]
        if cond in ("eq", "ne"):
            if b.op == "const" and b.aux in (0, -1):
                return NOT_ZERO if cond == "ne" else 1 - NOT_ZERO
            if loop is not None:
                writes_then, writes_other = writes_before(then, other), writes_before(other, then)
                if writes_then != writes_other:
                    return DOES_SOMETHING if writes_then else 1 - DOES_SOMETHING
            return NOT_EQUAL if cond == "ne" else 1 - NOT_EQUAL
        if b.op == "const" and b.aux in (0, -1) and cond[0] == "s":
            return NOT_NEGATIVE if cond in ("sgt", "sge") else 1 - NOT_NEGATIVE
    leaves_then, leaves_other = only_jumps(then), only_jumps(other)
    if leaves_then != leaves_other:
        return 1 - DOES_SOMETHING if leaves_then else DOES_SOMETHING
    returns_then, returns_other = returns(then), returns(other)
    if returns_then != returns_other:
        return 1 - RETURNS_LATER if returns_then else RETURNS_LATER
    return 0.5


def ends_badly(block: Block) -> bool:
    return block.insns[-1].op == "unreachable"


def only_jumps(block: Block) -> bool:
    """The block stands for an edge; it copies values at most."""
    return block.insns[0].op == "jmp"


def writes_before(block: Block, other: Block) -> bool:
    """Whether the block changes memory and then goes on where the other way goes at once."""
    following = other.succs[0] if only_jumps(other) else other
    return block.succs == [following] and any(i.op in ("store", "atomic", "memset", "memcpy") for i in block.insns)


def sets_flag(block: Block, other: float) -> bool:
    """`if (c) flag = 1;` in a loop, not the likelier way: the verifier goes round the loop without the flag first, and then, from the last
    round on, with it; the other way about, each round without it ends in rounds with it that it has seen too long ago to know them."""
    return other >= 0.5 and only_jumps(block) and any(a.op == "const" for a in block.insns[0].targets[0].args)


def returns(block: Block) -> bool:
    return block.insns[-1].op == "ret"


def estimate(blocks: list[Block], chances: dict[Block, list[tuple[Block, float]]], headers: set[Block]) -> dict[Block, float]:
    """How often each block is executed for one call; blocks are in reverse postorder."""
    frequency = dict.fromkeys(blocks, 0.0)
    frequency[blocks[0]] = 1.0
    for block in blocks:
        if block in headers:
            frequency[block] = min(frequency[block] * LOOP_ROUNDS, MAX_FREQUENCY)
        for s, p in chances[block]:
            if s.index > block.index:
                frequency[s] += frequency[block] * p
    return frequency


def chain(blocks: list[Block], chances: dict[Block, list[tuple[Block, float]]], frequency: dict[Block, float], innermost: dict[Block, cfg.Loop]) -> list[Block]:
    order = Order(blocks, chances, frequency, innermost)
    block: Block | None = blocks[0]
    while block is not None:
        order.place(block)
        block = order.best_successor(block) or order.best_waiting(innermost.get(block))
    return list(order.placed)


class Order:
    """placed: the blocks that stand. coming: for each block the forward ways to it whose blocks do not. reached, ready: of a loop (None: of the
    function), the blocks that wait, and those of them to which no way is coming; (frequency, minus index), the most frequent last; some
    stand already."""

    def __init__(
        self, blocks: list[Block], chances: dict[Block, list[tuple[Block, float]]], frequency: dict[Block, float], innermost: dict[Block, cfg.Loop]
    ) -> None:
        self.chances = chances
        self.frequency = frequency
        self.innermost = innermost
        self.at = {block.index: block for block in blocks}
        self.placed: dict[Block, None] = {}
        self.coming = {b: dict.fromkeys(q for q in b.preds if q.index < b.index) for b in blocks}
        self.reached: dict[cfg.Loop | None, list[tuple[float, int]]] = {}
        self.ready: dict[cfg.Loop | None, list[tuple[float, int]]] = {}
        self.known: set[Block] = set()

    def place(self, block: Block) -> None:
        self.placed[block] = None
        for s, _ in self.chances[block]:
            ways = self.coming[s]
            ways.pop(block, None)
            if s not in self.placed:
                if s not in self.known:
                    self.known.add(s)
                    self.wait(self.reached, s)
                if not ways:
                    self.wait(self.ready, s)

    def wait(self, lists: dict[cfg.Loop | None, list[tuple[float, int]]], block: Block) -> None:
        item = self.frequency[block], -block.index
        loop = self.innermost.get(block)
        while loop is not None:
            if self.frequency[block] >= self.frequency[loop.header] * COLD:
                insort(lists.setdefault(loop, []), item)
            loop = loop.parent
        insort(lists.setdefault(None, []), item)

    def best_successor(self, block: Block) -> Block | None:
        """The likeliest one, unless other ways to it are still to come."""
        best, most = None, 0.0
        for s, p in self.chances[block]:
            weight = self.frequency[block] * p
            if s not in self.placed and weight > most and p >= COLD and not self.others_come(s, p, weight, block in self.innermost):
                best, most = s, weight
        return best

    def others_come(self, block: Block, p: float, weight: float, in_loop: bool) -> bool:
        total = 0.0
        for q in self.coming[block]:
            if not (in_loop and sets_flag(q, p)):
                total += self.frequency[q] * sum(chance for s, chance in self.chances[q] if s is block)
                if total > weight * OVERTAKING:
                    return True
        return False

    def best_waiting(self, loop: cfg.Loop | None) -> Block | None:
        """In the innermost loop that has one: the most frequent of the blocks all of whose predecessors stand, else of all."""
        while True:
            for waiting in (self.ready.get(loop, []), self.reached.get(loop, [])):
                while waiting:
                    block = self.at[-waiting[-1][1]]
                    if block not in self.placed:
                        return block
                    waiting.pop()
            if loop is None:
                return None
            loop = loop.parent
