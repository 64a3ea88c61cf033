/* SPDX-License-Identifier: MIT */
/* Ethernet under its name in the C library. */
#ifndef __EBPFCC_NET_ETHERNET_H
#define __EBPFCC_NET_ETHERNET_H

#include <linux/if_ether.h>

struct ether_header {
	unsigned char ether_dhost[6];
	unsigned char ether_shost[6];
	unsigned short ether_type;
} __attribute__((packed));

#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define ETHER_ADDR_LEN 6
#define ETHER_HDR_LEN 14

#endif
