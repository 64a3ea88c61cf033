/* SPDX-License-Identifier: MIT */
/* Numbers of system calls: of x86-64, and of the machines that came after it. s390 and powerpc have numbers of their own, which are not here. */
#ifndef __EBPFCC_ASM_UNISTD_H
#define __EBPFCC_ASM_UNISTD_H

#if defined(__TARGET_ARCH_arm64) || defined(__TARGET_ARCH_riscv) || defined(__TARGET_ARCH_loongarch)
#include <asm/unistd_generic.h>
#elif !defined(__TARGET_ARCH_s390) && !defined(__TARGET_ARCH_powerpc)
#include <asm/unistd_x86.h>
#endif

#endif
