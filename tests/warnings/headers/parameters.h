static inline int used_in_asm(int a, int b, int c) { asm volatile("%0 += 1" : "+r"(a) : "i"(2)); return sizeof(b); }
static inline int gen(int x, int y, int z) { return _Generic(x, int: y, default: 0); }
static int fn(int q, int __attribute__((unused)) r, int (*s)(int t)) { return 0; }
