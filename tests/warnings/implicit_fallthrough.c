// -Wimplicit-fallthrough
int use(int);
int f(int a) { switch (a) { case 1: a = 2; case 2: use(a); break; case 3: case 4: a++; __attribute__((fallthrough)); case 5: { use(1); } default: use(2); } return a; }
int g(int a) { switch (a) { case 1: if (a) return 1; else return 2; case 2: while (1) {} case 3: use(1); case 4: break; } return a; }
int h(int a) { switch (a) { case 1: case 2: if (a) break; case 3: for (;;) { if (a) break; } default: ; } return 1; }
#define FALL __attribute__((fallthrough))
int i(int a) { switch (a) { case 1: a = 1; FALL; case 2: { a = 3; FALL; } case 3: return 3; case 4 ... 9: a--; } return a; }
