/* SPDX-License-Identifier: MIT */
/* State of message queues. */
#ifndef __EBPFCC_ASM_MSGBUF_H
#define __EBPFCC_ASM_MSGBUF_H

#include <asm/ipcbuf.h>

#ifndef __VMLINUX_H__
struct msqid64_ds {
	struct ipc64_perm msg_perm;
	long msg_stime;
	long msg_rtime;
	long msg_ctime;
	unsigned long msg_cbytes;
	unsigned long msg_qnum;
	unsigned long msg_qbytes;
	__kernel_pid_t msg_lspid;
	__kernel_pid_t msg_lrpid;
	unsigned long __unused4;
	unsigned long __unused5;
};
#endif

#endif
