// -Wall
static int g(void) { return 1; }
static int f(void) { return g(); }
static int k(void); static int h(void) { return k(); } static int k(void) { return 0; }
static int rec(int x) { return x ? rec(x - 1) : 0; }
int x(void) { return 0; }
