/* SPDX-License-Identifier: MIT */
/* The header of packets under its name in the C library. */
#ifndef __EBPFCC_NETINET_IP_H
#define __EBPFCC_NETINET_IP_H

#include <linux/ip.h>
#include <netinet/in.h>

#endif
