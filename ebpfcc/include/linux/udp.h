/* SPDX-License-Identifier: MIT */
/* The header of UDP. */
#ifndef __EBPFCC_LINUX_UDP_H
#define __EBPFCC_LINUX_UDP_H

#include <linux/types.h>

#ifndef __VMLINUX_H__
struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
};
#endif

#define UDP_CORK 1
#define UDP_ENCAP 100
#define UDP_NO_CHECK6_TX 101
#define UDP_NO_CHECK6_RX 102
#define UDP_SEGMENT 103
#define UDP_GRO 104

#endif
