/* SPDX-License-Identifier: MIT */
/* The header of packets under its name in the C library. */
#ifndef __EBPFCC_NETINET_UDP_H
#define __EBPFCC_NETINET_UDP_H

#include <linux/udp.h>
#include <netinet/in.h>

#endif
