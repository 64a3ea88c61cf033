/* SPDX-License-Identifier: MIT */
/* VLAN tags: the interface names nothing that programs use; struct vlan_hdr is in <vmlinux.h>. */
#ifndef __EBPFCC_LINUX_IF_VLAN_H
#define __EBPFCC_LINUX_IF_VLAN_H

#include <linux/if_ether.h>

#endif
