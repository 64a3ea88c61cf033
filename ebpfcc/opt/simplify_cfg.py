"""Control-flow clean-up: branches on constants, edges through empty blocks, straight-line merging, unreachable arms.

A branch that folds takes its dead blocks along: the verifier refuses unreachable instructions."""

from __future__ import annotations

from ..ir import cfg
from ..ir.core import Block, Function, Target, Value, count_uses, replace_values


def run(fn: Function) -> bool:
    """Requires: terminators.  Returns whether the CFG changed."""
    any_change = False
    while True:
        changed = fold_branches(fn)
        changed |= thread_empty(fn)
        cfg.compute_preds(fn)
        changed |= merge_chains(fn)
        any_change |= changed
        if not changed:
            return any_change


def jump_to(insn: Value, target: Target) -> None:
    insn.op, insn.args, insn.aux, insn.targets = "jmp", [], None, [target]


def fold_branches(fn: Function) -> bool:
    changed = False
    for block in fn.blocks:
        t = block.insns[-1]
        if t.op == "br":
            c = t.args[0]
            if c.op == "const":
                jump_to(t, t.targets[0 if c.aux else 1])
                changed = True
                continue
            a, b = t.targets
            if a.block is b.block and a.args == b.args:
                jump_to(t, a)
                changed = True
                continue
            # an arm that cannot be reached leaves the other one
            for arm, other in ((a, b), (b, a)):
                if is_unreachable(arm.block):
                    jump_to(t, other)
                    changed = True
                    break
            else:
                if c.op == "icmp" and c.aux == "ne" and c.args[1].op == "const" and c.args[1].aux == 0 and c.args[0].op == "icmp":
                    t.args = [c.args[0]]
                    changed = True
                elif c.op == "icmp" and c.aux == "eq" and c.args[1].op == "const" and c.args[1].aux == 0 and c.args[0].op == "icmp":
                    t.args, t.targets = [c.args[0]], [b, a]
                    t.aux = {"likely": "unlikely", "unlikely": "likely"}.get(t.aux)
                    changed = True
        elif t.op == "switch":
            changed |= fold_switch(t)
    return changed


def is_unreachable(block: Block) -> bool:
    return block.insns[0].op == "unreachable"


def fold_switch(t: Value) -> bool:
    v = t.args[0]
    if v.op == "const":
        values = t.aux
        chosen = values.index(v.aux) + 1 if v.aux in values else 0
        jump_to(t, t.targets[chosen])
        return True
    default = t.targets[0]
    keep = [
        i for i, target in enumerate(t.targets[1:]) if not (target.block is default.block and target.args == default.args) and not is_unreachable(target.block)
    ]
    if len(keep) != len(t.aux):
        t.aux = [t.aux[i] for i in keep]
        t.targets = [default] + [t.targets[i + 1] for i in keep]
        if not keep:
            jump_to(t, default)
        return True
    return False


def thread_empty(fn: Function) -> bool:
    """Edges into a block that only jumps on go to where it jumps."""
    changed = False
    forward: dict[Block, Target] = {}
    uses: dict[Value, int] = {}

    def note(block: Block) -> None:
        if len(block.insns) == 1 and block.insns[0].op == "jmp" and block.unroll is None:
            target = block.insns[0].targets[0]
            if block.params and not uses:
                uses.update(count_uses(fn))
            used_behind = any(uses.get(p, 0) > target.args.count(p) for p in block.params)
            if target.block is not block and not used_behind:
                forward[block] = target

    for block in fn.blocks[1:]:
        note(block)
    if not forward:
        return False
    for block in reversed(fn.blocks):  # so that of a row of empty blocks each is passed by once
        t = block.insns[-1]
        for target in t.targets:
            seen = set()
            while target.block in forward and target.block not in seen:
                middle = target.block
                seen.add(middle)
                onward = forward[middle]
                mapping = dict(zip(middle.params, target.args))
                args = [mapping.get(a, a) for a in onward.args]
                if args and reaches_differently(block, onward.block, args):
                    break
                target.args = args
                target.block = onward.block
                changed = True
        if t.op == "br" and t.targets[0].block is t.targets[1].block and t.targets[0].args == t.targets[1].args:
            jump_to(t, t.targets[0])
            if block is not fn.blocks[0]:
                note(block)
    return changed


def reaches_differently(block: Block, target: Block, args: list[Value]) -> bool:
    """Another edge of the block leads to `target` with other arguments: two such edges would need the empty block back."""
    return any(t.block is target and t.args != args for t in block.insns[-1].targets)


def merge_chains(fn: Function) -> bool:
    """A block whose only predecessor only jumps to it becomes part of it."""
    new: dict[Value, Value] = {}
    gone: set[Block] = set()
    for block in fn.blocks:
        if block in gone:
            continue
        while True:
            t = block.insns[-1]
            if t.op != "jmp":
                break
            target = t.targets[0]
            following = target.block
            if following is block or len(following.preds) != 1 or following is fn.blocks[0] or following in gone:
                break
            for param, arg in zip(following.params, target.args):
                new[param] = arg
            block.insns.pop()
            for insn in following.insns:
                insn.block = block
            block.insns.extend(following.insns)
            for s in following.succs:
                s.preds = [block if p is following else p for p in s.preds]
            gone.add(following)
    if gone:
        fn.blocks[:] = [b for b in fn.blocks if b not in gone]
        replace_values(fn, new)
    return bool(gone)
