/* Builtins whose type is their arguments'. */
#if __clang_major__ >= 19
u64 t_align2(u64 a,u64 b,u64 c,u64 d){ char *p=(char*)a; u32 n=b; u8 m=c; return __builtin_align_up(a,16)+__builtin_align_down(b,64)*3+__builtin_is_aligned(c,4)*5+(u64)__builtin_align_up(p,8)*7+(u64)__builtin_align_down(p,32)*11+__builtin_align_up(n,8)*13ull+__builtin_align_down(m,4)*17; }
u64 t_counts(u64 a,u64 b,u64 c,u64 d){ u8 x=a; u16 y=b; u32 z=c; u64 r=__builtin_clzg(x,50)+__builtin_ctzg(x,51)*3+__builtin_clzg(y,52)*5+__builtin_ctzg(y,53)*7+__builtin_clzg(z,54)*11+__builtin_ctzg(z,55)*13+__builtin_clzg(d,56)*17+__builtin_ctzg(d,57)*19+__builtin_popcountg(x)*23+__builtin_popcountg(y)*29+__builtin_popcountg(d)*31; if(y) r+=__builtin_clzs(y)*37+__builtin_ctzs(y)*41; return r; }
u64 t_carry(u64 a,u64 b,u64 c,u64 d){ unsigned o1,o2; unsigned long long o3,o4; u8 o5; unsigned short o6; u64 r=__builtin_addc((u32)a,(u32)b,(u32)c&1,&o1)+__builtin_subc((u32)a,(u32)b,(u32)d&1,&o2)*3ull+__builtin_addcll(a,b,c&1,&o3)*5+__builtin_subcll(c,d,a&1,&o4)*7+__builtin_addcb(a,b,c&1,&o5)*11+__builtin_subcs(a,b,c&1,&o6)*13; return r*64+o1+o2*2+o3*4+o4*8+o5*16+o6*32; }
u64 t_floats(u64 a,u64 b,u64 c,u64 d){ union { double d; u64 u; } x={__builtin_inf()},y={__builtin_huge_val()},z; z.u=a; z.d=__builtin_fabs(z.d); return x.u+y.u*3+z.u*5+(__builtin_inff()>1e30f)+(__builtin_nan("")==__builtin_nan(""))*2; }
#endif

// t_align2 6a55a35e
// t_counts a5b79bdb
// t_carry 43fd23a7
// t_floats c7a924f7
