/* SPDX-License-Identifier: MIT */
/* Types of the kernel behind POSIX names. */
#ifndef __EBPFCC_LINUX_POSIX_TYPES_H
#define __EBPFCC_LINUX_POSIX_TYPES_H

#include <linux/stddef.h>
#include <asm/posix_types.h>

typedef int __kernel_key_t;
typedef int __kernel_mqd_t;

#endif
