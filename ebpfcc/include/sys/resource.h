/* SPDX-License-Identifier: MIT */
/* Limits of resources. */
#ifndef __EBPFCC_SYS_RESOURCE_H
#define __EBPFCC_SYS_RESOURCE_H

#include <asm/resource.h>

#endif
