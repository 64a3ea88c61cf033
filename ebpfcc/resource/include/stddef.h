/* <stddef.h> (C11 7.19). A header that defines __need_X first gets X alone, as the C libraries expect of a compiler. */
#if !defined(__need_ptrdiff_t) && !defined(__need_size_t) && !defined(__need_wchar_t) && !defined(__need_NULL) && \
	!defined(__need_wint_t) && !defined(__need_max_align_t) && !defined(__need_offsetof) && !defined(__need_rsize_t)
#define __need_ptrdiff_t
#define __need_size_t
#define __need_wchar_t
#define __need_NULL
#define __need_max_align_t
#define __need_offsetof
#endif

#if defined(__need_ptrdiff_t) && !defined(__EBPFCC_PTRDIFF_T)
#define __EBPFCC_PTRDIFF_T
typedef __PTRDIFF_TYPE__ ptrdiff_t;
#endif
#if defined(__need_size_t) && !defined(__EBPFCC_SIZE_T)
#define __EBPFCC_SIZE_T
typedef __SIZE_TYPE__ size_t;
#endif
#if defined(__need_rsize_t) && !defined(__EBPFCC_RSIZE_T)
#define __EBPFCC_RSIZE_T
typedef __SIZE_TYPE__ rsize_t;
#endif
#if defined(__need_wchar_t) && !defined(__EBPFCC_WCHAR_T) && !defined(__VMLINUX_H__) /* which has the kernel's */
#define __EBPFCC_WCHAR_T
typedef __WCHAR_TYPE__ wchar_t;
#endif
#if defined(__need_wint_t) && !defined(__EBPFCC_WINT_T)
#define __EBPFCC_WINT_T
typedef __WINT_TYPE__ wint_t;
#endif
#if defined(__need_max_align_t) && !defined(__EBPFCC_MAX_ALIGN_T)
#define __EBPFCC_MAX_ALIGN_T
typedef struct {
	long long __a __attribute__((__aligned__(__alignof__(long long))));
	void *__b __attribute__((__aligned__(__alignof__(void *))));
} max_align_t;
#endif
#ifdef __need_NULL
#undef NULL
#define NULL ((void *)0)
#endif
#ifdef __need_offsetof
#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

#undef __need_ptrdiff_t
#undef __need_size_t
#undef __need_rsize_t
#undef __need_wchar_t
#undef __need_wint_t
#undef __need_max_align_t
#undef __need_NULL
#undef __need_offsetof
