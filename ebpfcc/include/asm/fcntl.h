/* SPDX-License-Identifier: MIT */
/* Flags of open() and fcntl(). */
#ifndef __EBPFCC_ASM_FCNTL_H
#define __EBPFCC_ASM_FCNTL_H

#include <linux/types.h>

#define O_ACCMODE 3
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0x40
#define O_EXCL 0x80
#define O_NOCTTY 0x100
#define O_TRUNC 0x200
#define O_APPEND 0x400
#define O_NONBLOCK 0x800
#define O_DSYNC 0x1000
#define FASYNC 0x2000
#define O_NOATIME 0x40000
#define O_CLOEXEC 0x80000
#define O_SYNC 0x101000
#define O_PATH 0x200000
#define O_NDELAY 0x800
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_SETOWN 8
#define F_GETOWN 9
#define F_SETSIG 10
#define F_GETSIG 11
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16
#define F_GETOWNER_UIDS 17
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#define F_OWNER_TID 0
#define F_OWNER_PID 1
#define F_OWNER_PGRP 2
#define FD_CLOEXEC 1
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_EXLCK 4
#define F_SHLCK 8
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#define LOCK_MAND 32
#define LOCK_READ 0x40
#define LOCK_WRITE 0x80
#define LOCK_RW 0xc0
#define F_LINUX_SPECIFIC_BASE 0x400

#if defined(__TARGET_ARCH_arm64)
#define O_DIRECTORY 0x4000
#define O_NOFOLLOW 0x8000
#define O_DIRECT 0x10000
#define O_LARGEFILE 0x20000
#elif defined(__TARGET_ARCH_powerpc)
#define O_DIRECTORY 0x4000
#define O_NOFOLLOW 0x8000
#define O_LARGEFILE 0x10000
#define O_DIRECT 0x20000
#else
#define O_DIRECT 0x4000
#define O_LARGEFILE 0x8000
#define O_DIRECTORY 0x10000
#define O_NOFOLLOW 0x20000
#endif
#define O_TMPFILE (0x400000 | O_DIRECTORY)

#ifndef __VMLINUX_H__
struct flock {
	short l_type;
	short l_whence;
	__kernel_off_t l_start;
	__kernel_off_t l_len;
	__kernel_pid_t l_pid;
};
#endif

#endif
