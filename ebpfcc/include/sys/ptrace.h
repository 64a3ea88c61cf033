/* SPDX-License-Identifier: MIT */
/* Registers. */
#ifndef __EBPFCC_SYS_PTRACE_H
#define __EBPFCC_SYS_PTRACE_H

#include <linux/ptrace.h>

#endif
