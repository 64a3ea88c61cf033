/* SPDX-License-Identifier: MIT */
/* Sizes and NULL: bpf_printk() prints. */
#ifndef __EBPFCC_STDIO_H
#define __EBPFCC_STDIO_H

#include <stddef.h>

#endif
