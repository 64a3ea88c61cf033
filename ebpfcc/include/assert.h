/* SPDX-License-Identifier: MIT */
/* A program cannot stop the machine: only what the compiler checks. */
#ifndef __EBPFCC_ASSERT_H
#define __EBPFCC_ASSERT_H

#define static_assert _Static_assert

#endif
