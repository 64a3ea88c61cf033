/* SPDX-License-Identifier: MIT */
/* Byte order and addresses of the Internet under their POSIX names. */
#ifndef __EBPFCC_ARPA_INET_H
#define __EBPFCC_ARPA_INET_H

#include <netinet/in.h>

#endif
