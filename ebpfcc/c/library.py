"""Functions of the C library that are builtins: memory, strings. What is known at once is folded here; the rest waits as a call until
inlining has made its arguments known (ir/library.py, opt/libcalls.py)."""

from __future__ import annotations

from pycparser import c_ast

from ..ir import library
from ..ir.core import Call, Mem, Value
from . import access
from . import types as T
from .builtins import arguments
from .control import type_of
from .convert import convert, convert_int, pointer_space, rvalue, scalar, value_of
from .state import FunctionState, FunctionSymbol, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .builtins import Builtin

# The parameters and result: s a pointer to bytes, c an int, n a size
SIGNATURES = {
    "strlen": ("s", T.ULONG), "strnlen": ("sn", T.ULONG), "strcmp": ("ss", T.INT), "strncmp": ("ssn", T.INT), "memcmp": ("ssn", T.INT),
    "bcmp": ("ssn", T.INT), "strchr": ("sc", T.CHAR_PTR), "strrchr": ("sc", T.CHAR_PTR), "memchr": ("scn", T.VOID_PTR), "strstr": ("ss", T.CHAR_PTR),
    "strspn": ("ss", T.ULONG), "strcspn": ("ss", T.ULONG), "strpbrk": ("ss", T.CHAR_PTR),
    "index": ("sc", T.CHAR_PTR), "rindex": ("sc", T.CHAR_PTR),
}  # fmt: skip
SAME = {"bcmp": "memcmp", "index": "strchr", "rindex": "strrchr"}


def pointer_argument(f: FunctionState, node: Any, args: list[Any], n: int, name: str) -> Operand | None:
    o = rvalue(f, f.expr(args[n]))
    if T.strip(o.type).kind == "ptr" and o.value is not None:
        return o
    if o.value is not None and o.value.op == "const" and o.value.aux == 0 and T.is_integer(T.strip(o.type)):
        return convert(f, o, T.VOID_PTR)
    if T.strip(o.type) is not T.POISON:
        f.diag.error(node.coord, f"invalid argument to '{name}'")
    return None


def emit(f: FunctionState, name: str, t: T.Type, args: list[Value], align: tuple[int, ...], spelled: str) -> Operand:
    """The result of a library function: known, or of a call that may be known later."""
    value = library.fold(f.fn, f.unit.module, name, args)
    if value is None:
        info = Call("library", name)
        info.align, info.spelled = align, spelled
        declared = f.unit.lookup(name)
        if isinstance(declared, FunctionSymbol):
            f.unit.module.library[name] = declared
        value = f.effect("call", ir_type(t), args, info)
    return value_of(t, value)


def function(name: str) -> Builtin:
    """A function that only looks."""
    kinds, result = SIGNATURES[name]

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, len(kinds)):
            return f.poison()
        values: list[Value] = []
        align: list[int] = []
        for n, kind in enumerate(kinds):
            if kind == "s":
                o = pointer_argument(f, node, args, n, name)
                if o is None:
                    return f.poison()
                align.append(pointer_align(f, o))
                values.append(arena(f, o))
            else:
                values.append(convert(f, scalar(f, args[n]), T.ULONG if kind == "n" else T.INT).value)
        f.pos = node.coord
        return emit(f, SAME.get(name, name), result, values, tuple(align), name)

    return builtin


def copy_bytes(f: FunctionState, op: str, target: Operand, second: Operand, size: Value, spelled: str) -> None:
    """memcpy, memmove or memset; second: the source, or the byte as an int."""
    align = pointer_align(f, target)
    if op != "memset":
        align = min(align, pointer_align(f, second))
    args = [arena(f, target), arena(f, second) if op != "memset" else second.value]
    if size.op != "const":
        info = Call("library", op)
        info.align, info.spelled = (align,), spelled
        f.effect("call", "void", [*args, size], info)
    elif size.aux > 0:
        f.effect(op, "void", args, Mem(size.aux, False, 0, False, align))
    elif size.aux < 0:
        f.refuse(f"'{spelled}' of {size.aux & (1 << 64) - 1} bytes is larger than any object")


def memory_builtin(op: str, name: str) -> Builtin:
    """memcpy, memmove, memset; mempcpy is memcpy that returns the end."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 3):
            return f.poison()
        target = pointer_argument(f, node, args, 0, name)
        second = convert_int(f, scalar(f, args[1]), T.INT) if op == "memset" else pointer_argument(f, node, args, 1, name)
        size = convert(f, scalar(f, args[2]), T.ULONG).value
        if target is None or second is None:
            return f.poison()
        f.pos = node.coord
        check_size(f, op, args)
        copy_bytes(f, op, target, second, size, name)
        return value_of(T.VOID_PTR, f.emit("add", "ptr", [target.value, size]) if name == "mempcpy" else target.value)

    return builtin


def clear_bytes(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """bzero(d, n)"""
    if not arguments(f, node, args, 2):
        return f.poison()
    target = pointer_argument(f, node, args, 0, "bzero")
    size = convert(f, scalar(f, args[1]), T.ULONG).value
    if target is None:
        return f.poison()
    f.pos = node.coord
    copy_bytes(f, "memset", target, value_of(T.INT, f.const("i32", 0)), size, "bzero")
    return value_of(T.VOID, None)


def move_bytes(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """bcopy(s, d, n)"""
    if not arguments(f, node, args, 3):
        return f.poison()
    source, target = (pointer_argument(f, node, args, n, "bcopy") for n in (0, 1))
    size = convert(f, scalar(f, args[2]), T.ULONG).value
    if source is None or target is None:
        return f.poison()
    f.pos = node.coord
    copy_bytes(f, "memmove", target, source, size, "bcopy")
    return value_of(T.VOID, None)


def copy_string(name: str) -> Builtin:
    """strcpy and stpcpy: strlen and memcpy."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 2):
            return f.poison()
        target, source = (pointer_argument(f, node, args, n, name) for n in (0, 1))
        if target is None or source is None:
            return f.poison()
        f.pos = node.coord
        length = emit(f, "strlen", T.ULONG, [arena(f, source)], (1,), name).value
        copy_bytes(f, "memcpy", target, source, f.emit("add", "i64", [length, f.const("i64", 1)]), name)
        return value_of(T.CHAR_PTR, f.emit("add", "ptr", [target.value, length]) if name == "stpcpy" else target.value)

    return builtin


def copy_bounded_string(name: str) -> Builtin:
    """strncpy and stpncpy: what there is of the string, then zeroes."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        if not arguments(f, node, args, 3):
            return f.poison()
        target, source = (pointer_argument(f, node, args, n, name) for n in (0, 1))
        size = convert(f, scalar(f, args[2]), T.ULONG).value
        if target is None or source is None:
            return f.poison()
        f.pos = node.coord
        length = emit(f, "strnlen", T.ULONG, [arena(f, source), size], (1,), name).value
        copy_bytes(f, "memcpy", target, source, length, name)
        rest = value_of(target.type, f.emit("add", "ptr", [target.value, length]))
        rest_align = value_of(T.CHAR_PTR, rest.value)
        copy_bytes(f, "memset", rest_align, value_of(T.INT, f.const("i32", 0)), f.emit("sub", "i64", [size, length]), name)
        return value_of(T.CHAR_PTR, rest.value if name == "stpncpy" else target.value)

    return builtin


def check_size(f: FunctionState, op: str, args: list[Any]) -> None:
    """`memset(p, 0, sizeof(p))`: the pointer's size in place of the object's."""
    size = args[2]
    if type(size) is not c_ast.UnaryOp or size.op != "sizeof" or type(size.expr) is not c_ast.ID:
        return
    for arg in args[:1] if op == "memset" else args[:2]:
        if type(arg) is c_ast.ID and arg.name == size.expr.name:
            t = T.strip(type_of(f, arg).type)
            if t.kind == "ptr" and T.strip(t.target).kind != "void":
                what = f"'{op}' call operates on objects of type '{T.spell(t.target)}' while the size is based on a different type '{T.spell(t)}'"
                f.diag.warning("sizeof-pointer-memaccess", size.expr.coord, what)


def arena(f: FunctionState, o: Operand) -> Value:
    space = pointer_space(T.strip(o.type)) if T.strip(o.type).kind == "ptr" else 0
    value: Value = o.value
    return f.emit("addr_cast", "ptr", [value], (0, space)) if space else value


def pointer_align(f: FunctionState, o: Operand) -> int:
    """What is known of a pointer's alignment: that of the object it was made from, or of the type it points at."""
    value: Value = o.value
    off = 0
    while value.op == "add" and value.type == "ptr" and value.args[1].op == "const":
        off += value.args[1].aux
        value = value.args[0]
    if value.op == "slot":
        return access.known_align(value.aux.align, off)
    if value.op == "gaddr":
        symbol = f.unit.module.globals.get(value.aux[0])
        if symbol is not None:
            return access.known_align(symbol.align, off + value.aux[1])
    target = T.strip(T.strip(o.type).target)
    try:
        return T.alignof(target) if target.kind not in ("void", "func") else 1
    except KeyError:
        return 1


TABLE: dict[str, Builtin] = {
    **{name: function(name) for name in SIGNATURES if name not in ("index", "rindex")},
    **{op: memory_builtin(op, op) for op in ("memcpy", "memmove", "memset")},
    "mempcpy": memory_builtin("memcpy", "mempcpy"),
    "bzero": clear_bytes,
    "bcopy": move_bytes,
    "strcpy": copy_string("strcpy"),
    "stpcpy": copy_string("stpcpy"),
    "strncpy": copy_bounded_string("strncpy"),
    "stpncpy": copy_bounded_string("stpncpy"),
}
NAMES = frozenset(TABLE)  # which a declaration does not hide
TABLE |= {"__builtin_" + name: builtin for name, builtin in TABLE.items()}
TABLE |= {"__builtin_index": function("index"), "__builtin_rindex": function("rindex")}
for _name in ("memcpy", "memset"):
    TABLE[f"__builtin_{_name}_inline"] = TABLE[_name]
