/* Counts system calls by process, with the number of the last one (a tracepoint and a hash map).
 *
 *   ebpfcc -O2 -g -c syscalls.bpf.c -o syscalls.bpf.o
 *   bpftool prog loadall syscalls.bpf.o /sys/fs/bpf/syscalls autoattach   (as root)
 *   bpftool map dump name calls
 *   rm -r /sys/fs/bpf/syscalls                                            (ends it)
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

struct usage {
	__u64 calls;
	__u64 last;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct usage);
} calls SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int count(struct trace_event_raw_sys_enter *ctx)
{
	__u32 process = bpf_get_current_pid_tgid() >> 32;
	struct usage *usage = bpf_map_lookup_elem(&calls, &process);

	if (!usage) {
		struct usage first = {};

		bpf_get_current_comm(first.comm, sizeof(first.comm));
		bpf_map_update_elem(&calls, &process, &first, BPF_NOEXIST);
		usage = bpf_map_lookup_elem(&calls, &process);
		if (!usage)
			return 0;
	}
	__sync_fetch_and_add(&usage->calls, 1);
	usage->last = ctx->id;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
