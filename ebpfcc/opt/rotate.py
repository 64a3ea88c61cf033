"""Loop rotation: a loop that tests at its head gets its test at the end, behind a copy of the test that guards its entry.

One jump less in each round, and what stands in the loop is executed at least once when it is entered."""

from __future__ import annotations

from ..ir import cfg
from ..ir.clone import copy_insn, copy_param
from ..ir.core import PURE, Block, Function, Target, Value

MAX_HEADER = 10  # instructions that are copied
REMADE = frozenset(("zext", "sext", "trunc", "sextn", "ptrtoint", "inttoptr"))


def run(fn: Function) -> int:
    """Requires: fn verifies.  Changes the CFG.  Returns: loops rotated."""
    done = 0
    cfg.compute_preds(fn)
    tried: set[Block] = set()
    while True:
        loops = [loop for loop in cfg.find_loops(fn) if loop.header not in tried]
        if not loops:
            return done
        loop = loops[0]
        tried.add(loop.header)
        if can_rotate(loop, fn):
            rotate(fn, loop)
            cfg.compute_preds(fn)
            done += 1


def can_rotate(loop: cfg.Loop, fn: Function) -> bool:
    header = loop.header
    if len(loop.latches) != 1 or header is fn.blocks[0]:
        return False
    latch = loop.latches[0]
    t = header.insns[-1]
    if latch is header or latch.insns[-1].op != "jmp" or t.op != "br" or len(header.insns) > MAX_HEADER:
        return False
    if sum(target.block in loop.blocks for target in t.targets) != 1:
        return False
    return all(i.op in PURE or i.op == "load" and not i.aux.volatile for i in header.insns[:-1])


def rotate(fn: Function, loop: cfg.Loop) -> None:
    header, latch = loop.header, loop.latches[0]
    branch = header.insns[-1]
    inner = next(i for i, t in enumerate(branch.targets) if t.block in loop.blocks)
    body = own_block(fn, header, inner, "body")
    leave = own_block(fn, header, 1 - inner, "exit")
    loop.blocks.add(body)
    cfg.compute_preds(fn)
    versions: dict[Block, dict[Value, Value]] = {body: {}, leave: {}}
    for v in carried_values(fn, header):
        for block, target in ((body, branch.targets[inner]), (leave, branch.targets[1 - inner])):
            if is_remade(v):
                versions[block][v] = remake(block, v, versions[block])
            else:
                versions[block][v] = copy_param(v, block)
                target.args.append(v)
        rename(fn, loop, v, versions[body][v], versions[leave][v], body, leave)
    jump = latch.insns.pop()
    values: dict[Value, Value] = dict(zip(header.params, jump.targets[0].args))
    for insn in header.insns:
        copy = copy_insn(insn, values, latch)
        if insn.targets:
            copy.targets = [Target(t.block, [values.get(a, a) for a in t.args]) for t in insn.targets]
        values[insn] = copy
        latch.insns.append(copy)


def carried_values(fn: Function, header: Block) -> list[Value]:
    """Values of the header that are read elsewhere, and what remaking some of them takes, each after what it needs."""
    defined = [*header.params, *header.insns[:-1]]
    carried = {v for v in defined if is_used_elsewhere(fn, v, header)}
    for v in reversed(defined):
        if v in carried and is_remade(v):
            carried.update(a for a in v.args if a in defined)
    return [v for v in defined if v in carried]


def is_remade(v: Value) -> bool:
    """Cheaper to make again of the counter than to carry as a second one."""
    return v.op in REMADE


def remake(block: Block, v: Value, values: dict[Value, Value]) -> Value:
    copy = copy_insn(v, values, block)
    block.insns.insert(-1, copy)
    return copy


def own_block(fn: Function, header: Block, side: int, what: str) -> Block:
    """A block on this edge alone."""
    target = header.insns[-1].targets[side]
    block = Block(f"{header.name}.{what}")
    jump = Value("jmp", "void", [], None, header.insns[-1].pos, [Target(target.block, target.args)])
    jump.block = block
    block.insns.append(jump)
    target.block, target.args = block, []
    fn.blocks.insert(fn.blocks.index(header) + 1, block)
    return block


def is_used_elsewhere(fn: Function, v: Value, header: Block) -> bool:
    for block in fn.blocks:
        if block is header:
            continue
        for insn in block.insns:
            if v in insn.args or any(v in t.args for t in insn.targets):
                return True
    return False


def rename(fn: Function, loop: cfg.Loop, v: Value, in_body: Value, in_exit: Value, body: Block, leave: Block) -> None:
    """Uses of v outside the header read the parameter that reaches them; where paths meet, a new one."""
    known: dict[Block, Value] = {leave: in_exit}
    work: list[tuple[Block, Value]] = []

    def at_start(block: Block) -> Value:
        if block in loop.blocks:
            return in_body
        found = known.get(block)
        if found is None:
            found = known[block] = copy_param(v, block)
            work.append((block, found))
        return found

    for block in list(fn.blocks):
        if block is loop.header:
            continue
        for insn in block.insns:
            if v in insn.args:
                p = at_start(block)
                insn.args = [p if a is v else a for a in insn.args]
            for t in insn.targets:
                if v in t.args:
                    p = at_start(block)
                    t.args = [p if a is v else a for a in t.args]
    while work:
        block, _ = work.pop()
        for pred in dict.fromkeys(block.preds):
            value = at_start(pred)
            for t in pred.insns[-1].targets:
                if t.block is block:
                    t.args.append(value)
