// -Wall
struct s { int a; }; void g(int);
int f(struct s *p, unsigned long u, int *q) { void *v = (void *)u; if (p + 1 > v) g(1); if (v < p) g(2); if (p == v) g(3); if ((void*)(p+1) > (void *)q) g(4); if (q > p) g(5); return v - (void *)p; }
