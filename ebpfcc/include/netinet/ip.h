/* SPDX-License-Identifier: MIT */
/* The header of packets under its name in the C library. */
#ifndef __EBPFCC_NETINET_IP_H
#define __EBPFCC_NETINET_IP_H

#include <linux/ip.h>
#include <netinet/in.h>

#ifndef __VMLINUX_H__
struct ip {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	unsigned int ip_hl : 4;
	unsigned int ip_v : 4;
#else
	unsigned int ip_v : 4;
	unsigned int ip_hl : 4;
#endif
	unsigned char ip_tos;
	unsigned short ip_len;
	unsigned short ip_id;
	unsigned short ip_off;
	unsigned char ip_ttl;
	unsigned char ip_p;
	unsigned short ip_sum;
	struct in_addr ip_src, ip_dst;
};
#endif

#endif
