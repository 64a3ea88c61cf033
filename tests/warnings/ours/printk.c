// -Wall
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int f(struct xdp_md *ctx) {
	__u64 l = ctx->data; int i = ctx->rx_queue_index; char comm[16] = ""; struct xdp_md *p = ctx; char out[64];
	bpf_printk("ok %d %llu %s", i, l, comm);
	bpf_printk("ok %p %px %pI4 %ps 100%%", p, p, &i);
	bpf_printk("trunc %d", l);
	bpf_printk("ptr %x", p);
	bpf_printk("zu %zu", l);
	bpf_printk("prec %.3d", i);
	bpf_printk("hh %hhx", i);
	bpf_printk("few %d %d", i);
	bpf_printk("many %d", i, i);
	bpf_printk("str %s", i);
	bpf_printk("four %d %d %d %d", i, l, i, i);
	bpf_printk("%d %d %d %d %f", i, i, i, i, i);
	bpf_printk("%sx", comm);
	bpf_printk("%05d %-3u %+d", i, i, i);
	BPF_SNPRINTF(out, sizeof(out), "%d %s", l, comm);
	const char fmt[] = "loc %d %d\n"; bpf_trace_printk(fmt, sizeof(fmt), i);
	char fmt2[] = "loc %lx\n"; bpf_trace_printk(fmt2, sizeof(fmt2), l);
	bpf_printk("c %c lu %lu", i, i); bpf_printk("plain");
	return 2;
}
char _license[] SEC("license") = "GPL";
