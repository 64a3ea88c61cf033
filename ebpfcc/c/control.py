"""Expressions that branch or choose: conditions, && || ?:, the comma, statement expressions, _Generic."""

from __future__ import annotations

from pycparser import c_ast

from . import access
from . import types as T
from .convert import composite, convert, rvalue, scalar, truth, value_of
from .nodes import children
from .state import FunctionState, Operand, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def type_of(f: FunctionState, node: Any) -> Operand:
    """The operand of sizeof, typeof: lowered into a block that no path reaches."""
    saved, pos, blocks, labels = f.block, f.pos, len(f.fn.blocks), len(f.labels)
    scratch = f.new_block("unevaluated")
    f.edges[scratch].append((saved, None))  # type: ignore[arg-type]
    f.sealed.add(scratch)
    f.block = scratch
    f.unit.unevaluated += 1
    try:
        return f.expr(node)
    finally:
        f.unit.unevaluated -= 1
        f.block, f.pos = saved, pos
        if len(f.labels) == labels:
            del f.fn.blocks[blocks:]


def governs(f: FunctionState, kind: str, node: Any, yes: Any) -> None:
    """The branches that follow decide an `if` or loop, or whether the right of && or || is evaluated."""
    if f.flow is not None:
        f.flow.construct = (kind, node, yes) if kind else None


def condition(f: FunctionState, node: Any, then: Any, other: Any, hint: str | None = None) -> None:
    """Branches to `then` or `other`; && || ! become control flow."""
    kind = type(node)
    if kind is c_ast.BinaryOp and node.op in ("&&", "||"):
        middle = f.new_block("and" if node.op == "&&" else "or")
        outer = f.flow.construct if f.flow is not None else None
        if node.op == "&&":
            governs(f, "&&", node.left, middle)
            condition(f, node.left, middle, other, hint)
        else:
            governs(f, "||", node.left, then)
            condition(f, node.left, then, middle, hint)
        f.start(middle)
        if f.flow is not None:
            f.flow.construct = outer
        condition(f, node.right, then, other, hint)
        return
    if kind is c_ast.UnaryOp and node.op == "!":
        flip = {"likely": "unlikely", "unlikely": "likely"}.get(hint or "")
        condition(f, node.expr, other, then, flip)
        return
    if kind is c_ast.FuncCall and type(node.name) is c_ast.ID and node.name.name == "__builtin_expect" and node.args and len(node.args.exprs) == 2:
        expected = f.unit.try_constant(f, node.args.exprs[1])
        if expected is not None:
            condition(f, node.args.exprs[0], then, other, "likely" if expected else "unlikely")
            return
    construct = f.flow.construct if f.flow is not None else None
    o = scalar(f, node)
    f.pos = node.coord
    value = o.value
    if value.type == "ptr" or value.type == "wide" or T.strip(o.type).kind == "float":
        value = truth(f, o)
    if f.flow is not None:
        f.flow.construct = construct
    f.branch(value, then, other, hint)
    if f.flow is not None:
        f.flow.construct = None


def logical(f: FunctionState, node: Any) -> Operand:
    yes, no, join = f.new_block("true"), f.new_block("false"), f.new_block("end")
    result = Variable("", T.INT, "auto", node.coord)
    governs(f, "", node, yes)
    condition(f, node, yes, no)
    reached = []
    for block, n in ((yes, 1), (no, 0)):
        f.start(block)
        f.write_var(result, f.const("i32", n))
        if f.edges[block]:
            reached.append(n)
        f.jump(join)
    f.start(join)
    if len(reached) == 1:
        return value_of(T.INT, f.const("i32", reached[0]))
    return value_of(T.INT, f.read_var(result))


def ternary(f: FunctionState, node: Any) -> Operand:
    if node.iftrue is None:
        return elvis(f, node)
    yes, no, join = f.new_block("then"), f.new_block("else"), f.new_block("end")
    governs(f, "?:", node.cond, yes)
    condition(f, node.cond, yes, no)
    f.start(yes)
    a = rvalue(f, f.expr(node.iftrue))
    yes_end, yes_live = f.block, bool(f.edges[yes])
    f.start(no)
    b = rvalue(f, f.expr(node.iffalse))
    no_end, no_live = f.block, bool(f.edges[no])
    return merge(f, node, a, b, yes_end, no_end, join, yes_live, no_live)


def elvis(f: FunctionState, node: Any) -> Operand:
    """GNU `a ?: b`: a is evaluated once."""
    cond = scalar(f, node.cond)
    yes, no, join = f.new_block("then"), f.new_block("else"), f.new_block("end")
    f.branch(truth(f, cond), yes, no)
    f.start(yes)
    yes_live = bool(f.edges[yes])
    f.start(no)
    b = rvalue(f, f.expr(node.iffalse))
    return merge(f, node, cond, b, yes, f.block, join, yes_live, bool(f.edges[no]))


def merge(f: FunctionState, node: Any, a: Operand, b: Operand, yes_end: Any, no_end: Any, join: Any, yes_live: bool, no_live: bool) -> Operand:
    t = composite(f, a, b, node.coord)
    u = T.strip(t)
    out: Operand | None = None
    if T.in_memory(u):
        slot = f.new_temporary(t)
        out = access.memory(f, f.fn.slot_addr(slot), t)
    result = Variable("", t, "auto", node.coord)
    values: list[Any] = []
    for end, o in ((yes_end, a), (no_end, b)):
        f.block = end
        if f.is_terminated():
            values.append(None)
            continue
        if out is not None:
            if o.kind == "mem":
                access.copy(f, out, o)
            else:
                access.store(f, out, convert(f, o, t).value)
            values.append(None)
        elif u.kind != "void":
            value = convert(f, o, t).value
            values.append(value)
            f.write_var(result, value)
        else:
            values.append(None)
        f.jump(join)
    f.start(join)
    if out is not None:
        return a if yes_live and not no_live else b if no_live and not yes_live else out
    if u.kind == "void":
        return value_of(T.VOID, None)
    # one arm is dead: its value is the expression's, so that constant expressions fold
    if yes_live != no_live:
        live = values[0] if yes_live else values[1]
        if live is not None and (live.block is None or f.edges[join]):
            return value_of(t, live)
    return value_of(t, f.read_var(result))


def comma(f: FunctionState, node: Any) -> Operand:
    o = value_of(T.VOID, None)
    for expr in node.exprs:
        o = f.expr(expr)
        if expr is not node.exprs[-1]:
            unread(f, expr)
            f.unit.check_unused(expr, o, True)
    return rvalue(f, o)


def unread(f: FunctionState, node: Any) -> None:
    """An assignment or increment whose value nobody takes is no use of its variable."""
    kind = type(node)
    if kind is c_ast.Assignment:
        target, sets = node.lvalue, node.op == "="
    elif kind is c_ast.UnaryOp and node.op in ("++", "--", "p++", "p--"):
        target, sets = node.expr, False
    else:
        return
    if type(target) is c_ast.ID and node not in f.unit.grouped and target not in f.unit.grouped:
        variable = f.lookup(target.name)
        if type(variable) is Variable and (sets or not T.qualifiers(variable.type)[1]):
            variable.reads -= 1


def mention(f: FunctionState, node: Any) -> None:
    """An expression that is not chosen: what it names counts as used."""
    if type(node) is c_ast.ID:
        variable = f.lookup(node.name)
        if type(variable) is Variable:
            variable.used = True
            variable.reads += 1
    for child in children(node):
        mention(f, child)


def statement_expression(f: FunctionState, node: Any) -> Operand:
    if f.unit.at_file_scope(f) and not f.unit.unevaluated and not f.scopes:
        f.diag.error(node.coord, "statement expression not allowed at file scope")
        return f.poison()
    return f.unit.statement_expression(f, node.body)


def generic(f: FunctionState, node: Any) -> Operand:
    """_Generic (6.5.1.1): the control's type after lvalue conversion."""
    o = type_of(f, node.control)
    t = T.strip(o.type)
    if t.kind == "array":
        t = T.Ptr(t.elem)
    elif t.kind == "func":
        t = T.Ptr(t)
    default = chosen = None
    seen: list[T.Type] = []
    for typ, expr in node.assocs:
        if typ is None:
            if default is not None:
                f.diag.error(expr.coord, "duplicate default generic association")
            default = expr
            continue
        candidate = f.unit.type_name(f, typ)
        for other in seen:
            if T.same_qualified(candidate, other):
                f.diag.error(typ.coord, f"type '{T.spell(candidate)}' in generic association compatible with previously specified type '{T.spell(other)}'")
        seen.append(candidate)
        if chosen is None and not any(T.qualifiers(candidate)[:2]) and T.same(candidate, t):
            chosen = expr
    if f.unit.warns_unused:
        for _, expr in node.assocs:
            mention(f, expr)
    if chosen is not None:
        return f.expr(chosen)
    if default is None:
        f.diag.error(node.coord, f"controlling expression type '{T.spell(o.type)}' not compatible with any generic association type")
        return f.poison()
    return f.expr(default)
