"""-Wuninitialized-map-argument: keys and values that are handed to a map helper though some of their bytes never got a value.

The kernel compares all bytes of a key and copies all of a value, padding too, whatever the program wrote: a lookup that never finds its
element, or, without privileges, a program that the verifier refuses. In: a function as it was lowered. A byte counts as written if anything
in the function may write it, and an object whose address goes elsewhere as written in all of it: what is told is so on every path.
"""

from __future__ import annotations

from ..ir.core import Slot, Value
from ..ir.effects import ADDRESSES, BLOCK_OPERATIONS, WRITES_THROUGH, extent, root
from . import types as T

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import FunctionState

FLAG = "uninitialized-map-argument"
# Helper (enum bpf_func_id) -> its name, and which arguments are the map's key or value.
HELPERS = {
    1: ("bpf_map_lookup_elem", ((1, "key"),)),
    2: ("bpf_map_update_elem", ((1, "key"), (2, "value"))),
    3: ("bpf_map_delete_elem", ((1, "key"),)),
    87: ("bpf_map_push_elem", ((1, "value"),)),
    195: ("bpf_map_lookup_percpu_elem", ((1, "key"),)),
}


def check_sizes(f: FunctionState, call: Value, args: list[Any]) -> None:
    """-Wbpf-map: an object smaller than the key or value that a helper reads from it."""
    for n, what in HELPERS[call.aux.target][1]:
        base, low, high = extent(call.args[n])
        source = base.aux if base.op == "slot" else f.unit.module.globals.get(base.aux[0]) if base.op == "gaddr" else None
        known = argument_type(f, call.args[0], what) if source is not None and source.name and low == high and low >= 0 else None
        if source is None or known is None or not 0 < (room := source.size - low) < known[1]:
            continue
        t, size = known
        way = f"declare it as '{T.spell(t)}'" if t is not None else "pass a variable of that size"
        name, rest = source.name.rpartition(".")[2], " from there on" * (low > 0)  # a static variable's name has the function's before it
        told = f"'{name}' has {count(room)}{rest}, and a {what} of map '{call.args[0].aux[0]}' has {size}: {way}"
        f.unit.warn_once("bpf-map", args[n].coord, told)


def check(f: FunctionState) -> None:
    written: dict[Slot, bytearray] = {slot: bytearray(slot.size) for slot in f.fn.slots}
    uses: list[tuple[Value, int, str, Slot, int]] = []
    for insn in f.fn.insns():
        for i, arg in enumerate(insn.args):
            base = root(arg)
            if base.op == "slot" and base.aux in written:
                note_use(insn, i, arg, base.aux, written, uses)
        for target in insn.targets or ():
            for arg in target.args:
                base = root(arg)
                if base.op == "slot":
                    written.pop(base.aux, None)
    for insn, i, what, slot, off in uses:
        if slot in written:
            report(f, insn, i, what, slot, off, written[slot])


def note_use(insn: Value, i: int, arg: Value, slot: Slot, written: dict[Slot, bytearray], uses: list[tuple[Value, int, str, Slot, int]]) -> None:
    op = insn.op
    if op in ADDRESSES or op == "lifetime" or op == "load" or i == 1 and op in BLOCK_OPERATIONS:
        return
    _, low, high = extent(arg)
    if op in WRITES_THROUGH and i == 0 and low == high:
        start = low + insn.aux.off
        if start >= 0:
            written[slot][start : start + insn.aux.size] = b"\1" * min(insn.aux.size, max(slot.size - start, 0))
            return
    if op == "call" and insn.aux.kind == "helper" and low == high and insn.aux.target in HELPERS:
        for n, what in HELPERS[insn.aux.target][1]:
            if n == i:
                uses.append((insn, i, what, slot, low))
                return
    del written[slot]  # the address goes elsewhere


def report(f: FunctionState, insn: Value, i: int, what: str, slot: Slot, off: int, written: bytearray) -> None:
    known = argument_type(f, insn.args[0], what)
    if known is None:
        return
    t, size = known
    missing = [n for n in range(size) if 0 <= off + n < slot.size and not written[off + n]]
    if not missing or off < 0 or off + size > slot.size or not slot.name:
        return
    helper = HELPERS[insn.aux.target][0]
    handed = f"when it is handed to '{helper}' as {what}"
    if len(missing) == size:
        told = f"'{slot.name}' has no value {handed}"
    else:
        place = place_of(T.strip(t), missing) if t is not None else None
        if place is None:
            told = f"{count(len(missing))} of '{slot.name}' from offset {missing[0]} on {'have' if len(missing) > 1 else 'has'} no value {handed}"
        elif place[1]:
            told = f"{count(place[1])} of padding behind '{place[0]}' of '{slot.name}' {'have' if place[1] > 1 else 'has'} no value {handed}"
        else:
            told = f"member '{place[0]}' of '{slot.name}' has no value {handed}"
    if f.unit.warn_once(FLAG, insn.pos, told):
        f.diag.note(slot.pos, f"declare '{slot.name}' with '= {{}}': the kernel takes all of its bytes, padding too")


def count(n: int) -> str:
    return f"{n} byte{'s' if n > 1 else ''}"


def argument_type(f: FunctionState, address: Value, what: str) -> tuple[T.Type | None, int] | None:
    """(type, size) of a map's key or value, by its definition."""
    if address.op != "gaddr" or address.aux[1]:
        return None
    source = f.unit.module.globals.get(address.aux[0])
    t: Any = T.strip(source.ctype) if source is not None and source.ctype is not None else None
    if t is None or t.kind != "struct" or not T.is_complete(t):
        return None
    for m in t.members:
        named: Any = T.strip(m.type).target if T.strip(m.type).kind == "ptr" else None
        pointed: Any = T.strip(named) if named is not None else None
        if m.name == what and pointed is not None and T.is_complete(pointed):
            return named, T.sizeof(pointed)
        if m.name == f"{what}_size" and pointed is not None and pointed.kind == "array" and pointed.count:
            return None, pointed.count
    return None


def place_of(t: Any, missing: list[int]) -> tuple[str, int] | None:
    """The first byte without a value: (member, 0) or (member before padding, bytes of padding)."""
    if t.kind != "struct" or any(m.bit_width is not None for m in t.members):
        return None
    first = missing[0]
    before = None
    for m in t.members:
        start = m.bit_offset // 8
        if first < start:
            break
        if first < start + T.sizeof(m.type):
            return (m.name, 0) if m.name else None
        before = m
    if before is None or not before.name:
        return None
    behind = 0
    while behind < len(missing) and missing[behind] == first + behind and not any(m.bit_offset // 8 == first + behind for m in t.members):
        behind += 1
    return before.name, behind
