/* SPDX-License-Identifier: MIT */
/* Sizes and NULL: there are no functions of a C library in a BPF program. */
#ifndef __EBPFCC_STDLIB_H
#define __EBPFCC_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

#endif
