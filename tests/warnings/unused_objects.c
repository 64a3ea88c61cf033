// -Wall
static int a; static int b; static const int c = 3; static int fn(void) { return a + c; } static int (*fp)(void) = fn;
static int loc(void) { static int (*p)(void) = fn; return p(); }
int x(void) { return 0; }
