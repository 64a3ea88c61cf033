"""Register allocation: colouring of the interference graph with conservative coalescing (Briggs; George; where these local
tests say no, by trying whether the merged graph can still be simplified: Bouchez, Darte and Rastello, 2007), spilling whole
live ranges and rematerialising what is cheaper to make again.

Interference and what is live are sets of register numbers, since each meets few others; masks would be as wide as the function is long.
The physical registers r0-r9 are the first ten."""

from __future__ import annotations

from ..ir.core import Slot
from ..ir.dataflow import backward, bits
from .frame import TooLarge
from .mcode import ALU, ALU64, FIRST_VIRTUAL, FRAME, LD_IMM64, LDX, MEM, MOV, STX, Insn, MBlock, is_move, touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SPILLED = "spilled value"
COLOURS = 10
PHYSICAL = frozenset(range(COLOURS))
HOPELESS = 140  # values at once: the stack has room for 64, and there are ten registers
MANY_NEIGHBOURS = 100
TRIALS = 30_000  # nodes looked at to see whether a merged graph can be simplified
# r0-r5 are free between calls, r6-r9 survive them (abi)
ORDER = (1, 2, 3, 4, 5, 0, 6, 7, 8, 9)  # r0 is left to results


def liveness(blocks: list[MBlock]) -> None:
    """live_out of each block: the registers that may be read after its end before they are written."""
    read: dict[MBlock, set[int]] = {}  # before it is written in the block
    written: dict[MBlock, set[int]] = {}
    for block in blocks:
        r: set[int] = set()
        w: set[int] = set()
        for i in reversed(block.insns):
            uses, defs = touched(i)
            r.difference_update(defs)
            w.update(defs)
            r.update(uses)
        read[block], written[block] = r, w
    meeting: dict[int, int] = {}  # a bit for each register that is live from one block to another: they are few
    gen: dict[MBlock, int] = {}
    kill: dict[MBlock, int] = {}
    for block, r in read.items():
        mask = 0
        for v in r:
            mask |= meeting.setdefault(v, 1 << len(meeting))
        gen[block] = mask
    for block, w in written.items():
        mask = 0
        for v in w:
            mask |= meeting.get(v, 0)
        kill[block] = mask
    registers = list(meeting)
    for block, live in backward(blocks, gen, kill).items():
        block.live_out = {registers[n] for n in bits(live)}


class Graph:
    __slots__ = ("adj", "moves", "cost", "count")

    def __init__(self, count: int) -> None:
        self.adj: list[set[int]] = [set() for _ in range(count)]
        self.moves: list[tuple[float, int, int]] = []
        self.cost = [0.0] * count
        self.count = count


def build(blocks: list[MBlock], count: int) -> Graph:
    """Interference: a definition conflicts with everything live after it, except the source of a copy."""
    graph = Graph(count)
    adj, cost = graph.adj, graph.cost
    distinct: set[int] = set()
    for block in blocks:
        live = block.live_out - {10}
        weight = 10.0 ** min(block.depth, 6)
        for i in reversed(block.insns):
            uses, defs = touched(i)
            if defs:
                if len(live) > HOPELESS:
                    distinct = distinct or values_of_their_own(blocks)
                    if len(live & distinct) > HOPELESS:
                        raise TooLarge(8 * len(live & distinct))
                live.difference_update(defs)
                kept = -1
                if is_move(i) and i.src != 10:
                    graph.moves.append((weight, i.dst, i.src))
                    if i.src in live:
                        kept = i.src
                        live.discard(kept)
                for d in defs:
                    near = adj[d]
                    if not live <= near:
                        near |= live
                        for n in live:
                            adj[n].add(d)
                    if len(defs) > 1:
                        near.update(e for e in defs if e != d)
                    cost[d] += weight
                if kept >= 0:
                    live.add(kept)
            for u in uses:
                if u != 10:
                    live.add(u)
                cost[u] += weight
    for r in range(COLOURS):
        adj[r].update(n for n in range(COLOURS) if n != r)
    return graph


def values_of_their_own(blocks: list[MBlock]) -> set[int]:
    """Registers that are given something that is neither a copy nor made again at no cost: of those that live at once, all but ten are spilled."""
    return {d for block in blocks for i in block.insns if not is_move(i) and not is_rematerialisable(i) for d in touched(i)[1] if d >= FIRST_VIRTUAL}


def allocate(blocks: list[MBlock], count: int, new_register: Callable[[], int], kept: set[int]) -> list[Slot]:
    """Rewrites the instructions to physical registers. Returns the 8-byte slots of what was spilled, their places still open.
    kept: registers with short lives that must not be spilled, nor merged with what may be."""
    unspillable = set(kept)
    slots: list[Slot] = []
    for _ in range(30):
        liveness(blocks)
        graph = build(blocks, count)
        alias = coalesce(graph, kept)
        colours, spilled = colour(graph, alias, unspillable)
        if not spilled:
            rewrite(blocks, colours, alias)
            return slots
        groups = {s: n for n, s in enumerate(spilled)}
        group_of: dict[int, int] = {}
        for v in range(FIRST_VIRTUAL, count):
            n = groups.get(find(alias, v))
            if n is not None:
                group_of[v] = n
        count = spill(blocks, group_of, len(spilled), slots, new_register, unspillable, count)
    raise AssertionError("register allocation does not converge")


def find(alias: list[int], v: int) -> int:
    while alias[v] != v:
        alias[v] = alias[alias[v]]  # halves the path
        v = alias[v]
    return v


class Degrees:
    """busy: how many neighbours of each node have COLOURS neighbours or more; physical registers always count as having."""

    __slots__ = ("adj", "busy")

    def __init__(self, adj: list[set[int]]) -> None:
        self.adj = adj
        self.busy = [0] * len(adj)
        for v in range(len(adj)):
            if self.is_high(v):
                self.change(v, 1)

    def is_high(self, v: int) -> bool:
        return len(self.adj[v]) >= COLOURS or v < FIRST_VIRTUAL

    def change(self, v: int, by: int) -> None:
        """The node has come to have COLOURS neighbours, or so many no more."""
        for n in self.adj[v]:
            self.busy[n] += by

    def merge(self, a: int, b: int) -> None:
        """Gives b's neighbours to a; those that were neighbours of both have one less."""
        adj, busy = self.adj, self.busy
        was_high, near_b = self.is_high(a), adj[b]
        if self.is_high(b):
            self.change(b, -1)
        adj[b] = set()
        low = []
        for n in near_b:
            near = adj[n]
            near.discard(b)
            if a in near:
                if len(near) == COLOURS - 1 and n >= FIRST_VIRTUAL:
                    low.append(n)
            else:
                near.add(a)
                busy[n] += was_high
                busy[a] += self.is_high(n)
        adj[a] |= near_b
        for n in low:
            self.change(n, -1)
        if not was_high and self.is_high(a):
            self.change(a, 1)


def coalesce(graph: Graph, kept: set[int]) -> list[int]:
    """Merges copies whose ends do not conflict, the most frequent first, where the result stays colourable."""
    adj = graph.adj
    alias = list(range(graph.count))
    trials = TRIALS // graph.count
    degrees = Degrees(adj)
    for _, a, b in sorted(graph.moves, key=lambda m: -m[0]):
        a, b = find(alias, a), find(alias, b)
        if a == b or a in kept or b in kept:
            continue
        if b < FIRST_VIRTUAL:
            a, b = b, a
        if b < FIRST_VIRTUAL or b in adj[a]:
            continue
        if a < FIRST_VIRTUAL:
            if a >= COLOURS or not george(adj, a, b):
                continue
        else:
            if not briggs(degrees, a, b):
                trials -= 1
                if trials < 0 or not simplifies(adj, a, b):
                    continue
            if len(adj[b]) > MANY_NEIGHBOURS and len(adj[b]) > len(adj[a]):  # each neighbour of b is changed
                a, b = b, a
        alias[b] = a
        degrees.merge(a, b)
        graph.cost[a] += graph.cost[b]
    return alias


def george(adj: list[set[int]], physical: int, v: int) -> bool:
    for n in adj[v]:
        if n >= FIRST_VIRTUAL and len(adj[n]) >= COLOURS and physical not in adj[n]:
            return False
    return True


def briggs(degrees: Degrees, a: int, b: int) -> bool:
    """Has the node merged of a and b fewer than COLOURS neighbours that have as many?"""
    adj, busy = degrees.adj, degrees.busy
    count = busy[a] + busy[b]
    if count < COLOURS:
        return True
    for n in adj[a] & adj[b]:  # counted twice; and they lose a neighbour
        if degrees.is_high(n):
            count -= 2 if len(adj[n]) == COLOURS and n >= FIRST_VIRTUAL else 1
    return count < COLOURS


def simplifies(adj: list[set[int]], a: int, b: int) -> bool:
    """Is the node merged of a and b removed when nodes of low degree are removed until there are none? Those that have a low one now go
    at once."""
    merged = adj[a] | adj[b]
    significant = {v for v in range(FIRST_VIRTUAL, len(adj)) if len(adj[v]) >= COLOURS}
    left = significant | PHYSICAL
    left.add(a)
    left.discard(b)
    near_left = len(merged & left)
    degree = {}
    low = []
    for v in significant:
        if v != a and v != b:
            near = adj[v]
            n = len(near & left)
            if b in near and a not in near:
                n += 1
            degree[v] = n
            if n < COLOURS:
                low.append(v)
    while near_left >= COLOURS:
        if not low:
            return False
        v = low.pop()
        left.discard(v)
        if v in merged:
            near_left -= 1
        for n in adj[v] & left:
            if n in degree:
                degree[n] -= 1
                if degree[n] == COLOURS - 1:
                    low.append(n)
    return True


def colour(graph: Graph, alias: list[int], unspillable: set[int]) -> tuple[dict[int, int], list[int]]:
    """Simplify and select with optimistic spilling. Returns the colours and the registers that found none."""
    adj = graph.adj
    nodes = [v for v in range(FIRST_VIRTUAL, graph.count) if alias[v] == v and (adj[v] or graph.cost[v])]
    degree = {v: len(adj[v]) for v in nodes}
    stack: list[int] = []
    low = [v for v in nodes if degree[v] < COLOURS]
    waiting = set(nodes)
    candidates: list[int] = []  # to spill, the best last
    while waiting:
        if low:
            v = low.pop()
            if v not in waiting:
                continue
        else:
            if not candidates:
                candidates = sorted(waiting, key=lambda n: (n in unspillable, graph.cost[n] / (degree[n] + 1), n), reverse=True)
            v = candidates.pop()
            if v not in waiting:
                continue
        waiting.discard(v)
        stack.append(v)
        freed = []
        for n in adj[v]:
            if n in waiting:
                degree[n] -= 1
                if degree[n] == COLOURS - 1:
                    freed.append(n)
        low += sorted(freed)
    colours = {r: r for r in range(11)}
    hints: dict[int, list[int]] = {}
    for _, a, b in graph.moves:
        a, b = find(alias, a), find(alias, b)
        if a != b:
            hints.setdefault(a, []).append(b)
            hints.setdefault(b, []).append(a)
    spilled = []
    for v in reversed(stack):
        taken = 0
        for n in adj[v]:
            c = colours.get(n)
            if c is not None:
                taken |= 1 << c
        for h in hints.get(v, ()):
            c = colours.get(h)
            if c is not None and c < COLOURS and not taken >> c & 1:
                break
        else:
            for c in ORDER:
                if not taken >> c & 1:
                    break
            else:
                spilled.append(v)
                continue
        colours[v] = c
    return colours, spilled


def rewrite(blocks: list[MBlock], colours: dict[int, int], alias: list[int]) -> None:
    table = [0] * len(alias)
    for v in range(len(alias)):
        table[v] = colours.get(find(alias, v), 0)
    table[10] = 10
    for block in blocks:
        kept = []
        for i in block.insns:
            i.dst, i.src = table[i.dst], table[i.src]
            if i.asm is not None:
                inputs = {table[r] for r in i.uses if r not in i.defs}
                assert i.asm.asm is None or not any(d in inputs for d in i.defs if d < FIRST_VIRTUAL), "an asm clobbers its input"
                i.asm.assign(table)
                i.uses, i.defs = tuple(table[r] for r in i.uses), tuple(table[r] for r in i.defs)
            if not (is_move(i) and i.dst == i.src):
                kept.append(i)
        block.insns = kept


def spill(
    blocks: list[MBlock], group_of: dict[int, int], groups: int, slots: list[Slot], new_register: Callable[[], int], unspillable: set[int], count: int
) -> int:
    """Moves live ranges to the stack: a load before each use, a store after each definition; or makes their values again.
    group_of: register -> number of its live range."""
    origins: list[list[Insn]] = [[] for _ in range(groups)]
    for block in blocks:
        for i in block.insns:
            for d in touched(i)[1]:
                if d in group_of:
                    origins[group_of[d]].append(i)
    again = [d[0] if len(d) == 1 and is_rematerialisable(d[0]) else None for d in origins]
    homes: list[Slot | None] = [None if origin is not None else Slot(SPILLED, 8, 8) for origin in again]
    slots += [slot for slot in homes if slot is not None]
    for block in blocks:
        out: list[Insn] = []
        held: dict[int, int] = {}  # live range -> the register that it is in since the instruction before
        read_by_asm: dict[int, int] = {}  # the same of an assembly, for the empty use behind it that keeps its inputs apart
        for i in block.insns:
            uses, written = touched(i)
            reads = {group_of[u] for u in uses if u in group_of}
            writes = {group_of[d] for d in written if d in group_of}
            if not reads and not writes:
                out.append(i)
                held = {}
                continue
            if writes and any(again[n] is i for n in writes):
                continue
            if is_move(i) and reads and reads == writes:
                continue
            temps: dict[int, int] = {}
            is_asm = i.asm is not None and i.asm.asm is not None
            if i.asm is not None and not is_asm:
                held = {**held, **read_by_asm}  # whatever stores stand between
            for n in sorted(reads | writes):
                known = held.get(n)
                if known is None:
                    known = new_register()
                    count = max(count, known + 1)
                    unspillable.add(known)
                    if n in reads:
                        out.append(reload(known, again[n], homes[n], i))
                elif n in writes and out[-1].code == STX | MEM | 0x18 and out[-1].slot is homes[n] and len(writes) == 1:
                    out.pop()  # what it stored is overwritten before it is read from there
                temps[n] = known
            held = temps
            if is_asm:
                read_by_asm = {n: temps[n] for n in reads}
            table = {v: temps[group_of[v]] for v in (*uses, *written) if v in group_of}
            if i.asm is not None:
                i.asm.replace(table)
            else:
                i.dst = table.get(i.dst, i.dst)
                i.src = table.get(i.src, i.src)
            i.uses = tuple(table.get(u, u) for u in i.uses)
            i.defs = tuple(table.get(d, d) for d in i.defs)
            out.append(i)
            for n in sorted(writes):
                store = Insn(STX | MEM | 0x18, 10, temps[n], 0, 0, i.pos)
                store.slot = homes[n]
                out.append(store)
        block.insns = out
    return count


def reload(temp: int, origin: Insn | None, home: Slot | None, before: Insn) -> Insn:
    if origin is None:
        load = Insn(LDX | MEM | 0x18, temp, 10, 0, 0, before.pos)
        load.slot = home
        return load
    copy = Insn(origin.code, temp, origin.src, origin.off, origin.imm, before.pos)
    copy.reloc, copy.core, copy.slot = origin.reloc, origin.core, origin.slot
    return copy


def is_rematerialisable(i: Insn) -> bool:
    return i.code in (LD_IMM64, FRAME, ALU64 | MOV, ALU | MOV)
