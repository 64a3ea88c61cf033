/* SPDX-License-Identifier: MIT */
/* Times. */
#ifndef __EBPFCC_SYS_TIME_H
#define __EBPFCC_SYS_TIME_H

#include <linux/time.h>

#endif
