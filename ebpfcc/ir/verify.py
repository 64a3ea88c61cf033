"""Whether a function keeps the rules of core.py: what every pass may rely on and must leave behind.

Unreachable blocks are allowed (passes drop them when they next order the blocks): neither the arguments of their edges nor the
dominance of what they read is checked."""

from __future__ import annotations

from . import cfg
from .core import BINARY, INVERSE, LEAVES, TERMINATORS, Asm, Atomic, Block, Call, CoreReloc, Function, Mem, Module, Target, Value
from .text import Printer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

INTEGERS = ("i32", "i64")
TYPES = ("i32", "i64", "ptr", "void")
SCALARS = ("i32", "i64", "ptr")
KINDS = frozenset("add and or xor xchg cmpxchg load store".split())


class VerifyError(Exception):
    """Names the function, the block and the instruction in which a rule is broken."""


def verify_module(module: Module) -> None:
    for name, fn in module.functions.items():
        if name != fn.name:
            raise VerifyError(f"function '{fn.name}' is listed as '{name}'")
        verify(fn, module)


def verify(fn: Function, module: Module | None = None) -> None:
    """Raises VerifyError at the first broken rule. module: the slots and calls are checked against it, if given."""
    Verifier(fn, module).run()


class Verifier:
    def __init__(self, fn: Function, module: Module | None) -> None:
        self.fn = fn
        self.module = module
        self.block: Block | None = None
        self.insn: Value | None = None
        self.slots = set(fn.slots)
        self.place: dict[Value, tuple[Block, int]] = {}  # parameters: -1

    def fail(self, message: str) -> VerifyError:
        where = f"function '{self.fn.name}'"
        if self.block is not None:
            where += f", block '{self.block.name}'"
        if self.insn is not None:
            try:
                where += f", '{Printer(self.fn, True).insn(self.insn)}'"
            except Exception:  # too broken to print
                where += f", {self.insn!r}"
        return VerifyError(f"{where}: {message}")

    def check(self, ok: object, message: str) -> None:
        if not ok:
            raise self.fail(message)

    def run(self) -> None:
        fn = self.fn
        self.check(fn.blocks, "no blocks")
        self.check(fn.ret in TYPES, f"return type '{fn.ret}'")
        self.check(len(set(fn.blocks)) == len(fn.blocks), "a block stands twice in the list")
        self.check(len(self.slots) == len(fn.slots), "a slot stands twice in the list")
        for block in fn.blocks:
            self.define(block)
        listed = set(fn.blocks)
        for block in fn.blocks:
            self.block = block
            for target in block.insns[-1].targets:
                self.insn = block.insns[-1]
                self.check(target.block in listed, f"target '{target.block.name}' is not in the function")
            self.insn = None
        order, idom = dominator_tree(fn)
        reached = set(order)
        for block in fn.blocks:
            self.block = block
            for insn in block.insns:
                self.insn = insn
                self.operands(insn)
                self.types(insn)
                for target in insn.targets:
                    if block in reached:
                        self.target(target)
            self.insn = None
        self.block = fn.blocks[0]
        for b in fn.blocks:
            self.check(fn.blocks[0] not in b.succs, "the entry has a predecessor")
        self.dominance(order, idom)
        self.leaves()

    def define(self, block: Block) -> None:
        """One terminator, at the end; no value in two places."""
        self.block = block
        for param in block.params:
            self.insn = None
            self.check(param.op == "param", f"parameter {param!r} is no 'param'")
            self.check(param.type in SCALARS, f"parameter of type '{param.type}'")
            self.check(param.block is block, f"a parameter belongs to block '{param.block.name if param.block else None}'")
            self.check(param not in self.place, "a parameter stands twice")
            self.place[param] = block, -1
        self.check(block.insns, "no instructions")
        for n, insn in enumerate(block.insns):
            self.insn = insn
            self.check(insn.op in CHECKS, "unknown operation")
            self.check(insn.block is block, f"the instruction belongs to block '{insn.block.name if insn.block else None}'")
            self.check(insn not in self.place, "the instruction stands twice")
            self.place[insn] = block, n
            last = n == len(block.insns) - 1
            self.check((insn.op in TERMINATORS) == last, "no terminator at the end" if last else "a terminator before the end")
            self.check(insn.type in TYPES, f"type '{insn.type}'")
        self.insn = None

    def operands(self, insn: Value) -> None:
        for a in [*insn.args, *(a for t in insn.targets for a in t.args)]:
            if a.op in LEAVES:
                self.check(a.op != "slot" or a.aux in self.slots, "a slot of another function")
                self.check(self.leaf(a) is a, f"{a!r} is not the function's interned leaf")
            else:
                self.check(a in self.place, f"operand {a!r} is not in the function")
            self.check(a.type != "void" or insn.op == "asm_out", f"operand {a!r} has no value")

    def leaf(self, a: Value) -> Value | None:
        key: Any = {"const": (a.type, a.aux), "undef": a.type, "slot": a.aux}.get(a.op) if a.op != "gaddr" else ("gaddr", *a.aux)
        return self.fn.leaves.get(key)

    def types(self, insn: Value) -> None:
        CHECKS[insn.op](self, insn, [a.type for a in insn.args])
        count = TARGETS.get(insn.op, 0)
        self.check(count is None or len(insn.targets) == count, f"{len(insn.targets)} targets")

    def target(self, target: Target) -> None:
        params = target.block.params
        self.check(len(params) == len(target.args), f"{len(target.args)} arguments for the {len(params)} parameters of '{target.block.name}'")
        for p, a in zip(params, target.args):
            self.check(p.type == a.type, f"argument of type '{a.type}' for a parameter of '{target.block.name}' of type '{p.type}'")

    def dominance(self, order: list[Block], idom: dict[Block, Block]) -> None:
        """Every operand is defined on every path to where it is read."""
        depth: dict[Block, int] = {}
        for block in order:
            depth[block] = depth[idom[block]] + 1 if idom[block] is not block else 0
        for block in order:
            self.block = block
            for n, insn in enumerate(block.insns):
                self.insn = insn
                for a in [*insn.args, *(a for t in insn.targets for a in t.args)]:
                    place = self.place.get(a)
                    if place is None:
                        continue
                    home, at = place
                    if home is block:
                        self.check(at < n, "reads a value before its definition")
                        continue
                    self.check(home in depth, f"reads a value of block '{home.name}', which nothing reaches")
                    b = block
                    while depth[b] > depth[home]:
                        b = idom[b]
                    self.check(b is home, f"reads a value of block '{home.name}', which does not dominate this one")
        self.block = self.insn = None

    def leaves(self) -> None:
        for leaf in self.fn.leaves.values():
            self.check(leaf.op in LEAVES and leaf.block is None and not leaf.args, f"leaf {leaf!r} stands in a block")
            if leaf.op == "const":
                bits = 32 if leaf.type == "i32" else 64
                self.check(-(1 << bits - 1) <= leaf.aux < 1 << bits - 1, f"constant {leaf.aux} is not canonical for '{leaf.type}'")


def dominator_tree(fn: Function) -> tuple[list[Block], dict[Block, Block]]:
    """As cfg.dominators, without a change to `fn.blocks`, `preds` and `index`."""
    kept = [(b, b.preds, b.index) for b in fn.blocks]
    shadow = Function(fn.name, fn.ret)
    shadow.blocks = list(fn.blocks)
    try:
        order = cfg.compute_preds(shadow)
        return order, cfg.dominators(shadow)
    finally:
        for b, preds, index in kept:
            b.preds, b.index = preds, index


# -- one check for each operation ----------------------------------------------------------------------------------------
def expects(v: Verifier, insn: Value, got: list[str], want: list[str], result: str) -> None:
    v.check(got == want, f"operands are ({', '.join(got)}), should be ({', '.join(want)})")
    v.check(insn.type == result, f"type is '{insn.type}', should be '{result}'")


def check_binary(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(insn.aux is None or insn.aux == "nsw" and insn.op in ("add", "sub"), "aux of an operation that has none")
    if insn.op == "add" and insn.type == "ptr":
        return expects(v, insn, got, ["ptr", "i64"], "ptr")
    v.check(insn.type in INTEGERS, f"type '{insn.type}'")
    expects(v, insn, got, [insn.type] * 2, insn.type)


def check_icmp(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(insn.aux in INVERSE, f"comparison '{insn.aux}'")
    v.check(len(got) == 2 and got[0] == got[1], f"compares ({', '.join(got)})")
    v.check(insn.type == "i32", f"type is '{insn.type}', should be 'i32'")


def check_select(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(got[:1] in (["i32"], ["i64"]), "the condition is no integer")
    v.check(insn.type in SCALARS, f"type '{insn.type}'")
    expects(v, insn, got[1:], [insn.type] * 2, insn.type)


def converts(source: str, to: str) -> Callable[[Verifier, Value, list[str]], None]:
    return lambda v, insn, got: expects(v, insn, got, [source], to)


def check_low_bits(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(insn.type in INTEGERS, f"type '{insn.type}'")
    widths = (8, 16, 32) if insn.op == "sextn" else (16, 32, 64)
    v.check(insn.aux in widths and insn.aux <= int(insn.type[1:]), f"width {insn.aux}")
    expects(v, insn, got, [insn.type], insn.type)


def check_addr_cast(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(isinstance(insn.aux, tuple) and len(insn.aux) == 2, "address spaces are missing")
    expects(v, insn, got, ["ptr"], "ptr")


def check_access(v: Verifier, insn: Value) -> Mem:
    mem = insn.aux
    if not isinstance(mem, Mem):
        raise v.fail("aux is no Mem")
    v.check(mem.align > 0 and mem.align & mem.align - 1 == 0, f"alignment {mem.align}")
    return mem


def check_load(v: Verifier, insn: Value, got: list[str]) -> None:
    mem = check_access(v, insn)
    v.check(mem.size in (1, 2, 4, 8), f"size {mem.size}")
    v.check(insn.type in SCALARS, f"type '{insn.type}'")
    v.check(mem.size <= 4 or insn.type != "i32", "8 bytes into an i32")
    v.check(mem.size == 8 or insn.type != "ptr", "a pointer of less than 8 bytes")
    expects(v, insn, got, ["ptr"], insn.type)


def check_store(v: Verifier, insn: Value, got: list[str]) -> None:
    mem = check_access(v, insn)
    v.check(mem.size in (1, 2, 4, 8), f"size {mem.size}")
    v.check(len(got) == 2 and got[0] == "ptr" and got[1] in SCALARS, f"operands are ({', '.join(got)})")
    v.check(mem.size <= 4 or got[1] != "i32", "8 bytes of an i32")
    v.check(insn.type == "void", "a store has no result")


def check_block_operation(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(check_access(v, insn).size > 0, "size 0")
    expects(v, insn, got, ["ptr", "i32" if insn.op == "memset" else "ptr"], "void")


def check_lifetime(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(len(insn.args) == 1 and insn.args[0].op == "slot", "the operand is no slot")
    v.check(insn.aux in (None, "end"), "aux is no end")
    expects(v, insn, got, ["ptr"], "void")


def check_atomic(v: Verifier, insn: Value, got: list[str]) -> None:
    a = insn.aux
    v.check(isinstance(a, Atomic) and a.kind in KINDS, "aux is no Atomic")
    v.check(a.size in ((1, 2, 4, 8) if a.kind in ("load", "store") else (4, 8)), f"size {a.size}")
    v.check(got[:1] == ["ptr"], "the address is no pointer")
    v.check(len(got) == {"load": 1, "cmpxchg": 3}.get(a.kind, 2), f"{len(got)} operands")
    for t in got[1:]:
        v.check(t in (("i64", "ptr") if a.size == 8 else ("i32",)), f"operand of type '{t}' for {a.size} bytes")
    if a.kind == "store" or insn.type == "void":
        v.check(insn.type == "void" and not a.fetch, "the old value is wanted but there is no result")
    else:
        v.check(a.fetch, "a result, but the old value is not wanted")
        v.check(insn.type in (("i64", "ptr") if a.size == 8 else ("i32",)), f"type '{insn.type}' for {a.size} bytes")


def check_call(v: Verifier, insn: Value, got: list[str]) -> None:
    info = insn.aux
    kinds = {"helper": int, "func": str, "indirect": type(None), "library": str, "refused": str}
    v.check(isinstance(info, Call) and info.kind in kinds, "aux is no Call")
    wanted = kinds[info.kind]
    v.check(isinstance(info.target, wanted), f"target {info.target!r}")
    if info.kind == "indirect":
        v.check(got[:1] == ["ptr"], "the callee is no pointer")
    callee = v.module.functions.get(info.target) if v.module is not None and info.kind == "func" else None
    if callee is not None and callee.blocks and len(callee.params) == len(got):
        v.check([p.type for p in callee.params] == got, f"operands are ({', '.join(got)}), '{callee.name}' takes ({', '.join(p.type for p in callee.params)})")
        v.check(insn.type in ("void", callee.ret), f"type is '{insn.type}', '{callee.name}' returns '{callee.ret}'")


def check_asm(v: Verifier, insn: Value, got: list[str]) -> None:
    a = insn.aux
    v.check(isinstance(a, Asm), "aux is no Asm")
    v.check(len(a.inputs) == len(got), f"{len(got)} operands for {len(a.inputs)} inputs")
    if insn.op == "asm_goto":
        v.check(bool(insn.targets), "asm goto has targets")
        v.check(insn.type == "void", "a terminator has no result but by asm_out")
    else:
        v.check(insn.type == (a.outputs[0][1] if a.outputs else "void"), f"type is '{insn.type}', not that of output 0")


def check_asm_out(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(len(insn.args) == 1 and insn.args[0].op in ("asm", "asm_goto"), "the operand is no asm")
    outputs = insn.args[0].aux.outputs
    first = insn.args[0].op == "asm"  # whose output 0 is its own value
    v.check(isinstance(insn.aux, int) and first <= insn.aux < len(outputs), f"output {insn.aux}")
    v.check(insn.type == outputs[insn.aux][1], f"type is '{insn.type}', not that of output {insn.aux}")


def check_constant_p(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(len(got) == 1, f"{len(got)} operands")
    v.check(insn.type == "i32", f"type is '{insn.type}', should be 'i32'")


def check_hold(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(insn.type in SCALARS, f"type '{insn.type}'")
    expects(v, insn, got, [insn.type], insn.type)


def check_core_field(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(isinstance(insn.aux, CoreReloc), "aux is no CoreReloc")
    expects(v, insn, got, ["ptr"], "ptr")


def check_core_const(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(isinstance(insn.aux, CoreReloc), "aux is no CoreReloc")
    v.check(insn.type in INTEGERS, f"type '{insn.type}'")
    expects(v, insn, got, [], insn.type)


def check_ldabs(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(insn.aux in (1, 2, 4, 8), f"size {insn.aux}")
    v.check(len(got) == 1 and got[0] in INTEGERS, f"operands are ({', '.join(got)})")
    v.check(insn.type == "i64", f"type is '{insn.type}', should be 'i64'")


def check_jmp(v: Verifier, insn: Value, got: list[str]) -> None:
    expects(v, insn, got, [], "void")


def check_br(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(got in (["i32"], ["i64"], ["ptr"]), f"operands are ({', '.join(got)})")
    v.check(insn.aux in (None, "likely", "unlikely", "case"), f"aux {insn.aux!r}")
    v.check(insn.type == "void", "a terminator has no result")


def check_switch(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(got in (["i32"], ["i64"]), f"operands are ({', '.join(got)})")
    v.check(isinstance(insn.aux, list) and len(insn.targets) == len(insn.aux) + 1, "cases and targets do not match")
    v.check(len(set(insn.aux)) == len(insn.aux), "a case stands twice")
    bits = int(got[0][1:])
    v.check(all(-(1 << bits - 1) <= n < 1 << bits - 1 for n in insn.aux), "a case is not canonical for the type")
    v.check(insn.type == "void", "a terminator has no result")


def check_ret(v: Verifier, insn: Value, got: list[str]) -> None:
    v.check(got in ([], [v.fn.ret]), f"returns ({', '.join(got)}) from a function of type '{v.fn.ret}'")
    v.check(insn.type == "void", "a terminator has no result")


CHECKS: dict[str, Callable[[Verifier, Value, list[str]], None]] = {
    **dict.fromkeys(BINARY, check_binary),
    "icmp": check_icmp,
    "select": check_select,
    "zext": converts("i32", "i64"),
    "sext": converts("i32", "i64"),
    "trunc": converts("i64", "i32"),
    "ptrtoint": converts("ptr", "i64"),
    "inttoptr": converts("i64", "ptr"),
    "sextn": check_low_bits,
    "bswap": check_low_bits,
    "addr_cast": check_addr_cast,
    "load": check_load,
    "store": check_store,
    "memcpy": check_block_operation,
    "memmove": check_block_operation,
    "memset": check_block_operation,
    "lifetime": check_lifetime,
    "atomic": check_atomic,
    "call": check_call,
    "asm": check_asm,
    "asm_out": check_asm_out,
    "constant_p": check_constant_p,
    "hold": check_hold,
    "core_field": check_core_field,
    "core_const": check_core_const,
    "ldabs": check_ldabs,
    "jmp": check_jmp,
    "br": check_br,
    "switch": check_switch,
    "ret": check_ret,
    "asm_goto": check_asm,
    "unreachable": check_jmp,
}
TARGETS: dict[str, int | None] = {"jmp": 1, "br": 2, "switch": None, "asm_goto": None}
