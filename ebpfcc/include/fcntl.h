/* SPDX-License-Identifier: MIT */
/* Flags of open() and fcntl(). */
#ifndef __EBPFCC_FCNTL_H
#define __EBPFCC_FCNTL_H

#include <asm/fcntl.h>

#endif
