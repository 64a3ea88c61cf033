"""What implicit conversions of integers lose: -Wconstant-conversion, and what -Wconversion asks for. The ranges are clang's (SemaChecking.cpp)."""

from __future__ import annotations

from pycparser import c_ast

from . import types as T
from .nodes import StmtExpr
from .state import EnumConstant, FunctionState, Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Range = tuple[int, bool]  # bits, never negative

COMPARES = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))
FOLDED = frozenset(("+", "-", "~", "!"))
OF_TYPES = frozenset(("__builtin_offsetof", "__builtin_types_compatible_p"))


def is_constant(f: FunctionState, node: Any) -> bool:
    """Whether an expression is constant as it is written."""
    kind = type(node)
    if kind is c_ast.Constant:
        return True
    if kind is c_ast.ID:
        return isinstance(f.lookup(node.name), EnumConstant)
    if kind is c_ast.UnaryOp:
        return node.op in ("sizeof", "_Alignof") or node.op in FOLDED and is_constant(f, node.expr)
    if kind is c_ast.BinaryOp:
        return is_constant(f, node.left) and is_constant(f, node.right)
    if kind is c_ast.TernaryOp:
        return node.iftrue is not None and is_constant(f, node.cond) and is_constant(f, node.iftrue) and is_constant(f, node.iffalse)
    if kind is c_ast.Cast:
        return is_constant(f, node.expr)
    if kind is c_ast.FuncCall and type(node.name) is c_ast.ID and node.name.name.startswith("__builtin_"):
        return node.name.name in OF_TYPES or all(is_constant(f, a) for a in (node.args.exprs if node.args is not None else ()))
    return False


def check(f: FunctionState, node: Any, o: Operand, to: T.Type, member: T.Member | None) -> None:
    """`node`, whose value is o, is converted to `to` as if by assignment; member: of the bit-field that it goes to."""
    target: Any = T.strip(to)
    source: Any = T.strip(o.type)
    if f.unit.unevaluated or target.kind == "bool" or o.value is None or not (T.is_integer(target) and T.is_integer(source)):
        return
    if type(node) is c_ast.TernaryOp and node.iftrue is not None and not is_constant(f, node.cond):
        return check_arms(f, node, to, member)
    constant = o.value.op == "const" and is_constant(f, node)
    if not constant and not f.unit.warns_conversion or not f.is_reached():
        return
    n = value_of(o.value.aux, source) if constant else 0
    if member is not None and member.bit_width is not None:
        if constant and check_bits(f, node, n, source, member):
            return
    have = range_of_value(n) if constant else range_of(f, node, o)
    want = range_of_type(target)
    names = f"'{T.spell(o.type)}' to '{T.spell(T.unqualified(to))}'"
    if have[0] > want[0]:
        if constant:
            warn_constant(f, node, names, n, want)
        else:
            flag = "shorten-64-to-32" if want[0] == 32 and source.size == 8 else "implicit-int-conversion"
            f.diag.warning(flag, node.coord, f"implicit conversion loses integer precision: {names}")
    elif constant and have == (want[0], True) and not want[1] and is_signed(source):
        warn_constant(f, node, names, n, want)
    elif is_signed(source) != is_signed(target) and ((want[1] and not have[1]) or (not want[1] and have == (want[0], True))):
        f.diag.warning("sign-conversion", node.coord, f"implicit conversion changes signedness: {names}")


def warn_constant(f: FunctionState, node: Any, names: str, n: int, want: Range) -> None:
    kept = n & (1 << want[0]) - 1
    if not want[1] and kept >> want[0] - 1:
        kept -= 1 << want[0]
    f.unit.warn_once("constant-conversion", node.coord, f"implicit conversion from {names} changes value from {n} to {kept}")


def check_arms(f: FunctionState, node: Any, to: T.Type, member: T.Member | None) -> None:
    from .control import type_of

    for arm in (node.iftrue, node.iffalse):
        f.diag.silent += 1  # it was lowered before
        o = type_of(f, arm)
        f.diag.silent -= 1
        if T.is_integer(T.strip(o.type)):
            check(f, arm, o, to, member)


def check_bits(f: FunctionState, node: Any, n: int, source: Any, member: T.Member) -> bool:
    width = member.bit_width or 0
    t: Any = T.strip(member.type)
    size = source.size * 8
    if n < 0 and type(node) is c_ast.UnaryOp and node.op in ("-", "~") or not is_signed(source) and type(node) is c_ast.UnaryOp:
        size = range_of_value(n)[0]
    kept = n & (1 << width) - 1
    if is_signed(t) and kept >> width - 1:
        kept -= 1 << width
    if t.kind == "bool" or size <= width or kept & (1 << source.size * 8) - 1 == n & (1 << source.size * 8) - 1:
        return False
    one = width == 1 and n == 1
    what, flag = ("a one-bit wide bit-field", "single-bit-bitfield-constant-conversion") if one else ("bit-field", "bitfield-constant-conversion")
    f.unit.warn_once(flag, node.coord, f"implicit truncation from '{T.spell(source)}' to {what} changes value from {n} to {kept}")
    return True


def is_signed(t: Any) -> bool:
    return bool((t.underlying if t.kind == "enum" else t).signed) if t.kind != "bool" else False


def value_of(aux: int, t: Any) -> int:
    return aux if is_signed(t) else aux & (1 << t.size * 8) - 1


def range_of_value(n: int) -> Range:
    return (n.bit_length(), True) if n >= 0 else ((~n).bit_length() + 1, False)


def range_of_type(t: Any) -> Range:
    return (1, True) if t.kind == "bool" else (t.size * 8, not is_signed(t))


def range_of(f: FunctionState, node: Any, o: Operand | None = None) -> Range:
    """The values that an expression may have, as far as its form tells."""
    kind = type(node)
    if kind is c_ast.BinaryOp:
        return range_of_binary(f, node)
    if kind is c_ast.UnaryOp and node.op == "!":
        return 1, True
    if kind is c_ast.TernaryOp and node.iftrue is not None:
        a, b = range_of(f, node.iftrue), range_of(f, node.iffalse)
        return max(a[0], b[0]), a[1] and b[1]
    if kind is c_ast.ExprList:
        return range_of(f, node.exprs[-1])
    from .control import type_of

    known = type_of(f, node) if kind is not StmtExpr or o is None else o
    if known.value is not None and getattr(known.value, "op", "") == "const" and is_constant(f, node) and T.is_integer(T.strip(known.type)):
        return range_of_value(value_of(known.value.aux, T.strip(known.type)))
    t = T.strip(known.type)
    if known.member is not None and known.member.bit_width is not None and T.is_integer(t):
        return known.member.bit_width, not is_signed(t)
    return range_of_type(t) if T.is_integer(t) else (64, True)


def range_as(found: Range, whole: Range) -> Range:
    """What converted to a type with the range `whole` has the range `found`."""
    return whole if found[0] >= whole[0] else (found[0], found[1] or whole[1])


def range_of_binary(f: FunctionState, node: Any) -> Range:
    from .control import type_of

    op = node.op
    if op in COMPARES:
        return 1, True
    t: Any = T.strip(type_of(f, node).type)
    if not T.is_integer(t):
        return 64, True
    if is_constant(f, node):
        o = type_of(f, node)
        return range_of_value(value_of(o.value.aux, t)) if o.value is not None and o.value.op == "const" else range_of_type(t)
    whole = range_of_type(t)
    left, right = range_of(f, node.left), range_of(f, node.right)
    if op not in ("<<", ">>"):
        left, right = range_as(left, whole), range_as(right, whole)
    if op == "&":
        if left[1] and right[1]:
            return min(left[0], right[0]), True
        return (left[0], True) if left[1] else (right[0], True) if right[1] else (max(left[0], right[0]), False)
    if op in ("|", "^"):
        found = max(left[0], right[0]), left[1] and right[1]
    elif op == ">>":
        count = type_of(f, node.right).value
        shift = count.aux if count is not None and count.op == "const" and is_constant(f, node.right) else 0
        found = max(left[0] - shift, 0 if left[1] else 1), left[1]
    elif op == "/":
        found = left if right[1] else whole
    elif op == "%":
        found = min(left[0], right[0]), left[1]
    elif op in ("+", "-", "*"):  # as clang: the range of the operands, whatever may be carried
        found = max(left[0] - (not left[1]), right[0] - (not right[1])) + (not (left[1] and right[1])), left[1] and right[1]
    else:
        return whole
    return (found[0], found[1] or whole[1]) if found[0] < whole[0] or found[0] == whole[0] and found[1] == whole[1] else whole
