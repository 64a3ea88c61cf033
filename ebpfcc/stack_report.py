"""What functions need of the stack: -fstack-usage (a .su file, as GCC and clang write it) and --stack-chains (the deepest chain of calls from
each program, of which the kernel allows 512 bytes in all: verifier.c, check_max_stack_depth)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

STEP = 32  # what the kernel rounds each frame up to, as its interpreter does


def usage(codes: list[Any], functions: dict[str, Any], locate: Callable[[Any], tuple[str, int, int] | None]) -> str:
    lines = []
    for code in codes:
        place = locate(functions[code.name].pos)
        where = ":".join(map(str, place)) if place is not None else "<unknown>:0:0"
        lines.append(f"{where}:{code.name}\t{code.frame_size}\tstatic\n")
    return "".join(lines)


def called(fn: Any) -> list[str]:
    """What it calls or gives to a helper to call, each once."""
    found: dict[str, None] = {}
    for insn in fn.insns():
        if insn.op == "call" and insn.aux.kind == "func":
            found[insn.aux.target] = None
        for a in insn.args:
            if a.op == "gaddr":
                found[a.aux[0]] = None
    return list(found)


def chains(codes: list[Any], functions: dict[str, Any]) -> str:
    """A line for each function that others can call, the deepest first: bytes in all, and the frames on the way."""
    frames = {code.name: code.frame_size for code in codes}
    calls = {name: [c for c in called(functions[name]) if c in frames] for name in frames}
    deepest: dict[str, tuple[int, list[str]]] = {}

    def measure(name: str, above: frozenset[str]) -> tuple[int, list[str]]:
        if name in above:
            return 0, [name + " (again)"]
        if name not in deepest:
            rest = max((measure(c, above | {name}) for c in calls[name]), key=lambda found: found[0], default=(0, []))
            own = max(frames[name], 1)
            deepest[name] = -(-own // STEP) * STEP + rest[0], [f"{name} ({frames[name]})", *rest[1]]
        return deepest[name]

    rows = [measure(name, frozenset()) for name in frames if functions[name].linkage != "local"]
    rows.sort(key=lambda row: -row[0])
    return "".join(f"{total:6d} bytes  {' > '.join(path)}\n" for total, path in rows)
