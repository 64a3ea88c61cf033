/* SPDX-License-Identifier: MIT */
/* Swapping bytes. */
#ifndef __EBPFCC_LINUX_SWAB_H
#define __EBPFCC_LINUX_SWAB_H

#include <linux/types.h>

#define __swab16(x) ((__u16)__builtin_bswap16(x))
#define __swab16p(p) __swab16(*(p))
#define ___constant_swab16(x) __swab16(x)
#define __constant_swab16(x) __swab16(x)
#define __swab32(x) ((__u32)__builtin_bswap32(x))
#define __swab32p(p) __swab32(*(p))
#define ___constant_swab32(x) __swab32(x)
#define __constant_swab32(x) __swab32(x)
#define __swab64(x) ((__u64)__builtin_bswap64(x))
#define __swab64p(p) __swab64(*(p))
#define ___constant_swab64(x) __swab64(x)
#define __constant_swab64(x) __swab64(x)
#define __swahw32(x) ((__u32)((x) << 16 | (__u32)(x) >> 16))

#endif
