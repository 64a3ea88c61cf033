/* SPDX-License-Identifier: MIT */
/* The macros of <bpf/bpf_helpers.h>: names and meaning are libbpf's, so that programs written for it compile; the text is ebpfcc's. */
#ifndef __BPF_HELPERS__
#define __BPF_HELPERS__

#include "bpf_helper_defs.h"

/* Where a definition goes. On an extern declaration `used` means nothing, so compilers are told to keep quiet about it. */
#define SEC(name) \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wignored-attributes\"") \
	__attribute__((section(name), used)) \
	_Pragma("GCC diagnostic pop")

/* Attributes of a map in section .maps: numbers and types are told by the types of members that are never stored. */
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
#define __ulong(name, val) enum { ___bpf_concat(__unique_value, __COUNTER__) = val } name

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif

#undef __hidden
#define __hidden __attribute__((visibility("hidden")))
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))

#ifndef NULL
#define NULL ((void *)0)
#endif
#ifndef KERNEL_VERSION
#define KERNEL_VERSION(major, minor, patch) (((major) << 16) + ((minor) << 8) + ((patch) > 255 ? 255 : (patch)))
#endif

/* By way of a member access, which CO-RE relocates; __builtin_offsetof would be a plain number. */
#undef offsetof
#define offsetof(type, member) ((unsigned long)&((type *)0)->member)
#undef container_of
#define container_of(ptr, type, member) ((type *)((void *)(ptr) - offsetof(type, member)))

#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(var) asm volatile("" : "+r"(var))
#endif
#ifndef __bpf_unreachable
#define __bpf_unreachable() __builtin_trap()
#endif

enum libbpf_pin_type {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};

enum libbpf_tristate {
	TRI_NO = 0,
	TRI_YES = 1,
	TRI_MODULE = 2,
};

/* Whether the kernel has the weak symbol. */
#define bpf_ksym_exists(sym) \
	({ \
		_Static_assert(!__builtin_constant_p(!!(sym)), #sym " should be marked as __weak"); \
		!!(sym); \
	})

#ifdef __bpf__
/* A tail call whose index is an immediate of the instruction itself, which JITs turn into a direct jump. */
static __always_inline void bpf_tail_call_static(void *ctx, const void *map, const __u32 slot)
{
	if (!__builtin_constant_p(slot))
		__bpf_unreachable();
	asm volatile("r1 = %[context]\n\tr2 = %[table]\n\tr3 = %[index]\n\tcall %[helper]"
		     :
		     : [context] "r"(ctx), [table] "r"(map), [index] "i"(slot), [helper] "i"(12)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
}
#endif

/* Counting the arguments of a macro, at most 12. */
#ifndef ___bpf_concat
#define ___bpf_concat(a, b) a##b
#endif
#ifndef ___bpf_apply
#define ___bpf_apply(fn, n) ___bpf_concat(fn, n)
#endif
#ifndef ___bpf_nth
#define ___bpf_nth(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, N, ...) N
#endif
#ifndef ___bpf_narg
#define ___bpf_narg(...) ___bpf_nth(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#endif

/* Elements 0, 1, ... of an array set to the arguments, as programs with a printing macro of their own use it. */
#define ___bpf_fill_0(arr, at, none...)
#define ___bpf_fill_1(arr, at, x) arr[at] = x
#define ___bpf_fill_2(arr, at, x, rest...) arr[at] = x; ___bpf_fill_1(arr, at + 1, rest)
#define ___bpf_fill_3(arr, at, x, rest...) arr[at] = x; ___bpf_fill_2(arr, at + 1, rest)
#define ___bpf_fill_4(arr, at, x, rest...) arr[at] = x; ___bpf_fill_3(arr, at + 1, rest)
#define ___bpf_fill_5(arr, at, x, rest...) arr[at] = x; ___bpf_fill_4(arr, at + 1, rest)
#define ___bpf_fill_6(arr, at, x, rest...) arr[at] = x; ___bpf_fill_5(arr, at + 1, rest)
#define ___bpf_fill_7(arr, at, x, rest...) arr[at] = x; ___bpf_fill_6(arr, at + 1, rest)
#define ___bpf_fill_8(arr, at, x, rest...) arr[at] = x; ___bpf_fill_7(arr, at + 1, rest)
#define ___bpf_fill_9(arr, at, x, rest...) arr[at] = x; ___bpf_fill_8(arr, at + 1, rest)
#define ___bpf_fill_10(arr, at, x, rest...) arr[at] = x; ___bpf_fill_9(arr, at + 1, rest)
#define ___bpf_fill_11(arr, at, x, rest...) arr[at] = x; ___bpf_fill_10(arr, at + 1, rest)
#define ___bpf_fill_12(arr, at, x, rest...) arr[at] = x; ___bpf_fill_11(arr, at + 1, rest)
#define ___bpf_fill(arr, args...) ___bpf_apply(___bpf_fill_, ___bpf_narg(args))(arr, 0, ##args)

/* A format held in read-only data and its arguments as an array of 64 bits each, declared as ___fmt and ___param. */
#define ___bpf_format(fmt, args...) \
	static const char ___fmt[] = fmt; \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
	unsigned long long ___param[___bpf_narg(args)] = { args }; \
	_Pragma("GCC diagnostic pop")

#define BPF_SEQ_PRINTF(seq, fmt, args...) \
	({ \
		___bpf_format(fmt, ##args) \
		bpf_seq_printf(seq, ___fmt, sizeof(___fmt), ___param, sizeof(___param)); \
	})

#define BPF_SNPRINTF(out, out_size, fmt, args...) \
	({ \
		___bpf_format(fmt, ##args) \
		bpf_snprintf(out, out_size, ___fmt, ___param, sizeof(___param)); \
	})

#ifdef BPF_NO_GLOBAL_DATA
#define BPF_PRINTK_FMT_MOD
#else
#define BPF_PRINTK_FMT_MOD static const
#endif

#define __bpf_printk(fmt, args...) \
	({ \
		BPF_PRINTK_FMT_MOD char ____fmt[] = fmt; \
		bpf_trace_printk(____fmt, sizeof(____fmt), ##args); \
	})

#define __bpf_vprintk(fmt, args...) \
	({ \
		___bpf_format(fmt, ##args) \
		bpf_trace_vprintk(___fmt, sizeof(___fmt), ___param, sizeof(___param)); \
	})

/* A helper call holds three arguments beside the format; more of them go through an array. */
#define ___bpf_printk_by(...) \
	___bpf_nth(_, ##__VA_ARGS__, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, \
		   __bpf_vprintk, __bpf_vprintk, __bpf_vprintk, __bpf_printk, __bpf_printk, __bpf_printk, __bpf_printk)
#define bpf_printk(fmt, args...) ___bpf_printk_by(args)(fmt, ##args)

struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/* The head of a loop's for(): iterator ___it, set up once and destroyed however the loop is left. `destroy` is named once more in an
 * expression because clang gives no type information to a function that only the cleanup attribute names. */
#define ___bpf_iter_init(kind, args...) \
	struct bpf_iter_##kind ___it __attribute__((aligned(8), cleanup(bpf_iter_##kind##_destroy))), \
		*___once __attribute__((unused)) = (bpf_iter_##kind##_new(&___it, ##args), (void)bpf_iter_##kind##_destroy, (void *)0)

#ifndef bpf_for_each
#define bpf_for_each(type, cur, args...) for (___bpf_iter_init(type, ##args); ((cur) = bpf_iter_##type##_next(&___it));)
#endif

/* i in [start, end), which the verifier learns from the comparison. */
#ifndef bpf_for
#define bpf_for(i, start, end) \
	for (___bpf_iter_init(num, (start), (end)); ({ \
		     int *___now = bpf_iter_num_next(&___it); \
		     (___now && ((i) = *___now, (i) >= (start) && (i) < (end))); \
	     });)
#endif

#ifndef bpf_repeat
#define bpf_repeat(N) for (___bpf_iter_init(num, 0, (N)); bpf_iter_num_next(&___it);)
#endif

#endif
