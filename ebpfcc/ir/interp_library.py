"""Functions of the C library on the interpreter's memory, byte by byte as C11 7.24 describes them."""

from __future__ import annotations

from . import floats

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .interp import Machine


def byte(machine: Machine, address: int) -> int:
    return machine.read_bytes(address, 1)[0]


def length(machine: Machine, address: int, most: int = 1 << 64) -> int:
    n = 0
    while n < most and byte(machine, address + n):
        n += 1
    return n


def compare(machine: Machine, a: int, b: int, most: int, ends: bool) -> int:
    """ends: at a zero, as strings do."""
    for i in range(most):
        x, y = byte(machine, a + i), byte(machine, b + i)
        if x != y:
            return 1 if x > y else -1
        if ends and x == 0:
            break
    return 0


def call(machine: Machine, name: str, args: list[int]) -> int:
    if name.startswith(floats.PREFIX):
        return floats.compute(name, args)
    if name == "memset":
        machine.write_bytes(args[0], bytes([args[1] & 0xFF]) * args[2])
        return 0
    if name in ("memcpy", "memmove"):
        machine.write_bytes(args[0], machine.read_bytes(args[1], args[2]))
        return 0
    if name == "memcmp":
        return compare(machine, args[0], args[1], args[2], False)
    if name in ("strcmp", "strncmp"):
        return compare(machine, args[0], args[1], args[2] if name == "strncmp" else 1 << 64, True)
    if name == "memchr":
        return next((args[0] + i for i in range(args[2]) if byte(machine, args[0] + i) == args[1] & 0xFF), 0)
    if name == "strnlen":
        return length(machine, args[0], args[1])
    text = machine.read_bytes(args[0], length(machine, args[0]))
    if name == "strlen":
        return len(text)
    if name in ("strchr", "strrchr"):
        whole = text + b"\0"
        at = whole.find(args[1] & 0xFF) if name == "strchr" else whole.rfind(args[1] & 0xFF)
        return args[0] + at if at >= 0 else 0
    other = machine.read_bytes(args[1], length(machine, args[1]))
    if name == "strstr":
        return args[0] + text.find(other) if other in text else 0
    wanted = name == "strspn"
    at = next((i for i, c in enumerate(text) if (c in other) != wanted), len(text))
    if name == "strpbrk":
        return args[0] + at if at < len(text) else 0
    return at
