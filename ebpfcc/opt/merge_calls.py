"""Calls of one function with the same arguments, each the last thing before the same end, become one call that all of them lead to.

`return forward(skb, hop);` in several branches is then inlined once. Only where all arguments are the same values: a block parameter in their
place could mix pointers of different kinds, which the verifier refuses in one instruction."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Block, Function, Target, Value, count_uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def run(fn: Function) -> int:
    """Changes the CFG.  Returns: calls that went."""
    end_lifetimes_by_return(fn)
    groups: dict[Any, list[Block]] = {}
    for block in fn.blocks:
        key = last_call(block)
        if key is not None:
            groups.setdefault(key, []).append(block)
    if all(len(blocks) == 1 for blocks in groups.values()):
        return 0
    cfg.compute_preds(fn)
    uses = count_uses(fn)
    done = 0
    for blocks in groups.values():
        same = [block for block in blocks if is_last(block, uses)]
        if len(same) > 1:
            merge(fn, same)
            done += len(same) - 1
    return done


def is_last(block: Block, uses: dict[Value, int]) -> bool:
    """Nothing but the end of the block reads the call's result, and the end does not lead back."""
    call, end = block.insns[-2:]
    read = end.args.count(call) + sum(t.args.count(call) for t in end.targets)
    return uses.get(call, 0) == read and all(t.block.index > block.index for t in end.targets)


def last_call(block: Block) -> Any:
    """What is called at the block's end, with what, and where the result goes; None if there is no such call."""
    if len(block.insns) < 2:
        return None
    call, end = block.insns[-2:]
    if call.op != "call" or call.aux.kind != "func" or end.op not in ("jmp", "ret"):
        return None
    while end.op == "jmp" and is_return(end.targets[0].block):
        values = dict(zip(end.targets[0].block.params, end.targets[0].args))
        end = Value("ret", "void", [values.get(a, a) for a in end.targets[0].block.insns[0].args])
    leads_to = tuple((t.block, tuple("result" if a is call else a for a in t.args)) for t in end.targets)
    returns = tuple("result" if a is call else a for a in end.args)
    return call.aux.target, call.type, tuple(call.args), end.op, leads_to, returns


def is_return(block: Block) -> bool:
    return block.insns[0].op == "ret"


def end_lifetimes_by_return(fn: Function) -> None:
    """A return ends all of them: what says so just before it goes."""
    for block in fn.blocks:
        if block.insns[-1].op == "ret":
            while len(block.insns) > 1 and block.insns[-2].op == "lifetime":
                del block.insns[-2]


def merge(fn: Function, blocks: list[Block]) -> None:
    """The first block's call moves into a block of its own; the others jump there."""
    joint = Block(f"{blocks[0].name}.call")
    joint.insns = blocks[0].insns[-2:]
    for insn in joint.insns:
        insn.block = joint
    for block in blocks:
        jump = Value("jmp", "void", [], None, block.insns[-1].pos, [Target(joint)])
        jump.block = block
        block.insns[-2:] = [jump]
    fn.blocks.insert(fn.blocks.index(blocks[0]) + 1, joint)
