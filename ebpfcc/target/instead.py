"""What a BPF program does in place of a function that it cannot call: those of the C library, and the kernel's own."""

from __future__ import annotations

INSTEAD = {
    "printf": "print with bpf_printk()", "fprintf": "print with bpf_printk()", "puts": "print with bpf_printk()",
    "printk": "print with bpf_printk()", "perror": "print with bpf_printk()",
    "sprintf": "format with bpf_snprintf() or BPF_SNPRINTF()", "snprintf": "format with bpf_snprintf() or BPF_SNPRINTF()",
    "malloc": "keep data in a map, or in an array of known size", "calloc": "keep data in a map, or in an array of known size",
    "realloc": "keep data in a map, or in an array of known size", "kmalloc": "keep data in a map, or in an array of known size",
    "free": "what a map holds is deleted with bpf_map_delete_elem()", "kfree": "what a map holds is deleted with bpf_map_delete_elem()",
    "strcmp": "compare with bpf_strncmp()", "strncmp": "compare with bpf_strncmp()", "memcmp": "compare with __builtin_memcmp(), of a constant size",
    "memcpy": "copy with __builtin_memcpy(), of a constant size", "memset": "fill with __builtin_memset(), of a constant size",
    "memmove": "copy with __builtin_memmove(), of a constant size", "strcpy": "copy with __builtin_memcpy(), of a constant size",
    "strncpy": "copy with __builtin_memcpy(), of a constant size", "strlcpy": "copy with __builtin_memcpy(), of a constant size",
    "atoi": "read a number with bpf_strtol()", "strtol": "read a number with bpf_strtol()", "strtoul": "read a number with bpf_strtoul()",
    "htons": "use bpf_htons() of <bpf/bpf_endian.h>", "ntohs": "use bpf_ntohs() of <bpf/bpf_endian.h>",
    "htonl": "use bpf_htonl() of <bpf/bpf_endian.h>", "ntohl": "use bpf_ntohl() of <bpf/bpf_endian.h>",
    "time": "ask for the time with bpf_ktime_get_ns()", "clock_gettime": "ask for the time with bpf_ktime_get_ns()",
    "gettimeofday": "ask for the time with bpf_ktime_get_ns()", "rand": "use bpf_get_prandom_u32()", "random": "use bpf_get_prandom_u32()",
    "getpid": "use bpf_get_current_pid_tgid() >> 32", "gettid": "use (__u32)bpf_get_current_pid_tgid()",
    "getuid": "use (__u32)bpf_get_current_uid_gid()", "copy_from_user": "read with bpf_probe_read_user()",
    "copy_to_user": "write with bpf_probe_write_user()", "sleep": "a program cannot wait: see bpf_timer_start()",
    "usleep": "a program cannot wait: see bpf_timer_start()", "msleep": "a program cannot wait: see bpf_timer_start()",
    "exit": "end the program with return", "abort": "end the program with return", "assert": "test with if, and return",
    "kill": "use bpf_send_signal()",
}  # fmt: skip


def instead_of(name: str) -> str:
    """ "" for a function that the table does not have."""
    return f"a BPF program cannot call '{name}': {INSTEAD[name]}" if name in INSTEAD else ""
