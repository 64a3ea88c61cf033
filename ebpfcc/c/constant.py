"""Constant expressions (C11 6.6): what lowering folds to a constant, is one."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Value
from . import literals
from . import types as T
from .control import type_of
from .convert import rvalue, value_of
from .state import FunctionState, Operand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def constant_operand(f: FunctionState, node: Any) -> Operand | None:
    """The integer constant that an expression is; None if it is none. Nothing is emitted."""
    if type(node) is c_ast.Constant and node.type == "INT_CONST_DEC" and node.value.isdigit():
        parsed = literals.integer(node.value)
        if parsed is not None:
            return value_of(parsed[0], f.const("i64" if parsed[0].size == 8 else "i32", parsed[1]))
    f.unit.constant_context += 1
    o = type_of(f, node)
    f.unit.constant_context -= 1
    if o.kind in ("mem", "ssa") and T.is_scalar(T.strip(o.type)):
        saved = f.block
        f.block = f.new_block("unevaluated")
        f.sealed.add(f.block)
        o = rvalue(f, o)
        f.block = saved
    if o.kind != "value" or o.value is None or o.value.op != "const" or not T.is_integer(T.strip(o.type)):
        return None
    return o


def integer_constant(f: FunctionState, node: Any, what: str) -> int:
    """The value, as its type has it; an error that names `what` if it is not constant."""
    o = constant_operand(f, node)
    if o is None:
        f.diag.error(node.coord, f"{what} is not an integer constant expression")
        return 0
    return numeric(o)


def numeric(o: Operand) -> int:
    t = T.strip(o.type)
    n: int = o.value.aux
    if n < 0 and not getattr(t, "signed", True):
        n += 1 << (64 if o.value.type == "i64" else 32)
    return n


def static_assert(f: FunctionState, node: Any) -> None:
    o = constant_operand(f, node.cond)
    if o is None:
        f.diag.error(node.coord, "static assertion expression is not an integral constant expression")
    elif o.value.aux == 0:
        text = ""
        if node.message is not None:
            text = ": " + literals.string_bytes(node.message.parts)[0][:-1].decode("utf-8", "replace")
        f.diag.error(node.coord, "static assertion failed" + text)
        sides = [constant_operand(f, side) for side in (node.cond.left, node.cond.right)] if type(node.cond) is c_ast.BinaryOp else []
        if sides and None not in sides and node.cond.op not in ("&&", "||"):
            f.diag.note(node.cond.coord, f"expression evaluates to '{numeric(sides[0])} {node.cond.op} {numeric(sides[1])}'")  # type: ignore[arg-type]


def load_from_image(f: FunctionState, t: Any, source: Any, off: int) -> Value | None:
    """The scalar at byte `off` of a constant object, if its bytes are known."""
    size = T.sizeof(t)
    if off < 0 or off + size > source.size or size > 8:
        return None
    for at, symbol, addend, width in source.relocs:
        if at < off + size and off < at + width:
            return f.fn.gaddr(symbol, addend) if at == off and size == width == 8 and t.kind == "ptr" else None
    data = source.init[off : off + size] if source.init is not None else bytes(size)
    n = int.from_bytes(data, "big" if f.unit.big_endian else "little", signed=bool(getattr(t, "signed", False)))
    kind = "ptr" if t.kind == "ptr" else "i64" if size == 8 else "i32"
    return f.const(kind, n)
