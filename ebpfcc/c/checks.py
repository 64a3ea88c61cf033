"""What is checked of a translation unit beside its lowering: clashes, incomplete types, things that are not used."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Module
from . import access
from . import types as T
from .state import FunctionState, FunctionSymbol, Operand, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Checks:
    """Part of Unit."""

    diag: Any
    module: Module
    names: dict[str, Any]
    variables: list[Variable]
    local_statics: list[Variable]
    statics: set[str]
    strings: dict[tuple[bytes, int], str]
    pending: list[FunctionSymbol]
    regions: list[Any]

    def lower_function(self, symbol: FunctionSymbol) -> None:
        raise NotImplementedError

    def emit_variable(self, variable: Variable) -> Any:
        raise NotImplementedError

    def known(self) -> set[str]:
        """The names at file scope, those of headers that are read by their index included."""
        return {*self.names, *(name for region, _, _ in self.regions for name in (*region.typedefs, *region.ordinary))}

    def declared_here(self, f: FunctionState, name: str) -> None:
        symbol = f.lookup(name) if name else None
        place = getattr(symbol, "pos", None)
        if place is not None:
            self.diag.note(place, f"'{name}' declared here")

    def similar_type(self, name: str) -> str:
        types = {n for n, symbol in self.names.items() if type(symbol) is T.Typedef}
        return access.similar(name, types | {n for region, _, _ in self.regions for n in region.typedefs})

    def check_size(self, f: FunctionState, op: str, args: list[Any]) -> None:
        """memset(p, 0, sizeof(p))"""
        size: Any = args[2].expr if type(args[2]) is c_ast.UnaryOp and args[2].op == "sizeof" else None
        for arg in args[:1] if op == "memset" else args[:2]:
            while type(arg) is c_ast.Cast:
                arg = arg.expr
            if type(size) is c_ast.ID and type(arg) is c_ast.ID and size.name == arg.name:
                t = T.strip(f.expr(arg).type)
                if t.kind == "ptr" and T.strip(t.target).kind not in ("void", "ptr"):
                    told = f"'{op}' call operates on objects of type '{T.spell(t.target)}' while the size is based on a different type '{T.spell(t)}'"
                    self.diag.warning("sizeof-pointer-memaccess", size.coord, told)

    def check_condition(self, node: Any) -> None:
        """An assignment as a condition; one in parentheses is a list of one expression to the parser."""
        if node.op == "=" and self.diag.warning("parentheses", node.coord, "using the result of an assignment as a condition without parentheses"):
            self.diag.note(node.coord, "use '==' to compare, or parentheses around the assignment")

    def check_unused_functions(self) -> None:
        """Static functions of the program's own file that nothing uses have their errors too; no code comes of them, so that what only
        the target cannot do is none."""
        unused = [s for s in self.names.values() if type(s) is FunctionSymbol and s.node is not None and not s.lowered and not self.is_included(s.pos)]
        idle = [v for v in self.variables + self.local_statics if v.storage == "static" and v.symbol not in self.module.globals and not self.is_included(v.pos)]
        if not unused and not any(v.init is not None for v in idle):
            return
        module, statics = self.module, (set(self.statics), dict(self.strings))
        self.module = Module()
        self.module.globals, self.module.externs = dict(module.globals), dict(module.externs)
        for symbol in unused:
            if symbol.lowered:
                continue
            if not symbol.used and not symbol.inline and "unused" not in symbol.attrs and "maybe_unused" not in symbol.attrs:
                self.diag.warning("unused-function", symbol.pos, f"unused function '{symbol.name}'")
            before, errors = len(self.diag.records), self.diag.errors
            self.lower_function(symbol)
            if self.diag.errors > errors:
                kept = [r for r in self.diag.records[before:] if r.severity != "error" or "BPF" not in r.message and "not supported" not in r.message]
                self.diag.errors = errors + sum(r.severity == "error" for r in kept)
                self.diag.records[before:] = kept
        for variable in idle:
            if variable.init is not None:
                self.emit_variable(variable)
        self.module = module
        self.statics, self.strings = statics
        self.pending = []

    def is_included(self, pos: Any) -> bool:
        at = pos if isinstance(pos, int) else getattr(pos, "pos", 0)
        return at <= 0 or bool(self.diag.sources.include_chain(at))

    def is_definable(self, decl: Any, t: T.Func) -> bool:
        """Whether the types of a function's parameters and result are complete."""
        wrong = [p for p in t.params if T.is_record(T.strip(p.type)) and not T.is_complete(p.type)]
        for p in wrong:
            self.diag.error(p.pos, f"variable has incomplete type '{T.spell(p.type)}'")
        if T.is_record(T.strip(t.ret)) and not T.is_complete(t.ret):
            self.diag.error(decl.coord, f"incomplete result type '{T.spell(t.ret)}' in function definition")
            return False
        return not wrong

    def clash(self, node: Any, old: Any) -> None:
        self.diag.error(node.coord, f"redefinition of '{node.name}' as different kind of symbol")
        if getattr(old, "pos", None) is not None:
            self.diag.note(old.pos, "previous definition is here")

    def check_unused(self, node: Any, o: Operand) -> None:
        kind = type(node)
        if kind is c_ast.FuncCall and type(node.name) is c_ast.ID:
            symbol = self.names.get(node.name.name)
            if isinstance(symbol, FunctionSymbol) and "warn_unused_result" in symbol.attrs:
                self.diag.warning(
                    "unused-result", node.coord, f"ignoring return value of function '{symbol.name}' declared with 'warn_unused_result' attribute"
                )
        elif kind is c_ast.BinaryOp and node.op in ("==", "!=", "<", ">", "<=", ">="):
            word = {"==": "equality", "!=": "inequality"}.get(node.op, "relational")
            self.diag.warning("unused-comparison", node.coord, f"{word} comparison result unused")
        elif (kind is c_ast.BinaryOp and node.op not in ("&&", "||") or kind is c_ast.UnaryOp and node.op in ("-", "~", "!", "*", "sizeof")) and not o.volatile:
            self.warn_unused(node, o)

    def warn_unused_locals(self, f: FunctionState) -> None:
        """At the end of a scope: the objects in it that nothing names (their own initialisers aside)."""
        for variable in f.scopes[-1].values():
            if type(variable) is Variable and not variable.used and variable.storage in ("auto", "static") and variable.pos is not None and len(f.scopes) > 1:
                if variable.name and T.strip(variable.type) is not T.POISON and not variable.attrs.keys() & {"unused", "maybe_unused", "cleanup", "used"}:
                    variable.used = True  # once is enough
                    self.diag.warning("unused-variable", variable.pos, f"unused variable '{variable.name}'")

    def warn_unused(self, node: Any, o: Operand) -> None:
        if T.strip(o.type) is not T.POISON and T.strip(o.type).kind != "void":
            self.diag.warning("unused-value", node.coord, "expression result unused")
