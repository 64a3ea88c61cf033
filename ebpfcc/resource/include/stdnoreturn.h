/* <stdnoreturn.h> (C11 7.23). */
#ifndef __EBPFCC_STDNORETURN_H
#define __EBPFCC_STDNORETURN_H
#define noreturn _Noreturn
#endif
