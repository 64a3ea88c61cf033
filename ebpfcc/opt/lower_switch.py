"""Switches become trees of comparisons: a binary search over clusters of neighbouring cases, down to a few compared in turn.

A table in memory is never made: the kernels in use have no indirect jump.  What is known of the value spares the comparisons
whose outcome the ones before imply."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import WIDTH, Block, Function, Target, Value
from .ranges import Ranges

TYPE_CHECKING = False
if TYPE_CHECKING:
    Cluster = tuple[int, int, Target]  # cases first to last

IN_TURN, IN_TURN_DENSE = 4, 3  # that many clusters are compared one after the other


def run(fn: Function) -> int:
    """Requires: fn verifies.  Ensures: no switch is left.  Returns: switches lowered."""
    found = [block for block in fn.blocks if block.insns[-1].op == "switch"]
    if not found:
        return 0
    cfg.compute_preds(fn)
    ranges = Ranges(fn)
    searches = [(block, bounds(ranges, block)) for block in fn.blocks if block.insns[-1].op == "switch"]
    for block, (low, high) in searches:
        switch = block.insns.pop()
        Search(fn, switch).run(block, clusters(switch), low, high)
    cfg.compute_preds(fn)
    return len(found)


def bounds(ranges: Ranges, block: Block) -> tuple[int, int]:
    """Of the value switched on, read as signed as the cases are."""
    v = block.insns[-1].args[0]
    low, high = ranges.of(v, block)
    half = 1 << WIDTH[v.type] - 1
    return (low, high) if high < half else (-half, half - 1)


def clusters(switch: Value) -> list[Cluster]:
    """Neighbouring cases that go the same way, in order."""
    found: list[Cluster] = []
    for n, target in sorted(zip(switch.aux, switch.targets[1:]), key=lambda c: c[0]):
        if found and found[-1][1] == n - 1 and found[-1][2].block is target.block and found[-1][2].args == target.args:
            found[-1] = (found[-1][0], n, target)
        else:
            found.append((n, n, target))
    return found


class Search:
    """The tree of one switch."""

    def __init__(self, fn: Function, switch: Value) -> None:
        self.fn = fn
        self.value = switch.args[0]
        self.default = switch.targets[0]
        self.pos = switch.pos

    def run(self, block: Block, cases: list[Cluster], low: int, high: int) -> None:
        """Ends the block; the value is known to be from low to high there."""
        cases = [c for c in cases if c[1] >= low and c[0] <= high]
        if not cases:
            self.end(block, "jmp", [], [self.default])
            return
        first, last, target = cases[0]
        if first <= low and last >= high:
            self.end(block, "jmp", [], [target])
            return
        covered = sum(min(c[1], high) - max(c[0], low) + 1 for c in cases) == high - low + 1
        if len(cases) > (IN_TURN_DENSE if covered else IN_TURN):
            middle = cases[len(cases) // 2][0]
            lower, upper = self.branch(block, low, "lt", middle)
            self.run(lower, cases[: len(cases) // 2], low, middle - 1)
            self.run(upper, cases[len(cases) // 2 :], middle, high)
        elif first > low and first != last:
            below, rest = self.branch(block, low, "lt", first)
            self.run(below, [], low, first - 1)
            self.run(rest, cases, first, high)
        elif first == last:
            rest = Block(f"{block.name}.case")
            self.end(block, "br", [self.compare(block, "eq", first)], [target, Target(rest, [])], "case" if len(cases) == 1 else None)
            self.add(rest)
            self.run(rest, cases[1:], low + 1 if low == first else low, high - 1 if high == first else high)
        else:
            rest = Block(f"{block.name}.case")
            self.end(block, "br", [self.compare(block, "sle" if low < 0 else "ule", last)], [target, Target(rest, [])], "case" if len(cases) == 1 else None)
            self.add(rest)
            self.run(rest, cases[1:], last + 1, high)

    def branch(self, block: Block, low: int, relation: str, n: int) -> tuple[Block, Block]:
        holds, fails = Block(f"{block.name}.lower"), Block(f"{block.name}.upper")
        self.end(block, "br", [self.compare(block, ("s" if low < 0 else "u") + relation, n)], [Target(holds, []), Target(fails, [])])
        self.add(holds)
        self.add(fails)
        return holds, fails

    def compare(self, block: Block, condition: str, n: int) -> Value:
        test = Value("icmp", "i32", [self.value, self.fn.const(self.value.type, n)], condition, self.pos)
        test.block = block
        block.insns.append(test)
        return test

    def end(self, block: Block, op: str, args: list[Value], targets: list[Target], hint: str | None = None) -> None:
        last = Value(op, "void", args, hint, self.pos, [Target(t.block, list(t.args)) for t in targets])
        last.block = block
        block.insns.append(last)

    def add(self, block: Block) -> None:
        self.fn.blocks.append(block)
