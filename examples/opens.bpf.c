/* Sends the name of every file that is opened to user space through a ring buffer, with who opens it; how many did not fit is counted.
 *
 *   ebpfcc -O2 -g -c opens.bpf.c -o opens.bpf.o
 *   bpftool prog loadall opens.bpf.o /sys/fs/bpf/opens autoattach   (as root)
 *   rm -r /sys/fs/bpf/opens                                         (ends it)
 *
 * A reader maps the ring (libbpf's ring_buffer__new) and gets one struct event each.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u64 time;
	__u32 pid;
	__u32 uid;
	int flags;
	char comm[16];
	char file[128];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

const volatile __u32 only_pid = 0; /* set before loading to follow one process */
__u64 lost = 0;

SEC("tracepoint/syscalls/sys_enter_openat")
int opened(struct trace_event_raw_sys_enter *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *event;

	if (only_pid && pid != only_pid)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	event->time = bpf_ktime_get_ns();
	event->pid = pid;
	event->uid = bpf_get_current_uid_gid();
	event->flags = ctx->args[2];
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	if (bpf_probe_read_user_str(event->file, sizeof(event->file), (const void *)ctx->args[1]) < 0)
		event->file[0] = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
