"""Rewrites that need to know how often a value is read, or between which bounds it lies.

- constants added, also between products by constants, come last and are one, where nothing reads the sum between (it may be
  what a bounds check looked at);
- extensions moved to the operands of an addition, product or shift that does not wrap, so that constants reach the offset of an access;
- a sign extension of what is not negative is a zero extension;
- an extension that a comparison alone reads is left out;
- a signed division of what is not negative is an unsigned one;
- what a store does not keep is not computed."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import PURE, WIDTH, Block, Function, Value, count_uses
from ..ir.fold import simplify
from .ranges import Ranges


def run(fn: Function) -> int:
    """Requires: fn verifies.  Preserves: the CFG.  Returns: values rewritten."""
    cfg.compute_preds(fn)
    combiner = Combiner(fn)
    for block in fn.blocks:
        combiner.walk(block)
    return combiner.done


class Combiner:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.uses = count_uses(fn)
        self.ranges = Ranges(fn)
        self.done = 0
        self.out: list[Value] = []
        self.block: Block = fn.blocks[0]
        self.made: set[Value] = set()  # by a rule, for one reader

    def walk(self, block: Block) -> None:
        self.out = []
        self.block = block
        for insn in block.insns:
            rule = RULES.get(insn.op)
            if rule is not None:
                value = rule(self, insn)
                if value is not None and value is not insn:
                    self.done += 1
                    self.replace(insn, value)
                    continue
            self.out.append(insn)
        block.insns = self.out

    def replace(self, insn: Value, value: Value) -> None:
        """The instruction becomes a cheap form of the new value, so that its readers need no change."""
        old = insn.args
        if value not in self.made or value is not self.out[-1]:
            self.substitute(insn, value)
        else:
            last = self.out.pop()
            insn.op, insn.args, insn.aux = last.op, last.args, last.aux
            self.out.append(insn)
        for a in old:
            self.drop(a)

    def drop(self, v: Value) -> None:
        """One reader of v is gone."""
        self.uses[v] = self.uses.get(v, 1) - 1
        if not self.uses[v] and v.op in PURE:
            for a in v.args:
                self.drop(a)

    def substitute(self, insn: Value, value: Value) -> None:
        self.uses[value] = self.uses.get(value, 0) + self.uses.get(insn, 0)
        for block in self.fn.blocks:
            for i in block.insns if block is not self.block else [*block.insns, *self.out]:
                if insn in i.args:
                    i.args = [value if a is insn else a for a in i.args]
                for t in i.targets:
                    if insn in t.args:
                        t.args = [value if a is insn else a for a in t.args]

    def make(self, insn: Value, op: str, type: str, args: list[Value]) -> Value:
        value = simplify(self.fn, op, type, args)
        if value is None:
            value = Value(op, type, args, None, insn.pos)
            value.block = self.block
            self.out.append(value)
            self.uses[value] = 0
            self.made.add(value)
            for a in args:
                self.uses[a] = self.uses.get(a, 0) + 1
        return value

    def once(self, v: Value) -> bool:
        return self.uses.get(v, 0) == 1


def rule_add(c: Combiner, insn: Value) -> Value | None:
    a, b = insn.args
    if insn.type == "ptr":
        if b.op == "add" and b.args[1].op == "const" and c.once(b):
            inner = c.make(insn, "add", "ptr", [a, b.args[0]])
            return c.make(insn, "add", "ptr", [inner, b.args[1]])
        return element_of_slot(c, insn) if a.op == "slot" else None
    x, n = apart(c, a)
    y, m = (c.fn.const(insn.type, 0), b.aux) if b.op == "const" else apart(c, b)
    if x is a and y is b or b.op == "const" and x is a or insn.type == "i64" and not -(1 << 31) <= n + m < 1 << 31:
        return None
    return c.make(insn, "add", insn.type, [c.make(insn, "add", insn.type, [x, y]), c.fn.const(insn.type, n + m)])


def apart(c: Combiner, v: Value) -> tuple[Value, int]:
    """v as a sum of a value and a constant, where nothing else reads the sum."""
    if v.op == "add" and v.args[1].op == "const" and c.once(v):
        return v.args[0], v.args[1].aux
    return v, 0


def rule_mul(c: Combiner, insn: Value) -> Value | None:
    """(x + n) * m is x * m + n * m: constants of a polynomial come to its end and become one."""
    a, b = insn.args
    if b.op != "const" or insn.type == "ptr":
        return None
    x, n = apart(c, a)
    if x is a or insn.type == "i64" and not -(1 << 31) <= n * b.aux < 1 << 31:
        return None
    return c.make(insn, "add", insn.type, [c.make(insn, "mul", insn.type, [x, b]), c.fn.const(insn.type, n * b.aux)])


def rule_trunc(c: Combiner, insn: Value) -> Value | None:
    x, n = apart(c, insn.args[0])
    if x is insn.args[0]:
        return None
    return c.make(insn, "add", insn.type, [c.make(insn, "trunc", insn.type, [x]), c.fn.const(insn.type, n)])


def element_of_slot(c: Combiner, insn: Value) -> Value | None:
    """`s[i + 1]` of a stack object as `s[i]` and a constant, also where i + 1 is needed besides: accesses to neighbours can be told apart."""
    base, scaled = insn.args
    shift = scaled.args[1] if scaled.op == "shl" else c.fn.const("i64", 0)
    index = scaled.args[0] if scaled.op == "shl" else scaled
    if shift.op != "const" or index.op != "zext" or not c.once(index) or not c.once(scaled):
        return None
    total = index.args[0]
    if total.op != "add" or total.args[1].op != "const" or total.args[1].aux <= 0 or c.once(total):
        return None
    x, n = total.args
    if c.ranges.of(x, c.block)[1] + n.aux > 0xFFFFFFFF:
        return None
    wide = c.make(insn, "shl", "i64", [c.make(insn, "zext", "i64", [x]), shift])
    return c.make(insn, "add", "ptr", [c.make(insn, "add", "ptr", [base, wide]), c.fn.const("i64", n.aux << (shift.aux & 63))])


def rule_shl(c: Combiner, insn: Value) -> Value | None:
    """A constant that is added before the shift is added after it, where an access can take it into its offset."""
    a, n = insn.args
    if n.op != "const" or a.op != "add" or insn.type != "i64" or a.args[1].op != "const" or not c.once(a):
        return None
    shifted = c.make(insn, "shl", "i64", [a.args[0], n])
    return c.make(insn, "add", "i64", [shifted, c.fn.const("i64", a.args[1].aux << (n.aux & 63))])


def rule_zext(c: Combiner, insn: Value) -> Value | None:
    return widen(c, insn, insn.args[0])


def widen(c: Combiner, insn: Value, a: Value) -> Value | None:
    """zext(a) computed in 64 bits, where a does not wrap in 32 and constants come to the outside by it."""
    if a.op not in ("add", "mul", "shl") or a.args[1].op != "const" or not c.once(a):
        return None
    x, n = a.args
    low, high = c.ranges.of(x, c.block)
    amount = n.aux & 0xFFFFFFFF if a.op != "shl" else n.aux & 31
    if a.op == "add":
        if n.aux < 0:
            if low < -n.aux:
                return None
            amount = n.aux
        elif high + amount > 0xFFFFFFFF:
            return None
    elif (high * amount if a.op == "mul" else high << amount) > 0xFFFFFFFF:
        return None
    wide = widen(c, insn, x) or c.make(insn, "zext", "i64", [x])
    return c.make(insn, a.op, "i64", [wide, c.fn.const("i64", amount)])


def rule_sext(c: Combiner, insn: Value) -> Value | None:
    a = insn.args[0]
    if c.ranges.of(a, c.block)[1] < 1 << 31:
        return widen(c, insn, a) or c.make(insn, "zext", "i64", [a])
    if a.op == "add" and a.aux == "nsw" and a.args[1].op == "const" and c.once(a):  # the constant comes to the outside, of an address too
        x, n = a.args
        kind = "zext" if c.ranges.of(x, c.block)[1] < 1 << 31 else "sext"
        return c.make(insn, "add", "i64", [c.make(insn, kind, "i64", [x]), c.fn.const("i64", n.aux)])
    return None


def rule_store(c: Combiner, insn: Value) -> Value | None:
    bits = insn.aux.size * 8
    v = insn.args[1]
    alone = True
    while True:
        alone = alone and c.once(v)
        if v.op == "and" and v.args[1].op == "const" and v.args[1].aux & (1 << bits) - 1 == (1 << bits) - 1 and bits < 64:
            v = v.args[0]
        elif v.op == "sextn" and v.aux >= bits or v.op in ("zext", "sext", "trunc") and bits <= 32:
            v = v.args[0]
        else:
            break
    if v.op == "load" and v.aux.signed and v.aux.size * 8 >= bits and alone:
        v.aux = v.aux.but(signed=False)
    if v is not insn.args[1]:
        c.uses[v] = c.uses.get(v, 0) + 1
        insn.args[1] = v
        c.done += 1
    return None


def rule_sextn(c: Combiner, insn: Value) -> Value | None:
    a = insn.args[0]
    return a if c.ranges.of(a, c.block)[1] < 1 << insn.aux - 1 else None


def rule_icmp(c: Combiner, insn: Value) -> Value | None:
    """An extension that only this comparison reads is not needed: what is compared is the narrow value, which others read."""
    a, b = insn.args
    if insn.aux[0] == "s" and insn.aux != "eq" and all(c.ranges.of(x, c.block)[1] < 1 << WIDTH[x.type] - 1 for x in (a, b)):
        insn.aux = "u" + insn.aux[1:]  # of what is not negative; and pointers to packets may not be compared otherwise
        c.done += 1
    if b.op == "const" and insn.aux in OF_DIFFERENCE:
        compare_subtrahend(c, insn)
        a, b = insn.args
    if a.op not in ("sext", "zext") or not c.once(a):
        return None
    x = a.args[0]
    cond = insn.aux
    if b.op == a.op and c.once(b):
        y = b.args[0]
    elif b.op == "const" and (-(1 << 31) <= b.aux < 1 << 31 if a.op == "sext" else 0 <= b.aux < 1 << 32):
        y = c.fn.const("i32", b.aux)
    else:
        return None
    if a.op == "zext" and cond[0] == "s":
        cond = "u" + cond[1:]
    insn.args, insn.aux = [x, y], cond
    c.done += 1
    return None


def is_used_as_size(fn: Function, v: Value) -> bool:
    """Whether the value, perhaps extended or cut, is an operand of a call or part of an address, or may be behind a join."""
    copies = {v}
    for insn in fn.insns():
        if any(a in copies for a in insn.args):
            if insn.op in ("zext", "sext", "trunc", "and"):
                copies.add(insn)
            elif insn.op == "call" or insn.type == "ptr":
                return True
        if any(a in copies for t in insn.targets for a in t.args):
            return True
    return False


OF_DIFFERENCE = {"ult": "ugt", "ule": "uge", "ugt": "ult", "uge": "ule"}


def compare_subtrahend(c: Combiner, insn: Value) -> None:
    """`N - x < k` as `x > N - k`, where the difference does not wrap: of x the verifier then learns the bound that the program goes on
    with. Where it is the difference that a call or an address takes, that stays the one that is compared."""
    a, k = insn.args[0], insn.args[1].aux
    while a.op in ("zext", "trunc") or a.op == "and" and a.args[1].op == "const" and c.ranges.of(a.args[0], c.block)[1] <= a.args[1].aux:
        if a.op == "trunc" and c.ranges.of(a.args[0], c.block)[1] >= 1 << 32:
            return
        a = a.args[0]
    if a.op != "sub" or a.args[0].op != "const" or is_used_as_size(c.fn, a):
        return
    n, x = a.args[0].aux, a.args[1]
    if 0 <= k <= n and c.ranges.of(x, c.block)[1] <= n:
        old = insn.args[0]
        insn.args, insn.aux = [x, c.fn.const(x.type, n - k)], OF_DIFFERENCE[insn.aux]
        c.uses[x] = c.uses.get(x, 0) + 1
        c.drop(old)
        c.done += 1


def rule_signed_division(c: Combiner, insn: Value) -> Value | None:
    """Of what is not negative: an unsigned one, and by a power of two a shift or a mask."""
    a, b = insn.args
    top = (1 << WIDTH[insn.type] - 1) - 1
    if c.ranges.of(a, c.block)[1] > top or c.ranges.of(b, c.block)[1] > top:
        return None
    unsigned = "udiv" if insn.op == "sdiv" else "urem"
    if b.op != "const" or b.aux & (b.aux - 1) or not b.aux:
        return c.make(insn, unsigned, insn.type, [a, b])
    shift = c.fn.const(insn.type, b.aux.bit_length() - 1)
    value = c.make(insn, "lshr", insn.type, [a, shift]) if insn.op == "sdiv" else c.make(insn, "and", insn.type, [a, c.fn.const(insn.type, b.aux - 1)])
    return rule_constant(c, value) or value


def rule_constant(c: Combiner, insn: Value) -> Value | None:
    """What can have one value only."""
    low, high = c.ranges.of(insn, c.block)
    return c.fn.const(insn.type, low) if low == high else None


RULES = {
    "add": rule_add,
    "icmp": rule_icmp,
    "lshr": rule_constant,
    "mul": rule_mul,
    "sdiv": rule_signed_division,
    "sext": rule_sext,
    "sextn": rule_sextn,
    "shl": rule_shl,
    "srem": rule_signed_division,
    "store": rule_store,
    "trunc": rule_trunc,
    "udiv": rule_constant,
    "zext": rule_zext,
}
