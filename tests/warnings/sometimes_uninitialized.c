// -Wall
int use(int); 
int a1(int a) { int v; if (a) v = 1; return v; }
int a2(int a) { int v; if (a) v = 1; else if (a > 2) v = 3; return v; }
int a3(int a) { int v; while (a--) { v = a; break; } return v; }
int a4(int a) { int v; for (int i = 0; i < a; i++) v = i; return v; }
int a5(int a) { int v; switch (a) { case 1: v = 2; break; case 2: break; default: v = 3; } return v; }
int a6(int a) { int v; switch (a) { case 1: v = 2; break; case 2: v = 1; break; default: use(a); } return v; }
int a7(int a) { int v; if (a > 1 && (v = use(a))) use(v); else use(v); return 0; }
int a8(int a) { int v; if (a) v = 1; if (a) return v; return 0; }
int a9(int a) { int v; do { if (a) break; v = 3; } while (a++ < 3); return v; }
int b1(int a) { int v; if (a) goto out; v = 2; out: return v; }
int b2(int a) { int v; return a ? (v = 2) : v; }
int b3(int a) { int v, w; if (a) { v = 1; w = 2; } else { v = 2; } if (v == 1) use(w); return 0; }
int b4(int a) { int v; if (!a) v = 1; return v; }
int b5(int a) { int v; if (a || (v = use(3))) use(v); return 0; }
int b6(int a) { int v; for (;;) { if (a) { v = 1; break; } a++; } return v; }
int b7(int a) { int v; if (a) v++; return v; }
int b8(int a) { int *p; if (use(a)) p = &a; return *p; }
int b9(int a) { int v; switch (a) { case 1: v = 2; } return v; }
enum e { X, Y }; int c1(enum e x) { int v; switch (x) { case X: v = 1; break; case Y: v = 2; break; } return v; }
int c2(int a) { int v; if (a) v = 1; else return 0; return v; }
int c3(int a) { int v; if (a) { if (a > 2) v = 1; } else v = 2; return v; }
int c4(int a) { int v; while (1) { if (use(a)) break; v = 1; } return v; }
int c5(int a) { int v; if (__builtin_expect(!!(a), 0)) v = 3; return v; }
