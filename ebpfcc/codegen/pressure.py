"""Fewer values at once, for a function whose frame is too large with those that were spilled.

Sums are taken in the order in which their terms are made; cheap values are made again where they are used (Briggs, Cooper and Torczon,
"Rematerialization", 1992); each block makes its values when they are needed, the operand that needs more registers first (Sethi and
Ullman, "The Generation of Optimal Code for Arithmetic Expressions", 1970), and uses them as soon as this ends a life.

Only a function that is refused otherwise is changed: what the verifier knows of a program depends on the order that its author gave it."""

from __future__ import annotations

from ..ir.clone import copy_insn
from ..ir.core import COMMUTATIVE, LEAVES, PURE, Block, Function, Value, count_uses, operands
from ..ir.effects import writes_memory

CHEAP = frozenset("add sub mul and or xor shl lshr ashr udiv urem zext sext trunc sextn bswap".split())
SAME_VALUE = frozenset(("zext", "sext", "trunc"))  # to the verifier, which knows of the one what it learns of the other
MAX_COST = 3  # operations in place of one value
SHARED = 3  # uses of a value that lives on anyway, when what is made of it is made again


def run(fn: Function) -> None:
    """Requires: fn verifies.  Preserves: the CFG."""
    uses = count_uses(fn)
    for block in fn.blocks:
        accumulate(block, uses)
    make_again(fn)
    uses = count_uses(fn)
    for block in fn.blocks:
        block.insns = Order(block, uses).run()


# -- sums ------------------------------------------------------------------------------------------------------------
def accumulate(block: Block, uses: dict[Value, int]) -> None:
    """a + (b + (c + d)) becomes ((a + b) + c) + d, what can be made first standing first, and the same terms side by side."""
    where = {insn: n for n, insn in enumerate(block.insns)}
    ready: dict[Value, int] = {}  # the last load, call, ... that is needed for a value
    for n, insn in enumerate(block.insns):
        ready[insn] = max((ready.get(a, -1) for a in insn.args), default=-1) if insn.op in PURE else n
    taken: set[Value] = set()  # partial sums that are taken apart
    sums: dict[Value, list[Value]] = {}
    for root in reversed(block.insns):
        if root.op not in COMMUTATIVE or root.type == "ptr" or root in taken:
            continue
        terms: list[Value] = []
        work = [root]
        while work:
            for a in work.pop().args:
                if a.op == root.op and a.type == root.type and uses[a] == 1 and a in where:
                    taken.add(a)
                    work.append(a)
                else:
                    terms.append(a)
        if len(terms) > 2:
            terms.sort(key=lambda a: (len(where), 0) if a.op in LEAVES else (ready.get(a, -1), where.get(a, -1)))
            first: dict[Value, int] = {}
            for n, a in enumerate(terms):
                first.setdefault(a, n)
            terms.sort(key=first.__getitem__)
            sums[root] = terms
    out: list[Value] = []
    for insn in block.insns:
        if insn in sums:
            so_far, *terms, last = sums[insn]
            for a in terms:
                so_far = Value(insn.op, insn.type, [so_far, a], None, insn.pos)
                so_far.block = block
                uses[so_far] = 1
                out.append(so_far)
            insn.args, insn.aux = [so_far, last], None
        if insn not in taken:
            out.append(insn)
    block.insns = out


# -- values made again -----------------------------------------------------------------------------------------------
def make_again(fn: Function) -> None:
    costs = costs_of_making(fn)
    for block in fn.blocks:
        out: list[Value] = []
        for insn in block.insns:
            copies: dict[Value, Value] = {}
            for a in dict.fromkeys(operands(insn)):
                if a in costs and insn not in costs:
                    copies[a] = copy_with_operands(a, costs, copies, block, out)
            if copies:
                insn.args = [copies.get(a, a) for a in insn.args]
                for target in insn.targets:
                    target.args = [copies.get(a, a) for a in target.args]
            out.append(insn)
        block.insns = out
    drop_unused(fn, costs)


def copy_with_operands(v: Value, costs: dict[Value, int], copies: dict[Value, Value], block: Block, out: list[Value]) -> Value:
    """v has MAX_COST operations below it at most."""
    known = copies.get(v)
    if known is None:
        values = {a: copy_with_operands(a, costs, copies, block, out) for a in v.args if a in costs}
        known = copies[v] = copy_insn(v, values, block)
        out.append(known)
    return known


def costs_of_making(fn: Function) -> dict[Value, int]:
    """Of each value that may be made again, the number of operations. One that is compared may not: what the check told is known of the
    one that was checked only."""
    uses = count_uses(fn)
    checked: set[Value] = set()
    for insn in fn.insns():
        if insn.op in ("icmp", "br", "switch", "select"):
            checked.update(insn.args)
    lasting = {v for v, n in uses.items() if v.op in LEAVES or n >= SHARED}
    lasting.update(fn.params)
    changed = True
    while changed:
        changed = False
        for insn in fn.insns():
            if insn.op in SAME_VALUE and insn in checked and insn.args[0] not in checked:
                checked.add(insn.args[0])
                changed = True
    costs: dict[Value, int] = {}
    for insn in fn.insns():
        if insn.op in CHEAP and insn.type != "ptr" and insn not in checked and all(a.type != "ptr" and (a in costs or a in lasting) for a in insn.args):
            cost = 1 + sum(costs.get(a, 0) for a in insn.args)
            if cost <= MAX_COST:
                costs[insn] = cost
    return costs


def drop_unused(fn: Function, candidates: dict[Value, int]) -> None:
    uses = count_uses(fn)
    dead: set[Value] = set()
    work = [v for v in candidates if v not in uses]
    while work:
        v = work.pop()
        dead.add(v)
        for a in v.args:
            uses[a] -= 1
            if not uses[a] and a in candidates:
                work.append(a)
    for block in fn.blocks:
        block.insns = [insn for insn in block.insns if insn not in dead]


# -- the order of a block --------------------------------------------------------------------------------------------
class Order:
    """A block's instructions again. Those with effects keep their order; loads stay before what may write; what is made of pointers stays
    before calls, some of which end what the verifier knows of a pointer."""

    def __init__(self, block: Block, uses: dict[Value, int]) -> None:
        self.block = block
        self.left = uses  # uses of a value that have not been put out; of all blocks, so that it comes to 0 where a life ends
        self.out: list[Value] = []
        self.ahead = set(block.insns)
        self.waiting: set[Value] = set()
        self.users: dict[Value, list[Value]] = {}
        self.needs: dict[Value, int] = {}
        self.bound: set[Value] = set()  # loads, and what is made of pointers
        for insn in block.insns:
            if (insn.op in PURE and insn.op not in LEAVES) or (insn.op == "load" and not insn.aux.volatile):
                self.waiting.add(insn)
                needs = sorted((self.needs.get(a, 0) for a in insn.args), reverse=True)
                self.needs[insn] = max([1, *(need + n for n, need in enumerate(needs) if need)])
                if insn.op == "load" or insn.type == "ptr" or any(a.type == "ptr" or a in self.bound and a.op != "load" for a in insn.args):
                    self.bound.add(insn)
            for a in operands(insn):
                self.users.setdefault(a, []).append(insn)

    def run(self) -> list[Value]:
        *insns, last = self.block.insns
        bound: list[Value] = []
        for insn in insns:
            if insn in self.bound:
                bound.append(insn)
            elif insn not in self.needs:
                if writes_memory(insn) or insn.op in ("lifetime", "call", "asm"):
                    for v in bound:
                        self.make(v)
                    bound = []
                self.put_after_operands(insn)
        for v in operands(last):
            self.make(v)
        for v in [v for v in insns if self.left.get(v, 0) > len(self.users.get(v, ()))]:  # other blocks read it
            self.make(v)
        self.put_after_operands(last)
        return self.out

    def make(self, v: Value) -> None:
        if v in self.waiting:
            self.put_after_operands(v)

    def put_after_operands(self, v: Value) -> None:
        work = [v]
        while work:
            v = work[-1]
            operand = max((a for a in operands(v) if a in self.waiting), key=self.needs.__getitem__, default=None)
            if operand is not None:
                work.append(operand)
            else:
                work.pop()
                if v in self.waiting or v not in self.needs:
                    self.put(v)

    def put(self, v: Value) -> None:
        """Puts it out, and what can now be made and ends the life of an operand."""
        work = [v]
        while work:
            v = work.pop()
            if v in self.needs and v not in self.waiting:
                continue
            self.waiting.discard(v)
            self.ahead.discard(v)
            self.out.append(v)
            for a in operands(v):
                self.left[a] -= 1
            if not (v.op == "asm_out" or v.op == "asm" and len(v.aux.outputs) > 1):  # the outputs stand together
                work += [u for u in reversed(self.users.get(v, ())) if self.ends_a_life(u)]

    def ends_a_life(self, user: Value) -> bool:
        """A pure operation all of whose operands are there, one of them for the last time."""
        if user not in self.waiting or user.op == "load" or any(a in self.ahead for a in user.args):
            return False
        return any(a.op not in LEAVES and self.left[a] == user.args.count(a) for a in user.args)
