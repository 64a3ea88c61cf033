"""Reads the IR's text form (text.py describes it). Two rounds over a function: definitions first, so that an operand may stand before
the line that defines it, as on the back edge of a loop."""

from __future__ import annotations

import re

from .core import BINARY, WIDTH, Asm, Atomic, Block, Call, CoreReloc, Function, Global, Mem, Module, RecordType, Slot, Target, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOKEN = re.compile(r'\s*(?:;.*|([%@$]?"(?:[^"\\]|\\.)*"|[%@$][\w.$]+|[+-]?\d+|->|[A-Za-z_.$][\w.$]*|[()\[\]{},:=]))', re.ASCII)
_ESCAPE = re.compile(r"\\(u\{([0-9a-f]+)\}|.)")
_LETTERS = {"n": "\n", "t": "\t"}
TYPES = frozenset(("i32", "i64", "ptr", "void"))


class IRSyntaxError(Exception):
    """line: from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line


def operand_types(op: str, suffix: list[str], ret: str, count: int) -> list[str | None]:
    """What a number without a type is, operand by operand; the printer and the reader share this. suffix: the words behind `op.`"""
    kind = suffix[0] if suffix else None
    if op in BINARY:
        return ["ptr", "i64"] if op == "add" and kind == "ptr" else [kind, kind]
    if op == "icmp":
        return [suffix[1] if len(suffix) > 1 else None] * 2
    if op == "select":
        return ["i32", kind, kind]
    if op in ("zext", "sext", "br"):
        return ["i32"]
    if op in ("trunc", "inttoptr"):
        return ["i64"]
    if op in ("sextn", "bswap", "switch", "hold"):
        return [kind]
    if op == "ret":
        return [ret]
    if op == "store":
        return ["ptr", kind]
    if op == "memset":
        return ["ptr", "i32"]
    if op in ("load", "memcpy", "memmove", "ptrtoint", "addr_cast", "core_field"):
        return ["ptr"] * count
    if op == "call":
        return ["i64"] * count
    return [None] * count


def read_string(token: str) -> str:
    """The text of a string literal."""
    return _ESCAPE.sub(lambda m: chr(int(m[2], 16)) if m[2] else _LETTERS.get(m[1], m[1]), token[1:-1])


def parse(text: str) -> Module:
    """Raises IRSyntaxError. C types, positions and declarations are None."""
    module = Module()
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1)]
    records: dict[str, RecordType] = {}
    at = 0
    while at < len(lines):
        n, line = lines[at]
        at += 1
        r = Reader(n, line)
        if r.done():
            continue
        word = r.next()
        if word == "asm":
            module.asm.append((r.string(), None))
        elif word == "extern":
            module.externs[r.sigil("@")] = None
        elif word == "var":
            variable = read_global(r)
            module.globals[variable.name] = variable
        elif word == "record":
            name = r.string()
            r.expect("holds")
            r.expect("(")
            held = []
            while not r.accept(")"):
                held.append(r.string())
            records[name] = RecordType(name, frozenset(held))
        elif word == "alias":
            name = r.sigil("@")
            module.aliases[name] = r.sigil("@"), r.accept("weak")
        elif word == "func":
            fn = read_head(r)
            body = []
            while True:
                if at == len(lines):
                    raise IRSyntaxError(n, f"function '{fn.name}' has no closing brace")
                inner = Reader(*lines[at])
                at += 1
                if inner.accept("}"):
                    inner.end()
                    break
                if not inner.done():
                    body.append(inner)
            Body(fn, records).read(body)
            module.functions[fn.name] = fn
        else:
            raise r.error(f"unexpected '{word}'")
        r.end()
    return module


class Reader:
    """The tokens of one line."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.tokens: list[str] = []
        self.at = 0
        pos = 0
        text = text.rstrip()
        while pos < len(text):
            m = _TOKEN.match(text, pos)
            if m is None:
                raise self.error(f"cannot read '{text[pos:].strip()}'")
            if m[1] is not None:
                self.tokens.append(m[1])
            pos = m.end()

    def error(self, message: str) -> IRSyntaxError:
        return IRSyntaxError(self.line, message)

    def done(self) -> bool:
        return self.at == len(self.tokens)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        if self.done():
            raise self.error("the line ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            raise self.error(f"expected '{token}', found '{found}'")

    def end(self) -> None:
        if not self.done():
            raise self.error(f"unexpected '{self.peek()}'")

    def number(self) -> int:
        token = self.next()
        if not token.lstrip("+-").isdigit():
            raise self.error(f"expected a number, found '{token}'")
        return int(token)

    def string(self) -> str:
        token = self.next()
        if not token.startswith('"'):
            raise self.error(f"expected a string, found '{token}'")
        return read_string(token)

    def name(self) -> str:
        """A word or a string."""
        token = self.next()
        if token.startswith('"'):
            return read_string(token)
        if not (token[0].isalpha() or token[0] in "_.$"):
            raise self.error(f"expected a name, found '{token}'")
        return token

    def sigil(self, sign: str) -> str:
        token = self.next()
        if not token.startswith(sign):
            raise self.error(f"expected a name with '{sign}', found '{token}'")
        return read_string(token[1:]) if token[1:2] == '"' else token[1:]

    def kind(self) -> str:
        token = self.next()
        if token not in TYPES:
            raise self.error(f"expected a type, found '{token}'")
        return token

    def names(self) -> list[str]:
        """( name ... )"""
        self.expect("(")
        out = []
        while not self.accept(")"):
            out.append(self.name())
        return out


def read_global(r: Reader) -> Global:
    variable = Global(r.sigil("@"), "", 0, 1, "global")
    while not r.done():
        word = r.next()
        if word == "section":
            variable.section = r.string()
        elif word == "size":
            variable.size = r.number()
        elif word == "align":
            variable.align = r.number()
        elif word == "linkage":
            variable.linkage = r.name()
        elif word == "const":
            variable.const = True
        elif word == "fixed":
            variable.fixed = True
        elif word == "init":
            variable.init = bytes.fromhex(r.string())
        elif word == "relocs":
            r.expect("(")
            while not r.accept(")"):
                variable.relocs.append((r.number(), r.sigil("@"), r.number(), r.number()))
        elif word == "attrs":
            variable.attrs = set(r.names())
        elif word == "tags":
            variable.decl_tags = r.names()
        else:
            raise r.error(f"unexpected '{word}'")
    return variable


def read_head(r: Reader) -> Function:
    name = r.sigil("@")
    r.expect("->")
    fn = Function(name, r.kind())
    while not r.accept("{"):
        word = r.next()
        if word == "section":
            fn.section = r.string()
        elif word == "linkage":
            fn.linkage = r.name()
        elif word == "attrs":
            fn.attrs = set(r.names())
        elif word == "tags":
            fn.decl_tags = r.names()
        else:
            raise r.error(f"unexpected '{word}'")
    return fn


class Body:
    """What the names of one function stand for."""

    def __init__(self, fn: Function, records: dict[str, RecordType]) -> None:
        self.fn = fn
        self.records = records
        self.values: dict[str, Value] = {}
        self.blocks: dict[str, Block] = {}
        self.slots: dict[str, Slot] = {}
        self.suffixes: dict[Value, list[str]] = {}

    def read(self, lines: list[Reader]) -> None:
        insns: list[tuple[Reader, Value]] = []
        for r in lines:
            if r.tokens[0] == "slot" and r.tokens[1:2] and r.tokens[1].startswith("$"):
                self.read_slot(r)
            elif r.tokens[-1] == ":":
                self.read_block(r)
            elif not self.blocks:
                raise r.error("an instruction outside a block")
            else:
                insns.append((r, self.define(r)))
        for r, insn in insns:
            self.complete(r, insn)
            r.end()

    def read_slot(self, r: Reader) -> None:
        r.next()
        name = r.sigil("$")
        r.expect("size")
        size = r.number()
        r.expect("align")
        if name in self.slots:
            raise r.error(f"slot '{name}' is defined twice")
        slot = self.slots[name] = Slot(name, size, r.number())
        self.fn.slots.append(slot)
        r.end()

    def read_block(self, r: Reader) -> None:
        block = Block(r.name())
        if block.name in self.blocks:
            raise r.error(f"block '{block.name}' is defined twice")
        self.blocks[block.name] = block
        self.fn.blocks.append(block)
        if r.accept("("):
            while True:
                name = r.sigil("%")
                r.expect(":")
                param = Value("param", r.kind(), [])
                param.block = block
                self.name(r, name, param)
                block.params.append(param)
                if r.accept(")"):
                    break
                r.expect(",")
        if r.accept("unroll"):
            block.unroll = r.number()
        r.expect(":")
        r.end()

    def name(self, r: Reader, name: str, value: Value) -> None:
        if name in self.values:
            raise r.error(f"value '%{name}' is defined twice")
        self.values[name] = value
        if not name.isdigit():
            value.name = name

    def define(self, r: Reader) -> Value:
        """The instruction without its operands."""
        name = None
        if r.peek().startswith("%"):
            name = r.sigil("%")
            r.expect("=")
        op, *suffix = r.next().split(".")
        if op == "icmp":
            kind = "i32"
        elif suffix and suffix[0] in TYPES and op not in ("store", "switch"):
            kind = suffix[0]
        else:
            kind = "void"
        if (name is None) != (kind == "void"):
            raise r.error(f"'{op}' {'has no result' if name else 'has a result: it needs a name'}")
        insn = Value(op, kind, [])
        insn.block = self.fn.blocks[-1]
        insn.block.insns.append(insn)
        self.suffixes[insn] = suffix
        if name is not None:
            self.name(r, name, insn)
        return insn

    def complete(self, r: Reader, insn: Value) -> None:
        op, suffix = insn.op, self.suffixes[insn]
        numbers = [int(s) for s in suffix[1:] if s.isdigit()]
        if op == "icmp":
            insn.aux = suffix[0]
        elif "nsw" in suffix:
            insn.aux = "nsw"
        elif op == "addr_cast":
            insn.aux = tuple(numbers)
        elif op in ("sextn", "bswap", "asm_out", "ldabs"):
            if not numbers:
                raise r.error(f"'{op}' needs a number behind its type")
            insn.aux = numbers[0]
        elif op == "br" and r.peek() in ("likely", "unlikely", "case") and r.tokens[r.at + 1 : r.at + 2] != [","]:
            insn.aux = r.next()
        elif op in ("core_field", "core_const"):
            insn.aux = self.core(r)
        elif op == "call":
            insn.aux = self.call(r)
        elif op in ("asm", "asm_goto"):
            insn.aux = self.asm(r)
        elif op == "lifetime":
            insn.aux = "end" if r.accept("end") else None
        if op in ("call", "asm", "asm_goto"):
            r.expect("(")
            self.operands(r, insn, ")")
            r.expect(")")
            r.accept(",")
        elif op not in ("jmp", "unreachable"):
            self.operands(r, insn, "[" if op in ("load", "store", "memcpy", "memmove", "memset", "atomic") else "")
        if op in ("load", "store", "memcpy", "memmove", "memset"):
            insn.aux = self.mem(r)
        elif op == "atomic":
            r.expect("[")
            insn.aux = Atomic(suffix[1], r.number(), r.accept("fetch"), r.number() if r.accept("off") else 0)
            r.expect("]")
        elif op == "switch":
            self.cases(r, insn)
        elif op in ("jmp", "br", "asm_goto"):
            insn.targets = []
            while not r.done():
                insn.targets.append(self.target(r))
                if not r.accept(","):
                    break

    def operands(self, r: Reader, insn: Value, end: str) -> None:
        expected = operand_types(insn.op, self.suffixes[insn], self.fn.ret, 255)
        limit = {"br": 1, "switch": 1}.get(insn.op, 255)
        while not r.done() and r.peek() != end and len(insn.args) < limit:
            n = len(insn.args)
            insn.args.append(self.operand(r, expected[n] if n < len(expected) else None))
            if not r.accept(","):
                break

    def operand(self, r: Reader, expected: str | None) -> Value:
        token = r.peek()
        if token.startswith("%"):
            name = r.sigil("%")
            if name not in self.values:
                raise r.error(f"value '%{name}' is not defined")
            return self.values[name]
        if token.startswith("$"):
            name = r.sigil("$")
            if name not in self.slots:
                raise r.error(f"slot '${name}' is not defined")
            return self.fn.slot_addr(self.slots[name])
        if token.startswith("@"):
            name = r.sigil("@")
            return self.fn.gaddr(name, r.number() if r.peek()[:1] in ("+", "-") else 0)
        if token == "undef":
            r.next()
            r.expect(":")
            return self.fn.undef(r.kind())
        n = r.number()
        kind = r.kind() if r.accept(":") else expected
        if kind not in WIDTH:
            raise r.error(f"the number {n} needs a type: {n}:i32")
        return self.fn.const(kind, n)

    def target(self, r: Reader) -> Target:
        name = r.name()
        block = self.blocks.get(name)
        if block is None:
            raise r.error(f"block '{name}' is not defined")
        args: list[Value] = []
        if r.accept("("):
            while True:
                args.append(self.operand(r, block.params[len(args)].type if len(args) < len(block.params) else None))
                if r.accept(")"):
                    break
                r.expect(",")
        return Target(block, args)

    def cases(self, r: Reader, insn: Value) -> None:
        insn.aux = []
        r.expect("default")
        insn.targets = [self.target(r)]
        while r.accept(","):
            insn.aux.append(r.number())
            r.expect(":")
            insn.targets.append(self.target(r))

    def mem(self, r: Reader) -> Mem:
        r.expect("[")
        m = Mem(r.number())
        while not r.accept("]"):
            word = r.next()
            if word == "signed":
                m.signed = True
            elif word == "volatile":
                m.volatile = True
            elif word == "strict":
                m.strict = True
            elif word == "off":
                m.off = r.number()
            elif word == "align":
                m.align = r.number()
            elif word == "in":
                m.field = self.records.setdefault(name := r.string(), RecordType(name)), r.number()
            elif word == "core":
                r.at -= 1
                m.reloc = self.core(r)
            else:
                raise r.error(f"unexpected '{word}'")
        return m

    def core(self, r: Reader) -> CoreReloc:
        r.expect("core")
        r.expect("(")
        reloc = CoreReloc(r.number(), None, r.string(), r.number())
        r.expect(")")
        return reloc

    def call(self, r: Reader) -> Call:
        kind = r.name()
        target: Any = None
        if kind == "helper":
            target = r.number()
        elif kind in ("func", "library"):
            target = r.sigil("@")
        elif kind == "refused":
            target = r.string()
        align = []
        while kind == "library" and r.accept("align"):
            align.append(r.number())
        call = Call(kind, target, r.accept("noreturn"))
        call.align = tuple(align)
        return call

    def asm(self, r: Reader) -> Asm:
        a = Asm(r.string(), [], [], [], [], r.accept("volatile"))
        if r.accept("out"):
            r.expect("(")
            while not r.accept(")"):
                a.outputs.append((r.string(), r.kind(), r.number()))
        if r.accept("in"):
            r.expect("(")
            while not r.accept(")"):
                a.inputs.append((r.string(), r.number()))
        if r.accept("clobbers"):
            a.clobbers = r.names()
        if r.accept("names"):
            a.names = r.names()
        if r.accept("order"):
            r.expect("(")
            while not r.accept(")"):
                a.order.append(r.number())
        return a
