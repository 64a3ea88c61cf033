// -Wpedantic
struct e {};
struct z { int a; int b[0]; };
struct e ee = {};
int f(int x) { int y = ({ x + 1; }); typeof(x) q = x ?: y; switch (x) { case 1 ... 3: return 1; } __extension__ int ok = ({ 1; }); int k = __extension__ ({ 2; }); return q + ok + k; }
;
int bin = 0b11;
char *v(void *p) { p++; return p; }
enum { BIG = 0x100000000LL, C, };
union u { int a; long b; };
void g(void) { union u q = (union u) 1; __auto_type t = q; (void)t; asm(""); __asm__(""); }
int arr[] = { [1 ... 3] = 2 };
int k(void) { return 1; };
void vv(void) { return (void)0; }
int ff(a) int a; { return a; }
int noproto() { return 0; }
#define STATEMENT(x) ({ x; })
int m(int x) { return STATEMENT(x); }
__extension__ typedef struct { int a[0]; } quiet;
