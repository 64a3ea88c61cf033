"""Mutators of the second kind, which know the format: numbers in every place that takes one, brackets in brackets, characters that mean something
to some layer, and fields of ELF, BTF and .BTF.ext set to what their readers must look out for."""

from __future__ import annotations

import random
import re
import struct

NUMBERS = """0 1 -1 2 3 7 8 31 32 33 63 64 65 127 128 255 256 4095 4096 65535 65536 1000000 0x7fffffff 0x80000000 0xffffffff 0x100000000 0x1fffffff
    0x7fffffffffffffff 0x8000000000000000 0xffffffffffffffff 18446744073709551616 99999999999999999999999999 -2147483648 -2147483649 1.5 1e400 'a' "a" 0x 08 1u 1ull
    (1<<31) (1ull<<63) (-1ull) (1/0) (1%0) -(-1) ~0 !0 sizeof(int) (char)300 x y() 1,2 __COUNTER__ 0b1 1'000 0x1p3 (int*)0 &x {} ()""".split()
PLACES = (
    """
int a __attribute__((aligned(N))); | struct s { int x; } __attribute__((aligned(N))) a; | _Alignas(N) int a = 1; | typedef int t __attribute__((vector_size(N))); t v;
typedef int t __attribute__((aligned(N))); t a[3]; | typedef int t __attribute__((mode(N))); | int f(int x) __attribute__((alloc_size(N))); int f(int x) { return x; }
int a __attribute__((section(N))); | int f(void) __attribute__((nonnull(N))); | void f(const char *p, ...) __attribute__((format(printf, N, N))); | int a[N]; | int a[N][N]; int f(void) { return a[N][N]; }
int f(int x) { int a[N]; a[N] = x; return a[x]; } | char a[N] = "text"; | int a[] = { [N] = 1 }; | int a[4] = { [N ... N] = 1 }; | struct s { int b : N; }; int f(struct s *p) { return p->b; }
struct s { unsigned long b : N; _Bool c : N; int : N; } a = { N, N }; | enum e { A = N, B }; int f(void) { return B; } | enum e : unsigned char { A = N };
int f(int x) { switch (x) { case N: return 1; case N ... N: return 2; } return 0; } | long f(unsigned long x) { switch (x) { case N: return N; default: return x; } }
_Static_assert(N, N); | int f(int x) { return x << N | x >> N; } | long f(long x) { return x / N + x % N * N - N; } | int f(int x) { return x == N || x < N; } | float a = N; | double f(void) { return N; }
#line N\nint a; | #line N "N"\nint a = b; | # N "a.h" N N\nint a; | #if N\nint a;\n#endif | #if N / N == N % N\n#elif N << N\n#endif\nint a; | #pragma pack(N)\nstruct s { int a; char b; } c;
#pragma pack(push, N)\n#pragma pack(pop, N)\nint a; | #pragma unroll N\nint a; | int f(int *p, int n) { int s = 0;\n#pragma unroll N\nfor (int i = 0; i < N; i++) s += p[i];\n return s; }
#pragma clang loop unroll_count(N)\nint a; | #include N\n | #define A(x) x ## N\nint a = A(N); | #define A(...) #__VA_ARGS__\nchar a[] = A(N) "\\N"; | char a = '\\xN'; int b = '\\N'; | char a[] = "\\uN\\UN\\xN";
asm(".fill N, N, N"); | asm(".org N"); | asm(".p2align N, N, N"); | asm(".zero N"); | asm(".rept N\\n.byte N\\n.endr"); | asm(".skip N, N"); | asm(".byte N\\n.2byte N\\n.4byte N\\n.8byte N"); | asm("r0 = N ll");
asm("r0 = *(u32 *)(r1 + N)"); | asm("if r1 > N goto +N"); | asm("call N"); | asm(".size f, N\\n.set f, N"); | asm(".section N, \\"aw\\", @progbits, N"); | asm(".align N\\n.balign N\\nrN = N"); | asm(".ascii \\"\\N\\"");
int f(int x) { asm volatile ("%0 = %1" : "=r"(x) : "i"(N), "n"(N), "I"(N)); return x; } | int f(int x) { asm volatile ("r0 += %[a]" : : [a] "N"(x), "rN"(N)); return x; } | register long x asm("rN"); int f(void) { return x; }
int f(int x) { asm goto ("if %0 == %l[N] goto %l1" : : "r"(x) : : l); l: return %N; } | void f(char *p) { __builtin_memset(p, N, N); } | void f(char *p, char *q) { __builtin_memcpy(p, q, N); }
void f(char *p, char *q) { __builtin_memmove(p + N, q - N, N); } | int f(char *p, char *q) { return __builtin_memcmp(p, q, N); } | void *f(void) { return __builtin_alloca(N); } | void *f(void) { return __builtin_return_address(N); }
int f(int x) { return __builtin_object_size(&x, N); } | long f(void) { return __builtin_bswap64(N) + __builtin_clzll(N) + __builtin_popcount(N); } | int f(void) { int r; return __builtin_add_overflow(N, N, &r) + r; }
struct s { int a[N]; }; int f(void) { return __builtin_offsetof(struct s, a[N]); } | int f(struct s { int a; } *p) { return __builtin_preserve_field_info(p->a, N); } | long f(void) { return __builtin_btf_type_id(N, N); }
struct s { int a; } __attribute__((preserve_access_index)); int f(struct s *p) { return p[N].a + (&p->a)[N]; } | int f(int *p) { return *(p + N) + p[-N]; } | int *a = (int *)N; | int *a = (int *)&a + N; | char *p = "abc" + N; | char c = "abc"[N];
struct { int (*type)[N]; int (*max_entries)[N]; int *key; long *value; int (*map_flags)[N]; int (*pinning)[N]; } m __attribute__((section(".maps"))); | struct { int (*type)[N]; int (*key_size)[N]; int (*values)[N][N]; } m __attribute__((section(".maps")));
int f(int x) { for (long i = N; i < N; i += N) x += i; return x; } | int f(int x) { while (N) if (x++ == N) break; return x; } | int f(void) { return f(N), f(N, N); } | extern int e asm(N); int f(void) { return e; } | int f(int x) { goto *N; }
int a = N ? N : N; | int a = _Generic(N, int: N, default: N); | int f(int a[static N], int b[N][*]) { return b[N][N]; } | void f(int n) { int a[n + N]; a[n] = N; } | typeof(N) a = N; | int a = (int){N}; | __int128 a = N; int f(void) { return a >> N; }
unsigned _BitInt(N) a = N; | _Complex double a = N; | int f(long x) { return __atomic_fetch_add(&x, N, N) + __sync_lock_test_and_set(&x, N); } | int f(int x) { return ({ N; }) + x; } | int N = N; | struct N { int N; } N; | int f(int N) { N: return N; }
""".replace("|", "\n")
    .strip()
    .split("\n")
)
OPENING = """( ) | [ ] | { } | (( )) | ([ ]) | (int)( ) | f( ) | -( ) | ! | ~ | * | & | - | ++ | sizeof | (int) | (int){ } | ({ ;}) | x? :x | x+ | x= | x, | x?x: | _Generic(0,default: ) | __builtin_choose_expr(1, ,0)
 typeof( ) | __extension__ | __real__ | struct{ } | struct s{int x; }; | union{ int x;} | enum{A= } | if(x) | if(x){ } | else | for(;;) | while(x) | do while(0); | switch(x) | switch(x){case 1: } | a: | case 1: | { | ; | {int x; } | int f(void){ } | a[ ]
 __attribute__((aligned( ))) | _Alignas( ) | _Static_assert( ); | #if | #ifdef x | #if 1\\n #endif\\n | #define A( | A( ) | #include __FILE__\\n | /* */ | // | "a | 'a | \\\\\\n | ??/ | _Pragma("once") | __VA_OPT__( ) | # | ## | defined( )
 int( *) | (*f)( ) | int(*a)[ ] | __asm__( ) | asm("" ); | [0]= | .a= | {.a= } | typedef | const | * const | _Atomic( ) | __auto_type x= ; | int x= ; | return | goto | &&l | f(f, ) | 0[ ] | 1? : | && | || | p-> | (p). | , | __typeof__( ) x;""".replace(
    "\n", " | "
)
ODD = ("\0", "\r", "\r\n", "\\", "\\\n", "\\\r\n", "\\ \n", "\n", "\f", "\v", "\x1a", "\x1b[2J", "\x7f", "\x80", "\xa0", "\u00ad", "\u200b", "\u202e", "\u2028", "\ufeff", "\ufffe",
       "\U0001f600", "e\u0301", "\u00b2", "\u0661", "\ud800", "\udc80", "\udcff", "??/", "??/\n", "??=", "%:", "<:", "/*", "*/", "//", '"', "'", "#", "##", "$", "@", "`", "\t", "u8", "L", "R\"(", "__VA_ARGS__")  # fmt: skip


def numbers(chance: random.Random) -> str:
    """One to three declarations with numbers in their places."""
    rows = [chance.choice(PLACES).strip().replace("\\n", "\n") for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    common = chance.choice(NUMBERS)
    return "\n".join(re.sub(r"\bN\b", lambda m: common if chance.random() < 0.5 else chance.choice(NUMBERS), row) for row in rows) + "\n"


def deep(chance: random.Random) -> str:
    """Pairs of brackets, or halves of them, in one another; one kind or several."""
    pairs = [pair.strip().replace("\\n", "\n").split(" ") for pair in chance.choice((OPENING.split(" | "), OPENING.split(" | ")[:20]))]
    chosen = [chance.choice(pairs) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    depth = chance.choice((3, 20, 130, 260, 520, 1030, 3000)) // len(chosen)
    head, tail = chance.choice((("", ""), ("int a = ", ";"), ("int f(int x, int *p) { return ", "; }"), ("int f(int x, int *p) { ", " }"), ("int a", ";"), ("#if ", "\nint a;\n#endif"),
                                ("#define A(x) x\nint a = ", ";"), ("struct s { ", " };"), ("void f(void) { asm(\"\" : : \"r\"(", ")); }")))  # fmt: skip
    opening = "".join(pair[0] for pair in chosen) * depth
    closing = "".join(pair[-1] if len(pair) > 1 else "" for pair in reversed(chosen)) * (
        depth if chance.random() < 0.7 else depth - 1 if chance.random() < 0.5 else 0
    )
    return head + opening + chance.choice(("1", "x", "", "int", "1;", "x;", "p[0]", "...")) + closing + tail + "\n"


def odd(chance: random.Random, text: str) -> str:
    """Characters that some layer takes for more than characters, at one place or at many."""
    what = chance.choice(ODD)
    if chance.random() < 0.1:
        return text.replace(chance.choice((" ", "\n", ";", "(")), what)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + what * chance.choice((1, 1, 1, 2, 400)) + text[at:]
        what = chance.choice(ODD)
    return text


def splice_tokens(chance: random.Random, pieces: list[str], foreign: list[str]) -> str:
    """Every few tokens from one text, then from the other."""
    out: list[str] = []
    a = b = 0
    while a < len(pieces) and b < len(foreign) and len(out) < 3000:
        length = chance.choice((1, 2, 5, 20, 80))
        out += pieces[a : a + length]
        a += length
        if chance.random() < 0.5:
            length = chance.choice((1, 1, 2, 5, 20))
            out += foreign[b : b + length]
        b += length
    return "".join(out)


# -- objects ---------------------------------------------------------------------------------------------------------
EXTREMES = (0, 1, 2, -1, -2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 1 << 63, 0xFFFF, 0x8000, 64, 1 << 40)
HEADER = (
    (4, "B"),
    (5, "B"),
    (6, "B"),
    (16, "H"),
    (18, "H"),
    (20, "I"),
    (24, "Q"),
    (32, "Q"),
    (40, "Q"),
    (48, "I"),
    (52, "H"),
    (54, "H"),
    (56, "H"),
    (58, "H"),
    (60, "H"),
    (62, "H"),
)
SECTION = ((0, "I"), (4, "I"), (8, "Q"), (16, "Q"), (24, "Q"), (32, "Q"), (40, "I"), (44, "I"), (48, "Q"), (56, "Q"))
SYMBOL = ((0, "I"), (4, "B"), (5, "B"), (6, "H"), (8, "Q"), (16, "Q"))
RELOCATION = ((0, "Q"), (8, "I"), (12, "I"))
EXT_HEADER = ((0, "H"), (2, "B"), (4, "I"), (8, "I"), (12, "I"), (16, "I"), (20, "I"), (24, "I"), (28, "I"))
# bytes behind a BTF type's header, for none and for each of its vlen (include/uapi/linux/btf.h)
BTF_TAILS = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}


class Image:
    """An object of our own, and its tables."""

    def __init__(self, data: bytes) -> None:
        self.out = bytearray(data)
        self.order = "<" if data[5] == 1 else ">"
        (self.table,) = struct.unpack_from(self.order + "Q", data, 40)
        self.size, self.count, names = struct.unpack_from(self.order + "HHH", data, 58)
        self.headers = [struct.unpack_from(self.order + "IIQQQQIIQQ", data, self.table + n * self.size) for n in range(self.count)]
        strings = self.headers[names][4]
        self.names = [bytes(data[strings + h[0] : data.index(0, strings + h[0])]).decode() for h in self.headers]

    def put(self, at: int, code: str, n: int) -> None:
        width = struct.calcsize(code)
        if 0 <= at and at + width <= len(self.out):
            struct.pack_into(self.order + code, self.out, at, n & (1 << 8 * width) - 1)

    def get(self, at: int, code: str = "I") -> int:
        return int(struct.unpack_from(self.order + code, self.out, at)[0])

    def body(self, name: str) -> tuple[int, int]:
        """(offset, size); (0, 0) if there is none."""
        return next(((h[4], h[5]) for h, found in zip(self.headers, self.names) if found == name), (0, 0))

    def types(self) -> list[tuple[int, int, int]]:
        """(offset, kind, vlen) of each BTF type."""
        start, _ = self.body(".BTF")
        if not start:
            return []
        at, end = start + self.get(start + 4) + self.get(start + 8), 0
        end = at + self.get(start + 12)
        found = []
        while at < end:
            info = self.get(at + 4)
            kind, vlen = info >> 24 & 31, info & 0xFFFF
            found.append((at, kind, vlen))
            once, each = BTF_TAILS.get(kind, (0, 0))
            at += 12 + once + each * vlen
        return found


def extreme(chance: random.Random, count: int) -> int:
    return chance.choice(EXTREMES) if chance.random() < 0.7 else count + chance.choice((-1, 0, 1, 2))


def objects(chance: random.Random, data: bytes) -> bytes:
    image = Image(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice((header, section, rows, types, types, types, ext, strings, overlap))(chance, image)
    return bytes(image.out)


def header(chance: random.Random, image: Image) -> None:
    at, code = chance.choice(HEADER)
    image.put(at, code, extreme(chance, image.count))


def section(chance: random.Random, image: Image) -> None:
    n = chance.randrange(image.count)
    inside, code = chance.choice(SECTION)
    image.put(image.table + n * image.size + inside, code, extreme(chance, chance.choice((image.count, len(image.out), image.headers[n][5]))))


def rows(chance: random.Random, image: Image) -> None:
    """A symbol, or a relocation, to a symbol of any kind."""
    tables = [h for h in image.headers if h[1] in (2, 4, 9) and h[5]]
    if tables:
        h = chance.choice(tables)
        length, places = (24, SYMBOL) if h[1] == 2 else (16, RELOCATION)
        inside, code = chance.choice(places)
        symbols = next((other[5] // 24 for other in image.headers if other[1] == 2), 1)
        n = extreme(chance, symbols) if chance.random() < 0.5 else chance.randrange(max(symbols, 1))
        image.put(h[4] + chance.randrange(h[5] // length) * length + inside, code, n)


def types(chance: random.Random, image: Image) -> None:
    """A BTF type that is another kind, or longer, or made of itself or of one that is made of it."""
    found = image.types()
    if not found:
        return
    n = chance.randrange(len(found))
    at, kind, vlen = found[n]
    what = chance.randrange(6)
    if what == 0:
        image.put(at + 4, "I", chance.randrange(32) << 24 | vlen | chance.choice((0, 1 << 31)))
    elif what == 1:
        image.put(at + 4, "I", image.get(at + 4) & ~0xFFFF | chance.choice((0, 1, vlen + 1, 0x7FFF, 0xFFFF)))
    elif what == 2:
        image.put(at + 8, "I", chance.choice((n + 1, n + 1, n, n + 2, 0, len(found), len(found) + 1, 0xFFFFFFFF)))
    elif what == 3:
        image.put(at, "I", extreme(chance, image.get(image.body(".BTF")[0] + 20)))
    elif what == 4:  # some field of what stands behind
        once, each = BTF_TAILS.get(kind, (0, 0))
        if once + each * vlen:
            image.put(at + 12 + chance.randrange((once + each * vlen) // 4) * 4, "I", chance.choice((n + 1, n + 1, extreme(chance, len(found)))))
    else:  # two or three that name one another
        others = [chance.randrange(len(found)) for _ in range(chance.choice((1, 2)))] + [n]
        for one, other in zip(others, [*others[1:], others[0]]):
            kind = chance.choice((2, 3, 8, 9, 10, 11, 13, 18, 12, 14, 17))
            if BTF_TAILS.get(kind, (0, 0)) == BTF_TAILS.get(found[one][1], (0, 0)):
                image.put(found[one][0] + 4, "I", kind << 24 | found[one][2])
            image.put(found[one][0] + (12 if found[one][1] == 3 else 8), "I", other + 1)


def ext(chance: random.Random, image: Image) -> None:
    start, size = image.body(".BTF.ext")
    if not size:
        return
    what = chance.random()
    if what < 0.4:
        at, code = chance.choice(EXT_HEADER)
        image.put(start + at, code, extreme(chance, size))
        return
    head = image.get(start + 4)
    part = chance.choice((8, 16, 24))
    if start + part + 8 > len(image.out) or image.get(start + part + 4) < 4:
        return
    at = start + head + image.get(start + part)
    if what < 0.6:  # the size of its records
        image.put(at, "I", chance.choice((0, 1, 4, 7, 8, 12, 16, 20, 0xFFFFFFFF, 0x7FFFFFFC)))
    else:  # a section's name and count, or a word of a record: an access string, a type, a place
        image.put(at + 4 + 4 * chance.choice((0, 1, 2, 3, 4, 5, 6, 9, 10, 13)), "I", extreme(chance, image.get(image.body(".BTF")[0] + 20)))


def strings(chance: random.Random, image: Image) -> None:
    """A string table without an end, or an access string of other characters."""
    start, size = image.body(chance.choice((".strtab", ".shstrtab", ".BTF", ".BTF")))
    if not size:
        return
    if chance.random() < 0.4:
        image.put(start + size - 1, "B", chance.choice((65, 255)))
    else:
        digits = [m.start() for m in re.finditer(rb"[0-9:]", image.out[start : start + size])] or [size - 1]
        image.put(start + chance.choice(digits), "B", chance.choice(b"0123456789:: -x\0\xff\n"))


def overlap(chance: random.Random, image: Image) -> None:
    one, other = chance.randrange(image.count), chance.randrange(image.count)
    place = image.table + one * image.size
    if chance.random() < 0.5:
        image.put(place + 24, "Q", image.headers[other][4] + chance.choice((0, 0, 1, -1)))
    else:
        image.put(place + 32, "Q", len(image.out) - image.headers[one][4] + chance.choice((0, 1, 8, -1)))


# -- commands --------------------------------------------------------------------------------------------------------
VALUED = """-o -x -std= -O -g -D -U -I -iquote -isystem -idirafter -include -imacros -MF -MT -MQ -mcpu= -march= -mframe-limit= -mkernel= -ferror-limit= -fmax-errors= -fpack-struct=
    --target= -target -fverify-log= --emit= --print-after= -W -Werror= -Wno- -f -fno- -m -Wp, -Xpreprocessor -Xclang -mllvm -mattr= -fdebug-prefix-map= -ffile-prefix-map=
    -fmacro-prefix-map= -fdebug-compilation-dir= --sysroot= -isysroot -resource-dir -ftemplate-depth= -fconstexpr-steps= -falign-functions= -fmessage-length= -ftabstop=
    -fdiagnostics-color= -fdiagnostics-format= -save-temps= -ftrivial-auto-var-init= -l -L -Wl, -print-file-name= -print-prog-name= --for @ --param -j -T -u -e -B -A -H= -P= -M=
    -fvisibility= -fbracket-depth= -Wframe-larger-than= -Wstack-usage= -gdwarf- -fsanitize= -fplugin= -ffile-compilation-dir= -MJ -dep -z -E= -S= -c= -v=""".split()
VALUES = ("", " ", "=", "-", "--", "0", "1", "-1", "99999999999999999999", "0x10", "1.5", "a", "a=b", "=a", "a=", "a b", "a,b", ",", "all", "none", "dir", "a.c", "out.o", "missing/x", "/dev/null",
          "@args", "@loop", "\n", "\0", "\udcff", "\u202e", "x" * 5000, "%s", "$HOME", "~", "..", ".", "(x)=1", "X(a", "X(a,a)=a", "X(...)=__VA_ARGS__", "X=\n#error", "1X", "defined", "__FILE__", "v3", "v4", "c", "c99")  # fmt: skip


def valued(chance: random.Random) -> list[str]:
    """A flag with a value of any kind, joined or apart, once or more often."""
    flag, value = chance.choice(VALUED), chance.choice(VALUES)
    words = [flag + value] if chance.random() < 0.6 else [flag, value]
    return words * chance.choice((1, 1, 1, 2, 50))
