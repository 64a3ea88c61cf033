/* SPDX-License-Identifier: MIT */
/* Byte order of the machine. */
#ifndef __EBPFCC_ASM_BYTEORDER_H
#define __EBPFCC_ASM_BYTEORDER_H

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <linux/byteorder/little_endian.h>
#else
#include <linux/byteorder/big_endian.h>
#endif

#endif
