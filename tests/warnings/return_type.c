// -Wall
enum way { FORWARD, BACK, BOTH };
int flag(enum way w, int e) { switch (w) { case FORWARD: return e ? 1 : 2; case BOTH: case BACK: return e ? 2 : 1; } }
int flag2(enum way w, int e) { switch (w) { case FORWARD: return e ? 1 : 2; case BACK: return e ? 2 : 1; } }
int flag3(enum way w, int e) { switch (w) { case FORWARD: return e ? 1 : 2; case BOTH: case BACK: if (e) break; return e ? 2 : 1; } }
int loop(int e) { for (;;) { if (e) return 1; } }
int loop2(int e) { while (1) { e++; } }
int loop3(int e) { for (;;) { if (e) break; } }
int sw(int e) { switch (e) { case 1: return 1; default: return 2; } }
int gt(int e) { again: if (e) goto again; else return 1; }
int gt2(int e) { goto out; out: e++; }
int un(int e) { int x; return 0; return x; }
int un2(int e) { int x; if (0) return x; return 0; }
int un3(int e) { int x; switch (e) { case 1: return 1; default: return 2; } return x; }
int un4(int e) { int x; for (;;) {} return x; }
