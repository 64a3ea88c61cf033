"""Initialisers (C11 6.7.9): flattened into leaves, then written into a static image or stored into an automatic object."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Mem
from . import access, literals
from . import types as T
from .control import type_of
from .convert import assign_convert, rvalue
from .nodes import Range, String
from .state import FunctionState, Operand
from .wide import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Leaf:
    """An expression for the scalar (or whole record, or string for an array) at byte `off`; `member` of a bit-field."""

    __slots__ = ("off", "type", "member", "node")

    def __init__(self, off: int, type: T.Type, member: T.Member | None, node: Any) -> None:
        self.off = off
        self.type = type
        self.member = member
        self.node = node


class Items:
    """The initialisers between two braces, consumed one by one; `front`, where there is one, comes before them."""

    __slots__ = ("items", "i", "front", "end")

    def __init__(self, node: Any) -> None:
        self.items = items = node.exprs
        first = items[0] if items else None
        is_zero = first is not None and len(items) == 1 and type(first) is c_ast.Constant and first.value == "0"
        self.end = None if is_zero else getattr(node, "end", None)  # `{0}` misses nothing
        self.i = 0
        self.front: Any = None

    def peek(self) -> Any:
        return self.front or (self.items[self.i] if self.i < len(self.items) else None)

    def next(self) -> Any:
        item, self.front = self.front, None
        if item is None:
            item = self.items[self.i]
            self.i += 1
        return item


def is_string_for(t: Any, node: Any) -> bool:
    if t.kind != "array" or not isinstance(node, String):
        return False
    elem = T.strip(t.elem)
    return bool(elem.kind == "int" and elem.size == literals.string_bytes(node.parts)[1].size)


def flatten(f: FunctionState, t: T.Type, node: Any) -> tuple[list[Leaf], int]:
    """(leaves in order, element count for an array whose type has none)."""
    out: list[Leaf] = []
    u = T.strip(t)
    if isinstance(node, c_ast.InitList):
        if u.kind == "array" and len(node.exprs) == 1 and is_string_for(u, node.exprs[0]):
            node = node.exprs[0]
        else:
            designators = f.unit.designators
            count = braced(f, t, 0, node, out)
            if f.unit.designators != designators:
                check_overrides(f, out)
            return out, count
    if is_string_for(u, node):
        data, elem = literals.string_bytes(node.parts)
        out.append(Leaf(0, t, None, node))
        return out, len(data) // elem.size
    out.append(Leaf(0, t, None, node))
    return out, 0


def check_overrides(f: FunctionState, leaves: list[Leaf]) -> None:
    """-Winitializer-overrides: designators may name what has a value already."""
    seen: dict[tuple[int, str], Leaf] = {}
    for leaf in leaves:
        if leaf.node is None:
            continue
        key = leaf.off, leaf.member.name if leaf.member is not None else ""
        before = seen.get(key)
        if before is not None and before.node is not leaf.node:
            told = f.unit.warn_once("initializer-overrides", leaf.node.coord, "initializer overrides prior initialization of this subobject")
            if told:
                f.diag.note(before.node.coord, "previous initialization is here")
        seen[key] = leaf


def braced(f: FunctionState, t: T.Type, off: int, node: Any, out: list[Leaf], member: T.Member | None = None) -> int:
    """An initialiser list in braces for an object of type t at off. Returns the number of elements of an array."""
    u = T.strip(t)
    items = Items(node)
    if u.kind == "array":
        return array(f, u, off, items, out, True)
    if T.is_record(u):
        if not T.is_complete(u):
            f.diag.error(node.coord, f"initialization of incomplete type '{T.spell(t)}'")
            return 0
        record(f, u, off, items, out, True)
    elif node.exprs:
        first = node.exprs[0]
        if isinstance(first, c_ast.NamedInitializer):
            f.diag.error(first.coord, f"initialization of non-aggregate type '{T.spell(t)}' with a designated initializer list")
        elif isinstance(first, c_ast.InitList):
            braced(f, t, off, first, out, member)
        else:
            out.append(Leaf(off, t, member, first))
        if len(node.exprs) > 1:
            f.diag.warning("excess-initializers", node.exprs[1].coord, "excess elements in scalar initializer")
    else:
        out.append(Leaf(off, t, member, None))  # `{}`: zero
    return 0


def array(f: FunctionState, t: Any, off: int, items: Items, out: list[Leaf], is_braced: bool, is_entered: bool = False) -> int:
    """The elements of an array of type t. Without braces of its own it ends at a designator, which is the surrounding
    list's, but for the one that it was entered by. Returns the number of elements."""
    size = T.sizeof(t.elem)
    index = count = 0
    while True:
        item = items.peek()
        if item is None:
            break
        if isinstance(item, c_ast.NamedInitializer):
            if not is_braced and not is_entered:
                break
            is_entered = False
            items.next()
            f.unit.designators += 1
            lo, hi = designated_range(f, item.name[0])
            if t.count is not None and hi >= t.count:
                f.diag.error(item.coord, f"array designator index ({hi}) exceeds array bounds ({t.count})")
                return count
            behind = items.i
            for k in range(lo, hi + 1):
                items.i = behind
                designated(f, t.elem, off + k * size, item.name[1:], item.expr, items, out)
            index = hi + 1
        else:
            if t.count is not None and index >= t.count:
                if is_braced:
                    f.diag.warning("excess-initializers", item.coord, "excess elements in array initializer")
                    items.i = len(items.items)
                break
            subobject(f, t.elem, off + index * size, items, out)
            index += 1
        count = max(count, index)
    return count


def designated_range(f: FunctionState, designator: Any) -> tuple[int, int]:
    if not isinstance(designator, c_ast.ExprList):
        f.diag.error(designator.coord, "field designator cannot initialize an array")
        return 0, 0
    node = designator.exprs[0]
    lo_node, hi_node = (node.lo, node.hi) if isinstance(node, Range) else (node, node)
    lo = f.unit.integer_constant(f, lo_node, "array designator")
    hi = f.unit.integer_constant(f, hi_node, "array designator") if hi_node is not lo_node else lo
    if lo < 0 or hi < lo or hi - lo > 1 << 20:
        f.diag.error(designator.coord, "array designator value is negative or its range is empty or too large")
        return 0, 0
    return lo, hi


def record(f: FunctionState, u: Any, off: int, items: Items, out: list[Leaf], is_braced: bool, is_entered: bool = False) -> None:
    """The members of a record u; the end as for an array's elements."""
    members = [m for m in u.members if m.name or (m.bit_width is None and T.is_record(T.strip(m.type)))]
    i = 0
    is_complete = is_entered or u.kind == "union" or "missing-field-initializers" not in f.unit.asked
    while True:
        item = items.peek()
        if item is None:
            if not is_complete and 0 < i < len(members) and items.end is not None:
                u = T.strip(members[i].type)
                if u.kind != "array" or u.count is not None:
                    f.unit.warn_once("missing-field-initializers", items.end, f"missing field '{members[i].name}' initializer")
            return
        if isinstance(item, c_ast.NamedInitializer):
            if not is_braced and not is_entered:
                return
            is_entered = False
            is_complete = True
            items.next()
            f.unit.designators += 1
            name = item.name[0]
            path = T.find_member(u, name.name) if isinstance(name, c_ast.ID) else None
            if path is None:
                if not isinstance(name, c_ast.ID):
                    f.diag.error(name.coord, f"array designator cannot initialize non-array type '{T.spell(u)}'")
                    continue
                found = f.unit.similar(name.name, access.member_names(u))
                told = f"field designator '{name.name}' does not refer to any field in type '{T.spell(u)}'{access.meant(found)}"
                f.diag.error(name.coord, told, found)
                continue
            m = path[0][1]
            if m.bit_width is not None:
                out.append(Leaf(off, m.type, m, unbrace(item.expr)))
            else:
                inner = item.name[1:] if len(path) == 1 else item.name  # else in an anonymous member
                designated(f, m.type, off + m.bit_offset // 8, inner, item.expr, items, out)
            i = members.index(m) + 1 if m in members else i
        elif i >= len(members) or (u.kind == "union" and i >= 1):
            if is_braced:
                f.diag.warning("excess-initializers", item.coord, f"excess elements in {u.kind} initializer")
                items.i = len(items.items)
            return
        else:
            m = members[i]
            if m.bit_width is not None:
                out.append(Leaf(off, m.type, m, unbrace(items.next())))
            else:
                subobject(f, m.type, off + m.bit_offset // 8, items, out, len(u.members) == 1)
            i += 1
            if u.kind == "union":
                i = len(members)
        if not is_braced and (i >= len(members) or u.kind == "union"):
            return


def unbrace(node: Any) -> Any:
    while isinstance(node, c_ast.InitList):
        node = node.exprs[0] if node.exprs else None
    return node


def designated(f: FunctionState, t: T.Type, off: int, designators: list[Any], node: Any, items: Items, out: list[Leaf]) -> None:
    """`.a[2].b = node`, the first designator already applied. What follows in `items` goes on behind the subobject that
    was designated, in the innermost of the aggregates that enclose it (C11 6.7.9p17)."""
    items.front = c_ast.NamedInitializer(designators, node, node.coord) if designators else node
    u = T.strip(t)
    if not designators:
        subobject(f, t, off, items, out)
    elif u.kind == "array":
        array(f, u, off, items, out, False, True)
    elif T.is_record(u) and T.is_complete(u):
        record(f, u, off, items, out, False, True)
    else:
        items.next()
        f.diag.error(node.coord, f"designator in initializer for scalar type '{T.spell(t)}'")


def subobject(f: FunctionState, t: T.Type, off: int, items: Items, out: list[Leaf], is_only: bool = False) -> None:
    """The next initialiser(s) for a member or element: in braces, a whole value, or elided braces. is_only: its record has no other."""
    node = items.peek()
    u = T.strip(t)
    if isinstance(node, c_ast.InitList):
        items.next()
        if u.kind == "array" and len(node.exprs) == 1 and is_string_for(u, node.exprs[0]):
            out.append(Leaf(off, t, None, node.exprs[0]))
        else:
            if not node.exprs:
                out.append(Leaf(off, t, None, None))
            braced(f, t, off, node, out)
        return
    if u.kind == "array":
        if is_string_for(u, node):
            out.append(Leaf(off, t, None, items.next()))
        else:
            suggest_braces(f, node, items, is_only)
            array(f, u, off, items, out, False)
    elif T.is_record(u):
        if isinstance(node, (c_ast.Constant, String)) or not T.same(type_of(f, node).type, t):
            if not T.is_complete(u) or not u.members:
                items.next()
                return
            suggest_braces(f, node, items, is_only)
            record(f, u, off, items, out, False)
        else:
            out.append(Leaf(off, t, None, items.next()))
    else:
        out.append(Leaf(off, t, None, items.next()))


def suggest_braces(f: FunctionState, node: Any, items: Items, is_only: bool) -> None:
    if "missing-braces" in f.unit.asked and items.end is not None and not is_only:
        f.unit.warn_once("missing-braces", node.coord, "suggest braces around initialization of subobject")


MOST_DATA = 1 << 26  # bytes of all initialised objects; each stands in memory several times
MOST_LOCAL = 1 << 16  # far beyond the stack


# -- static objects ----------------------------------------------------------------------------------------------------
class Image:
    """The bytes of a static object and what the linker or loader must add: (offset, symbol, addend, size in bytes)."""

    __slots__ = ("data", "relocs")

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.relocs: list[tuple[int, str, int, int]] = []


def new_image(f: FunctionState, size: int, align: int, where: Any) -> Image | None:
    """For an object of the unit; None, after an error, if that, with what may stand before it, is more data than an object file may have."""
    if size + align > f.unit.data_left:
        f.diag.error(where, f"initialized object is too large ({size} bytes)")
        return None
    f.unit.data_left -= size + align
    return Image(size)


def write_static(f: FunctionState, image: Image, t: T.Type, base: int, leaves: list[Leaf]) -> None:
    order = "big" if f.unit.big_endian else "little"
    for leaf in leaves:
        off = base + leaf.off
        u = T.strip(leaf.type)
        node = leaf.node
        if node is None:
            if leaf.member is None:
                size = T.sizeof(leaf.type)
                image.data[off : off + size] = bytes(size)
            continue
        if u.kind == "array" and isinstance(node, String) and is_string_for(u, node):
            data, elem = literals.string_bytes(node.parts)
            if f.unit.big_endian and elem.size > 1:
                data = b"".join(data[i : i + elem.size][::-1] for i in range(0, len(data), elem.size))
            size = T.sizeof(u) if u.count is not None else len(data)
            check_length(f, node, data, size, elem.size)
            data = data[:size]
            image.data[off : off + len(data)] = data
            continue
        if isinstance(node, c_ast.CompoundLiteral) and (T.is_record(u) or u.kind == "array"):
            inner = f.unit.type_name(f, node.type)
            sub, _ = flatten(f, inner, node.init)
            write_static(f, image, inner, off, sub)
            continue
        if isinstance(node, c_ast.Cast) and T.is_record(u):
            node = node.expr
        f.unit.constant_context += 1
        o = rvalue(f, f.expr(node))
        f.unit.constant_context -= 1
        if o.type is T.POISON:
            continue
        if u.kind == "array":
            wide = "wide " if T.sizeof(u.elem) > 1 and T.is_integer(T.strip(u.elem)) else ""
            f.diag.error(node.coord, f"array initializer must be an initializer list or {wide}string literal")
            continue
        if T.is_record(u) and not T.same(u, o.type):
            f.diag.error(node.coord, f"initializing '{T.spell(leaf.type)}' with an expression of incompatible type '{T.spell(o.type)}'")
            continue
        if T.in_memory(u):
            n = known(assign_convert(f, o, leaf.type, node.coord, "initialization", node, leaf.member).value) if u.kind == "int" else None
            if n is not None:
                image.data[off : off + 16] = n.to_bytes(16, "big" if f.unit.big_endian else "little")
                continue
            if copy_constant(f, image, off, o, T.sizeof(u)):
                continue
            f.diag.error(node.coord, "initializer element is not a compile-time constant")
            continue
        value = assign_convert(f, o, leaf.type, node.coord, "initialization", node, leaf.member).value
        if value is None or value.op not in ("const", "gaddr", "undef") or value.op == "undef" and not f.diag.errors:
            if value is not None and value.op == "ptrtoint" and value.args[0].op == "gaddr":
                value = value.args[0]
            else:
                f.diag.error(node.coord, "initializer element is not a compile-time constant")
                continue
        if value.op == "gaddr":
            symbol, addend = value.aux
            image.relocs.append((off, symbol, addend, T.sizeof(u)))
        elif value.op == "const":
            write_scalar(image, off, u, leaf.member, value.aux, order)


def copy_constant(f: FunctionState, image: Image, off: int, o: Operand, size: int) -> bool:
    """The initial value of a constant static object, copied into another's."""
    if o.kind == "mem" and o.value.op == "gaddr":
        source = f.unit.module.globals.get(o.value.aux[0])
        if source is not None and source.const and source.init is not None:
            start = o.value.aux[1] + o.off
            image.data[off : off + size] = source.init[start : start + size]
            for at, symbol, addend, width in source.relocs:
                if start <= at < start + size:
                    image.relocs.append((off + at - start, symbol, addend, width))
            return True
    return False


def write_scalar(image: Image, off: int, u: Any, member: T.Member | None, n: int, order: Any) -> None:
    if member is None:
        size = T.sizeof(u)
        image.data[off : off + size] = (n & (1 << size * 8) - 1).to_bytes(size, order)
        return
    width = member.bit_width
    assert width is not None
    first, last = member.bit_offset // 8, (member.bit_offset + width + 7) // 8
    old = int.from_bytes(image.data[off + first : off + last], order)
    shift = member.bit_offset - first * 8
    if order == "big":  # numbered from the most significant bit
        shift = (last - first) * 8 - shift - width
    mask = (1 << width) - 1
    old = old & ~(mask << shift) | (n & mask) << shift
    image.data[off + first : off + last] = old.to_bytes(last - first, order)


# -- automatic objects -------------------------------------------------------------------------------------------------
def store_auto(f: FunctionState, target: Operand, leaves: list[Leaf]) -> None:
    """Stores the leaves; what none of them covers, padding included, is zeroed first (a map key must have no stale bytes)."""
    size = T.sizeof(target.type)
    if size > MOST_LOCAL:
        f.diag.error(f.pos, f"object is too large for the stack ({size} bytes)")
        return
    relocate = is_relocatable(target.type) and not all(is_constant(f, leaf) for leaf in leaves)  # constants are copied as they are
    zero_uncovered(f, target, size, [] if relocate else leaves)  # what is relocated may leave its place uncovered
    for leaf in leaves:
        u = T.strip(leaf.type)
        node = leaf.node
        by_members = reach(f, target, leaf, leaf.off) if relocate else None
        at = by_members or access.move(target, leaf.off, leaf.type)
        if node is None:
            continue
        if u.kind == "array" and isinstance(node, String):
            if at.core is not None:
                at = access.memory(f, access.address(f, at), leaf.type, 0, at.align)
            data, elem = literals.string_bytes(node.parts)
            check_length(f, node, data, T.sizeof(u), elem.size)
            store_string(f, at, data[: T.sizeof(u)], T.sizeof(u))
            continue
        o = rvalue(f, f.expr(node))
        f.pos = node.coord
        if T.is_record(u) or o.kind == "mem":
            o = assign_convert(f, o, leaf.type, node.coord, "initialization", node, leaf.member)
            if o.kind == "mem":
                access.copy(f, at, o)
            continue
        o = assign_convert(f, o, leaf.type, node.coord, "initialization", node, leaf.member)
        if leaf.member is not None and by_members is None:
            at.member = leaf.member
            at = access.move(target, leaf.off + leaf.member.bit_offset // 8, leaf.type)
            at.member, at.bit = leaf.member, leaf.member.bit_offset % 8
            at.room = (leaf.member.bit_offset // 8, T.sizeof(target.type) - leaf.off - leaf.member.bit_offset // 8)
        if o.value is not None:
            access.store(f, at, o.value)


def is_relocatable(t: T.Type) -> bool:
    u = T.strip(t)
    if u.kind == "array":
        return is_relocatable(u.elem)
    return T.is_record(u) and (u.preserve_access or any(is_relocatable(m.type) for m in u.members or ()))


def is_constant(f: FunctionState, leaf: Leaf) -> bool:
    return leaf.node is None or isinstance(leaf.node, String) or f.unit.try_constant(f, leaf.node) is not None


def reach(f: FunctionState, at: Operand, leaf: Leaf, rel: int) -> Operand | None:
    """The leaf's object by way of the members that lead to byte `rel` of `at`, so that CO-RE relocates it."""
    u = T.strip(at.type)
    if leaf.member is None and rel == 0 and u is T.strip(leaf.type):
        return at
    if u.kind == "array":
        size = T.sizeof(u.elem)
        return reach(f, access.element(f, at, f.const("i64", rel // size), u.elem, T.LONG), leaf, rel % size) if size else None
    if not T.is_record(u):
        return None
    for index, m in enumerate(u.members):
        start = m.bit_offset // 8
        if m.bit_width is not None:
            if rel == 0 and m == leaf.member:
                return access.step(f, at, index, m)
        elif start <= rel < start + T.sizeof(m.type):
            found = reach(f, access.step(f, at, index, m), leaf, rel - start)
            if found is not None:
                return found
    return None


def zero_uncovered(f: FunctionState, target: Operand, size: int, leaves: list[Leaf]) -> None:
    covered = bytearray(size)
    for leaf in leaves:
        if leaf.member is None and leaf.node is not None:
            n = T.sizeof(leaf.type)
            covered[leaf.off : leaf.off + n] = b"\1" * n
    start = covered.find(0)
    while start >= 0:
        end = covered.find(1, start)
        end = size if end < 0 else end
        gap = access.move(target, start, target.type)
        mem = Mem(end - start, False, 0, False, max(1, gap.align))
        f.effect("memset", "void", [access.address(f, gap), f.const("i32", 0)], mem)
        start = covered.find(0, end)


def check_length(f: FunctionState, node: Any, data: bytes, size: int, element: int) -> None:
    """The terminator may be left out, no more."""
    if len(data) - element > size:
        f.diag.warning("excess-initializers", node.coord, "initializer-string for char array is too long")


def store_string(f: FunctionState, at: Operand, data: bytes, size: int) -> None:
    """Character data as the widest aligned stores of constants."""
    data = data.ljust(size, b"\0")
    order: Any = "big" if f.unit.big_endian else "little"
    off = 0
    while off < size:
        width = 8
        here = access.known_align(at.align, off)
        while width > here or off + width > size:
            width //= 2
        n = int.from_bytes(data[off : off + width], order)
        value = f.const("i64" if width == 8 else "i32", n)
        f.effect("store", "void", [at.value, value], Mem(width, False, at.off + off, at.volatile, width))
        off += width
