/* SPDX-License-Identifier: MIT */
/* State of semaphores. */
#ifndef __EBPFCC_ASM_SEMBUF_H
#define __EBPFCC_ASM_SEMBUF_H

#include <asm/ipcbuf.h>

#ifndef __VMLINUX_H__
struct semid64_ds {
	struct ipc64_perm sem_perm;
	long sem_otime;
	unsigned long __unused1;
	long sem_ctime;
	unsigned long __unused2;
	unsigned long sem_nsems;
	unsigned long __unused3;
	unsigned long __unused4;
};
#endif

#endif
