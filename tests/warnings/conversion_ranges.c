// -Wall -Wextra -Wimplicit-int-conversion -Wshorten-64-to-32

struct tcphdr { unsigned short source, dest; unsigned short big[70000]; int last; };
#define offsetof(T,M) __builtin_offsetof(T,M)

unsigned short a(void) { unsigned short x = offsetof(struct tcphdr, dest); return x; }
unsigned short b(void) { unsigned short x; x = (offsetof(struct tcphdr, dest)); return x; }
unsigned short c(void) { unsigned short x; x = offsetof(struct tcphdr, last); return x; }
int d(int n) { const int y = n + offsetof(struct tcphdr, dest); return y; }
int e(unsigned n) { const int y = n + offsetof(struct tcphdr, dest); return y; }
void g(unsigned short); void h(void) { g(offsetof(struct tcphdr, dest)); }
int i(int n) { int y; y = n + sizeof(int); return y; }
int j(int n) { int y; y = n + 4UL; return y; }
int k(int n) { int y; y = n + (unsigned long)n; return y; }
int m(int n) { int y; y = n - 4UL; return y; }
unsigned n(unsigned n) { unsigned y; y = n + 4UL; return y; }
unsigned short p(unsigned short n) { unsigned short y; y = n + 4; return y; }
unsigned q(int n, int z) { unsigned y; y = sizeof(struct tcphdr) + n; return y; }
unsigned r(int n, int z) { unsigned y; y = z + sizeof(struct tcphdr) + n; return y; }
unsigned s(int n, int z) { unsigned y; y = z + n + sizeof(struct tcphdr); return y; }
unsigned t(int n, int z) { unsigned y; y = 14 + sizeof(struct tcphdr) + n; return y; }
unsigned f1(int n, unsigned z) { unsigned y; y = (long)n + z; return y; }
unsigned f2(int n, unsigned z) { unsigned y; y = n * 3UL + z; return y; }
unsigned f3(int n, short z) { unsigned y; y = n - 3UL - z; return y; }
short f4(int n, short z) { short y; y = z + z; return y; }
short f5(int n, short z) { short y; y = z * n; return y; }
unsigned short f6(int n, unsigned short z) { unsigned short y; y = z | (n & 0xff); return y; }
unsigned char f7(int n, unsigned char z) { unsigned char y; y = z + (n % 7); return y; }
int f8(long n, unsigned z) { int y; y = n / 3 + z; return y; }
int f9(long n, unsigned z) { int y; y = n & z; return y; }
int f10(long n, unsigned z) { int y; y = (n & 0xff) + z; return y; }
unsigned f11(int n, unsigned char z) { unsigned y; y = ~0UL & n; return y; }
unsigned f12(int n, signed char z) { unsigned y; y = z + 1ULL; return y; }
unsigned char f13(int n, signed char z) { unsigned char y; y = z + 1ULL; return y; }
signed char f14(int n, signed char z) { signed char y; y = z - 1ULL; return y; }
unsigned f15(unsigned n, int z) { unsigned y; y = (1ULL << z) + n; return y; }
unsigned f16(unsigned long n, int z) { unsigned y; y = (n >> 32) + z; return y; }
unsigned f17(unsigned long n, int z) { unsigned y; y = (n >> 31) + z; return y; }
