"""Statements of GNU C over pycparser's grammar."""

from __future__ import annotations

from pycparser import c_ast

from . import suspicious
from .nodes import AttributeStmt, ComputedGoto, LocalLabels, Pragma, UnusedLabel
from .parse_asm import AsmParser
from .parse_expr import DECL_START, GROUPED
from .recover import JUMPS, SyntaxFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class StatementParser(AsmParser):
    """Compound statements and what stands in them; declarations are the subclass's."""

    elses: dict[Any, Any]  # if statements -> their `else`

    def _parse_compound_statement(self) -> Any:
        brace = self._expect("LBRACE")
        self._push_scope()
        items: list[Any] = []
        while True:
            kind = self._peek_type()
            if kind == "RBRACE":
                break
            if kind is None or kind == "REGION":
                raise SyntaxFault("expected '}'", self.after_previous(), self.unclosed(brace))
            self.statement(self._block_item, items)
        end = self._advance()
        self._pop_scope()
        items.append(c_ast.EmptyStatement(end))  # carries the closing brace's position
        return c_ast.Compound(items, brace)

    def _block_item(self, items: list[Any]) -> None:
        kind = self._peek_type()
        if kind == "LBRACKET" and self._peek_type(2) == "LBRACKET":  # C23: [[fallthrough]];
            kind = "ATTRIBUTE"
        if kind in DECL_START and not (kind == "TYPEID" and self._peek_type(2) == "COLON"):
            if kind == "ATTRIBUTE" or kind == "EXTENSION":
                mark = self._i
                if kind == "ATTRIBUTE":
                    attrs = self._parse_attributes()
                    if self._accept("SEMI"):
                        items.append(AttributeStmt(attrs, self._toks[mark]))
                        return
                else:
                    self._i += 1
                declares = self._peek_type() in DECL_START
                self._i = mark if declares or kind == "EXTENSION" else self._i
                if not declares:
                    items.append(self._parse_statement())
                    return
            items.extend(self._parse_declaration())
        elif kind == "ID" and self._is_unknown_type() and self._peek_type(2) == "ID":
            self.unknown_type(self._peek())
        else:
            stmt = self._parse_statement()
            items.extend(stmt) if isinstance(stmt, list) else items.append(stmt)

    def _parse_statement(self) -> Any:
        kind = self._peek_type()
        if kind == "ASM":
            stmt = self._parse_asm()
            self._expect("SEMI")
            return stmt
        if kind == "PRAGMA":
            return self._parse_pragma()
        if kind == "LABEL":
            tok = self._advance()
            names = [self._expect("ID").value]
            while self._accept("COMMA"):
                names.append(self._expect("ID").value)
            self._expect("SEMI")
            return LocalLabels(names, tok)
        if kind == "GOTO" and self._peek_type(2) == "TIMES":
            tok = self._advance()
            self._i += 1
            expr = self._parse_expression()
            self._expect("SEMI")
            return ComputedGoto(expr, tok)
        if kind == "TYPEID" and self._peek_type(2) == "COLON":
            self._toks[self._i].type = "ID"
            return self._parse_labeled_statement()
        if kind == "ATTRIBUTE" or kind == "LBRACKET" and self._peek_type(2) == "LBRACKET":
            self._parse_attributes()
        self.enter("statements")
        stmt = super()._parse_statement()
        self.nesting -= 1
        return stmt

    def _parse_selection_statement(self) -> Any:
        tok = self._advance()
        self._expect("LPAREN")
        expr = self._parse_expression()
        paren = self._expect("RPAREN")
        semi = self._peek() if self._peek_type() == "SEMI" else None
        if tok.type != "IF":
            if semi is not None:
                suspicious.empty_body(self.diag, "switch statement", paren, semi)
            return c_ast.Switch(expr, self._parse_pragmacomp_or_statement(), tok)
        if type(expr) in GROUPED:
            suspicious.condition(self.diag, expr, self.grouped)
        then = self._parse_pragmacomp_or_statement()
        separator = self._accept("ELSE")
        if separator is None:
            if semi is not None:
                suspicious.empty_body(self.diag, "if statement", paren, semi)
            suspicious.dangling_else(self.diag, then, self.elses)
            return c_ast.If(expr, then, None, tok)
        self.nesting -= 1  # a chain of `else if` is not deep
        other = self._parse_pragmacomp_or_statement()
        self.nesting += 1
        node = c_ast.If(expr, then, other, tok)
        self.elses[node] = separator
        return node

    def _parse_iteration_statement(self) -> Any:
        self._push_scope()
        loop = self._peek()
        node = super()._parse_iteration_statement()
        self._pop_scope()
        if type(node.cond) in GROUPED:
            suspicious.condition(self.diag, node.cond, self.grouped)
        if type(node.stmt) is c_ast.EmptyStatement and loop.type != "DO":
            suspicious.empty_loop(self.diag, loop, self._toks[self._i - 2], self._toks[self._i - 1], self._peek())
        return node

    def _parse_labeled_statement(self) -> Any:
        tok = self._advance()
        if tok.type == "CASE":
            expr = self._parse_range()
            self._expect("COLON")
            return c_ast.Case(expr, [self._parse_labelled()], tok)
        self._expect("COLON")
        if tok.type == "DEFAULT":
            return c_ast.Default([self._parse_labelled()], tok)
        if any(a.name in ("unused", "maybe_unused") for a in self._parse_attributes()):
            return UnusedLabel(tok.value, self._parse_labelled(), tok)
        return c_ast.Label(tok.value, self._parse_labelled(), tok)

    def _parse_pragma(self) -> Pragma:
        tok = self._advance()
        return Pragma(tok.value, tok)

    def _parse_labelled(self) -> Any:
        """The statement after a label; a declaration or `}` may follow too (C23, and clang before it)."""
        if self._peek_type() == "RBRACE" or (self._starts_declaration() and self._peek_type() != "ATTRIBUTE"):
            return c_ast.EmptyStatement(self._toks[self._i - 1])
        return self._parse_pragmacomp_or_statement()

    def _parse_pragmacomp_or_statement(self) -> Any:
        pragmas = []
        while self._peek_type() == "PRAGMA":
            pragmas.append(self._parse_pragma())
        stmt = self._parse_statement()
        return c_ast.Compound([*pragmas, stmt], pragmas[0].coord) if pragmas else stmt

    def _parse_expression_statement(self) -> Any:
        if self._accept("SEMI"):
            return c_ast.EmptyStatement(self._toks[self._i - 1])
        expr = self._parse_expression()
        self._expect("SEMI", " after expression")
        return expr

    def _parse_jump_statement(self) -> Any:
        self.jump = JUMPS[self._peek_type()]
        try:
            return super()._parse_jump_statement()
        finally:
            self.jump = ""
