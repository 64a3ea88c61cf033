"""clang's __attribute__((overloadable)): functions of one name, told apart by their parameters. In the object their names are those of the
Itanium C++ ABI (section 5.1); a call takes the one that fits best."""

from __future__ import annotations

from . import types as T
from .control import type_of
from .state import FunctionState, FunctionSymbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CODES = {
    T.VOID: "v", T.BOOL: "b", T.CHAR: "c", T.SCHAR: "a", T.UCHAR: "h", T.SHORT: "s", T.USHORT: "t", T.INT: "i", T.UINT: "j", T.LONG: "l", T.ULONG: "m",
    T.LLONG: "x", T.ULLONG: "y", T.INT128: "n", T.UINT128: "o", T.FLOAT: "f", T.DOUBLE: "d", T.LDOUBLE: "e",
}  # fmt: skip
EXACT, QUALIFIED, PROMOTED, CONVERTED, FORCED = range(5)


class Names:
    """The types of one name; what stood in it before is referred to (5.1.8, compression)."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def known(self, text: str) -> str | None:
        if text not in self.seen:
            return None
        n = self.seen.index(text)
        if not n:
            return "S_"
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        n -= 1
        out = digits[n % 36]
        while n >= 36:
            n = n // 36
            out = digits[n % 36] + out
        return f"S{out}_"

    def type(self, t: T.Type) -> str:
        const, volatile, _ = T.qualifiers(t)
        u: Any = T.strip(t)
        if const or volatile:
            whole = ("V" if volatile else "") + ("K" if const else "")
            full = whole + plain(u)
            return self.known(full) or self.made(full, whole + self.type(u))
        if u in CODES:
            return CODES[u]
        full = plain(u)
        known = self.known(full)
        if known is not None:
            return known
        if u.kind == "ptr":
            return self.made(full, "P" + self.type(u.target))
        if u.kind == "func":
            parts = "".join(self.type(p.type) for p in u.params) + "z" * u.variadic or "v"
            return self.made(full, f"F{self.type(u.ret)}{parts}E")
        if u.kind == "array":
            return self.made(full, f"A{u.count if u.count is not None else ''}_{self.type(u.elem)}")
        return self.made(full, full)

    def made(self, full: str, text: str) -> str:
        self.seen.append(full)
        return text


def plain(t: T.Type) -> str:
    """A type's name without references to others."""
    const, volatile, _ = T.qualifiers(t)
    u: Any = T.strip(t)
    head = ("V" if volatile else "") + ("K" if const else "")
    if u in CODES:
        return head + CODES[u]
    if u.kind == "ptr":
        return head + "P" + plain(u.target)
    if u.kind == "func":
        return f"{head}F{plain(u.ret)}{''.join(plain(p.type) for p in u.params) + 'z' * u.variadic or 'v'}E"
    if u.kind == "array":
        return f"{head}A{u.count if u.count is not None else ''}_{plain(u.elem)}"
    tag = u.tag or "unnamed"
    return f"{head}{len(tag)}{tag}"


def mangled(name: str, t: T.Func) -> str:
    names = Names()
    parts = "".join(names.type(T.strip(p.type) if T.is_scalar(T.strip(p.type)) else p.type) for p in t.params) + "z" * t.variadic
    return f"_Z{len(name)}{name}{parts or 'v'}"


def declared(old: FunctionSymbol | None, name: str, t: T.Func) -> tuple[FunctionSymbol | None, list[FunctionSymbol]]:
    """The function that a declaration of the name means, or None if it is a new one; and all of the name. One may be without the attribute."""
    if old is None:
        return None, []
    if not old.overloads:
        old.overloads.append(old)
    wanted = mangled(name, t)
    return next((s for s in old.overloads if mangled(name, s.type) == wanted), None), old.overloads


def join(several: list[FunctionSymbol], symbol: FunctionSymbol, marked: bool) -> None:
    several.append(symbol)
    symbol.overloads = several
    if marked:
        symbol.symbol = mangled(symbol.name, symbol.type)


def rank(given: T.Type, wanted: T.Type) -> int | None:
    """How good it is to pass one type where another is wanted; None if that cannot be."""
    a, b = T.strip(given), T.strip(wanted)
    if a.kind == "array":
        a = T.Ptr(a.elem)
    elif a.kind == "func":
        a = T.Ptr(a)
    if a is b:
        return EXACT
    if a.kind == b.kind == "ptr":
        if T.same(a, b):
            return EXACT
        if T.same(a.target, b.target):
            return QUALIFIED
        return CONVERTED if T.strip(b.target).kind == "void" or T.strip(a.target).kind == "void" else FORCED
    arithmetic = [T.is_integer(x) or x.kind == "float" for x in (a, b)]
    if all(arithmetic):
        if T.is_integer(a) and T.is_integer(b) and T.promote(a) is b or a is T.FLOAT and b is T.DOUBLE:
            return PROMOTED
        return CONVERTED
    if "ptr" in (a.kind, b.kind) and any(arithmetic):
        return CONVERTED if b.kind == "bool" else FORCED
    return EXACT if T.same(a, b) else None


def choose(f: FunctionState, symbol: FunctionSymbol, args: list[Any], node: Any) -> FunctionSymbol | None:
    """The function that a call of this name means."""
    given = [type_of(f, arg).type for arg in args]
    found: list[tuple[list[int], FunctionSymbol]] = []
    for candidate in symbol.overloads:
        params = candidate.type.params
        if len(args) < len(params) or len(args) > len(params) and not candidate.type.variadic:
            continue
        ranks = [rank(g, p.type) for g, p in zip(given, params)]
        if None not in ranks:
            found.append(([r for r in ranks if r is not None] + [FORCED + 1] * (len(args) - len(params)), candidate))
    best = [c for ranks, c in found if all(c is d or better(ranks, other) for other, d in found)]
    if len(best) == 1:
        return best[0]
    f.diag.error(node.coord, f"{'call' if found else 'no matching function for call'} to '{symbol.name}'{' is ambiguous' if found else ''}")
    for _, candidate in found or [([], c) for c in symbol.overloads]:
        f.diag.note(candidate.pos, "candidate function")
    return None


def better(a: list[int], b: list[int]) -> bool:
    return all(x <= y for x, y in zip(a, b)) and a != b
