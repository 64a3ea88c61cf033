// -Wall -Wno-initializer-overrides -Wno-missing-braces
struct in { int a, b; };
struct s { struct in i; int arr[2]; int c; };
struct s x = { 1 };
struct s y = { {1}, 2 };
struct s z = { 0 };
struct s z2 = { {0} };
struct s w = {};
struct s v = { .i = {1}, 3 };
struct fl { int n; int a[]; } flx = { 1 };
struct bf { int a; int : 3; } b = {1};
struct s q = { .arr = {1}, };
union u { struct in i; int z; } uu = { 1 };
void f(void) { struct s l = { 1, 2 }; (void)l; }
struct one { int a[2]; }; struct one only = { 1, 2 };
int twodim[2][2] = { 1, 2, 3, 4 };
struct s over = { .c = 1, .c = 2 };
int range[8] = { [0 ... 3] = 1, [2] = 5 };
union u both = { .z = 1, .i = { 1, 2 } };
struct s partly = { .i.a = 1 };
