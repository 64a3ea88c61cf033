/* SPDX-License-Identifier: MIT */
/* What a C library offers; none is there. */
#ifndef __EBPFCC_FEATURES_H
#define __EBPFCC_FEATURES_H

#endif
