/* SPDX-License-Identifier: MIT */
/* The header of packets under its name in the C library. */
#ifndef __EBPFCC_NETINET_TCP_H
#define __EBPFCC_NETINET_TCP_H

#include <linux/tcp.h>
#include <netinet/in.h>

#endif
