"""Folding of one operation whose operands are constants, and the identities that cost nothing to see (x + 0, x & x ...).

Used while IR is built and by the passes: a value that comes out of `simplify` is an operand or a leaf, never a new instruction.
Nothing here changes which register the verifier sees: rules.py and the passes decide about that.
"""

from __future__ import annotations

from .core import Function, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MASK = {"i32": 0xFFFFFFFF, "i64": 0xFFFFFFFFFFFFFFFF, "ptr": 0xFFFFFFFFFFFFFFFF}
BITS = {"i32": 32, "i64": 64, "ptr": 64}


def _sdiv(a: int, b: int, bits: int) -> int:
    if b == 0:
        return 0
    q = abs(a) // abs(b)
    return -q if (a < 0) != (b < 0) else q


def _srem(a: int, b: int, bits: int) -> int:
    if b == 0:
        return a
    r = abs(a) % abs(b)
    return -r if a < 0 else r


def _unsigned(op: Callable[[int, int], int]) -> Callable[[int, int, int], int]:
    def fold(a: int, b: int, bits: int) -> int:
        mask = (1 << bits) - 1
        return op(a & mask, b & mask)

    return fold


FOLD: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, bits: a + b,
    "sub": lambda a, b, bits: a - b,
    "mul": lambda a, b, bits: a * b,
    "and": lambda a, b, bits: a & b,
    "or": lambda a, b, bits: a | b,
    "xor": lambda a, b, bits: a ^ b,
    "shl": lambda a, b, bits: a << (b & bits - 1),
    "lshr": lambda a, b, bits: (a & (1 << bits) - 1) >> (b & bits - 1),
    "ashr": lambda a, b, bits: a >> (b & bits - 1),
    "udiv": _unsigned(lambda a, b: a // b if b else 0),
    "urem": _unsigned(lambda a, b: a % b if b else a),
    "sdiv": _sdiv,
    "srem": _srem,
}
COMPARE: dict[str, Callable[[int, int, int], bool]] = {
    "eq": lambda a, b, mask: a == b,
    "ne": lambda a, b, mask: a != b,
    "slt": lambda a, b, mask: a < b,
    "sle": lambda a, b, mask: a <= b,
    "sgt": lambda a, b, mask: a > b,
    "sge": lambda a, b, mask: a >= b,
    "ult": lambda a, b, mask: a & mask < b & mask,
    "ule": lambda a, b, mask: a & mask <= b & mask,
    "ugt": lambda a, b, mask: a & mask > b & mask,
    "uge": lambda a, b, mask: a & mask >= b & mask,
}
# Results of comparing a value with itself.
REFLEXIVE = frozenset(("eq", "ule", "uge", "sle", "sge"))


def _reverse_bytes(n: int, bits: int) -> int:
    return int.from_bytes((n & (1 << bits) - 1).to_bytes(bits // 8, "little"), "big")


def _sign_extend(n: int, bits: int) -> int:
    n &= (1 << bits) - 1
    return n - (1 << bits) if n >> (bits - 1) else n


def simplify(fn: Function, op: str, type: str, args: list[Value], aux: Any = None) -> Value | None:
    """The leaf or operand that `op` on `args` equals; None if an instruction is needed."""
    n = len(args)
    if n == 2:
        a, b = args
        if op == "icmp":
            if a.op == "const" and b.op == "const":
                return fn.const("i32", int(COMPARE[aux](a.aux, b.aux, MASK[a.type])))
            if a is b and a.op != "undef":
                return fn.const("i32", int(aux in REFLEXIVE))
            return _compare_address(fn, aux, a, b)
        if b.op == "const":
            n_b: int = b.aux
            if a.op == "const" and op in FOLD:
                return fn.const(type, FOLD[op](a.aux, n_b, BITS[type]))
            if n_b == 0:
                if op in ("add", "sub", "or", "xor", "shl", "lshr", "ashr") and a.type == type:
                    return a
                if op == "and" or op == "mul":
                    return b
            elif n_b == 1:
                if op in ("mul", "udiv", "sdiv"):
                    return a
            elif n_b == -1:
                if op == "and":
                    return a
                if op == "or":
                    return b
            if op == "add" and a.op == "gaddr":
                return fn.gaddr(a.aux[0], a.aux[1] + n_b)
        elif a.op == "const":
            if a.aux == 0:
                if op in ("add", "or", "xor") and b.type == type:
                    return b
                if op in ("and", "mul", "shl", "lshr", "ashr"):
                    return a
            elif a.aux == 1 and op == "mul":
                return b
            elif a.aux == -1 and op == "and":
                return b
        elif a is b:
            if op in ("and", "or"):
                return a
            if op in ("sub", "xor"):
                return fn.const(type, 0)
        elif op == "sub" and a.op == "ptrtoint" and b.op == "ptrtoint":
            x, y = a.args[0], b.args[0]
            if x.op == "gaddr" and y.op == "gaddr" and x.aux[0] == y.aux[0]:
                return fn.const(type, x.aux[1] - y.aux[1])
        return None
    if n == 1:
        a = args[0]
        if a.op == "const":
            value: int = a.aux
            if op == "zext":
                return fn.const(type, value & 0xFFFFFFFF)
            if op == "sext" or op == "trunc" or op == "ptrtoint" or op == "inttoptr":
                return fn.const(type, value)
            if op == "sextn":
                return fn.const(type, _sign_extend(value, aux))
            if op == "bswap":
                return fn.const(type, _reverse_bytes(value, aux))
            if op == "constant_p":
                return fn.const(type, 1)
        elif a.op == "undef" and op in ("zext", "sext", "trunc", "ptrtoint", "inttoptr", "sextn", "bswap"):
            return fn.undef(type)
        elif op == "trunc" and (a.op == "zext" or a.op == "sext"):
            return a.args[0]
        elif (op == "ptrtoint" and a.op == "inttoptr") or (op == "inttoptr" and a.op == "ptrtoint"):
            return a.args[0]
        return None
    if op == "select":
        c, a, b = args
        if c.op == "const":
            return a if c.aux else b
        if a is b:
            return a
    return None


def _compare_address(fn: Function, cond: str, a: Value, b: Value) -> Value | None:
    """The address of a stack object is not null; a variable's is taken as not null unless it may be a weak extern."""
    if cond in ("eq", "ne") and a.op == "slot" and b.op == "const" and b.aux == 0:
        return fn.const("i32", int(cond == "ne"))
    return None
