"""Static variables that nothing writes are constant objects; those that nothing reads are not there. (LLVM's GlobalOpt.)

The whole translation unit is seen here, and only a symbol of another linkage, a section of its own or volatile accesses let user space take part."""

from __future__ import annotations

from ..ir.core import Function, Module, Value

PLACES = frozenset((".data", ".bss"))
DERIVING = frozenset(("add", "select"))  # what makes an address inside the same object of one


class Uses:
    """What is done with one variable; `escapes`: with its address, too."""

    __slots__ = ("read", "written", "escapes")

    def __init__(self) -> None:
        self.read = self.written = self.escapes = False


def run(module: Module) -> int:
    """Returns: variables that became constant, or whose stores went."""
    uses = {
        v.name: Uses()
        for v in module.globals.values()
        if v.linkage == "local" and v.section in PLACES and not v.fixed and not v.attrs & {"used", "retain", "section"}
    }
    for v in module.globals.values():
        for _, symbol, _, _ in v.relocs:
            uses.pop(symbol, None)
    if not uses or module.asm or module.aliases:
        return 0
    for fn in module.functions.values():
        collect(fn, uses)
    unread = {name for name, u in uses.items() if u.written and not u.read and not u.escapes}
    constant = {name for name, u in uses.items() if u.read and not u.written and not u.escapes}
    for name in constant:
        variable = module.globals[name]
        variable.const = variable.fixed = True
        variable.section = ".rodata"
    if unread:
        for fn in module.functions.values():
            drop_stores(fn, unread)
    return len(constant) + len(unread)


def objects(fn: Function, names: dict[str, Uses] | set[str]) -> dict[Value, str]:
    """The addresses in a function that are inside one of the variables."""
    inside = {v: v.aux[0] for v in fn.leaves.values() if v.op == "gaddr" and v.aux[0] in names}
    grows = bool(inside)
    while grows:
        grows = False
        for insn in fn.insns():
            if insn.op in DERIVING and insn.type == "ptr" and insn not in inside:
                base = insn.args[-2] if insn.op == "select" else insn.args[0]
                if base in inside and (insn.op == "add" or inside.get(insn.args[-1]) == inside[base]):
                    inside[insn] = inside[base]
                    grows = True
    return inside


def collect(fn: Function, uses: dict[str, Uses]) -> None:
    inside = objects(fn, uses)
    if not inside:
        return
    for insn in fn.insns():
        op = insn.op
        for i, a in enumerate(insn.args):
            name = inside.get(a)
            if name is None or insn in inside:
                continue
            if op == "icmp":
                continue
            if op == "load" and not insn.aux.volatile or op in ("memcpy", "memmove") and i == 1 and not insn.aux.volatile:
                uses[name].read = True
            elif op in ("store", "memcpy", "memmove", "memset") and i == 0 and not insn.aux.volatile:
                uses[name].written = True
            else:
                uses[name].escapes = True
        for target in insn.targets:
            for a in target.args:
                if a in inside:
                    uses[inside[a]].escapes = True


def drop_stores(fn: Function, names: set[str]) -> None:
    inside = objects(fn, names)
    if inside:
        for block in fn.blocks:
            block.insns = [i for i in block.insns if not (i.op in ("store", "memcpy", "memmove", "memset") and i.args[0] in inside)]
