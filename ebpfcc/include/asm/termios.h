/* SPDX-License-Identifier: MIT */
/* Terminals. */
#ifndef __EBPFCC_ASM_TERMIOS_H
#define __EBPFCC_ASM_TERMIOS_H

#include <asm/ioctls.h>
#include <asm/termbits.h>

#ifndef __VMLINUX_H__
struct winsize {
	unsigned short ws_row;
	unsigned short ws_col;
	unsigned short ws_xpixel;
	unsigned short ws_ypixel;
};
#endif

#endif
