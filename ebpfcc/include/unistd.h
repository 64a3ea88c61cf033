/* SPDX-License-Identifier: MIT */
/* Sizes and NULL: helpers take the place of system calls. */
#ifndef __EBPFCC_UNISTD_H
#define __EBPFCC_UNISTD_H

#include <stddef.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#endif
