/* SPDX-License-Identifier: MIT */
/* Ethernet under its name in the C library. */
#ifndef __EBPFCC_NETINET_IF_ETHER_H
#define __EBPFCC_NETINET_IF_ETHER_H

#include <linux/if_ether.h>
#include <net/ethernet.h>

#endif
