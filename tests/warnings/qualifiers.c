// -Wextra
const int a(void); volatile int *b(void); int *const c(void); const void d(void); typedef const int ci; ci e(void);
const struct s { int x; } f(void); static const volatile unsigned g(void) { return 1; } int (*const h)(void); const int (*i)(void); int j(const int x);
static inline const char *k(void) { return ""; } struct o { const int (*fn)(int); }; static const _Bool l(void);
