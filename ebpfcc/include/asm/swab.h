/* SPDX-License-Identifier: MIT */
/* Nothing: compilers know how to swap bytes. */
#ifndef __EBPFCC_ASM_SWAB_H
#define __EBPFCC_ASM_SWAB_H



#endif
