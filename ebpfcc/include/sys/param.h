/* SPDX-License-Identifier: MIT */
/* Sizes. */
#ifndef __EBPFCC_SYS_PARAM_H
#define __EBPFCC_SYS_PARAM_H

#include <asm/param.h>

#endif
