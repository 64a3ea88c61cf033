"""The SSA intermediate representation: data only.

A `Function` is a list of `Block`s; the first is the entry and its parameters are the function's.  A `Block` has parameters
(they take the place of phis), a list of instructions and a terminator.  Everything that has a result, and every
instruction that has none, is a `Value`.  Constants and addresses (`LEAVES`) stand in no block: they are interned per
function, may be used anywhere, and codegen decides where to materialise them.

Value types are `i32`, `i64`, `ptr` (64 bits, never arithmetic other than `add.ptr`/`sub`), `void`.  Narrower integers exist
only in memory: a load extends, a store truncates.  The upper half of a register that holds an `i32` is unspecified.

    op                      args                aux
    const undef                                 int (signed, canonical for the type) | None
    slot                                        Slot
    gaddr                                       (symbol, addend in bytes)
    add sub mul and or xor  a, b                None | "nsw" type i32, i64; add.ptr: ptr, i64. nsw, of add and sub: a result that
                                                             leaves the signed range is undefined (what reads it says nothing)
    udiv sdiv urem srem     a, b                -            division by zero as BPF: quotient 0, remainder a
    shl lshr ashr           a, n                -            n modulo the width, of a's type
    icmp                    a, b                "eq ne ult ule ugt uge slt sle sgt sge"; result i32, 0 or 1
    select                  c, a, b             -            c: i32 or i64, chosen a when not zero
    zext sext trunc         a                   -            i32 -> i64, i32 -> i64, i64 -> i32
    sextn                   a                   8 | 16 | 32  sign-extends the low bits in place (i32, i64)
    bswap                   a                   16 | 32 | 64 reverses the low bits' bytes, upper bits zero
    ptrtoint inttoptr       a                   -            i64 <-> ptr, no instruction
    addr_cast               a                   (to, from)   arena address spaces
    load                    p                   Mem
    store                   p, v                Mem
    memcpy memmove          d, s                Mem with size in bytes, volatile, align (of both)
    memset                  d, v                Mem; v an i32, its low byte is stored
    lifetime                slot                None | "end" the object is new here: what it held is indeterminate; or nothing reads it any more
    atomic                  p, v [, new]        Atomic (cmpxchg: v is the expected value)
    call                    args...             Call
    asm                     inputs...           Asm; the result is output 0
    asm_out                 asm                 int: output 1, 2, ...; of an asm_goto, in a block that it goes to, also 0
    hold                    leaf                -            the leaf in a register: nothing folds through it (opt/hoist.py)
    constant_p              a                   -            i32: 1 once a is a constant; what is left at the end becomes 0
    core_field              base                CoreReloc: base + relocated byte offset
    core_const                                  CoreReloc: a relocated immediate (placed in a block: it is an instruction)
    ldabs                   [index]             size in bytes: the legacy packet load, type i64; the context is function parameter 0
  terminators (targets = list of Target)
    jmp                     -                   one target
    br                      c                   "likely" | "unlikely" | "case" (of a switch) | None; targets: if not zero, if zero
    switch                  v                   list of case values; targets[0] is the default, targets[i + 1] that of case i
    ret                     [v]
    asm_goto                inputs...           Asm; targets[0] falls through, the others are the labels in order
    unreachable
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

LEAVES = frozenset(("const", "undef", "slot", "gaddr"))
TERMINATORS = frozenset(("jmp", "br", "switch", "ret", "asm_goto", "unreachable"))
BINARY = frozenset("add sub mul udiv sdiv urem srem and or xor shl lshr ashr".split())
COMMUTATIVE = frozenset("add mul and or xor".split())
# Pure: no side effect, no memory read; the same arguments give the same result.
PURE = BINARY | frozenset("icmp select zext sext trunc sextn bswap ptrtoint inttoptr addr_cast hold constant_p core_field core_const".split()) | LEAVES
INVERSE = {"eq": "ne", "ne": "eq", "ult": "uge", "uge": "ult", "ule": "ugt", "ugt": "ule",
           "slt": "sge", "sge": "slt", "sle": "sgt", "sgt": "sle"}  # fmt: skip
SWAPPED = {"eq": "eq", "ne": "ne", "ult": "ugt", "ugt": "ult", "ule": "uge", "uge": "ule",
           "slt": "sgt", "sgt": "slt", "sle": "sge", "sge": "sle"}  # fmt: skip
WIDTH = {"i32": 32, "i64": 64, "ptr": 64}


class Value:
    """A constant, a block parameter (op "param") or an instruction."""

    __slots__ = ("op", "type", "args", "aux", "pos", "block", "targets", "name")

    def __init__(self, op: str, type: str, args: list[Value], aux: Any = None, pos: Any = None, targets: list[Target] | None = None) -> None:
        self.op = op
        self.type = type
        self.args = args
        self.aux = aux
        self.pos = pos  # where it comes from: an int position, a token with .pos, or None
        self.block: Block | None = None
        self.targets: list[Target] = targets if targets is not None else _NO_TARGETS
        self.name: str = ""

    def __repr__(self) -> str:
        return f"<{self.op}.{self.type} {self.name} {self.aux!r}>"


_NO_TARGETS: list[Any] = []


class Target:
    """A control-flow edge: the block reached and the arguments for its parameters."""

    __slots__ = ("block", "args")

    def __init__(self, block: Block, args: list[Value] | None = None) -> None:
        self.block = block
        self.args: list[Value] = args if args is not None else []


class Block:
    """`insns` ends with the terminator once the block is complete.  `preds` is valid after `cfg.compute_preds`."""

    __slots__ = ("name", "params", "insns", "preds", "index", "unroll")

    def __init__(self, name: str) -> None:
        self.name = name
        self.params: list[Value] = []
        self.insns: list[Value] = []
        self.preds: list[Block] = []
        self.index = 0  # position in reverse postorder, set by cfg
        self.unroll: int | None = None  # loop header: None no wish, 0 not at all, 1 fully, n by n

    @property
    def terminator(self) -> Value:
        return self.insns[-1]

    @property
    def succs(self) -> list[Block]:
        return [t.block for t in self.insns[-1].targets]

    def __repr__(self) -> str:
        return f"<block {self.name}>"


class Slot:
    """A stack object of a function. `offset` (from the frame pointer, negative) is set by codegen."""

    __slots__ = ("name", "size", "align", "offset", "pos")

    def __init__(self, name: str, size: int, align: int, pos: Any = None) -> None:
        self.name = name
        self.size = size
        self.align = align
        self.offset: int | None = None
        self.pos = pos


class RecordType:
    """A structure of the source, for the question what an access to a member of it may be an access to. holds: the names of the records
    that are part of it."""

    __slots__ = ("name", "holds")

    def __init__(self, name: str, holds: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.holds = holds


class Mem:
    """How memory is accessed: size in bytes (1, 2, 4, 8 for load and store), sign extension of a load, byte offset added
    to the address, and the alignment that is known of address + off.  strict: an access to a scalar of this size, which accesses to
    scalars of other sizes do not change (C11 6.5 paragraph 7).  field: (the record of which a member is accessed, its byte in that)."""

    __slots__ = ("size", "signed", "off", "volatile", "align", "reloc", "strict", "field")

    def __init__(
        self,
        size: int,
        signed: bool = False,
        off: int = 0,
        volatile: bool = False,
        align: int = 0,
        reloc: CoreReloc | None = None,
        strict: bool = False,
        field: tuple[RecordType, int] | None = None,
    ) -> None:
        self.size = size
        self.signed = signed
        self.off = off
        self.volatile = volatile
        self.align = align or size
        self.strict = strict
        self.reloc = reloc  # the offset of the access is relocated (CO-RE), set by selection
        self.field = field

    def but(self, off: int | None = None, align: int | None = None, signed: bool | None = None) -> Mem:
        """The same access but for what is given: records are never changed in place, since copies of an instruction share them."""
        return Mem(
            self.size,
            self.signed if signed is None else signed,
            self.off if off is None else off,
            self.volatile,
            align or self.align,
            self.reloc,
            self.strict,
            self.field,
        )


class Atomic:
    """kind: add and or xor xchg cmpxchg load store (acquire, release); fetch: the old value is the result."""

    __slots__ = ("kind", "size", "fetch", "off")

    def __init__(self, kind: str, size: int, fetch: bool, off: int = 0) -> None:
        self.kind = kind
        self.size = size
        self.fetch = fetch
        self.off = off


class Call:
    """kind: "helper" (target: its number), "func" (target: symbol), "indirect" (args[0] is the address), "library" (target: the name of a
    function of the C library that ir/library.py knows; spelled: the name in the source), "refused" (target: why this cannot be compiled, an
    error if it is still there in the end).  align: what is known of the alignment that the pointers among the arguments have."""

    __slots__ = ("kind", "target", "noreturn", "ctype", "align", "spelled")

    def __init__(self, kind: str, target: Any, noreturn: bool = False, ctype: Any = None) -> None:
        self.kind = kind
        self.target = target
        self.noreturn = noreturn
        self.ctype = ctype
        self.align: tuple[int, ...] = ()
        self.spelled = target if kind == "library" else ""


ASM_REGISTERS = {f"{letter}{n}": n for letter in "rw" for n in range(11)}  # by the names that clobbers and register variables use


class Asm:
    """Inline assembly.  outputs: (constraint, type, size in bytes); inputs: (constraint, size in bytes); an input tied to
    an output has a digit as its constraint.  names[i] is the symbolic name, or "", of the source's operand i (goto labels come last),
    order[i] its place among outputs and inputs; an empty order: the same places.
    Memory operands ("m", "=m", "+m": read, written, both) are inputs whose value is the address.
    clobbers: of ASM_REGISTERS, "memory", "cc"; others mean nothing."""

    __slots__ = ("template", "outputs", "inputs", "clobbers", "names", "volatile", "order")

    def __init__(
        self,
        template: str,
        outputs: list[tuple[str, str, int]],
        inputs: list[tuple[str, int]],
        clobbers: list[str],
        names: list[str],
        volatile: bool,
        order: list[int] | None = None,
    ) -> None:
        self.template = template
        self.outputs = outputs
        self.inputs = inputs
        self.clobbers = clobbers
        self.names = names
        self.volatile = volatile
        self.order: list[int] = order or []


class CoreReloc:
    """A CO-RE relocation: kind as in enum bpf_core_relo_kind (uapi bpf.h), the C type it starts from (opaque here), the access
    string ("0:1:2") and the value that this compile sees."""

    __slots__ = ("kind", "ctype", "spec", "value")

    def __init__(self, kind: int, ctype: Any, spec: str, value: int) -> None:
        self.kind = kind
        self.ctype = ctype
        self.spec = spec
        self.value = value


class Function:
    """A function definition.  linkage: "local" (static), "global", "weak".  attrs: noinline always_inline inline naked noreturn used hidden cold,
    and uncallable: the verifier refuses calls of it as it stands."""

    __slots__ = (
        "name", "ret", "blocks", "slots", "section", "linkage", "attrs", "ctype", "pos", "end_pos", "leaves", "decl_tags", "second_names",
    )  # fmt: skip

    def __init__(self, name: str, ret: str, section: str = ".text", linkage: str = "global") -> None:
        self.name = name
        self.ret = ret
        self.blocks: list[Block] = []
        self.slots: list[Slot] = []
        self.section = section
        self.linkage = linkage
        self.attrs: set[str] = set()
        self.ctype: Any = None
        self.pos: Any = None
        self.end_pos: Any = None
        self.leaves: dict[Any, Value] = {}
        self.decl_tags: list[str] = []
        self.second_names: frozenset[str] = frozenset()  # symbols that may be another name of some variable (weak aliases)

    @property
    def params(self) -> list[Value]:
        return self.blocks[0].params

    def const(self, type: str, n: int) -> Value:
        """The interned constant `n`, wrapped to the type's width and kept signed."""
        bits = WIDTH[type]
        n &= (1 << bits) - 1
        if n >> (bits - 1):
            n -= 1 << bits
        key = (type, n)
        value = self.leaves.get(key)
        if value is None:
            value = self.leaves[key] = Value("const", type, [], n)
        return value

    def undef(self, type: str) -> Value:
        value = self.leaves.get(type)
        if value is None:
            value = self.leaves[type] = Value("undef", type, [])
        return value

    def slot_addr(self, slot: Slot) -> Value:
        value = self.leaves.get(slot)
        if value is None:
            value = self.leaves[slot] = Value("slot", "ptr", [], slot)
        return value

    def gaddr(self, symbol: str, addend: int = 0) -> Value:
        key = ("gaddr", symbol, addend)
        value = self.leaves.get(key)
        if value is None:
            value = self.leaves[key] = Value("gaddr", "ptr", [], (symbol, addend))
        return value

    def insns(self) -> Iterator[Value]:
        for block in self.blocks:
            yield from block.insns


class Global:
    """A variable.  init: its bytes, or None for zero-filled; relocs: (offset, symbol, addend, size in bytes).
    linkage: "local", "global", "weak", "extern", "extern_weak".  fixed: whenever a program runs it holds what it was initialised with."""

    __slots__ = ("name", "section", "size", "align", "init", "relocs", "linkage", "const", "fixed", "ctype", "pos", "attrs", "decl_tags")

    def __init__(self, name: str, section: str, size: int, align: int, linkage: str) -> None:
        self.name = name
        self.section = section
        self.size = size
        self.align = align
        self.init: bytes | None = None
        self.relocs: list[tuple[int, str, int, int]] = []
        self.linkage = linkage
        self.const = False
        self.fixed = False
        self.ctype: Any = None
        self.pos: Any = None
        self.attrs: set[str] = set()
        self.decl_tags: list[str] = []


class Module:
    """A translation unit after lowering: functions and variables in source order, file-scope assembly, declared-only functions."""

    __slots__ = ("functions", "globals", "externs", "asm", "aliases", "big_endian", "not_unrolled", "library", "sent", "copied")

    def __init__(self, big_endian: bool = False) -> None:
        self.big_endian = big_endian
        self.not_unrolled: list[Any] = []  # positions of loops that the source asked to unroll, in vain
        self.copied = 0  # instructions of functions that are called once, as inlining has copied them
        self.functions: dict[str, Function] = {}
        self.globals: dict[str, Global] = {}
        self.externs: dict[str, Any] = {}  # functions that are called but defined elsewhere: name -> declaration (opaque)
        self.asm: list[tuple[str, Any]] = []
        self.aliases: dict[str, tuple[str, bool]] = {}  # a second name -> (what it names, whether it is weak)
        self.sent: dict[str, Any] = {}  # records that go to user space through a buffer, which readers look up by name: tag -> type (opaque)
        self.library: dict[str, Any] = {}  # functions of the C library that are called, and declared: name -> declaration (opaque)


def replace_values(fn: Function, new: dict[Value, Value]) -> None:
    """Rewrites every use of a key of `new` into its value; chains are followed."""
    if not new:
        return

    def find(v: Value) -> Value:
        while v in new:
            v = new[v]
        return v

    for block in fn.blocks:
        for insn in block.insns:
            args = insn.args
            for i, a in enumerate(args):
                if a in new:
                    args[i] = find(a)
            for target in insn.targets:
                args = target.args
                for i, a in enumerate(args):
                    if a in new:
                        args[i] = find(a)


def count_uses(fn: Function) -> dict[Value, int]:
    """How often each value is an operand (of an instruction or of an edge)."""
    uses: dict[Value, int] = {}
    get = uses.get
    for block in fn.blocks:
        for insn in block.insns:
            for a in insn.args:
                uses[a] = get(a, 0) + 1
            for target in insn.targets:
                for a in target.args:
                    uses[a] = get(a, 0) + 1
    return uses


def operands(insn: Value) -> Iterable[Value]:
    yield from insn.args
    for target in insn.targets:
        yield from target.args
