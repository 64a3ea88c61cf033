/* GNU and C11 constructs: _Generic, enums of fixed type, __int128 in memory, cleanup, designators, literals, statement expressions. */
u64 t_gen(u64 a,u64 b,u64 c,u64 d){
#define G(x) _Generic((x), int:1, unsigned:2, long:3, unsigned long:4, char:5, signed char:6, unsigned char:7, short:8, unsigned short:9, const char*:10, char*:11, void*:12, long long:13, unsigned long long:14, _Bool:15, default:99)
 u8 x=1; const int ci=2; char ch='a'; int arr[3]; return G(x)+G(+x)*2+G(ci)*3+G(ch)*5+G("a")*7+G(arr)*11+G(1L)*13+G(1UL)*17+G(1ULL)*19+G((void*)0)*23+G((const char*)"x")*29+G('a')*31+G(x<<1)*37+G(1?x:1L)*41+G((_Bool)1)*43+G(sizeof 1)*47+G(0x80000000)*53+G(2147483648)*59+G((s16)1)*61; }
enum e1 : u8 { E1A=1, E1B=255 }; enum e2 : s64 { E2A=-1, E2B=0x7fffffffffffffffLL }; enum e3 { E3A=0x100000000ULL, E3B }; enum e4 { E4A=-5, E4B }; enum e5 : unsigned short; struct se { enum e5 x; };
u64 t_enum(u64 a,u64 b,u64 c,u64 d){ enum e1 x=a; enum e2 y=b; enum e3 z=c; enum e4 w=d; struct se s={a}; return x+y+z+w+s.x+sizeof(x)*3+sizeof(y)*5+sizeof(z)*7+sizeof(w)*11+sizeof(struct se)*13+E1B+E2A+E3B+E4B+sizeof(E1A)*17+sizeof(E3A)*19; }
struct i128s { u32 a; __int128 b; unsigned __int128 c; };
u64 t_i128(u64 a,u64 b,u64 c,u64 d){ struct i128s x={.a=a}; struct i128s y=x; __int128 z = *(&y.b); return sizeof(x)+_Alignof(__int128)+y.a+((u64*)&z)[0]; }
u64 t_elv(u64 a,u64 b,u64 c,u64 d){ int n=0; u64 r=(n++, a) ?: b; return r*3+n+((s32)a?:-1)+((s8)b ?: c); }
u64 t_cp(u64 a,u64 b,u64 c,u64 d){ return __builtin_constant_p(3)+__builtin_constant_p("x")*2+__builtin_choose_expr(1,a,b)+__builtin_types_compatible_p(int,const int)*5+__builtin_types_compatible_p(int,unsigned)*7+__builtin_types_compatible_p(int[],int[3])*11+__builtin_types_compatible_p(char*,const char*)*13; }
struct off { int a; struct { char b; u64 c[3]; struct { u16 q; } in[2]; } d; };
u64 t_off(u64 a,u64 b,u64 c,u64 d){ return __builtin_offsetof(struct off,d.c[2])+__builtin_offsetof(struct off,d.in[1].q)*3+(u64)&((struct off*)0)->d.c[1]+__builtin_offsetof(struct off, d.c[a&1]); }
u64 t_mem(u64 a,u64 b,u64 c,u64 d){ u8 x[33],y[33]; __builtin_memset(x,a,33); __builtin_memset(y,0,33); __builtin_memcpy(y+1,x,29); y[7]=b; __builtin_memmove(y+3,y+1,20); __builtin_memcpy(x,y,33); x[d&31]^=c; int m=__builtin_memcmp(x,y,33); u64 r=(m>0)-(m<0); for(int i=0;i<33;i++) r=r*7+x[i]+y[i]*3; u8 z[8]={1,2,3}; return r+__builtin_memcmp(z,"\1\2\3",3)*5; }
u64 t_bits(u64 a,u64 b,u64 c,u64 d){ u32 x=a; u64 r=__builtin_popcount(x)+__builtin_popcountll(a)*3+__builtin_ffs(x)*5+__builtin_ffsll(a)*7+__builtin_parity(x)*11+__builtin_parityll(b)*13; if(x) r+=__builtin_clz(x)*17+__builtin_ctz(x)*19; if(a) r+=__builtin_clzll(a)*23+__builtin_ctzll(a)*29; return r+__builtin_bswap16(a)+__builtin_bswap32(b)*3ULL+__builtin_bswap64(c)*5; }
u64 t_abs(u64 a,u64 b,u64 c,u64 d){ return __builtin_abs((int)a|1)+__builtin_llabs((s64)b|1)+__builtin_labs((s64)c|1); }
u64 t_sw(u64 a,u64 b,u64 c,u64 d){ u32 r=0; { __label__ x, y; if(a&1) goto x; r=1; goto y; x: r=2; y: r+=3; } { __label__ x; if (b&1) goto x; r*=7; x: r++; } return r; }
static NI void cl(int *p){ *p=*p*3; } static NI void cl2(u64**p){ **p=**p*5+1; }
u64 t_cleanup(u64 a,u64 b,u64 c,u64 d){ u64 r=a; { __attribute__((cleanup(cl2))) u64 *p=&r; if(b&1) goto out; r+=2; for(int i=0;i<3;i++){ __attribute__((cleanup(cl2))) u64*q=&r; if(i==(int)c) continue; if(i==(int)(d&3)) break; r^=i; } } out: return r; }
struct des { int a[5]; struct { u8 x,y; } s[3]; union { u32 u; u8 b[4]; } v; const char *p; };
u64 tle_des(u64 a,u64 b,u64 c,u64 d){ struct des x={.a={[1]=a,b,[0]=c},.s[1].y=d,.s[2]={1,2},.v.b={1,2,3},}; struct des y={1,2,3,4,5,6,7,.v={9}}; int z[]={[2 ... 4]=7,1}; int w[6]={[4]=1,[0]=a,2}; return x.a[0]+x.a[1]*3+x.a[2]*5+x.s[1].y*7+x.s[2].y+x.v.u+y.s[0].x+y.s[1].x*3+y.v.u+sizeof(z)+z[3]+z[5]+w[1]+w[4]; }
u64 t_cl(u64 a,u64 b,u64 c,u64 d){ struct q{u32 x; u64 y[2];} *p=&(struct q){a,{b,c}}; int *k=(int[]){1,2,(int)d}; return p->x+p->y[1]+k[2]+((struct q){.y={1,b}}).y[1]; }
struct flex { u32 n; u16 v[]; }; struct zl { u32 n; u8 d[0]; u32 m; }; static struct flex fx={3,{1,2,3}};
u64 t_flex(u64 a,u64 b,u64 c,u64 d){ return sizeof(struct flex)+sizeof(struct zl)+fx.v[2]+fx.n; }
struct anon { union { struct { u32 lo,hi; }; u64 all; }; struct { u8 k; }; };
u64 tle_anon(u64 a,u64 b,u64 c,u64 d){ struct anon x={.all=a,.k=b}; x.hi^=c; return x.all+x.k+x.lo; }
u64 t_ty(u64 a,u64 b,u64 c,u64 d){ typeof(a) x=b; __auto_type y=(s16)c; typeof(int[3]) z={1,2,3}; __typeof_unqual__(const u8) w=d; const typeof(&z) q=&z; return x+y+z[1]+w+sizeof(z)+(*q)[2]; }
u64 t_stx(u64 a,u64 b,u64 c,u64 d){ return ({ u64 t=a; t*=3; if(b&1) t++; t; })+({ struct {int a,b;} k={1,2}; k; }).b; }
static u64 rec(u64 n){ return n<2?n:rec(n-1)+n; }
u64 t_rec(u64 a,u64 b,u64 c,u64 d){ return rec(a&7); }
static NI u64 f1(u64 x){return x+1;} static NI u64 f2(u64 x){return x*2;}
static u64 (*const tab[])(u64)={f1,f2}; 
u64 t_vol(u64 a,u64 b,u64 c,u64 d){ volatile u64 x=a; x+=b; x; x++; volatile struct {u8 a; u32 b;} v={1,2}; v.b+=c; return x+x+v.b; }
_Static_assert(sizeof(long)==8 && (char)-1<0 && sizeof(L'a')==4 && (1u<<31)>0,"x"); _Static_assert(1);
u64 t_sh(u64 a,u64 b,u64 c,u64 d){ s8 x=a; u8 y=b; s32 z=c; return (x<<3)+(y>>1)+(x>>2)+(z>>(d&31))+((u32)z>>(d&31))+((s64)a>>(b&63))+(a<<(c&63))+(y<<24); }
u64 t_cmp(u64 a,u64 b,u64 c,u64 d){ s32 i=a,j=b; u32 u=c; s8 s=d; return (i<j)+(i<u)*2+(s<u)*4+((s64)i<(s64)u)*8+(a<(u64)i)*16+(s==(u8)s)*32+(i<=s)*64+!!u*128+(!i)*256; }
u64 t_boolc(u64 a,u64 b,u64 c,u64 d){ _Bool x=a, y=(u8)b; x+=2; y++; _Bool z=(s32)c; z--; return x+y*2+z*4+(_Bool)(d&0x100)*8; }
u64 t_str(u64 a,u64 b,u64 c,u64 d){ char s[]="ab\0c" "\x41\102\u00e9"; const char *p="hello"; static const u16 w[]=u"h\u00e9"; static const int l[]=L"xyz"; return sizeof(s)+s[a%5]+p[b%5]+sizeof w+w[1]+l[2]+sizeof(u8"é")+'\377'+'ab'+L'\u20ac'; }
u64 t_comp(u64 a,u64 b,u64 c,u64 d){ u8 x=a; s16 y=b; x+=c; x*=3; y-=d; y<<=2; y>>=1; x^=y; x/=7; y%=9; u32 z=a; z|=b; z&=~c; z>>=3; return x+y+z; }
static u64 cnt; static int arr2[2][3]={{1,2,3},{4,5,6}}; int com; u64 dat=5; const u64 ro=7; static u64 *pd=&dat; static int *pa=&arr2[1][2]; const char *const ss[]={"a","bc"};
u64 t_glob(u64 a,u64 b,u64 c,u64 d){ cnt=a; cnt+=b; com=c; dat=d; return cnt+com+*pd+ro+*pa+arr2[a&1][b%3]+ss[1][1]; }
u64 t_nest(u64 a,u64 b,u64 c,u64 d){ u64 r=0; for(u32 i=0;i<5;i++){ for(u32 j=0;j<4;j++){ if(j==(a&3)) continue; if(i==(b&7)) goto done; switch(i+j){case 3: r+=1; continue; case 4: break; default: r+=i*j;} r^=j; } } done: do { r++; if(r&1) continue; r+=2; } while(r%5); return r; }
u64 t_un(u64 a,u64 b,u64 c,u64 d){ struct __attribute__((packed)){u8 x; u32 y; u64 z; u16 w;} s={a,b,c,d}; s.y+=1; s.z*=3; u32*p=&s.y; return *p+s.z+s.w+s.x; }
u64 t_exp(u64 a,u64 b,u64 c,u64 d){ if (__builtin_expect(!!(a&1),0)) return 1; if (__builtin_expect_with_probability(b>3,1,0.9)) return 2; __builtin_assume(c==c); return d>3; }
u64 t_osz(u64 a,u64 b,u64 c,u64 d){ char x[10]; struct {int a; char b[6];} s; return __builtin_object_size(x,0)+__builtin_object_size(x+3,1)*3+__builtin_object_size(&s.b[1],1)*5+__builtin_object_size((char*)a,0)+__builtin_object_size((char*)a,2); }
u64 t_align(u64 a,u64 b,u64 c,u64 d){ _Alignas(16) char x[3]; struct __attribute__((aligned(32))) {char c;} y; typedef int __attribute__((aligned(2))) i2; struct { char a; i2 b; } z; return sizeof(y)+sizeof(z)+_Alignof(y)+__alignof__(z)+0; }
u64 t_strl(u64 a,u64 b,u64 c,u64 d){ return __builtin_strlen("hello")+sizeof(__func__)+__builtin_strcmp("a","b")*0; }
struct bf { unsigned a:3; int s:3; unsigned long long w:40; _Bool f:1; };
u64 t_bfinc(u64 a,u64 b,u64 c,u64 d){ struct bf x={.a=a,.s=b,.w=c,.f=d}; u64 r=++x.a; r=r*31+(u32)++x.s; r=r*31+--x.w; r=r*31+x.a++; r=r*31+(u32)--x.s; r=r*31+(u32)x.s--; r=r*31+(++x.f); return r*31+x.a+x.s+x.w; }
enum top { TOPA = 0xffffffff, TOPB = 1 };
u64 t_range(u64 a,u64 b,u64 c,u64 d){ u64 r=0; switch((u32)a){ case 0x7ffffff0 ... 0x80000010: r=1; break; case 0xfffffff0 ... 0xfffffffe: r=2; break; case 0xffffffff: r=3; } switch(b){ case 0x7fffffffffffff00 ... 0x8000000000000100: r+=10; break; case 2 ... 500: r+=20; break; case 0xfffffffffffffff0 ... 0xfffffffffffffffe: r+=30; } switch((enum top)c){ case TOPA: r+=100; break; case TOPB: r+=200; } switch((s32)d){ case -100 ... 100: r+=1000; break; case 0x7ffffff0 ... 0x7fffffff: r+=2000; } return r; }
u64 t_stsz(u64 a,u64 b,u64 c,u64 d){ static const char tab[][8]={"a","bb","ccc"}; static const u32 n=sizeof(tab)/sizeof(tab[0]); enum { K=sizeof(tab[0]) }; static const struct { const char *p; u32 k; } in[]={{tab[2],K},{tab[1],3}}; static u32 m=sizeof(in)/sizeof(*in)*sizeof(tab); return n*100+m*10+in[a&1].k+(a%n<n?tab[a%n][0]:0); }
static __attribute__((no_builtin("memset","memcpy"))) void wipe(char *p){ for(int i=0;i<4;i++) p[i]=0; }
u64 t_nobuiltin(u64 a,u64 b,u64 c,u64 d){ char x[8]={1,2,3,4,5,6,7,8}; wipe(x+(a&3)); return x[0]+x[3]*3+x[7]*5; }
u64 t_vla(u64 a,u64 b,u64 c,u64 d){ typedef char T[(a&7)+1]; u64 r=sizeof(T); { typedef T U[3]; r+=sizeof(U)*10; } r+=sizeof(int[2][(b&3)+1])*100+sizeof(char[1-2*!!(c&0)]); return r; }
u64 t_vlac(u64 a,u64 b,u64 c,u64 d){ const int n=5; short x[n][n+1]; for(int i=0;i<n;i++) x[i][0]=a+i; typeof(x) y; y[1][1]=b; return sizeof x+sizeof(x[0])*3+x[3][0]+y[1][1]; }

// t_gen 971b6772
// t_enum 15eb316e
// t_i128 1efca450
// t_elv 52257816
// t_cp 6240be6d
// t_off 3e6aa379
// t_mem 42a7f040
// t_bits 878d1c3f
// t_abs 5a1164be
// t_sw 8fd93006
// t_cleanup e675cb6d
// tle_des 036308be
// t_cl ae88cb6e
// t_flex df633741
// tle_anon f849ba1c
// t_ty abe4b794
// t_stx 99a0f2b4
// t_rec 4579baaa
// t_vol 81304752
// t_sh c98d239a
// t_cmp d6632298
// t_boolc 04b21551
// t_str 8e6904c7
// t_comp 6e312bdc
// t_glob e814a97f
// t_nest 0e7ffe2c
// t_un 4a2923f1
// t_exp 112e1d4a
// t_osz 53c4f8d8
// t_align b587cded
// t_strl ca2f1215
// t_bfinc dd40824b
// t_range e708c185
// t_stsz 5ee123d5
// t_nobuiltin ce5f5d36
// t_vla ba96bb6c
// t_vlac 4cb8bd61
