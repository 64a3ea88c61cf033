"""What is checked of a translation unit beside its lowering: clashes, incomplete types, things that are not used."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Module
from . import types as T
from .nodes import StmtExpr, String, children
from .state import FunctionState, FunctionSymbol, Operand, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

MOST_LOOKED_FOR = 50  # names for which like ones are sought: each is compared with all that are known

QUIET = {"unused", "maybe_unused", "cleanup", "used"}


def is_idle(node: Any) -> bool:
    """Whether an expression's value is all there is to it, as clang sees it (Expr::isUnusedResultAWarning)."""
    kind = type(node)
    if kind is c_ast.UnaryOp:
        return node.op not in ("++", "--", "p++", "p--")
    if kind is c_ast.BinaryOp:
        return node.op not in ("&&", "||") or is_idle(node.left) and is_idle(node.right)
    if kind is c_ast.TernaryOp:
        return node.iftrue is not None and is_idle(node.iftrue) and is_idle(node.iffalse)
    if kind is c_ast.ExprList:
        last = node.exprs[-1]
        return not (type(last) is c_ast.Constant and last.value == "0") and is_idle(last)
    if kind is c_ast.Cast:
        return node.coord.exp is None or is_idle(node.expr)
    if kind is StmtExpr:
        items = [i for i in node.body.block_items or () if type(i) is not c_ast.EmptyStatement]
        return bool(items) and is_idle(items[-1])
    return kind in (c_ast.ID, c_ast.Constant, String, c_ast.StructRef, c_ast.ArrayRef, c_ast.CompoundLiteral)


def names_in(node: Any) -> set[str]:
    """The identifiers in a statement or initialiser."""
    found = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if type(node) is c_ast.ID:
            found.add(node.name)
        waiting += children(node)
    return found


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
    told: set[tuple[str, int]]
    warns_unused: bool
    warns_parameters: bool
    unevaluated: int
    looked_for: int
    tags: Any

    def lower_function(self, symbol: FunctionSymbol) -> None:
        raise NotImplementedError

    def emit_variable(self, variable: Variable) -> Any:
        raise NotImplementedError

    def warn_once(self, flag: str, where: Any, message: str) -> bool:
        """Of what is looked at several times."""
        key = message, getattr(where, "spell", 0) or getattr(where, "pos", where)
        if key in self.told:
            return False
        self.told.add(key)
        return self.diag.warning(flag, where, message)  # type: ignore[no-any-return]

    def known(self) -> set[str]:
        """The names at file scope, those of headers that are read by their index included."""
        return {*self.names, *(name for region, _, _ in self.regions for name in region.names())}

    def similar(self, name: str, known: Callable[[], Iterable[str]]) -> str:
        """What a name that is not known may be meant to be; "" if nothing is like it. The first few in a unit are looked for, as clang does."""
        from difflib import get_close_matches

        self.looked_for += 1
        if self.looked_for > MOST_LOOKED_FOR:
            return ""
        low, high = len(name) * 3 // 5, len(name) * 5 // 3 + 1  # a ratio of 0.75 and above
        return next(iter(get_close_matches(name, [k for k in known() if k and low <= len(k) <= high], 1, 0.75)), "")

    def declared_here(self, f: FunctionState, name: str) -> None:
        symbol = f.lookup(name) if name else None
        place = getattr(symbol, "pos", None)
        if place is not None:
            self.diag.note(place, f"'{name}' declared here")

    def similar_type(self, name: str) -> str:
        tagged = self.tags.get(name)
        if tagged is not None:
            return f"{getattr(tagged, 'kind', 'enum')} {name}"

        def types() -> set[str]:
            named = {n for n, symbol in self.names.items() if type(symbol) is T.Typedef}
            return named | {n for region, _, _ in self.regions for n in region.typedefs}

        return self.similar(name, types)

    def check_unused_functions(self) -> None:
        """Static functions of the program's own file that nothing uses have their errors too; no code comes of them, so that what only
        the target cannot do is none."""
        mentioned = self.mentioned_by_unused() if self.warns_unused else {}
        if self.warns_unused:
            self.warn_unused_statics(mentioned)
        if self.warns_parameters:
            self.warn_parameters_of_headers()
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
            if not symbol.used and symbol.storage == "static" and not symbol.attrs.keys() & QUIET:
                self.warn_unused_function(symbol, mentioned)
            before, errors, limit = len(self.diag.records), self.diag.errors, self.diag.limit
            self.diag.limit = 0  # what is dropped does not count
            self.lower_function(symbol)
            self.diag.limit = limit
            if self.diag.errors > errors:
                kept = [r for r in self.diag.records[before:] if r.severity != "error" or "BPF" not in r.message and "not supported" not in r.message]
                self.diag.errors = errors + sum(r.severity == "error" for r in kept)
                self.diag.records[before:] = kept
            self.diag.check_limit()
        for variable in idle:
            if variable.init is not None:
                self.emit_variable(variable)
        self.module = module
        self.statics, self.strings = statics
        self.pending = []

    def mentioned_by_unused(self) -> dict[str, set[str]]:
        """What functions and variables that nothing uses name: name -> those in which it stands."""
        out: dict[str, set[str]] = {}
        for symbol in self.names.values():
            body = None
            if type(symbol) is FunctionSymbol and symbol.node is not None and not symbol.lowered:
                body = symbol.node.body
            elif type(symbol) is Variable and symbol.init is not None and symbol.symbol not in self.module.globals:
                body = symbol.init
            for name in names_in(body) if body is not None else ():
                out.setdefault(name, set()).add(symbol.name)
        return out

    def warn_unused_function(self, symbol: FunctionSymbol, mentioned: dict[str, set[str]]) -> None:
        if self.is_wrong():
            return
        where = mentioned.get(symbol.name, set())
        if not where:
            self.diag.warning("unused-function", symbol.pos, f"unused function '{symbol.name}'")
        elif where == {symbol.name}:
            self.diag.warning("unneeded-internal-declaration", symbol.pos, f"function '{symbol.name}' is not needed and will not be emitted")

    def warn_parameters_of_headers(self) -> None:
        """Functions of headers that nothing calls are not lowered: their parameters are unused if their body does not name them."""
        for symbol in self.names.values():
            if type(symbol) is not FunctionSymbol or symbol.node is None or symbol.lowered or "naked" in symbol.attrs or not self.is_included(symbol.pos):
                continue
            named = names_in(symbol.node.body)
            for p in symbol.type.params:
                if p.name not in named and p.name not in ("", "_") and not p.quiet:
                    self.diag.warning("unused-parameter", p.pos, f"unused parameter '{p.name}'")

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

    def check_unused(self, node: Any, o: Operand, before_comma: bool = False) -> None:
        """Of an expression whose value nobody takes."""
        if self.unevaluated:  # it is lowered again
            return
        kind = type(node)
        if kind is c_ast.FuncCall and type(node.name) is c_ast.ID:
            symbol = self.names.get(node.name.name)
            if isinstance(symbol, FunctionSymbol) and "warn_unused_result" in symbol.attrs:
                self.diag.warning(
                    "unused-result", node.coord, f"ignoring return value of function '{symbol.name}' declared with 'warn_unused_result' attribute"
                )
        elif before_comma:
            if node.coord.exp is None and is_idle(node) and not o.volatile and T.strip(o.type).kind != "void":
                self.diag.warning("unused-value", node.coord, "left operand of comma operator has no effect")
        elif kind is c_ast.BinaryOp and node.op in ("==", "!=", "<", ">", "<=", ">="):
            word = {"==": "equality", "!=": "inequality"}.get(node.op, "relational")
            self.diag.warning("unused-comparison", node.coord, f"{word} comparison result unused")
        elif node.coord.exp is None and is_idle(node) and not o.volatile:  # what a macro's body says is not this program's
            self.warn_unused(node, o)

    def warn_unused_locals(self, f: FunctionState) -> None:
        """At the end of a scope: the objects in it that nothing names (their own initialisers aside), or nothing reads."""
        if len(f.scopes) < 2 or self.is_wrong():
            return
        for variable in f.scopes[-1].values():
            if type(variable) is not Variable or variable.reads > 0 or variable.storage not in ("auto", "static") or variable.pos is None:
                continue
            if variable.name and T.strip(variable.type) is not T.POISON and not variable.attrs.keys() & QUIET:
                variable.reads = 1  # once is enough
                if variable.used:
                    self.diag.warning("unused-but-set-variable", variable.pos, f"variable '{variable.name}' set but not used")
                else:
                    self.diag.warning("unused-variable", variable.pos, f"unused variable '{variable.name}'")

    def warn_shadow(self, f: FunctionState, name: str, where: Any) -> None:
        """-Wshadow: of a local object or parameter that is declared."""
        for scope in reversed(f.scopes[:-1]):
            hidden = scope.get(name)
            if hidden is not None:
                break
        else:
            hidden = f.unit.lookup(name)
        if type(hidden) is Variable and T.strip(hidden.type) is not T.POISON:
            what = "a local variable" if any(hidden is scope.get(name) for scope in f.scopes) else "a variable in the global scope"
            if self.diag.warning("shadow", where, f"declaration shadows {what}"):
                self.diag.note(hidden.pos, "previous declaration is here")

    def is_wrong(self) -> bool:
        """After an error what is unused says nothing: what would have used it may not have been read."""
        return bool(self.diag.errors > self.diag.as_errors)

    def warn_unused_parameters(self, f: FunctionState) -> None:
        if self.is_wrong():
            return
        for p in f.scopes[0].values() if f.scopes else ():
            if type(p) is Variable and p.name not in ("", "_") and p.reads <= 0 and not p.attrs.keys() & QUIET:
                if p.used:
                    self.diag.warning("unused-but-set-parameter", p.pos, f"parameter '{p.name}' set but not used")
                else:
                    self.diag.warning("unused-parameter", p.pos, f"unused parameter '{p.name}'")

    def warn_unused_statics(self, mentioned: dict[str, set[str]]) -> None:
        """Variables of internal linkage in the program's own file that nothing names, functions that are only declared."""
        for variable in self.variables:
            if (
                variable.storage == "static"
                and not variable.used
                and variable.name not in mentioned
                and not variable.attrs.keys() & QUIET
                and not self.is_included(variable.pos)
            ):
                const = T.qualifiers(variable.type)[0]
                flag = "unused-const-variable" if const else "unused-variable"
                if not self.is_wrong():
                    self.diag.warning(flag, variable.pos, f"unused variable '{variable.name}'")
        for symbol in self.names.values():
            if type(symbol) is FunctionSymbol and symbol.storage == "static" and not symbol.used and not symbol.attrs.keys() & QUIET:
                included = self.is_included(symbol.pos)
                if (symbol.node is None or included) and not (included and symbol.inline):
                    self.warn_unused_function(symbol, mentioned)

    def warn_unused(self, node: Any, o: Operand) -> None:
        if T.strip(o.type) is not T.POISON and T.strip(o.type).kind != "void":
            self.diag.warning("unused-value", node.coord, "expression result unused")
