/* Floating point that the compiler can compute: constants, initialisers, copies of bits, signs. */
#define NS 1e9
static const double rate = 1.5; float weights[3] = { 0.5f, -2, 1.0/3 }; double wide[] = { 1e300*1e10, 0x1.8p3, -0.0 }; static struct { u32 n; float f; double d; } mixed = { 7, 2.25, 3e-3 };
const u64 period = 0.25*NS; static const int table[] = { (int)(1.9), (int)-1.9, (u8)200.7, 3 > 2.5, !0.0 }; _Static_assert((int)(2.5*4)==10,"");
u64 bits_of(double x){ union { double d; u64 u; } v; v.d=x; return v.u; }
u64 t_init(u64 a,u64 b,u64 c,u64 d){ u64 r=period; u32 *w=(u32*)weights; for(int i=0;i<3;i++) r=r*31+w[i]; u64 *v=(u64*)wide; for(int i=0;i<3;i++) r=r*31+v[i]; for(int i=0;i<5;i++) r=r*31+table[i]; return r+mixed.n+*(u32*)&mixed.f*3+*(u64*)&mixed.d*5; }
u64 t_fold(u64 a,u64 b,u64 c,u64 d){ double x=2.5; const float k=0.1f; x*=4; x+=1; u64 r=x; long double l=x/2; return r+(u64)(NS*rate*0+NS*1.5)+(s64)-l+(u64)(1.0/3*1e6)+(k<0.1)*16+(k==0.1f)*32+(x>=11.0)*64+(1e10f>1e9)*128+(u64)(x?3.7:1)+sizeof(k*1)+sizeof(k*1.0)*100; }
u64 t_bits(u64 a,u64 b,u64 c,u64 d){ double x,y; float f,g; *(u64*)&x=a; y=-x; *(u32*)&f=b; g=-f; f=+g; struct { float f; double d; } s={g,y},t=s; return bits_of(y)+*(u32*)&f*3+*(u64*)&t.d*7+*(u32*)&t.f*11+!x*13+(x?1:0)*17+(x&&f)*19+(_Bool)y*23; }
static double pass(double x,int n){ return n?x:1.5; } static NI float keep(float *p){ return *p; }
u64 t_call2(u64 a,u64 b,u64 c,u64 d){ double x; *(u64*)&x=b; float f; *(u32*)&f=c; float g=keep(&f); return bits_of(pass(x,a&1))+*(u32*)&g; }
u64 t_mixed(u64 a,u64 b,u64 c,u64 d){ u64 n=10; double s=n; s-=0.5; int i=s; i+=1.7; u8 q=3; q*=2.6; enum { E=5 } e=(int)5.9; return i+q*100+e*1000+(u64)(s*E); }

// t_init 2a210dbc
// t_fold b516f023
// t_bits fc3fca7d
// t_call2 2391ac74
// t_mixed b494ba80
