/* SPDX-License-Identifier: MIT */
/* Internet addresses under their POSIX name. */
#ifndef __EBPFCC_NETINET_IN_H
#define __EBPFCC_NETINET_IN_H

#include <linux/in.h>
#include <linux/in6.h>
#include <sys/types.h>

#endif
