"""Types out of declarations: specifiers, declarators, records, enumerations (C11 6.7)."""

from __future__ import annotations

from pycparser import c_ast

from . import types as T
from .attributes import MODES, gather
from .control import type_of
from .convert import convert, rvalue
from .elsewhere import check_clash
from .nodes import Attribute, Enum, Typeof, children
from .state import EnumConstant, FunctionState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BY_SIZE = {(1, True): T.SCHAR, (2, True): T.SHORT, (4, True): T.INT, (8, True): T.LONG, (16, True): T.INT128,
           (1, False): T.UCHAR, (2, False): T.USHORT, (4, False): T.UINT, (8, False): T.ULONG, (16, False): T.UINT128}  # fmt: skip


def type_name(f: FunctionState, node: Any) -> T.Type:
    """The type of a c_ast.Typename."""
    return declarator_type(f, node.type)


def declarator_type(f: FunctionState, node: Any) -> T.Type:
    """The type that a declarator chain (PtrDecl, ArrayDecl, FuncDecl, ..., TypeDecl) gives to its name."""
    kind = type(node)
    if kind is c_ast.PtrDecl:
        target = declarator_type(f, node.type)
        pointer = T.Ptr(target)
        return qualified(f, pointer, node.quals) if node.quals else pointer
    if kind is c_ast.ArrayDecl:
        return array_type(f, node)
    if kind is c_ast.FuncDecl:
        return function_type(f, node)
    return qualified(f, specified(f, node.type), node.quals) if node.quals else specified(f, node.type)


def qualified(f: FunctionState, t: T.Type, quals: list[Any]) -> T.Type:
    words = [q for q in quals if type(q) is str]
    if "restrict" in words and T.strip(t).kind not in ("ptr", "array"):
        f.diag.error(f.pos, f"restrict requires a pointer or reference ('{T.spell(t)}' is invalid)")
        words.remove("restrict")
    attrs = [q for q in quals if type(q) is not str]
    tags: tuple[str, ...] = ()
    space, may_alias = 0, False
    if attrs:
        known = gather(f, attrs)
        tags = tuple(known.get("btf_type_tag", ()))
        space = known.get("address_space", 0)
        may_alias = "may_alias" in known
        mode = known.get("mode")
        if mode in MODES and T.strip(t).kind == "int":
            t = BY_SIZE[MODES[mode], T.strip(t).signed]
    return T.qualify(t, "const" in words, "volatile" in words, "restrict" in words, "_Atomic" in words, tags, space, may_alias)


def specified(f: FunctionState, node: Any) -> T.Type:
    kind = type(node)
    if kind is c_ast.IdentifierType:
        words = node.names
        if len(words) == 1:
            t = T.SPECIFIERS.get((words[0],))
            if t is not None:
                return t
            symbol = f.lookup(words[0])
            if isinstance(symbol, T.Typedef):
                return symbol
            if words[0] == "__auto_type":
                return AUTO
            f.diag.error(node.coord, f"unknown type name '{words[0]}'")
            return T.INT
        if not words:
            f.diag.warning("implicit-int", node.coord, "type specifier missing, defaults to 'int'")
            return T.INT
        t = T.SPECIFIERS.get(tuple(sorted(words)))
        if t is None:
            f.diag.error(node.coord, f"invalid combination of type specifiers '{' '.join(words)}'")
            return T.INT
        return t
    if kind is Typeof:
        if isinstance(node.operand, c_ast.Typename):
            t = type_name(f, node.operand)
        else:
            o = type_of(f, node.operand)
            if o.member is not None and o.kind == "mem":
                f.diag.error(node.coord, "invalid application of 'typeof' to bit-field")
            t = o.type
        return T.strip_quals(t) if node.unqual else t
    if node.resolved is None:
        node.resolved = enum_type(f, node) if kind is Enum else record_type(f, node)
    return node.resolved  # type: ignore[no-any-return]


AUTO = T.Typedef("__auto_type", T.INT)


def inferred(f: FunctionState, t: T.Type, node: Any) -> T.Type:
    """The type of the initialiser, for an object that is declared `auto` (C23 6.7.10) or `__auto_type`."""
    if T.strip_quals(t) is not AUTO:
        return t
    if node.init is None or isinstance(node.init, c_ast.InitList):
        f.diag.error(node.coord, f"declaration of variable '{node.name}' with deduced type 'auto' requires an initializer")
        return T.POISON
    o = type_of(f, node.init)
    u = T.strip(o.type)
    found: T.Type = T.Ptr(u.elem) if u.kind == "array" else T.Ptr(o.type) if u.kind == "func" else T.unqualified(o.type)
    const, volatile, atomic = T.qualifiers(t)
    return T.qualify(found, const, volatile, False, atomic)


LARGEST = 1 << 32  # BTF's sizes, and its counts of elements, have 32 bits
LARGEST_ARRAY = 1 << 61  # as clang's; no object has so many bytes, but __uint(max_entries, ...) names such types


def array_type(f: FunctionState, node: Any) -> T.Type:
    elem = declarator_type(f, node.type)
    if T.strip(elem).kind == "func":
        f.diag.error(node.coord, "declaration of array of functions")
        elem = T.INT
    elif not T.is_complete(elem):  # 6.7.6.2p1
        f.diag.error(node.coord, f"array has incomplete element type '{T.spell(elem)}'")
        elem = T.POISON
    array = T.Array(elem, 1 if elem is T.POISON else None)
    if node.dim is not None:
        o = f.unit.constant_operand(f, node.dim)
        if o is None and T.strip(type_of(f, node.dim).type) is T.POISON:
            array.count = 1
        elif o is None and not T.is_integer(T.strip(type_of(f, node.dim).type)):
            f.diag.error(node.coord, f"size of array has non-integer type '{T.spell(type_of(f, node.dim).type)}'")
            array.count = 1
        elif o is None:
            if f.unit.at_file_scope(f):
                f.diag.error(node.coord, "variable length array declaration not allowed at file scope")
            count = convert(f, rvalue(f, f.expr(node.dim)), T.LONG).value
            if count.op == "const" and 0 < count.aux < LARGEST:  # of a variable whose value is known
                array.count = count.aux
            else:
                array.vla = count
                array.count = 1
        else:
            n = o.value.aux
            if n < 0 and getattr(T.strip(o.type), "signed", True):
                f.diag.error(node.coord, "array size is negative")
                n = 1
            n &= (1 << 8 * T.sizeof(o.type)) - 1
            if n >= LARGEST or n * (T.sizeof(elem) if T.is_complete(elem) else 1) >= LARGEST_ARRAY:
                f.diag.error(node.coord, f"array is too large ({n} elements)")
                n = 1
            array.count = n
    return array


def mentions(node: Any, name: str) -> bool:
    return isinstance(node, c_ast.ID) and node.name == name or any(mentions(child, name) for child in children(node))


def check_result_qualifiers(f: FunctionState, node: Any) -> None:
    """-Wignored-qualifiers: a result is a value, and has none."""
    words = [q for q in ("const", "volatile") if q in getattr(node, "quals", ())]
    if words:
        what = "qualifier on return type has" if len(words) == 1 else "qualifiers on return type have"
        where = node.type.coord if type(node) is not c_ast.PtrDecl and node.type.coord is not None else node.coord
        f.unit.warn_once("ignored-qualifiers", where, f"'{' '.join(words)}' type {what} no effect")


def function_type(f: FunctionState, node: Any) -> T.Func:
    ret = declarator_type(f, node.type)
    params: list[T.Param] = []
    variadic = False
    prototype = node.args is not None or f.unit.c23
    if T.strip(ret).kind in ("array", "func"):
        f.diag.error(node.coord, f"function cannot return {'array' if T.strip(ret).kind == 'array' else 'function'} type '{T.spell(ret)}'")
        ret = T.INT
    f.unit.parameter_lists += 1
    if "ignored-qualifiers" in f.unit.asked:
        check_result_qualifiers(f, node.type)
    for p in node.args.params if node.args is not None else ():
        if isinstance(p, c_ast.EllipsisParam):
            variadic = True
        elif isinstance(p, c_ast.ID):
            prototype = False
            params.append(T.Param(p.name, T.INT, None, p.coord))
        else:
            if isinstance(p.type, c_ast.ArrayDecl) and p.type.dim is not None:
                sizes = [q for q in params if q.name and mentions(p.type.dim, q.name)]
                for q in sizes:
                    q.quiet = True
                if sizes:
                    p.type.dim = None  # it is a pointer all the same
            t = declarator_type(f, p.type)
            u = T.strip(t)
            if u.kind == "array":
                const, volatile, _ = T.qualifiers(t)
                t = T.Ptr(T.qualify(u.elem, const, volatile))
            elif u.kind == "func":
                t = T.Ptr(t)
            elif u.kind == "void":
                if len(node.args.params) == 1 and p.name is None:
                    break
                f.diag.error(p.coord, "argument may not have 'void' type")
                t = T.INT
            attrs = gather(f, p.attrs) if p.attrs else {}
            params.append(T.Param(p.name or "", t, list(attrs.get("btf_decl_tag", [])), p.coord))
            params[-1].quiet = "unused" in attrs or "maybe_unused" in attrs
    f.unit.parameter_lists -= 1
    return T.Func(ret, params, variadic, prototype)


# -- records and enumerations ---------------------------------------------------------------------------------------------
def tag_scope(f: FunctionState) -> dict[str, Any]:
    tags: dict[str, Any] = f.tags[-1] if f.tags else f.unit.tags
    return tags


def known_tag(f: FunctionState, kind: str, name: str, defines: bool) -> Any:
    """What a tag names where it is mentioned, or in the scope where it is defined."""
    for scope in reversed(f.tags[-1:] if defines else f.tags):
        if name in scope:
            return scope[name]
    return None if defines and f.tags else f.unit.tag_before(kind, name, defines)


def other_kind(f: FunctionState, node: Any, known: Any) -> None:
    """A tag that is that of an enumeration here, and of a structure there."""
    f.diag.error(node.coord, f"use of '{node.name}' with tag type that does not match previous declaration")
    if known.pos is not None:
        f.diag.note(known.pos, "previous use is here")


def record_type(f: FunctionState, node: Any) -> T.Record:
    kind = "struct" if isinstance(node, c_ast.Struct) else "union"
    name = node.name
    record: T.Record | None = None
    if name is not None:
        known = known_tag(f, kind, name, node.decls is not None)
        if known is not None:
            if known.kind != kind:
                other_kind(f, node, known)
                known = None
            record = known
    if record is None:
        record = T.Record(kind, name)
        record.pos = node.coord
        if name is not None:
            scope = tag_scope(f) if node.decls is not None else (tag_scope(f) if not f.tags else f.unit.tags)
            scope[name] = record
            if f.unit.parameter_lists:
                f.unit.warn_invisible(node, f"{kind} {name}")
            if scope is f.unit.tags:
                record.resolve = f.unit.resolve_tag
    if node.decls is not None:
        define_record(f, record, node)
    elif node.attrs:
        apply_record_attributes(f, record, gather(f, node.attrs))
    return record


def apply_record_attributes(f: FunctionState, record: T.Record, attrs: dict[str, Any]) -> None:
    record.decl_tags.extend(t for t in attrs.get("btf_decl_tag", ()) if t not in record.decl_tags)
    if "preserve_access_index" in attrs or f.unit.inside_preserved:
        record.preserve_access = True
    if "preserve_static_offset" in attrs:
        record.preserve_offset = True
    if "may_alias" in attrs:
        record.may_alias = True
    if "transparent_union" in attrs:
        record.transparent = True


def define_record(f: FunctionState, record: T.Record, node: Any) -> None:
    if record.members is not None:
        check_clash(f.diag, node.coord, f"{record.kind} {record.tag}")
        f.diag.error(node.coord, f"redefinition of '{record.kind} {record.tag}'")
        if record.pos is not None:
            f.diag.note(record.pos, "previous definition is here")
        record = T.Record(record.kind, record.tag)  # what its members declare is known all the same
    record.resolve = None
    record.pos = node.coord
    attrs = gather(f, node.attrs) if node.attrs else {}
    for a in node.attrs or ():
        if a.name == "section":
            f.diag.error(a.coord, "'section' attribute only applies to functions and global variables: it belongs behind the variable's name")
    apply_record_attributes(f, record, attrs)
    members: list[T.Member] = []
    seen: set[str] = set()
    f.unit.inside_preserved += record.preserve_access
    for decl in node.decls:
        if isinstance(decl, c_ast.StaticAssert):
            f.unit.static_assert(f, decl)
            continue
        m = member_of(f, record, decl, node)
        if m is None:
            continue
        if m.name and m.name in seen:
            f.diag.error(decl.coord, f"duplicate member '{m.name}'")
        seen.add(m.name)
        if not m.name and m.bit_width is None:
            for name in inner_names(T.strip(m.type)):
                if name in seen:
                    f.diag.error(decl.coord, f"member of anonymous {T.strip(m.type).kind} redeclares '{name}'")
                seen.add(name)
        members.append(m)
    f.unit.inside_preserved -= record.preserve_access
    for m in members[:-1]:
        u = T.strip(m.type)
        if u.kind == "array" and u.count is None and record.kind == "struct":
            f.diag.error(m.type and node.coord, f"flexible array member '{m.name}' is not at the end of struct")
        elif u.kind in ("struct", "union") and record.kind == "struct" and is_flexible(u):
            where = next((decl.coord for decl in node.decls if getattr(decl, "name", None) == (m.name or None)), node.coord)
            told = f"field '{m.name}' with variable sized type '{T.spell(m.type)}' not at the end of a struct or class is a GNU extension"
            f.diag.warning("gnu-variable-sized-type-not-at-end", where, told)
    T.layout(record, members, "packed" in attrs, attrs.get("aligned", 0), node.pack)
    if record.size >= LARGEST >> 3:  # offsets of members are in bits
        f.diag.error(node.coord, f"{record.kind} is too large ({record.size} bytes)")
        T.layout(record, [], False, 0, 0)


def is_flexible(record: Any) -> bool:
    """Whether a record ends in an array without size."""
    for m in record.members[-1:] if record.kind == "struct" else record.members or ():
        u: Any = T.strip(m.type)
        if u.kind == "array" and u.count is None or u.kind in ("struct", "union") and u.members and is_flexible(u):
            return True
    return False


def inner_names(record: Any) -> list[str]:
    """The names that a nameless member brings into the record around it."""
    out: list[str] = []
    for m in record.members or ():
        if m.name:
            out.append(m.name)
        elif m.bit_width is None and T.is_record(T.strip(m.type)):
            out += inner_names(T.strip(m.type))
    return out


def member_of(f: FunctionState, record: T.Record, decl: Any, node: Any) -> T.Member | None:
    if not isinstance(decl, c_ast.Decl):
        return None
    t = declarator_type(f, decl.type)
    u = T.strip(t)
    if decl.name is None and decl.bitsize is None and not (T.is_record(u)):
        if u.kind != "enum":
            f.diag.warning("missing-declarations", decl.coord, "declaration does not declare anything")
        return None
    if decl.name is None and decl.bitsize is None and getattr(u, "tag", None) is not None and not f.unit.ms_extensions:
        f.diag.warning("missing-declarations", decl.coord, "declaration does not declare anything")
        return None
    if u.kind == "func":
        f.diag.error(decl.coord, f"field '{decl.name}' declared as a function")
        return None
    if T.is_variable(u):
        f.diag.error(decl.coord, "fields must have a constant size: 'variable length array in structure' is not supported")
    elif not T.is_complete(u) and not (u.kind == "array" and (u.count is None or T.is_complete(u.elem))):
        f.diag.error(decl.coord, f"field has incomplete type '{T.spell(t)}'")
        return None
    width = None
    if decl.bitsize is not None:
        size = f.unit.constant_operand(f, decl.bitsize)
        if size is None:
            f.diag.error(decl.bitsize.coord, "expression is not an integer constant expression")
        width = size.value.aux if size is not None else 1
        if not T.is_integer(u):
            f.diag.error(decl.coord, f"bit-field '{decl.name}' has non-integral type '{T.spell(t)}'")
            return None
        if T.in_memory(u):
            f.diag.error(decl.coord, f"bit-field '{decl.name}' of type '{T.spell(t)}' is not supported on BPF")
            return None
        limit = 1 if u.kind == "bool" else T.sizeof(u) * 8
        if width < 0 or width > limit or (width == 0 and decl.name):
            what = f"bit-field '{decl.name}'" if decl.name else "anonymous bit-field"
            if width < 0:
                f.diag.error(decl.coord, f"{what} has negative width ({width})")
            elif width == 0:
                f.diag.error(decl.coord, f"named {what} has zero width")
            else:
                f.diag.error(decl.coord, f"width of {what} ({width} bits) exceeds the width of its type ({limit} bit{'s' if limit > 1 else ''})")
            width = 1
    m = T.Member(decl.name or "", t, width)
    if decl.attrs:
        attrs = gather(f, decl.attrs)
        m.decl_tags = list(attrs.get("btf_decl_tag", ()))
        m.align = attrs.get("aligned", 0)
        m.packed = "packed" in attrs
    if decl.align:
        m.align = max(m.align, alignas(f, decl.align))
    return m


def alignas(f: FunctionState, nodes: list[Any]) -> int:
    best = 0
    for node in nodes:
        inner = node.alignment
        if isinstance(inner, c_ast.Typename):
            t = type_name(f, inner)
            if T.is_complete(t):
                best = max(best, T.alignof(t))
            else:
                f.diag.error(inner.coord, f"invalid application of '_Alignas' to an incomplete type '{T.spell(t)}'")
        else:
            best = max(best, f.unit.integer_constant(f, inner, "alignment"))
    return best


def enum_type(f: FunctionState, node: Any) -> T.Enum:
    name = node.name
    enum: Any = None
    if name is not None:
        known = known_tag(f, "enum", name, node.values is not None)
        if known is not None and known.kind == "enum":
            enum = known
        elif known is not None:
            other_kind(f, node, known)
    if enum is None:
        enum = T.Enum(name)
        enum.pos = node.coord
        if name is not None:
            scope = tag_scope(f) if node.values is not None or not f.tags else f.unit.tags
            scope[name] = enum
            if f.unit.parameter_lists:
                f.unit.warn_invisible(node, f"enum {name}")
            if scope is f.unit.tags:
                enum.resolve = f.unit.resolve_tag
    if node.fixed is not None:
        underlying = T.strip(type_name(f, node.fixed))
        if underlying.kind not in ("int", "bool"):
            f.diag.error(node.coord, f"non-integral type '{T.spell(underlying)}' is an invalid underlying type")
        else:
            enum.underlying = underlying
            enum.fixed = True
    if node.values is not None:
        define_enum(f, enum, node)
    return enum  # type: ignore[no-any-return]


def define_enum(f: FunctionState, enum: T.Enum, node: Any) -> None:
    if enum.values is not None:
        check_clash(f.diag, node.coord, f"enum {enum.tag}")
        f.diag.error(node.coord, f"redefinition of 'enum {enum.tag}'")
        if enum.pos is not None:
            f.diag.note(enum.pos, "previous definition is here")
        enum = T.Enum(enum.tag)
    enum.resolve = None
    attrs = gather(f, node.attrs) if node.attrs else {}
    enum.decl_tags = list(attrs.get("btf_decl_tag", ()))
    values: list[tuple[str, int]] = []
    following = 0
    constants = []
    for item in node.values.enumerators:
        if item.value is not None:
            o = f.unit.constant_operand(f, item.value)
            if o is None:
                f.diag.error(item.coord, f"expression for enumerator '{item.name}' is not an integer constant expression")
            else:
                following = o.value.aux
                if following < 0 and not getattr(T.strip(o.type), "signed", True):
                    following += 1 << (64 if o.value.type == "i64" else 32)
        if enum.fixed and not fits(following, enum.underlying):
            f.diag.error(item.coord, f"enumerator value is not representable in the underlying type '{T.spell(enum.underlying)}'")
        if not -(1 << 31) <= following < 1 << 31 and item.value is not None and not enum.fixed and f.unit.extended is not None:
            size = "large" if following > 0 else "small"
            f.diag.warning("pedantic", item.coord, f"ISO C restricts enumerator values to range of 'int' ({following} is too {size})")
        values.append((item.name, following))
        constant = EnumConstant(item.name, following, T.INT if -(1 << 31) <= following < 1 << 31 else T.LONG, enum, item.coord)
        constants.append(constant)
        scope = f.scopes[-1] if f.scopes else f.unit.names
        old = f.scopes[-1].get(item.name) if f.scopes else f.unit.declared_before(item.name)
        if old is not None:
            same = isinstance(old, EnumConstant)
            check_clash(f.diag, item.coord, item.name)
            f.diag.error(item.coord, f"redefinition of enumerator '{item.name}'" if same else f"redefinition of '{item.name}'")
            if getattr(old, "pos", None) is not None:
                f.diag.note(old.pos, "previous definition is here")
        scope[item.name] = constant
        following += 1
    enum.values = values
    if attrs.get("mode") in MODES:
        enum.underlying = BY_SIZE[MODES[attrs["mode"]], True]  # signed, as clang has it
    elif not enum.fixed:
        enum.underlying = underlying_type([n for _, n in values], "packed" in attrs or f.unit.short_enums)
    for constant in constants:
        if enum.fixed:
            constant.type = enum.underlying
        elif not -(1 << 31) <= constant.value < 1 << 31:
            constant.type = enum.underlying


def fits(n: int, t: Any) -> bool:
    bits = 1 if t.kind == "bool" else t.size * 8
    return -(1 << bits - 1) <= n < 1 << bits - 1 if t.signed else 0 <= n < 1 << bits


def underlying_type(values: list[int], packed: bool) -> T.Int:
    """As GCC and clang choose it: unsigned if there is no negative value, 32 bits if they suffice."""
    low, high = min(values, default=0), max(values, default=0)
    signed = low < 0
    for t in (T.SCHAR, T.SHORT, T.INT, T.LONG) if packed else (T.INT, T.LONG):
        bits = t.size * 8
        if signed and -(1 << bits - 1) <= low and high < 1 << bits - 1:
            return t
        if not signed and high < 1 << bits:
            return T.UNSIGNED[t]
    return T.LONG if signed else T.ULONG


def attribute_list(decl: Any) -> list[Attribute]:
    return decl.attrs or []
