"""GCC's and clang's builtins that BPF sources use, and clang's BPF builtins for CO-RE. TABLE: name -> function(f, node, args).

Those on the bits of a number stand in bits.py, overflow arithmetic in overflow.py."""

from __future__ import annotations

from pycparser import c_ast

from ..ir.core import Call, CoreReloc, Value
from . import access, wide
from . import types as T
from .control import mention, type_of
from .convert import convert, promoted_index, rvalue, scalar, value_of
from .state import FunctionState, Operand, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Builtin = Callable[[FunctionState, Any, list[Any]], Operand]

# enum bpf_core_relo_kind (uapi linux/bpf.h)
FIELD_KINDS = {0: "byte_offset", 1: "byte_size", 2: "exists", 3: "signed", 4: "lshift_u64", 5: "rshift_u64"}
TYPE_ID_LOCAL, TYPE_ID_TARGET, TYPE_EXISTS, TYPE_SIZE, ENUMVAL_EXISTS, ENUMVAL_VALUE, TYPE_MATCHES = range(6, 13)


def arguments(f: FunctionState, node: Any, args: list[Any], count: int) -> bool:
    if len(args) == count:
        return True
    word = "few" if len(args) < count else "many"
    f.diag.error(node.coord, f"too {word} arguments to function call, expected {count}, have {len(args)}")
    return False


def integer_argument(f: FunctionState, node: Any, t: Any) -> Value:
    value: Value = convert(f, scalar(f, node), t).value
    return value


def expect(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    o = convert(f, scalar(f, args[0]), T.LONG)
    for other in args[1:]:
        f.expr(other)
    return o


def constant_p(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    o = type_of(f, args[0])
    known = o.kind == "value" and o.value is not None and (o.value.op == "const" or wide.known(o.value) is not None)
    if not known and (o.kind in ("mem", "ssa")):
        o = rvalue(f, o) if o.kind == "ssa" else o
        known = o.literal is not None or (o.kind == "value" and o.value is not None and o.value.op == "const")
        if o.kind == "mem" and o.var is not None:
            known = f.unit.constant_of(f, o.var) is not None
    if (
        not known
        and not f.unit.constant_context
        and not f.unit.at_file_scope(f)
        and T.is_integer(T.strip(o.type))
        and T.sizeof(o.type) <= 8
        and is_simple(args[0])
    ):
        f.pos = node.coord
        return value_of(T.INT, f.emit("constant_p", "i32", [scalar(f, args[0]).value]))
    return value_of(T.INT, f.const("i32", int(known)))


def is_simple(node: Any) -> bool:
    """Whether an expression can be evaluated early: it has no effect."""
    kind = type(node)
    if kind in (c_ast.ID, c_ast.Constant, c_ast.Typename):
        return True
    if kind is c_ast.UnaryOp:
        return node.op in ("-", "+", "~", "!", "sizeof") and is_simple(node.expr)
    if kind is c_ast.BinaryOp:
        return is_simple(node.left) and is_simple(node.right)
    if kind is c_ast.Cast:
        return is_simple(node.expr)
    return kind is c_ast.TernaryOp and is_simple(node.cond) and is_simple(node.iftrue) and is_simple(node.iffalse)


def choose_expr(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    n = f.unit.integer_constant(f, args[0], "'__builtin_choose_expr' condition")
    if f.unit.warns_unused:
        mention(f, args[2] if n else args[1])
    return f.expr(args[1] if n else args[2])


def types_compatible(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    if not arguments(f, node, args, 2):
        return f.poison()
    a, b = (f.unit.type_name(f, x) if isinstance(x, c_ast.Typename) else type_of(f, x).type for x in args)
    same = T.same(a, b) and not (T.strip(a).kind == "enum" and T.strip(b).kind == "int")
    return value_of(T.INT, f.const("i32", int(same)))


def offset_of(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    t = f.unit.type_name(f, args[0])
    if not T.is_complete(t):
        f.diag.error(node.coord, f"offsetof of incomplete type '{T.spell(t)}'")
        return f.poison()
    o = offset_operand(f, access.memory(f, f.const("ptr", 0), t), args[1])
    if o.type is T.POISON:
        return f.poison()
    if o.member is not None:
        f.diag.error(node.coord, f"cannot compute offset of bit-field '{o.member.name}'")
        return f.poison()
    base = o.value
    if base.op == "const":
        return value_of(T.ULONG, f.const("i64", base.aux + o.off))
    return value_of(T.ULONG, f.emit("ptrtoint", "i64", [f.add_offset(base, o.off)]))


def offset_operand(f: FunctionState, base: Operand, designator: Any) -> Operand:
    if isinstance(designator, c_ast.ID):
        return access.member(f, base, designator.name, designator.coord, False)
    o = offset_operand(f, base, designator.name)
    if isinstance(designator, c_ast.StructRef):
        return access.member(f, o, designator.field.name, designator.coord, False)
    index = promoted_index(f, scalar(f, designator.subscript), designator.subscript.coord)
    t = T.strip(o.type)
    if t.kind != "array":
        f.diag.error(designator.coord, "offsetof requires array type")
        return o
    return access.element(f, o, index.value, t.elem, index.type)


def unreachable(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    f.terminate("unreachable", [], [])
    f.unreachable_block()
    return value_of(T.VOID, None)


def trap(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """Reaching it is an error: the verifier must see a path that it refuses, or none (LLVM calls __bpf_trap)."""
    f.unit.use_trap()
    f.effect("call", "void", [], Call("func", f.unit.trap_function, True))
    return unreachable(f, node, args)


def object_size(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """The bytes from the pointer to the end of the object, or, for odd kinds, of the array or member of it that it points into."""
    if not arguments(f, node, args, 2):
        return f.poison()
    kind = f.unit.integer_constant(f, args[1], "'__builtin_object_size' type")
    base, off = base_and_offset(rvalue(f, f.expr(args[0])).value)
    size = None
    if base is not None and base.op == "slot":
        size = base.aux.size
    elif base is not None and base.op == "gaddr" and base.aux[0] in f.unit.module.globals:
        size = f.unit.module.globals[base.aux[0]].size
    if size is not None and kind & 1:
        part = designated(f, args[0])
        if part is not None and part.kind == "mem" and T.is_complete(part.type):
            start, part_off = base_and_offset(part.value)
            if start is not None and base is not None and start.op == base.op and (start.aux == base.aux or base.op == "gaddr" and start.aux[0] == base.aux[0]):
                size = min(size, part_off + part.off + T.sizeof(part.type))
    n = (0 if kind & 2 else -1) if size is None else max(0, size - off)
    return value_of(T.ULONG, f.const("i64", n))


def base_and_offset(value: Value | None) -> tuple[Value | None, int]:
    off = 0
    while value is not None and value.op == "add" and value.args[1].op == "const":
        off += value.args[1].aux
        value = value.args[0]
    return value, off + (value.aux[1] if value is not None and value.op == "gaddr" else 0)


def designated(f: FunctionState, node: Any) -> Operand | None:
    """The array or member that a pointer expression points into."""
    kind = type(node)
    if kind is c_ast.Cast:
        return designated(f, node.expr)
    if kind is c_ast.BinaryOp:
        return designated(f, node.left)
    if kind is c_ast.UnaryOp and node.op == "&":
        node = node.expr
        kind = type(node)
    if kind is c_ast.ArrayRef:
        node = node.name
    return type_of(f, node) if type(node) in (c_ast.ID, c_ast.StructRef, c_ast.ArrayRef) else None


# -- CO-RE --------------------------------------------------------------------------------------------------------------
def preserve_access_index(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    f.preserve += 1
    o = f.expr(args[0])
    if o.kind == "mem":
        o = rvalue(f, o)
    f.preserve -= 1
    return o


def preserve_field_info(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    if not arguments(f, node, args, 2):
        return f.poison()
    kind = f.unit.integer_constant(f, args[1], "'__builtin_preserve_field_info' kind")
    f.preserve += 1
    o = f.expr(args[0].expr if isinstance(args[0], c_ast.UnaryOp) and args[0].op == "&" else args[0])
    f.preserve -= 1
    if o.core is None or kind not in FIELD_KINDS:
        f.diag.error(node.coord, "__builtin_preserve_field_info argument 1 not a field access")
        return f.poison()
    reloc = CoreReloc(kind, o.core.root, ":".join(map(str, o.core.spec)), field_info(o, kind, f.unit.big_endian))
    return value_of(T.UINT, f.effect("core_const", "i32", [], reloc))


def field_info(o: Operand, kind: int, big_endian: bool) -> int:
    """The value of a field relocation for the type as compiled (libbpf relo_core.c, bpf_core_calc_field_relo)."""
    t = T.strip(o.type)
    chain = o.core
    assert chain is not None
    size = T.sizeof(t)
    byte = chain.off
    width = o.member.bit_width if o.member is not None and o.member.bit_width is not None else None
    if kind == 0:
        return byte
    if kind == 1:
        return size
    if kind == 2:
        return 1
    if kind == 3:
        return int(bool(getattr(t, "signed", False)) and t.kind != "bool")
    bits = size * 8 if width is None else width
    bit = 0 if width is None else o.bit
    if kind == 4:
        return 64 - (bit + bits) if not big_endian else (8 - size) * 8 + bit
    return 64 - bits


def pointed_type(f: FunctionState, node: Any) -> T.Type:
    """The type T of an argument `*(T *)0`, or of any expression."""
    return type_of(f, node).type


def preserve_type_info(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    t = pointed_type(f, args[0])
    named_type = named(t)
    if named_type.kind != "typedef" and not getattr(named_type, "tag", None):
        f.diag.error(node.coord, "__builtin_preserve_type_info argument 1 invalid: a struct, union or enum with a tag, or a typedef, is needed")
        return f.poison()
    flag = f.unit.integer_constant(f, args[1], "'__builtin_preserve_type_info' kind")
    kind = {0: TYPE_EXISTS, 1: TYPE_SIZE, 2: TYPE_MATCHES}.get(flag, TYPE_EXISTS)
    value = T.sizeof(t) if kind == TYPE_SIZE and T.is_complete(t) else 1
    return value_of(T.UINT, f.effect("core_const", "i32", [], CoreReloc(kind, named(t), "0", value)))


def btf_type_id(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    t = pointed_type(f, args[0])
    flag = f.unit.integer_constant(f, args[1], "'__builtin_btf_type_id' kind")
    kind = TYPE_ID_LOCAL if flag == 0 else TYPE_ID_TARGET
    if flag and not has_name(named(t)):
        f.diag.error(node.coord, f"type '{T.spell(t)}' has no name: libbpf looks a type of the kernel up by its name")
        return f.poison()
    return value_of(T.ULONG, f.effect("core_const", "i64", [], CoreReloc(kind, named(t), "0", 0)))


def has_name(t: T.Type) -> bool:
    return t.kind in ("typedef", "int", "bool", "float") or bool(getattr(t, "tag", None))


def named(t: T.Type) -> T.Type:
    while t.kind == "qual":
        t = t.target  # type: ignore[attr-defined]
    return t


def preserve_enum_value(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """clang's first argument is `*(typeof(T) *)ENUMERATOR`: the enumerator is what the cast is applied to. GCC has a pointer to T and the enumerator."""
    flag = f.unit.integer_constant(f, args[-1], "'__builtin_preserve_enum_value' kind")
    t = pointed_type(f, args[0])
    enumerator = None
    if len(args) == 3:
        t = T.strip(t).target if T.strip(t).kind == "ptr" else t
        enumerator = type_of(f, args[1]).enumerator
    else:
        inner = args[0]
        while isinstance(inner, c_ast.UnaryOp):
            inner = inner.expr
        if isinstance(inner, c_ast.Cast):
            enumerator = type_of(f, inner.expr).enumerator
    u = T.strip(t)
    if u.kind != "enum" or not T.is_complete(u) or enumerator is None:
        f.diag.error(node.coord, "__builtin_preserve_enum_value argument 1 invalid")
        return f.poison()
    names = [name for name, _ in u.values or ()]
    index = names.index(enumerator.name) if enumerator.name in names else 0
    kind = ENUMVAL_EXISTS if flag == 0 else ENUMVAL_VALUE
    value = 1 if kind == ENUMVAL_EXISTS else enumerator.value
    return value_of(T.ULONG, f.effect("core_const", "i64", [], CoreReloc(kind, named(t), str(index), value)))


def packet_load(size: int) -> Builtin:
    """__builtin_bpf_load_byte(skb, offset), GCC's without the skb: the legacy packet access; r6 must hold the context."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        for context in args[:-1]:
            f.expr(context)
        off = convert(f, scalar(f, args[-1]), T.ULONG).value
        return value_of(T.ULLONG, f.effect("ldabs", "i64", [off], size))

    return builtin


def has_attribute(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """GCC's __builtin_has_attribute(declared, weak): whether a declaration has an attribute."""
    if not arguments(f, node, args, 2):
        return f.poison()
    declared, attribute = args
    while isinstance(declared, c_ast.UnaryOp) and declared.op in "*&":
        declared = declared.expr
    symbol = f.lookup(declared.name) if isinstance(declared, c_ast.ID) else None
    if not isinstance(attribute, c_ast.ID) or symbol is None:
        f.diag.error(node.coord, "__builtin_has_attribute wants a declaration and an attribute's name")
        return f.poison()
    return value_of(T.BOOL, f.const("i32", int(attribute.name.strip("_") in getattr(symbol, "attrs", ()))))


def refused(reason: str, t: T.Type = T.VOID) -> Builtin:
    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        for arg in args:
            f.expr(arg)
        f.pos = node.coord
        value = f.refuse(f"'{node.name.name}' is not supported on BPF: {reason}", ir_type(t))
        return value_of(t, value if t is not T.VOID else None)

    return builtin


def variadic_argument(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    f.diag.error(node.coord, f"'{node.name.name}' is not supported on BPF: there are no variadic functions")
    return f.poison()


def assume(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    type_of(f, args[0])
    return value_of(T.VOID, None)


def first_argument(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    return rvalue(f, f.expr(args[0]))


def prefetch(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """There is no such instruction: the address is computed."""
    for arg in args:
        f.expr(arg)
    return value_of(T.VOID, None)


def source_place(which: int) -> Builtin:
    """__builtin_LINE(), __builtin_COLUMN()"""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        return value_of(T.INT, f.const("i32", f.diag.sources.locate(node.coord.pos)[which]))

    return builtin


def source_file(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    return text(f, f.diag.sources.locate(node.coord.pos)[0])


def source_function(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    return text(f, f.name)


def text(f: FunctionState, value: str) -> Operand:
    data = value.encode("utf-8", "surrogateescape") + b"\0"
    return value_of(T.Ptr(T.Qual(T.CHAR, const=True)), f.fn.gaddr(f.unit.string_literal(data, T.CHAR)))


TABLE: dict[str, Builtin] = {
    "__builtin_expect": expect,
    "__builtin_expect_with_probability": expect,
    "__builtin_constant_p": constant_p,
    "__builtin_choose_expr": choose_expr,
    "__builtin_types_compatible_p": types_compatible,
    "__builtin_has_attribute": has_attribute,
    "__builtin_offsetof": offset_of,
    "__builtin_unreachable": unreachable,
    "__builtin_trap": trap,
    "__builtin_abort": trap,
    "__builtin_object_size": object_size,
    "__builtin_dynamic_object_size": object_size,
    "__builtin_preserve_access_index": preserve_access_index,
    "__builtin_preserve_field_info": preserve_field_info,
    "__builtin_preserve_type_info": preserve_type_info,
    "__builtin_preserve_enum_value": preserve_enum_value,
    "__builtin_btf_type_id": btf_type_id,
    "__builtin_assume": assume,
    "__builtin_assume_aligned": first_argument,
    "__builtin_return_address": refused("the frame is not accessible", T.VOID_PTR),
    "__builtin_extract_return_addr": first_argument,
    "__builtin_frame_address": refused("the frame is not accessible", T.VOID_PTR),
    "__builtin_alloca": refused("the stack is of constant size", T.VOID_PTR),
    "__builtin_alloca_with_align": refused("the stack is of constant size", T.VOID_PTR),
    "__builtin_va_start": refused("there are no variadic functions"),
    "__builtin_va_arg": variadic_argument,
    "__builtin_va_end": refused("there are no variadic functions"),
    "__builtin_va_copy": refused("there are no variadic functions"),
    "__builtin_prefetch": prefetch,
    "__builtin_LINE": source_place(1),
    "__builtin_COLUMN": source_place(2),
    "__builtin_FILE": source_file,
    "__builtin_FUNCTION": source_function,
}
for _name, _size in (("byte", 1), ("half", 2), ("word", 4)):  # by GCC's name, and by LLVM's, which programs give as an asm label
    TABLE[f"__builtin_bpf_load_{_name}"] = TABLE[f"llvm.bpf.load.{_name}"] = packet_load(_size)
