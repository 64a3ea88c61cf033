"""What lowering carries around: the function being built, its SSA variables, scopes, and the operands of expressions.

SSA is built while lowering (Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", CC 2013):
a local scalar whose address is not taken never exists in memory.
"""

from __future__ import annotations

from ..ir.core import TERMINATORS, Block, Call, Function, Mem, Slot, Target, Value
from ..ir.fold import simplify
from . import types as T
from .flow import Flow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .unit import Unit


class Variable:
    """An object. storage: "auto" (slot, or SSA while slot is None), "static", "extern", "global", "param"."""

    __slots__ = ("name", "type", "storage", "slot", "symbol", "attrs", "pos", "init", "used", "written", "asm_reg", "tentative", "tags", "scopes", "reads",
                 "text")  # fmt: skip

    def __init__(self, name: str, type: T.Type, storage: str, pos: Any) -> None:
        self.name = name
        self.type = type
        self.storage = storage
        self.slot: Slot | None = None
        self.symbol = name
        self.attrs: dict[str, Any] = {}
        self.pos = pos
        self.init: Any = None
        self.used = False
        self.reads = 0  # mentions, less the assignments whose value nobody takes
        self.written = False
        self.asm_reg: str | None = None
        self.tentative = False
        self.tags: list[str] = []
        self.text: Any = None  # of an automatic array: the string literal that it begins with
        self.scopes: Any = None  # of a static local: the names that its initialiser sees


class FunctionSymbol:
    """A function. node: its definition, lowered when it is first needed."""

    __slots__ = (
        "name", "type", "storage", "symbol", "attrs", "pos", "node", "used", "inline", "external", "section", "tags", "lowered", "implicit",
        "overloads",
    )  # fmt: skip

    def __init__(self, name: str, type: T.Func, storage: str, pos: Any) -> None:
        self.name = name
        self.type = type
        self.storage = storage
        self.symbol = name
        self.attrs: dict[str, Any] = {}
        self.pos = pos
        self.node: Any = None
        self.used = False
        self.inline = False
        self.external = False  # some declaration of it asks for an external definition
        self.section: str | None = None
        self.tags: list[str] = []
        self.lowered = False
        self.implicit = False
        self.overloads: list[FunctionSymbol] = []  # of this name, itself among them, if there are several or it is marked

    def is_inline_definition(self) -> bool:
        """Whether its definition here is only to be inlined (C11 6.7.4 paragraph 7): the object need not have it."""
        return self.inline and not self.external


class EnumConstant:
    __slots__ = ("name", "value", "type", "enum", "pos")

    def __init__(self, name: str, value: int, type: T.Type, enum: T.Enum, pos: Any) -> None:
        self.name = name
        self.value = value
        self.type = type
        self.enum = enum
        self.pos = pos


class CoreChain:
    """Member accesses that one CO-RE relocation will describe: from `base`, which points at a `root`, along `spec`."""

    __slots__ = ("base", "root", "spec", "off")

    def __init__(self, base: Value, root: T.Type, spec: list[int], off: int) -> None:
        self.base = base
        self.root = root
        self.spec = spec
        self.off = off


class Operand:
    """What an expression evaluates to.
    kind "value": value holds it (None for void).  "ssa": an SSA variable, as an lvalue.  "mem": an object at base + off,
    where `member` is the bit-field's Member and bit its first bit from base + off.  "func": a function designator."""

    __slots__ = (
        "kind",
        "type",
        "value",
        "var",
        "off",
        "volatile",
        "align",
        "member",
        "bit",
        "core",
        "literal",
        "enumerator",
        "storage",
        "loose",
        "room",
        "field",
    )

    def __init__(self, kind: str, type: T.Type, value: Any = None, off: int = 0) -> None:
        self.kind = kind
        self.type = type
        self.value = value
        self.var: Any = None
        self.off = off
        self.volatile = False
        self.align = 1
        self.member: T.Member | None = None
        self.bit = 0
        self.core: CoreChain | None = None
        self.literal: bytes | None = None
        self.enumerator: Any = None
        self.room = (0, 0)  # of a bit-field: bytes of its record before and from its first byte on
        self.field: tuple[T.Record, int] | None = None  # the outermost record that a member of was named, and its byte in that
        self.loose = False  # part of a union or of what may alias: an access says nothing of its type
        self.storage: Any = None  # of a bit-field: (bit size of the declared type)


_PENDING: Any = object()


class FunctionState:
    """The function being lowered.  `expr`, `stmt` dispatch over the tables that unit.py puts together."""

    __slots__ = (
        "unit", "fn", "block", "pos", "defs", "sealed", "incomplete", "edges", "scopes", "tags", "breaks", "continues", "labels", "switch",
        "ret_type", "name", "params", "ret_slot", "addressed", "cleanups", "dead", "diag", "local_labels", "statics", "unroll", "preserve", "counter",
        "local_types", "symbol", "label_addresses", "impossible", "returns", "flow", "scope_slots", "temporaries", "scope_temporaries", "into",
    )  # fmt: skip

    def __init__(self, unit: Unit, name: str, ret_type: T.Type) -> None:
        self.unit = unit
        self.diag = unit.diag
        self.name = name
        self.fn = Function(name, ir_type(ret_type))
        self.pos: Any = None
        self.defs: dict[Block, dict[Any, Value]] = {}
        self.sealed: set[Block] = set()
        self.incomplete: dict[Block, dict[Any, Value]] = {}
        self.edges: dict[Block, list[tuple[Block, Target]]] = {}
        self.scopes: list[dict[str, Any]] = []
        self.tags: list[dict[str, Any]] = []
        self.breaks: list[Any] = []
        self.continues: list[Any] = []
        self.labels: dict[str, Any] = {}
        self.local_labels: list[dict[str, str]] = []
        self.switch: Any = None
        self.ret_type = ret_type
        self.addressed: set[str] = set()
        self.cleanups: list[list[Any]] = []
        self.unroll: int | None = None
        self.preserve = 0
        self.counter = 0
        self.symbol: Any = None
        self.ret_slot: Any = None  # where a record result goes: the variable that holds its address
        self.label_addresses: list[str] = []
        self.impossible: set[Target] = set()  # ways out of a switch that has a case for each enumerator
        self.returns = False  # a return statement can be reached
        self.flow: Any = Flow() if unit.warns_flow else None
        self.scope_slots: list[list[Slot]] = []
        self.temporaries: list[Slot] = []  # objects that live until the end of the full expression (C11 6.2.4 paragraph 8)
        self.scope_temporaries: list[int] = []  # how many there were when each scope began
        self.into: Any = None  # (a call, the new object that its result, a record, is to initialise)
        self.block = self.new_block("entry")
        self.fn.blocks.append(self.block)
        self.sealed.add(self.block)

    # -- dispatch ------------------------------------------------------------------------------------------------
    def expr(self, node: Any) -> Operand:
        """Lowers an expression; the operand may be an lvalue."""
        handler = self.unit.expr_table.get(type(node))
        if handler is None:
            self.diag.error(node.coord, "expected expression")
            return self.poison()
        result: Operand = handler(self, node)
        return result

    def stmt(self, node: Any) -> None:
        handler = self.unit.stmt_table.get(type(node))
        if handler is not None:
            self.pos = node.coord
            handler(self, node)
        else:
            self.unit.expression_statement(self, node)

    def poison(self) -> Operand:
        """Stands for an expression that was refused."""
        return Operand("value", T.POISON, self.fn.undef("i32"))

    # -- blocks --------------------------------------------------------------------------------------------------
    def new_block(self, name: str) -> Block:
        self.counter += 1
        block = Block(f"{name}{self.counter}" if self.counter > 1 else name)
        self.defs[block] = {}
        self.edges[block] = []
        return block

    def start(self, block: Block, sealed: bool = True) -> None:
        """Goes on in `block`."""
        self.fn.blocks.append(block)
        self.block = block
        if sealed:
            self.seal(block)

    def is_terminated(self) -> bool:
        insns = self.block.insns
        return bool(insns) and insns[-1].op in TERMINATORS

    def terminate(self, op: str, args: list[Value], blocks: list[Block], aux: Any = None) -> Value | None:
        if self.is_terminated():
            return None
        targets = [Target(b) for b in blocks]
        value = Value(op, "void", args, aux, self.pos, targets)
        value.block = self.block
        self.block.insns.append(value)
        if not self.is_dead():
            for target in targets:
                self.edges[target.block].append((self.block, target))
        return value

    def is_dead(self) -> bool:
        """No path reaches the current block; nor will a label, since its edges are complete."""
        block = self.block
        return not self.edges[block] and block in self.sealed and block is not self.fn.blocks[0]

    def jump(self, block: Block) -> None:
        self.terminate("jmp", [], [block])

    def branch(self, cond: Value, then: Block, other: Block, hint: str | None = None) -> None:
        if cond.op == "const":
            self.jump(then if cond.aux else other)
        elif then is other:
            self.jump(then)
        else:
            value = self.terminate("br", [cond], [then, other], hint)
            if self.flow is not None and value is not None and self.flow.construct is not None:
                self.flow.constructs[value] = self.flow.construct

    def unreachable_block(self) -> None:
        """After a jump: code that follows belongs to no path unless a label starts it."""
        block = self.new_block("dead")
        self.start(block)

    def is_reached(self) -> bool:
        """Whether a path leads from the function's beginning here, if values of an enumeration are only its enumerators. For warnings."""
        entry = self.fn.blocks[0]
        seen = {self.block}
        waiting = [self.block]
        while waiting:
            block = waiting.pop()
            if block is entry:
                return True
            for before, target in self.edges[block]:
                if target not in self.impossible and before not in seen:
                    seen.add(before)
                    waiting.append(before)
            if block not in self.sealed and not self.edges[block]:
                return True
        return False

    # -- SSA variables -------------------------------------------------------------------------------------------
    def write_var(self, var: Any, value: Value) -> None:
        self.defs[self.block][var] = value

    def read_var(self, var: Any) -> Value:
        return self._read(var, self.block)

    def _read(self, var: Any, block: Block) -> Value:
        defs = self.defs[block]
        value = defs.get(var)
        if value is None:
            return self._read_preds(var, block)
        if value is _PENDING:  # a cycle without a definition: a parameter is needed here
            value = defs[var] = self._new_param(var, block)
        return value

    def _new_param(self, var: Any, block: Block) -> Value:
        param = Value("param", ir_type(var.type), [], None, var.pos)
        param.block = block
        block.params.append(param)
        if self.flow is not None:
            self.flow.phis[param] = var
        return param

    def _read_preds(self, var: Any, block: Block) -> Value:
        defs = self.defs[block]
        if block not in self.sealed:
            value = defs[var] = self._new_param(var, block)
            self.incomplete.setdefault(block, {})[var] = value
            return value
        preds = self.edges[block]
        if not preds:
            value = self.fn.undef(ir_type(var.type))
        elif len(preds) == 1:
            defs[var] = _PENDING  # a loop that nothing enters has a header with one edge, its own
            value = self._read(var, preds[0][0])
            if defs[var] is not _PENDING:
                preds[0][1].args.append(value)
                return defs[var]
        else:
            defs[var] = _PENDING
            values = [self._read(var, pred) for pred, _ in preds]
            param = defs[var]
            if param is _PENDING:
                first = values[0]
                for v in values:
                    if v is not first:
                        param = self._new_param(var, block)
                        break
                else:
                    defs[var] = first
                    return first
            defs[var] = param
            for (_, target), v in zip(preds, values):
                target.args.append(v)
            return param
        defs[var] = value
        return value

    def seal(self, block: Block) -> None:
        """All edges into `block` exist."""
        if block in self.sealed:
            return
        self.sealed.add(block)
        for var, _ in self.incomplete.pop(block, {}).items():
            for pred, target in self.edges[block]:
                target.args.append(self._read(var, pred))

    # -- instructions --------------------------------------------------------------------------------------------
    def emit(self, op: str, type: str, args: list[Value], aux: Any = None) -> Value:
        """A pure operation: folded if it can be."""
        value = simplify(self.fn, op, type, args, aux)
        if value is not None:
            return value
        return self.effect(op, type, args, aux)

    def effect(self, op: str, type: str, args: list[Value], aux: Any = None) -> Value:
        value = Value(op, type, args, aux, self.pos)
        value.block = self.block
        if self.is_terminated():
            self.unreachable_block()
            value.block = self.block
        self.block.insns.append(value)
        return value

    def refuse(self, message: str, type: str = "void") -> Value:
        """What the target cannot do: an error here if it is still there when code is generated."""
        return self.effect("call", type, [], Call("refused", message))

    def const(self, type: str, n: int) -> Value:
        return self.fn.const(type, n)

    def add_offset(self, base: Value, off: int) -> Value:
        """base + off; constant offsets of one base meet in one addition."""
        if off == 0:
            return base
        if base.op == "add" and base.type == "ptr" and base.args[1].op == "const":
            return self.emit("add", "ptr", [base.args[0], self.const("i64", base.args[1].aux + off)])
        if base.op == "gaddr":
            return self.fn.gaddr(base.aux[0], base.aux[1] + off)
        return self.emit("add", "ptr", [base, self.const("i64", off)])

    def load(self, type: str, base: Value, mem: Mem) -> Value:
        return self.effect("load", type, [base], mem)

    def new_slot(self, name: str, t: T.Type, align: int = 0) -> Slot:
        slot = Slot(name, T.sizeof(t), max(align, T.alignof(t)), self.pos)
        self.fn.slots.append(slot)
        self.effect("lifetime", "void", [self.fn.slot_addr(slot)])
        if self.scope_slots:
            self.scope_slots[-1].append(slot)
        return slot

    def new_temporary(self, t: T.Type, align: int = 0) -> Slot:
        slot = Slot("", T.sizeof(t), max(align, T.alignof(t)), self.pos)
        self.fn.slots.append(slot)
        self.effect("lifetime", "void", [self.fn.slot_addr(slot)])
        self.temporaries.append(slot)
        return slot

    def end_temporaries(self, known: int = 0) -> None:
        """A full expression ends: of the temporaries, all but the first `known` are not read any more."""
        if len(self.temporaries) > known:
            if not self.is_terminated():
                for slot in self.temporaries[known:]:
                    self.effect("lifetime", "void", [self.fn.slot_addr(slot)], "end")
            del self.temporaries[known:]

    def end_slots(self) -> None:
        """The objects of the innermost scope are not read any more."""
        self.end_temporaries(self.scope_temporaries[-1])
        for slot in self.scope_slots[-1]:
            self.effect("lifetime", "void", [self.fn.slot_addr(slot)], "end")

    # -- names ---------------------------------------------------------------------------------------------------
    def lookup(self, name: str) -> Any:
        for scope in reversed(self.scopes):
            symbol = scope.get(name)
            if symbol is not None:
                return symbol
        return self.unit.lookup(name)

    def declare(self, name: str, symbol: Any) -> None:
        (self.scopes[-1] if self.scopes else self.unit.names)[name] = symbol

    def enter(self) -> None:
        self.scopes.append({})
        self.tags.append({})
        self.cleanups.append([])
        self.scope_slots.append([])
        self.scope_temporaries.append(len(self.temporaries))

    def leave(self) -> None:
        if self.unit.warns_unused:
            self.unit.warn_unused_locals(self)
        self.scopes.pop()
        self.tags.pop()
        self.cleanups.pop()
        self.scope_slots.pop()
        self.scope_temporaries.pop()


def ir_type(t: T.Type) -> str:
    """The IR type of a C scalar; "void" for void and for what is passed through memory."""
    t = T.strip(t)
    kind = t.kind
    if kind == "ptr" or kind == "array" or kind == "func":
        return "ptr"
    if kind == "int" or kind == "bool" or kind == "enum" or kind == "float":
        if kind == "enum":
            T.complete(t)  # type: ignore[arg-type]
        size = t.size  # type: ignore[attr-defined]
        return "i64" if size == 8 else "void" if size == 16 else "i32"
    return "void"
