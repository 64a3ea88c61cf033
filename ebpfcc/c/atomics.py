"""__sync_*, __atomic_*, __c11_atomic_* and _Atomic objects on BPF's atomic instructions (RFC 9669 section 5.3).

BPF has add, and, or, xor, xchg and cmpxchg on 4 and 8 bytes, all sequentially consistent; v4 adds load-acquire and store-release.
Other operations are loops around cmpxchg.
"""

from __future__ import annotations

from ..ir.core import Atomic, Mem, Value
from . import access
from . import types as T
from .convert import convert, pointer_space, rvalue, scalar, value_of
from .state import FunctionState, Operand, Variable, ir_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .builtins import Builtin

OPS = {"add": "add", "sub": "add", "and": "and", "or": "or", "xor": "xor"}
ASSIGNMENTS = {"+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor"}
RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST = range(6)


def pointer(f: FunctionState, node: Any, size_check: bool = True) -> tuple[Value, Any] | None:
    """(address, type of the object) of an atomic builtin's first argument."""
    o = rvalue(f, f.expr(node))
    t = T.strip(o.type)
    if t.kind != "ptr" or o.value is None:
        f.diag.error(node.coord, f"address argument to atomic builtin must be a pointer ('{T.spell(o.type)}' invalid)")
        return None
    target = T.strip(t.target)
    if not T.is_scalar(target):
        f.diag.error(node.coord, f"address argument to atomic builtin must be a pointer to integer or pointer ('{T.spell(o.type)}' invalid)")
        return None
    if T.sizeof(target) not in ((4, 8) if size_check else (1, 2, 4, 8)):
        f.diag.error(node.coord, f"atomic operation on {T.sizeof(target)} bytes is not supported on BPF: 4 or 8")
        return None
    base = o.value
    space = pointer_space(t)
    if space:
        base = f.emit("addr_cast", "ptr", [base], (0, space))
    return base, target


def object_and_operand(f: FunctionState, node: Any, args: list[Any]) -> tuple[Value, Any, Operand] | None:
    """Of `op(pointer, operand, ...)`: the object's address and type, and the operand."""
    found = pointer(f, args[0])
    operand = scalar(f, args[1])
    f.pos = node.coord
    return (*found, operand) if found is not None else None


def operate(f: FunctionState, kind: str, base: Value, t: Any, args: list[Value]) -> Value:
    """An atomic operation that gives the old value."""
    off = 0
    if base.op == "add" and base.args[1].op == "const" and -32768 <= base.args[1].aux < 32768:
        base, off = base.args[0], base.args[1].aux
    return f.effect("atomic", ir_type(t), [base, *args], Atomic(kind, T.sizeof(t), True, off))


def as_operand_type(f: FunctionState, o: Operand, t: Any) -> Value:
    value: Value = convert(f, o, t).value
    return value


def fetch(op: str, after: bool) -> Builtin:
    """__sync_fetch_and_OP (after False) and __sync_OP_and_fetch (after True); further arguments are memory orders."""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        found = object_and_operand(f, node, args)
        if found is None:
            return f.poison()
        base, t, operand = found
        return fetch_operation(f, op, after, base, t, operand)

    return builtin


def fetch_operation(f: FunctionState, op: str, after: bool, base: Value, t: Any, operand: Operand) -> Operand:
    kind = ir_type(t)
    value = as_operand_type(f, operand, T.ULONG if t.kind == "ptr" else t)
    if op == "sub":
        value = f.emit("sub", value.type, [f.const(value.type, 0), value])
    old = operate(f, OPS[op], base, t, [value])
    if not after:
        return value_of(t, old)
    if kind == "ptr":
        old = f.emit("ptrtoint", "i64", [old])
    new = f.emit(OPS[op], value.type, [old, value])
    return value_of(t, f.emit("inttoptr", "ptr", [new]) if kind == "ptr" else new)


def update(f: FunctionState, base: Value, t: Any, change: Callable[[Value], Value]) -> tuple[Value, Value]:
    """Replaces the object's value by change(value), again until no other thread came between. Returns the old and the new value."""
    kind = ir_type(t)
    start = f.load(kind, base, Mem(T.sizeof(t), False, 0, True, T.sizeof(t)))
    attempt, done = f.new_block("attempt"), f.new_block("swapped")
    seen = Variable("", t, "auto", None)
    f.write_var(seen, start)
    f.jump(attempt)
    f.start(attempt, sealed=False)
    want = f.read_var(seen)
    new = change(want)
    old = operate(f, "cmpxchg", base, t, [want, new])
    f.write_var(seen, old)
    f.branch(f.emit("icmp", "i32", [old, want], "eq"), done, attempt)
    f.seal(attempt)
    f.start(done)
    return old, new


def nand(after: bool) -> Builtin:
    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        found = object_and_operand(f, node, args)
        if found is None:
            return f.poison()
        base, t, operand = found
        value = as_operand_type(f, operand, t)
        kind = value.type
        return value_of(t, update(f, base, t, lambda old: f.emit("xor", kind, [f.emit("and", kind, [old, value]), f.const(kind, -1)]))[after])

    return builtin


def exchange(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    found = object_and_operand(f, node, args)
    if found is None:
        return f.poison()
    base, t, operand = found
    return value_of(t, operate(f, "xchg", base, t, [as_operand_type(f, operand, t)]))


def exchange_objects(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """__atomic_exchange(p, &new, &old, order)"""
    found = pointer(f, args[0])
    new, old = rvalue(f, f.expr(args[1])), rvalue(f, f.expr(args[2]))
    if found is None:
        return f.poison()
    base, t = found
    f.pos = node.coord
    value = operate(f, "xchg", base, t, [access.load(f, access.memory(f, new.value, t))])
    access.store(f, access.memory(f, old.value, t), value)
    return value_of(T.VOID, None)


def compare_and_swap(boolean: bool) -> Builtin:
    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        found = pointer(f, args[0])
        expected, new = scalar(f, args[1]), scalar(f, args[2])
        if found is None:
            return f.poison()
        base, t = found
        f.pos = node.coord
        want = as_operand_type(f, expected, t)
        old = operate(f, "cmpxchg", base, t, [want, as_operand_type(f, new, t)])
        return value_of(T.BOOL, f.emit("icmp", "i32", [old, want], "eq")) if boolean else value_of(t, old)

    return builtin


def compare_exchange(value_argument: bool) -> Builtin:
    """__atomic_compare_exchange_n(p, &expected, desired, weak, success, failure)"""

    def builtin(f: FunctionState, node: Any, args: list[Any]) -> Operand:
        found = pointer(f, args[0])
        expected = rvalue(f, f.expr(args[1]))
        desired = scalar(f, args[2])
        if found is None:
            return f.poison()
        base, t = found
        f.pos = node.coord
        if not value_argument:
            desired = value_of(t, access.load(f, access.memory(f, desired.value, t)))
        place = access.memory(f, expected.value, t)
        want = access.load(f, place)
        old = operate(f, "cmpxchg", base, t, [want, as_operand_type(f, desired, t)])
        done, differ = f.new_block("swapped"), f.new_block("differ")
        same = f.emit("icmp", "i32", [old, want], "eq")
        f.branch(same, done, differ)
        f.start(differ)
        access.store(f, place, old)
        f.jump(done)
        f.start(done)
        return value_of(T.BOOL, same)

    return builtin


def load(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    found = pointer(f, args[0], False)
    if found is None:
        return f.poison()
    base, t = found
    order = f.unit.integer_constant(f, args[-1], "memory order") if len(args) > 1 else SEQ_CST
    f.pos = node.coord
    value = atomic_load(f, base, t, order)
    if len(args) == 3:
        out = rvalue(f, f.expr(args[1]))
        access.store(f, access.memory(f, out.value, t), value)
        return value_of(T.VOID, None)
    return value_of(t, value)


def atomic_load(f: FunctionState, base: Value, t: Any, order: int) -> Value:
    size = T.sizeof(t)
    if order != RELAXED and f.unit.cpu >= 4 and f.unit.has_load_acquire:
        return f.effect("atomic", ir_type(t), [base], Atomic("load", size, True))
    return f.load(ir_type(t), base, Mem(size, bool(getattr(t, "signed", False)) and size < 8, 0, True, size))


def store(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    found = pointer(f, args[0], False)
    operand = rvalue(f, f.expr(args[1]))
    if found is None:
        return f.poison()
    base, t = found
    order = f.unit.integer_constant(f, args[-1], "memory order") if len(args) > 2 else SEQ_CST
    f.pos = node.coord
    if node.name.name == "__atomic_store":
        operand = value_of(t, access.load(f, access.memory(f, operand.value, t)))
    atomic_store(f, base, t, as_operand_type(f, operand, t), order)
    return value_of(T.VOID, None)


def atomic_store(f: FunctionState, base: Value, t: Any, value: Value, order: int) -> None:
    size = T.sizeof(t)
    if order != RELAXED and f.unit.cpu >= 4 and f.unit.has_load_acquire:
        f.effect("atomic", "void", [base, value], Atomic("store", size, False))
    else:
        f.effect("store", "void", [base, value], Mem(size, False, 0, True, size))


def release(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    found = pointer(f, args[0], False)
    if found is not None:
        base, t = found
        atomic_store(f, base, t, f.const(ir_type(t), 0), RELEASE)
    return value_of(T.VOID, None)


def fence(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    """BPF has no fence: the compiler keeps the order of memory accesses around it."""
    from ..ir.core import Asm

    for arg in args:
        f.expr(arg)
    f.effect("asm", "void", [], Asm("", [], [], ["memory"], [], True))
    return value_of(T.VOID, None)


def lock_free(f: FunctionState, node: Any, args: list[Any]) -> Operand:
    n = f.unit.integer_constant(f, args[0], "size")
    return value_of(T.BOOL, f.const("i32", int(n in (1, 2, 4, 8))))


def assign(f: FunctionState, target: Operand, op: str, right: Operand, where: Any, old_value: bool = False) -> Operand:
    """`_Atomic` object op= value; ++ and -- too, whose value may be the old one."""
    t = T.strip(target.type)
    if target.kind != "mem" or T.sizeof(t) not in (4, 8):
        f.diag.error(where, f"atomic '{op}=' on this type is not supported on BPF")
        return f.poison()
    base = access.address(f, target)
    if op in ASSIGNMENTS and t.kind == "int":
        return fetch_operation(f, ASSIGNMENTS[op], not old_value, base, t, right)
    changed = update(f, base, t, lambda old: convert(f, f.unit.binary_values(f, op, value_of(t, old), right, where), t).value)
    return value_of(t, changed[0 if old_value else 1])


TABLE: dict[str, Builtin] = {
    "__sync_lock_test_and_set": exchange,
    "__sync_swap": exchange,
    "__sync_lock_release": release,
    "__sync_synchronize": fence,
    "__atomic_thread_fence": fence,
    "__atomic_signal_fence": fence,
    "__c11_atomic_thread_fence": fence,
    "__sync_val_compare_and_swap": compare_and_swap(False),
    "__sync_bool_compare_and_swap": compare_and_swap(True),
    "__atomic_exchange_n": exchange,
    "__c11_atomic_exchange": exchange,
    "__atomic_compare_exchange_n": compare_exchange(True),
    "__atomic_compare_exchange": compare_exchange(False),
    "__c11_atomic_compare_exchange_strong": compare_exchange(True),
    "__c11_atomic_compare_exchange_weak": compare_exchange(True),
    "__atomic_load_n": load,
    "__atomic_load": load,
    "__c11_atomic_load": load,
    "__atomic_store_n": store,
    "__atomic_store": store,
    "__c11_atomic_store": store,
    "__c11_atomic_init": store,
    "__sync_fetch_and_nand": nand(False),
    "__atomic_fetch_nand": nand(False),
    "__sync_nand_and_fetch": nand(True),
    "__atomic_nand_fetch": nand(True),
    "__atomic_exchange": exchange_objects,
    "__c11_atomic_signal_fence": fence,
    "__c11_atomic_is_lock_free": lock_free,
    "__atomic_always_lock_free": lock_free,
    "__atomic_is_lock_free": lock_free,
}
for _op in OPS:
    TABLE[f"__sync_fetch_and_{_op}"] = TABLE[f"__atomic_fetch_{_op}"] = TABLE[f"__c11_atomic_fetch_{_op}"] = fetch(_op, False)
    TABLE[f"__sync_{_op}_and_fetch"] = TABLE[f"__atomic_{_op}_fetch"] = fetch(_op, True)
