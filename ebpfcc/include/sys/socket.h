/* SPDX-License-Identifier: MIT */
/* Socket constants. */
#ifndef __EBPFCC_SYS_SOCKET_H
#define __EBPFCC_SYS_SOCKET_H

#include <linux/socket.h>
#include <sys/types.h>

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3

#endif
