/* SPDX-License-Identifier: MIT */
/* Error numbers. */
#ifndef __EBPFCC_LINUX_ERRNO_H
#define __EBPFCC_LINUX_ERRNO_H

#include <asm/errno.h>

#endif
