"""The instructions of eBPF, one row each (RFC 9669; load-acquire, store-release, may_goto and addr_space_cast: Linux, kernel/bpf/verifier.c).

An instruction is 8 bytes: opcode, registers, offset (16 bits), immediate (32 bits); `lddw` takes 16. The registers' byte is
source << 4 | destination in little-endian objects, the other way round in big-endian ones.
"""

from __future__ import annotations

# classes: bits 0-2
LD, LDX, ST, STX, ALU, JMP, JMP32, ALU64 = 0, 1, 2, 3, 4, 5, 6, 7
# second operand: bit 3
K, X = 0x00, 0x08
# operations of ALU and ALU64: bits 4-7
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH = 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70
NEG, MOD, XOR, MOV, ARSH, END = 0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0
# of END: bit 3
TO_LE, TO_BE = 0x00, 0x08
# operations of JMP and JMP32: bits 4-7
JA, JEQ, JGT, JGE, JSET, JNE, JSGT, JSGE = 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70
CALL, EXIT, JLT, JLE, JSLT, JSLE, JCOND = 0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0
# loads and stores: size in bits 3-4, mode in bits 5-7
W, H, B, DW = 0x00, 0x08, 0x10, 0x18
IMM, ABS, IND, MEM, MEMSX, ATOMIC = 0x00, 0x20, 0x40, 0x60, 0x80, 0xC0
# immediates of ATOMIC
FETCH, XCHG, CMPXCHG, LOAD_ACQ, STORE_REL = 0x01, 0xE1, 0xF1, 0x100, 0x110
# source registers of lddw (LD_*) and call (CALL_*)
LD_VALUE, LD_MAP_FD, LD_MAP_VALUE, LD_BTF_ID, LD_FUNC, LD_MAP_IDX, LD_MAP_IDX_VALUE = 0, 1, 2, 3, 4, 5, 6
CALL_HELPER, CALL_LOCAL, CALL_KFUNC = 0, 1, 2

# Fields of a row: a number is what the field must be; a name says what it holds:
#   reg: a register    s16, s32: the operand, sign-extended    disp: slots from the next instruction to the target    any: not looked at
# Row: mnemonic and operands as GNU as has them (may_goto, load_acquire and store_release as LLVM has them), opcode, destination, source,
# offset, immediate, the -mcpu=v level from which compilers use it, section of RFC 9669 ("": none).
Field = int | str
Row = tuple[str, str, int, Field, Field, Field, Field, int, str]

INSTRUCTIONS: tuple[Row, ...] = (
    # 64-bit arithmetic
    ("add", "dst, imm", ALU64 | K | ADD, "reg", 0, 0, "s32", 1, "4.1"),
    ("add", "dst, src", ALU64 | X | ADD, "reg", "reg", 0, 0, 1, "4.1"),
    ("sub", "dst, imm", ALU64 | K | SUB, "reg", 0, 0, "s32", 1, "4.1"),
    ("sub", "dst, src", ALU64 | X | SUB, "reg", "reg", 0, 0, 1, "4.1"),
    ("mul", "dst, imm", ALU64 | K | MUL, "reg", 0, 0, "s32", 1, "4.1"),
    ("mul", "dst, src", ALU64 | X | MUL, "reg", "reg", 0, 0, 1, "4.1"),
    ("div", "dst, imm", ALU64 | K | DIV, "reg", 0, 0, "s32", 1, "4.1"),
    ("div", "dst, src", ALU64 | X | DIV, "reg", "reg", 0, 0, 1, "4.1"),
    ("or", "dst, imm", ALU64 | K | OR, "reg", 0, 0, "s32", 1, "4.1"),
    ("or", "dst, src", ALU64 | X | OR, "reg", "reg", 0, 0, 1, "4.1"),
    ("and", "dst, imm", ALU64 | K | AND, "reg", 0, 0, "s32", 1, "4.1"),
    ("and", "dst, src", ALU64 | X | AND, "reg", "reg", 0, 0, 1, "4.1"),
    ("lsh", "dst, imm", ALU64 | K | LSH, "reg", 0, 0, "s32", 1, "4.1"),
    ("lsh", "dst, src", ALU64 | X | LSH, "reg", "reg", 0, 0, 1, "4.1"),
    ("rsh", "dst, imm", ALU64 | K | RSH, "reg", 0, 0, "s32", 1, "4.1"),
    ("rsh", "dst, src", ALU64 | X | RSH, "reg", "reg", 0, 0, 1, "4.1"),
    ("mod", "dst, imm", ALU64 | K | MOD, "reg", 0, 0, "s32", 1, "4.1"),
    ("mod", "dst, src", ALU64 | X | MOD, "reg", "reg", 0, 0, 1, "4.1"),
    ("xor", "dst, imm", ALU64 | K | XOR, "reg", 0, 0, "s32", 1, "4.1"),
    ("xor", "dst, src", ALU64 | X | XOR, "reg", "reg", 0, 0, 1, "4.1"),
    ("mov", "dst, imm", ALU64 | K | MOV, "reg", 0, 0, "s32", 1, "4.1"),
    ("mov", "dst, src", ALU64 | X | MOV, "reg", "reg", 0, 0, 1, "4.1"),
    ("arsh", "dst, imm", ALU64 | K | ARSH, "reg", 0, 0, "s32", 1, "4.1"),
    ("arsh", "dst, src", ALU64 | X | ARSH, "reg", "reg", 0, 0, 1, "4.1"),
    ("sdiv", "dst, imm", ALU64 | K | DIV, "reg", 0, 1, "s32", 4, "4.1"),
    ("sdiv", "dst, src", ALU64 | X | DIV, "reg", "reg", 1, 0, 4, "4.1"),
    ("smod", "dst, imm", ALU64 | K | MOD, "reg", 0, 1, "s32", 4, "4.1"),
    ("smod", "dst, src", ALU64 | X | MOD, "reg", "reg", 1, 0, 4, "4.1"),
    ("neg", "dst", ALU64 | K | NEG, "reg", 0, 0, 0, 1, "4.1"),
    ("movs", "dst, src, 8", ALU64 | X | MOV, "reg", "reg", 8, 0, 4, "4.1"),
    ("movs", "dst, src, 16", ALU64 | X | MOV, "reg", "reg", 16, 0, 4, "4.1"),
    ("movs", "dst, src, 32", ALU64 | X | MOV, "reg", "reg", 32, 0, 4, "4.1"),
    ("addr_space_cast", "dst, src, imm", ALU64 | X | MOV, "reg", "reg", 1, "s32", 3, ""),
    # 32-bit arithmetic
    ("add32", "dst, imm", ALU | K | ADD, "reg", 0, 0, "s32", 3, "4.1"),
    ("add32", "dst, src", ALU | X | ADD, "reg", "reg", 0, 0, 3, "4.1"),
    ("sub32", "dst, imm", ALU | K | SUB, "reg", 0, 0, "s32", 3, "4.1"),
    ("sub32", "dst, src", ALU | X | SUB, "reg", "reg", 0, 0, 3, "4.1"),
    ("mul32", "dst, imm", ALU | K | MUL, "reg", 0, 0, "s32", 3, "4.1"),
    ("mul32", "dst, src", ALU | X | MUL, "reg", "reg", 0, 0, 3, "4.1"),
    ("div32", "dst, imm", ALU | K | DIV, "reg", 0, 0, "s32", 3, "4.1"),
    ("div32", "dst, src", ALU | X | DIV, "reg", "reg", 0, 0, 3, "4.1"),
    ("or32", "dst, imm", ALU | K | OR, "reg", 0, 0, "s32", 3, "4.1"),
    ("or32", "dst, src", ALU | X | OR, "reg", "reg", 0, 0, 3, "4.1"),
    ("and32", "dst, imm", ALU | K | AND, "reg", 0, 0, "s32", 3, "4.1"),
    ("and32", "dst, src", ALU | X | AND, "reg", "reg", 0, 0, 3, "4.1"),
    ("lsh32", "dst, imm", ALU | K | LSH, "reg", 0, 0, "s32", 3, "4.1"),
    ("lsh32", "dst, src", ALU | X | LSH, "reg", "reg", 0, 0, 3, "4.1"),
    ("rsh32", "dst, imm", ALU | K | RSH, "reg", 0, 0, "s32", 3, "4.1"),
    ("rsh32", "dst, src", ALU | X | RSH, "reg", "reg", 0, 0, 3, "4.1"),
    ("mod32", "dst, imm", ALU | K | MOD, "reg", 0, 0, "s32", 3, "4.1"),
    ("mod32", "dst, src", ALU | X | MOD, "reg", "reg", 0, 0, 3, "4.1"),
    ("xor32", "dst, imm", ALU | K | XOR, "reg", 0, 0, "s32", 3, "4.1"),
    ("xor32", "dst, src", ALU | X | XOR, "reg", "reg", 0, 0, 3, "4.1"),
    ("mov32", "dst, imm", ALU | K | MOV, "reg", 0, 0, "s32", 3, "4.1"),
    ("mov32", "dst, src", ALU | X | MOV, "reg", "reg", 0, 0, 3, "4.1"),
    ("arsh32", "dst, imm", ALU | K | ARSH, "reg", 0, 0, "s32", 3, "4.1"),
    ("arsh32", "dst, src", ALU | X | ARSH, "reg", "reg", 0, 0, 3, "4.1"),
    ("sdiv32", "dst, imm", ALU | K | DIV, "reg", 0, 1, "s32", 4, "4.1"),
    ("sdiv32", "dst, src", ALU | X | DIV, "reg", "reg", 1, 0, 4, "4.1"),
    ("smod32", "dst, imm", ALU | K | MOD, "reg", 0, 1, "s32", 4, "4.1"),
    ("smod32", "dst, src", ALU | X | MOD, "reg", "reg", 1, 0, 4, "4.1"),
    ("neg32", "dst", ALU | K | NEG, "reg", 0, 0, 0, 3, "4.1"),
    ("movs32", "dst, src, 8", ALU | X | MOV, "reg", "reg", 8, 0, 4, "4.1"),
    ("movs32", "dst, src, 16", ALU | X | MOV, "reg", "reg", 16, 0, 4, "4.1"),
    # byte order
    ("endle", "dst, 16", ALU | TO_LE | END, "reg", 0, 0, 16, 1, "4.2"),
    ("endle", "dst, 32", ALU | TO_LE | END, "reg", 0, 0, 32, 1, "4.2"),
    ("endle", "dst, 64", ALU | TO_LE | END, "reg", 0, 0, 64, 1, "4.2"),
    ("endbe", "dst, 16", ALU | TO_BE | END, "reg", 0, 0, 16, 1, "4.2"),
    ("endbe", "dst, 32", ALU | TO_BE | END, "reg", 0, 0, 32, 1, "4.2"),
    ("endbe", "dst, 64", ALU | TO_BE | END, "reg", 0, 0, 64, 1, "4.2"),
    ("bswap", "dst, 16", ALU64 | END, "reg", 0, 0, 16, 4, "4.2"),
    ("bswap", "dst, 32", ALU64 | END, "reg", 0, 0, 32, 4, "4.2"),
    ("bswap", "dst, 64", ALU64 | END, "reg", 0, 0, 64, 4, "4.2"),
    # jumps
    ("ja", "disp", JMP | K | JA, 0, 0, "disp", 0, 1, "4.3"),
    ("jal", "disp", JMP32 | K | JA, 0, 0, 0, "disp", 4, "4.3"),
    ("jeq", "dst, imm, disp", JMP | K | JEQ, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jeq", "dst, src, disp", JMP | X | JEQ, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jgt", "dst, imm, disp", JMP | K | JGT, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jgt", "dst, src, disp", JMP | X | JGT, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jge", "dst, imm, disp", JMP | K | JGE, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jge", "dst, src, disp", JMP | X | JGE, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jset", "dst, imm, disp", JMP | K | JSET, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jset", "dst, src, disp", JMP | X | JSET, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jne", "dst, imm, disp", JMP | K | JNE, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jne", "dst, src, disp", JMP | X | JNE, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jsgt", "dst, imm, disp", JMP | K | JSGT, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jsgt", "dst, src, disp", JMP | X | JSGT, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jsge", "dst, imm, disp", JMP | K | JSGE, "reg", 0, "disp", "s32", 1, "4.3"),
    ("jsge", "dst, src, disp", JMP | X | JSGE, "reg", "reg", "disp", 0, 1, "4.3"),
    ("jlt", "dst, imm, disp", JMP | K | JLT, "reg", 0, "disp", "s32", 2, "4.3"),
    ("jlt", "dst, src, disp", JMP | X | JLT, "reg", "reg", "disp", 0, 2, "4.3"),
    ("jle", "dst, imm, disp", JMP | K | JLE, "reg", 0, "disp", "s32", 2, "4.3"),
    ("jle", "dst, src, disp", JMP | X | JLE, "reg", "reg", "disp", 0, 2, "4.3"),
    ("jslt", "dst, imm, disp", JMP | K | JSLT, "reg", 0, "disp", "s32", 2, "4.3"),
    ("jslt", "dst, src, disp", JMP | X | JSLT, "reg", "reg", "disp", 0, 2, "4.3"),
    ("jsle", "dst, imm, disp", JMP | K | JSLE, "reg", 0, "disp", "s32", 2, "4.3"),
    ("jsle", "dst, src, disp", JMP | X | JSLE, "reg", "reg", "disp", 0, 2, "4.3"),
    ("jeq32", "dst, imm, disp", JMP32 | K | JEQ, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jeq32", "dst, src, disp", JMP32 | X | JEQ, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jgt32", "dst, imm, disp", JMP32 | K | JGT, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jgt32", "dst, src, disp", JMP32 | X | JGT, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jge32", "dst, imm, disp", JMP32 | K | JGE, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jge32", "dst, src, disp", JMP32 | X | JGE, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jset32", "dst, imm, disp", JMP32 | K | JSET, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jset32", "dst, src, disp", JMP32 | X | JSET, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jne32", "dst, imm, disp", JMP32 | K | JNE, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jne32", "dst, src, disp", JMP32 | X | JNE, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jsgt32", "dst, imm, disp", JMP32 | K | JSGT, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jsgt32", "dst, src, disp", JMP32 | X | JSGT, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jsge32", "dst, imm, disp", JMP32 | K | JSGE, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jsge32", "dst, src, disp", JMP32 | X | JSGE, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jlt32", "dst, imm, disp", JMP32 | K | JLT, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jlt32", "dst, src, disp", JMP32 | X | JLT, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jle32", "dst, imm, disp", JMP32 | K | JLE, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jle32", "dst, src, disp", JMP32 | X | JLE, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jslt32", "dst, imm, disp", JMP32 | K | JSLT, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jslt32", "dst, src, disp", JMP32 | X | JSLT, "reg", "reg", "disp", 0, 3, "4.3"),
    ("jsle32", "dst, imm, disp", JMP32 | K | JSLE, "reg", 0, "disp", "s32", 3, "4.3"),
    ("jsle32", "dst, src, disp", JMP32 | X | JSLE, "reg", "reg", "disp", 0, 3, "4.3"),
    ("may_goto", "disp", JMP | K | JCOND, 0, 0, "disp", 0, 3, ""),
    ("call", "imm", JMP | K | CALL, 0, CALL_HELPER, 0, "s32", 1, "4.3.1"),
    ("call", "disp", JMP | K | CALL, 0, CALL_LOCAL, 0, "disp", 1, "4.3.2"),
    ("call", "imm", JMP | K | CALL, 0, CALL_KFUNC, "any", "s32", 1, "4.3.1"),
    ("callx", "dst", JMP | X | CALL, "reg", 0, 0, 0, 3, ""),
    ("exit", "", JMP | K | EXIT, 0, 0, 0, 0, 1, "4.3"),
    # loads and stores
    ("ldxb", "dst, [src+off]", LDX | MEM | B, "reg", "reg", "s16", 0, 1, "5.1"),
    ("ldxh", "dst, [src+off]", LDX | MEM | H, "reg", "reg", "s16", 0, 1, "5.1"),
    ("ldxw", "dst, [src+off]", LDX | MEM | W, "reg", "reg", "s16", 0, 1, "5.1"),
    ("ldxdw", "dst, [src+off]", LDX | MEM | DW, "reg", "reg", "s16", 0, 1, "5.1"),
    ("ldxsb", "dst, [src+off]", LDX | MEMSX | B, "reg", "reg", "s16", 0, 4, "5.2"),
    ("ldxsh", "dst, [src+off]", LDX | MEMSX | H, "reg", "reg", "s16", 0, 4, "5.2"),
    ("ldxsw", "dst, [src+off]", LDX | MEMSX | W, "reg", "reg", "s16", 0, 4, "5.2"),
    ("stb", "[dst+off], imm", ST | MEM | B, "reg", 0, "s16", "s32", 1, "5.1"),
    ("sth", "[dst+off], imm", ST | MEM | H, "reg", 0, "s16", "s32", 1, "5.1"),
    ("stw", "[dst+off], imm", ST | MEM | W, "reg", 0, "s16", "s32", 1, "5.1"),
    ("stdw", "[dst+off], imm", ST | MEM | DW, "reg", 0, "s16", "s32", 1, "5.1"),
    ("stxb", "[dst+off], src", STX | MEM | B, "reg", "reg", "s16", 0, 1, "5.1"),
    ("stxh", "[dst+off], src", STX | MEM | H, "reg", "reg", "s16", 0, 1, "5.1"),
    ("stxw", "[dst+off], src", STX | MEM | W, "reg", "reg", "s16", 0, 1, "5.1"),
    ("stxdw", "[dst+off], src", STX | MEM | DW, "reg", "reg", "s16", 0, 1, "5.1"),
    # atomic operations
    ("aadd", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", ADD, 1, "5.3"),
    ("aor", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", OR, 3, "5.3"),
    ("aand", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", AND, 3, "5.3"),
    ("axor", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", XOR, 3, "5.3"),
    ("afadd", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", ADD | FETCH, 3, "5.3"),
    ("afor", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", OR | FETCH, 3, "5.3"),
    ("afand", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", AND | FETCH, 3, "5.3"),
    ("afxor", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", XOR | FETCH, 3, "5.3"),
    ("axchg", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", XCHG, 3, "5.3"),
    ("acmp", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", CMPXCHG, 3, "5.3"),
    ("aadd32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", ADD, 1, "5.3"),
    ("aor32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", OR, 3, "5.3"),
    ("aand32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", AND, 3, "5.3"),
    ("axor32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", XOR, 3, "5.3"),
    ("afadd32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", ADD | FETCH, 3, "5.3"),
    ("afor32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", OR | FETCH, 3, "5.3"),
    ("afand32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", AND | FETCH, 3, "5.3"),
    ("afxor32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", XOR | FETCH, 3, "5.3"),
    ("axchg32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", XCHG, 3, "5.3"),
    ("acmp32", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", CMPXCHG, 3, "5.3"),
    ("load_acquireb", "dst, [src+off]", STX | ATOMIC | B, "reg", "reg", "s16", LOAD_ACQ, 4, ""),
    ("load_acquireh", "dst, [src+off]", STX | ATOMIC | H, "reg", "reg", "s16", LOAD_ACQ, 4, ""),
    ("load_acquirew", "dst, [src+off]", STX | ATOMIC | W, "reg", "reg", "s16", LOAD_ACQ, 4, ""),
    ("load_acquiredw", "dst, [src+off]", STX | ATOMIC | DW, "reg", "reg", "s16", LOAD_ACQ, 4, ""),
    ("store_releaseb", "[dst+off], src", STX | ATOMIC | B, "reg", "reg", "s16", STORE_REL, 4, ""),
    ("store_releaseh", "[dst+off], src", STX | ATOMIC | H, "reg", "reg", "s16", STORE_REL, 4, ""),
    ("store_releasew", "[dst+off], src", STX | ATOMIC | W, "reg", "reg", "s16", STORE_REL, 4, ""),
    ("store_releasedw", "[dst+off], src", STX | ATOMIC | DW, "reg", "reg", "s16", STORE_REL, 4, ""),
    # 64-bit immediates: the upper half is the next slot's immediate
    ("lddw", "dst, imm64", LD | IMM | DW, "reg", LD_VALUE, 0, "s32", 1, "5.4"),
    ("lddw", "dst, map", LD | IMM | DW, "reg", LD_MAP_FD, 0, "s32", 1, "5.4"),
    ("lddw", "dst, map value", LD | IMM | DW, "reg", LD_MAP_VALUE, 0, "s32", 1, "5.4"),
    ("lddw", "dst, kernel variable", LD | IMM | DW, "reg", LD_BTF_ID, 0, "s32", 1, "5.4"),
    ("lddw", "dst, function", LD | IMM | DW, "reg", LD_FUNC, 0, "s32", 1, "5.4"),
    ("lddw", "dst, map", LD | IMM | DW, "reg", LD_MAP_IDX, 0, "s32", 1, "5.4"),
    ("lddw", "dst, map value", LD | IMM | DW, "reg", LD_MAP_IDX_VALUE, 0, "s32", 1, "5.4"),
    # packet access of classic BPF
    ("ldabsb", "imm", LD | ABS | B, 0, 0, 0, "s32", 1, "5.5"),
    ("ldabsh", "imm", LD | ABS | H, 0, 0, 0, "s32", 1, "5.5"),
    ("ldabsw", "imm", LD | ABS | W, 0, 0, 0, "s32", 1, "5.5"),
    ("ldindb", "src, imm", LD | IND | B, 0, "reg", 0, "s32", 1, "5.5"),
    ("ldindh", "src, imm", LD | IND | H, 0, "reg", 0, "s32", 1, "5.5"),
    ("ldindw", "src, imm", LD | IND | W, 0, "reg", 0, "s32", 1, "5.5"),
)
