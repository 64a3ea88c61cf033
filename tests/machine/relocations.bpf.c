/* Every kind of CO-RE relocation, its value as the loader finds it in the running kernel's types; test_other_kernels.py has the questions. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct___own {
	int pid;
	int tgid;
	struct task_struct___own *group_leader;
	char comm[16];
	unsigned in_execve : 1;
};
struct task_struct___other {
	long no_such_member;
};
struct sk_buff___own {
	unsigned char pkt_type : 3;
	unsigned char ip_summed : 2;
	unsigned len;
	unsigned short queue_mapping;
};
struct sk_buff {
	unsigned len;
};
struct tcp_sock {
	unsigned repair : 1;
};
struct no_such_struct {
	int x;
};
struct sched_param {
	int sched_priority;
};
struct sched_param___odd {
	unsigned sched_priority;
};
#pragma clang attribute pop
enum bpf_map_type___own { BPF_MAP_TYPE_RINGBUF___own = 1, BPF_MAP_TYPE_ARENA___own = 2, NO_SUCH_TYPE___own = 3 };
enum bpf_prog_type___own { BPF_PROG_TYPE_NETFILTER___own = 7, BPF_PROG_TYPE_SYSCALL___own = 8 };

unsigned long long result[64];
char name[16];

#define PUT(value) result[n++] = (value)
#define ASK(member, kind) PUT(bpf_core_field_exists(member) ? __builtin_preserve_field_info(member, kind) : -1)
#define ELEMENT(member) /* offset, size, exists */ \
	do {                                       \
		ASK(member, 0);                    \
		ASK(member, 1);                    \
		PUT(bpf_core_field_exists(member)); \
	} while (0)
#define FIELD(member) /* these, signedness, shifts to the left and to the right */ \
	do {                                                                       \
		ELEMENT(member);                                                   \
		ASK(member, 3);                                                    \
		ASK(member, 4);                                                    \
		ASK(member, 5);                                                    \
	} while (0)

SEC("syscall") int fields(void *ctx)
{
	int n = 0;

	struct task_struct___own *task = 0;
	struct task_struct___other *other = 0;
	struct sk_buff___own *skb = 0;
	struct tcp_sock *tcp = 0;

	FIELD(task->pid);
	FIELD(task->in_execve);
	FIELD(other->no_such_member);
	FIELD(skb->pkt_type);
	FIELD(skb->ip_summed);
	FIELD(skb->queue_mapping);
	FIELD(tcp->repair);
	ELEMENT(task->comm[3]);
	return n;
}

SEC("syscall") int types(void *ctx)
{
	int n = 48;

	PUT(bpf_core_type_exists(struct sk_buff));
	PUT(bpf_core_type_exists(struct no_such_struct));
	PUT(bpf_core_type_size(struct sk_buff));
	PUT(bpf_core_type_size(struct no_such_struct));
	PUT(bpf_core_type_id_kernel(struct sk_buff));
	PUT(bpf_core_type_id_local(struct sk_buff) != 0);
	PUT(bpf_core_type_matches(struct sched_param));
	PUT(bpf_core_type_matches(struct sched_param___odd));
	PUT(bpf_core_enum_value_exists(enum bpf_map_type___own, BPF_MAP_TYPE_RINGBUF___own));
	PUT(bpf_core_enum_value(enum bpf_map_type___own, BPF_MAP_TYPE_RINGBUF___own));
	PUT(bpf_core_enum_value_exists(enum bpf_map_type___own, BPF_MAP_TYPE_ARENA___own));
	PUT(bpf_core_enum_value_exists(enum bpf_map_type___own, NO_SUCH_TYPE___own));
	PUT(bpf_core_enum_value_exists(enum bpf_prog_type___own, BPF_PROG_TYPE_NETFILTER___own));
	PUT(bpf_core_enum_value(enum bpf_prog_type___own, BPF_PROG_TYPE_SYSCALL___own));
	return n;
}

/* What the machine's only process is, read through relocated accesses. */
SEC("syscall") int reads(void *ctx)
{
	int n = 62;
	struct task_struct___own *task = (void *)bpf_get_current_task_btf();

	PUT(task->tgid);
	PUT(BPF_CORE_READ(task, group_leader, pid));
	bpf_core_read_str(name, sizeof(name), &task->comm);
	return n;
}

char _license[] SEC("license") = "GPL";
