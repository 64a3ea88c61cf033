/* SPDX-License-Identifier: MIT */
/* USDT probes (user-space statically defined tracing), as libbpf fills in where their arguments are: its user space writes the two maps. */
#ifndef __EBPFCC_BPF_USDT_BPF_H
#define __EBPFCC_BPF_USDT_BPF_H

#ifndef __VMLINUX_H__
#include <linux/bpf.h>
#include <linux/ptrace.h>
#endif
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>


#ifndef BPF_USDT_MAX_SPEC_CNT
#define BPF_USDT_MAX_SPEC_CNT 256
#endif
#ifndef BPF_USDT_MAX_IP_CNT
#define BPF_USDT_MAX_IP_CNT (4 * BPF_USDT_MAX_SPEC_CNT)
#endif
#define BPF_USDT_MAX_ARG_CNT 12

enum __bpf_usdt_arg_type {
	BPF_USDT_ARG_CONST,
	BPF_USDT_ARG_REG,
	BPF_USDT_ARG_REG_DEREF,
};

/* A constant; or a register at reg_off of pt_regs; or what is val_off behind the address in it. The value is at the top of 64 bits after
 * a shift by arg_bitshift. */
struct __bpf_usdt_arg_spec {
	__u64 val_off;
	enum __bpf_usdt_arg_type arg_type;
	short reg_off;
	_Bool arg_signed;
	char arg_bitshift;
};

struct __bpf_usdt_spec {
	struct __bpf_usdt_arg_spec args[BPF_USDT_MAX_ARG_CNT];
	__u64 usdt_cookie;
	short arg_cnt;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BPF_USDT_MAX_SPEC_CNT);
	__type(key, int);
	__type(value, struct __bpf_usdt_spec);
} __bpf_usdt_specs SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_USDT_MAX_IP_CNT);
	__type(key, long);
	__type(value, __u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps") __weak;

extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;

/* A kernel without cookies of attachments (before 5.15) knows the probe by its address, which is asked for where __TARGET_ARCH_... tells how. */
static __always_inline struct __bpf_usdt_spec *__bpf_usdt_spec_of(struct pt_regs *ctx)
{
	int number;

	if (LINUX_HAS_BPF_COOKIE) {
		number = bpf_get_attach_cookie(ctx);
	} else {
		long ip = 0;
		int *found;

#ifdef bpf_target_defined
		ip = PT_REGS_IP(ctx);
#endif
		found = bpf_map_lookup_elem(&__bpf_usdt_ip_to_spec_id, &ip);
		if (!found)
			return 0;
		number = *found;
	}
	return bpf_map_lookup_elem(&__bpf_usdt_specs, &number);
}

/* How many arguments the probe has; negative if it is not known. */
__weak __hidden int bpf_usdt_arg_cnt(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = __bpf_usdt_spec_of(ctx);

	return spec ? spec->arg_cnt : -3; /* ESRCH */
}

/* The number that user space gave with the probe. */
__weak __hidden long bpf_usdt_cookie(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = __bpf_usdt_spec_of(ctx);

	return spec ? spec->usdt_cookie : 0;
}

/* An argument, 0 and an error if there is none. */
__weak __hidden int bpf_usdt_arg(struct pt_regs *ctx, __u64 number, long *result)
{
	struct __bpf_usdt_spec *spec;
	struct __bpf_usdt_arg_spec *arg;
	unsigned long value;
	int error;

	*result = 0;
	spec = __bpf_usdt_spec_of(ctx);
	if (!spec)
		return -3; /* ESRCH */
	if (number >= BPF_USDT_MAX_ARG_CNT)
		return -2; /* ENOENT */
	barrier_var(number);
	if (number >= (__u64)spec->arg_cnt)
		return -2;
	arg = &spec->args[number];
	switch (arg->arg_type) {
	case BPF_USDT_ARG_CONST:
		value = arg->val_off;
		break;
	case BPF_USDT_ARG_REG:
		error = bpf_probe_read_kernel(&value, sizeof(value), (void *)ctx + arg->reg_off);
		if (error)
			return error;
		break;
	case BPF_USDT_ARG_REG_DEREF:
		error = bpf_probe_read_kernel(&value, sizeof(value), (void *)ctx + arg->reg_off);
		if (error)
			return error;
		error = bpf_probe_read_user(&value, sizeof(value), (void *)value + arg->val_off);
		if (error)
			return error;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		value >>= arg->arg_bitshift;
#endif
		break;
	default:
		return -22; /* EINVAL */
	}
	value <<= arg->arg_bitshift;
	if (arg->arg_signed)
		value = (long)value >> arg->arg_bitshift;
	else
		value >>= arg->arg_bitshift;
	*result = value;
	return 0;
}

#define ___bpf_usdt_at(number) , ({ long ___value; bpf_usdt_arg(ctx, number, &___value); (unsigned long long)___value; })
#define ___bpf_usdt_0()
#define ___bpf_usdt_1() ___bpf_usdt_at(0)
#define ___bpf_usdt_2() ___bpf_usdt_1() ___bpf_usdt_at(1)
#define ___bpf_usdt_3() ___bpf_usdt_2() ___bpf_usdt_at(2)
#define ___bpf_usdt_4() ___bpf_usdt_3() ___bpf_usdt_at(3)
#define ___bpf_usdt_5() ___bpf_usdt_4() ___bpf_usdt_at(4)
#define ___bpf_usdt_6() ___bpf_usdt_5() ___bpf_usdt_at(5)
#define ___bpf_usdt_7() ___bpf_usdt_6() ___bpf_usdt_at(6)
#define ___bpf_usdt_8() ___bpf_usdt_7() ___bpf_usdt_at(7)
#define ___bpf_usdt_9() ___bpf_usdt_8() ___bpf_usdt_at(8)
#define ___bpf_usdt_10() ___bpf_usdt_9() ___bpf_usdt_at(9)
#define ___bpf_usdt_11() ___bpf_usdt_10() ___bpf_usdt_at(10)
#define ___bpf_usdt_12() ___bpf_usdt_11() ___bpf_usdt_at(11)
#define ___bpf_usdt(args...) ___bpf_apply(___bpf_usdt_, ___bpf_narg(args))()

/* A function of the probe's arguments, behind SEC("usdt"). */
#define BPF_USDT(name, args...) ___bpf_entry(name, struct pt_regs, ___bpf_usdt(args), ##args)

#endif
