/* SPDX-License-Identifier: MIT */
/* Reading the kernel's structures at offsets that the loader corrects (CO-RE). Names and meaning are libbpf's; the text is ebpfcc's. */
#ifndef __BPF_CORE_READ_H__
#define __BPF_CORE_READ_H__

#include "bpf_helpers.h"

/* What the builtins ask; the numbers are those of enum bpf_core_relo_kind, by group. */
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};

enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};

enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};

enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};

#define ___bpf_null(type) ((typeof(type) *)0)

/* A field: an access (p->a.b), or a type and a path of members. */
#define ___bpf_field_1(access) access
#define ___bpf_field_2(type, path) ___bpf_null(type)->path
#define ___bpf_field(args...) ___bpf_apply(___bpf_field_, ___bpf_narg(args))(args)

#define bpf_core_field_exists(field...) __builtin_preserve_field_info(___bpf_field(field), BPF_FIELD_EXISTS)
#define bpf_core_field_size(field...) __builtin_preserve_field_info(___bpf_field(field), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field...) __builtin_preserve_field_info(___bpf_field(field), BPF_FIELD_BYTE_OFFSET)

#define bpf_core_type_id_local(type) __builtin_btf_type_id(*___bpf_null(type), BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(*___bpf_null(type), BPF_TYPE_ID_TARGET)
#define bpf_core_type_exists(type) __builtin_preserve_type_info(*___bpf_null(type), BPF_TYPE_EXISTS)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(*___bpf_null(type), BPF_TYPE_MATCHES)
#define bpf_core_type_size(type) __builtin_preserve_type_info(*___bpf_null(type), BPF_TYPE_SIZE)
#define bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_VALUE)

/* Reading what `src`, an address within a structure, points to. */
#define ___bpf_relocated(src) ((const void *)__builtin_preserve_access_index(src))
#define bpf_core_read(dst, size, src) bpf_probe_read_kernel(dst, size, ___bpf_relocated(src))
#define bpf_core_read_user(dst, size, src) bpf_probe_read_user(dst, size, ___bpf_relocated(src))
#define bpf_core_read_str(dst, size, src) bpf_probe_read_kernel_str(dst, size, ___bpf_relocated(src))
#define bpf_core_read_user_str(dst, size, src) bpf_probe_read_user_str(dst, size, ___bpf_relocated(src))

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __weak __ksym;
#define bpf_core_cast(ptr, type) ((typeof(type) *)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))

/* A bit-field lies somewhere in BYTE_SIZE bytes at BYTE_OFFSET; shifted left it stands at the top of 64 bits, then right at the bottom. */
#define ___bpf_info(s, field, what) __builtin_preserve_field_info((s)->field, BPF_FIELD_##what)
#define ___bpf_bits(s, field, word) \
	({ \
		unsigned long long ___top = (word) << ___bpf_info(s, field, LSHIFT_U64); \
		unsigned int ___down = ___bpf_info(s, field, RSHIFT_U64); \
		___bpf_info(s, field, SIGNED) ? (unsigned long long)((long long)___top >> ___down) : ___top >> ___down; \
	})

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ___bpf_low_bytes(word, size) ((void *)&(word))
#else
#define ___bpf_low_bytes(word, size) ((void *)&(word) + (8 - (size)))
#endif

#define BPF_CORE_READ_BITFIELD_PROBED(s, field) \
	({ \
		unsigned long long ___word = 0; \
		bpf_probe_read_kernel(___bpf_low_bytes(___word, ___bpf_info(s, field, BYTE_SIZE)), ___bpf_info(s, field, BYTE_SIZE), \
				      (const void *)(s) + ___bpf_info(s, field, BYTE_OFFSET)); \
		___bpf_bits(s, field, ___word); \
	})

/* The address is hidden from the compiler, else it would relocate it anew in each of the four loads. */
#define BPF_CORE_READ_BITFIELD(s, field) \
	({ \
		const void *___at = (const void *)(s) + ___bpf_info(s, field, BYTE_OFFSET); \
		unsigned long long ___word = 0; \
		barrier_var(___at); \
		switch (___bpf_info(s, field, BYTE_SIZE)) { \
		case 1: \
			___word = *(const unsigned char *)___at; \
			break; \
		case 2: \
			___word = *(const unsigned short *)___at; \
			break; \
		case 4: \
			___word = *(const unsigned int *)___at; \
			break; \
		case 8: \
			___word = *(const unsigned long long *)___at; \
			break; \
		} \
		___bpf_bits(s, field, ___word); \
	})

#define ___bpf_set_bits(type) (*(type *)___at = (type)((*(type *)___at & ~___mask) | ___bits))
#define BPF_CORE_WRITE_BITFIELD(s, field, new_val) \
	({ \
		void *___at = (void *)(s) + ___bpf_info(s, field, BYTE_OFFSET); \
		unsigned int ___left = ___bpf_info(s, field, LSHIFT_U64), ___right = ___bpf_info(s, field, RSHIFT_U64); \
		unsigned long long ___mask = (~0ULL << ___right) >> ___left; \
		unsigned long long ___bits = ((unsigned long long)(new_val) << (___right - ___left)) & ___mask; \
		barrier_var(___at); \
		switch (___bpf_info(s, field, BYTE_SIZE)) { \
		case 1: \
			___bpf_set_bits(unsigned char); \
			break; \
		case 2: \
			___bpf_set_bits(unsigned short); \
			break; \
		case 4: \
			___bpf_set_bits(unsigned int); \
			break; \
		case 8: \
			___bpf_set_bits(unsigned long long); \
			break; \
		} \
	})

/* Following pointers: (src, a, b, c) reads src->a, then ->b of that, then ->c. ___bpf_get_N gives the value at the end of N steps;
 * ___bpf_into_N puts it where dst points, by `last` in place of `read`. */
#if __has_extension(c_typeof_unqual) || defined(__EBPFCC__) || (defined(__clang__) && __clang_major__ >= 19)
#define ___bpf_unqual(expression) __typeof_unqual__(expression)
#else
#define ___bpf_unqual(expression) typeof(expression)
#endif
#define ___bpf_step(read, name, p, a) \
	___bpf_unqual((p)->a) name; \
	read((void *)&name, sizeof(name), &(p)->a)

#define ___bpf_get_1(read, p, a) ({ ___bpf_step(read, ___v1, p, a); ___v1; })
#define ___bpf_get_2(read, p, a, rest...) ({ ___bpf_step(read, ___v2, p, a); ___bpf_get_1(read, ___v2, rest); })
#define ___bpf_get_3(read, p, a, rest...) ({ ___bpf_step(read, ___v3, p, a); ___bpf_get_2(read, ___v3, rest); })
#define ___bpf_get_4(read, p, a, rest...) ({ ___bpf_step(read, ___v4, p, a); ___bpf_get_3(read, ___v4, rest); })
#define ___bpf_get_5(read, p, a, rest...) ({ ___bpf_step(read, ___v5, p, a); ___bpf_get_4(read, ___v5, rest); })
#define ___bpf_get_6(read, p, a, rest...) ({ ___bpf_step(read, ___v6, p, a); ___bpf_get_5(read, ___v6, rest); })
#define ___bpf_get_7(read, p, a, rest...) ({ ___bpf_step(read, ___v7, p, a); ___bpf_get_6(read, ___v7, rest); })
#define ___bpf_get_8(read, p, a, rest...) ({ ___bpf_step(read, ___v8, p, a); ___bpf_get_7(read, ___v8, rest); })
#define ___bpf_get_9(read, p, a, rest...) ({ ___bpf_step(read, ___v9, p, a); ___bpf_get_8(read, ___v9, rest); })
#define ___bpf_get_10(read, p, a, rest...) ({ ___bpf_step(read, ___v10, p, a); ___bpf_get_9(read, ___v10, rest); })
#define ___bpf_get(read, src, path...) ___bpf_apply(___bpf_get_, ___bpf_narg(path))(read, src, path)

#define ___bpf_into_1(read, last, dst, p, a) last((void *)(dst), sizeof(*(dst)), &(p)->a)
#define ___bpf_into_2(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v2, p, a); ___bpf_into_1(read, last, dst, ___v2, rest); })
#define ___bpf_into_3(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v3, p, a); ___bpf_into_2(read, last, dst, ___v3, rest); })
#define ___bpf_into_4(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v4, p, a); ___bpf_into_3(read, last, dst, ___v4, rest); })
#define ___bpf_into_5(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v5, p, a); ___bpf_into_4(read, last, dst, ___v5, rest); })
#define ___bpf_into_6(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v6, p, a); ___bpf_into_5(read, last, dst, ___v6, rest); })
#define ___bpf_into_7(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v7, p, a); ___bpf_into_6(read, last, dst, ___v7, rest); })
#define ___bpf_into_8(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v8, p, a); ___bpf_into_7(read, last, dst, ___v8, rest); })
#define ___bpf_into_9(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v9, p, a); ___bpf_into_8(read, last, dst, ___v9, rest); })
#define ___bpf_into_10(read, last, dst, p, a, rest...) ({ ___bpf_step(read, ___v10, p, a); ___bpf_into_9(read, last, dst, ___v10, rest); })
#define ___bpf_into(read, last, dst, src, path...) ({ ___bpf_apply(___bpf_into_, ___bpf_narg(path))(read, last, dst, src, path); })

#define BPF_CORE_READ(src, a, ...) ___bpf_get(bpf_core_read, src, a, ##__VA_ARGS__)
#define BPF_CORE_READ_USER(src, a, ...) ___bpf_get(bpf_core_read_user, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ(src, a, ...) ___bpf_get(bpf_probe_read_kernel, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ_USER(src, a, ...) ___bpf_get(bpf_probe_read_user, src, a, ##__VA_ARGS__)

#define BPF_CORE_READ_INTO(dst, src, a, ...) ___bpf_into(bpf_core_read, bpf_core_read, dst, src, a, ##__VA_ARGS__)
#define BPF_CORE_READ_USER_INTO(dst, src, a, ...) ___bpf_into(bpf_core_read_user, bpf_core_read_user, dst, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ_INTO(dst, src, a, ...) ___bpf_into(bpf_probe_read_kernel, bpf_probe_read_kernel, dst, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ_USER_INTO(dst, src, a, ...) ___bpf_into(bpf_probe_read_user, bpf_probe_read_user, dst, src, a, ##__VA_ARGS__)
#define BPF_CORE_READ_STR_INTO(dst, src, a, ...) ___bpf_into(bpf_core_read, bpf_core_read_str, dst, src, a, ##__VA_ARGS__)
#define BPF_CORE_READ_USER_STR_INTO(dst, src, a, ...) ___bpf_into(bpf_core_read_user, bpf_core_read_user_str, dst, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ_STR_INTO(dst, src, a, ...) ___bpf_into(bpf_probe_read_kernel, bpf_probe_read_kernel_str, dst, src, a, ##__VA_ARGS__)
#define BPF_PROBE_READ_USER_STR_INTO(dst, src, a, ...) ___bpf_into(bpf_probe_read_user, bpf_probe_read_user_str, dst, src, a, ##__VA_ARGS__)

#endif
