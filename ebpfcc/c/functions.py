"""Functions of the object: in which order they are lowered, their beginning and their end."""

from __future__ import annotations

from ..ir.core import Function, Module
from . import call, flow
from . import stmt as statements
from . import types as T
from .state import FunctionState, FunctionSymbol, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .parser import GnuParser


class Functions:
    """Part of Unit."""

    diag: Any
    module: Module
    definitions: list[FunctionSymbol | Variable]
    variables: list[Variable]
    pending: list[FunctionSymbol]
    regions: list[tuple[Any, GnuParser, set[int]]]
    parser: GnuParser | None
    in_region: int
    asked: frozenset[str]
    warns_unused: bool
    warns_parameters: bool
    emit_variable: Any
    use_function: Any
    names: dict[str, Any]
    must_be_defined: Any
    check_unused_functions: Any
    warn_unused_locals: Any
    warn_unused_parameters: Any

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
        self.add_aliases()
        self.check_unused_functions()

    def add_aliases(self) -> None:
        """__attribute__((alias("target"))): what it names, in the end, must be defined here."""
        by_symbol = {s.symbol: s for s in self.names.values() if isinstance(s, (FunctionSymbol, Variable))}
        for symbol in [s for s in by_symbol.values() if "alias" in s.attrs]:
            passed: set[FunctionSymbol | Variable] = set()
            target: FunctionSymbol | Variable | None = symbol
            while target is not None and "alias" in target.attrs and target not in passed:
                passed.add(target)
                target = by_symbol.get(target.attrs["alias"])
            if is_defined(symbol):
                self.diag.error(symbol.pos, f"definition '{symbol.name}' cannot also be an alias")
            elif target is not None and target in passed:
                self.diag.error(symbol.pos, "alias definition is part of a cycle")
            elif target is None or not is_defined(target):
                self.diag.error(symbol.pos, "alias must point to a defined variable or function")
            elif isinstance(target, FunctionSymbol):
                self.use_function(target)
                self.lower_pending()
                self.module.aliases[symbol.symbol] = target.symbol, "weak" in symbol.attrs
            else:
                self.emit_variable(target)
                self.module.aliases[symbol.symbol] = target.symbol, "weak" in symbol.attrs
            self.module.externs.pop(symbol.symbol, None)
            self.module.globals.pop(symbol.symbol, None)

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
        unit: Any = self
        f = FunctionState(unit, symbol.name, t.ret)
        f.symbol = symbol
        parser = self.parser
        f.addressed = parser.addressed if parser is not None else set()
        for _, region_parser, _ in self.regions:
            if region_parser.addressed:
                f.addressed = f.addressed | region_parser.addressed
        f.pos = node.decl.coord
        f.enter()
        if t.variadic and symbol.storage != "static":
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
        if self.warns_parameters and "naked" not in symbol.attrs:
            self.warn_unused_parameters(f)
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
        if f.flow is not None and f.flow.reads:
            flow.report(f)
        if f.fn.slots and "uninitialized-map-argument" in self.asked and self.diag.errors == self.diag.as_errors:
            from .map_arguments import check

            check(f)
        for block in f.fn.blocks:
            if not block.insns or block.insns[-1].targets is None or block.insns[-1].op not in ("jmp", "br", "switch", "ret", "unreachable", "asm_goto"):
                f.block = block
                f.terminate("unreachable", [], [])
        self.finish_function(f, symbol, end)

    def end_function(self, f: FunctionState, symbol: FunctionSymbol, end: Any) -> None:
        """Falling off the end."""
        ret = T.strip(symbol.type.ret)
        if "noreturn" in symbol.attrs and "naked" not in symbol.attrs and f.is_reached():
            self.diag.warning("invalid-noreturn", end, f"function '{symbol.name}' declared 'noreturn' should not return")
        if "naked" in symbol.attrs:
            f.terminate("unreachable", [], [])
        elif ret.kind == "void" or T.is_record(ret):
            f.terminate("ret", [], [])
        else:
            if not self.in_region and f.is_reached():
                self.diag.warning("return-type", end, "non-void function does not return a value" + (" in all control paths" if f.returns else ""))
            f.terminate("ret", [f.fn.undef(f.fn.ret)] if f.fn.ret != "void" else [], [])

    def finish_function(self, f: FunctionState, symbol: FunctionSymbol, end: Any) -> None:
        fn: Function = f.fn
        fn.name = symbol.symbol
        fn.section = symbol.attrs.get("section", ".text")
        if fn.section != ".text" and not fn.section.startswith("."):
            from .loader_checks import check_context, check_section

            check_section(self.diag, fn.name, fn.section, symbol.pos)
            check_context(self.diag, fn.name, fn.section, symbol.type.params)
        # what is left of an inline definition serves the calls of this object: C11 6.7.4 paragraph 7 leaves open which definition they use
        local = symbol.storage == "static" or symbol.is_inline_definition()
        fn.linkage = "local" if local else "weak" if "weak" in symbol.attrs else "global"
        for name in ("noinline", "always_inline", "naked", "noreturn", "used", "cold"):
            if name in symbol.attrs:
                fn.attrs.add(name)
        if symbol.inline:
            fn.attrs.add("inline")
        if symbol.attrs.get("visibility") in ("hidden", "internal"):
            fn.attrs.add("hidden")
        if not local and "hidden" not in fn.attrs and not is_callable(symbol.type):
            fn.attrs.add("uncallable")
        fn.ctype = symbol.type
        fn.pos = symbol.node.decl.coord
        fn.end_pos = end
        fn.decl_tags = symbol.tags
        self.module.functions[fn.name] = fn


def is_callable(t: T.Func) -> bool:
    """Whether the verifier can check a global function on its own: it wants an integer as result, and of each pointer the size of what it
    points to, or a tag that tells what it is (kernel/bpf/btf.c, btf_prepare_func_args)."""
    pointers = [p for p in t.params if isinstance(T.strip(p.type), T.Ptr) and not p.decl_tags]
    return T.strip(t.ret).kind != "void" and not any(T.strip(T.strip(p.type).target).kind == "void" for p in pointers)


def is_defined(symbol: FunctionSymbol | Variable) -> bool:
    """Whether there is an object or function of its own; a static variable without a value may be a mere name of another."""
    if isinstance(symbol, FunctionSymbol):
        return symbol.node is not None
    return symbol.storage == "global" or symbol.storage == "static" and (symbol.init is not None or "alias" not in symbol.attrs)
