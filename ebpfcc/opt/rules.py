"""Algebraic rewrites that look at how an operand was made.  Each keeps the number of instructions or lowers it.

The verifier's view comes first: a comparison is never moved to another value, and of what is done with pointers only this is rewritten:
two that are made of one are compared by what was added to it, since the verifier learns nothing from comparing them."""

from __future__ import annotations

from ..ir.core import INVERSE, SWAPPED, Function, Value
from ..ir.effects import same_base
from ..ir.fold import BITS, simplify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def rewrite(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    """A value that insn equals, new instructions appended to `out`; or None (insn itself may have been changed in place)."""
    rule = RULES.get(insn.op)
    return rule(fn, insn, out) if rule is not None else None


def make(fn: Function, insn: Value, out: list[Value], op: str, type: str, args: list[Value], aux: Any = None) -> Value:
    value = simplify(fn, op, type, args, aux)
    if value is None:
        value = Value(op, type, args, aux, insn.pos)
        value.block = insn.block
        out.append(value)
    return value


def constant_right(insn: Value) -> None:
    a, b = insn.args
    if a.op == "const" and b.op != "const":
        insn.args = [b, a]


def is_narrow(v: Value, bits: int) -> bool:
    """Whether v < 2**bits (unsigned) is plain to see."""
    op = v.op
    if op == "const":
        return bool(0 <= v.aux < 1 << bits)
    if op == "load":
        return not v.aux.signed and v.aux.size * 8 <= bits
    if op == "icmp":
        return bits >= 1
    if op == "and":
        return any(a.op == "const" and 0 <= a.aux < 1 << bits for a in v.args)
    if op == "zext":
        return bits >= 32 or is_narrow(v.args[0], bits)
    if op == "lshr" and v.args[1].op == "const":
        return bool(BITS[v.type] - (v.args[1].aux & BITS[v.type] - 1) <= bits)
    if op == "bswap":
        return bool(v.aux <= bits)
    return False


def rule_and(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    constant_right(insn)
    a, b = insn.args
    if b.op == "const":
        n = b.aux
        if n > 0 and n & (n + 1) == 0 and is_narrow(a, n.bit_length()):
            return a
        if a.op == "and" and a.args[1].op == "const":
            return make(fn, insn, out, "and", insn.type, [a.args[0], fn.const(insn.type, n & a.args[1].aux)])
        if a.op == "sextn" and 0 <= n < 1 << a.aux:
            return make(fn, insn, out, "and", insn.type, [a.args[0], b])
        if n == 0xFFFFFFFF and insn.type == "i64" and a.op == "sext":
            return make(fn, insn, out, "zext", "i64", [a.args[0]])
    return None


def rule_commutative(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    if insn.type != "ptr":
        constant_right(insn)
    a, b = insn.args
    if insn.op in ("or", "xor") and b.op == "const" and a.op == insn.op and a.args[1].op == "const":
        n = a.args[1].aux | b.aux if insn.op == "or" else a.args[1].aux ^ b.aux
        return make(fn, insn, out, insn.op, insn.type, [a.args[0], fn.const(insn.type, n)])
    if insn.op == "xor" and b.op == "const" and b.aux == 1 and a.op == "icmp":
        return make(fn, insn, out, "icmp", "i32", list(a.args), INVERSE[a.aux])
    if insn.op == "mul" and b.op == "const" and b.aux > 0 and b.aux & (b.aux - 1) == 0:
        return make(fn, insn, out, "shl", insn.type, [a, fn.const(insn.type, b.aux.bit_length() - 1)])
    if insn.op == "add" and insn.type == "ptr" and b.op == "const" and a.op == "add" and a.type == "ptr" and a.args[1].op == "const":
        return make(fn, insn, out, "add", "ptr", [a.args[0], fn.const("i64", a.args[1].aux + b.aux)])
    return None


def rule_sub(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a, b = insn.args
    if b.op == "const":
        negated = fn.const(insn.type, -b.aux)
        return make(fn, insn, out, "add", insn.type, [a, negated], insn.aux if negated.aux == -b.aux else None)
    return None


def rule_udiv(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a, b = insn.args
    if b.op == "const":
        n = b.aux & (1 << BITS[insn.type]) - 1
        if n and n & (n - 1) == 0:
            if insn.op == "udiv":
                return make(fn, insn, out, "lshr", insn.type, [a, fn.const(insn.type, n.bit_length() - 1)])
            return make(fn, insn, out, "and", insn.type, [a, fn.const(insn.type, n - 1)])
    return None


def rule_shift(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    """Two shifts the same way by constants are one, as long as the sum stays below the width."""
    a, b = insn.args
    if b.op == "const" and a.op == insn.op and a.args[1].op == "const":
        bits = BITS[insn.type]
        n, m = b.aux & bits - 1, a.args[1].aux & bits - 1
        if n + m < bits:
            return make(fn, insn, out, insn.op, insn.type, [a.args[0], fn.const(insn.type, n + m)])
        if insn.op != "ashr":
            return fn.const(insn.type, 0)
    return None


def rule_icmp(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a, b = insn.args
    if a.op == "const" and b.op != "const":
        insn.args = [b, a]
        insn.aux = SWAPPED[insn.aux]
        a, b = b, a
    cond = insn.aux
    if b.op == "const":
        n = b.aux
        if a.op == "icmp" and n == 0:
            if cond == "ne" or cond == "ugt":
                return a
            if cond == "eq":
                return make(fn, insn, out, "icmp", "i32", list(a.args), INVERSE[a.aux])
        if a.op == "icmp" and n == 1 and cond in ("eq", "ne"):
            return a if cond == "eq" else make(fn, insn, out, "icmp", "i32", list(a.args), INVERSE[a.aux])
        if n == 0 and cond in ("eq", "ne") and a.op in ("zext", "sext"):
            inner = a.args[0]
            return make(fn, insn, out, "icmp", "i32", [inner, fn.const(inner.type, 0)], cond)
        if cond == "ult" and n == 0:
            return fn.const("i32", 0)
        if cond == "uge" and n == 0:
            return fn.const("i32", 1)
        if cond == "ult" and n == 1:
            insn.aux, insn.args = "eq", [a, fn.const(a.type, 0)]
        elif cond == "ugt" and n == 0:
            insn.aux = "ne"
    elif a.type == "ptr":
        return compare_offsets(fn, insn, out)
    return None


def compare_offsets(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    """Of pointers into one object (C11 6.5.8 paragraph 5: others are not compared but for equality) the offsets, signed."""
    base, added, low = parts_of(insn.args[0])
    other, added2, low2 = parts_of(insn.args[1])
    if not same_base(base, other) or base.op == "const":  # made of null: a number
        return None
    if added == added2:
        added = added2 = []
    if len(added) > 1 or len(added2) > 1:
        return None
    zero = fn.const("i64", 0)
    left, right = added[0] if added else zero, added2[0] if added2 else zero
    cond = insn.aux.replace("u", "s", 1) if insn.aux[0] == "u" else insn.aux
    if not added:
        left, right, low, low2, cond = right, left, low2, low, SWAPPED[cond]
    right = make(fn, insn, out, "add", "i64", [right, fn.const("i64", low2 - low)])
    return make(fn, insn, out, "icmp", "i32", [left, right], cond)


def parts_of(v: Value) -> tuple[Value, list[Value], int]:
    """What a pointer is made of: another one, values that were added to it, and a constant."""
    added: list[Value] = []
    constant = 0
    while v.op == "add" and v.type == "ptr":
        if v.args[1].op == "const":
            constant += v.args[1].aux
        else:
            added.append(v.args[1])
        v = v.args[0]
    if v.op == "gaddr":
        constant += v.aux[1]
    return v, added, constant


def rule_sextn(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a = insn.args[0]
    if a.op == "sextn" and a.aux <= insn.aux:
        return a
    if a.op == "load" and a.aux.signed and a.aux.size * 8 <= insn.aux:
        return a
    if is_narrow(a, insn.aux - 1):
        return a
    if a.op == "and" and a.args[1].op == "const" and a.args[1].aux & (1 << insn.aux) - 1 == (1 << insn.aux) - 1:
        return make(fn, insn, out, "sextn", insn.type, [a.args[0]], insn.aux)
    return None


def rule_sext(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a = insn.args[0]
    if is_narrow(a, 31):
        return make(fn, insn, out, "zext", "i64", [a])
    return None


def rule_trunc(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    a = insn.args[0]
    if a.op == "and" and a.args[1].op == "const" and a.args[1].aux & 0xFFFFFFFF == 0xFFFFFFFF:
        return make(fn, insn, out, "trunc", "i32", [a.args[0]])
    return None


def rule_select(fn: Function, insn: Value, out: list[Value]) -> Value | None:
    c, a, b = insn.args
    if a.op == "const" and b.op == "const" and c.op == "icmp" and insn.type == "i32":
        if a.aux == 1 and b.aux == 0:
            return c
        if a.aux == 0 and b.aux == 1:
            return make(fn, insn, out, "icmp", "i32", list(c.args), INVERSE[c.aux])
    return None


RULES = {
    "and": rule_and,
    "or": rule_commutative,
    "xor": rule_commutative,
    "add": rule_commutative,
    "mul": rule_commutative,
    "sub": rule_sub,
    "udiv": rule_udiv,
    "urem": rule_udiv,
    "shl": rule_shift,
    "lshr": rule_shift,
    "ashr": rule_shift,
    "icmp": rule_icmp,
    "sextn": rule_sextn,
    "sext": rule_sext,
    "trunc": rule_trunc,
    "select": rule_select,
}
