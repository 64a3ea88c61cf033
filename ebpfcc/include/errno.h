/* SPDX-License-Identifier: MIT */
/* Error numbers; BPF has no variable errno. */
#ifndef __EBPFCC_ERRNO_H
#define __EBPFCC_ERRNO_H

#include <linux/errno.h>

#endif
