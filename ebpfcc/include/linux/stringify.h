/* SPDX-License-Identifier: MIT */
/* Macros into strings. */
#ifndef __EBPFCC_LINUX_STRINGIFY_H
#define __EBPFCC_LINUX_STRINGIFY_H

#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)

#endif
