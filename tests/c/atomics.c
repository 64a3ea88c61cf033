/* Atomic builtins and _Atomic objects; what gives a result needs -mcpu=v3. */
u64 t_inc(u64 a,u64 b,u64 c,u64 d){ _Atomic int x=a; int r=x++; r+=++x*3; r-=x--; r+= --x*5; x+=b; x-=c; x|=d; x&=~7; x^=3; return r+x; }
u64 t_ptr(u64 a,u64 b,u64 c,u64 d){ int arr[8]={1,2,3,4,5,6,7,8}; int *_Atomic p=arr; p++; p++; ++p; u64 r=*p; r=r*10+*p--; --p; r=r*10+*p; return r; }
u64 t_muldiv(u64 a,u64 b,u64 c,u64 d){ _Atomic u32 x=a; x*=3; x/=7; x<<=2; x>>=1; x%=1000; u32 y=(x*=5); _Atomic s64 z=b; z/=3; z%=1001; return x+y+z; }
u64 t_bool(u64 a,u64 b,u64 c,u64 d){ u64 x=a; u64 e=a; u64 r=__atomic_compare_exchange_n(&x,&e,b,0,5,5); e=c; r=r*2+__atomic_compare_exchange_n(&x,&e,d,0,5,5); r+=e*3+x; u64 t=d; __atomic_compare_exchange(&x,&e,&t,0,5,0); return r+x; }
u64 t_sync(u64 a,u64 b,u64 c,u64 d){ u64 x=a; u32 y=b; u64 r=__sync_fetch_and_add(&x,b); r=r*3+__sync_sub_and_fetch(&x,c); r=r*3+__sync_fetch_and_or(&y,c); r=r*3+__sync_and_and_fetch(&y,d); r=r*3+__sync_xor_and_fetch(&x,d); r=r*3+__sync_val_compare_and_swap(&x,x,d); r=r*3+__sync_bool_compare_and_swap(&y,5,d); r=r*3+__sync_lock_test_and_set(&y,9); __sync_lock_release(&y); r+=y; __sync_synchronize(); return r+x; }
u64 t_atom(u64 a,u64 b,u64 c,u64 d){ u64 x=a; u32 y=b; u64 r=__atomic_fetch_add(&x,b,0); r=r*3+__atomic_sub_fetch(&x,c,5); r=r*3+__atomic_fetch_or(&y,c,2); r=r*3+__atomic_and_fetch(&y,d,3); r=r*3+__atomic_xor_fetch(&x,d,4); r=r*3+__atomic_exchange_n(&x,d,5); r=r*3+__atomic_load_n(&y,2); __atomic_store_n(&y,7,3); u64 z; __atomic_load(&x,&z,5); __atomic_store(&x,&r,5); u64 q=3,o; __atomic_exchange(&x,&q,&o,5); return r+x+y+z+o; }
u64 t_nand(u64 a,u64 b,u64 c,u64 d){ u64 x=a; u32 y=b; u64 r=__sync_fetch_and_nand(&x,b); r=r*3+__atomic_fetch_nand(&y,c,5)+__sync_nand_and_fetch(&x,d)*5+__atomic_nand_fetch(&y,a,0); return r+x+y; }
u64 t_c11(u64 a,u64 b,u64 c,u64 d){ _Atomic(u64) x; __c11_atomic_init(&x,a); u64 r=__c11_atomic_fetch_add(&x,b,5); r=r*3+__c11_atomic_load(&x,5); __c11_atomic_store(&x,c,5); r=r*3+__c11_atomic_exchange(&x,d,5); u64 e=d; r=r*3+__c11_atomic_compare_exchange_strong(&x,&e,1,5,5); r+=__c11_atomic_fetch_xor(&x,a,5); __c11_atomic_thread_fence(5); __c11_atomic_signal_fence(5); return r+x+__c11_atomic_is_lock_free(8); }
struct s { _Atomic u32 a; _Atomic u64 b; u8 n; }; static struct s gs; static _Atomic long gl=5;
u64 t_mem(u64 a,u64 b,u64 c,u64 d){ gs.a=a; gs.b=b; gs.a++; gs.b+=2; gl=c; gl-=3; struct s *p=&gs; p->a|=8; p->b--; return p->a+p->b*3+gl; }
u64 t_small(u64 a,u64 b,u64 c,u64 d){ u8 x=a; u16 y=b; __atomic_store_n(&x,b,0); return __atomic_load_n(&x,0)+__atomic_load_n(&y,0)*3; }
u64 t_cast(u64 a,u64 b,u64 c,u64 d){ s32 x=a; s64 r=__sync_fetch_and_add(&x,(s8)b); r+=x; r+=__sync_val_compare_and_swap(&x,x,-1); u32 u=c; r+=__sync_fetch_and_sub(&u,(s64)d); return r+u; }

// t_inc faf7a1bd
// t_ptr 27ff5330
// t_muldiv a7dfd7bc
// t_bool e85a34be
// t_sync ff7e3c34
// t_atom ed69bedc
// t_nand d7ea541c
// t_c11 e2fcc4bd
// t_mem 49786621
// t_small 5e0d3648
// t_cast c93db478
