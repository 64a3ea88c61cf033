/* SPDX-License-Identifier: MIT */
/* The registers that a perf event program gets. */
#ifndef __EBPFCC_ASM_BPF_PERF_EVENT_H
#define __EBPFCC_ASM_BPF_PERF_EVENT_H

#include <linux/ptrace.h>

#if defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_loongarch)
typedef struct user_pt_regs bpf_user_pt_regs_t;
#elif defined(__TARGET_ARCH_riscv)
typedef struct user_regs_struct bpf_user_pt_regs_t;
#elif defined(__TARGET_ARCH_s390)
typedef user_pt_regs bpf_user_pt_regs_t;
#else
typedef struct pt_regs bpf_user_pt_regs_t;
#endif

#endif
