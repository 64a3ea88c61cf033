/* Programs without vmlinux.h: structures of the kernel's interface at their real offsets. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/icmp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/pkt_cls.h>
#include <linux/ptrace.h>
#include <linux/version.h>
#include <linux/bpf_perf_event.h>
#include <errno.h>
#include <string.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#define AT(type, member, offset) _Static_assert(__builtin_offsetof(type, member) == offset, #type "." #member)
#define SIZE(type, size) _Static_assert(sizeof(type) == size, #type)

SIZE(struct ethhdr, 14);
SIZE(struct iphdr, 20);
AT(struct iphdr, saddr, 12);
SIZE(struct ipv6hdr, 40);
AT(struct ipv6hdr, daddr, 24);
SIZE(struct tcphdr, 20);
AT(struct tcphdr, window, 14);
SIZE(struct udphdr, 8);
SIZE(struct icmphdr, 8);
SIZE(struct sockaddr_in, 16);
SIZE(struct sockaddr_in6, 28);
SIZE(struct __sk_buff, 192);
AT(struct __sk_buff, data, 76);
AT(struct __sk_buff, sk, 168);
SIZE(struct xdp_md, 24);
AT(struct xdp_md, egress_ifindex, 20);
SIZE(struct bpf_sock_addr, 72);
AT(struct bpf_sock_addr, sk, 64);
SIZE(struct bpf_sock_ops, 224);
SIZE(struct sk_msg_md, 80);
SIZE(struct bpf_fib_lookup, 64);
SIZE(struct bpf_insn, 8);
SIZE(struct bpf_timer, 16);
SIZE(struct bpf_dynptr, 16);
SIZE(struct bpf_spin_lock, 4);
SIZE(struct bpf_flow_keys, 56);
_Static_assert(bpf_htons(0x1234) == 0x3412 && bpf_ntohl(1) == 0x01000000 && bpf_cpu_to_be64(1) == 1ULL << 56, "byte order");
_Static_assert(EINVAL == 22 && ETIMEDOUT == 110 && BPF_FUNC_get_stack == 67 && BPF_MAP_TYPE_RINGBUF == 27 && XDP_TX == 3, "numbers");
_Static_assert(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0), "version");

SEC("tc")
int classify(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = data + sizeof(*eth) + sizeof(*ip);
	unsigned char none[ETH_ALEN];

	memset(none, 0, sizeof(none));
	if ((void *)(tcp + 1) > end || skb->pkt_type != PACKET_HOST)
		return TC_ACT_OK;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP || !memcmp(eth->h_source, none, ETH_ALEN))
		return TC_ACT_SHOT;
	return tcp->syn && tcp->dest == bpf_htons(23) && tcp->doff >= 5 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	bpf_printk("at %lx, period %llu", PT_REGS_IP(&ctx->regs), ctx->sample_period);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
