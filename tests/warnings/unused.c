// -Wall
#define SIZE (sizeof(int))
#define NOTHING(x) (x)
#define TWICE(x) ((x), (x))
enum way { ONE, OTHER };
union mac { unsigned char b[6]; };
int use(int);
int f(int x) { union mac __attribute__((unused)) m = { { 1, 2, 3 } }; const struct other *p __attribute__((unused)); struct s { int a; } __attribute__((unused)) y; enum way __attribute__((unused)) w; union mac n; return x; }
int g(int kind) { switch (kind) { case 1: return 4; case 2: SIZE; NOTHING(kind); kind + 1; kind == 2; TWICE(use(1)); kind, use(2); } return 0; }
int h(int x) { return 0; switch (x) { case 1: { int q; return q; } } return 1; }
