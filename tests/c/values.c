/* Division, structures by value, switch with case ranges, bit-fields, overflow builtins. */
u64 t_sdiv(u64 a,u64 b,u64 c,u64 d){ s64 x=a,y=b; if(!y||(y==-1&&x==(s64)(1ULL<<63)))return 0; return x/y; }
u64 t_smod(u64 a,u64 b,u64 c,u64 d){ s64 x=a,y=b; if(!y||(y==-1&&x==(s64)(1ULL<<63)))return 0; return x%y; }
u64 t_sdiv32(u64 a,u64 b,u64 c,u64 d){ s32 x=a,y=b; if(!y||(y==-1&&x==(s32)(1U<<31)))return 0; return x/y; }
u64 t_smod32(u64 a,u64 b,u64 c,u64 d){ s32 x=a,y=b; if(!y||(y==-1&&x==(s32)(1U<<31)))return 0; return x%y; }
u64 t_sdivc(u64 a,u64 b,u64 c,u64 d){ s64 x=a; s32 y=b; return x/7+x%10+x/-3+x/8+x%16+y/100+y%-5; }
u64 t_sdiv8(u64 a,u64 b,u64 c,u64 d){ s8 x=a,y=b; if(!y)return 0; return x/y + (s16)c%((s16)d|1); }
struct p16 { u32 a,b; u64 c; }; struct p3 { char x[3]; }; struct p9 { u64 a; char b; }; struct p24 { u64 a,b,c; }; union uu { u32 a; u8 b[4]; };
static NI u64 take16(struct p16 p, int k){ return p.a*3+p.b*5+p.c*7+k; }
static NI u64 take3(struct p3 p){ return p.x[0]+p.x[1]*2+p.x[2]*3; }
static NI u64 take9(struct p9 p, struct p3 q){ return p.a+p.b+q.x[2]; }
static NI struct p16 ret16(u32 a,u64 b){ struct p16 r={a,a+1,b}; return r; }
static NI struct p24 ret24(u64 a,u64 b){ struct p24 r={a,b,a^b}; return r; }
static NI struct p3 ret3(u32 a){ struct p3 r={{a,a+1,a+2}}; return r; }
static NI union uu retu(u32 a){ union uu r; r.a=a; return r; }
u64 t_st(u64 a,u64 b,u64 c,u64 d){ struct p16 p={a,b,c}; struct p3 q={{a,b,c}}; struct p9 r={a,b}; return take16(p,d)+take3(q)+take9(r,q); }
u64 t_sr(u64 a,u64 b,u64 c,u64 d){ struct p16 p=ret16(a,b); struct p24 q=ret24(c,d); struct p3 r=ret3(a); return p.a+p.b+p.c+q.a+q.b+q.c*3+r.x[2]+retu(b).a+ret24(a,b).c; }
u64 t_sw(u64 a,u64 b,u64 c,u64 d){ switch((int)a){ case 1 ... 3: return 10; case 5: a+=1; case 0x80 ... 0xfff: return a; case -100 ... -1: return 77; case 0x7ffffff0 ... 0x7fffffff: return 9; default: return 3;} }
u64 t_sw2(u64 a,u64 b,u64 c,u64 d){ switch(a){ case 0: case 2: return b; case 0xffffffffULL ... 0x123456789abcdef0ULL: return 5; case (1ULL<<63) ... ~0ULL: return 6; } return 1; }
u64 t_sw3(u64 a,u64 b,u64 c,u64 d){ u64 r=0; switch((s8)b){ default: r=1; break; case -128 ... -2: r=2; case 5: r+=7; } return r; }
struct bf { s32 a:3; u32 b:5; s64 c:40; u8 d:1; u32 :0; u16 e:9; s8 f:7; _Bool g:1; u64 h:63; };
u64 t_bf(u64 a,u64 b,u64 c,u64 d){ struct bf x={}; x.a=a; x.b=b; x.c=c; x.d=d; x.e=a>>3; x.f=b; x.g=c; x.h=d; x.a++; x.b--; x.c+=x.a; x.e^=5; u64 r=(x.f=c); return x.a+x.b*3+x.c*5+x.d*7+x.e*11+x.f*13+x.g*17+x.h*19+r+sizeof(x); }
struct __attribute__((packed)) pbf { u8 z; u32 a:13; u64 b:45; s32 c:6; u16 y; };
u64 t_pbf(u64 a,u64 b,u64 c,u64 d){ struct pbf x={}; x.z=a; x.a=b; x.b=c; x.c=d; x.y=a; return x.z+x.a+x.b+x.c+x.y+sizeof x; }
u64 tle_bfl(u64 a,u64 b,u64 c,u64 d){ union { struct bf x; u64 w[sizeof(struct bf)/8]; } u; __builtin_memset(&u,0,sizeof u); u.x.a=a; u.x.b=b; u.x.c=c; u.x.d=d; u.x.e=b; u.x.f=a; u.x.g=d; u.x.h=c; u64 r=0; for(int i=0;i<sizeof(u)/8;i++) r=r*31+u.w[i]; return r; }
u64 tle_pbfl(u64 a,u64 b,u64 c,u64 d){ union { struct pbf x; u8 w[sizeof(struct pbf)]; } u; __builtin_memset(&u,0,sizeof u); u.x.z=1; u.x.a=a; u.x.b=b; u.x.c=c; u.x.y=d; u64 r=0; for(int i=0;i<sizeof(u);i++) r=r*31+u.w[i]; return r; }
u64 t_ov(u64 a,u64 b,u64 c,u64 d){ u64 r=0; s32 i; u32 u; s64 l; u64 ul; s8 sc; u8 uc; u16 us; _Bool o;
#define A(op,x,y,z) o=__builtin_##op##_overflow(x,y,&z); r=r*131+o*2+(u64)z;
A(add,(s32)a,(s32)b,i) A(sub,(u32)a,(s64)b,u) A(mul,(s64)a,(s64)b,l) A(mul,(u64)a,(u64)b,ul) A(add,(s64)a,(u64)b,i) A(sub,(u8)a,(s8)b,sc) A(mul,(u32)a,(s32)b,l) A(mul,(s64)a,(u64)b,l) A(mul,(s64)a,(u64)b,ul) A(add,(u64)a,(s64)b,l) A(sub,(s64)a,(u64)b,ul) A(mul,(s64)a,(s32)b,uc) A(add,(u64)a,(u64)b,us) A(sub,(u64)c,(u64)d,l) A(mul,(u64)c,(s64)d,i)
 return r; }
u64 t_ov2(u64 a,u64 b,u64 c,u64 d){ s32 i; u32 u; long l; unsigned long ul; u64 r=0; r+=__builtin_sadd_overflow(a,b,&i); r=r*3+i; r+=__builtin_uadd_overflow(a,b,&u); r=r*3+u; r+=__builtin_smull_overflow(a,b,&l); r=r*3+l; r+=__builtin_umull_overflow(a,b,&ul); r=r*3+ul; r+=__builtin_ssubl_overflow(a,b,&l); r=r*3+l; r+=__builtin_usub_overflow(a,b,&u); r=r*3+u; return r;}

// t_sdiv eb98df52
// t_smod 5828ab4f
// t_sdiv32 d3617af5
// t_smod32 b789c446
// t_sdivc f291bc08
// t_sdiv8 528ecdbc
// t_st 661241a5
// t_sr a5564b66
// t_sw cd2be610
// t_sw2 6fc9ee6d
// t_sw3 4b90744d
// t_bf 7ed29c3c
// t_pbf ad453527
// tle_bfl 4be1965d
// tle_pbfl 0abfd10c
// t_ov a83971a1
// t_ov2 189bbe7b
