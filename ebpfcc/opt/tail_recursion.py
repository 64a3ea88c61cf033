"""A function that ends by calling itself is a loop (LLVM's TailCallElim): it can then be inlined, and may have more than five parameters."""

from __future__ import annotations

from ..ir.core import Block, Function, Target, Value, operands, replace_values


def run(fn: Function) -> int:
    """Preserves nothing of the CFG.  Returns: calls replaced.  Not where there are stack objects: each activation has its own."""
    if uses_stack(fn) or fn.linkage == "weak" or "naked" in fn.attrs:
        return 0
    calls = [(block, call) for block in fn.blocks if (call := last_call(fn, block)) is not None]
    if not calls:
        return 0
    header = fn.blocks[0]
    entry = Block("entry")
    entry.params = header.params
    header.name, header.params = "again", []
    new: dict[Value, Value] = {}
    for p in entry.params:
        copy = new[p] = Value("param", p.type, [], None, p.pos)
        copy.block, copy.name = header, p.name
        header.params.append(copy)
        p.block = entry
    replace_values(fn, new)
    jump(entry, header, list(entry.params), calls[0][1].pos)
    for block, call in calls:
        del block.insns[-2:]
        jump(block, header, call.args, call.pos)
    fn.blocks.insert(0, entry)
    return len(calls)


def uses_stack(fn: Function) -> bool:
    return bool(fn.slots) and any(a.op == "slot" for insn in fn.insns() if insn.op != "lifetime" for a in operands(insn))


def last_call(fn: Function, block: Block) -> Value | None:
    """The call of the function by itself that the block ends with, returning its result."""
    if len(block.insns) < 2 or block.insns[-1].op != "ret":
        return None
    call, end = block.insns[-2:]
    if call.op != "call" or call.aux.kind != "func" or call.aux.target != fn.name or len(call.args) != len(fn.params):
        return None
    return call if not end.args or end.args[0] is call else None


def jump(block: Block, to: Block, args: list[Value], pos: object) -> None:
    insn = Value("jmp", "void", [], None, pos, [Target(to, list(args))])
    insn.block = block
    block.insns.append(insn)
