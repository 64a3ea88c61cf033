/* SPDX-License-Identifier: MIT */
/* Socket constants. */
#ifndef __EBPFCC_SYS_SOCKET_H
#define __EBPFCC_SYS_SOCKET_H

#include <linux/socket.h>
#include <sys/types.h>

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3

#ifndef __VMLINUX_H__
typedef unsigned short sa_family_t;
typedef unsigned int socklen_t;

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

struct sockaddr_storage {
	sa_family_t ss_family;
	char __ss_padding[118];
	unsigned long __ss_align;
};
#endif

#endif
