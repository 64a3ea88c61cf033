"""Inlining: always_inline functions everywhere; at -O1 and above also small static ones and those that are called once.

Callees are done before callers.  A subprogram that stays keeps its signature: the verifier checks it against BTF."""

from __future__ import annotations

from ..ir.clone import copy_body
from ..ir.core import Block, Function, Module, Slot, Target, Value, replace_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

# In the units of LLVM's InlineCost.cpp. Global functions: what clang inlines at -O2 (its threshold is 225 on IR that is a little tighter),
# since programs rely on it: the verifier checks a global function that stays on its own. Local ones: a call costs more than it does there.
COST_INSN = 5
COST_CALL = 25  # and COST_INSN an argument
THRESHOLD_GLOBAL = 250
THRESHOLD = 225
FREE = frozenset("jmp ret lifetime zext sext trunc ptrtoint inttoptr add unreachable asm_out".split())  # `add`: of a pointer and a constant
COST_LATE = 400  # of a function that is copied last
LARGE = 6000  # a caller that has grown this big takes only what it must
COPIED = 50_000  # instructions that a module copies of functions that are called once: a chain of them is copied at each link


def call_order(module: Module) -> tuple[list[Function], set[str]]:
    """Functions, callees first; those that a call which closes a cycle leads back to: a copy of one would call it again."""
    order: list[Function] = []
    state: dict[str, int] = {}
    recursive: set[str] = set()

    for root in module.functions.values():
        if root.name in state:
            continue
        state[root.name] = 1
        stack = [(root, iter(callees(root)))]
        while stack:
            fn, rest = stack[-1]
            for name in rest:
                callee = module.functions.get(name)
                if callee is None:
                    continue
                if state.get(name) == 1:
                    recursive.add(name)
                elif name not in state:
                    state[name] = 1
                    stack.append((callee, iter(callees(callee))))
                    break
            else:
                stack.pop()
                state[fn.name] = 2
                order.append(fn)
    return order, recursive


def callees(fn: Function) -> list[str]:
    return [insn.aux.target for block in fn.blocks for insn in block.insns if insn.op == "call" and insn.aux.kind == "func"]


def references(fn: Function) -> dict[str, int]:
    """How often the function calls each other one, or takes its address."""
    refs: dict[str, int] = {}
    for block in fn.blocks:
        for insn in block.insns:
            if insn.op == "call" and insn.aux.kind == "func":
                refs[insn.aux.target] = refs.get(insn.aux.target, 0) + 1
            for a in insn.args:
                if a.op == "gaddr":
                    refs[a.aux[0]] = refs.get(a.aux[0], 0) + 1
            for target in insn.targets:
                for a in target.args:
                    if a.op == "gaddr":
                        refs[a.aux[0]] = refs.get(a.aux[0], 0) + 1
    return refs


def count_references(module: Module) -> dict[str, int]:
    """How often each function is called or its address taken."""
    refs: dict[str, int] = {}
    for fn in module.functions.values():
        for name, n in references(fn).items():
            refs[name] = refs.get(name, 0) + n
    for variable in module.globals.values():
        for _, symbol, _, _ in variable.relocs:
            refs[symbol] = refs.get(symbol, 0) + 1
    return refs


def size(fn: Function) -> int:
    return sum(len(block.insns) for block in fn.blocks)


def cost(callee: Function) -> int:
    """What a copy of the body would cost, less what the call costs that it saves."""
    total = 0
    for block in callee.blocks:
        for insn in block.insns:
            op = insn.op
            if op == "call":
                total += COST_CALL + COST_INSN * (1 + len(insn.args))
            elif op not in FREE or op == "add" and not (insn.type == "ptr" and insn.args[1].op == "const"):
                total += COST_INSN
    total -= COST_CALL + COST_INSN * (1 + len(callee.params))
    return total


def wants(callee: Function, caller: Function, module: Module, refs: dict[str, int], optimise: bool) -> bool:
    attrs = callee.attrs
    if "naked" in attrs or "noinline" in attrs or callee.linkage == "weak":
        return False
    if "always_inline" in attrs:
        return True
    if not optimise or callee.section != ".text" or size(caller) > LARGE or has_asm_labels(callee):
        return False
    if "uncallable" in attrs:
        return True
    if callee.linkage == "local" and refs.get(callee.name, 0) == 1 and module.copied <= COPIED:
        module.copied += size(callee)
        return True
    threshold = THRESHOLD if callee.linkage == "local" or "inline" in attrs else THRESHOLD_GLOBAL
    if len(callee.blocks) == 1:
        threshold += threshold // 2
    return cost(callee) <= threshold


def has_asm_labels(fn: Function) -> bool:
    return any(block.insns[-1].op == "asm_goto" for block in fn.blocks)


def is_late(callee: Function, refs: dict[str, int], late: Container[str]) -> bool:
    """Whether it pays to copy a function only into those that stay: a large one of which several calls may meet in one (merge_calls) once
    the functions around them are inlined. late: the functions of which this is known."""
    if "always_inline" not in callee.attrs or callee.linkage != "local" or refs.get(callee.name, 0) < 2:
        return False
    return cost(callee) >= COST_LATE or any(name in late for name in callees(callee))


def goes(fn: Function) -> bool:
    """Whether nothing of the function will be left but its copies."""
    return "always_inline" in fn.attrs and fn.linkage == "local" and "used" not in fn.attrs


def run(fn: Function, module: Module, refs: dict[str, int], recursive: set[str], optimise: bool, but: Container[str] = ()) -> int:
    """Inlines into fn what it wants, not the functions `but`; callees are final. Returns the number of calls replaced."""
    done = 0
    results: dict[Value, Value] = {}  # of calls that went: put in place once, at the end
    i = 0
    while i < len(fn.blocks):
        block = fn.blocks[i]
        for k, insn in enumerate(block.insns):
            if insn.op != "call" or insn.aux.kind != "func":
                continue
            callee = module.functions.get(insn.aux.target)
            if callee is None or callee.name in recursive or callee.name in but:
                continue
            if len(insn.args) == len(callee.params) and wants(callee, fn, module, refs, optimise):
                splice(fn, i, k, insn, callee, results)
                done += 1
                break
        i += 1
    replace_values(fn, results)
    return done


def splice(fn: Function, at: int, k: int, call: Value, callee: Function, results: dict[Value, Value]) -> None:
    """Replaces the call, instruction k of block `at`, by the callee's body; what stands for its result goes to `results`."""
    block = fn.blocks[at]
    after = Block(f"{block.name}.after")
    after.insns = block.insns[k + 1 :]
    for insn in after.insns:
        insn.block = after
    result: Value | None = None
    if call.type != "void":
        result = Value("param", call.type, [])
        result.block = after
        after.params.append(result)
    values: dict[Value, Value] = dict(zip(callee.params, call.args))
    slots: dict[Slot, Slot] = {}
    for slot in callee.slots:
        slots[slot] = Slot(slot.name, slot.size, slot.align, slot.pos)
        fn.slots.append(slots[slot])
    blocks = {b: Block(f"{callee.name}.{b.name}") for b in callee.blocks}
    for b, copy in blocks.items():
        copy.unroll = b.unroll
    copy_body(callee.blocks, blocks, values, lambda v: copy_leaf(fn, v, slots))
    for b in blocks.values():
        if b.insns[-1].op == "ret":
            leave_to(b.insns[-1], after, result.type if result is not None else "", fn)
    returns = [b.insns[-1] for b in callee.blocks if b.insns[-1].op == "ret"]
    if len(after.insns) == 1 and after.insns[0].op == "ret" and len(returns) == 1:
        after.insns[0].pos = returns[0].pos  # `return f(x);`, as BPF_PROG() makes them: what is told of the return is told of f's
    entry = blocks[callee.blocks[0]]
    block.insns = block.insns[:k]
    jump = Value("jmp", "void", [], None, call.pos, [Target(entry)])
    jump.block = block
    block.insns.append(jump)
    ends = [Value("lifetime", "void", [fn.slot_addr(slot)], "end", call.pos) for slot in slots.values()]
    for end in ends:
        end.block = after
    after.insns[:0] = ends
    fn.blocks[at + 1 : at + 1] = [blocks[b] for b in callee.blocks] + [after]
    if result is not None:
        results[call] = result


def leave_to(ret: Value, after: Block, type: str, fn: Function) -> None:
    """The copy of a return goes on behind the call, with its value where the caller reads one of this type."""
    ret.targets = [Target(after, [ret.args[0] if ret.args else fn.undef(type)] if type else [])]
    ret.op, ret.args, ret.aux = "jmp", [], None


def copy_leaf(fn: Function, v: Value, slots: dict[Slot, Slot]) -> Value:
    if v.op == "const":
        return fn.const(v.type, v.aux)
    if v.op == "gaddr":
        return fn.gaddr(*v.aux)
    if v.op == "undef":
        return fn.undef(v.type)
    assert v.op == "slot", v
    return fn.slot_addr(slots[v.aux])
