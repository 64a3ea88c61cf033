/* SPDX-License-Identifier: MIT */
/* Registers of a traced process. */
#ifndef __EBPFCC_LINUX_PTRACE_H
#define __EBPFCC_LINUX_PTRACE_H

#include <asm/ptrace.h>

#endif
