/* __int128: arithmetic by halves, conversions, parameters, results, constants. */
typedef unsigned __int128 u128; typedef __int128 i128;
#define FOLD(x) ((u64)(x) * 31 + (u64)((u128)(x) >> 64))
#define MAKE(h, l) ((u128)(h) << 64 | (l))
u128 gq, gr; static const u128 big = (u128)0x123456789abcdef0ull << 64 | 0xfedcba9876543210ull; static i128 neg = -5; static i128 prod = (i128)1 << 100;
u64 t_add(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b),y=MAKE(c,d); i128 z=x; z+=y; z-=3; return FOLD(x+y)+FOLD(x-y)*3+FOLD(z)*5+FOLD(-x)*7+FOLD(~y)*11; }
u64 t_bit(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b),y=MAKE(c,d); return FOLD(x&y)+FOLD(x|y)*3+FOLD(x^y)*5+FOLD(x&0xff)*7; }
u64 t_shift(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b); i128 s=x; u32 n=d&127; return FOLD(x<<n)+FOLD(x>>n)*3+FOLD(s>>n)*5+FOLD(x<<3)*7+FOLD(x>>64)*11+FOLD(s>>67)*13+FOLD(x<<64)*17+FOLD(s>>(int)(c&63))*19; }
u64 t_cmp128(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b),y=MAKE(c,d); i128 s=x,t=y; return (x<y)+(x<=y)*2+(x>y)*4+(x>=y)*8+(x==y)*16+(x!=y)*32+(s<t)*64+(s<=t)*128+(s>t)*256+(s>=t)*512+(x==0)*1024+!y*2048+(x?1:0)*4096+(x&&y)*8192+(s<0)*16384+(MAKE(a,b)==MAKE(a,b))*32768; }
u64 t_mul(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b),y=MAKE(c,d); i128 s=(s64)a,t=(s64)b; return FOLD(x*y)+FOLD((u128)a*b)*3+FOLD(s*t)*5+FOLD(x*10)*7; }
u64 t_conv(u64 a,u64 b,u64 c,u64 d){ i128 x=(s32)a,y=(u32)b,z=(s8)c; u128 w=(u128)(s64)d; _Bool p=x; char q=y; return FOLD(x)+FOLD(y)*3+FOLD(z)*5+FOLD(w)*7+p*11+q*13+(u16)w*17+(u64)(char*)(u128)a+FOLD((i128)(a&1))+FOLD((u128)(_Bool)b); }
static NI u128 sum(u128 x,u64 k){ return x*3+k; } static inline __attribute__((always_inline)) i128 pick(int n,i128 x,i128 y){ return n?x:y; } static inline i128 twice(i128 x){ return x+x; }
u64 t_call(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b); i128 y=MAKE(c,d); i128 p=pick(a&1,x,y); return FOLD(p)+FOLD(twice(p))*3+FOLD(pick(0,1,-1))*5+FOLD(sum(x,c))*7; }
struct pair { u32 tag; i128 v; u128 w[2]; };
u64 t_rec128(u64 a,u64 b,u64 c,u64 d){ struct pair s={a,b,{c}}, t=s; s.v-=a; s.v++; ++s.w[1]; u128 o=s.w[0]--; i128 *p=&t.v; *p<<=5; p[0]|=d; u128 arr[3]={a,MAKE(b,c)}; arr[d&1]+=7; return FOLD(s.v)+FOLD(s.w[1])*3+FOLD(o)*5+FOLD(t.v)*7+FOLD(s.w[0])*11+FOLD(arr[0])*13+FOLD(arr[1])*17+FOLD(arr[2])+sizeof(s); }
u64 t_glob128(u64 a,u64 b,u64 c,u64 d){ gq=a; gq+=b; gq<<=c&127; gr=gq^d; gq=~(gq^a)&gr; return FOLD(gq)+FOLD(gr)*3+FOLD(big)*5+FOLD(neg)*7+FOLD(prod); }
u64 t_div128(u64 a,u64 b,u64 c,u64 d){ u128 x=MAKE(a,b); i128 s=x; return FOLD(x/16)+FOLD(x%16)*3+FOLD(s/8)*5+FOLD(s%8)*7+FOLD(x/((u128)1<<70))*11+FOLD(s%((i128)1<<70))*13+(u64)((u128)1000/7)+FOLD((i128)-1000/7)+FOLD((i128)-1000%7); }
u64 t_choose(u64 a,u64 b,u64 c,u64 d){ i128 x=a&1?(i128)b:-1; u128 y=c?MAKE(c,d):7; u128 z=y?:3; i128 w; w=(x,y); volatile i128 v=x; v+=2; return FOLD(x)+FOLD(y)*3+FOLD(z)*5+FOLD(w)*7+FOLD(v)*11+((int[]){1,2,3})[(i128)(a%3)]+*((char*)"abc"+(u128)(b&1)); }

// t_add 2ade56aa
// t_bit 22b4cce1
// t_shift 61a69e08
// t_cmp128 ddad96dc
// t_mul 0f4ede49
// t_conv 96508924
// t_call 8359a23a
// t_rec128 94ff4c55
// t_glob128 5bf58cc7
// t_div128 0510da01
// t_choose 0c38b930
