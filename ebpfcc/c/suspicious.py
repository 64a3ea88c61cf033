"""Warnings about text that is right C and seldom meant: missing parentheses, an empty body, an `else` that dangles.

The parser asks as it builds the nodes; `grouped` holds the expressions that stood in parentheses, with the parenthesis. The rules and
the exceptions for macros are clang's.
"""

from __future__ import annotations

from pycparser import c_ast

from .nodes import String

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COMPARISONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
RELATIONAL = frozenset(("<", "<=", ">", ">="))
BITWISE = ("&", "^", "|")  # by precedence
ARITHMETIC = frozenset(("+", "-", "*", "/", "%", "<<", ">>"))
LVALUES = (c_ast.ID, c_ast.ArrayRef, c_ast.StructRef)


def operator(node: Any, grouped: dict[Any, Any]) -> str:
    """The operator of a binary expression that has no parentheses around it, else ""."""
    return node.op if type(node) is c_ast.BinaryOp and node not in grouped else ""


def binary(diag: Any, tok: Any, left: Any, right: Any, grouped: dict[Any, Any]) -> None:
    """An operand of the operator `tok` is a binary expression."""
    op, l, r = tok.value, operator(left, grouped), operator(right, grouped)  # noqa: E741
    if op in BITWISE:
        inner = l if l in COMPARISONS else r
        if (l in COMPARISONS) != (r in COMPARISONS) and l not in BITWISE and r not in BITWISE:
            diag.warning("parentheses", tok, f"{op} has lower precedence than {inner}; {inner} will be evaluated first")
        for side in (l, r):
            if side in BITWISE and BITWISE.index(side) < BITWISE.index(op) and tok.exp is None:
                diag.warning("bitwise-op-parentheses", tok, f"'{side}' within '{op}'")
    elif op == "||":
        if tok.exp is None:
            if l == "&&" and not is_number(right, False) and not is_true(left.left):
                diag.warning("logical-op-parentheses", left.coord, "'&&' within '||'")
            if r == "&&" and not is_number(left, False) and not is_true(right.right):
                diag.warning("logical-op-parentheses", right.coord, "'&&' within '||'")
    if op in ("&&", "||") and looks_boolean(left) and is_number(right, True) and right.value != "1" and tok.exp is None:
        diag.warning("constant-logical-operand", tok, f"use of logical '{op}' with constant operand")
    if op == "<<" or op == ">>":
        for side in (l, r):
            if side == "+" or side == "-":
                diag.warning("shift-op-parentheses", tok, f"operator '{op}' has lower precedence than '{side}'; '{side}' will be evaluated first")
    elif op in RELATIONAL and l in COMPARISONS:
        diag.warning("parentheses", tok, "comparisons like 'X<=Y<=Z' don't have their mathematical meaning")


def is_number(node: Any, nonzero: bool) -> bool:
    return type(node) is c_ast.Constant and node.type.startswith("INT_CONST") and (node.value.rstrip("uUlL").strip("0xXbB") != "") is nonzero


def is_true(node: Any) -> bool:
    return type(node) is String or is_number(node, True)


def looks_boolean(node: Any) -> bool:
    return (type(node) is c_ast.BinaryOp and (node.op in COMPARISONS or node.op in ("&&", "||"))) or (type(node) is c_ast.UnaryOp and node.op == "!")


def conditional(diag: Any, tok: Any, cond: Any, grouped: dict[Any, Any]) -> None:
    """`a + b ? c : d` where b looks like the condition that was meant."""
    op = operator(cond, grouped)
    if op and looks_boolean(cond.right) and (op in ARITHMETIC or op in BITWISE):
        flag = "parentheses" if op in ARITHMETIC else "bitwise-conditional-parentheses"
        diag.warning(flag, tok, f"operator '?:' has lower precedence than '{op}'; '{op}' will be evaluated first")


def condition(diag: Any, node: Any, grouped: dict[Any, Any]) -> None:
    """The condition of if, while, do, for."""
    kind = type(node)
    if kind is c_ast.Assignment:
        if node.op in ("=", "|=") and node not in grouped:
            if diag.warning("parentheses", node.coord, "using the result of an assignment as a condition without parentheses"):
                diag.note(node.coord, "place parentheses around the assignment to silence this warning")
                meant = "'==' to turn this assignment into an equality" if node.op == "=" else "'!=' to turn this compound assignment into an inequality"
                diag.note(node.coord, f"use {meant} comparison")
    elif kind is c_ast.BinaryOp and node.op == "==" and node in grouped and grouped[node].exp is None:
        if type(node.left) in LVALUES or type(node.left) is c_ast.UnaryOp and node.left.op == "*":
            diag.warning("parentheses-equality", node.coord, "equality comparison with extraneous parentheses")


def empty_body(diag: Any, what: str, paren: Any, semi: Any) -> None:
    """`if (x);`: the semicolon stands on the line of the parenthesis, and no macro that expands to nothing between them."""
    if paren.exp is not None or semi.exp is not None:
        return
    _, line, col = diag.sources.locate(paren.spell or paren.pos)
    _, semi_line, semi_col = diag.sources.locate(semi.spell or semi.pos)
    if line == semi_line and not diag.sources.line_text(paren.spell or paren.pos)[col : semi_col - 1].strip():
        diag.warning("empty-body", semi, f"{what} has empty body")


def empty_loop(diag: Any, loop: Any, paren: Any, semi: Any, following: Any) -> None:
    """`for (...);` before a block, or before a statement that is indented as if it were the body."""
    if following is None or following.type == "RBRACE" or loop.exp is not None or following.exp is not None:
        return
    columns = [diag.sources.locate(tok.spell or tok.pos)[2] for tok in (loop, following)]
    if following.type == "LBRACE" or columns[1] > columns[0]:
        empty_body(diag, f"{loop.value} loop", paren, semi)


def dangling_else(diag: Any, then: Any, elses: dict[Any, Any]) -> None:
    """`then` is what an `if` without `else` governs."""
    while type(then) in (c_ast.While, c_ast.For, c_ast.Label, c_ast.Switch):
        then = then.stmt
    if type(then) is c_ast.If and then.iffalse is not None and then in elses:
        diag.warning("dangling-else", elses[then], "add explicit braces to avoid dangling else")
