/* SPDX-License-Identifier: MIT */
/* BPF is a 64-bit machine. */
#ifndef __EBPFCC_ASM_BITSPERLONG_H
#define __EBPFCC_ASM_BITSPERLONG_H

#define __BITS_PER_LONG 64

#endif
