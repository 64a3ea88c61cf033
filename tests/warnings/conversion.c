// -Wconversion
unsigned char uc = 256; signed char sc = 200; int big = 0x100000000LL; unsigned char minus = -1; unsigned char less = -200; _Bool b = 7;
struct bf { unsigned b : 3; int sb : 2; int one : 1; };
enum e { A, B = 300 };
int ret(long l) { return l; }
void call(long l) { ret(l); ret(1UL << 40); }
short sh(short s, int i, long l, unsigned u) { s = i; i = l; u = l; l = i; i = u; u = i; s = i & 0xff; s = i & 0x1ffff; s = u >> 20; uc = i ? 3 : 400; sc = (signed char)i; uc = B; return s; }
void bits(struct bf *p) { p->b = 9; p->sb = 2; p->b = 7; p->sb = -1; p->b = -1; p->one = 1; p->sb = 1; }
int dead(void) { if (0) uc = 300; return 0; uc = 400; }
unsigned long wide(int i, unsigned char c) { unsigned long r = i; r = c; return i; }
