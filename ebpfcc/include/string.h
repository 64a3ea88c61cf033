/* SPDX-License-Identifier: MIT */
/* Functions that the compiler expands; nothing behind them can be called. */
#ifndef __EBPFCC_STRING_H
#define __EBPFCC_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *text, int byte);

#endif
