/* SPDX-License-Identifier: MIT */
/* Limits of names and arguments. */
#ifndef __EBPFCC_LINUX_LIMITS_H
#define __EBPFCC_LINUX_LIMITS_H

#define NR_OPEN 1024
#define NGROUPS_MAX 65536
#define ARG_MAX 131072
#define LINK_MAX 127
#define NAME_MAX 255
#define PATH_MAX 4096
#define PIPE_BUF 4096
#define XATTR_NAME_MAX 255

#endif
