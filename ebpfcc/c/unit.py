"""A translation unit: from parsed external declarations to an IR module.

Everything is declared first; then functions are lowered, beginning with those that the object must define, and a static one
(or one from a header's index) only when something refers to it.
"""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Module, RecordType
from ..target.near import nearest
from . import access, atomics, bits, builtins, call, constant, declare, generic_builtins, init, library, local, operators, overflow, overload
from . import expr as expressions
from . import stmt as statements
from . import types as T
from .asm import asm_statement
from .attributes import MODES, gather
from .checks import Checks
from .control import unread
from .elsewhere import check_clash, explain, way
from .functions import Functions
from .indexed import Indexed
from .nodes import Asm as AsmNode
from .nodes import AttributeStmt, Decl, Typedef
from .parser import NOT_A_VARIABLE, GnuParser
from .recover import STATEMENT_WORDS, SyntaxFault
from .state import FunctionState, FunctionSymbol, Operand, Variable
from .variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Warnings whose checks cost something, and are off by default.
ON_DEMAND = ("missing-field-initializers", "missing-braces", "shadow", "implicit-fallthrough", "uninitialized-map-argument", "ignored-qualifiers")
PREDECLARED = {"__int128_t": T.INT128, "__uint128_t": T.UINT128, "__builtin_va_list": T.Ptr(T.VOID)}


class Unit(Indexed, Variables, Functions, Checks):
    """big_endian, cpu: the target. names, tags: file scope. regions: indexed headers whose declarations wait."""

    def __init__(self, diag: Any, big_endian: bool, cpu: int, strict_aliasing: bool = True, gnu_inline: bool = False, wrapping: bool = False) -> None:
        self.diag = diag
        self.gnu_inline = gnu_inline  # `inline` is GNU C89's: alone it makes an external definition, with `extern` none
        self.strict_aliasing = strict_aliasing
        self.wrapping = wrapping  # signed arithmetic
        self.big_endian = big_endian
        self.cpu = cpu
        self.has_load_acquire = False
        self.c23 = False  # -std=c23
        self.short_enums = False
        self.pack = 0
        self.auto_init = ""  # what variables without an initialiser hold: "", "zero", "pattern"
        self.trap_function = "__bpf_trap"
        self.ms_extensions = True
        self.module = Module(big_endian)
        self.names: dict[str, Any] = {name: T.Typedef(name, t) for name, t in PREDECLARED.items()}
        self.predeclared = len(self.names)
        self.tags: dict[str, Any] = {}
        self.record_types: dict[T.Record, RecordType] = {}
        self.regions: list[tuple[Any, GnuParser, set[int]]] = []
        self.grouped: dict[Any, Any] = {}  # expressions that stand in parentheses
        self.address_operands: set[Any] = set()  # elements that `&` is applied to
        self.unevaluated = 0
        self.warns_parameters = any(diag.state(f"unused{kind}-parameter", None) != "ignored" for kind in ("", "-but-set"))
        self.warns_flow = diag.state("sometimes-uninitialized", None) != "ignored"
        self.warns_conversion = any(diag.state(flag, None) != "ignored" for flag in ("shorten-64-to-32", "implicit-int-conversion", "sign-conversion"))
        self.warns_formats = diag.state("bpf-format", None) != "ignored"
        self.asked = frozenset(flag for flag in ON_DEMAND if diag.state(flag, None) != "ignored")
        self.told: set[tuple[str, int]] = set()
        self.designators = 0  # seen in initialisers
        self.parameter_lists = 0  # around what is declared
        self.warns_signs = diag.state("sign-compare", None) != "ignored"
        self.warns_unused = any(diag.state(f"unused{kind}-variable", None) != "ignored" for kind in ("", "-but-set", "-const"))
        self.formats = False  # whether a function checks its format
        self.looked_for = 0  # names that are not known
        self.data_left = init.MOST_DATA
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
        self.last_statement: Any = None
        self.extended: set[Any] | None = set() if diag.state("gnu-statement-expression", None) != "ignored" else None  # -Wpedantic
        if "implicit-fallthrough" in self.asked:
            self.stmt_table = statements.following(self, self.stmt_table)
        self.builtins = {**builtins.TABLE, **library.TABLE, **bits.TABLE, **generic_builtins.TABLE, **overflow.TABLE, **atomics.TABLE}
        self.library = library.NAMES | bits.NAMES
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
        self.binary_values = operators.binary_values

    # -- parsing ---------------------------------------------------------------------------------------------------
    def new_parser(self) -> GnuParser:
        parser = GnuParser(self.is_typedef)
        parser.similar_type = self.similar_type
        parser.known = self.known
        parser.diag = self.diag
        parser.c23 = self.c23
        parser.pack = parser.unpacked = self.pack
        parser.pack_stack = []
        parser.pushed_attrs = []
        parser.push_places = []
        parser.elses = {}
        parser.grouped = self.grouped
        parser.extended = self.extended
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
                for place in parser.push_places:
                    self.diag.error(place, "unterminated '#pragma clang attribute push' at end of file")
                break
            for node in nodes:
                if getattr(node, "type", None) == "REGION":
                    self.add_region(node.value)
                else:
                    self.external(node)
        self.lower_all()
        return self.module

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
        if self.extended is not None:
            from .pedantic import check

            check(self.diag, node, self.extended, self.c23)
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
            if self.diag.warning("missing-declarations", node.coord, "declaration does not declare anything"):
                self.diag.note(node.coord, "an attribute stands before the declaration that it belongs to: remove the ';' behind it")

    def declare_typedef(self, f: FunctionState, node: Any) -> None:
        t = declare.declarator_type(f, node.type)
        old = f.scopes[-1].get(node.name) if f.scopes else self.declared_before(node.name)
        if old is not None:
            if type(old) is not T.Typedef:
                self.clash(node, old)
            elif not T.same(old.target, t):
                check_clash(self.diag, node.coord, node.name)
                self.diag.error(node.coord, f"typedef redefinition with different types ('{T.spell(t)}' vs '{T.spell(old.target)}')")
                if old.pos is not None:
                    self.diag.note(old.pos, "previous definition is here")
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
        t = declare.inferred(f, declare.declarator_type(f, node.type), node)
        if node.name is None:
            if T.strip(t).kind != "enum" and getattr(T.strip(t), "tag", None) is None:
                self.diag.warning("missing-declarations", node.coord, "declaration does not declare anything")
            return
        attrs = gather(f, node.attrs) if node.attrs else {}
        if T.strip(t).kind == "func":
            self.declare_function(f, node, T.strip(t), attrs)
        else:
            self.declare_variable(f, node, t, attrs)

    def declare_function(self, f: FunctionState, node: Any, t: T.Func, attrs: dict[str, Any]) -> FunctionSymbol:
        name = node.name
        old = self.declared_before(name)
        if old is not None and not isinstance(old, FunctionSymbol):
            self.clash(node, old)
            old = None
        if getattr(node, "init", None) is not None:
            self.diag.error(node.coord, NOT_A_VARIABLE)
        static = "static" in node.storage
        several = None
        if "overloadable" in attrs or old is not None and old.overloads:
            old, several = overload.declared(old, name, t)
        if old is None:
            symbol = FunctionSymbol(name, t, "static" if static else "extern", node.coord)
            self.names.setdefault(name, symbol)
            if several is not None:
                overload.join(several, symbol, "overloadable" in attrs)
        else:
            symbol = old
            if not T.same(symbol.type, t):
                self.diag.error(node.coord, f"conflicting types for '{name}'")
                self.diag.note(symbol.pos, "previous declaration is here")
            if t.prototype and symbol.node is None:  # else the parameters' names are those of the definition
                symbol.type = t
            if static:
                if symbol.storage != "static" and not symbol.implicit:
                    self.diag.error(node.coord, f"static declaration of '{name}' follows non-static declaration")
                    self.diag.note(symbol.pos, "previous declaration is here")
                symbol.storage = "static"
        symbol.inline |= "inline" in node.funcspec
        if not self.gnu_inline and "gnu_inline" not in attrs and "gnu_inline" not in symbol.attrs:
            symbol.external |= "inline" not in node.funcspec or "extern" in node.storage
        elif "inline" in node.funcspec:
            symbol.external = "extern" not in node.storage
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
        if isinstance(decl, Typedef):
            self.diag.error(decl.coord, "function definition declared 'typedef'")
            return
        if not self.c23 and t.params and not t.prototype:
            told = "a function definition without a prototype is deprecated in all versions of C and is not supported in C23"
            self.diag.warning("deprecated-non-prototype", decl.coord, told)
        if node.param_decls:
            self.apply_old_style(f, t, node.param_decls)
        elif not t.params:
            t.prototype = True
        errors = self.diag.errors
        symbol = self.declare_function(f, decl, t, gather(f, decl.attrs) if decl.attrs else {})
        if node.body is None or not self.is_definable(decl, t):  # it has syntax errors
            return
        if symbol.node is not None:
            if self.diag.errors > errors:
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
        return "used" in symbol.attrs or symbol.storage != "static" and not symbol.is_inline_definition()

    def apply_old_style(self, f: FunctionState, t: T.Func, decls: list[Any]) -> None:
        types = {d.name: declare.declarator_type(f, d.type) for d in decls}
        for p in t.params:
            u = types.get(p.name, T.INT)
            p.type = T.Ptr(T.strip(u).elem) if T.strip(u).kind == "array" else u

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
        name = self.trap_function
        known = self.names.get(name)
        if isinstance(known, FunctionSymbol):
            self.use_function(known)
        elif name not in self.module.externs:
            symbol = FunctionSymbol(name, T.Func(T.VOID, []), "extern", None)
            if name == "__bpf_trap":
                symbol.attrs.update(section=".ksyms", weak=True)
            self.module.externs[name] = symbol

    def implicit_function(self, f: FunctionState, name: str, node: Any) -> FunctionSymbol | None:
        told = self.diag.warning(
            "implicit-function-declaration",
            node.coord,
            f"call to undeclared function '{name}'; ISO C99 and later do not support implicit function declarations",
        )
        found = nearest(name, STATEMENT_WORDS) or self.similar(name, self.known)
        if told and not explain(self, name, node.coord) and found:
            self.diag.note(node.coord, f"did you mean '{found}'?")
            self.declared_here(f, found)
        if self.diag.state("implicit-function-declaration", node.coord) == "error":
            f.declare(name, Variable(name, T.POISON, "auto", node.coord))
            return None
        symbol = FunctionSymbol(name, T.Func(T.INT, [], False, False), "extern", node.coord)
        symbol.implicit = True
        self.names[name] = symbol
        return symbol

    def undeclared(self, f: FunctionState, name: str, where: Any) -> None:
        if name in self.builtins:
            self.diag.error(where, f"builtin functions must be directly called: '{name}'")
        else:
            if self.tags.get(name) is not None:
                tagged = f"{getattr(self.tags[name], 'kind', 'enum')} {name}"
                self.diag.error(where, f"must use '{tagged.split()[0]}' tag to refer to type '{name}'", tagged)
            else:
                found = nearest(name, STATEMENT_WORDS) or self.similar(name, lambda: (self.known() | {n for scope in f.scopes for n in scope}) - {name})
                known = "" if self.diag.silent else way(self.diag, name)
                found = "" if known else found
                self.diag.error(where, f"use of undeclared identifier '{name}'{access.meant(found)}", found or None)
                self.diag.note(where, known) if known else self.declared_here(f, found)
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

    # -- smaller services ------------------------------------------------------------------------------------------
    def expression_statement(self, f: FunctionState, node: Any) -> None:
        known = len(f.temporaries)
        o = f.expr(node)
        if o.kind == "mem" and T.is_record(T.strip(o.type)) and not T.is_complete(o.type):
            self.diag.error(node.coord, f"incomplete type '{T.spell(o.type)}' where a complete type is required")
        expressions.discard(f, o)
        f.end_temporaries(known)
        unread(f, node)
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
