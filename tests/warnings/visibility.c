// -Wall
void vis(struct novis *p); struct known; void ok(struct known *p); union nu; int e(union nu *u);
struct ops { int (*call)(struct hidden *h); }; typedef int (*fp)(union gone *g); int (*v)(struct known *k);
