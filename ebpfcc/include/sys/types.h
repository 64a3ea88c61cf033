/* SPDX-License-Identifier: MIT */
/* POSIX names of types. */
#ifndef __EBPFCC_SYS_TYPES_H
#define __EBPFCC_SYS_TYPES_H

#include <features.h>
#include <stddef.h>
#include <stdint.h>

typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef long ssize_t;
typedef long off_t;
typedef unsigned long ino_t;
#ifndef __VMLINUX_H__
typedef unsigned long dev_t;
typedef unsigned long nlink_t;
#endif
typedef long time_t;
typedef char *caddr_t;
typedef char *__caddr_t;
typedef unsigned int u_int;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned long u_long;

#endif
