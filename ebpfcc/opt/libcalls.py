"""Calls that inlining made definite: of functions of the C library whose arguments are known, of memcpy, memmove, memset and memcmp with a
constant size, and through a pointer that is known."""

from __future__ import annotations

from ..ir import library
from ..ir.core import Block, Call, Function, Mem, Module, Target, Value, replace_values

MOST_COMPARED = 512  # bytes of a memcmp


def known_align(v: Value) -> int:
    off = 0
    while v.op == "add" and v.type == "ptr" and v.args[1].op == "const":
        off += v.args[1].aux
        v = v.args[0]
    align = v.aux.align if v.op == "slot" else 1
    return min(align, off & -off) if off else align


def run(fn: Function, module: Module) -> int:
    """Preserves: the CFG, unless a memcmp is written out.  Returns: calls replaced."""
    new: dict[Value, Value] = {}
    done = 0
    compared: list[Value] = []
    for block in fn.blocks:
        empty = False
        for insn in block.insns:
            if insn.op != "call":
                continue
            kind = insn.aux.kind
            if kind == "indirect" and insn.args[0].op in ("gaddr", "const"):
                done += make_direct(insn)
            elif kind == "library" and insn.aux.target in library.COPIES:
                if insn.args[2].op == "const":
                    make_block_operation(insn)
                    empty |= insn.aux.size == 0
                    done += 1
            elif kind == "library":
                insn.args = [new.get(a, a) for a in insn.args]
                value = library.fold(fn, module, insn.aux.target, insn.args)
                if value is not None:
                    new[insn] = value
                elif insn.aux.target == "memcmp" and insn.args[2].op == "const" and 0 <= insn.args[2].aux <= MOST_COMPARED:
                    compared.append(insn)
        if empty:
            block.insns = [i for i in block.insns if not (i.op in library.COPIES and i.aux.size == 0)]
    if new:
        for block in fn.blocks:
            block.insns = [i for i in block.insns if i not in new]
        replace_values(fn, new)
    for call in compared:
        Comparison(fn, call, module.big_endian).write_out()
    return done + len(new) + len(compared)


def make_direct(call: Value) -> int:
    target = call.args[0]
    if target.op == "gaddr" and target.aux[1]:
        return 0
    info = call.aux
    call.aux = Call("helper", target.aux, info.noreturn) if target.op == "const" else Call("func", target.aux[0], info.noreturn)
    del call.args[0]
    return 1


def make_block_operation(call: Value) -> None:
    target, source, size = call.args
    info = call.aux
    align = known_align(target)
    if info.target != "memset":
        align = min(align, known_align(source))
    call.op = info.target
    call.args = [target, source]
    call.aux = Mem(size.aux & (1 << 64) - 1, False, 0, False, max(align, 1, *info.align))


class Comparison:
    """memcmp of a constant size, in pieces as wide as the alignment lets them be; the first that differ are ordered. Equality is all that
    most ask for: what orders is then dead."""

    def __init__(self, fn: Function, call: Value, big_endian: bool) -> None:
        self.fn = fn
        self.call = call
        self.big_endian = big_endian
        aligns = [max(known_align(a), b) for a, b in zip(call.args[:2], (*call.aux.align, 1, 1))]
        self.align = min(8, *aligns)
        assert call.block is not None
        self.at = fn.blocks.index(call.block)
        self.block = call.block

    def start(self, name: str) -> Block:
        self.at += 1
        self.block = Block(f"{self.fn.blocks[self.at - 1].name.partition('.')[0]}.{name}")
        self.fn.blocks.insert(self.at, self.block)
        return self.block

    def put(self, op: str, type: str, args: list[Value], aux: object = None, targets: list[Target] | None = None) -> Value:
        value = Value(op, type, args, aux, self.call.pos, targets)
        value.block = self.block
        self.block.insns.append(value)
        return value

    def param(self, block: Block, type: str) -> Value:
        value = Value("param", type, [], None, self.call.pos)
        value.block = block
        block.params.append(value)
        return value

    def write_out(self) -> None:
        fn, call, before = self.fn, self.call, self.block
        k = before.insns.index(call)
        rest = before.insns[k + 1 :]
        del before.insns[k:]
        differ, after = Block("differ"), Block("compared")
        pieces = self.pieces()
        for n, (off, width) in enumerate(pieces):
            if n:
                self.start("same")
            kind = "i64" if width == 8 else "i32"
            x, y = (self.put("load", kind, [p], Mem(width, False, off, False, width)) for p in call.args[:2])
            wide = [x, y] if kind == "i64" else [self.put("zext", "i64", [v]) for v in (x, y)]
            unlike = self.put("icmp", "i32", [x, y], "ne")
            self.put("br", "void", [unlike], None, [Target(differ, wide), Target(after)])  # the second is set below
        equal = [block.insns[-1].targets[1] for block in fn.blocks[self.at - len(pieces) + 1 : self.at + 1]]
        for target, following in zip(equal, fn.blocks[self.at - len(pieces) + 2 : self.at + 1]):
            target.block = following
        equal[-1].args.append(fn.const("i32", 0))
        self.order(differ, after)
        self.start("compared")
        fn.blocks[self.at] = after
        result = self.param(after, "i32")
        after.insns = rest
        for insn in rest:
            insn.block = after
        replace_values(fn, {call: result})

    def pieces(self) -> list[tuple[int, int]]:
        out = []
        off, size = 0, self.call.args[2].aux
        while off < size:
            width = min(8, self.align, (off & -off) or 8)
            while off + width > size:
                width //= 2
            out.append((off, width))
            off += width
        return out

    def order(self, differ: Block, after: Block) -> None:
        """In `differ`: the first byte that is not the same decides."""
        fn = self.fn
        self.start("differ")
        fn.blocks[self.at] = self.block = differ
        x, y = self.param(differ, "i64"), self.param(differ, "i64")
        if self.align > 1 and not self.big_endian:
            x, y = self.put("bswap", "i64", [x], 64), self.put("bswap", "i64", [y], 64)
        less = self.put("icmp", "i32", [x, y], "ult")
        branch = self.put("br", "void", [less], None, [])
        branch.targets = []
        for name, n in (("less", -1), ("more", 1)):
            branch.targets.append(Target(self.start(name)))
            self.put("jmp", "void", [], None, [Target(after, [fn.const("i32", n)])])


def settle(module: Module) -> None:
    """What is left of the calls that the source declares functions for are calls of these. memcpy and its like stay: the machine's compilers
    never call a function for them."""
    for fn in module.functions.values():
        for block in fn.blocks:
            for insn in block.insns:
                if insn.op == "call" and insn.aux.kind == "library" and insn.aux.target not in library.COPIES:
                    declared = module.library.get(insn.aux.target)
                    if declared is not None:
                        insn.aux = Call("func", declared.symbol, False, declared.type)
                        if declared.symbol not in module.functions:
                            module.externs.setdefault(declared.symbol, declared)
