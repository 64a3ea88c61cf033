"""Warnings about comparisons: of different signs, of a variable with itself, of `!x` where `!(x == y)` is meant. The rules are clang's."""

from __future__ import annotations

from pycparser import c_ast

from . import types as T
from .control import type_of
from .nodes import String
from .state import FunctionState, Operand
from .suspicious import looks_boolean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALWAYS = {"==": "true", "<=": "true", ">=": "true", "!=": "false", "<": "false", ">": "false"}


def check(f: FunctionState, node: Any, a: Operand, b: Operand) -> None:
    """Of a comparison or bitwise operation a op b, with operands as they were before promotion."""
    if f.unit.unevaluated:  # it may be lowered again
        return
    left, right = node.left, node.right
    if type(left) is c_ast.UnaryOp and left.op == "!" and left not in f.unit.grouped and not is_boolean(right, b):
        if not is_boolean(left.expr, type_of(f, left.expr)):
            what = "comparison" if node.op in ALWAYS else "bitwise operator"
            f.diag.warning("logical-not-parentheses", left.coord, f"logical not is only applied to the left hand side of this {what}")
    if node.op not in ALWAYS:
        return
    if type(left) is String or type(right) is String:
        if f.diag.warning(
            "string-compare", node.coord, "result of comparison against a string literal is unspecified (use an explicit string comparison function instead)"
        ):
            f.diag.note(node.coord, "the addresses are compared: bpf_strncmp() or __builtin_memcmp() compare the characters")
    if type(left) is type(right) is c_ast.ID and left.name == right.name and all(x.coord.exp is None for x in (node, left, right)):
        if not T.qualifiers(a.type)[1]:
            f.diag.warning("tautological-compare", node.coord, f"self-comparison always evaluates to {ALWAYS[node.op]}")
    ta, tb = T.strip(a.type), T.strip(b.type)
    if f.unit.warns_signs and ta is not tb and T.is_integer(ta) and T.is_integer(tb):
        pa, pb = promoted_type(a), promoted_type(b)
        if pa.signed != pb.signed and not T.usual(pa, pb).signed:
            signed, other = ((left, a), right) if pa.signed else ((right, b), left)
            equality = node.op in ("==", "!=")
            if not is_nonnegative(f, *signed) and not (equality and range_bits(f, other) < T.usual(pa, pb).size * 8):
                f.diag.warning("sign-compare", node.coord, f"comparison of integers of different signs: '{T.spell(a.type)}' and '{T.spell(b.type)}'")


def range_bits(f: FunctionState, node: Any) -> int:
    """How many bits an integer expression may need, by the types and constants in it."""
    o = type_of(f, node)
    t: Any = T.strip(o.type)
    if o.value is not None and o.value.op == "const":
        n = o.value.aux
        return int((n if getattr(t, "signed", True) else n & (1 << t.size * 8) - 1).bit_length())
    most = t.size * 8 if T.is_integer(t) else 64
    if type(node) is not c_ast.BinaryOp or node.op in ALWAYS or node.op in ("&&", "||"):
        return most
    left, right = range_bits(f, node.left), range_bits(f, node.right)
    if node.op == ">>":
        count = type_of(f, node.right).value
        return left - count.aux if count is not None and count.op == "const" else left
    wanted = {"&": min(left, right), "*": left + right, "+": max(left, right) + 1, "-": max(left, right) + 2}
    return int(min(most, wanted.get(node.op, most)))


def promoted_type(o: Operand) -> Any:
    t: Any = T.strip(o.type)
    if o.member is not None and o.member.bit_width is not None:
        return T.promote_bits(t, o.member.bit_width)
    return T.promote(t)


def is_boolean(node: Any, o: Operand) -> bool:
    return looks_boolean(node) or T.strip(o.type).kind == "bool" or type(node) is c_ast.Constant and node.value in ("0", "1")


def is_nonnegative(f: FunctionState, node: Any, o: Operand | None = None) -> bool:
    """Whether the value cannot be negative, by the types and constants in the expression. o: its operand, where it is known."""
    if o is None:
        o = type_of(f, node)
    if o.value is not None and o.value.op == "const":
        return bool(o.value.aux >= 0)
    t: Any = T.strip(o.type)
    if T.is_integer(t) and not t.signed or looks_boolean(node):
        return True
    kind = type(node)
    if kind is c_ast.TernaryOp:
        return node.iftrue is not None and is_nonnegative(f, node.iftrue) and is_nonnegative(f, node.iffalse)
    if kind is not c_ast.BinaryOp:
        return False
    if node.op == "&":
        return is_nonnegative(f, node.left) or is_nonnegative(f, node.right)
    if node.op in (">>", "%"):
        return is_nonnegative(f, node.left)
    if node.op in ("+", "*") and range_bits(f, node) >= t.size * 8:
        return False
    return node.op in ("|", "^", "/", "+", "*") and is_nonnegative(f, node.left) and is_nonnegative(f, node.right)
