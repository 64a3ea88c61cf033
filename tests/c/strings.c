/* Functions of the C library on what is known: at once, after inlining, in loops; the program's own functions of these names. */
#define AI static inline __attribute__((always_inline))
static const char word[] = "sixteen chars ok", data[8] = {1,2,0,4,5,6,7,8};
AI u64 number_of(const char *s){ if(!__builtin_strcmp(s,"one")) return 1; if(!__builtin_strncmp(s,"two",2)) return 2; return __builtin_strlen(s); }
u64 t_inlined(u64 a,u64 b,u64 c,u64 d){ const char *x="hello",*y="help"; return number_of("one")+number_of("twice")*10+number_of("three")*100+(__builtin_strcmp(x,y)<0)*1000+__builtin_strlen(word)*10000+a; }
AI int starts(const char *p,const char *s){ u64 n=__builtin_strlen(p); for(u64 i=0;i<n;i++) if(p[i]!=s[i]) return 0; return 1; }
u64 tle_starts(u64 a,u64 b,u64 c,u64 d){ char t[16]; __builtin_memcpy(t,&a,8); __builtin_memcpy(t+8,&b,8); return starts("\x01",t)+starts("",t)*2+starts("\xff\xff",t)*4; }
AI u64 where(const char *s,int c){ const char *p=__builtin_strchr(s,c), *q=__builtin_strrchr(s,c), *r=__builtin_memchr(s,c,4); return (p?p-s:77)+(q?q-s:78)*100+(r?r-s:79)*10000ull; }
u64 t_find(u64 a,u64 b,u64 c,u64 d){ return where("a b a b",'a')+where("a b a b",'b')*3+where("xyzxyz",'q')*5+where("abc",0)*7+(__builtin_strstr("abcabd","abd")-(char*)0==0)+__builtin_strspn("aabbc","ab")*11+__builtin_strcspn("aabbc","cb")*13+(__builtin_strpbrk("abc","xyz")!=0); }
AI void put(char *to,const char *s){ __builtin_strcpy(to,s); }
u64 t_copy(u64 a,u64 b,u64 c,u64 d){ char x[24]={0},y[12],z[20]; put(x,"text"); put(x+8,""); __builtin_memset(y,(int)a,12); __builtin_strncpy(y+1,"word",9); char *e=__builtin_stpcpy(z,"abcdef"); e=__builtin_mempcpy(e,x,5); __builtin_bzero(x+16,3); *e='!'; u64 r=0; for(int i=0;i<12;i++) r=r*31+x[i]*3+y[i]+z[i]*7; return r+(e-z); }
AI void fill(void *d,int c,u64 n){ __builtin_memset(d,c,n); }
static void memset(void *d,int c,u64 n){ fill(d,c,n); ((char*)d)[0]=42; }
static u64 stpncpy(const char *x,const char *y){ return *x+5; }
u64 t_own(u64 a,u64 b,u64 c,u64 d){ char k[16]; memset(k,(int)a,16); return k[0]*256+(u8)k[15]+stpncpy(k,k); }
AI int differs(const void *x,const void *y,u64 n){ int r=__builtin_memcmp(x,y,n); return (r>0)-(r<0); }
u64 tle_cmp(u64 a,u64 b,u64 c,u64 d){ struct { u64 p,q; u32 r; } x={a,b,c},y={a,c,b}; u16 m[3]={a,b,c},n[3]={a,c,b}; return differs(&x,&y,20)+differs(&x.q,&y.q,3)*10+differs(m,n,6)*100+differs(m,n,2)*1000+differs(word,"sixteen chars ok",17)*10000+differs(data,"\1\2\0\4\6",5)*100000; }
u64 t_bound(u64 a,u64 b,u64 c,u64 d){ static const char t[3]={'a','b','c'}; return (__builtin_strncmp(t,"abcd",3)==0)*100+(__builtin_strncmp("a","b",0)==0)*1000; }
u64 t_loop(u64 a,u64 b,u64 c,u64 d){ static const char *const names[]={"a","bcd","","efghi"}; u64 r=0; _Pragma("unroll") for(int i=0;i<4;i++) r=r*7+__builtin_strlen(names[i]); return r+a; }
u64 t_static(u64 a,u64 b,u64 c,u64 d){ static const u64 n=__builtin_strlen("abcd"); char x[__builtin_strlen("xyz")]; _Static_assert(__builtin_strcmp("a","b")<0,""); return n+sizeof(x); }

// t_inlined be247ff7
// tle_starts 17ef2543
// t_find 219d8bc8
// t_copy 32366d8a
// t_own f8dce60d
// tle_cmp b7c50209
// t_bound 5d66f491
// t_loop 92b9de88
// t_static 71db5af8
