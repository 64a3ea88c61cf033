/* SPDX-License-Identifier: MIT */
/* The integers of the kernel's interfaces, as all machines have them. */
#ifndef __EBPFCC_ASM_TYPES_H
#define __EBPFCC_ASM_TYPES_H

typedef signed char __s8;
typedef unsigned char __u8;
typedef signed short __s16;
typedef unsigned short __u16;
typedef signed int __s32;
typedef unsigned int __u32;
typedef signed long long __s64;
typedef unsigned long long __u64;

#endif
