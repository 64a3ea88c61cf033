"""C types as clang's BPF target has them: LP64, natural alignment, `char` signed, bit-fields as in the x86-64 psABI.

A type is an object with a `kind`.  Typedefs and qualifiers are wrappers that BTF wants to see; `strip` takes them off.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Type:
    __slots__ = ("kind",)
    kind: str

    def __repr__(self) -> str:
        return f"<{spell(self)}>"


class Void(Type):
    __slots__ = ()

    def __init__(self) -> None:
        self.kind = "void"


class Int(Type):
    """kind "int" or "bool". `rank` orders conversions (C11 6.3.1.1)."""

    __slots__ = ("name", "size", "signed", "rank", "is_char")

    def __init__(self, name: str, size: int, signed: bool, rank: int, kind: str = "int") -> None:
        self.kind = kind
        self.name = name
        self.size = size
        self.signed = signed
        self.rank = rank
        self.is_char = rank == 1


class Float(Type):
    """A value is its bits: see floating.py."""

    __slots__ = ("name", "size")

    def __init__(self, name: str, size: int) -> None:
        self.kind = "float"
        self.name = name
        self.size = size


class Ptr(Type):
    """tags: btf_type_tag strings of the pointee, outermost last; space: address space of the pointee."""

    __slots__ = ("target", "tags", "space")

    def __init__(self, target: Type, tags: tuple[str, ...] = (), space: int = 0) -> None:
        self.kind = "ptr"
        self.target = target
        self.tags = tags
        self.space = space


class Array(Type):
    """count None: incomplete or flexible. vla: the count of a variable length array, an i64 (count is 1 then)."""

    __slots__ = ("elem", "count", "vla")

    def __init__(self, elem: Type, count: int | None) -> None:
        self.kind = "array"
        self.elem = elem
        self.count = count
        self.vla: Any = None


class Member:
    """A member: bit_offset from the start of its record; bit_width of a bit-field, else None; name "" if anonymous."""

    __slots__ = ("name", "type", "bit_offset", "bit_width", "decl_tags", "align", "packed")

    def __init__(self, name: str, type: Type, bit_width: int | None = None) -> None:
        self.name = name
        self.type = type
        self.bit_offset = 0
        self.bit_width = bit_width
        self.decl_tags: list[str] = []
        self.align = 0  # asked for by aligned(n) or _Alignas
        self.packed = False


class Record(Type):
    """kind "struct" or "union". members None: incomplete. Record identity is type identity."""

    __slots__ = ("tag", "members", "size", "align", "decl_tags", "preserve_access", "preserve_offset", "pos", "index", "resolve", "transparent", "may_alias")

    def __init__(self, kind: str, tag: str | None) -> None:
        self.kind = kind
        self.tag = tag
        self.members: list[Member] | None = None
        self.size = 0
        self.align = 1
        self.decl_tags: list[str] = []
        self.preserve_access = False
        self.preserve_offset = False
        self.transparent = False
        self.may_alias = False
        self.pos: Any = None
        self.index: dict[str, list[tuple[int, Member]]] | None = None
        self.resolve: Any = None  # called once to complete a record whose definition waits in a header index


class Enum(Type):
    __slots__ = ("tag", "values", "underlying", "decl_tags", "pos", "resolve", "fixed")

    def __init__(self, tag: str | None) -> None:
        self.kind = "enum"
        self.tag = tag
        self.values: list[tuple[str, int]] | None = None
        self.underlying: Int = UINT
        self.decl_tags: list[str] = []
        self.pos: Any = None
        self.resolve: Any = None
        self.fixed = False

    @property
    def size(self) -> int:
        return self.underlying.size

    @property
    def signed(self) -> bool:
        return self.underlying.signed


class Param:
    """quiet: nothing is said if it is not used."""

    __slots__ = ("name", "type", "decl_tags", "pos", "quiet")

    def __init__(self, name: str, type: Type, decl_tags: list[str] | None = None, pos: Any = None) -> None:
        self.name = name
        self.type = type
        self.decl_tags = decl_tags or []
        self.pos = pos
        self.quiet = False


class Func(Type):
    """prototype False: declared with empty parentheses."""

    __slots__ = ("ret", "params", "variadic", "prototype")

    def __init__(self, ret: Type, params: list[Param], variadic: bool = False, prototype: bool = True) -> None:
        self.kind = "func"
        self.ret = ret
        self.params = params
        self.variadic = variadic
        self.prototype = prototype


class Typedef(Type):
    __slots__ = ("name", "target", "decl_tags", "pos", "align")

    def __init__(self, name: str, target: Type, pos: Any = None) -> None:
        self.kind = "typedef"
        self.name = name
        self.target = target
        self.decl_tags: list[str] = []
        self.pos = pos
        self.align = 0  # aligned(n) on the typedef


class Qual(Type):
    """const, volatile, restrict, _Atomic and btf_type_tags around `target`."""

    __slots__ = ("target", "const", "volatile", "restrict", "atomic", "tags", "space", "may_alias")

    def __init__(
        self, target: Type, const: bool = False, volatile: bool = False, restrict: bool = False, atomic: bool = False,
        tags: tuple[str, ...] = (), space: int = 0, may_alias: bool = False,
    ) -> None:  # fmt: skip
        self.kind = "qual"
        self.target = target
        self.const = const
        self.volatile = volatile
        self.restrict = restrict
        self.atomic = atomic
        self.tags = tags
        self.space = space
        self.may_alias = may_alias


VOID = Void()
BOOL = Int("_Bool", 1, False, 0, "bool")
CHAR = Int("char", 1, True, 1)
SCHAR = Int("signed char", 1, True, 1)
UCHAR = Int("unsigned char", 1, False, 1)
SHORT = Int("short", 2, True, 2)
USHORT = Int("unsigned short", 2, False, 2)
INT = Int("int", 4, True, 3)
UINT = Int("unsigned int", 4, False, 3)
POISON = Int("int", 4, True, 3)  # of an expression in which an error was reported
LONG = Int("long", 8, True, 4)
ULONG = Int("unsigned long", 8, False, 4)
LLONG = Int("long long", 8, True, 5)
ULLONG = Int("unsigned long long", 8, False, 5)
INT128 = Int("__int128", 16, True, 6)
UINT128 = Int("unsigned __int128", 16, False, 6)
FLOAT = Float("float", 4)
DOUBLE = Float("double", 8)
LDOUBLE = Float("long double", 8)
UNSIGNED = {INT: UINT, LONG: ULONG, LLONG: ULLONG, INT128: UINT128, CHAR: UCHAR, SCHAR: UCHAR, SHORT: USHORT}
CHAR_PTR = Ptr(CHAR)
VOID_PTR = Ptr(VOID)

# Declaration specifiers (C11 6.7.2), sorted words -> type. `long` may stand twice; "int" is implied.
SPECIFIERS: dict[tuple[str, ...], Type] = {}
for _type, _spellings in (
    (VOID, "void"), (BOOL, "_Bool"), (CHAR, "char"), (SCHAR, "char signed"), (UCHAR, "char unsigned"),
    (SHORT, "short;int short;short signed;int short signed"), (USHORT, "short unsigned;int short unsigned"),
    (INT, "int;signed;int signed"), (UINT, "unsigned;int unsigned"),
    (LONG, "long;int long;long signed;int long signed"), (ULONG, "long unsigned;int long unsigned"),
    (LLONG, "long long;int long long;long long signed;int long long signed"),
    (ULLONG, "long long unsigned;int long long unsigned"),
    (INT128, "__int128;__int128 signed"), (UINT128, "__int128 unsigned"),
    (FLOAT, "float"), (DOUBLE, "double"), (LDOUBLE, "double long"),
):  # fmt: skip
    for _words in _spellings.split(";"):
        SPECIFIERS[tuple(_words.split())] = _type


def strip(t: Type) -> Any:
    """The type under typedefs and qualifiers."""
    while t.kind == "typedef" or t.kind == "qual":
        t = t.target  # type: ignore[attr-defined]
    return t


def qualifiers(t: Type) -> tuple[bool, bool, bool]:
    """(const, volatile, atomic) of t, through typedefs."""
    const = volatile = atomic = False
    while True:
        if t.kind == "qual":
            const |= t.const  # type: ignore[attr-defined]
            volatile |= t.volatile  # type: ignore[attr-defined]
            atomic |= t.atomic  # type: ignore[attr-defined]
        elif t.kind != "typedef":
            return const, volatile, atomic
        t = t.target  # type: ignore[attr-defined]


def address_space(t: Type) -> int:
    """Of an object; an array is where its elements are."""
    while True:
        if t.kind == "array":
            t = t.elem  # type: ignore[attr-defined]
            continue
        if t.kind != "typedef" and t.kind != "qual":
            return 0
        if t.kind == "qual" and t.space:  # type: ignore[attr-defined]
            return t.space  # type: ignore[attr-defined,no-any-return]
        t = t.target  # type: ignore[attr-defined]


def qualify(t: Type, const: bool = False, volatile: bool = False, restrict: bool = False, atomic: bool = False,
            tags: tuple[str, ...] = (), space: int = 0, may_alias: bool = False) -> Type:  # fmt: skip
    if not (const or volatile or restrict or atomic or tags or space or may_alias):
        return t
    if t.kind == "qual":
        q: Any = t
        words = const or q.const, volatile or q.volatile, restrict or q.restrict, atomic or q.atomic
        return Qual(q.target, *words, q.tags + tags, space or q.space, may_alias or q.may_alias)
    return Qual(t, const, volatile, restrict, atomic, tags, space, may_alias)


def complete(t: Record | Enum) -> None:
    """Fetches the definition of a record or enum that waits in a header index."""
    if t.resolve is not None:
        resolve, t.resolve = t.resolve, None
        resolve(t)


def is_complete(t: Type) -> bool:
    t = strip(t)
    kind = t.kind
    if kind == "struct" or kind == "union":
        if t.members is None:  # type: ignore[attr-defined]
            complete(t)  # type: ignore[arg-type]
        return t.members is not None  # type: ignore[attr-defined]
    if kind == "enum":
        complete(t)  # type: ignore[arg-type]
        return t.values is not None or t.fixed  # type: ignore[attr-defined]
    if kind == "array":
        return t.count is not None and is_complete(t.elem)  # type: ignore[attr-defined]
    return kind != "void" and kind != "func"


def sizeof(t: Type) -> int:
    """Size in bytes; 1 for void and functions (GNU), 0 for incomplete arrays. Raises KeyError for an incomplete record."""
    t = strip(t)
    kind = t.kind
    if kind == "int" or kind == "bool" or kind == "float":
        return t.size  # type: ignore[attr-defined,no-any-return]
    if kind == "ptr":
        return 8
    if kind == "array":
        return (t.count or 0) * sizeof(t.elem)  # type: ignore[attr-defined,operator]
    if kind == "void" or kind == "func":
        return 1
    if not is_complete(t):
        if kind == "enum":
            return 4
        raise KeyError(spell(t))
    return t.size  # type: ignore[attr-defined,no-any-return]


def alignof(t: Type) -> int:
    """Alignment in bytes."""
    while True:
        kind = t.kind
        if kind == "typedef":
            if t.align:  # type: ignore[attr-defined]
                return t.align  # type: ignore[attr-defined,no-any-return]
            t = t.target  # type: ignore[attr-defined]
        elif kind == "qual":
            t = t.target  # type: ignore[attr-defined]
        elif kind == "array":
            t = t.elem  # type: ignore[attr-defined]
        else:
            break
    if kind == "struct" or kind == "union":
        if not is_complete(t):
            raise KeyError(spell(t))
        return t.align  # type: ignore[attr-defined,no-any-return]
    if kind == "ptr":
        return 8
    if kind == "void" or kind == "func":
        return 1
    return t.size  # type: ignore[attr-defined,no-any-return]


def is_variable(t: Type) -> bool:
    """Whether the size of a type is known at run time only."""
    t = strip(t)
    while t.kind == "array":
        if t.vla is not None:  # type: ignore[attr-defined]
            return True
        t = strip(t.elem)  # type: ignore[attr-defined]
    return False


def is_integer(t: Any) -> bool:
    """t is stripped."""
    return bool(t.kind == "int" or t.kind == "enum" or t.kind == "bool")


def is_scalar(t: Any) -> bool:
    return t.kind in ("int", "ptr", "enum", "bool", "float")


def is_record(t: Any) -> bool:
    return bool(t.kind == "struct" or t.kind == "union")


def in_memory(t: Any) -> bool:
    """Whether values of a stripped type are in memory rather than in a register: records and 128-bit integers."""
    return bool(t.kind == "struct" or t.kind == "union" or t.kind == "int" and t.size == 16)


def promote(t: Any) -> Int:
    """Integer promotions (C11 6.3.1.1) of a stripped integer type."""
    if t.kind == "enum":
        complete(t)
        t = t.underlying
    return INT if t.rank < 3 else t


def promote_bits(t: Any, width: int) -> Int:
    """Promotion of a bit-field: to int if all its values fit (6.3.1.1), else its type (as GCC and clang have it)."""
    if t.kind == "enum":
        t = t.underlying
    if width < 32 or (width == 32 and t.signed):
        return INT
    return UINT if width == 32 else t


def usual(a: Int, b: Int) -> Int:
    """Usual arithmetic conversions (C11 6.3.1.8) of promoted types."""
    if a is b:
        return a
    if a.signed == b.signed:
        return a if a.rank >= b.rank else b
    u, s = (b, a) if a.signed else (a, b)
    if u.rank >= s.rank:
        return u
    if s.size > u.size:
        return s
    return UNSIGNED[s]


def layout(record: Record, members: list[Member], packed: bool = False, aligned: int = 0, pack: int = 0) -> None:
    """Sets offsets, size and alignment (x86-64 psABI 3.1.2; `packed`, `aligned` and `#pragma pack(n)` as GCC documents them)."""
    bits = 0  # next free bit
    size = 0
    align = 1
    union = record.kind == "union"
    for m in members:
        t = m.type
        natural = alignof(t)
        own = 1 if (packed or m.packed) and not m.align else natural
        if m.align:
            own = max(m.align, 1 if packed or m.packed else natural)
        if pack and own > pack:
            own = pack
        if union:
            bits = 0
        if m.bit_width is not None:
            unit = sizeof(t) * 8
            width = m.bit_width
            if width == 0:
                step = max(natural * 8, m.align * 8)
                bits = -(-bits // step) * step
                m.bit_offset = bits
                size = max(size, bits // 8)
                continue
            if m.align:
                bits = -(-bits // (own * 8)) * (own * 8)
            elif not (packed or m.packed):
                step = own * 8
                if bits // step * step + unit < bits + width:
                    bits = -(-bits // step) * step
            m.bit_offset = bits
            bits += width
            if m.name:
                align = max(align, own)
        else:
            step = own * 8
            bits = -(-bits // step) * step
            m.bit_offset = bits
            bits += sizeof(t) * 8
            align = max(align, own)
        size = max(size, (bits + 7) // 8)
    align = max(align, aligned)
    record.members = members
    record.align = align
    record.size = -(-size // align) * align


def find_member(record: Record, name: str) -> list[tuple[int, Member]] | None:
    """The path to a member through anonymous records: [(index in its record, member), ...]; None if there is none.
    Unnamed bit-fields, which BTF leaves out, are not counted."""
    index = record.index
    if index is None:
        if not is_complete(record):
            return None
        index = record.index = {}
        assert record.members is not None
        counted = [m for m in record.members if m.name or m.bit_width is None]
        for i, m in enumerate(counted):
            if m.name:
                index[m.name] = [(i, m)]
            else:
                inner = strip(m.type)
                if is_record(inner):
                    find_member(inner, "")
                    for sub, path in inner.index.items():
                        index.setdefault(sub, [(i, m)] + path)
    return index.get(name)


def spell(t: Type, inner: str = "") -> str:
    """The type as C spells it, for diagnostics."""
    kind = t.kind
    if kind == "ptr":
        target = t.target  # type: ignore[attr-defined]
        star = "*" + inner
        return spell(target, f"({star})" if strip_quals(target).kind in ("array", "func") else star)
    if kind == "array":
        return spell(t.elem, f"{inner}[{'' if t.count is None else t.count}]")  # type: ignore[attr-defined]
    if kind == "func":
        params = ", ".join(spell(p.type) for p in t.params) + (", ..." if t.variadic else "")  # type: ignore[attr-defined]
        return spell(t.ret, f"{inner}({params or ('void' if t.prototype else '')})")  # type: ignore[attr-defined]
    if kind == "qual":
        words = [w for w in ("const", "volatile", "restrict") if getattr(t, w)]
        if t.atomic:  # type: ignore[attr-defined]
            words.append("_Atomic")
        if t.target.kind == "ptr":  # type: ignore[attr-defined]
            return spell(t.target, " ".join(words) + (" " if inner and words else "") + inner)  # type: ignore[attr-defined]
        return " ".join(words + [spell(t.target, inner)])  # type: ignore[attr-defined]
    if kind == "struct" or kind == "union" or kind == "enum":
        name = f"{kind} {t.tag or '(unnamed)'}"  # type: ignore[attr-defined]
    elif kind == "void":
        name = "void"
    else:
        name = t.name  # type: ignore[attr-defined]
    return f"{name} {inner}" if inner and inner[0] in "*(" else name + inner


def strip_quals(t: Type) -> Type:
    while t.kind == "qual":
        t = t.target  # type: ignore[attr-defined]
    return t


def unqualified(t: Type) -> Type:
    """Without qualifiers, also those inside typedefs; a typedef that has none stays."""
    return strip(t) if any(qualifiers(t)) else strip_quals(t)


def same(a: Type, b: Type) -> bool:
    """Compatible types (C11 6.2.7), qualifiers at the top ignored."""
    a, b = strip(a), strip(b)
    if a is b:
        return True
    if a.kind != b.kind:
        # an enum is compatible with its underlying type
        if a.kind == "enum" and b.kind == "int":
            complete(a)  # type: ignore[arg-type]
            return bool(a.underlying is b)  # type: ignore[attr-defined]
        return b.kind == "enum" and a.kind == "int" and same(b, a)
    kind = a.kind
    if kind == "ptr":
        return same_qualified(a.target, b.target)  # type: ignore[attr-defined]
    if kind == "array":
        return (a.count is None or b.count is None or a.count == b.count) and same_qualified(a.elem, b.elem)  # type: ignore[attr-defined]
    if kind == "func":
        if not same(a.ret, b.ret):  # type: ignore[attr-defined]
            return False
        if not a.prototype or not b.prototype:  # type: ignore[attr-defined]
            return True
        if len(a.params) != len(b.params) or a.variadic != b.variadic:  # type: ignore[attr-defined]
            return False
        return all(same(x.type, y.type) for x, y in zip(a.params, b.params))  # type: ignore[attr-defined]
    if kind == "struct" or kind == "union" or kind == "enum":
        return bool(a.tag is not None and a.tag == b.tag)  # type: ignore[attr-defined]
    return kind == "void"


def same_qualified(a: Type, b: Type) -> bool:
    return qualifiers(a)[:2] == qualifiers(b)[:2] and same(a, b)


def with_count(t: Type, count: int) -> Type:
    if t.kind == "qual":
        return Qual(with_count(t.target, count), t.const, t.volatile, t.restrict, t.atomic, t.tags, t.space, t.may_alias)  # type: ignore[attr-defined]
    if t.kind == "typedef":
        return with_count(t.target, count)  # type: ignore[attr-defined]
    return Array(t.elem, count)  # type: ignore[attr-defined]
