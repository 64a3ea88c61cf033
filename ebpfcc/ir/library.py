"""What functions of the C library give for arguments that are known: strings and bytes of constant objects (C11 7.24, and GNU's additions).

A call of one is a Call of kind "library"; there is no such function on the machine, so that what is not folded, nor turned into something
else, is an error when code is generated."""

from __future__ import annotations

from . import floats
from .core import Call, Function, Module, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Fold = Callable[[Function, Module, list[Value]], "Value | None"]

COPIES = frozenset(("memcpy", "memmove", "memset"))


def bytes_at(module: Module, address: Value) -> bytes | None:
    """What a constant object holds from an address in it to its end, up to the first pointer."""
    if address.op != "gaddr":
        return None
    symbol, addend = address.aux
    source = module.globals.get(symbol)
    if source is None or not source.fixed or not 0 <= addend <= source.size:
        return None
    data = (source.init or b"").ljust(source.size, b"\0")
    end = min((off for off, _, _, size in source.relocs if off + size > addend), default=source.size)
    return data[addend : max(end, addend)]


def string_at(module: Module, address: Value) -> bytes | None:
    """The string at an address, without its final zero."""
    data = bytes_at(module, address)
    return data[: data.index(0)] if data is not None and 0 in data else None


def number(v: Value) -> int | None:
    """A count or size."""
    return int(v.aux) & (1 << 64) - 1 if v.op == "const" else None


def ordered(fn: Function, a: bytes, b: bytes) -> Value:
    return fn.const("i32", (a > b) - (a < b))


def found(fn: Function, base: Value, at: int) -> Value:
    """The address `at` bytes on; the null pointer if that is negative."""
    return fn.gaddr(base.aux[0], base.aux[1] + at) if at >= 0 else fn.const("ptr", 0)


def fold_strlen(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text = string_at(module, args[0])
    return None if text is None else fn.const("i64", len(text))


def fold_strnlen(fn: Function, module: Module, args: list[Value]) -> Value | None:
    data, most = bytes_at(module, args[0]), number(args[1])
    if most == 0:
        return fn.const("i64", 0)
    if data is None or most is None or (0 not in data and most > len(data)):
        return None
    return fn.const("i64", min(most, data.index(0) if 0 in data else most))


def fold_strcmp(fn: Function, module: Module, args: list[Value]) -> Value | None:
    if args[0] is args[1]:
        return fn.const("i32", 0)
    a, b = string_at(module, args[0]), string_at(module, args[1])
    return None if a is None or b is None else ordered(fn, a, b)


def fold_strncmp(fn: Function, module: Module, args: list[Value]) -> Value | None:
    most = number(args[2])
    if args[0] is args[1] or most == 0:
        return fn.const("i32", 0)
    a, b = bytes_at(module, args[0]), bytes_at(module, args[1])
    if most is None or a is None or b is None:
        return None
    for i in range(min(most, len(a), len(b))):
        if a[i] != b[i] or a[i] == 0:
            return fn.const("i32", (a[i] > b[i]) - (a[i] < b[i]))
    return fn.const("i32", 0) if most <= min(len(a), len(b)) else None


def fold_memcmp(fn: Function, module: Module, args: list[Value]) -> Value | None:
    size = number(args[2])
    if args[0] is args[1] or size == 0:
        return fn.const("i32", 0)
    a, b = bytes_at(module, args[0]), bytes_at(module, args[1])
    if size is None or a is None or b is None or size > min(len(a), len(b)):
        return None
    return ordered(fn, a[:size], b[:size])


def fold_strchr(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, c = string_at(module, args[0]), number(args[1])
    return None if text is None or c is None else found(fn, args[0], (text + b"\0").find(c & 0xFF))


def fold_strrchr(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, c = string_at(module, args[0]), number(args[1])
    return None if text is None or c is None else found(fn, args[0], (text + b"\0").rfind(c & 0xFF))


def fold_memchr(fn: Function, module: Module, args: list[Value]) -> Value | None:
    data, c, size = bytes_at(module, args[0]), number(args[1]), number(args[2])
    if size == 0:
        return fn.const("ptr", 0)
    if data is None or c is None or size is None:
        return None
    at = data[:size].find(c & 0xFF)
    return found(fn, args[0], at) if at >= 0 or size <= len(data) else None


def fold_strstr(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, wanted = string_at(module, args[0]), string_at(module, args[1])
    return None if text is None or wanted is None else found(fn, args[0], text.find(wanted))


def span(text: bytes, accepted: bytes, wanted: bool) -> int:
    """How many bytes at the beginning are among the accepted ones, or are not."""
    return next((i for i, c in enumerate(text) if (c in accepted) != wanted), len(text))


def fold_strspn(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, accepted = string_at(module, args[0]), string_at(module, args[1])
    return None if text is None or accepted is None else fn.const("i64", span(text, accepted, True))


def fold_strcspn(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, refused = string_at(module, args[0]), string_at(module, args[1])
    return None if text is None or refused is None else fn.const("i64", span(text, refused, False))


def fold_strpbrk(fn: Function, module: Module, args: list[Value]) -> Value | None:
    text, wanted = string_at(module, args[0]), string_at(module, args[1])
    if text is None or wanted is None:
        return None
    at = span(text, wanted, False)
    return found(fn, args[0], at if at < len(text) else -1)


FOLDS: dict[str, Fold] = {
    "strlen": fold_strlen, "strnlen": fold_strnlen, "strcmp": fold_strcmp, "strncmp": fold_strncmp, "memcmp": fold_memcmp, "strchr": fold_strchr,
    "strrchr": fold_strrchr, "memchr": fold_memchr, "strstr": fold_strstr, "strspn": fold_strspn, "strcspn": fold_strcspn, "strpbrk": fold_strpbrk,
}  # fmt: skip


def call_type(name: str) -> str:
    """Of a floating operation's result."""
    _, op, *sizes = name.split()
    if op in ("+", "-", "*", "/", "from", "as"):
        return "i64" if sizes[1 if op == "as" else 0] == "8" else "i32"
    return "i64" if op == "int" else "i32"


def fold(fn: Function, module: Module, name: str, args: list[Value]) -> Value | None:
    """What a call of the function gives, if it is known."""
    if name.startswith(floats.PREFIX):
        known = all(a.op == "const" for a in args)
        return fn.const(call_type(name), floats.compute(name, [a.aux for a in args])) if known else None
    function = FOLDS.get(name)
    return function(fn, module, args) if function is not None else None


def is_pure(info: Call) -> bool:
    """Whether a call does nothing but give its result."""
    return info.kind == "library" and (info.target in FOLDS or info.target.startswith(floats.PREFIX))
