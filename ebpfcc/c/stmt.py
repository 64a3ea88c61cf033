"""Statements (C11 6.8): each function lowers one kind of node; TABLE says which."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Block, Target, Value
from . import access
from . import types as T
from .arity import PRINTERS
from .constant import numeric
from .control import condition, governs, unread
from .convert import assign_convert, convert, promoted, rvalue, scalar, value_of
from .nodes import AttributeStmt, ComputedGoto, LocalLabels, Pragma, Range, UnusedLabel
from .state import FunctionState, Operand
from .wide import Wide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_CASE_RANGE = 64  # a longer `case lo ... hi` becomes two comparisons


class Label:
    """A label: `chain` is the cleanup scopes it stands in once it is defined; gotos before that wait in `pads`."""

    __slots__ = ("block", "chain", "pads", "used", "pos")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.chain: list[Any] | None = None
        self.pads: list[tuple[Block, list[Any]]] = []
        self.used: Any = None
        self.pos: Any = None


class Switch:
    __slots__ = ("terminator", "block", "type", "values", "default", "ranges", "dead")

    def __init__(self, terminator: Value, block: Block, type: Any, dead: bool) -> None:
        self.terminator = terminator
        self.block = block
        self.type = type
        self.values: dict[int, Any] = {}
        self.default: Block | None = None
        self.dead = dead
        self.ranges: list[tuple[int, int, Block]] = []


# -- cleanups: __attribute__((cleanup(function))) ---------------------------------------------------------------------
def run_cleanups(f: FunctionState, chain: list[list[Any]], keep: int = 0) -> None:
    """Calls the cleanups of the scopes beyond the first `keep`, the innermost and latest first."""
    for scope in reversed(chain[keep:]):
        for variable, function in reversed(scope):
            f.unit.call_cleanup(f, function, variable)


def compound(f: FunctionState, node: Any) -> None:
    labels = len(f.local_labels)
    f.enter()
    statements(f, node.block_items or [])
    leave_scope(f)
    del f.local_labels[labels:]


def statements(f: FunctionState, items: list[Any]) -> None:
    for item in items:
        f.stmt(item)


def leave_scope(f: FunctionState, ends_objects: bool = True) -> None:
    """ends_objects: no value of the scope is an object in it."""
    if not f.is_terminated():
        if f.cleanups[-1]:
            run_cleanups(f, f.cleanups, len(f.cleanups) - 1)
        if ends_objects and len(f.scopes) > 2:  # else the function returns next
            f.end_slots()
    f.leave()


def empty(f: FunctionState, node: Any) -> None:
    pass


# -- selection --------------------------------------------------------------------------------------------------------
def if_statement(f: FunctionState, node: Any) -> None:
    then, join = f.new_block("then"), f.new_block("endif")
    other = f.new_block("else") if node.iffalse is not None else join
    governs(f, "if", node.cond, then)
    condition(f, node.cond, then, other)
    f.start(then)
    sub_statement(f, node.iftrue)
    f.jump(join)
    if node.iffalse is not None:
        f.start(other)
        sub_statement(f, node.iffalse)
        f.jump(join)
    f.start(join)


def sub_statement(f: FunctionState, node: Any) -> None:
    for item in node if isinstance(node, list) else [node]:
        f.stmt(item)


def switch(f: FunctionState, node: Any) -> None:
    o = scalar(f, node.cond)
    if not T.is_integer(T.strip(o.type)):
        f.diag.error(node.coord, f"statement requires expression of integer type ('{T.spell(o.type)}' invalid)")
        o = value_of(T.INT, f.fn.undef("i32"))
    if type(o.value) is Wide:
        f.diag.error(node.coord, "switch on __int128 is not supported on BPF")
        o = convert(f, o, T.LONG)
    enum: Any = T.strip(o.type) if T.strip(o.type).kind == "enum" and T.is_complete(o.type) else None
    o = promoted(f, o)
    end = f.new_block("endswitch")
    f.pos = node.coord
    block = f.block
    if f.is_terminated():
        f.unreachable_block()
        block = f.block
    dead = f.is_dead()
    terminator = Value("switch", "void", [o.value], [], node.coord, [Target(end)])
    terminator.block = block
    block.insns.append(terminator)
    saved, f.switch = f.switch, Switch(terminator, block, o.type, dead)
    state = f.switch
    f.breaks.append((end, len(f.cleanups)))
    f.unreachable_block()
    sub_statement(f, node.stmt)
    f.jump(end)
    f.breaks.pop()
    f.switch = saved
    if enum is not None and enum.values is not None and check_enumerators(f, node, state, enum) and state.default is None:
        f.impossible.add(terminator.targets[0])
    default = state.default or end
    otherwise = f.new_block("range") if state.ranges else default
    terminator.targets[0].block = otherwise
    if not dead:
        f.edges[otherwise].append((block, terminator.targets[0]))
    if state.ranges:
        range_tests(f, state, otherwise, default, o.value)
    if state.default is not None:
        f.seal(state.default)
    f.start(end)


def check_enumerators(f: FunctionState, node: Any, state: Switch, enum: Any) -> bool:
    """Of a switch over an enumeration: each case should be an enumerator, and without default each enumerator a case. Whether each is one."""
    values = {value for _, value in enum.values}
    for n, where in state.values.items():
        if n not in values:
            f.diag.warning("switch", where, f"case value not in enumerated type '{T.spell(enum)}'")
    names: list[str] = []
    if state.default is None:
        missing = {value: f"'{name}'" for name, value in reversed(enum.values)}
        missing = {n: name for n, name in missing.items() if n not in state.values and not any(lo <= n <= hi for lo, hi, _ in state.ranges)}
        names = list(reversed(missing.values()))
        if len(names) == 1:
            f.diag.warning("switch", node.coord, f"enumeration value {names[0]} not handled in switch")
        elif len(names) == 2:
            f.diag.warning("switch", node.coord, f"enumeration values {names[0]} and {names[1]} not handled in switch")
        elif names:
            shown = ", ".join(names[:3]) + ("..." if len(names) > 3 else "")
            f.diag.warning("switch", node.coord, f"{len(names)} enumeration values not handled in switch: {shown}")
    return not names


def range_tests(f: FunctionState, state: Switch, block: Block, default: Block, value: Value) -> None:
    """From `block` on, a chain of blocks that tests the long ranges before the default is taken."""
    at_least, at_most = ("sge", "sle") if state.type.signed else ("uge", "ule")
    for i, (lo, hi, target) in enumerate(state.ranges):
        following = default if i == len(state.ranges) - 1 else f.new_block("range")
        upper = f.new_block("range")
        f.start(block)
        f.terminate("br", [f.effect("icmp", "i32", [value, f.const(value.type, lo)], at_least)], [upper, following])
        f.start(upper)
        f.terminate("br", [f.effect("icmp", "i32", [value, f.const(value.type, hi)], at_most)], [target, following])
        f.seal(target)
        block = following


def case(f: FunctionState, node: Any) -> None:
    state = f.switch
    if state is None:
        f.diag.error(node.coord, "'case' statement not in switch statement")
        return sub_statement(f, node.stmts)
    lo_node, hi_node = (node.expr.lo, node.expr.hi) if isinstance(node.expr, Range) else (node.expr, None)
    lo = case_value(f, lo_node, state.type)
    hi = case_value(f, hi_node, state.type) if hi_node is not None else lo
    block = f.new_block("case")
    f.jump(block)
    if hi < lo:
        f.diag.warning("empty-case-range", node.coord, "empty case range specified")
    if any(lo <= high and low <= hi for low, high, _ in state.ranges):
        f.diag.error(node.coord, f"duplicate case value '{lo}'")
    elif hi - lo >= MAX_CASE_RANGE:
        taken = next((n for n in state.values if lo <= n <= hi), None)
        if taken is not None:
            f.diag.error(node.coord, f"duplicate case value '{taken}'")
        state.ranges.append((lo, hi, block))
        f.start(block, sealed=False)
        return sub_statement(f, node.stmts)
    else:
        for n in range(lo, hi + 1):
            if n in state.values:
                f.diag.error(node.coord, f"duplicate case value '{n}'")
                f.diag.note(state.values[n], "previous case defined here")
                break
            state.values[n] = node.coord
            add_case(f, state, n, block)
    f.start(block)
    if f.flow is not None:
        f.flow.cases[block] = node
    sub_statement(f, node.stmts)


def check_fallthrough(f: FunctionState, node: Any) -> None:
    """-Wimplicit-fallthrough, at a label: statements before it go on into it, and none says that this is meant."""
    before = f.unit.last_statement
    if type(before) in (c_ast.Case, c_ast.Default, AttributeStmt, c_ast.Switch) or f.is_terminated() or not f.is_reached():
        return
    if f.diag.warning("implicit-fallthrough", node.coord, "unannotated fall-through between switch labels"):
        f.diag.note(node.coord, "insert '__attribute__((fallthrough));' to silence this warning")
        f.diag.note(node.coord, "insert 'break;' to avoid fall-through")


def following(unit: Any, table: dict[Any, Any]) -> dict[Any, Any]:
    """The handlers of statements, such that the unit knows which came last."""

    def noting(handler: Any) -> Any:
        def run(f: FunctionState, node: Any) -> None:
            label = type(node) is c_ast.Case or type(node) is c_ast.Default
            if label and f.switch is not None:
                check_fallthrough(f, node)
            if type(node) is not c_ast.EmptyStatement:
                unit.last_statement = node
            handler(f, node)

        return run

    expressions = dict.fromkeys(unit.expr_table, unit.expression_statement)
    return {kind: noting(handler) for kind, handler in {**expressions, **table}.items()}


def case_value(f: FunctionState, node: Any, t: Any) -> int:
    o = f.unit.constant_operand(f, node)
    if o is None or not T.is_integer(T.strip(o.type)):
        f.diag.error(node.coord, "case label does not reduce to an integer constant")
        return 0
    return numeric(convert(f, o, t))


def add_case(f: FunctionState, state: Switch, n: int, block: Block) -> None:
    target = Target(block)
    state.terminator.aux.append(f.const(state.terminator.args[0].type, n).aux)
    state.terminator.targets.append(target)
    if not state.dead:
        f.edges[block].append((state.block, target))


def default(f: FunctionState, node: Any) -> None:
    state = f.switch
    if state is None:
        f.diag.error(node.coord, "'default' statement not in switch statement")
    elif state.default is not None:
        f.diag.error(node.coord, "multiple default labels in one switch")
    else:
        block = f.new_block("default")
        f.jump(block)
        state.default = block
        f.start(block, sealed=False)
        if f.flow is not None:
            f.flow.cases[block] = node
    sub_statement(f, node.stmts)


# -- iteration --------------------------------------------------------------------------------------------------------
def loop_body(f: FunctionState, body: Any, after: Block, step: Block) -> None:
    f.breaks.append((after, len(f.cleanups)))
    f.continues.append((step, len(f.cleanups)))
    sub_statement(f, body)
    f.breaks.pop()
    f.continues.pop()


def take_unroll(f: FunctionState) -> int | None:
    unroll, f.unroll = f.unroll, None
    return unroll


def while_loop(f: FunctionState, node: Any) -> None:
    header, body, after = f.new_block("while"), f.new_block("body"), f.new_block("endwhile")
    header.unroll = take_unroll(f)
    f.jump(header)
    f.start(header, sealed=False)
    governs(f, "while", node.cond, body)
    condition(f, node.cond, body, after)
    f.start(body)
    loop_body(f, node.stmt, after, header)
    f.jump(header)
    f.seal(header)
    f.start(after)


def do_loop(f: FunctionState, node: Any) -> None:
    body, step, after = f.new_block("do"), f.new_block("test"), f.new_block("enddo")
    body.unroll = take_unroll(f)
    f.jump(body)
    f.start(body, sealed=False)
    loop_body(f, node.stmt, after, step)
    f.jump(step)
    f.start(step)
    governs(f, "do", node.cond, body)
    condition(f, node.cond, body, after)
    f.seal(body)
    f.start(after)


def for_loop(f: FunctionState, node: Any) -> None:
    unroll = take_unroll(f)
    f.enter()
    if node.init is not None:
        f.stmt(node.init)
    header, body, step, after = f.new_block("for"), f.new_block("body"), f.new_block("step"), f.new_block("endfor")
    header.unroll = unroll
    f.jump(header)
    f.start(header, sealed=False)
    if node.cond is not None:
        governs(f, "for", node.cond, body)
        condition(f, node.cond, body, after)
    else:
        f.jump(body)
    f.start(body)
    loop_body(f, node.stmt, after, step)
    f.jump(step)
    f.start(step)
    if node.next is not None:
        f.pos = node.next.coord
        o = f.expr(node.next)
        unread(f, node.next)
        f.unit.check_unused(node.next, o)
    f.jump(header)
    f.seal(header)
    f.start(after)
    leave_scope(f)


# -- jumps ------------------------------------------------------------------------------------------------------------
def jump_out(f: FunctionState, node: Any, stack: list[Any], word: str) -> None:
    if not stack:
        f.diag.error(node.coord, f"'{word}' statement not in loop" + (" or switch statement" if word == "break" else " statement"))
        return
    block, depth = stack[-1]
    if not f.is_terminated():
        run_cleanups(f, f.cleanups, depth)
    f.jump(block)
    f.unreachable_block()


def break_statement(f: FunctionState, node: Any) -> None:
    jump_out(f, node, f.breaks, "break")


def continue_statement(f: FunctionState, node: Any) -> None:
    jump_out(f, node, f.continues, "continue")


def return_statement(f: FunctionState, node: Any) -> None:
    f.returns = f.returns or not f.is_dead()
    t = T.strip(f.ret_type)
    value: Value | None = None
    if node.expr is not None:
        o = rvalue(f, f.expr(node.expr))
        f.pos = node.coord
        if t.kind == "void":
            if T.strip(o.type).kind != "void":
                f.diag.warning("return-mismatch", node.coord, f"void function '{f.name}' should not return a value")
            elif f.unit.extended is not None:
                f.diag.warning("pedantic", node.coord, f"void function '{f.name}' should not return void expression")
        elif T.in_memory(t):
            o = assign_convert(f, o, f.ret_type, node.coord, "return")
            result = access.memory(f, f.read_var(f.ret_slot), f.ret_type)
            if o.kind == "mem":
                access.copy(f, result, o)
            elif not T.is_record(t):
                access.store(f, result, o.value)
        else:
            value = assign_convert(f, o, f.ret_type, node.coord, "return", node.expr).value
    elif t.kind != "void":
        f.diag.warning("return-mismatch", node.coord, f"non-void function '{f.name}' should return a value")
    if value is None and t.kind != "void" and not T.in_memory(t):
        value = f.fn.undef(f.fn.ret)
    if not f.is_terminated():
        run_cleanups(f, f.cleanups)
        f.pos = node.coord
        f.terminate("ret", [value] if value is not None else [], [])
    f.unreachable_block()


def find_label(f: FunctionState, name: str) -> Label:
    for scope in reversed(f.local_labels):
        if name in scope:
            name = scope[name]
            break
    label = f.labels.get(name)
    if label is None:
        label = f.labels[name] = Label(f.new_block(name))
    return label


def goto(f: FunctionState, node: Any) -> None:
    label = find_label(f, node.name)
    label.used = label.used or node
    goto_label(f, label)
    f.unreachable_block()


def goto_label(f: FunctionState, label: Label) -> None:
    if f.is_terminated():
        return
    if label.chain is not None:
        run_cleanups(f, f.cleanups, common_scopes(f.cleanups, label.chain))
        f.jump(label.block)
    elif any(f.cleanups):
        pad = f.new_block("leave")
        f.jump(pad)
        label.pads.append((pad, [list(scope) for scope in f.cleanups]))
        label.pads[-1][1].append(list(f.cleanups))
    else:
        f.jump(label.block)


def common_scopes(a: list[Any], b: list[Any]) -> int:
    n = 0
    while n < len(a) and n < len(b) and a[n] is b[n]:
        n += 1
    return n


def label_statement(f: FunctionState, node: Any) -> None:
    label = find_label(f, node.name)
    if label.chain is not None:
        f.diag.error(node.coord, f"redefinition of label '{node.name}'")
        return sub_statement(f, node.stmt)
    f.jump(label.block)
    label.chain, label.pos = list(f.cleanups), node.coord
    if type(node) is UnusedLabel:
        label.used = label.used or node
    for pad, snapshot in label.pads:
        identities = snapshot.pop()
        f.start(pad)
        run_cleanups(f, snapshot, common_scopes(identities, label.chain))
        f.jump(label.block)
    label.pads = []
    f.start(label.block, sealed=False)
    sub_statement(f, node.stmt)


def local_labels(f: FunctionState, node: Any) -> None:
    """`__label__ a, b;`: until the end of the block these names mean labels of its own."""
    f.counter += 1
    f.local_labels.append({name: f"{name}.{f.counter}" for name in node.names})


def computed_goto(f: FunctionState, node: Any) -> None:
    scalar(f, node.expr)
    f.pos = node.coord
    f.refuse("computed goto is not supported on BPF: there are no indirect jumps")
    f.terminate("unreachable", [], [])
    f.unreachable_block()


def pragma(f: FunctionState, node: Any) -> None:
    words = [t.value for t in node.tokens]
    if words[:2] in (["GCC", "unroll"], ["clang", "loop"]):
        words = words[1:]
    if words[:1] == ["unroll"] or words[:1] == ["nounroll"]:
        counts = [w for w in words[1:] if w not in ("(", ")")]
        n = f.unit.pragma_count(f, node.tokens[-len(counts) :]) if counts else 1
        f.unroll = 0 if words[0] == "nounroll" else (n if n is not None else 1)
        if counts and n == 1:
            f.unroll = 0
    elif words[:1] == ["loop"] and "unroll" in words:
        f.unroll = 0 if "disable" in words else 1
    elif words[:1] == ["loop"] and "unroll_count" in words:
        at = words.index("unroll_count") + 1 + len(node.tokens) - len(words)
        n = f.unit.pragma_count(f, node.tokens[at:])
        if n is None:
            f.diag.error(node.tokens[-1], "expression is not an integer constant expression")
        elif n <= 0:
            f.diag.error(node.tokens[-1], f"invalid value '{n}'; must be positive")
        else:
            f.unroll = n


def static_assert(f: FunctionState, node: Any) -> None:
    f.unit.static_assert(f, node)


def declaration(f: FunctionState, node: Any) -> None:
    f.unit.declare_local(f, node)


def declaration_list(f: FunctionState, node: Any) -> None:
    for decl in node.decls:
        f.pos = decl.coord
        f.unit.declare_local(f, decl)


def statement_expression(f: FunctionState, body: Any) -> Operand:
    """`({ ... })`: the value is that of the last statement, if it is an expression."""
    items = list(body.block_items or ())
    while items and isinstance(items[-1], c_ast.EmptyStatement):
        items.pop()
    labels = len(f.local_labels)
    value = value_of(T.VOID, None)
    f.enter()
    if items:
        last = items[-1]
        if type(last) is c_ast.FuncCall and getattr(last.name, "name", "") in PRINTERS and f.unit.warns_formats and not f.unit.unevaluated:
            from .bpf_format import check_block

            check_block(f, items)
        statements(f, items[:-1])
        while isinstance(last, c_ast.Label):
            inner = last.stmt
            last.stmt = c_ast.EmptyStatement(last.coord)
            label_statement(f, last)
            last = inner
        if type(last) in f.unit.expr_table:
            f.pos = last.coord
            value = rvalue(f, f.expr(last))
        else:
            f.stmt(last)
    leave_scope(f, value.kind == "value")
    del f.local_labels[labels:]
    return value


TABLE = {
    c_ast.Compound: compound,
    c_ast.EmptyStatement: empty,
    c_ast.If: if_statement,
    c_ast.Switch: switch,
    c_ast.Case: case,
    c_ast.Default: default,
    c_ast.While: while_loop,
    c_ast.DoWhile: do_loop,
    c_ast.For: for_loop,
    c_ast.Break: break_statement,
    c_ast.Continue: continue_statement,
    c_ast.Return: return_statement,
    c_ast.Goto: goto,
    c_ast.Label: label_statement,
    UnusedLabel: label_statement,
    c_ast.StaticAssert: static_assert,
    c_ast.DeclList: declaration_list,
    LocalLabels: local_labels,
    ComputedGoto: computed_goto,
    Pragma: pragma,
    AttributeStmt: empty,
}
