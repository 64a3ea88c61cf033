/* <stdarg.h> (C11 7.16). BPF functions take no variable arguments; the types are here for the declarations of others. */
#ifndef __EBPFCC_GNUC_VA_LIST
#define __EBPFCC_GNUC_VA_LIST
typedef __builtin_va_list __gnuc_va_list;
#endif
#ifndef __need___va_list
#ifndef __EBPFCC_STDARG_H
#define __EBPFCC_STDARG_H
typedef __builtin_va_list va_list;
#define va_start(list, last) __builtin_va_start(list, last)
#define va_end(list) __builtin_va_end(list)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_copy(to, from) __builtin_va_copy(to, from)
#endif
#endif
#undef __need___va_list
