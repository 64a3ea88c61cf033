/* SPDX-License-Identifier: MIT */
/* Events of poll(). */
#ifndef __EBPFCC_POLL_H
#define __EBPFCC_POLL_H

#include <asm/poll.h>

#endif
