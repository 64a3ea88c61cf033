"""-Wsometimes-uninitialized: variables that are read although some branch leaves them without a value.

As clang decides it (lib/Analysis/UninitializedValues.cpp): a branch is told if on it the variable has no value for certain, and all paths
from there lead to the use. In: the blocks of a function as they were lowered, before any pass. Only made when the warning is on.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..ir.core import Block, Value
    from .state import FunctionState, Variable

UNSET, SET, EITHER = 1, 2, 3  # joined by |
OUTCOMES = {
    "while": ("'while' loop is entered", "'while' loop exits because its condition is false"),
    "for": ("'for' loop is entered", "'for' loop exits because its condition is false"),
    "do": ("'do' loop condition is true", "'do' loop exits because its condition is false"),
}


class Flow:
    """What lowering notes for it. construct: (kind, condition, block where it holds) of the branch that comes next."""

    __slots__ = ("bare", "reads", "phis", "construct", "constructs", "cases", "told")

    def __init__(self) -> None:
        self.bare: set[Variable] = set()  # declared without a value
        self.reads: list[tuple[Variable, Block, Value, Any]] = []
        self.phis: dict[Value, Any] = {}  # parameters of blocks that stand for a variable
        self.construct: tuple[str, Any, Block] | None = None
        self.constructs: dict[Value, tuple[str, Any, Block]] = {}
        self.cases: dict[Block, Any] = {}
        self.told: set[Variable] = set()


def first_token(node: Any) -> Any:
    """Where an expression begins."""
    while True:
        for name in ("left", "lvalue", "name", "cond"):
            inner = getattr(node, name, None)
            if inner is not None and not isinstance(inner, str) and hasattr(inner, "coord"):
                node = inner
                break
        else:
            if getattr(node, "op", "") in ("p++", "p--"):
                node = node.expr
                continue
            return node.coord


def report(f: FunctionState) -> None:
    flow = f.flow
    by_variable: dict[Variable, list[tuple[Block, Value, Any]]] = {}
    for variable, block, value, where in flow.reads:
        if variable not in flow.told:
            by_variable.setdefault(variable, []).append((block, value, where))
    for variable, reads in by_variable.items():
        states = exit_states(f, variable)
        for block, value, where in reads:
            if block in states and state_of(f, value, variable, states) == EITHER and report_branch(f, variable, block, where, states):
                break


def successors(f: FunctionState, block: Block) -> list[Block]:
    last = block.insns[-1] if block.insns else None
    if last is None or last.targets is None:
        return []
    return [target.block for target in last.targets if target not in f.impossible and any(t is target for _, t in f.edges.get(target.block, ()))]


def predecessors(f: FunctionState, block: Block, states: dict[Block, int]) -> list[Block]:
    return [before for before, target in f.edges[block] if target not in f.impossible and before in states]


def state_of(f: FunctionState, value: Value, variable: Variable, states: dict[Block, int]) -> int:
    if value.op == "undef":
        return UNSET
    if value.op == "param" and f.flow.phis.get(value) is variable and value.block is not None:
        state = 0
        for before in predecessors(f, value.block, states):
            state |= states[before]
        return state
    return SET


def exit_states(f: FunctionState, variable: Variable) -> dict[Block, int]:
    """At the end of each block that is reached: whether the variable has a value (0: not known yet)."""
    entry = f.fn.blocks[0]
    order = [entry]
    states = {entry: 0}
    for block in order:
        for after in successors(f, block):
            if after not in states:
                states[after] = 0
                order.append(after)
    changed = True
    while changed:
        changed = False
        for block in order:
            value = f.defs[block].get(variable)
            if value is not None:
                state = state_of(f, value, variable, states)
            elif block is entry:
                state = UNSET
            else:
                state = 0
                for before in predecessors(f, block, states):
                    state |= states[before]
            if state != states[block]:
                states[block] = state
                changed = True
    return states


def report_branch(f: FunctionState, variable: Variable, use: Block, where: Any, states: dict[Block, int]) -> bool:
    visited = {use: len(successors(f, use)) or 1}
    waiting = [use]
    while waiting:
        block = waiting.pop()
        for before in predecessors(f, block, states):
            if states[before] == SET:
                continue
            visited[before] = visited.get(before, 0) + 1
            if visited[before] == len(successors(f, before)):
                waiting.append(before)  # all its paths lead to the use without a value
    found = False
    for block in states:
        after = successors(f, block)
        if not 0 < visited.get(block, 0) < len(after) or states[block] != UNSET:
            continue
        for target in after:
            if visited.get(target, 0) >= (len(successors(f, target)) or 1):
                found = tell(f, variable, block.insns[-1], target, where) or found
    return found


def tell(f: FunctionState, variable: Variable, terminator: Value, target: Block, where: Any) -> bool:
    flow = f.flow
    if terminator.op == "switch":
        node = flow.cases.get(target)
        if node is None:
            return False
        place, outcome, remove = node.coord, f"switch {'default' if not hasattr(node, 'expr') else 'case'} is taken", ""
    else:
        construct = flow.constructs.get(terminator)
        if construct is None:
            return False
        kind, condition, yes = construct
        holds = target is yes
        place = first_token(condition)
        outcome = OUTCOMES[kind][not holds] if kind in OUTCOMES else f"'{kind}' condition is {'true' if holds else 'false'}"
        remove = f"remove the {'condition' if kind in OUTCOMES else repr(kind)} if it" + (f"s condition is always {'false' if holds else 'true'}")
        if kind in OUTCOMES:
            remove = f"remove the condition if it is always {'false' if holds else 'true'}"
    name = variable.name
    if f.diag.warning("sometimes-uninitialized", place, f"variable '{name}' is used uninitialized whenever {outcome}"):
        f.diag.note(where, "uninitialized use occurs here")
        if remove:
            f.diag.note(place, remove)
        f.diag.note(variable.pos, f"initialize the variable '{name}' to silence this warning")
    return True
