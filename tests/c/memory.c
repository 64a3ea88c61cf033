/* What passes may know of memory: addresses that callees keep, second names, values that were never set, packed members, offsets. */
struct keeper { s64 pad; s64 *p; };
static NI void keep(struct keeper *s, s64 *p) { s->p = p; }
static NI void fill4(s64 *q, s64 n) { for (int i = 0; i < 4; i++) q[i] = n + i; }
static NI s64 kept(struct keeper *s) { return s->p[0]; }
u64 t_keep(u64 a,u64 b,u64 c,u64 d){ struct keeper s; s64 x[4]={a,b,3,4}; keep(&s,x); s64 y[4]; fill4(y,1000); return kept(&s)+y[1]*10; }
struct node { struct node *next; s64 v; };
static NI int push(struct node **head, struct node *n, s64 v) { n->v=v; n->next=*head; *head=n; return 0; }
static NI s64 total(struct node *n) { s64 s=0; for(int i=0;i<8&&n;i++) { s=s*10+n->v; n=n->next; } return s; }
u64 t_list(u64 a,u64 b,u64 c,u64 d){ struct node *head=0, x, y; push(&head,&x,a); push(&head,&y,b); s64 t[4]; fill4(t,50); s64 u[4]; fill4(u,90); return total(head)*1000+t[1]+u[2]; }
static NI s64 *same(s64 *p, int n) { return n ? same(p, n-1) : p; }
u64 t_through(u64 a,u64 b,u64 c,u64 d){ s64 x[2]={a,b}; s64 *p=same(x,3); s64 y[4]; fill4(y,c); return p[0]+p[1]*3+y[3]; }
static NI void link2(struct node *a, struct node *b, int n) { if (n) { link2(b, a, n-1); return; } a->next=b; }
u64 t_cycle(u64 a,u64 b,u64 c,u64 d){ struct node x={0,a}, y={0,b}; link2(&x,&y,2); struct node *q=x.next; s64 t[4]; fill4(t,d); return q->v+t[2]; }
u32 a1[2]; extern u32 a2[2] __attribute__((alias("a1")));
u64 t_names(u64 a,u64 b,u64 c,u64 d){ a1[0]=a; a2[0]=b; a1[1]=c; u64 r=a1[0]; a2[1]=d; return r*3+a1[1]; }
u16 w1[2] __attribute__((aligned(8))) = {7,7}; extern u16 w2[2] __attribute__((alias("w1")));
u64 t_widen(u64 a,u64 b,u64 c,u64 d){ w1[0]=1; w2[0]=2; w1[1]=3; return *(volatile u16*)&w1[0]; }
struct opt { u64 valid, val; };
static inline struct opt none(void) { struct opt t; t.valid=0; return t; }
u64 t_unset(u64 a,u64 b,u64 c,u64 d){ u64 n=a&7, x=b; struct opt cur={1,x}, prev={0,0}; u64 out=0,i=0; while(1){ if(i>=n) break; i++; if(prev.valid) out=out*31+prev.val; prev=cur; if((i+x)&1){ cur=none(); continue; } cur.valid=1; cur.val=x+i; } return out+(prev.valid?prev.val:0); }
struct __attribute__((packed)) odd { char c; s16 s; s32 w; s64 q; }; static struct odd po;
static NI u64 odd16(struct odd *q) { return (u32)q->s; } static NI u64 odd32(struct odd *q) { return (u32)q->w+(u64)q->w; }
u64 t_packed(u64 a,u64 b,u64 c,u64 d){ po.s=a; po.w=b; po.q=c; return odd16(&po)+odd32(&po)*3+po.q+(po.s<0)*5+(u64)(s64)po.s; }
struct rec { u64 seen; u8 n, way[6]; u32 port[6]; }; static struct rec rc;
u64 t_member(u64 a,u64 b,u64 c,u64 d){ struct rec *r=&rc; r->n=a%6; r->port[r->n]=b; r->way[r->n]=c; r->n++; r->port[(u8)(r->n%6)]=d; return r->n+r->way[a%6]*3+r->port[a%6]*5; }
struct fam { u16 f; u16 g; u32 v; }; static struct fam fm;
u64 tle_narrow(u64 a,u64 b,u64 c,u64 d){ struct fam *f=&fm; f->f=a&1?2:65535; f->g=-1; f->v=b; s16 s=f->f; u8 *p=(u8*)&f->g; p[0]=7; return s+f->f*3+f->g*5+f->v; }
u64 t_lifetimes(u64 a,u64 b,u64 c,u64 d){ u64 r=0; s64 *p=0; for(int i=0;i<3;i++){ s64 x[2]={a+i,b}; if(p) r+=1; p=same(x,1); r+=p[0]*i; } { s64 y[4]; fill4(y,c); r+=y[d&3]; } return r; }

// t_keep 9c188df5
// t_list 98e920f5
// t_through 9253a817
// t_cycle 621e300e
// t_names 9c2d26fc
// t_widen 77b9549e
// t_unset 9ea3e6aa
// t_packed 4052a746
// t_member 0de229df
// tle_narrow 8710ad94
// t_lifetimes 1a8d7cb4
