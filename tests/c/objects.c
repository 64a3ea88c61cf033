/* Structures by value, bit-fields in memory, switches in loops, strings, pointers, conversions, division. */
struct st8 { u32 a; u16 b; u8 c[2]; }; struct st16 { u64 x; struct st8 y; }; struct st1 { u8 c; }; struct st12 { u32 a[3]; }; union un8 { u64 v; u8 b[8]; };
static NI u64 p1(struct st8 a, struct st16 b, struct st1 c) { return a.a+a.b*3+a.c[1]*5+b.x*7+b.y.c[0]*11+c.c*13; }
static NI struct st8 r8(struct st8 a, u32 n) { a.a+=n; a.c[0]++; return a; }
static NI struct st16 r16(u64 x) { return (struct st16){x,{x,x,{x,x+1}}}; }
static NI struct st12 r12(struct st12 v) { v.a[2]^=v.a[0]; return v; }
static NI union un8 ru(union un8 u) { u.b[3]++; return u; }
static NI struct st8 cond(u32 a) { struct st8 x={a}, y={~a,1}; return a&1?x:y; }
u64 t_byval(u64 a,u64 b,u64 c,u64 d){ struct st8 x={a,b,{c,d}}; struct st16 y={b,x}; struct st1 z={d}; return p1(x,y,z)+p1(r8(x,c),r16(d),(struct st1){a}); }
u64 t_ret(u64 a,u64 b,u64 c,u64 d){ struct st8 x=r8(r8((struct st8){a,b},c),d); struct st16 y; y=r16(a); y.y=r8(y.y,3); struct st12 w=r12((struct st12){{a,b,c}}); return x.a+x.c[0]+y.x+y.y.a*3+y.y.c[0]*5+w.a[2]*7+r12(w).a[1]+r16(b).y.c[1]; }
u64 tle_un(u64 a,u64 b,u64 c,u64 d){ union un8 u={a}; u=ru(ru(u)); return u.v; }
u64 t_cond(u64 a,u64 b,u64 c,u64 d){ struct st8 x=cond(a), y; y=(b&1)?x:cond(c); struct st8 arr[3]={x,y,cond(d)}; arr[1]=arr[2]; struct st8 *p=&arr[1]; *p=*(p-1); return arr[0].a+arr[1].b*3+arr[2].a*5+({ arr[2]; }).b+(a,x).a; }
struct bits { u64 a:1, b:7, c:24, d:32; s32 e:17; s32 f:15; u8 g:3; u16 h:13; }; struct __attribute__((packed)) pb { u8 a:3; u64 b:61; u16 c:9; s64 d:55; };
struct bits gb; struct pb gp; static struct bits gbi={1,2,3,4,-5,6,7,8};
u64 t_gbits(u64 a,u64 b,u64 c,u64 d){ gb.a=a; gb.b=b; gb.c=c; gb.d=d; gb.e=a; gb.f=b; gb.g=c; gb.h=d; gb.b+=3; gb.e-=7; gb.c<<=1; gb.d|=a; ++gb.g; u64 r=gb.h--; gp.a=a; gp.b=b; gp.c=c; gp.d=d; gp.b^=c; gp.d>>=2; struct bits *p=&gb; p->f*=3; return gb.a+gb.b*3+gb.c*5+gb.d*7+gb.e*11+gb.f*13+gb.g*17+gb.h*19+r+gp.a+gp.b+gp.c*23+gp.d*29+gbi.e+gbi.h+gbi.c; }
u64 t_bcmp(u64 a,u64 b,u64 c,u64 d){ struct bits x={.b=a,.e=b,.g=c}; return (x.b<5)+(x.e<0)*2+(x.g-4<0)*4+(x.b-100<0)*8+(-x.e>3)*16+(~x.g<0)*32+(x.d-1>0)*64; }
u64 t_sw(u64 a,u64 b,u64 c,u64 d){ u64 r=0; for(u32 i=0;i<12;i++) switch(i+(a&3)){ case 0: r+=1; case 1: r*=3; break; case 2 ... 4: if(i&1) break; r^=7; continue; case 11: goto out; default: r+=i; while(r>1000) r-=999; } out: switch((s64)b){ case -9223372036854775807LL-1: r+=5; break; case -1: case 1: r+=6; } switch((u8)c){ case 0 ... 127: r+=9; break; case 128 ... 255: r+=10; } switch(d>>62){ case 0: case 1: r<<=1; break; case 3: r|=1; } return r; }
u64 t_strs(u64 a,u64 b,u64 c,u64 d){ static const char *names[]={"zero","one","two","three"}; const char *s=names[a&3]; u64 h=5381; for(int i=0;i<6&&s[i];i++) h=h*33+s[i]; char buf[]={"hello"}; buf[b%5]='X'; for(int i=0;i<5;i++) h=h*31+buf[i]; return h+sizeof(names)+sizeof"abc"; }
static u32 fib(u32 n){ u32 a=0,b=1; while(n--){ u32 t=a+b; a=b; b=t; } return a; }
u64 t_loop(u64 a,u64 b,u64 c,u64 d){ u64 r=fib(a&15); u32 i=b&31; do { r+=i*i; } while(i-- && r<100000); for(;;){ if(r%7==0) break; r++; } 
 #pragma unroll
 for(int j=0;j<4;j++) r+=j*c; 
 #pragma clang loop unroll(full)
 for(int j=0;j<3;j++) r^=d>>j; return r; }
static NI void swap2(u64*x,u64*y){u64 t=*x;*x=*y;*y=t;} static NI void fill(u8*p,u32 n,u8 v){ for(u32 i=0;i<n&&i<32;i++) p[i]=v+i; }
u64 t_ptr(u64 a,u64 b,u64 c,u64 d){ swap2(&a,&b); u8 buf[32]={}; fill(buf,c&31,d); u64 s=0; for(u8*p=buf;p<buf+32;p++) s=s*3+*p; u64 arr[4]={a,b,c,d}; u64*q=arr+3; s+=q-arr; s+=(char*)q-(char*)arr; s+=*--q; s+=q[-1]; u64 **pp=&q; s+=**pp; u32 *w=(u32*)arr; (void)w; int m[3][4]; for(int i=0;i<3;i++) for(int j=0;j<4;j++) m[i][j]=i*j+a; int (*row)[4]=m+1; return s+(*row)[2]+row[1][3]+*(*(m+2)+1)+(q>arr)+(&m[1]-&m[0]); }
u64 t_conv(u64 a,u64 b,u64 c,u64 d){ s8 x=a; u8 y=x; s16 z=y; u16 w=x; s32 i=w; u32 j=x; s64 k=j; u64 l=i; _Bool t=a; char ch=b; return x+y*3+z*5+w*7+i*11+j*13+k*17+l*19+t*23+ch+(u8)(s16)b+(s64)(s32)c+(u32)(s8)d+(s8)(u16)(a>>4)+(u64)(s64)(s8)b; }
u64 t_minmax(u64 a,u64 b,u64 c,u64 d){
#define min(x,y) ({ typeof(x) _x=(x); typeof(y) _y=(y); (void)(&_x==&_y); _x<_y?_x:_y; })
 s32 i=a,j=b; u32 k=c,l=d; return min(i,j)+min(k,l)*3+min(a,b)*5+({ __auto_type v=min(i,3); v<0?-v:v; }); }
u64 t_logic(u64 a,u64 b,u64 c,u64 d){ int n=0; u64 r=(a&&(n++,b))||(n+=2,c); r=r*4+n; r=r*4+(!(a&1)&&!(b&2)||(c>d)); r=r*2+((s64)a<0!=(s64)b<0); return r*2+(a?b?1:c?2:3:d?4:5); }
u64 t_div(u64 a,u64 b,u64 c,u64 d){ u32 x=a,y=b|1; s32 i=c,j=d|1; u64 r=x/y+x%y; r+=a/(b|1)+a%(b|1); if(j!=-1) r+=i/j+i%j; r+=x/10+x%1000+a/1000000007+a%3; s16 p=c,q=(d&0x7f)|1; r+=p/q+p%q; r+=(u8)a/(u8)(b|1); r+=i/16+i%16+(s64)c/4096+i/-8; return r; }
struct in { int a, b; }; struct in2 { struct in p[2]; int e; }; struct an { struct { int a, b; }; int c; union { int u; s64 v; }; int d; }; struct mix { int x[3]; char s[4]; int b:3, c:5; };
static u64 mixed(const int *p, u32 n) { u64 r=0; for(u32 i=0;i<n;i++) r=r*31+p[i]; return r; }
#define MIXED(v) mixed((const int *)&(v),sizeof(v)/4)
/* What follows a designator goes on behind the subobject that it names (C11 6.7.9p17). */
u64 tle_desig(u64 a,u64 b,u64 c,u64 d){ static struct in2 w={.p[0]=1,2,3,4,5}; static struct an p={.a=1,2,3,4,5}, q={.u=7,8,.b=4,5}; static int m[2][2][2]={[1][0]=1,2,3,[0][1][1]=9,10};
 static struct mix r[]={[1].x[1]=5,6,[1].s="abc",1,2,{{1,1,1},.s="zz",3}}; struct in2 v={.p[1]=a,b,c}; struct an s={.b=a,b,c,d}; int l[][2]={[0 ... 2]=a,b,[1]=c}; struct mix k={.x=a,b,.b=c,d};
 return MIXED(w)+mixed(&p.a,3)*3+p.u*4+p.d*2+mixed(&q.a,3)*5+q.u*6+q.d*8+MIXED(m)*7+mixed(r[1].x,3)*11+r[1].s[2]+r[1].b*12+r[1].c+r[2].s[1]*13+mixed(r[2].x,3)+r[2].b*9+sizeof(r)+MIXED(v)*13+mixed(&s.a,3)*17+s.u*7+s.d*18+MIXED(l)*19+mixed(k.x,3)*23+k.s[0]+k.b*29+k.c*31+sizeof(l); }
static NI u64 six(u64 a,u64 b,u64 c,u64 unused,u64 e,u64 f){ return a>7?b+c:a*e+b+f; }
u64 t_six(u64 a,u64 b,u64 c,u64 d){
#ifdef __OPTIMIZE__
 return six(a,b,c,5,d,a^b)+six(3,c,d,a,9,7);
#else
 return (a>7?b+c:a*d+b+(a^b))+(3*9+c+7);
#endif
}
static inline u64 again(u64 n,u64 a,u64 b,u64 c,u64 d,u64 e){ if(!n) return a+b*3+c*5+d*7+e*11; return again(n-1,b,c,d,e,a+n); }
u64 t_again(u64 a,u64 b,u64 c,u64 d){
#ifdef __OPTIMIZE__
 return again(a&7,b,c,d,a,1);
#else
 u64 n=a&7,e=1,x=b,y=c,z=d,w=a; while(n){ u64 o=x; x=y; y=z; z=w; w=e; e=o+n; n--; } return x+y*3+z*5+w*7+e*11;
#endif
}
struct far { char pad[40000]; u64 a; u32 b; char tail[100000]; u16 c; }; static struct far far_object; static char far_bytes[100000];
static NI u64 far_access(struct far *p,u64 a,u64 b){ p->a=a; p->b+=b; p->c++; __builtin_memcpy(far_bytes+32760,&p->pad[39990],30); __builtin_memset(far_bytes+65530,5,20); return p->a+p->b+p->c+far_bytes[65540]; }
u64 tle_far(u64 a,u64 b,u64 c,u64 d){ far_object.c=c; far_object.b=3; u64 r=far_access(&far_object,a,b); for(int i=0;i<12;i++) r=r*31+far_bytes[32768+i]; return r; }
struct rec { u64 a[12]; }; static NI struct rec make(u64 n){ struct rec r={{n,n+1}}; r.a[n%12]+=5; return r; }
u64 t_temps(u64 a,u64 b,u64 c,u64 d){ u64 r=0; struct rec x=make(a); r+=x.a[b%12]; { struct rec y=make(b); r=r*3+y.a[1]; } make(c); r+=make(c).a[1]; x=make(d); r+=make(make(a).a[0]).a[a%12]; struct rec z=a&1?make(b):x; if(make(c).a[0]>5) r+=make(d).a[1]; return r+x.a[d%12]*7+z.a[1]; }

// t_byval 2baa5393
// t_ret 6d22c646
// tle_un 261298e0
// t_cond 41d50162
// t_gbits f3c537f9
// t_bcmp f04daca5
// t_sw b4c8dc33
// t_strs da2af043
// t_loop daab10de
// t_ptr 8ff2095b
// t_conv d220537d
// t_minmax a9e25dce
// t_logic fe41014d
// t_div 79fe72f5
// tle_desig 7f25fad5
// t_six 75e8f69b
// t_again e468e252
// tle_far e34c91d8
// t_temps 42d3b460
