/* SPDX-License-Identifier: MIT */
/* Times and clocks. */
#ifndef __EBPFCC_TIME_H
#define __EBPFCC_TIME_H

#include <linux/time.h>
#include <stddef.h>

#ifndef __VMLINUX_H__
typedef __kernel_old_time_t time_t;
#endif

#endif
