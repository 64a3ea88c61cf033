/* SPDX-License-Identifier: MIT */
/* Byte order of a big-endian machine. */
#ifndef __EBPFCC_LINUX_BYTEORDER_BIG_ENDIAN_H
#define __EBPFCC_LINUX_BYTEORDER_BIG_ENDIAN_H

#include <linux/swab.h>

#ifndef __BIG_ENDIAN
#define __BIG_ENDIAN 4321
#endif
#define __BIG_ENDIAN_BITFIELD
#define __cpu_to_le16(x) ((__le16)__swab16(x))
#define __le16_to_cpu(x) ((__u16)__swab16(x))
#define __constant_cpu_to_le16(x) __cpu_to_le16(x)
#define __constant_le16_to_cpu(x) __le16_to_cpu(x)
#define __cpu_to_le16p(p) __cpu_to_le16(*(p))
#define __le16_to_cpup(p) __le16_to_cpu(*(p))
#define __cpu_to_le32(x) ((__le32)__swab32(x))
#define __le32_to_cpu(x) ((__u32)__swab32(x))
#define __constant_cpu_to_le32(x) __cpu_to_le32(x)
#define __constant_le32_to_cpu(x) __le32_to_cpu(x)
#define __cpu_to_le32p(p) __cpu_to_le32(*(p))
#define __le32_to_cpup(p) __le32_to_cpu(*(p))
#define __cpu_to_le64(x) ((__le64)__swab64(x))
#define __le64_to_cpu(x) ((__u64)__swab64(x))
#define __constant_cpu_to_le64(x) __cpu_to_le64(x)
#define __constant_le64_to_cpu(x) __le64_to_cpu(x)
#define __cpu_to_le64p(p) __cpu_to_le64(*(p))
#define __le64_to_cpup(p) __le64_to_cpu(*(p))
#define __cpu_to_be16(x) ((__be16)(x))
#define __be16_to_cpu(x) ((__u16)(x))
#define __constant_cpu_to_be16(x) __cpu_to_be16(x)
#define __constant_be16_to_cpu(x) __be16_to_cpu(x)
#define __cpu_to_be16p(p) __cpu_to_be16(*(p))
#define __be16_to_cpup(p) __be16_to_cpu(*(p))
#define __cpu_to_be32(x) ((__be32)(x))
#define __be32_to_cpu(x) ((__u32)(x))
#define __constant_cpu_to_be32(x) __cpu_to_be32(x)
#define __constant_be32_to_cpu(x) __be32_to_cpu(x)
#define __cpu_to_be32p(p) __cpu_to_be32(*(p))
#define __be32_to_cpup(p) __be32_to_cpu(*(p))
#define __cpu_to_be64(x) ((__be64)(x))
#define __be64_to_cpu(x) ((__u64)(x))
#define __constant_cpu_to_be64(x) __cpu_to_be64(x)
#define __constant_be64_to_cpu(x) __be64_to_cpu(x)
#define __cpu_to_be64p(p) __cpu_to_be64(*(p))
#define __be64_to_cpup(p) __be64_to_cpu(*(p))
#define __constant_htons(x) __cpu_to_be16(x)
#define __constant_ntohs(x) __be16_to_cpu(x)
#define __constant_htonl(x) __cpu_to_be32(x)
#define __constant_ntohl(x) __be32_to_cpu(x)

#endif
