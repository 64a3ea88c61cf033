// -Wshadow
int g; static int h; void fn(void); extern int ex;
int a(int g) { return g; }
int b(void) { int h = 1; { int h = 2; return h; } }
int c(int x) { for (int x = 0; x < 3; x++) { } int fn = 2; static int ex; return x + fn + ex; }
int d(int n) { { int m = n; (void)m; } int m = 2; return m; }
