/* SPDX-License-Identifier: MIT */
/* The header of packets under its name in the C library. */
#ifndef __EBPFCC_NETINET_IP6_H
#define __EBPFCC_NETINET_IP6_H

#include <linux/ipv6.h>
#include <netinet/in.h>

#endif
