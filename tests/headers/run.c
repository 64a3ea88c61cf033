/* What macros compute, run in the kernel on an empty packet by tests/test_headers.py: the result is the number of the first wrong one. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

struct pair {
	long a, b;
};

/* types of the kernel, so that its loader finds the offsets */
struct tcphdr tcp;
struct list_head first, middle, last;
struct new_utsname names;
int sum; /* not in a register: the verifier would follow its value through each turn of a loop */

static int BPF_PROG2(take, unsigned char, byte, struct pair, pair, unsigned short, half, int, word, struct list_head *, node)
{
	return byte == 0xfe && pair.a == 2 && pair.b == 3 && half == 0x4444 && word == -5 && node == (void *)6;
}

#define CHECK(number, condition) \
	if (!(condition)) \
		return number;

SEC("xdp")
int check(struct xdp_md *ctx)
{
	unsigned long long words[] = { 0xfffe, 2, 3, 0x54444, -5, 6 };
	struct list_head *n = &first, *read;
	char name[8] = "";
	int i;

	tcp.doff = 11;
	tcp.syn = 1;
	tcp.window = 0xffff;
	CHECK(1, BPF_CORE_READ_BITFIELD(&tcp, doff) == 11);
	CHECK(2, BPF_CORE_READ_BITFIELD(&tcp, syn) == 1 && BPF_CORE_READ_BITFIELD(&tcp, fin) == 0);
	CHECK(3, BPF_CORE_READ_BITFIELD_PROBED(&tcp, doff) == 11);
	CHECK(4, BPF_CORE_READ_BITFIELD_PROBED(&tcp, syn) == 1 && BPF_CORE_READ_BITFIELD_PROBED(&tcp, rst) == 0);
	CHECK(5, BPF_CORE_READ_BITFIELD(&tcp, window) == 0xffff);
	BPF_CORE_WRITE_BITFIELD(&tcp, doff, 0x35);
	barrier();
	CHECK(6, tcp.doff == 5 && tcp.syn == 1 && tcp.fin == 0 && tcp.window == 0xffff);
	first.next = &middle;
	middle.next = &last;
	last.next = &first;
	barrier();
	CHECK(7, BPF_CORE_READ(n, next) == &middle);
	CHECK(8, BPF_CORE_READ(n, next, next, next, next) == &middle);
	CHECK(9, BPF_CORE_READ_INTO(&read, n, next, next) == 0 && read == &last);
	names.nodename[0] = 'h';
	names.nodename[1] = 'i';
	barrier();
	CHECK(10, BPF_CORE_READ_STR_INTO(&name, &names, nodename) == 3 && name[0] == 'h' && name[1] == 'i' && name[2] == 0);
	CHECK(11, bpf_core_field_size(names.nodename) == 65 && bpf_core_field_offset(struct list_head, prev) == 8 && bpf_core_field_exists(n->next));
	CHECK(12, bpf_htons(0x1234) == 0x3412 && bpf_ntohl(0x12345678) == 0x78563412 && bpf_be64_to_cpu(1ULL) == 1ULL << 56);
	CHECK(13, container_of(&middle.prev, struct list_head, prev) == &middle && offsetof(struct list_head, prev) == 8);
	sum = 0;
	bpf_for(i, 3, 6)
		sum += i;
	CHECK(14, sum == 12);
	bpf_repeat(7) {
		if (++sum == 15)
			break;
	}
	CHECK(15, sum == 15);
	CHECK(16, take(words));
	CHECK(17, BPF_SNPRINTF(name, sizeof(name), "%d-%d", 12, 345) == 7 && name[2] == '-' && name[5] == '5');
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
