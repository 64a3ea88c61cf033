"""The IR's text form, verifier and interpreter."""

from __future__ import annotations

import pytest

from ebpfcc.ir import fold
from ebpfcc.ir.core import Block, Function, Module, Slot, Target, Value
from ebpfcc.ir.interp import Machine, Trap, binary, interpret
from ebpfcc.ir.text import IRSyntaxError, parse, print_function, print_module
from ebpfcc.ir.verify import VerifyError, verify, verify_module

EVERYTHING = """\
asm ".globl x\\n\\ty \\"q\\" \\\\"
extern @outside
var @table section ".data" size 16 align 8 linkage local const init "0102030400000000" relocs (8 @f 4 8) attrs (used) tags (a "b c")
var @".str 1" section ".rodata" size 2 align 1 linkage global

func @f -> i64 section "xdp" linkage weak attrs (noinline) tags (t) {
  slot $buf size 16 align 8
  slot $"a b" size 4 align 4
entry(%0: ptr, %1: i32):
  lifetime $buf
  %2 = load.i32 %0 [1 signed off 4]
  %3 = load.i64 %0 [8 off -8 align 1 volatile]
  %4 = load.i32 %0 [4 core(0 "0:1:2" 8)]
  store.i32 $"a b", %2 [2 off 2]
  store.i64 $buf, 7 [4]
  store.ptr $buf, @table+8 [8]
  memcpy $buf, @table-8 [16 align 8]
  memmove $buf, $"a b" [3 align 1 volatile]
  memset $buf, 255 [16 align 8]
  %5 = add.i64 %3, 8
  %6 = add.ptr %0, 16
  %7 = add.ptr %0, %3
  %8 = shl.i32 %2, 3
  %9 = icmp.ult.i32 %2, 10
  %10 = icmp.eq.ptr %0, 0
  %11 = select.i64 %9, %5, -1
  %12 = zext.i64 %2
  %13 = sext.i64 undef:i32
  %14 = trunc.i32 %3
  %15 = sextn.i32.8 %2
  %16 = bswap.i64.16 %3
  %17 = ptrtoint.i64 %0
  %18 = inttoptr.ptr %17
  %19 = addr_cast.ptr.1.0 %0
  %20 = constant_p.i32 5:i64
  %21 = core_field.ptr core(0 "0:1" 8) %0
  %22 = core_const.i64 core(7 "0" -1)
  %23 = ldabs.i64.2 14:i32
  %24 = hold.ptr @table
  atomic.void.add %0, 1:i64 [8 off 8]
  %25 = atomic.i32.cmpxchg %0, %2, 3:i32 [4 fetch]
  %26 = atomic.i64.load %0 [8 fetch]
  %27 = call.i64 helper 5 ()
  call func @outside noreturn (%0, 1, 2:i32)
  %28 = call.i32 indirect (@f, %1)
  %29 = asm.i32 "%0 = %1; \\"x\\"" volatile out ("=r" i32 4 "=&r" i64 8) in ("r" 4 "0" 4) clobbers ("memory" "r1") names ("" "a" "" "") (%2, %14)
  %30 = asm_out.i64.1 %29
  asm "" ()
  br likely %9, loop(%5, 3), go
loop(%31: i64, %32: i32) unroll 4:
  %33 = add.i64 %31, 1
  br %33, loop(%33, undef:i32), go
go:
  asm_goto "goto %l0" volatile names ("out") (), sw, "the end"
sw:
  switch.i32 %2, default likely, -3: "the end", 4: loop(0, 1)
likely:
  br unlikely %2, "the end", none
"the end":
  ret %11
none:
  unreachable
}
"""


def test_text_of_everything_reads_back() -> None:
    module = parse(EVERYTHING)
    assert print_module(module) == EVERYTHING
    verify_module(module)
    assert module.globals["table"].relocs == [(8, "f", 4, 8)]
    assert module.functions["f"].blocks[1].unroll == 4


def test_names_stay_and_comments_go() -> None:
    text = "func @f -> i32 {\nentry(%a: i32): ; first\n  ; nothing\n  %sum = add.i32 %a, 1\n  ret %sum\n}\n"
    fn = parse(text).functions["f"]
    assert print_function(fn) == text.replace(" ; first\n  ; nothing", "")
    assert "%1 = add.i32 %0, 1" in print_function(fn, names=False)


def test_blocks_and_slots_of_one_name_are_told_apart() -> None:
    fn = parse("func @f -> void {\n  slot $s size 4 align 4\nentry:\n  jmp a\na:\n  jmp b\nb:\n  ret\n}\n").functions["f"]
    fn.blocks[2].name = "a"
    fn.slots.append(Slot("s", 8, 8))
    text = print_function(fn)
    assert "jmp a.2" in text
    assert "slot $s.2 size 8" in text
    assert print_module(parse(text)) == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%1 = add.i64 %9, 1", "value '%9' is not defined"),
        ("%0 = add.i64 1, 1", "value '%0' is defined twice"),
        ("add.i64 1, 1", "needs a name"),
        ("%1 = jmp entry", "has no result"),
        ("jmp nowhere", "block 'nowhere' is not defined"),
        ("store.i64 $x, 1 [8]", "slot '$x' is not defined"),
        ("%1 = constant_p.i32 5", "the number 5 needs a type"),
        ("ret %0 %0", "unexpected '%0'"),
        ("%1 = load.i32 %0 [4 strange]", "unexpected 'strange'"),
        ("ret ?", "cannot read"),
        ("%1 = sextn.i32 1", "needs a number behind its type"),
    ],
)
def test_syntax_errors_name_the_line(line: str, message: str) -> None:
    with pytest.raises(IRSyntaxError, match="line 3: ") as e:
        parse(f"func @f -> i64 {{\nentry(%0: i64):\n  {line}\n}}\n")
    assert message in str(e.value)


# -- the verifier ------------------------------------------------------------------------------------------------------
def body(*lines: str, head: str = "func @f -> i64 {\n  slot $s size 8 align 8\nentry(%p: ptr, %x: i64, %n: i32):\n") -> Function:
    return parse(head + "".join(f"{line}\n" for line in lines) + "}\n").functions["f"]


BROKEN = {
    "adds different types": (["%a = add.i64 %x, %n", "ret %a"], "operands are"),
    "wrong result": (["%a = add.i32 %x, %x", "ret %x"], "operands are"),
    "pointer product": (["%a = mul.ptr %p, %p", "ret %x"], "type 'ptr'"),
    "pointer plus i32": (["%a = add.ptr %p, %n", "ret %x"], "operands are"),
    "compares different types": (["%a = icmp.eq.i64 %x, %n", "ret %x"], "compares"),
    "unknown comparison": (["%a = icmp.less.i64 %x, %x", "ret %x"], "comparison 'less'"),
    "select of two types": (["%a = select.i64 %n, %x, %n", "ret %a"], "operands are"),
    "select on a pointer": (["%a = select.i64 %p, %x, %x", "ret %a"], "condition"),
    "zext of i64": (["%a = zext.i64 %x", "ret %a"], "operands are"),
    "trunc to i64": (["%a = trunc.i64 %x", "ret %a"], "should be 'i32'"),
    "sextn width": (["%a = sextn.i64.7 %x", "ret %a"], "width 7"),
    "bswap64 of i32": (["%a = bswap.i32.64 %n", "ret %x"], "width 64"),
    "load from an integer": (["%a = load.i64 %x [8]", "ret %a"], "operands are"),
    "load of 3 bytes": (["%a = load.i64 %p [3 align 1]", "ret %a"], "size 3"),
    "i32 of 8 bytes": (["%a = load.i32 %p [8]", "ret %x"], "8 bytes into an i32"),
    "alignment": (["%a = load.i64 %p [8 align 3]", "ret %a"], "alignment 3"),
    "store of 8 bytes of i32": (["store.i32 %p, %n [8]", "ret %x"], "8 bytes of an i32"),
    "lifetime of a pointer": (["lifetime %p", "ret %x"], "no slot"),
    "atomic on 2 bytes": (["atomic.void.add %p, %n [2]", "ret %x"], "size 2"),
    "atomic operand": (["atomic.void.add %p, %n [8]", "ret %x"], "operand of type 'i32'"),
    "atomic without operand": (["atomic.void.add %p [8]", "ret %x"], "1 operands"),
    "result not fetched": (["%a = atomic.i64.add %p, %x [8]", "ret %a"], "old value is not wanted"),
    "asm_out of no asm": (["%a = asm_out.i64.1 %x", "ret %a"], "no asm"),
    "asm_out out of range": (['%a = asm.i64 "" out ("=r" i64 8) ()', "%b = asm_out.i64.1 %a", "ret %b"], "output 1"),
    "asm inputs": (['asm "" in ("r" 8) ()', "ret %x"], "0 operands for 1 inputs"),
    "indirect call of an integer": (["call indirect (%x)", "ret %x"], "the callee"),
    "br with one target": (["br %n, b", "b:", "ret %x"], "1 targets"),
    "case twice": (["switch.i32 %n, default b, 1: b, 1: b", "b:", "ret %x"], "twice"),
    "case too wide": (["switch.i32 %n, default b, 4294967295: b", "b:", "ret %x"], "canonical"),
    "returns i32": (["ret %n"], "returns"),
    "no terminator": (["%a = add.i64 %x, 1"], "no terminator"),
    "terminator inside": (["ret %x", "ret %x"], "a terminator before the end"),
    "too few arguments": (["jmp b", "b(%v: i64):", "ret %v"], "0 arguments for the 1 parameters"),
    "argument type": (["jmp b(%n)", "b(%v: i64):", "ret %v"], "argument of type 'i32'"),
    "entry has a predecessor": (["jmp entry(%p, %x, %n)"], "predecessor"),
    "before its definition": (["%a = add.i64 %b, 1", "%b = add.i64 %x, 1", "ret %a"], "before its definition"),
    "not dominated": (["br %n, b, c", "b:", "%a = add.i64 %x, 1", "jmp c", "c:", "ret %a"], "does not dominate"),
    "reads an unreachable block": (["jmp c", "b:", "%a = add.i64 %x, 1", "jmp c", "c:", "ret %a"], "which nothing reaches"),
    "unknown operation": (["%a = twist.i64 %x", "ret %a"], "unknown operation"),
    "ldabs size": (["%a = ldabs.i64.3 %x", "ret %a"], "size 3"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_verifier_refuses(name: str) -> None:
    lines, message = BROKEN[name]
    with pytest.raises(VerifyError, match="function 'f'") as e:
        verify(body(*lines))
    assert message in str(e.value)


def test_verifier_refuses_what_text_cannot_say() -> None:
    def refuses(fn: Function, message: str) -> None:
        with pytest.raises(VerifyError) as e:
            verify(fn)
        assert message in str(e.value)

    lines = ["%a = add.i64 %x, 1", "jmp b", "b:", "ret %a"]
    fn = body(*lines)
    verify(fn)
    fn.blocks[1].insns.insert(0, fn.blocks[0].insns[0])
    refuses(fn, "belongs to block 'entry'")
    fn = body(*lines)
    fn.blocks[0].insns.insert(0, fn.blocks[0].insns[0])
    refuses(fn, "stands twice")
    fn = body(*lines)
    fn.blocks.append(fn.blocks[1])
    refuses(fn, "twice in the list")
    fn = body(*lines)
    fn.blocks[1].params.append(fn.blocks[0].params[0])
    refuses(fn, "a parameter belongs to block 'entry'")
    fn = body(*lines)
    fn.blocks.pop()
    refuses(fn, "target 'b' is not in the function")
    fn = body(*lines)
    fn.blocks[0].insns[0].args[1] = Value("const", "i64", [], 1)
    refuses(fn, "not the function's interned leaf")
    fn = body(*lines)
    fn.blocks[0].insns[0].args[0] = Value("param", "i64", [])
    refuses(fn, "not in the function")
    fn = body("store.i64 $s, %x [8]", "ret %x")
    fn.slots.clear()
    refuses(fn, "slot of another function")
    fn = body("ret %x")
    fn.leaves["i64", 1 << 63] = Value("const", "i64", [], 1 << 63)
    refuses(fn, "not canonical")
    fn = body("ret %x")
    empty = Block("empty")
    fn.blocks.append(empty)
    refuses(fn, "no instructions")
    fn = body("jmp b", "b:", "ret %x")
    fn.blocks[0].insns[0].targets.append(Target(fn.blocks[1]))
    refuses(fn, "2 targets")
    refuses(Function("f", "i64"), "no blocks")


def test_verifier_leaves_the_function_as_it_was() -> None:
    fn = body("jmp b", "gone:", "jmp b", "b:", "ret %x")
    before = print_function(fn)
    verify(fn)
    assert print_function(fn) == before
    assert all(b.index == 0 and not b.preds for b in fn.blocks)


def test_calls_are_checked_against_the_module() -> None:
    module = parse("func @g -> i32 {\nentry(%a: i32):\n  ret %a\n}\nfunc @f -> i64 {\nentry:\n  %r = call.i32 func @g (1)\n  ret 0\n}\n")
    with pytest.raises(VerifyError, match="'g' takes"):
        verify_module(module)


# -- the interpreter ---------------------------------------------------------------------------------------------------
def run(lines: str, *args: int | bytes | bytearray, kind: str = "i64", params: str = "%x: i64, %y: i64", extra: str = "") -> int:
    module = parse(f"{extra}func @f -> {kind} {{\n  slot $s size 16 align 8\nentry({params}):\n" + lines.replace("; ", "\n") + "\n}\n")
    verify_module(module)
    return interpret(module, "f", list(args))


@pytest.mark.parametrize(
    ("op", "bits", "a", "b", "result"),
    [
        ("add", 32, 0xFFFFFFFF, 2, 1), ("sub", 32, 0, 1, 0xFFFFFFFF), ("mul", 64, 1 << 63, 3, 1 << 63),
        ("udiv", 64, 7, 0, 0), ("sdiv", 32, 7, 0, 0), ("urem", 32, 7, 0, 7), ("srem", 64, -7, 0, -7),
        ("sdiv", 32, -7, 2, -3), ("srem", 32, -7, 2, -1), ("sdiv", 32, -(1 << 31), -1, -(1 << 31)), ("srem", 64, -(1 << 63), -1, 0),
        ("udiv", 32, -7, 2, 0x7FFFFFFC), ("shl", 32, 1, 33, 2), ("lshr", 64, -1, 65, (1 << 63) - 1), ("ashr", 32, -8, 34, -2), ("ashr", 64, -8, 1, -4),
        ("xor", 32, 5, 6, 3), ("or", 32, 5, 6, 7), ("and", 32, 5, 6, 4),
    ],
)  # fmt: skip
def test_arithmetic(op: str, bits: int, a: int, b: int, result: int) -> None:
    kind = f"i{bits}"
    got = run(f"%r = {op}.{kind} %x, %y; ret %r", a, b, kind=kind, params=f"%x: {kind}, %y: {kind}")
    assert got == result & (1 << bits) - 1
    mask = (1 << bits) - 1
    wrapped = [(n & mask) - (1 << bits) if n & 1 << bits - 1 else n & mask for n in (a, b)]
    assert fold.FOLD[op](wrapped[0], wrapped[1], bits) & mask == got  # the compiler's own folding agrees
    assert binary(op, a & mask, b & mask, bits) & mask == got


def test_conversions() -> None:
    assert run("%a = trunc.i32 %x; %b = sext.i64 %a; ret %b", 0x1_8000_0000, 0) == 0xFFFFFFFF_80000000
    assert run("%a = trunc.i32 %x; %b = zext.i64 %a; ret %b", 0x1_8000_0000, 0) == 0x80000000
    assert run("%a = sextn.i64.8 %x; ret %a", 0x180, 0) == (1 << 64) - 0x80
    assert run("%a = bswap.i64.32 %x; ret %a", 0xFF_11223344, 0) == 0x44332211
    assert run("%c = icmp.slt.i64 %x, %y; %a = select.i64 %c, 1, 2; ret %a", -1, 1) == 1
    assert run("%c = icmp.ult.i64 %x, %y; %a = select.i64 %c, 1, 2; ret %a", -1, 1) == 2


def test_memory_and_edges() -> None:
    assert run("store.i64 $s, %x [4 off 4]; %a = load.i64 $s [2 signed off 4]; ret %a", 0x1234F000, 0) == (1 << 64) - 0x1000
    swap = "jmp l(%x, %y, 3:i64); l(%a: i64, %b: i64, %n: i64):; %m = sub.i64 %n, 1; br %m, l(%b, %a, %m), e; e:; ret %a"
    assert run(swap, 10, 20) == 10  # an even number of exchanges: arguments are read before parameters are written
    assert run("switch.i64 %x, default d, -1: m, 5: f; d:; ret 0; m:; ret 1; f:; ret 2", -1, 0) == 1
    data = bytearray(b"abcdefgh")
    assert (
        run(
            "memmove %d, %p [6 align 1]; %d = add.ptr %p, 2; ret 0".replace(
                "memmove %d, %p [6 align 1]; %d = add.ptr %p, 2", "%d = add.ptr %p, 2; memmove %d, %p [6 align 1]"
            ),
            data,
            params="%p: ptr",
        )
        == 0
    )
    assert data == b"ababcdef"


def test_atomics() -> None:
    data = bytearray((5).to_bytes(8, "little"))
    assert run("%a = atomic.i64.add %p, %x [8 fetch]; ret %a", data, 7, params="%p: ptr, %x: i64") == 5
    assert run("%a = atomic.i64.cmpxchg %p, 12:i64, %x [8 fetch]; ret %a", data, 1, params="%p: ptr, %x: i64") == 12
    assert run("%a = atomic.i64.cmpxchg %p, 12:i64, %x [8 fetch]; ret %a", data, 2, params="%p: ptr, %x: i64") == 1
    assert run("%a = atomic.i32.xchg %p, 9:i32 [4 fetch]; ret %a", data, params="%p: ptr", kind="i32") == 1
    assert int.from_bytes(data, "little") == 9


def test_calls_and_globals() -> None:
    extra = 'var @v section ".data" size 16 align 8 linkage local init "01" relocs (8 @v 0 8)\nfunc @twice -> i32 {\nentry(%a: i32):\n  %r = add.i32 %a, %a\n  ret %r\n}\n'
    assert run("%a = trunc.i32 %x; %b = call.i32 func @twice (%a); %c = sext.i64 %b; ret %c", -5, 0, extra=extra) == (1 << 64) - 10
    assert run("%q = load.ptr @v [8 off 8]; %a = load.i64 %q [4]; ret %a", 0, 0, extra=extra) == 1
    assert run("%b = call.i32 indirect (@twice, 4:i32); %c = sext.i64 %b; ret %c", 0, 0, extra=extra) == 8
    module = parse("func @f -> i64 {\nentry:\n  %a = call.i64 helper 7 (3)\n  ret %a\n}\n")
    assert interpret(module, "f", [], {7: lambda m, a: a[0] * 2}) == 6
    with pytest.raises(Trap, match="helper 7"):
        interpret(module, "f", [])


@pytest.mark.parametrize(
    "lines",
    [
        "%a = load.i64 $s [8 off 9]; ret %a",
        "%p = inttoptr.ptr %x; %a = load.i64 %p [8]; ret %a",
        "unreachable",
        "jmp l; l:; jmp l",
        "%a = call.i64 func @f (%x, %y); ret %a",
        'asm "r0 = 0" (); ret 0',
    ],
)
def test_traps(lines: str) -> None:
    with pytest.raises(Trap):
        run(lines, 0, 0)


def test_empty_asm_passes_values_through() -> None:
    assert run('%a = asm.i64 "" volatile out ("=r" i64 8 "=r" i64 8) in ("1" 8 "0" 8) (%x, %y); %b = asm_out.i64.1 %a; %c = sub.i64 %a, %b; ret %c', 1, 4) == 3


def test_undefined_values_can_be_varied() -> None:
    module: Module = parse("func @f -> i32 {\n  slot $s size 4 align 4\nentry:\n  %a = load.i32 $s [4]\n  %b = xor.i32 %a, undef:i32\n  ret %b\n}\n")
    assert Machine(module, fill=0xFF, undef=1).call("f", []) == 0xFFFFFFFE
