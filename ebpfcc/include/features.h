/* SPDX-License-Identifier: MIT */
/* What a C library offers: none is there, but headers of one may be read with what they expect of its <features.h>. */
#ifndef __EBPFCC_FEATURES_H
#define __EBPFCC_FEATURES_H

#define __USE_MISC 1
#define __GNUC_PREREQ(major, minor) ((__GNUC__ << 16) + __GNUC_MINOR__ >= ((major) << 16) + (minor))
#define __glibc_clang_prereq(major, minor) 1

#include <sys/cdefs.h>

#endif
