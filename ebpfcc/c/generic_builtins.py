"""Builtins whose type is their arguments': alignment, counting of bits in any integer, addition with carry; floating constants."""

from __future__ import annotations

from ..ir.core import Value
from . import access, bits, floating
from . import types as T
from .builtins import arguments, expect, first_argument, trap
from .convert import convert, convert_int, rvalue, scalar, truth, value_of
from .state import FunctionState, Operand, ir_type
from .wide import constant as wide_constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builtins import Builtin


def aligned(name: str) -> Builtin:
    """__builtin_align_up(x, n), align_down, is_aligned: of an integer or a pointer; n is a power of two."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 2):
            return f.poison()
        x = rvalue(f, f.expr(args[0]))
        n = convert(f, scalar(f, args[1]), T.ULONG).value
        if T.strip(x.type).kind != "ptr" and not T.is_integer(T.strip(x.type)):
            f.diag.error(node.coord, f"operand of type '{T.spell(x.type)}' where an integer or pointer is required")
            return f.poison()
        f.pos = node.coord
        number = convert(f, x, T.ULONG).value
        mask = f.emit("sub", "i64", [n, f.const("i64", 1)])
        rest = f.emit("and", "i64", [number, mask])
        if name == "is_aligned":
            return value_of(T.BOOL, f.emit("icmp", "i32", [rest, f.const("i64", 0)], "eq"))
        step = f.emit("sub", "i64", [f.const("i64", 0), rest])
        if name == "align_up":
            step = f.emit("and", "i64", [step, mask])
        if T.strip(x.type).kind == "ptr":
            return value_of(x.type, f.emit("add", "ptr", [x.value, step]))
        return convert_int(f, value_of(T.ULONG, f.emit("add", "i64", [number, step])), T.strip(x.type))

    return builtin


def counted(name: str) -> Builtin:
    """__builtin_clzg(x[, if_zero]), ctzg, popcountg: of any unsigned type."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if name == "popcount" and not arguments(f, node, args, 1) or not args:
            return f.poison()
        x = scalar(f, args[0])
        t: Any = T.strip(x.type)
        if not T.is_integer(t) or t.size > 8:
            f.diag.error(node.coord, f"operand of type '{T.spell(x.type)}' is not supported")
            return f.poison()
        width = t.size * 8
        wide = 64 if width == 64 else 32
        kind = "i64" if wide == 64 else "i32"
        value = convert_int(f, x, T.ULONG if wide == 64 else T.UINT).value
        if width < 32:
            value = f.emit("and", kind, [value, f.const(kind, (1 << width) - 1)])
        if name == "popcount":
            return bits.as_int(f, bits.popcount_value(f, value, wide))
        if name == "clz":
            count = f.emit("sub", kind, [bits.leading_zeros(f, value, wide), f.const(kind, wide - width)])
        else:
            below = f.emit("and", kind, [f.emit("xor", kind, [value, f.const(kind, -1)]), f.emit("sub", kind, [value, f.const(kind, 1)])])
            count = bits.popcount_value(f, below, wide)
        out = bits.as_int(f, count)
        if len(args) < 2:
            return out
        other = convert(f, scalar(f, args[1]), T.INT).value
        return value_of(T.INT, f.emit("select", "i32", [truth(f, value_of(t, value)), out.value, other]))

    return builtin


def with_carry(op: str, t: Any) -> Builtin:
    """__builtin_addc(x, y, carry in, &carry out)"""
    kind = ir_type(t)
    size = t.size

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 4):
            return f.poison()
        x, y, carry = (convert(f, scalar(f, arg), t).value for arg in args[:3])
        to = rvalue(f, f.expr(args[3]))
        if T.strip(to.type).kind != "ptr":
            f.diag.error(node.coord, "argument 4 is not a pointer")
            return f.poison()

        def step(a: Value, b: Value) -> tuple[Value, Value]:
            result = f.emit(op, kind, [a, b])
            if size < 4:
                result = f.emit("and", kind, [result, f.const(kind, (1 << size * 8) - 1)])
            over = f.emit("icmp", "i32", [result, a], "ult") if op == "add" else f.emit("icmp", "i32", [a, b], "ult")
            return result, over

        first, a = step(x, y)
        result, b = step(first, carry)
        over = f.emit("or", "i32", [a, b])
        access.store(f, access.memory(f, to.value, t), f.emit("zext", "i64", [over]) if kind == "i64" else over)
        return value_of(t, result)

    return builtin


def short_count(name: str) -> Builtin:
    """__builtin_clzs and ctzs: of an unsigned short."""
    wide = counted(name)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        from pycparser import c_ast

        if not arguments(f, node, args, 1):
            return f.poison()
        name = c_ast.IdentifierType(["unsigned", "short"], node.coord)
        typename = c_ast.Typename(None, [], None, c_ast.TypeDecl(None, [], None, name, node.coord), node.coord)
        return wide(f, node, [c_ast.Cast(typename, args[0], node.coord)])

    return builtin


def floating_constant(n: float, t: Any) -> Builtin:
    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        return floating.constant(f, n, t)

    return builtin


def absolute(t: Any) -> Builtin:
    """fabs: without the sign."""
    kind = ir_type(t)

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 1):
            return f.poison()
        x = convert(f, f.expr(args[0]), t)
        return value_of(t, f.emit("and", kind, [x.value, f.const(kind, (1 << t.size * 8 - 1) - 1)]))

    return builtin


def any_value(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """__builtin_nondeterministic_value(x): some value of x's type; zero is one."""
    if not arguments(f, node, args, 1):
        return f.poison()
    x = scalar(f, args[0])
    zero: Any = wide_constant(f, 0) if x.value.op == "wide" else f.const(x.value.type, 0)
    return value_of(x.type, zero)


def same(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """__builtin_unpredictable(x): a hint."""
    return expect(f, node, args)


def carried(op: str) -> dict[str, Builtin]:
    return {f"__builtin_{op}c{suffix}": with_carry(op, t) for suffix, t in (("b", T.UCHAR), ("s", T.USHORT), ("", T.UINT), ("l", T.ULONG), ("ll", T.ULLONG))}


INFINITY = float("inf")
NOT_A_NUMBER = INFINITY - INFINITY
TABLE: dict[str, Builtin] = {
    **{f"__builtin_{name}": aligned(name) for name in ("align_up", "align_down", "is_aligned")},
    **{f"__builtin_{name}g": counted(name) for name in ("clz", "ctz", "popcount")},
    **{f"__builtin_{name}s": short_count(name) for name in ("clz", "ctz")},
    **carried("add"),
    **carried("sub"),
    "__builtin_unpredictable": same,
    "__builtin_launder": first_argument,
    "__builtin_debugtrap": trap,
    "__builtin_verbose_trap": trap,
    "__builtin_nondeterministic_value": any_value,
}
for _suffix, _t in (("", T.DOUBLE), ("f", T.FLOAT), ("l", T.LDOUBLE)):
    TABLE[f"__builtin_inf{_suffix}"] = TABLE[f"__builtin_huge_val{_suffix}"] = floating_constant(INFINITY, _t)
    TABLE[f"__builtin_nan{_suffix}"] = floating_constant(NOT_A_NUMBER, _t)
    TABLE[f"__builtin_fabs{_suffix}"] = absolute(_t)
