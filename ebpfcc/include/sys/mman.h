/* SPDX-License-Identifier: MIT */
/* Flags of mmap() and its like. */
#ifndef __EBPFCC_SYS_MMAN_H
#define __EBPFCC_SYS_MMAN_H

#include <asm/mman.h>

#endif
