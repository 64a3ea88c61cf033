/* Builtins on bits, of the source position, of object sizes. */
u64 t_rot(u64 a,u64 b,u64 c,u64 d){ u32 x=a; return __builtin_rotateleft32(x,b)+__builtin_rotateright64(a,c)*3+__builtin_rotateleft8(a,3)+__builtin_rotateright16(a,5)+__builtin_rotateright8(a,d)+__builtin_rotateleft16(b,c)+__builtin_rotateleft64(b,a)+__builtin_rotateright32(c,d); }
u64 t_rev(u64 a,u64 b,u64 c,u64 d){ return __builtin_bitreverse32(a)*7ULL+__builtin_bitreverse64(b)+__builtin_bitreverse8(c)*3+__builtin_bitreverse16(d)*5+__builtin_bitreverse32(0x1234)+__builtin_bitreverse8(0x13); }
u64 t_clrsb(u64 a,u64 b,u64 c,u64 d){ return __builtin_clrsb(a)+__builtin_clrsbl(b)*3+__builtin_clrsbll(c)*5+__builtin_clrsb(-1)*7+__builtin_clrsbll(0); }
u64 t_abs(u64 a,u64 b,u64 c,u64 d){ return __builtin_abs(a)+__builtin_llabs(b|1)+__builtin_labs(c|1); }
u64 t_src(u64 a,u64 b,u64 c,u64 d){ return (__builtin_LINE()==__LINE__)+__builtin_COLUMN()*3+__builtin_FUNCTION()[2]+(__builtin_FILE()[0]!=0); }
u64 t_pre(u64 a,u64 b,u64 c,u64 d){ u8 x[8]; __builtin_memset_inline(x,a,8); __builtin_prefetch(x,0,1); __builtin_prefetch(x); return x[3]; }
struct so { int a; char b[6]; struct { short q[4]; int z; } in; };
u64 t_osz(u64 a,u64 b,u64 c,u64 d){ char x[10]; struct so s; u64 r=0;
#define O(e) r=r*37+__builtin_object_size(e,0)+__builtin_object_size(e,1)*3+__builtin_object_size(e,2)*5+__builtin_object_size(e,3)*7;
O(x) O(x+3) O(&s.b[1]) O(s.b) O(&s.in) O(s.in.q) O(&s.in.q[2]) O(&s.in.z) O(&s) O(s.b+2) O((char*)&s.b) O((char*)a) O("abc") return r; }

// t_rot 40493dd4
// t_rev b011632e
// t_clrsb 59fcf349
// t_abs c60f8cf2
// t_src 29800683
// t_pre 1397c298
// t_osz cbc1102c
