/* SPDX-License-Identifier: MIT */
/* Rights of what System V IPC shares. */
#ifndef __EBPFCC_ASM_IPCBUF_H
#define __EBPFCC_ASM_IPCBUF_H

#include <linux/types.h>

#ifndef __VMLINUX_H__
struct ipc64_perm {
	__kernel_key_t key;
	__kernel_uid32_t uid;
	__kernel_gid32_t gid;
	__kernel_uid32_t cuid;
	__kernel_gid32_t cgid;
	__kernel_mode_t mode;
	unsigned char __gap[4 - sizeof(__kernel_mode_t)];
	unsigned short seq;
	unsigned short __gap2;
	unsigned long __unused1;
	unsigned long __unused2;
};
#endif

#endif
