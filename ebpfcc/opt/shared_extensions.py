"""For machines without 32-bit instructions (-mcpu=v1 and v2): what is compared is what is used.

There a 32-bit value is extended by two shifts before it is compared, called with or added to a pointer. Each extension made anew would be
a register of its own, and the verifier would learn from a comparison nothing of the one that is used. So every value is extended once,
where it is made; comparisons read the extension, in the way (sign or zero) that its other readers want where both are the same; and
where an extended value meets others in a block parameter, it is the extensions that meet. (LLVM promotes all to 64 bits.)"""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import LEAVES, Block, Function, Module, Target, Value
from .prune_params import incoming
from .ranges import Ranges, edge_fact, narrowed

POSITIVE = 1 << 31  # below: sign and zero extension are the same
EXTENSIONS = ("sext", "zext")


def run(fn: Function, module: Module) -> int:
    """Requires: fn verifies, no switch.  Preserves: the CFG.  Returns: comparisons that read extensions."""
    cfg.compute_preds(fn)
    return Extender(fn, module).run()


class Extender:
    """The extensions of one function's values."""

    def __init__(self, fn: Function, module: Module) -> None:
        self.fn = fn
        self.defined = module.functions  # they extend their parameters themselves
        self.ranges = Ranges(fn)
        self.edges = {(b, t.block): edge_fact(b.insns[-1], t.block) for b in fn.blocks if len(b.insns[-1].targets) == 2 for t in b.insns[-1].targets}
        self.made: dict[tuple[str, Value], Value] = {}
        self.after: dict[Value, list[Value]] = {}  # an instruction -> the extensions that follow it
        self.at_start: dict[Block, list[Value]] = {}

    def run(self) -> int:
        compares, readers = self.find()
        signed = {a for compare in compares if compare.aux[0] == "s" and not self.are_positive(compare) for a in compare.args}
        signed.update(e.args[0] for e, _ in readers if e.op == "sext")
        for compare in compares:
            kind = "zext" if self.are_positive(compare) or not signed.intersection(compare.args) else "sext"
            compare.args = [self.extended(kind, a) for a in compare.args]
        old: dict[Value, Value] = {}  # extensions that were there -> what stands for them
        for insn, block in readers:
            for i, a in enumerate(insn.args):
                if a.type == "i32":
                    wide = self.extended(self.kind(insn.op if insn.op in EXTENSIONS else "zext", a, block), a)
                    if insn.op in EXTENSIONS:
                        old[insn] = wide
                    else:
                        insn.args[i] = wide
        self.place(old)
        self.widen_params()
        return len(compares)

    def find(self) -> tuple[list[Value], list[tuple[Value, Block]]]:
        """Comparisons of 32-bit values; what else reads an extended one, and where."""
        compares: list[Value] = []
        readers: list[tuple[Value, Block]] = []
        for block in self.fn.blocks:
            for insn in block.insns:
                if insn.op == "icmp" and insn.args[0].type == "i32":
                    compares.append(insn)
                elif insn.op in EXTENSIONS or insn.op == "call" and insn.aux.target not in self.defined:
                    readers.append((insn, block))
        return compares, readers

    def are_positive(self, compare: Value) -> bool:
        return all(self.ranges.made(a, None, 0)[1] < POSITIVE for a in compare.args)

    def kind(self, wanted: str, v: Value, block: Block) -> str:
        """The extension to read where `wanted` is asked for: the other one, if comparisons read that and it is the same here."""
        other = "sext" if wanted == "zext" else "zext"
        if (wanted, v) not in self.made and (other, v) in self.made and self.ranges.of(v, block)[1] < POSITIVE:
            return other
        return wanted

    def extended(self, kind: str, v: Value) -> Value:
        if v.op == "const":
            return self.fn.const("i64", v.aux & 0xFFFFFFFF if kind == "zext" else v.aux)
        if v.op == "undef":
            return self.fn.undef("i64")
        known = self.made.get((kind, v))
        if known is None:
            known = self.made[kind, v] = Value(kind, "i64", [v], None, v.pos)
            assert v.block is not None
            known.block = v.block
            if v.op == "param":
                self.at_start.setdefault(v.block, []).append(known)
            else:
                self.after.setdefault(v, []).append(known)
        return known

    def place(self, old: dict[Value, Value]) -> None:
        """Puts the extensions behind what they extend, and in place of those that were there."""
        for block in self.fn.blocks:
            out = list(self.at_start.get(block, ()))
            waiting: list[Value] = []  # behind the outputs of an assembly
            for insn in block.insns:
                if insn.op != "asm_out":
                    out += waiting
                    waiting = []
                if insn not in old:
                    out.append(insn)
                    waiting += self.after.get(insn, ())
                insn.args = [old.get(a, a) for a in insn.args]
                for t in insn.targets:
                    t.args = [old.get(a, a) for a in t.args]
            block.insns = out + waiting

    # -- block parameters ------------------------------------------------------------------------------------------
    def widen_params(self) -> None:
        """A parameter whose extension is read gets the extensions of what arrives, where one of these is there."""
        edges = incoming(self.fn)
        for block in self.fn.blocks[1:]:
            for param in [p for p in block.params if p.type == "i32"]:
                for kind in EXTENSIONS:
                    wide = self.made.get((kind, param))
                    if wide is not None and wide in block.insns:
                        arriving = [
                            self.arriving(kind, t.args[block.params.index(param)], source, block) for t, source in self.with_sources(edges[block], block)
                        ]
                        if all(a is not None for a in arriving) and any(a is not None and a.op not in LEAVES for a in arriving):
                            self.replace(block, param, wide, edges[block], arriving)
                            break

    def with_sources(self, edges: list[Target], block: Block) -> list[tuple[Target, Block]]:
        source = {id(t): pred for pred in dict.fromkeys(block.preds) for t in pred.insns[-1].targets}
        return [(t, source[id(t)]) for t in edges]

    def arriving(self, kind: str, v: Value, source: Block, block: Block) -> Value | None:
        """The extension of what an edge from `source` brings, if it is there already."""
        if v.op in LEAVES:
            return self.extended(kind, v)
        other = "sext" if kind == "zext" else "zext"
        if (kind, v) in self.made:
            return self.made[kind, v]
        if (other, v) in self.made and self.at_edge(v, source, block)[1] < POSITIVE:
            return self.made[other, v]
        return None

    def at_edge(self, v: Value, source: Block, block: Block) -> tuple[int, int]:
        """The bounds of v on the way from one block to the other."""
        low, high = self.ranges.of(v, source)
        fact = self.edges.get((source, block))
        return narrowed(low, high, fact[1], fact[2], 32) if fact is not None and fact[0] is v else (low, high)

    def replace(self, block: Block, param: Value, wide: Value, edges: list[Target], arriving: list[Value | None]) -> None:
        """The parameter takes 64 bits; who reads the 32 reads a part of it, which costs nothing."""
        at = block.params.index(param)
        block.insns.remove(wide)
        whole = Value("param", "i64", [], None, param.pos)
        whole.block, whole.name = block, param.name
        block.params[at] = whole
        for t, a in zip(edges, arriving):
            assert a is not None
            t.args[at] = a
        part = Value("trunc", "i32", [whole], None, param.pos)
        part.block = block
        block.insns.insert(0, part)
        for b in self.fn.blocks:
            for insn in b.insns:
                if insn is not part:
                    insn.args = [whole if a is wide else part if a is param else a for a in insn.args]
                    for t in insn.targets:
                        t.args = [whole if a is wide else part if a is param else a for a in t.args]
        self.made = {key: whole if v is wide else v for key, v in self.made.items()}
        for kind in EXTENSIONS:
            if (kind, param) in self.made:
                self.made[kind, part] = self.made[kind, param]
