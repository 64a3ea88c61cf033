"""Constants stored side by side into an object of the stack or of the module become wider stores; stack objects are aligned for them.

Only into objects that are known: behind any other pointer may be a context or a kernel object, where the verifier lets only whole members be
written. (LLVM merges stores in its DAG combiner.)"""

from __future__ import annotations

from ..ir.core import Block, Function, Mem, Module, Slot, Value
from ..ir.effects import object_of, writes_memory
from .align_objects import raise_alignment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WIDTHS = (8, 4, 2, 1)
IMMEDIATE = 1 << 31
MAX_BYTES = 128  # of a memset that is taken apart


class Waiting:
    """Stores into one object that nothing has looked at since: (number in the block, offset, size, instructions); and the bytes they leave."""

    __slots__ = ("stores", "data")

    def __init__(self) -> None:
        self.stores: list[tuple[int, int, int, int]] = []
        self.data: dict[int, int] = {}


def run(fn: Function, module: Module) -> int:
    """Requires: addresses folded by gvn.  Preserves: the CFG.  Returns: stores that became parts of others."""
    done = 0
    for block in fn.blocks:
        if any(insn.op in ("store", "memset") for insn in block.insns):
            done += widen(fn, module, block)
        for insn in block.insns:
            if insn.op == "memset" and insn.args[0].op == "slot":
                insn.aux = insn.aux.but(align=max(insn.aux.align, raise_alignment(insn.args[0].aux, 8)))
    return done


def widen(fn: Function, module: Module, block: Block) -> int:
    waiting: dict[Any, Waiting] = {}
    replaced: dict[int, list[Value]] = {}  # number of a store -> the stores in its place

    def flush(keys: list[Any]) -> None:
        for key in keys:
            if key in waiting:
                merge(fn, module, block, key, waiting.pop(key), replaced)

    for number, insn in enumerate(block.insns):
        op = insn.op
        if op == "store" or op == "memset":
            place = place_of(fn, insn.args[0])
            if place is None or insn.args[1].op != "const" or insn.aux.volatile or insn.aux.reloc is not None or insn.aux.size > MAX_BYTES:
                flush(touched(fn, insn.args[0], waiting))
                continue
            mem: Mem = insn.aux
            key, off = place[0], place[1] + mem.off
            w = waiting.setdefault(key, Waiting())
            n = insn.args[1].aux
            width = min(mem.align, 8)
            w.stores.append((number, off, mem.size, -(-mem.size // width)))
            order: Any = "big" if module.big_endian else "little"
            data = bytes([n & 0xFF]) * mem.size if op == "memset" else (n & (1 << mem.size * 8) - 1).to_bytes(mem.size, order)
            w.data.update(zip(range(off, off + mem.size), data))
        elif op == "load":
            flush(touched(fn, insn.args[0], waiting))
        elif op == "lifetime" or writes_memory(insn):
            flush(list(waiting))
    flush(list(waiting))
    if not replaced:
        return 0
    before = len(block.insns)
    block.insns = [new for number, insn in enumerate(block.insns) for new in replaced.get(number, (insn,))]
    return before - len(block.insns)


def touched(fn: Function, address: Value, waiting: dict[Any, Waiting]) -> list[Any]:
    """The objects that wait and may lie behind an address."""
    known = object_of(fn, address)
    return list(waiting) if known is None else [known]


def place_of(fn: Function, address: Value) -> tuple[Any, int] | None:
    """The object and the byte in it that a constant address is."""
    off = 0
    while address.op == "add" and address.args[1].op == "const":
        off += address.args[1].aux
        address = address.args[0]
    if address.op == "slot":
        return address.aux, off
    return (address.aux[0], address.aux[1] + off) if address.op == "gaddr" and address.aux[0] not in fn.second_names else None


def merge(fn: Function, module: Module, block: Block, key: Any, waiting: Waiting, replaced: dict[int, list[Value]]) -> None:
    """Each run of bytes that fewer instructions can write gets them in the place of its last store."""
    if isinstance(key, Slot):
        base, align = fn.slot_addr(key), max(key.align, next(w for w in WIDTHS if w <= max(key.size, 1)))
    else:
        variable = module.globals.get(key)
        base, align = fn.gaddr(key), variable.align if variable is not None and not variable.linkage.startswith("extern") else 1
    for start, end in runs(waiting.data):
        parts = [s for s in waiting.stores if start <= s[1] < end]
        places = pieces(waiting.data, start, end, align, module.big_endian)
        if len(places) >= sum(cost for _, _, _, cost in parts):
            continue
        numbers = [part[0] for part in parts]
        pos = block.insns[numbers[0]].pos
        out: list[Value] = []
        for off, width, n in places:
            if isinstance(key, Slot):
                raise_alignment(key, width)
            store = Value("store", "void", [base, fn.const("i64" if width == 8 else "i32", n)], Mem(width, off=off), pos)
            store.block = block
            out.append(store)
        replaced.update((number, []) for number in numbers)
        replaced[numbers[-1]] = out


def runs(data: dict[int, int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for at in sorted(data):
        if found and found[-1][1] == at:
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


def pieces(data: dict[int, int], start: int, end: int, align: int, big_endian: bool) -> list[tuple[int, int, int]]:
    """(offset, width, value) of the stores that write the run; 8 bytes at once only where an immediate holds them."""
    out: list[tuple[int, int, int]] = []
    at = start
    while at < end:
        for width in WIDTHS:
            if width > align or at % width or at + width > end:
                continue
            n = int.from_bytes(bytes(data[k] for k in range(at, at + width)), "big" if big_endian else "little", signed=True)
            if width < 8 or -IMMEDIATE <= n < IMMEDIATE:
                out.append((at, width, n))
                at += width
                break
    return out
