/* Prints the ancestors of every process that runs a new program, up to process 1. The members of task_struct are found by name when the
 * program is loaded (CO-RE): one object runs on kernels whose structures differ.
 *
 *   ebpfcc -O2 -g -c ancestors.bpf.c -o ancestors.bpf.o
 *   bpftool prog loadall ancestors.bpf.o /sys/fs/bpf/ancestors autoattach   (as root)
 *   cat /sys/kernel/tracing/trace_pipe
 *   rm -r /sys/fs/bpf/ancestors                                             (ends it)
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define GENERATIONS 16

/* Members that only some kernels have: the state of a task had another name before Linux 5.14. */
struct task_struct___old {
	long state;
} __attribute__((preserve_access_index));

static long state_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ((struct task_struct___old *)task, state);
}

SEC("raw_tp/sched_process_exec")
int exec(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	char name[16];
	int generation;

	for (generation = 0; generation < GENERATIONS; generation++) {
		int pid = BPF_CORE_READ(task, tgid);

		BPF_CORE_READ_STR_INTO(&name, task, group_leader, comm);
		bpf_printk("%d: pid %d %s", generation, pid, name);
		if (generation == 0)
			bpf_printk("   state %ld, user %d", state_of(task), BPF_CORE_READ(task, cred, uid.val));
		if (pid <= 1)
			break;
		task = BPF_CORE_READ(task, real_parent);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
