// -Wall -Wextra -Wimplicit-int-conversion -Wshorten-64-to-32

unsigned long long slot(void *);
struct k { unsigned short b; }; struct s { unsigned short count; }; struct l { unsigned int p; char d; };
void a(struct k *k, struct s *s, void *c) { k->b = (slot(c) % s->count) + 1; }
#define STATIC (8 * (sizeof(struct l) - sizeof(unsigned int)))
void b(struct l *l, unsigned int prefix) { l->p = (STATIC + prefix); }
void c(struct l *l, unsigned char prefix) { l->p = (STATIC + prefix); }
void d(struct l *l, unsigned long long prefix) { l->p = (STATIC + prefix); }
