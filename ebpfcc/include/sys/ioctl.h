/* SPDX-License-Identifier: MIT */
/* ioctl requests. */
#ifndef __EBPFCC_SYS_IOCTL_H
#define __EBPFCC_SYS_IOCTL_H

#include <asm/ioctl.h>
#include <asm/ioctls.h>

#endif
