/* A packet filter at the network card (XDP): drops what comes from blocked IPv4 addresses and counts packets and bytes by verdict.
 *
 *   ebpfcc -O2 -g -c filter.bpf.c -o filter.bpf.o
 *   ip link set dev eth0 xdp obj filter.bpf.o sec xdp            (as root; `... xdp off` takes it away)
 *   bpftool map update name blocked key 10 0 0 7 value 1 0 0 0   (drop what 10.0.0.7 sends)
 *   bpftool map dump name verdicts
 *
 * `make demo` shows it on one packet without a network card.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct count {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u32);
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XDP_REDIRECT + 1);
	__type(key, __u32);
	__type(value, struct count);
} verdicts SEC(".maps");

/* What is to happen with a packet; one that is cut short passes, for others to judge. */
static enum xdp_action judge(void *data, void *end)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	return bpf_map_lookup_elem(&blocked, &ip->saddr) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 verdict = judge(data, end);
	struct count *count = bpf_map_lookup_elem(&verdicts, &verdict);

	if (count) {
		__sync_fetch_and_add(&count->packets, 1);
		__sync_fetch_and_add(&count->bytes, end - data);
	}
	return verdict;
}

char LICENSE[] SEC("license") = "GPL";
