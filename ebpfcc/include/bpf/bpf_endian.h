/* SPDX-License-Identifier: MIT */
/* Byte order of the network and of BPF's machine. Names and meaning are libbpf's; a constant argument makes a constant expression. */
#ifndef __BPF_ENDIAN__
#define __BPF_ENDIAN__

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ___bpf_swap_bytes(bits, x) __builtin_bswap##bits(x)
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ___bpf_swap_bytes(bits, x) (x)
#else
#error "unknown byte order"
#endif

#define bpf_htons(x) ___bpf_swap_bytes(16, x)
#define bpf_ntohs(x) ___bpf_swap_bytes(16, x)
#define bpf_htonl(x) ___bpf_swap_bytes(32, x)
#define bpf_ntohl(x) ___bpf_swap_bytes(32, x)
#define bpf_cpu_to_be64(x) ___bpf_swap_bytes(64, x)
#define bpf_be64_to_cpu(x) ___bpf_swap_bytes(64, x)

#define __bpf_htons(x) bpf_htons(x)
#define __bpf_ntohs(x) bpf_ntohs(x)
#define __bpf_htonl(x) bpf_htonl(x)
#define __bpf_ntohl(x) bpf_ntohl(x)
#define __bpf_cpu_to_be64(x) bpf_cpu_to_be64(x)
#define __bpf_be64_to_cpu(x) bpf_be64_to_cpu(x)
#define __bpf_constant_htons(x) bpf_htons(x)
#define __bpf_constant_ntohs(x) bpf_ntohs(x)
#define __bpf_constant_htonl(x) bpf_htonl(x)
#define __bpf_constant_ntohl(x) bpf_ntohl(x)
#define __bpf_constant_cpu_to_be64(x) bpf_cpu_to_be64(x)
#define __bpf_constant_be64_to_cpu(x) bpf_be64_to_cpu(x)

#endif
