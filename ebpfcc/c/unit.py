"""A translation unit: from parsed external declarations to an IR module.

Everything is declared first; then functions are lowered, beginning with those that the object must define, and a static one
(or one from a header's index) only when something refers to it.
"""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Function, Global, Module, Value
from . import access, atomics, bits, builtins, call, constant, declare, init, local, overflow
from . import expr as expressions
from . import stmt as statements
from . import types as T
from .asm import asm_statement
from .attributes import MODES, gather
from .checks import Checks
from .nodes import Asm as AsmNode
from .nodes import AttributeStmt, Decl, Typedef
from .parser import NOT_A_VARIABLE, GnuParser
from .placement import is_constant_object, section_of
from .recover import SyntaxFault
from .state import FunctionState, FunctionSymbol, Operand, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PREDECLARED = {"__int128_t": T.INT128, "__uint128_t": T.UINT128, "__builtin_va_list": T.Ptr(T.VOID)}


class Unit(Checks):
    """big_endian, cpu: the target. names, tags: file scope. regions: indexed headers whose declarations wait."""

    def __init__(self, diag: Any, big_endian: bool, cpu: int, strict_aliasing: bool = True) -> None:
        self.diag = diag
        self.strict_aliasing = strict_aliasing
        self.big_endian = big_endian
        self.cpu = cpu
        self.has_load_acquire = False
        self.ms_extensions = True
        self.module = Module()
        self.names: dict[str, Any] = {name: T.Typedef(name, t) for name, t in PREDECLARED.items()}
        self.tags: dict[str, Any] = {}
        self.regions: list[tuple[Any, GnuParser, set[int]]] = []
        self.unevaluated = 0
        self.warns_parameters = diag.state("unused-parameter", None) != "ignored"
        self.warns_unused = diag.state("unused-variable", None) != "ignored"
        self.formats = False  # whether a function checks its format
        self.constant_context = 0  # inside what must be a constant expression
        self.inside_preserved = 0
        self.in_region = 0
        self.pending: list[FunctionSymbol] = []
        self.definitions: list[FunctionSymbol | Variable] = []  # what the object must have, in the source's order
        self.strings: dict[tuple[bytes, int], str] = {}
        self.variables: list[Variable] = []
        self.parser: GnuParser | None = None
        self.counter = 0
        self.statics: set[str] = set()
        self.local_statics: list[Variable] = []
        self.expr_table = {**expressions.TABLE, c_ast.FuncCall: call.call}
        self.stmt_table = {**statements.TABLE, AsmNode: asm_statement, Decl: local.declare, Typedef: local.declare}
        self.builtins = {**builtins.TABLE, **bits.TABLE, **overflow.TABLE, **atomics.TABLE}
        self.scratch_state: FunctionState | None = None
        # what the modules of this package call through the unit
        self.type_name = declare.type_name
        self.constant_operand = constant.constant_operand
        self.integer_constant = constant.integer_constant
        self.static_assert = constant.static_assert
        self.statement_expression = statements.statement_expression
        self.compound_literal = local.compound_literal
        self.declare_local = local.declare
        self.atomic_assignment = atomics.assign
        self.binary_values = expressions.binary_values

    # -- parsing ---------------------------------------------------------------------------------------------------
    def new_parser(self) -> GnuParser:
        parser = GnuParser(self.is_typedef)
        parser.diag = self.diag
        parser.pack_stack = []
        parser.pushed_attrs = []
        return parser

    def run(self, tokens: list[Any]) -> Module:
        parser = self.parser = self.new_parser()
        parser.feed(tokens)
        while True:
            try:
                nodes = parser.next_external()
            except SyntaxFault as fault:
                parser.report(fault)
                parser.skip_external(parser.begin)
                continue
            if nodes is None:
                break
            for node in nodes:
                if getattr(node, "type", None) == "REGION":
                    self.add_region(node.value)
                else:
                    self.external(node)
        self.lower_all()
        return self.module

    def add_region(self, region: Any) -> None:
        parser = self.new_parser()
        assert self.parser is not None
        parser.pack = self.parser.pack
        parser.pushed_attrs = list(self.parser.pushed_attrs)
        self.regions.append((region, parser, set()))

    def declare_from_region(self, region: Any, parser: GnuParser, done: set[int], numbers: Any) -> bool:
        """Parses and declares declarations of a region; whether any was new."""
        new = False
        for n in numbers if isinstance(numbers, (list, tuple)) else (numbers,):
            if n in done:
                continue
            done.add(n)
            new = True
            saved = parser._toks, parser._i, parser._scope_stack
            parser._scope_stack = []
            parser.feed(region.tokens(n))
            f = self.scratch()
            scopes = f.scopes, f.tags
            f.scopes, f.tags = [], []  # an object of block scope may be in work there
            self.in_region += 1
            try:
                while (nodes := parser.next_external()) is not None:
                    for node in nodes:
                        self.external(node)
            except SyntaxFault as fault:
                parser.report(fault)
            self.in_region -= 1
            f.scopes, f.tags = scopes
            parser._toks, parser._i, parser._scope_stack = saved
        return new

    # -- names -----------------------------------------------------------------------------------------------------
    def is_typedef(self, name: str) -> bool:
        symbol = self.names.get(name)
        if symbol is not None:
            return type(symbol) is T.Typedef
        for region, _, _ in reversed(self.regions):
            if region.is_typedef(name):
                return True
        return False

    def lookup(self, name: str) -> Any:
        symbol = self.names.get(name)
        if symbol is None and self.regions:
            for region, parser, done in reversed(self.regions):
                numbers = region.lookup(name)
                if numbers is not None and self.declare_from_region(region, parser, done, numbers):
                    symbol = self.names.get(name)
                    if symbol is not None:
                        break
        return symbol

    def resolve_tag(self, t: T.Record | T.Enum) -> None:
        """Completes a record or enum whose definition stands in a header index."""
        if t.tag is None:
            return
        for region, parser, done in reversed(self.regions):
            number = region.lookup_tag(t.tag)
            if number is not None and number not in done:
                self.declare_from_region(region, parser, done, number)
                if (t.members if isinstance(t, T.Record) else t.values) is not None:
                    return
        t.resolve = self.resolve_tag

    def lenient_redefinition(self, t: Any) -> bool:
        """A header's indexed definition does not clash with one that the program made first."""
        return self.in_region > 0

    def at_file_scope(self, f: FunctionState) -> bool:
        return f is self.scratch_state

    def scratch(self) -> FunctionState:
        """A function that holds what file-scope expressions are lowered to."""
        f = self.scratch_state
        if f is None or len(f.fn.blocks) > 200 or len(f.block.insns) > 500:
            f = self.scratch_state = FunctionState(self, "", T.VOID)
        return f

    # -- external declarations -------------------------------------------------------------------------------------
    def external(self, node: Any) -> None:
        f = self.scratch()
        f.pos = node.coord
        kind = type(node)
        if kind is Typedef:
            self.declare_typedef(f, node)
        elif kind is Decl:
            self.declare_external(f, node)
        elif kind is c_ast.FuncDef:
            self.define_function(f, node)
        elif kind is c_ast.StaticAssert:
            constant.static_assert(f, node)
        elif kind is AsmNode:
            self.module.asm.append((node.template, node.coord))
        elif kind is AttributeStmt:
            self.diag.warning("missing-declarations", node.coord, "declaration does not declare anything")

    def declare_typedef(self, f: FunctionState, node: Any) -> None:
        t = declare.declarator_type(f, node.type)
        old = f.scopes[-1].get(node.name) if f.scopes else self.names.get(node.name)
        if old is not None:
            if type(old) is not T.Typedef:
                self.diag.error(node.coord, f"redefinition of '{node.name}' as different kind of symbol")
            elif not T.same(old.target, t) and not self.in_region:
                self.diag.error(node.coord, f"typedef redefinition with different types ('{T.spell(t)}' vs '{T.spell(old.target)}')")
            return
        typedef = T.Typedef(node.name, t, node.coord)
        if node.attrs:
            attrs = gather(f, node.attrs)
            typedef.align = attrs.get("aligned", 0)
            typedef.decl_tags = list(attrs.get("btf_decl_tag", ()))
            if attrs.get("mode") in MODES and T.strip(t).kind == "int":
                typedef.target = declare.BY_SIZE[MODES[attrs["mode"]], T.strip(t).signed]
        f.declare(node.name, typedef)

    def declare_external(self, f: FunctionState, node: Any) -> None:
        t = declare.declarator_type(f, node.type)
        if node.name is None:
            return
        attrs = gather(f, node.attrs) if node.attrs else {}
        if T.strip(t).kind == "func":
            self.declare_function(f, node, T.strip(t), attrs)
        else:
            self.declare_variable(f, node, t, attrs)

    def declare_function(self, f: FunctionState, node: Any, t: T.Func, attrs: dict[str, Any]) -> FunctionSymbol:
        name = node.name
        old = self.names.get(name)
        if old is not None and not isinstance(old, FunctionSymbol):
            self.clash(node, old)
            old = None
        if getattr(node, "init", None) is not None:
            self.diag.error(node.coord, NOT_A_VARIABLE)
        static = "static" in node.storage
        if old is None:
            symbol = FunctionSymbol(name, t, "static" if static else "extern", node.coord)
            self.names[name] = symbol
        else:
            symbol = old
            if not T.same(symbol.type, t) and not self.in_region and "overloadable" not in attrs:
                self.diag.error(node.coord, f"conflicting types for '{name}'")
                self.diag.note(symbol.pos, "previous declaration is here")
            if t.prototype and symbol.node is None:  # else the parameters' names are those of the definition
                symbol.type = t
            if static:
                if symbol.storage != "static" and not self.in_region and not symbol.implicit:
                    self.diag.error(node.coord, f"static declaration of '{name}' follows non-static declaration")
                    self.diag.note(symbol.pos, "previous declaration is here")
                symbol.storage = "static"
        symbol.inline |= "inline" in node.funcspec
        if symbol.storage != "static" and ("inline" not in node.funcspec or "extern" in node.storage):
            symbol.external = True
        if "noreturn" in node.funcspec:
            attrs = {**attrs, "noreturn": True}
        self.merge_attributes(symbol, attrs)
        return symbol

    def merge_attributes(self, symbol: Any, attrs: dict[str, Any]) -> None:
        for tag in attrs.get("btf_decl_tag", ()):
            if tag not in symbol.tags:
                symbol.tags.append(tag)
        for key, value in attrs.items():
            if key != "btf_decl_tag":
                symbol.attrs[key] = value
        if "asm label" in attrs:
            symbol.symbol = attrs["asm label"]

    def define_function(self, f: FunctionState, node: Any) -> None:
        decl = node.decl
        t = T.strip(declare.declarator_type(f, decl.type))
        if t.kind != "func":
            self.diag.error(decl.coord, f"expected a function body after a function declarator, '{decl.name}' is none")
            return
        if node.param_decls:
            self.apply_old_style(f, t, node.param_decls)
        elif not t.params:
            t.prototype = True
        symbol = self.declare_function(f, decl, t, gather(f, decl.attrs) if decl.attrs else {})
        if node.body is None or not self.is_definable(decl, t):  # it has syntax errors
            return
        if symbol.node is not None:
            if self.in_region or "overloadable" in symbol.attrs:
                return
            self.diag.error(decl.coord, f"redefinition of '{decl.name}'")
            self.diag.note(symbol.pos, "previous definition is here")
            return
        symbol.type = t
        symbol.pos = decl.coord
        symbol.node = node
        self.definitions.append(symbol)

    @staticmethod
    def must_be_defined(symbol: FunctionSymbol) -> bool:
        """Whether the object has the function though nothing here refers to it: not a static one, nor an inline definition (C11 6.7.4)."""
        if "used" in symbol.attrs:
            return True
        if symbol.storage == "static":
            return False
        return not symbol.inline or "section" in symbol.attrs or symbol.external and "gnu_inline" not in symbol.attrs

    def apply_old_style(self, f: FunctionState, t: T.Func, decls: list[Any]) -> None:
        types = {d.name: declare.declarator_type(f, d.type) for d in decls}
        for p in t.params:
            u = types.get(p.name, T.INT)
            p.type = T.Ptr(T.strip(u).elem) if T.strip(u).kind == "array" else u

    # -- variables -------------------------------------------------------------------------------------------------
    def declare_variable(self, f: FunctionState, node: Any, t: T.Type, attrs: dict[str, Any]) -> None:
        name = node.name
        old = self.names.get(name)
        if old is not None and not isinstance(old, Variable):
            self.clash(node, old)
            return
        if "inline" in node.funcspec:
            self.diag.error(node.coord, "'inline' can only appear on functions")
        if "_Thread_local" in node.storage:
            self.diag.error(node.coord, "thread-local storage is not supported for the current target")
        if "auto" in node.storage or "register" in node.storage and node.asm_label is None and "asm label" not in attrs:
            self.diag.error(node.coord, "illegal storage class on file-scoped variable")
        u = T.strip(t)
        if u.kind == "void" and "extern" not in node.storage:  # `extern const void symbol __ksym;` has an address only
            self.diag.error(node.coord, "variable has incomplete type 'void'")
            return
        if u.kind == "array" and u.vla:
            return  # reported where the type was made
        storage = "static" if "static" in node.storage else "extern" if "extern" in node.storage and node.init is None else "global"
        if old is None:
            variable = Variable(name, t, storage, node.coord)
            variable.tentative = node.init is None
            self.names[name] = variable
            self.variables.append(variable)
        else:
            variable = old
            if not T.same(variable.type, t):
                self.diag.error(node.coord, f"redefinition of '{name}' with a different type: '{T.spell(t)}' vs '{T.spell(variable.type)}'")
                self.diag.note(variable.pos, "previous declaration is here")
                return
            if storage == "static" and variable.storage != "static":
                self.diag.error(node.coord, f"static declaration of '{name}' follows non-static declaration")
                self.diag.note(variable.pos, "previous declaration is here")
                return
            if T.strip(variable.type).kind == "array" and T.strip(variable.type).count is None:
                variable.type = t
            if variable.storage == "extern" and storage != "extern":
                variable.storage = storage
                variable.pos = node.coord
        self.merge_attributes(variable, attrs)
        if node.align:
            variable.attrs["aligned"] = max(variable.attrs.get("aligned", 0), declare.alignas(f, node.align))
        if node.init is not None:
            if variable.init is not None:
                self.diag.error(node.coord, f"redefinition of '{name}'")
                self.diag.note(variable.pos, "previous definition is here")
                return
            variable.init = node.init
            variable.pos = node.coord
            if variable.storage == "global":
                self.definitions.append(variable)
            if T.strip(variable.type).kind == "array" and T.strip(variable.type).count is None:
                _, count = init.flatten(f, variable.type, node.init)
                variable.type = T.with_count(variable.type, count)

    def use_variable(self, variable: Variable) -> None:
        """The variable is referred to: it will be in the object."""
        if variable.used is not True or self.unevaluated:
            variable.used = True
        if not self.unevaluated:
            self.emit_variable(variable)

    def emit_variable(self, variable: Variable) -> Global | None:
        """Its Global, made when first asked for; static data that it points to follows."""
        known = self.module.globals.get(variable.symbol)
        if known is not None:
            return known
        t = variable.type
        u = T.strip(t)
        if u.kind == "array" and u.count is None and variable.storage != "extern":
            t = T.with_count(t, 1)
        if not T.is_complete(t) and variable.storage != "extern":
            if variable.tentative or variable.init is not None:  # else it was said before
                variable.tentative, variable.init = False, None
                if u.kind == "array" and not T.is_complete(u.elem):
                    self.diag.error(variable.pos, f"array has incomplete element type '{T.spell(u.elem)}'")
                else:
                    self.diag.error(variable.pos, f"variable has incomplete type '{T.spell(t)}'")
            return None
        size = T.sizeof(t) if T.is_complete(t) else 0
        align = max(T.alignof(t) if T.is_complete(t) else 1, variable.attrs.get("aligned", 0))
        weak = "weak" in variable.attrs
        linkage = {"static": "local", "extern": "extern_weak" if weak else "extern"}.get(variable.storage, "weak" if weak else "global")
        out = Global(variable.symbol, "", size, align, linkage)
        out.const = is_constant_object(t)
        out.ctype = t
        out.pos = variable.pos
        out.decl_tags = variable.tags
        out.attrs = set(variable.attrs)
        if variable.attrs.get("visibility") in ("hidden", "internal"):
            out.attrs.add("hidden")
        self.module.globals[variable.symbol] = out
        if variable.init is not None:
            f = self.scratch()
            f.pos = variable.pos
            if variable.scopes is not None:
                f.scopes, f.tags = variable.scopes
            image = init.Image(size)
            leaves, _ = init.flatten(f, t, variable.init)
            last = max((leaf.off + T.sizeof(leaf.type) for leaf in leaves if T.strip(leaf.type).kind != "array" or T.strip(leaf.type).count), default=0)
            if last > size:  # a flexible array member that is initialised
                image.data.extend(bytes(last - size))
                out.size = last
            init.write_static(f, image, t, 0, leaves)
            if variable.scopes is not None:
                f.scopes, f.tags = [], []
            out.init = bytes(image.data)
            out.relocs = image.relocs
            for _, symbol, _, _ in image.relocs:
                self.refer(symbol)
        out.section = section_of(variable, out)
        return out

    def refer(self, symbol: str) -> None:
        """A symbol that static data points to."""
        known = self.names.get(symbol)
        if isinstance(known, FunctionSymbol):
            self.use_function(known)
        elif isinstance(known, Variable):
            self.emit_variable(known)

    def initial_constant(self, f: FunctionState, variable: Variable) -> Value | None:
        """The scalar that a variable is initialised with, as a constant or address."""
        if variable.init is None or not T.is_scalar(T.strip(variable.type)):
            return None
        g = self.scratch()
        node = init.unbrace(variable.init)
        if node is None:
            return None
        self.unevaluated += 1
        try:
            from .convert import convert

            value = convert(g, g.expr(node), variable.type).value
        finally:
            self.unevaluated -= 1
        if value is not None and value.op == "const":
            return f.const(value.type, value.aux)
        return None

    def constant_of(self, f: FunctionState, variable: Variable) -> Value | None:
        """The value of a `const` scalar whose initialiser is known (clang folds such loads; volatile ones stay)."""
        const, volatile, _ = T.qualifiers(variable.type)
        if not const or volatile or variable.storage not in ("static", "global") or "weak" in variable.attrs or "section" in variable.attrs:
            return None
        return self.initial_constant(f, variable)

    def constant_load(self, f: FunctionState, o: Operand) -> Value | None:
        """The value of a scalar inside a constant object whose bytes are known."""
        source = self.module.globals.get(o.value.aux[0])
        if source is None or not source.const or source.linkage not in ("local", "global") or (source.init is None and source.linkage != "local"):
            return None
        if source.section not in (".rodata", "") and not source.section.startswith(".rodata.str"):
            return None
        return constant.load_from_image(f, T.strip(o.type), source, o.value.aux[1] + o.off)

    def string_literal(self, data: bytes, elem: T.Int) -> str:
        key = (data, elem.size)
        symbol = self.strings.get(key)
        if symbol is None:
            symbol = self.strings[key] = ".L.str" + (f".{len(self.strings)}" if self.strings else "")
            out = Global(symbol, f".rodata.str{elem.size}.{elem.size}", len(data), elem.size, "local")
            out.init = data
            out.const = True
            out.ctype = T.Array(T.Qual(elem, const=True), len(data) // elem.size)
            self.module.globals[symbol] = out
        return symbol

    def static_object(self, name: str, t: T.Type, image: init.Image, const: bool, pos: Any) -> str:
        """A nameless static object (a compound literal at file scope)."""
        self.counter += 1
        symbol = f"{name}.{self.counter}"
        out = Global(symbol, ".rodata" if const else ".data", len(image.data), T.alignof(t), "local")
        out.init, out.relocs, out.const, out.ctype, out.pos = bytes(image.data), image.relocs, const, t, pos
        self.module.globals[symbol] = out
        return symbol

    # -- functions -------------------------------------------------------------------------------------------------
    def use_function(self, symbol: FunctionSymbol) -> None:
        if self.unevaluated:
            return
        if not symbol.used:
            symbol.used = True
            if symbol.node is not None:
                self.pending.append(symbol)
            elif symbol.symbol not in self.module.externs:
                self.module.externs[symbol.symbol] = symbol

    def use_trap(self) -> None:
        if "__bpf_trap" not in self.module.externs:
            symbol = FunctionSymbol("__bpf_trap", T.Func(T.VOID, []), "extern", None)
            symbol.attrs.update(section=".ksyms", weak=True)
            self.module.externs["__bpf_trap"] = symbol

    def implicit_function(self, f: FunctionState, name: str, node: Any) -> FunctionSymbol | None:
        self.diag.warning(
            "implicit-function-declaration",
            node.coord,
            f"call to undeclared function '{name}'; ISO C99 and later do not support implicit function declarations",
        )
        symbol = FunctionSymbol(name, T.Func(T.INT, [], False, False), "extern", node.coord)
        symbol.implicit = True
        self.names[name] = symbol
        return symbol

    def undeclared(self, f: FunctionState, name: str, where: Any) -> None:
        if name in self.builtins:
            self.diag.error(where, f"builtin functions must be directly called: '{name}'")
        else:
            known = {*self.names, *(n for scope in f.scopes for n in scope)} - {name}
            self.diag.error(where, f"use of undeclared identifier '{name}'{access.similar(name, known)}")
        f.declare(name, Variable(name, T.POISON, "auto", where))
        if not f.scopes:
            self.names.pop(name, None)

    def predefined(self, f: FunctionState, name: str, node: Any) -> Operand | None:
        if name in ("__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"):
            data = f.name.encode() + b"\0"
            o = access.memory(f, f.fn.gaddr(self.string_literal(data, T.CHAR)), T.Array(T.Qual(T.CHAR, const=True), len(data)))
            o.literal = data
            return o
        return None

    def lower_all(self) -> None:
        """Functions and variables in clang's order, which programs see in the offsets of variables in their section: definitions with
        a value where they stand, others when they are first referred to or at the end; static functions last."""
        self.pending = []
        for symbol in self.definitions:
            if isinstance(symbol, Variable):
                known = symbol.symbol in self.module.globals
                self.emit_variable(symbol)
                if not known and symbol.symbol in self.module.globals:  # what its value refers to stands before it: an inner map before the outer one
                    self.module.globals[symbol.symbol] = self.module.globals.pop(symbol.symbol)
            elif self.must_be_defined(symbol):
                symbol.used = True
                self.lower_function(symbol)
        for variable in self.variables:
            if variable.storage == "global" or (variable.storage == "static" and ("used" in variable.attrs or "retain" in variable.attrs)):
                self.emit_variable(variable)
        self.lower_pending()
        self.check_unused_functions()

    def lower_pending(self) -> None:
        while self.pending:
            batch, self.pending = self.pending, []
            for symbol in batch:
                self.lower_function(symbol)

    def lower_function(self, symbol: FunctionSymbol) -> None:
        if symbol.lowered or symbol.node is None:
            return
        symbol.lowered = True
        node = symbol.node
        t: T.Func = symbol.type
        f = FunctionState(self, symbol.name, t.ret)
        f.symbol = symbol
        parser = self.parser
        f.addressed = parser.addressed if parser is not None else set()
        for _, region_parser, _ in self.regions:
            if region_parser.addressed:
                f.addressed = f.addressed | region_parser.addressed
        f.pos = node.decl.coord
        f.enter()
        if t.variadic:
            self.diag.error(node.decl.coord, f"function '{symbol.name}' is variadic: BPF has no variadic functions")
        call.receive_parameters(f, t, t.params)
        items = node.body.block_items or []
        f.enter()
        statements.statements(f, items)
        end = items[-1].coord if items else node.coord
        f.pos = end
        if self.warns_unused:
            self.warn_unused_locals(f)
        if not f.is_terminated():
            statements.leave_scope(f)
            self.end_function(f, symbol, end)
        if self.warns_parameters:
            for p in f.scopes[0].values() if f.scopes else ():
                if type(p) is Variable and p.name and not p.used and not p.attrs.keys() & {"unused", "maybe_unused"}:
                    self.diag.warning("unused-parameter", p.pos, f"unused parameter '{p.name}'")
        f.unreachable_block()
        for name, label in f.labels.items():
            if label.chain is None:
                self.diag.error(label.used.coord, f"use of undeclared label '{name.partition('.')[0]}'")
                f.start(label.block)
                f.terminate("unreachable", [], [])
            else:
                if label.used is None:
                    self.diag.warning("unused-label", label.pos, f"unused label '{name.partition('.')[0]}'")
                f.seal(label.block)
        for block in f.fn.blocks:
            if not block.insns or block.insns[-1].targets is None or block.insns[-1].op not in ("jmp", "br", "switch", "ret", "unreachable", "asm_goto"):
                f.block = block
                f.terminate("unreachable", [], [])
        self.finish_function(f, symbol, end)

    def end_function(self, f: FunctionState, symbol: FunctionSymbol, end: Any) -> None:
        """Falling off the end."""
        ret = T.strip(symbol.type.ret)
        if "naked" in symbol.attrs:
            f.terminate("unreachable", [], [])
        elif ret.kind in ("void", "struct", "union"):
            f.terminate("ret", [], [])
        else:
            if not f.is_dead() and not self.in_region:
                self.diag.warning(
                    "return-type", end, f"non-void function '{symbol.name}' does not return a value" + (" in all control paths" if len(f.fn.blocks) > 1 else "")
                )
            f.terminate("ret", [f.fn.undef(f.fn.ret)], [])

    def finish_function(self, f: FunctionState, symbol: FunctionSymbol, end: Any) -> None:
        fn: Function = f.fn
        fn.name = symbol.symbol
        fn.section = symbol.attrs.get("section", ".text")
        weak = "weak" in symbol.attrs
        fn.linkage = "local" if symbol.storage == "static" else "weak" if weak else "global"
        if symbol.inline and symbol.storage != "static":
            fn.linkage = "global"
        for name in ("noinline", "always_inline", "naked", "noreturn", "used", "cold"):
            if name in symbol.attrs:
                fn.attrs.add(name)
        if symbol.inline:
            fn.attrs.add("inline")
        if symbol.attrs.get("visibility") in ("hidden", "internal"):
            fn.attrs.add("hidden")
        fn.ctype = symbol.type
        fn.pos = symbol.node.decl.coord
        fn.end_pos = end
        fn.decl_tags = symbol.tags
        self.module.functions[fn.name] = fn

    # -- smaller services ------------------------------------------------------------------------------------------
    def expression_statement(self, f: FunctionState, node: Any) -> None:
        o = f.expr(node)
        if o.kind == "mem" and T.is_record(T.strip(o.type)) and not T.is_complete(o.type):
            self.diag.error(node.coord, f"incomplete type '{T.spell(o.type)}' where a complete type is required")
        expressions.discard(f, o)
        self.check_unused(node, o)

    def try_constant(self, f: FunctionState, node: Any) -> int | None:
        o = constant.constant_operand(f, node)
        return o.value.aux if o is not None else None

    def call_cleanup(self, f: FunctionState, function: str, variable: Variable) -> None:
        symbol = f.lookup(function)
        if not isinstance(symbol, FunctionSymbol) or variable.slot is None:
            self.diag.error(variable.pos, f"'cleanup' argument '{function}' is not a function")
            return
        call.call_symbol(f, symbol, [f.fn.slot_addr(variable.slot)], variable.pos)

    def late_size(self, f: FunctionState, op: str, args: list[Value], where: Any) -> None:
        """memcpy and its like with a size that may become constant once the function is inlined."""
        from ..ir.core import Call

        if op == "memset" and args[1].type != "i32":
            args[1] = f.emit("trunc", "i32", [args[1]])
        f.effect("call", "void", args, Call("func", op))

    def pragma_count(self, f: FunctionState, tokens: list[Any]) -> int | None:
        parser = self.new_parser()
        for tok in tokens:
            if tok.value in ("(", ")"):
                continue
        parser.feed(list(tokens))
        try:
            o = constant.constant_operand(f, parser._parse_conditional_expression())
        except SyntaxFault:
            return None
        return o.value.aux if o is not None else None
