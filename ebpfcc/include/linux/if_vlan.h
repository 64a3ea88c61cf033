/* SPDX-License-Identifier: MIT */
/* VLAN tags. */
#ifndef __EBPFCC_LINUX_IF_VLAN_H
#define __EBPFCC_LINUX_IF_VLAN_H

#include <linux/if_ether.h>

#define VLAN_HLEN 4
#define VLAN_ETH_HLEN 18
#define VLAN_PRIO_MASK 0xe000
#define VLAN_PRIO_SHIFT 13
#define VLAN_CFI_MASK 0x1000
#define VLAN_VID_MASK 0x0fff

#endif
