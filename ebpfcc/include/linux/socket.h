/* SPDX-License-Identifier: MIT */
/* Socket addresses and options. */
#ifndef __EBPFCC_LINUX_SOCKET_H
#define __EBPFCC_LINUX_SOCKET_H

typedef unsigned short __kernel_sa_family_t;
#ifndef AF_INET
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_VSOCK 40
#define AF_XDP 44
#endif
#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_PRIORITY 12
#define SO_MARK 36
#define SO_MAX_PACING_RATE 47

#endif
