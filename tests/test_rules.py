"""Every algebraic rewrite is proved by z3, at the widths that IR has: 32 and 64 bits.

Small expressions are built around all operations, constants at the edges and values of every origin. What `fold.simplify` and `rules.rewrite`
answer must equal what was asked, for all inputs. That every rewrite has fired is measured by the lines of `return`s that ran, so that a
new rule that no expression reaches fails a test."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from ebpfcc.ir import cfg, fold
from ebpfcc.ir.core import BINARY, INVERSE, LEAVES, WIDTH, Function, Mem, Slot, Value
from ebpfcc.ir.fold import simplify
from ebpfcc.ir.text import parse
from ebpfcc.opt import combine, gvn, rules

z3 = pytest.importorskip("z3")

BINARY_OPS = sorted(BINARY)
CONDITIONS = sorted(INVERSE)
CONSTANTS = (0, 1, -1, 2, 3, 8, 31, 32, 63, 127, 255, 0x7FFF, 0xFFFF, 0x7FFFFFFF, -0x80000000, 0xFFFFFFFF, -(1 << 63), (1 << 63) - 1)
INNER_CONSTANTS = (0, 1, 2, 8, 24, 31, 56, 127, 255, 0xFFFF, -1, 0xFFFFFFFF)


class Terms:
    """Builds expressions in one function."""

    def __init__(self) -> None:
        self.fn: Function = parse("func @f -> i64 {\nentry(%x: i32, %y: i32, %v: i64, %w: i64, %p: ptr, %q: ptr):\n  ret 0\n}\n").functions["f"]
        self.block = self.fn.blocks[0]
        self.x, self.y, self.v, self.w, self.p, self.q = self.fn.params
        self.slot = Slot("s", 8, 8)
        self.fn.slots.append(self.slot)

    def new(self, op: str, type: str, args: list[Value], aux: Any = None) -> Value:
        value = Value(op, type, args, aux)
        value.block = self.block
        return value

    def constants(self, type: str, numbers: tuple[int, ...]) -> list[Value]:
        return list(dict.fromkeys(self.fn.const(type, n) for n in numbers))

    def variables(self, type: str) -> tuple[Value, Value]:
        return (self.x, self.y) if type == "i32" else (self.v, self.w)

    def loads(self, type: str) -> Iterator[Value]:
        for size in (1, 2, 4, 8)[: 3 if type == "i32" else 4]:
            for signed in (False, True):
                yield self.new("load", type, [self.p], Mem(size, signed))

    def inner(self, type: str) -> Iterator[Value]:
        """Expressions of one operation, and what reads memory."""
        x, y = self.variables(type)
        yield from (x, self.fn.undef(type), self.fn.const(type, 5))
        yield from self.loads(type)
        for op in BINARY_OPS:
            for c in self.constants(type, INNER_CONSTANTS):
                yield self.new(op, type, [x, c])
        yield self.new("sub", type, [self.fn.const(type, 0), x])
        yield self.new("and", type, [x, y])
        for n in (8, 16, 32):
            yield self.new("sextn", type, [x], n)
        for n in (16, 32, 64)[: 2 if type == "i32" else 3]:
            yield self.new("bswap", type, [x], n)
        yield self.new("select", type, [self.x, x, y])
        if type == "i32":
            for cond in CONDITIONS:
                yield self.new("icmp", "i32", [x, y], cond)
            yield self.new("icmp", "i32", [self.v, self.w], "slt")
            yield self.new("trunc", "i32", [self.v])
            for low in (0xFFFFFFFF, -1 << 20, 255, -1):
                yield self.new("trunc", "i32", [self.new("and", "i64", [self.v, self.fn.const("i64", low)])])
        else:
            yield self.new("ptrtoint", "i64", [self.p])
            for narrow in [
                self.x,
                *self.loads("i32"),
                self.new("and", "i32", [self.x, self.fn.const("i32", 127)]),
                self.new("icmp", "i32", [self.x, self.y], "eq"),
            ]:
                yield self.new("zext", "i64", [narrow])
                yield self.new("sext", "i64", [narrow])

    def asked(self) -> Iterator[Value]:
        """Expressions of two operations."""
        for op in ("zext", "sext"):
            for cond in CONDITIONS:
                yield self.new("icmp", "i32", [self.new(op, "i64", [self.x]), self.new(op, "i64", [self.y])], cond)
                for c in self.constants("i64", CONSTANTS):
                    yield self.new("icmp", "i32", [self.new(op, "i64", [self.x]), c], cond)
        for type in ("i32", "i64"):
            x, y = self.variables(type)
            for a in self.inner(type):
                for op in BINARY_OPS:
                    for c in self.constants(type, CONSTANTS):
                        yield self.new(op, type, [a, c])
                        yield self.new(op, type, [c, a])
                    yield self.new(op, type, [a, a])
                    yield self.new(op, type, [a, y])
                for cond in CONDITIONS:
                    for c in self.constants(type, (0, 1, -1, 2, 255)):
                        yield self.new("icmp", "i32", [a, c], cond)
                        yield self.new("icmp", "i32", [c, a], cond)
                    yield self.new("icmp", "i32", [a, a], cond)
                for n in (8, 16, 32):
                    yield self.new("sextn", type, [a], n)
                for n in (16, 32, 64)[: 2 if type == "i32" else 3]:
                    yield self.new("bswap", type, [a], n)
                one, zero = self.fn.const(type, 1), self.fn.const(type, 0)
                for left, right in ((one, zero), (zero, one), (x, x), (x, y)):
                    yield self.new("select", type, [a, left, right])
                if type == "i32":
                    for left, right in ((self.v, self.w), (self.fn.const("i64", 1), self.fn.const("i64", 0))):
                        yield self.new("select", "i64", [a, left, right])
                    yield self.new("zext", "i64", [a])
                    yield self.new("sext", "i64", [a])
                else:
                    yield self.new("trunc", "i32", [a])
                    yield self.new("inttoptr", "ptr", [a])
                yield self.new("constant_p", "i32", [a])
        yield from self.addresses()

    def addresses(self) -> Iterator[Value]:
        fn = self.fn
        slot, variable, other = fn.slot_addr(self.slot), fn.gaddr("g", 8), fn.gaddr("g", 24)
        null = fn.const("ptr", 0)
        pointers = [self.p, slot, variable, other, null, self.new("inttoptr", "ptr", [self.v]), self.new("add", "ptr", [self.p, fn.const("i64", 8)])]
        for a in pointers:
            for c in self.constants("i64", (0, 1, 8, -8, 1 << 40)):
                yield self.new("add", "ptr", [a, c])
            yield self.new("add", "ptr", [a, self.v])
            yield self.new("ptrtoint", "i64", [a])
            farther = self.new("add", "ptr", [a, self.v])
            twice = self.new("add", "ptr", [farther, self.w])
            for b in (*pointers, farther, self.new("add", "ptr", [a, self.w]), self.new("add", "ptr", [farther, fn.const("i64", 16)])):
                for cond in CONDITIONS:
                    yield self.new("icmp", "i32", [a, b], cond)
            yield self.new("icmp", "i32", [farther, twice], "ult")
            yield self.new("icmp", "i32", [twice, self.new("add", "ptr", [farther, self.new("zext", "i64", [self.x])])], "ult")
        yield self.new("inttoptr", "ptr", [self.new("ptrtoint", "i64", [self.p])])
        for a in (variable, other, fn.gaddr("h")):
            yield self.new("sub", "i64", [self.new("ptrtoint", "i64", [other]), self.new("ptrtoint", "i64", [a])])


class Prover:
    """Expressions as bit-vectors. Values of `atoms` are variables, whatever they are made of."""

    def __init__(self, atoms: dict[Value, Any] | None = None) -> None:
        self.terms: dict[Value, Any] = dict(atoms or {})
        self.assumed: list[Any] = []

    def term(self, v: Value) -> Any:
        known = self.terms.get(v)
        if known is None:
            known = self.terms[v] = self.build(v)
        return known

    def build(self, v: Value) -> Any:
        bits = WIDTH[v.type]
        op = v.op
        if op == "const":
            return z3.BitVecVal(v.aux, bits)
        if op == "undef":
            return z3.BitVecVal(0, bits)  # as selection makes it
        if op == "param":
            return z3.BitVec(f"param{id(v)}", bits)
        if op == "slot":
            base = z3.BitVec(f"slot_{v.aux.name}", 64)
            self.assumed.append(base != 0)
            return base
        if op == "gaddr":
            return z3.BitVec(f"symbol_{v.aux[0]}", 64) + v.aux[1]
        if op == "load":
            cell = z3.BitVec(f"load{id(v)}", v.aux.size * 8)
            more = bits - v.aux.size * 8
            return z3.SignExt(more, cell) if v.aux.signed else z3.ZeroExt(more, cell)
        args = [self.term(a) for a in v.args]
        if op in BINARY:
            return self.binary(op, args[0], args[1], bits)
        if op == "icmp":
            return z3.If(COMPARE[v.aux](*args), z3.BitVecVal(1, 32), z3.BitVecVal(0, 32))
        if op == "select":
            return z3.If(args[0] != 0, args[1], args[2])
        if op == "zext":
            return z3.ZeroExt(32, args[0])
        if op == "sext":
            return z3.SignExt(32, args[0])
        if op == "trunc":
            return z3.Extract(31, 0, args[0])
        if op == "sextn":
            return z3.SignExt(bits - v.aux, z3.Extract(v.aux - 1, 0, args[0])) if v.aux < bits else args[0]
        if op == "bswap":
            swapped = z3.Concat(*(z3.Extract(n + 7, n, args[0]) for n in range(0, v.aux, 8)))
            return z3.ZeroExt(bits - v.aux, swapped) if v.aux < bits else swapped
        if op in ("ptrtoint", "inttoptr"):
            return args[0]
        assert op == "constant_p", op
        return z3.BitVecVal(int(v.args[0].op == "const"), 32)

    def binary(self, op: str, a: Any, b: Any, bits: int) -> Any:
        if op in ("shl", "lshr", "ashr"):
            n = b & (bits - 1)
            return a << n if op == "shl" else z3.LShR(a, n) if op == "lshr" else a >> n
        if op in ("udiv", "sdiv"):
            return z3.If(b == 0, z3.BitVecVal(0, bits), z3.UDiv(a, b) if op == "udiv" else a / b)
        if op in ("urem", "srem"):
            return z3.If(b == 0, a, z3.URem(a, b) if op == "urem" else z3.SRem(a, b))
        return {"add": a + b, "sub": a - b, "mul": a * b, "and": a & b, "or": a | b, "xor": a ^ b}[op]

    def holds(self, a: Value, b: Value) -> bool:
        if a.op == "icmp" and a.args[0].type == "ptr" and a.aux not in ("eq", "ne"):
            for v in a.args:
                self.assume_inside(v)
        return self.proves(self.term(a) == self.term(b))

    def assume_inside(self, v: Value) -> None:
        """Pointers whose order is asked for are into one object, which does not wrap around (C11 6.5.8 paragraph 5)."""
        while v.op == "add" and v not in self.terms:
            off = self.term(v.args[1])
            self.assumed += [off > -(1 << 58), off < 1 << 58]
            v = v.args[0]
        self.assumed += [z3.UGT(self.term(v), 1 << 60), z3.ULT(self.term(v), 1 << 61)]

    def proves(self, claim: Any) -> bool:
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        solver.add(*self.assumed, z3.Not(claim))
        return bool(solver.check() == z3.unsat)

    def divides_alike(self, a: Value, b: Value) -> bool:
        """A signed division that became the unsigned one: both operands are not negative (`test_division_of_what_is_not_negative`)."""
        if (a.op, b.op) not in (("sdiv", "udiv"), ("srem", "urem")) or any(not self.proves(self.term(x) == self.term(y)) for x, y in zip(a.args, b.args)):
            return False
        return all(self.proves(self.term(x) >= 0) for x in a.args)


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "ult": lambda a, b: z3.ULT(a, b),
    "ule": lambda a, b: z3.ULE(a, b),
    "ugt": lambda a, b: z3.UGT(a, b),
    "uge": lambda a, b: z3.UGE(a, b),
    "slt": lambda a, b: a < b,
    "sle": lambda a, b: a <= b,
    "sgt": lambda a, b: a > b,
    "sge": lambda a, b: a >= b,
}


def parts(v: Value, into: set[Value]) -> set[Value]:
    if v not in into:
        into.add(v)
        for a in v.args:
            parts(a, into)
    return into


def shape(v: Value, atoms: dict[Value, str]) -> str:
    if v in atoms:
        return atoms[v]
    if v.op in LEAVES or v.op == "param":
        return f"{v.op}.{v.type}.{v.aux if v.op != 'param' else id(v)}"
    aux = (v.aux.size, v.aux.signed) if v.op == "load" else v.aux
    return f"{v.op}.{v.type}.{aux}({','.join(shape(a, atoms) for a in v.args)})"


def common(result: Value, asked: set[Value], out: list[Value]) -> list[Value]:
    """The largest expressions of the result that stood in the question."""
    if result in asked:
        if result.op not in LEAVES and result not in out:
            out.append(result)
    else:
        for a in result.args:
            common(a, asked, out)
    return out


def show(v: Value) -> str:
    if v.op in ("const", "param", "undef"):
        return v.name or str(v.aux)
    return f"{v.op}.{v.type}{f'.{v.aux}' if isinstance(v.aux, (int, str)) else ''}({', '.join(map(show, v.args))})"


class Proofs:
    """Proves each claim once: with what both sides share as variables, else as it stands."""

    def __init__(self) -> None:
        self.proved: set[str] = set()
        self.count = 0

    def check(self, asked: Value, answer: Value) -> None:
        if asked is answer:
            return
        assert asked.type == answer.type, f"{show(asked)} of type {asked.type} became {show(answer)} of type {answer.type}"
        nodes = parts(asked, set())
        nodes.discard(asked)
        shared = common(answer, nodes, [])
        names = {v: f"atom{n}.{v.type}" for n, v in enumerate(shared)}
        key = f"{shape(asked, names)} = {shape(answer, names)}"
        self.count += 1
        if key in self.proved:
            return
        if not Prover({v: z3.BitVec(names[v], WIDTH[v.type]) for v in shared}).holds(asked, answer):
            assert Prover().holds(asked, answer), f"{show(asked)} became {show(answer)}"
        else:
            self.proved.add(key)


class Lines:
    """Which lines of a module run."""

    def __init__(self, module: ModuleType, functions: list[str]) -> None:
        self.module = module
        tree = ast.parse(inspect.getsource(module))
        self.wanted: dict[int, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in functions:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and not (inner.value is None or (isinstance(inner.value, ast.Constant) and inner.value.value is None)):
                        self.wanted[inner.lineno] = f"{node.name}: {ast.unparse(inner)}"
                    elif isinstance(inner, ast.Assign) and any(ast.unparse(t).startswith(("insn.", "(insn.")) for t in inner.targets):
                        self.wanted[inner.lineno] = f"{node.name}: {ast.unparse(inner)}"
        self.seen: set[int] = set()
        self.codes: set[CodeType] = {f.__code__ for n, f in vars(module).items() if n in functions}

    def __enter__(self) -> Lines:
        sys.settrace(self.trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        return self.line if frame.f_code in self.codes else None

    def line(self, frame: FrameType, event: str, _: Any) -> Any:
        self.seen.add(frame.f_lineno)
        return self.line

    def missed(self) -> list[str]:
        return [text for line, text in self.wanted.items() if line not in self.seen]


def test_simplify_is_right_and_all_of_it_fires() -> None:
    terms, proofs = Terms(), Proofs()
    answers: list[tuple[Value, Value]] = []
    with Lines(fold, ["simplify", "_compare_address"]) as lines:
        for asked in terms.asked():
            answer = simplify(terms.fn, asked.op, asked.type, asked.args, asked.aux)
            if answer is not None:
                answers.append((asked, answer))
    for asked, answer in answers:
        proofs.check(asked, answer)
    assert proofs.count > 5000
    assert lines.missed() == []


def test_rules_are_right_and_all_of_them_fire() -> None:
    terms, proofs = Terms(), Proofs()
    answers: list[tuple[Value, Value]] = []
    with Lines(rules, [n for n, f in vars(rules).items() if n.startswith("rule_") and callable(f)]) as lines:
        for asked in terms.asked():
            if asked.op in LEAVES or simplify(terms.fn, asked.op, asked.type, asked.args, asked.aux) is not None:
                continue
            before = Value(asked.op, asked.type, list(asked.args), asked.aux)
            answer = rules.rewrite(terms.fn, asked, [])
            if answer is not None:
                answers.append((before, answer))
            elif asked.args != before.args or asked.aux != before.aux:
                answers.append((before, asked))
    for asked, answer in answers:
        proofs.check(asked, answer)
    assert proofs.count > 2000
    assert lines.missed() == []


def test_combinations_are_right() -> None:
    """Rewrites that look at uses and bounds, on whole straight-line functions."""
    terms, proofs = Terms(), Proofs()
    fn, block = terms.fn, terms.block
    end = block.insns[-1]
    done = divisions = 0
    for asked in terms.asked():
        if asked.op not in combine.RULES or asked.type == "ptr" or asked.op in LEAVES:
            continue
        order: list[Value] = []
        originals: dict[Value, Value] = {}

        def copy(v: Value, order: list[Value], originals: dict[Value, Value]) -> Value:
            if v.op in LEAVES or v.op == "param":
                return v
            if v not in originals:
                new = originals[v] = terms.new(v.op, v.type, [copy(a, order, originals) for a in v.args], v.aux)
                order.append(new)
            return originals[v]

        answer = copy(asked, order, originals)
        end.args = [answer]
        block.insns = [*order, end]
        cfg.compute_preds(fn)
        if not combine.run(fn):
            continue
        done += 1
        # a load that was copied reads the same
        prover = Prover()
        for old, new in originals.items():
            if old.op == "load":
                prover.terms[new] = prover.term(old)
        answer = end.args[0]
        if asked.op in ("sdiv", "srem"):  # slow to prove, and all alike: each twelfth
            divisions += 1
            if divisions % 12 == 1:
                assert prover.divides_alike(asked, answer) or prover.holds(asked, answer), f"{show(asked)} became {show(answer)}"
            continue
        assert prover.holds(asked, end.args[0]), f"{show(asked)} became {show(end.args[0])}"
    assert done > 50
    assert proofs.count == 0


@pytest.mark.parametrize("bits", [32, 64])
def test_division_of_what_is_not_negative(bits: int) -> None:
    """The lemma that stands for proofs with any divisor, which take a solver too long."""
    prover = Prover()
    a, b = z3.BitVecs("a b", bits)
    prover.assumed += [a >= 0, b >= 0]
    for signed, unsigned in (("sdiv", "udiv"), ("srem", "urem")):
        assert prover.proves(prover.binary(signed, a, b, bits) == prover.binary(unsigned, a, b, bits))


def test_a_wrong_rule_is_found() -> None:
    terms = Terms()
    asked = terms.new("sub", "i32", [terms.x, terms.x])
    with pytest.raises(AssertionError, match="became 1"):
        Proofs().check(asked, terms.fn.const("i32", 1))
    asked = terms.new("sextn", "i64", [terms.v], 8)
    with pytest.raises(AssertionError):
        Proofs().check(asked, terms.v)


def test_gvn_applies_them() -> None:
    module = parse("func @f -> i64 {\nentry(%p: ptr):\n  %a = load.i64 %p [1]\n  %b = and.i64 %a, 255\n  %c = mul.i64 %b, 8\n  ret %c\n}\n")
    fn = module.functions["f"]
    assert gvn.run(fn) == 2
    assert [i.op for i in fn.insns()] == ["load", "shl", "ret"]
