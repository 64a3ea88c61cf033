"""Instruction selection: one function of IR to machine code on virtual registers.

i32 values live in 64-bit registers whose upper half is unspecified unless `clean` says that it is zero.  The verifier's rules
hold here: an access keeps its base and constant offset; what was compared is what is used."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import WIDTH, Block, Function, Target, Value
from . import mcode as m
from .asm import ends_control
from .layout import order_blocks
from .mcode import ALU, ALU64, JMP, Insn, K, MBlock, X, fits32
from .select_call import CALLS, place
from .select_compare import COMPARISONS, compare, jump_if_set
from .select_memory import MEMORY
from .upper_half import zero_extended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


HANDLERS = {**MEMORY, **CALLS, **COMPARISONS}


class Selector:
    """State of one function's selection."""

    def __init__(self, fn: Function, cpu: int, big_endian: bool, externs: frozenset[str] = frozenset()) -> None:
        self.fn = fn
        self.externs = externs  # symbols defined elsewhere
        self.cpu = cpu
        self.big_endian = big_endian
        self.count = m.FIRST_VIRTUAL
        self.reg: dict[Value, int] = {}
        self.clean: set[Value] = set()
        self.out: list[Insn] = []
        self.blocks: list[MBlock] = []
        self.heads: dict[Block, MBlock] = {}
        self.uses: dict[Value, int] = {}
        self.sign_extended: set[Value] = set()  # loads into an i32 that a sext reads: all 64 bits get the sign (v4)
        self.conditional: dict[Value, tuple[Value, Value]] = {}  # x op (a < b): the comparison and x
        self.skipped: set[Value] = set()  # comparisons, and their extensions, that only these read; ands of the next
        self.bit_tests: dict[Value, tuple[Value, bool]] = {}  # a branch on (x & m) != 0: the and, and whether the test is for != 0
        self.pos: Any = None
        self.depth = 0
        self.consts: dict[Any, int] = {}
        self.address_users: dict[Value, list[Value]] | None = None  # of sums and relocated fields, once asked for
        self.negatives: set[Value] | None = None  # see negative_terms
        self.asm_parts: dict[Value, list[int]] = {}
        self.unspillable: set[int] = set()  # registers that cannot live on the stack
        self.ctx: int | None = None
        self.context_value: Value | None = None

    # -- small pieces ----------------------------------------------------------------------------------------------
    def new(self) -> int:
        self.count += 1
        return self.count - 1

    def put(self, code: int, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0) -> Insn:
        i = Insn(code, dst, src, off, imm, self.pos)
        self.out.append(i)
        return i

    def mov(self, dst: int, src: int) -> None:
        if dst != src:
            self.put(ALU64 | m.MOV | X, dst, src)

    def load_const(self, dst: int, n: int, bits: int = 64) -> None:
        if bits == 32 and self.cpu >= 3:
            n &= 0xFFFFFFFF
            self.put(ALU | m.MOV, dst, imm=n - (1 << 32) if n >> 31 else n)
        elif fits32(n):
            self.put(ALU64 | m.MOV, dst, imm=n)
        else:
            self.put(m.LD_IMM64, dst, imm=n)

    def load_symbol(self, r: int, symbol: str, addend: int) -> None:
        """What libbpf puts in for a symbol that it looks up (.ksyms, .kconfig) has no addend: that is added here, as is one of more than 32 bits."""
        apart = addend if symbol in self.externs or not fits32(addend) else 0
        i = self.put(m.LD_IMM64, r, imm=addend - apart)
        i.reloc = ("R_BPF_64_64", symbol, addend - apart)
        if fits32(apart):
            if apart:
                self.put(ALU64 | m.ADD, r, imm=apart)
        else:
            difference = self.new()
            self.load_const(difference, apart)
            self.put(ALU64 | m.ADD | X, r, difference)

    def block(self, name: str, depth: int | None = None) -> MBlock:
        return MBlock(name, self.depth if depth is None else depth)

    def start(self, block: MBlock) -> None:
        self.blocks.append(block)
        self.out = block.insns

    def value(self, v: Value) -> int:
        """The register that holds v; leaves are materialised."""
        r = self.reg.get(v)
        if r is not None:
            return r
        return self.leaf(v)

    def leaf(self, v: Value) -> int:
        key = (v.op, v.type, v.aux)
        r = self.consts.get(key)
        if r is not None:
            return r
        r = self.new()
        op = v.op
        if op == "const":
            self.load_const(r, v.aux, WIDTH[v.type])
        elif op == "undef":
            self.load_const(r, 0)
        elif op == "slot":
            i = self.put(m.FRAME, r)
            i.slot = v.aux
        elif op == "gaddr":
            self.load_symbol(r, *v.aux)
        else:
            raise AssertionError(f"no register for {v!r}")
        if op == "gaddr" or op == "slot" or (op == "const" and not fits32(v.aux)):
            self.consts[key] = r
        return r

    def clean64(self, v: Value) -> int:
        """A register whose 64 bits are the zero-extension of an i32."""
        if v.op == "const":
            r = self.new()
            self.load_const(r, v.aux & 0xFFFFFFFF)
            return r
        r = self.value(v)
        if v in self.clean:
            return r
        return self.zero_extend(r)

    def zero_extend(self, r: int) -> int:
        d = self.new()
        if self.cpu >= 3:
            self.put(ALU | m.MOV | X, d, r)
        else:
            self.mov(d, r)
            self.put(ALU64 | m.LSH, d, imm=32)
            self.put(ALU64 | m.RSH, d, imm=32)
        return d

    def sign_extend(self, r: int, bits: int, to: str) -> int:
        d = self.new()
        if self.cpu >= 4:
            self.put((ALU if to == "i32" else ALU64) | m.MOV | X, d, r, bits)
        elif to == "i32" and self.cpu >= 3:
            self.put(ALU | m.MOV | X, d, r)
            self.put(ALU | m.LSH, d, imm=32 - bits)
            self.put(ALU | m.ARSH, d, imm=32 - bits)
        else:
            self.mov(d, r)
            self.put(ALU64 | m.LSH, d, imm=64 - bits)
            self.put(ALU64 | m.ARSH, d, imm=64 - bits)
        return d

    # -- the function ----------------------------------------------------------------------------------------------
    def run(self) -> list[MBlock]:
        from ..ir.core import count_uses

        fn = self.fn
        split_critical_edges(fn)
        cfg.compute_preds(fn)
        idom = cfg.dominators(fn)
        loops = cfg.find_loops(fn, idom)
        depths = cfg.loop_depths(fn, loops)
        order_blocks(fn, loops)
        self.uses = count_uses(fn)
        if self.cpu >= 4:
            self.sign_extended = {
                i.args[0]
                for i in fn.insns()
                if i.op == "sext" and i.args[0].op == "load" and i.args[0].aux.signed and i.args[0].aux.align >= i.args[0].aux.size
            }
        if fn.params:
            self.context_value = fn.params[0]
        for block in fn.blocks:
            self.heads[block] = MBlock(block.name, depths[block])
            for p in block.params:
                self.reg[p] = self.new()
        self.clean = zero_extended(fn, self.cpu)
        self.find_conditional()
        self.find_bit_tests()
        addresses: dict[Block, dict[Any, int]] = {}  # of symbols, in registers at the end of a block
        for n, block in enumerate(fn.blocks):
            self.depth = depths[block]
            self.consts = dict(addresses.get(idom[block], ()))
            self.start(self.heads[block])
            if n == 0:
                for k, p in enumerate(fn.params):
                    self.mov(self.reg[p], k + 1)
            for insn in block.insns:
                self.pos = insn.pos
                handler = HANDLERS.get(insn.op)
                if handler is not None:
                    handler(self, insn)
                else:
                    getattr(self, "op_" + insn.op, self.alu)(insn)
            addresses[block] = {key: r for key, r in self.consts.items() if key[0] == "gaddr"}
        m.link(self.blocks)
        return self.blocks

    def find_conditional(self) -> None:
        """`x + (a < b)` is an addition of one that a branch skips; so are -, | and ^."""
        for block in self.fn.blocks:
            pending: dict[Value, Value] = {}  # result of a comparison, or its extension -> the comparison; until the next call
            for insn in block.insns:
                op = insn.op
                if op == "icmp" and self.uses.get(insn) == 1:
                    pending[insn] = insn
                elif op == "zext" and insn.args[0] in pending and self.uses.get(insn) == 1:
                    pending[insn] = pending[insn.args[0]]
                elif op in ("add", "sub", "or", "xor") and insn.type != "ptr":
                    a, b = insn.args
                    if a in pending and op != "sub":
                        a, b = b, a
                    if b in pending:
                        self.conditional[insn] = (pending[b], a)
                        self.skipped.update((b, pending[b]))
                elif op == "call" or op == "asm":
                    pending.clear()

    def find_bit_tests(self) -> None:
        """Branches on bits are one instruction, which also tells the verifier what these bits are (JSET has no inverse)."""
        for block in self.fn.blocks:
            br = block.insns[-1]
            if br.op != "br":
                continue
            test, is_set = br.args[0], True
            if test.op == "icmp" and test.aux in ("eq", "ne") and test.args[1].op == "const" and test.args[1].aux == 0:
                if self.uses.get(test) != 1 or test.block is not block:
                    continue
                test, is_set = test.args[0], test.aux == "ne"
            if test.op != "and" or self.uses.get(test) != 1 or test.block is not block or test in self.conditional:
                continue
            mask = test.args[1]
            if test.type == "i64" or self.cpu >= 3 or (mask.op == "const" and mask.aux >= 0):
                self.bit_tests[br] = test, is_set
                self.skipped.add(test)

    # -- arithmetic ------------------------------------------------------------------------------------------------
    def alu(self, insn: Value) -> None:
        if insn in self.skipped:
            return
        op, (a, b) = insn.op, insn.args
        narrow = insn.type == "i32"
        if op in ("sdiv", "srem"):
            self.signed_division(insn)
            return
        if insn in self.conditional:
            self.one_more_if(insn, *self.conditional[insn])
            return
        cls = ALU if narrow and self.cpu >= 3 else ALU64
        d = self.reg[insn] = self.new()
        if narrow and self.cpu < 3:
            if op in ("udiv", "urem", "lshr"):
                x = self.clean64(a)
            elif op == "ashr":
                x = self.sign_extend(self.value(a), 32, "i64")
            else:
                x = self.value(a) if a.op != "const" else self.leaf(a)
            y: int | None = None
            if b.op != "const":
                y = self.clean64(b) if op in ("udiv", "urem") else self.value(b)
                if op in ("shl", "lshr", "ashr"):
                    y2 = self.new()
                    self.mov(y2, y)
                    self.put(ALU64 | m.AND, y2, imm=31)
                    y = y2
        else:
            if op == "sub" and a.op == "const" and a.aux == 0 and insn not in self.negative_terms():
                self.mov_typed(d, b)
                self.put(cls | m.NEG, d)
                return
            x = self.value(a)
            y = None if b.op == "const" and (cls == ALU or fits32(b.aux)) else self.value(b)
        if x == 10:
            self.put(ALU64 | m.MOV | X, d, 10)
        else:
            self.mov(d, x)
        code = cls | m.BINARY[op]
        if y is None:
            n = b.aux
            if op in ("shl", "lshr", "ashr"):
                n &= 31 if narrow else 63
            elif narrow and self.cpu < 3 and op in ("udiv", "urem"):
                n &= 0xFFFFFFFF
                if not fits32(n):
                    t = self.new()
                    self.load_const(t, n)
                    self.put(code | X, d, t)
                    return
            self.put(code, d, imm=n)
        else:
            self.put(code | X, d, y)

    def negative_terms(self) -> set[Value]:
        """Values `0 - x` that are added to something. Before Linux 6.17 the verifier knows nothing of what BPF_NEG gives, which as
        an offset makes a pointer unbounded; of a difference it knows all (verifier.c, check_alu_op)."""
        if self.negatives is None:
            self.negatives = {x for i in self.fn.insns() if i.op == "add" for x in i.args if x.op == "sub"}
        return self.negatives

    def one_more_if(self, insn: Value, test: Value, x: Value) -> None:
        d = self.reg[insn] = self.new()
        end, one = self.block("counted"), self.block("count")
        if x.op == "const":
            self.load_const(d, x.aux, WIDTH[x.type])
        elif insn in self.clean and x not in self.clean:  # the operation that would clear the upper half may be skipped
            self.put(ALU | m.MOV | X, d, self.value(x))
        else:
            self.mov(d, self.value(x))
        compare(self, test, end, True)
        self.start(one)
        self.put((ALU if insn.type == "i32" and self.cpu >= 3 else ALU64) | m.BINARY[insn.op], d, imm=1)
        self.start(end)
        self.consts = {}

    def mov_typed(self, d: int, v: Value) -> None:
        self.mov(d, self.value(v))

    def signed_division(self, insn: Value) -> None:
        a, b = insn.args
        narrow = insn.type == "i32"
        if self.cpu >= 4:
            d = self.reg[insn] = self.new()
            self.mov(d, self.value(a))
            cls = ALU if narrow else ALU64
            code = cls | (m.DIV if insn.op == "sdiv" else m.MOD)
            if b.op == "const" and fits32(b.aux):
                self.put(code, d, off=1, imm=b.aux)
            else:
                self.put(code | X, d, self.value(b), off=1)
            return
        # below v4: |a| / |b| with the sign put back
        x = self.sign_extend(self.value(a), 32, "i64") if narrow else self.value(a)
        y = self.sign_extend(self.value(b), 32, "i64") if narrow and b.op != "const" else self.value(b)
        if narrow and b.op == "const":
            y = self.new()
            self.load_const(y, b.aux)
        ax, ay = self.absolute(x), self.absolute(y)
        d = self.new()
        self.mov(d, ax)
        self.put(ALU64 | (m.DIV if insn.op == "sdiv" else m.MOD) | X, d, ay)
        sign = self.new()
        self.mov(sign, x)
        if insn.op == "sdiv":
            self.put(ALU64 | m.XOR | X, sign, y)
        out = self.new()
        self.mov(out, d)
        end, flip = self.block("div"), self.block("neg")
        self.put(JMP | m.JSGE, sign, imm=0).target = end
        self.start(flip)
        self.put(ALU64 | m.NEG, out)
        self.start(end)
        self.consts = {}
        if narrow and self.cpu >= 3:
            result = self.new()
            self.put(ALU | m.MOV | X, result, out)
            out = result
        self.reg[insn] = out

    def absolute(self, r: int) -> int:
        d = self.new()
        self.mov(d, r)
        end, flip = self.block("abs"), self.block("neg")
        self.put(JMP | m.JSGE, d, imm=0).target = end
        self.start(flip)
        self.put(ALU64 | m.NEG, d)
        self.start(end)
        self.consts = {}
        return d

    def op_zext(self, insn: Value) -> None:
        if insn in self.skipped:
            return
        self.reg[insn] = self.clean64(insn.args[0])

    def op_sext(self, insn: Value) -> None:
        a = insn.args[0]
        if a in self.sign_extended:
            self.reg[insn] = self.value(a)
        else:
            self.reg[insn] = self.sign_extend(self.value(a), 32, "i64")

    def op_trunc(self, insn: Value) -> None:
        self.reg[insn] = self.value(insn.args[0])

    op_ptrtoint = op_trunc
    op_inttoptr = op_trunc

    def op_sextn(self, insn: Value) -> None:
        self.reg[insn] = self.sign_extend(self.value(insn.args[0]), insn.aux, insn.type)

    def op_bswap(self, insn: Value) -> None:
        d = self.reg[insn] = self.new()
        self.mov(d, self.value(insn.args[0]))
        if self.cpu >= 4:
            self.put(ALU64 | m.END, d, imm=insn.aux)
        else:
            self.put(ALU | m.END | (K if self.big_endian else X), d, imm=insn.aux)

    def op_addr_cast(self, insn: Value) -> None:
        d = self.reg[insn] = self.new()
        to, frm = insn.aux
        self.put(ALU64 | m.MOV | X, d, self.value(insn.args[0]), 1, frm | to << 16)

    # -- control flow ----------------------------------------------------------------------------------------------
    def edge(self, target: Target) -> None:
        """The parallel copy of an edge's arguments into the parameters (Boissinot et al. 2009: cycles broken by a temporary)."""
        pairs: list[tuple[int, Value]] = []
        undefined: list[int] = []  # after the copies: what these registers held may go to other parameters
        for p, a in zip(target.block.params, target.args):
            d = self.reg[p]
            if a.op == "undef":
                undefined.append(d)
                continue
            if a in self.reg and self.reg[a] == d:
                continue
            pairs.append((d, a))
        moves: list[tuple[int, int]] = []
        late: list[tuple[int, Value]] = []
        for d, a in pairs:
            if a in self.reg:
                moves.append((d, self.reg[a]))
            else:
                late.append((d, a))
        pending = dict(moves)
        while pending:
            sources = list(pending.values())
            ready = [d for d in pending if d not in sources]
            if ready:
                for d in ready:
                    self.mov(d, pending.pop(d))
            else:
                d = next(iter(pending))
                t = self.new()
                self.mov(t, d)
                for k in pending:
                    if pending[k] == d:
                        pending[k] = t
        for d, a in late:
            place(self, d, a) if a.op in ("const", "slot", "gaddr") else self.mov(d, self.value(a))
        for d in undefined:
            self.put(m.UNDEF, d)

    def go(self, block: Block) -> None:
        i = self.put(JMP | m.JA)
        i.target = self.heads[block]

    def op_jmp(self, insn: Value) -> None:
        target = insn.targets[0]
        self.edge(target)
        self.go(target.block)

    def op_br(self, insn: Value) -> None:
        then, other = insn.targets
        if insn in self.bit_tests:
            test, is_set = self.bit_tests[insn]
            if not is_set:
                then, other = other, then
            jump_if_set(self, test.args[0], test.args[1], self.heads[then.block])
        else:
            compare(self, insn.args[0], self.heads[then.block], False)
        tail = self.block("br")
        self.start(tail)
        self.go(other.block)

    def op_ret(self, insn: Value) -> None:
        if insn.args:
            a = insn.args[0]
            if a.op in ("const", "undef", "slot", "gaddr"):
                place(self, 0, a)
            elif a.type == "i32" and a not in self.clean and self.cpu >= 3:
                self.put(ALU | m.MOV | X, 0, self.value(a))
            elif a.type == "i32" and a not in self.clean:
                self.mov(0, self.zero_extend(self.value(a)))
            else:
                self.mov(0, self.value(a))
        else:
            self.load_const(0, 0)
        self.put(JMP | m.EXIT).uses = (0,)

    def op_hold(self, insn: Value) -> None:
        self.reg[insn] = d = self.new()
        place(self, d, insn.args[0])

    def op_lifetime(self, insn: Value) -> None:
        pass

    def op_unreachable(self, insn: Value) -> None:
        """An end of its own, unless the assembly before it is one: the verifier refuses what it cannot reach."""
        assert insn.block is not None
        before = [i for i in insn.block.insns if i.op not in ("asm_out", "lifetime", "unreachable")]
        if "naked" in self.fn.attrs or before and before[-1].op == "asm" and ends_control(before[-1].aux.template):
            self.put(m.NOWHERE)
            return
        self.load_const(0, 0)
        self.put(JMP | m.EXIT).uses = (0,)


def split_critical_edges(fn: Function) -> None:
    """An edge that carries arguments out of a block with several successors gets a block of its own."""
    extra: list[tuple[Block, Block]] = []
    for block in fn.blocks:
        t = block.insns[-1]
        if len(t.targets) < 2:
            continue
        seen: set[Block] = set()
        for target in t.targets:
            if target.args or (target.block in seen):
                middle = Block(f"{block.name}.to.{target.block.name}")
                jump = Value("jmp", "void", [], None, t.pos, [Target(target.block, target.args)])
                jump.block = middle
                middle.insns.append(jump)
                target.block, target.args = middle, []
                extra.append((block, middle))
            else:
                seen.add(target.block)
    fn.blocks.extend(b for _, b in extra)
