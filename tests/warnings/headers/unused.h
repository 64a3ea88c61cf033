static int plain(void) { return 0; }
static inline int inl(void) { return 0; }
static int used(void) { return 0; }
static int decl(void);
static __attribute__((unused)) int quiet(void) { return 0; }
static __attribute__((always_inline)) int ai(void) { return 1; }
static int var;
int global(void) { return 1; }
