/* SPDX-License-Identifier: MIT */
/* Clock ticks as user space sees them, and sizes. */
#ifndef __EBPFCC_ASM_PARAM_H
#define __EBPFCC_ASM_PARAM_H

#define HZ 0x64
#define EXEC_PAGESIZE 0x1000
#define NOGROUP (-1)
#define MAXHOSTNAMELEN 0x40

#endif
