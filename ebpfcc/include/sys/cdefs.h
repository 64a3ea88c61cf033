/* SPDX-License-Identifier: MIT */
/* What headers of C libraries begin with; attributes of functions that nobody calls mean nothing. */
#ifndef __EBPFCC_SYS_CDEFS_H
#define __EBPFCC_SYS_CDEFS_H

#define __BEGIN_DECLS
#define __END_DECLS
#define __P(arguments) arguments
#define __PMT(arguments) arguments
#define __CONCAT(a, b) a##b
#define __STRING(x) #x
#define __ptr_t void *
#define __flexarr []
#define __restrict_arr __restrict

#define __THROW
#define __THROWNL
#define __NTH(function) function
#define __NTHNL(function) function
#define __COLD
#define __wur
#define __returns_nonnull
#define __nonnull(parameters)
#define __attribute_nonnull__(parameters)
#define __attribute_pure__
#define __attribute_const__
#define __attribute_malloc__
#define __attribute_deprecated__
#define __attribute_deprecated_msg__(message)
#define __attribute_used__
#define __attribute_noinline__
#define __attribute_maybe_unused__
#define __attribute_warn_unused_result__
#define __attribute_returns_twice__
#define __attribute_alloc_size__(parameters)
#define __attribute_alloc_align__(parameters)
#define __attribute_format_arg__(parameter)
#define __attribute_format_strfmon__(a, b)
#define __attr_access(parameters)
#define __attr_dealloc(function, parameter)
#define __attr_dealloc_free
#define __attr_dealloc_fclose
#define __REDIRECT(name, parameters, other) name parameters
#define __REDIRECT_NTH(name, parameters, other) name parameters
#define __LDBL_REDIR_DECL(name)
#define __glibc_likely(condition) __builtin_expect((condition), 1)
#define __glibc_unlikely(condition) __builtin_expect((condition), 0)

#endif
