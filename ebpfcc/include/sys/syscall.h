/* SPDX-License-Identifier: MIT */
/* Numbers of system calls. */
#ifndef __EBPFCC_SYS_SYSCALL_H
#define __EBPFCC_SYS_SYSCALL_H

#include <asm/unistd.h>

#endif
