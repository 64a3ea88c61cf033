/* SPDX-License-Identifier: MIT */
/* Signals. */
#ifndef __EBPFCC_SIGNAL_H
#define __EBPFCC_SIGNAL_H

#include <asm/signal.h>

#endif
