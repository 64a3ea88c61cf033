"""Unsigned bounds of integers: from how a value is made, from the counters of counted loops, from the branches on the way to a block.

Bounds are pairs (lo, hi), both included, of the value read as unsigned in its type's width."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import INVERSE, WIDTH, Block, Function, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    Bounds = tuple[int, int]

MAX_DEPTH = 12
MAX_FACTS = 100  # that are looked at for one value, from the nearest on


class Ranges:
    """Requires `compute_preds`. What is asked of an instance holds as long as the function does not change."""

    def __init__(self, fn: Function) -> None:
        self.idom = cfg.dominators(fn)
        self.counters: dict[Value, Bounds] = {}
        self.joins: dict[Value, Bounds] = {}
        self.facts: dict[Block, list[tuple[Value, str, int]]] = {}
        for loop in cfg.find_loops(fn, self.idom):
            self.find_counters(loop)
        for block in fn.blocks[1:]:
            if len(block.preds) == 1:
                fact = edge_fact(block.preds[0].insns[-1], block)
                if fact is not None:
                    self.facts[block] = [fact]
        self.above: dict[Block, Block | None] = {fn.blocks[0]: None}  # the nearest block of which something is known that dominates this one
        for block in fn.blocks[1:]:
            up = self.idom[block]
            self.above[block] = up if up in self.facts else self.above[up]

    def find_counters(self, loop: cfg.Loop) -> None:
        """`p = param(constant, p + step)`, staying while p + off < n: p is at most n - 1 - off + step."""
        header = loop.header
        if len(loop.latches) != 1:
            return
        latch = loop.latches[0]
        t = latch.insns[-1]
        if t.op != "br" or t.args[0].op != "icmp":
            return
        stay = 0 if t.targets[0].block is header else 1
        back = t.targets[stay]
        test = t.args[0]
        cond = test.aux if stay == 0 else INVERSE[test.aux]
        if back.block is not header or t.targets[1 - stay].block is header or test.args[1].op != "const" or cond not in ("ult", "slt", "ne"):
            return
        entries = [e for p in header.preds if p is not latch for e in p.insns[-1].targets if e.block is header]
        for k, p in enumerate(header.params):
            following = back.args[k]
            tested = test.args[0]
            if tested.op in ("sext", "zext") and test.args[1].aux < 1 << 31:  # `ult` of a sign extension says that it is not negative
                tested = tested.args[0]
            if following.op != "add" or following.args[0] is not p or following.args[1].op != "const":
                continue
            if tested.op != "add" or tested.args[0] is not p or tested.args[1].op != "const":
                continue
            step, off, n = following.args[1].aux, tested.args[1].aux, test.args[1].aux
            starts = [e.args[k] for e in entries]
            if step <= 0 or off < 0 or n <= off or any(s.op != "const" or s.aux < 0 for s in starts):
                continue
            low, high = min(s.aux for s in starts), max(s.aux for s in starts)
            if cond == "ne" and (off != step or any((n - s.aux) % step or s.aux >= n for s in starts)):
                continue
            last = n - 1 - off + step
            if last + max(step, off) >= 1 << WIDTH[p.type] - 1:
                continue
            self.counters[p] = (low, max(high, last))

    def of(self, v: Value, block: Block | None = None, depth: int = 0) -> Bounds:
        """Bounds of v, at the start of `block` if one is given."""
        low, high = self.made(v, block, depth)
        if block is not None and block not in self.facts:
            block = self.above.get(block)
        for _ in range(MAX_FACTS):
            if block is None:
                break
            for x, cond, n in self.facts[block]:
                if x is v:
                    low, high = narrowed(low, high, cond, n, WIDTH[v.type])
            block = self.above.get(block)
        return (low, high) if low <= high else (0, (1 << WIDTH[v.type]) - 1)

    def made(self, v: Value, block: Block | None, depth: int) -> Bounds:
        width = WIDTH.get(v.type, 64)
        top = (1 << width) - 1
        op = v.op
        if op == "const":
            return v.aux & top, v.aux & top
        if op == "icmp":
            return 0, 1
        if op == "load":
            return (0, top) if v.aux.signed else (0, min(top, (1 << v.aux.size * 8) - 1))
        if op == "param":
            return self.counters[v] if v in self.counters else self.joined(v, top, depth)
        if depth > MAX_DEPTH or not v.args:
            return 0, top
        if op == "zext" or op == "ptrtoint" or op == "inttoptr":
            return self.of(v.args[0], block, depth + 1)
        if op == "bswap":
            return 0, min(top, (1 << v.aux) - 1)
        if op not in ("and", "lshr", "urem", "add", "mul", "shl", "or", "select", "udiv", "sext", "trunc", "sub"):
            return 0, top
        a_low, a_high = self.of(v.args[0], block, depth + 1)
        if op == "sext":
            return (a_low, a_high) if a_high < 1 << 31 else (0, top)
        if op == "trunc":
            return (a_low, a_high) if a_high <= top else (0, top)
        b_low, b_high = self.of(v.args[1], block, depth + 1)
        if op == "and":
            return 0, min(a_high, b_high)
        if op == "or":
            return max(a_low, b_low), (1 << max(a_high.bit_length(), b_high.bit_length())) - 1
        if op == "lshr" and b_low == b_high < width:
            return a_low >> b_low, a_high >> b_low
        if op == "udiv" and b_low == b_high > 0:
            return a_low // b_low, a_high // b_low
        if op == "urem" and b_low > 0:
            return 0, min(a_high, b_high - 1)
        if op == "sub" and a_low >= b_high:
            return a_low - b_high, a_high - b_low
        if op == "add" and a_high + b_high <= top:
            return a_low + b_low, a_high + b_high
        if op == "mul" and a_high * b_high <= top:
            return a_low * b_low, a_high * b_high
        if op == "shl" and b_low == b_high < width and a_high << b_low <= top:
            return a_low << b_low, a_high << b_low
        if op == "select":
            c_low, c_high = self.of(v.args[2], block, depth + 1)
            return min(b_low, c_low), max(b_high, c_high)
        return 0, top

    def joined(self, p: Value, top: int, depth: int) -> Bounds:
        """Of a parameter where paths meet: what any of them brings. Of a loop's, nothing is known (but `counters`)."""
        known = self.joins.get(p)
        if known is not None:
            return known
        self.joins[p] = 0, top
        block = p.block
        if block is None or depth > MAX_DEPTH or block not in self.idom or not block.preds or any(q.index >= block.index for q in block.preds):
            return 0, top
        number = block.params.index(p)
        low, high = top, 0
        for pred in dict.fromkeys(block.preds):
            for t in pred.insns[-1].targets:
                if t.block is block:
                    a = t.args[number]
                    a_low, a_high = self.of(a, pred, depth + 1)
                    fact = edge_fact(pred.insns[-1], block)
                    if fact is not None and fact[0] is a:
                        a_low, a_high = narrowed(a_low, a_high, fact[1], fact[2], WIDTH[a.type])
                    low, high = min(low, a_low), max(high, a_high)
        self.joins[p] = (low, high) if low <= high else (0, top)
        return self.joins[p]


def edge_fact(t: Value, block: Block) -> tuple[Value, str, int] | None:
    """What a branch tells of a value compared with a constant, in the block that it leads to."""
    if t.op != "br" or t.args[0].op != "icmp" or t.targets[0].block is t.targets[1].block:
        return None
    test = t.args[0]
    if test.args[1].op != "const" or test.args[0].type == "ptr":
        return None
    return test.args[0], test.aux if t.targets[0].block is block else INVERSE[test.aux], test.args[1].aux


def narrowed(low: int, high: int, cond: str, n: int, width: int) -> Bounds:
    """(low, high) where moreover `v cond n` holds."""
    half = 1 << width - 1
    u = n & (1 << width) - 1
    if cond == "eq":
        return u, u
    if cond == "ult":
        return low, min(high, u - 1)
    if cond == "ule":
        return low, min(high, u)
    if cond == "ugt":
        return max(low, u + 1), high
    if cond == "uge":
        return max(low, u), high
    if cond in ("sge", "sgt") and n >= (0 if cond == "sge" else -1):  # not negative
        return max(low, n + (cond == "sgt")), min(high, half - 1)
    if cond in ("slt", "sle") and high < half and n > 0:
        return low, min(high, n - (cond == "slt"))
    return low, high
