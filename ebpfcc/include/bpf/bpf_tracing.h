/* SPDX-License-Identifier: MIT */
/* Arguments of tracing programs: registers of the traced machine by role, and functions whose parameters are taken out of the context.
 * The machine is named by __TARGET_ARCH_x86, _arm64, _riscv, ... Names and meaning are libbpf's; the text is ebpfcc's. */
#ifndef __BPF_TRACING_H__
#define __BPF_TRACING_H__

#include "bpf_helpers.h"

#if defined(__TARGET_ARCH_x86)
#define bpf_target_x86
#elif defined(__TARGET_ARCH_s390)
#define bpf_target_s390
#elif defined(__TARGET_ARCH_arm)
#define bpf_target_arm
#elif defined(__TARGET_ARCH_arm64)
#define bpf_target_arm64
#elif defined(__TARGET_ARCH_mips)
#define bpf_target_mips
#elif defined(__TARGET_ARCH_powerpc)
#define bpf_target_powerpc
#elif defined(__TARGET_ARCH_sparc)
#define bpf_target_sparc
#elif defined(__TARGET_ARCH_riscv)
#define bpf_target_riscv
#elif defined(__TARGET_ARCH_arc)
#define bpf_target_arc
#elif defined(__TARGET_ARCH_loongarch)
#define bpf_target_loongarch
#elif defined(__x86_64__) || defined(__i386__)
#define bpf_target_x86
#elif defined(__s390__)
#define bpf_target_s390
#elif defined(__arm__)
#define bpf_target_arm
#elif defined(__aarch64__)
#define bpf_target_arm64
#elif defined(__mips__)
#define bpf_target_mips
#elif defined(__powerpc__)
#define bpf_target_powerpc
#elif defined(__sparc__)
#define bpf_target_sparc
#elif defined(__riscv) && __riscv_xlen == 64
#define bpf_target_riscv
#elif defined(__arc__)
#define bpf_target_arc
#elif defined(__loongarch__)
#define bpf_target_loongarch
#else
#define ___bpf_no_target
#endif
#ifndef ___bpf_no_target
#define bpf_target_defined
#endif

#ifndef __BPF_TARGET_MISSING
#define __BPF_TARGET_MISSING "GCC error \"which registers hold arguments depends on the machine: compile with -D__TARGET_ARCH_x86 (or arm64, riscv, ...)\""
#endif

struct pt_regs;

/* Per machine: parameters of functions, those of system calls where they differ, return address, frame pointer, result, stack pointer,
 * instruction pointer. */
#if defined(bpf_target_x86) && (defined(__KERNEL__) || defined(__VMLINUX_H__))
#define __PT_PARM1_REG di
#define __PT_PARM2_REG si
#define __PT_PARM3_REG dx
#define __PT_PARM4_REG cx
#define __PT_PARM5_REG r8
#define __PT_PARM6_REG r9
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG r10
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG sp
#define __PT_FP_REG bp
#define __PT_RC_REG ax
#define __PT_SP_REG sp
#define __PT_IP_REG ip

#elif defined(bpf_target_x86) && defined(__i386__)
#define __PT_PARM1_REG eax
#define __PT_PARM2_REG edx
#define __PT_PARM3_REG ecx
#define __PT_PARM1_SYSCALL_REG ebx
#define __PT_PARM2_SYSCALL_REG ecx
#define __PT_PARM3_SYSCALL_REG edx
#define __PT_PARM4_SYSCALL_REG esi
#define __PT_PARM5_SYSCALL_REG edi
#define __PT_PARM6_SYSCALL_REG ebp
#define __PT_RET_REG esp
#define __PT_FP_REG ebp
#define __PT_RC_REG eax
#define __PT_SP_REG esp
#define __PT_IP_REG eip

#elif defined(bpf_target_x86)
#define __PT_PARM1_REG rdi
#define __PT_PARM2_REG rsi
#define __PT_PARM3_REG rdx
#define __PT_PARM4_REG rcx
#define __PT_PARM5_REG r8
#define __PT_PARM6_REG r9
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG r10
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG rsp
#define __PT_FP_REG rbp
#define __PT_RC_REG rax
#define __PT_SP_REG rsp
#define __PT_IP_REG rip

#elif defined(bpf_target_s390)
struct pt_regs___s390 {
	unsigned long orig_gpr2;
} __attribute__((preserve_access_index));
#define PT_REGS_PARM1_SYSCALL(x) (((const struct pt_regs___s390 *)(x))->orig_gpr2)
#define PT_REGS_PARM1_CORE_SYSCALL(x) BPF_CORE_READ((const struct pt_regs___s390 *)(x), orig_gpr2)
#define __PT_REGS_CAST(x) ((const user_pt_regs *)(x))
#define __PT_PARM1_REG gprs[2]
#define __PT_PARM2_REG gprs[3]
#define __PT_PARM3_REG gprs[4]
#define __PT_PARM4_REG gprs[5]
#define __PT_PARM5_REG gprs[6]
#define __PT_PARM1_SYSCALL_REG orig_gpr2
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG gprs[7]
#define __PT_RET_REG gprs[14]
#define __PT_FP_REG gprs[11]
#define __PT_RC_REG gprs[2]
#define __PT_SP_REG gprs[15]
#define __PT_IP_REG psw.addr

#elif defined(bpf_target_arm)
#define __PT_PARM1_REG uregs[0]
#define __PT_PARM2_REG uregs[1]
#define __PT_PARM3_REG uregs[2]
#define __PT_PARM4_REG uregs[3]
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG uregs[4]
#define __PT_PARM6_SYSCALL_REG uregs[5]
#define __PT_PARM7_SYSCALL_REG uregs[6]
#define __PT_RET_REG uregs[14]
#define __PT_FP_REG uregs[11]
#define __PT_RC_REG uregs[0]
#define __PT_SP_REG uregs[13]
#define __PT_IP_REG uregs[12]

#elif defined(bpf_target_arm64)
struct pt_regs___arm64 {
	unsigned long orig_x0;
} __attribute__((preserve_access_index));
#define PT_REGS_PARM1_SYSCALL(x) (((const struct pt_regs___arm64 *)(x))->orig_x0)
#define PT_REGS_PARM1_CORE_SYSCALL(x) BPF_CORE_READ((const struct pt_regs___arm64 *)(x), orig_x0)
#define __PT_REGS_CAST(x) ((const struct user_pt_regs *)(x))
#define __PT_PARM1_REG regs[0]
#define __PT_PARM2_REG regs[1]
#define __PT_PARM3_REG regs[2]
#define __PT_PARM4_REG regs[3]
#define __PT_PARM5_REG regs[4]
#define __PT_PARM6_REG regs[5]
#define __PT_PARM7_REG regs[6]
#define __PT_PARM8_REG regs[7]
#define __PT_PARM1_SYSCALL_REG orig_x0
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG regs[30]
#define __PT_FP_REG regs[29]
#define __PT_RC_REG regs[0]
#define __PT_SP_REG sp
#define __PT_IP_REG pc

#elif defined(bpf_target_mips)
#define __PT_PARM1_REG regs[4]
#define __PT_PARM2_REG regs[5]
#define __PT_PARM3_REG regs[6]
#define __PT_PARM4_REG regs[7]
#define __PT_PARM5_REG regs[8]
#define __PT_PARM6_REG regs[9]
#define __PT_PARM7_REG regs[10]
#define __PT_PARM8_REG regs[11]
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG regs[31]
#define __PT_FP_REG regs[30]
#define __PT_RC_REG regs[2]
#define __PT_SP_REG regs[29]
#define __PT_IP_REG cp0_epc

#elif defined(bpf_target_powerpc)
#define __PT_PARM1_REG gpr[3]
#define __PT_PARM2_REG gpr[4]
#define __PT_PARM3_REG gpr[5]
#define __PT_PARM4_REG gpr[6]
#define __PT_PARM5_REG gpr[7]
#define __PT_PARM6_REG gpr[8]
#define __PT_PARM7_REG gpr[9]
#define __PT_PARM8_REG gpr[10]
#define __PT_PARM1_SYSCALL_REG orig_gpr3
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG regs[31]
#define __PT_FP_REG __unsupported__
#define __PT_RC_REG gpr[3]
#define __PT_SP_REG gpr[1]
#define __PT_IP_REG nip
#ifndef __arch64__
#define __PT_PARM7_SYSCALL_REG __PT_PARM7_REG
#endif
#define PT_REGS_SYSCALL_REGS(ctx) ctx

#elif defined(bpf_target_sparc)
#define __PT_PARM1_REG u_regs[UREG_I0]
#define __PT_PARM2_REG u_regs[UREG_I1]
#define __PT_PARM3_REG u_regs[UREG_I2]
#define __PT_PARM4_REG u_regs[UREG_I3]
#define __PT_PARM5_REG u_regs[UREG_I4]
#define __PT_PARM6_REG u_regs[UREG_I5]
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG u_regs[UREG_I7]
#define __PT_FP_REG __unsupported__
#define __PT_RC_REG u_regs[UREG_I0]
#define __PT_SP_REG u_regs[UREG_FP]
#ifdef __arch64__
#define __PT_IP_REG tpc
#else
#define __PT_IP_REG pc
#endif

#elif defined(bpf_target_riscv)
struct pt_regs___riscv {
	unsigned long orig_a0;
} __attribute__((preserve_access_index));
#define PT_REGS_PARM1_SYSCALL(x) (((const struct pt_regs___riscv *)(x))->orig_a0)
#define PT_REGS_PARM1_CORE_SYSCALL(x) BPF_CORE_READ((const struct pt_regs___riscv *)(x), orig_a0)
#define __PT_REGS_CAST(x) ((const struct user_regs_struct *)(x))
#define __PT_PARM1_REG a0
#define __PT_PARM2_REG a1
#define __PT_PARM3_REG a2
#define __PT_PARM4_REG a3
#define __PT_PARM5_REG a4
#define __PT_PARM6_REG a5
#define __PT_PARM7_REG a6
#define __PT_PARM8_REG a7
#define __PT_PARM1_SYSCALL_REG orig_a0
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG ra
#define __PT_FP_REG s0
#define __PT_RC_REG a0
#define __PT_SP_REG sp
#define __PT_IP_REG pc

#elif defined(bpf_target_arc)
#define __PT_REGS_CAST(x) ((const struct user_regs_struct *)(x))
#define __PT_PARM1_REG scratch.r0
#define __PT_PARM2_REG scratch.r1
#define __PT_PARM3_REG scratch.r2
#define __PT_PARM4_REG scratch.r3
#define __PT_PARM5_REG scratch.r4
#define __PT_PARM6_REG scratch.r5
#define __PT_PARM7_REG scratch.r6
#define __PT_PARM8_REG scratch.r7
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG scratch.blink
#define __PT_FP_REG scratch.fp
#define __PT_RC_REG scratch.r0
#define __PT_SP_REG scratch.sp
#define __PT_IP_REG scratch.ret
#define PT_REGS_SYSCALL_REGS(ctx) ctx

#elif defined(bpf_target_loongarch)
#define __PT_REGS_CAST(x) ((const struct user_pt_regs *)(x))
#define __PT_PARM1_REG regs[4]
#define __PT_PARM2_REG regs[5]
#define __PT_PARM3_REG regs[6]
#define __PT_PARM4_REG regs[7]
#define __PT_PARM5_REG regs[8]
#define __PT_PARM6_REG regs[9]
#define __PT_PARM7_REG regs[10]
#define __PT_PARM8_REG regs[11]
#define __PT_PARM1_SYSCALL_REG __PT_PARM1_REG
#define __PT_PARM2_SYSCALL_REG __PT_PARM2_REG
#define __PT_PARM3_SYSCALL_REG __PT_PARM3_REG
#define __PT_PARM4_SYSCALL_REG __PT_PARM4_REG
#define __PT_PARM5_SYSCALL_REG __PT_PARM5_REG
#define __PT_PARM6_SYSCALL_REG __PT_PARM6_REG
#define __PT_RET_REG regs[1]
#define __PT_FP_REG regs[22]
#define __PT_RC_REG regs[4]
#define __PT_SP_REG regs[3]
#define __PT_IP_REG csr_era
#define PT_REGS_SYSCALL_REGS(ctx) ctx
#endif

#ifdef bpf_target_defined

#ifndef __PT_REGS_CAST
#define __PT_REGS_CAST(x) (x)
#endif
#ifndef __PT_PARM4_REG
#define __PT_PARM4_REG __unsupported__
#endif
#ifndef __PT_PARM5_REG
#define __PT_PARM5_REG __unsupported__
#endif
#ifndef __PT_PARM6_REG
#define __PT_PARM6_REG __unsupported__
#endif
#ifndef __PT_PARM7_REG
#define __PT_PARM7_REG __unsupported__
#endif
#ifndef __PT_PARM8_REG
#define __PT_PARM8_REG __unsupported__
#endif
#ifndef __PT_PARM7_SYSCALL_REG
#define __PT_PARM7_SYSCALL_REG __unsupported__
#endif

#define ___bpf_reg(x, reg) (__PT_REGS_CAST(x)->reg)
#define ___bpf_reg_core(x, reg) BPF_CORE_READ(__PT_REGS_CAST(x), reg)
#define PT_REGS_PARM1(x) ___bpf_reg(x, __PT_PARM1_REG)
#define PT_REGS_PARM2(x) ___bpf_reg(x, __PT_PARM2_REG)
#define PT_REGS_PARM3(x) ___bpf_reg(x, __PT_PARM3_REG)
#define PT_REGS_PARM4(x) ___bpf_reg(x, __PT_PARM4_REG)
#define PT_REGS_PARM5(x) ___bpf_reg(x, __PT_PARM5_REG)
#define PT_REGS_PARM6(x) ___bpf_reg(x, __PT_PARM6_REG)
#define PT_REGS_PARM7(x) ___bpf_reg(x, __PT_PARM7_REG)
#define PT_REGS_PARM8(x) ___bpf_reg(x, __PT_PARM8_REG)
#define PT_REGS_RET(x) ___bpf_reg(x, __PT_RET_REG)
#define PT_REGS_FP(x) ___bpf_reg(x, __PT_FP_REG)
#define PT_REGS_RC(x) ___bpf_reg(x, __PT_RC_REG)
#define PT_REGS_SP(x) ___bpf_reg(x, __PT_SP_REG)
#define PT_REGS_IP(x) ___bpf_reg(x, __PT_IP_REG)
#define PT_REGS_PARM1_CORE(x) ___bpf_reg_core(x, __PT_PARM1_REG)
#define PT_REGS_PARM2_CORE(x) ___bpf_reg_core(x, __PT_PARM2_REG)
#define PT_REGS_PARM3_CORE(x) ___bpf_reg_core(x, __PT_PARM3_REG)
#define PT_REGS_PARM4_CORE(x) ___bpf_reg_core(x, __PT_PARM4_REG)
#define PT_REGS_PARM5_CORE(x) ___bpf_reg_core(x, __PT_PARM5_REG)
#define PT_REGS_PARM6_CORE(x) ___bpf_reg_core(x, __PT_PARM6_REG)
#define PT_REGS_PARM7_CORE(x) ___bpf_reg_core(x, __PT_PARM7_REG)
#define PT_REGS_PARM8_CORE(x) ___bpf_reg_core(x, __PT_PARM8_REG)
#define PT_REGS_RET_CORE(x) ___bpf_reg_core(x, __PT_RET_REG)
#define PT_REGS_FP_CORE(x) ___bpf_reg_core(x, __PT_FP_REG)
#define PT_REGS_RC_CORE(x) ___bpf_reg_core(x, __PT_RC_REG)
#define PT_REGS_SP_CORE(x) ___bpf_reg_core(x, __PT_SP_REG)
#define PT_REGS_IP_CORE(x) ___bpf_reg_core(x, __PT_IP_REG)
#ifndef PT_REGS_PARM1_SYSCALL
#define PT_REGS_PARM1_SYSCALL(x) ___bpf_reg(x, __PT_PARM1_SYSCALL_REG)
#define PT_REGS_PARM1_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM1_SYSCALL_REG)
#endif
#define PT_REGS_PARM2_SYSCALL(x) ___bpf_reg(x, __PT_PARM2_SYSCALL_REG)
#define PT_REGS_PARM2_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM2_SYSCALL_REG)
#define PT_REGS_PARM3_SYSCALL(x) ___bpf_reg(x, __PT_PARM3_SYSCALL_REG)
#define PT_REGS_PARM3_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM3_SYSCALL_REG)
#define PT_REGS_PARM4_SYSCALL(x) ___bpf_reg(x, __PT_PARM4_SYSCALL_REG)
#define PT_REGS_PARM4_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM4_SYSCALL_REG)
#define PT_REGS_PARM5_SYSCALL(x) ___bpf_reg(x, __PT_PARM5_SYSCALL_REG)
#define PT_REGS_PARM5_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM5_SYSCALL_REG)
#define PT_REGS_PARM6_SYSCALL(x) ___bpf_reg(x, __PT_PARM6_SYSCALL_REG)
#define PT_REGS_PARM6_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM6_SYSCALL_REG)
#define PT_REGS_PARM7_SYSCALL(x) ___bpf_reg(x, __PT_PARM7_SYSCALL_REG)
#define PT_REGS_PARM7_CORE_SYSCALL(x) ___bpf_reg_core(x, __PT_PARM7_SYSCALL_REG)

/* The return address at a function's entry, and at its return. */
#if defined(bpf_target_powerpc)
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ (ip) = (ctx)->link; })
#define BPF_KRETPROBE_READ_RET_IP BPF_KPROBE_READ_RET_IP
#elif defined(bpf_target_sparc) || defined(bpf_target_arm64)
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ (ip) = PT_REGS_RET(ctx); })
#define BPF_KRETPROBE_READ_RET_IP BPF_KPROBE_READ_RET_IP
#else
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx)); })
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip))); })
#endif

#else /* without a machine: an error wherever a register is asked for */

#define ___bpf_reg_missing ({ _Pragma(__BPF_TARGET_MISSING); 0l; })
#define PT_REGS_PARM1(x) ___bpf_reg_missing
#define PT_REGS_PARM1_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM2(x) ___bpf_reg_missing
#define PT_REGS_PARM2_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM3(x) ___bpf_reg_missing
#define PT_REGS_PARM3_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM4(x) ___bpf_reg_missing
#define PT_REGS_PARM4_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM5(x) ___bpf_reg_missing
#define PT_REGS_PARM5_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM6(x) ___bpf_reg_missing
#define PT_REGS_PARM6_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM7(x) ___bpf_reg_missing
#define PT_REGS_PARM7_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM8(x) ___bpf_reg_missing
#define PT_REGS_PARM8_CORE(x) ___bpf_reg_missing
#define PT_REGS_RET(x) ___bpf_reg_missing
#define PT_REGS_RET_CORE(x) ___bpf_reg_missing
#define PT_REGS_FP(x) ___bpf_reg_missing
#define PT_REGS_FP_CORE(x) ___bpf_reg_missing
#define PT_REGS_RC(x) ___bpf_reg_missing
#define PT_REGS_RC_CORE(x) ___bpf_reg_missing
#define PT_REGS_SP(x) ___bpf_reg_missing
#define PT_REGS_SP_CORE(x) ___bpf_reg_missing
#define PT_REGS_IP(x) ___bpf_reg_missing
#define PT_REGS_IP_CORE(x) ___bpf_reg_missing
#define PT_REGS_PARM1_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM1_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM2_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM2_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM3_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM3_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM4_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM4_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM5_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM5_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM6_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM6_CORE_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM7_SYSCALL(x) ___bpf_reg_missing
#define PT_REGS_PARM7_CORE_SYSCALL(x) ___bpf_reg_missing
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ___bpf_reg_missing
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) ___bpf_reg_missing

#endif

/* Where system calls have wrappers, the first parameter of the function points to the caller's registers. */
#ifndef PT_REGS_SYSCALL_REGS
#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))
#endif

/* A program in two functions: `name`, which the kernel calls with the context, and the body with parameters, inlined into it.
 * Integers turn into parameters of pointer type without a word. */
#define ___bpf_entry_head(name, context, params) \
	name(context * ctx); \
	static __always_inline typeof(name(0)) ____##name(context *ctx params); \
	typeof(name(0)) name(context *ctx) \
	{ \
		_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wint-conversion\"")
#define ___bpf_entry_tail(name, context, params) \
		_Pragma("GCC diagnostic pop") \
	} \
	static __always_inline typeof(name(0)) ____##name(context *ctx params)
#define ___bpf_params_0()
#define ___bpf_params_1(args...) , args
#define ___bpf_some(n) ___bpf_concat(___bpf_some_, n)
#define ___bpf_some_0 0
#define ___bpf_some_1 1
#define ___bpf_some_2 1
#define ___bpf_some_3 1
#define ___bpf_some_4 1
#define ___bpf_some_5 1
#define ___bpf_some_6 1
#define ___bpf_some_7 1
#define ___bpf_some_8 1
#define ___bpf_some_9 1
#define ___bpf_some_10 1
#define ___bpf_some_11 1
#define ___bpf_some_12 1
#define ___bpf_params(args...) ___bpf_apply(___bpf_params_, ___bpf_some(___bpf_narg(args)))(args)
#define ___bpf_entry(name, context, call, args...) \
	___bpf_entry_head(name, context, ___bpf_params(args)) return ____##name(ctx call); \
	___bpf_entry_tail(name, context, ___bpf_params(args))

/* Tracing programs with type information: an array of 64-bit words. */
#define ___bpf_ctx_0()
#define ___bpf_ctx_1() , ctx[0]
#define ___bpf_ctx_2() ___bpf_ctx_1(), ctx[1]
#define ___bpf_ctx_3() ___bpf_ctx_2(), ctx[2]
#define ___bpf_ctx_4() ___bpf_ctx_3(), ctx[3]
#define ___bpf_ctx_5() ___bpf_ctx_4(), ctx[4]
#define ___bpf_ctx_6() ___bpf_ctx_5(), ctx[5]
#define ___bpf_ctx_7() ___bpf_ctx_6(), ctx[6]
#define ___bpf_ctx_8() ___bpf_ctx_7(), ctx[7]
#define ___bpf_ctx_9() ___bpf_ctx_8(), ctx[8]
#define ___bpf_ctx_10() ___bpf_ctx_9(), ctx[9]
#define ___bpf_ctx_11() ___bpf_ctx_10(), ctx[10]
#define ___bpf_ctx_12() ___bpf_ctx_11(), ctx[11]
#define ___bpf_ctx(args...) ___bpf_apply(___bpf_ctx_, ___bpf_narg(args))()
#define BPF_PROG(name, args...) ___bpf_entry(name, unsigned long long, ___bpf_ctx(args), ##args)

/* The same where parameters may be structures, of at most two words; types and names alternate. */
#define ___bpf_words(type) ((sizeof(type) + 7) / 8)
#define ___bpf_take(type, at) \
	({ \
		union { \
			type value; \
			__u8 byte; \
			__u16 half; \
			__u32 word; \
			__u64 words[2]; \
		} ___arg; \
		_Static_assert(sizeof(type) <= 16, "a parameter of more than 16 bytes"); \
		if (sizeof(type) == 1) \
			___arg.byte = ctx[at]; \
		else if (sizeof(type) == 2) \
			___arg.half = ctx[at]; \
		else if (sizeof(type) == 4) \
			___arg.word = ctx[at]; \
		else \
			___arg.words[0] = ctx[at]; \
		if (sizeof(type) > 8) \
			___arg.words[1] = ctx[(at) + 1]; \
		___arg.value; \
	})
#ifndef ___bpf_nth2
#define ___bpf_nth2(_, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, N, ...) N
#endif
#ifndef ___bpf_narg2
#define ___bpf_narg2(...) ___bpf_nth2(_, ##__VA_ARGS__, 12, 12, 11, 11, 10, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0)
#endif
#define ___bpf_takes_0(at)
#define ___bpf_pairs_0()
#define ___bpf_takes_1(at, t, x) , ___bpf_take(t, at)
#define ___bpf_pairs_1(t, x) , t x
#define ___bpf_takes_2(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_1((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_2(t, x, rest...) , t x ___bpf_pairs_1(rest)
#define ___bpf_takes_3(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_2((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_3(t, x, rest...) , t x ___bpf_pairs_2(rest)
#define ___bpf_takes_4(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_3((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_4(t, x, rest...) , t x ___bpf_pairs_3(rest)
#define ___bpf_takes_5(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_4((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_5(t, x, rest...) , t x ___bpf_pairs_4(rest)
#define ___bpf_takes_6(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_5((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_6(t, x, rest...) , t x ___bpf_pairs_5(rest)
#define ___bpf_takes_7(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_6((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_7(t, x, rest...) , t x ___bpf_pairs_6(rest)
#define ___bpf_takes_8(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_7((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_8(t, x, rest...) , t x ___bpf_pairs_7(rest)
#define ___bpf_takes_9(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_8((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_9(t, x, rest...) , t x ___bpf_pairs_8(rest)
#define ___bpf_takes_10(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_9((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_10(t, x, rest...) , t x ___bpf_pairs_9(rest)
#define ___bpf_takes_11(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_10((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_11(t, x, rest...) , t x ___bpf_pairs_10(rest)
#define ___bpf_takes_12(at, t, x, rest...) , ___bpf_take(t, at) ___bpf_takes_11((at) + ___bpf_words(t), rest)
#define ___bpf_pairs_12(t, x, rest...) , t x ___bpf_pairs_11(rest)
#define ___bpf_takes(args...) ___bpf_apply(___bpf_takes_, ___bpf_narg2(args))(0, ##args)
#define ___bpf_pairs(args...) ___bpf_apply(___bpf_pairs_, ___bpf_narg2(args))(args)
#define BPF_PROG2(name, args...) \
	___bpf_entry_head(name, unsigned long long, ___bpf_pairs(args)) return ____##name(ctx ___bpf_takes(args)); \
	___bpf_entry_tail(name, unsigned long long, ___bpf_pairs(args))

/* Probes: the registers at a function's entry, or its result. */
#define ___bpf_regs_0()
#define ___bpf_regs_1() , (unsigned long long)PT_REGS_PARM1(ctx)
#define ___bpf_regs_2() ___bpf_regs_1(), (unsigned long long)PT_REGS_PARM2(ctx)
#define ___bpf_regs_3() ___bpf_regs_2(), (unsigned long long)PT_REGS_PARM3(ctx)
#define ___bpf_regs_4() ___bpf_regs_3(), (unsigned long long)PT_REGS_PARM4(ctx)
#define ___bpf_regs_5() ___bpf_regs_4(), (unsigned long long)PT_REGS_PARM5(ctx)
#define ___bpf_regs_6() ___bpf_regs_5(), (unsigned long long)PT_REGS_PARM6(ctx)
#define ___bpf_regs_7() ___bpf_regs_6(), (unsigned long long)PT_REGS_PARM7(ctx)
#define ___bpf_regs_8() ___bpf_regs_7(), (unsigned long long)PT_REGS_PARM8(ctx)
#define ___bpf_regs(args...) ___bpf_apply(___bpf_regs_, ___bpf_narg(args))()
#define BPF_KPROBE(name, args...) ___bpf_entry(name, struct pt_regs, ___bpf_regs(args), ##args)
#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)

#define ___bpf_result_0()
#define ___bpf_result_1() , (unsigned long long)PT_REGS_RC(ctx)
#define ___bpf_result(args...) ___bpf_apply(___bpf_result_, ___bpf_narg(args))()
#define BPF_KRETPROBE(name, args...) ___bpf_entry(name, struct pt_regs, ___bpf_result(args), ##args)
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)

/* System calls: the loader fills in whether the kernel has wrappers; with them the registers are read from the kernel's memory. */
#define ___bpf_sys_0(form)
#define ___bpf_sys_1(form) , (unsigned long long)PT_REGS_PARM1##form(regs)
#define ___bpf_sys_2(form) ___bpf_sys_1(form), (unsigned long long)PT_REGS_PARM2##form(regs)
#define ___bpf_sys_3(form) ___bpf_sys_2(form), (unsigned long long)PT_REGS_PARM3##form(regs)
#define ___bpf_sys_4(form) ___bpf_sys_3(form), (unsigned long long)PT_REGS_PARM4##form(regs)
#define ___bpf_sys_5(form) ___bpf_sys_4(form), (unsigned long long)PT_REGS_PARM5##form(regs)
#define ___bpf_sys_6(form) ___bpf_sys_5(form), (unsigned long long)PT_REGS_PARM6##form(regs)
#define ___bpf_sys_7(form) ___bpf_sys_6(form), (unsigned long long)PT_REGS_PARM7##form(regs)
#define ___bpf_sys(form, args...) ___bpf_apply(___bpf_sys_, ___bpf_narg(args))(form)
#define BPF_KSYSCALL(name, args...) \
	name(struct pt_regs *ctx); \
	extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig; \
	static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \
	typeof(name(0)) name(struct pt_regs *ctx) \
	{ \
		struct pt_regs *regs __attribute__((unused)) = LINUX_HAS_SYSCALL_WRAPPER ? (struct pt_regs *)PT_REGS_PARM1(ctx) : ctx; \
		_Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
		if (LINUX_HAS_SYSCALL_WRAPPER) \
			return ____##name(ctx ___bpf_sys(_CORE_SYSCALL, ##args)); \
		return ____##name(ctx ___bpf_sys(_SYSCALL, ##args)); \
		_Pragma("GCC diagnostic pop") \
	} \
	static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
#define BPF_KPROBE_SYSCALL BPF_KSYSCALL

#endif
