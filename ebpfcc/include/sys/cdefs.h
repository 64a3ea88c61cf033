/* SPDX-License-Identifier: MIT */
/* What headers of C libraries begin with. */
#ifndef __EBPFCC_SYS_CDEFS_H
#define __EBPFCC_SYS_CDEFS_H

#define __BEGIN_DECLS
#define __END_DECLS
#define __THROW
#define __P(arguments) arguments

#endif
