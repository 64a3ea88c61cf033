/* SPDX-License-Identifier: MIT */
/* Interfaces under their name in the C library. */
#ifndef __EBPFCC_NET_IF_H
#define __EBPFCC_NET_IF_H

#ifndef IFNAMSIZ
#define IFNAMSIZ 16
#endif
#define IF_NAMESIZE IFNAMSIZ

#endif
