/* A congestion control for TCP in a few lines (struct_ops): the window grows by one packet for each window that is acknowledged, never
 * beyond a bound, and shrinks by a quarter after a loss.
 *
 *   ebpfcc -O2 -g -c steady.bpf.c -o steady.bpf.o
 *   bpftool struct_ops register steady.bpf.o        (as root)
 *   sysctl net.ipv4.tcp_congestion_control=steady   (new connections use it)
 *   bpftool struct_ops unregister name steady
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define WINDOW_MOST 512U
#define WINDOW_LEAST 2U

static struct tcp_sock *tcp(struct sock *sk)
{
	return (struct tcp_sock *)sk;
}

SEC("struct_ops")
void BPF_PROG(steady_start, struct sock *sk)
{
	bpf_printk("steady: a connection from port %d", sk->__sk_common.skc_num);
}

SEC("struct_ops")
__u32 BPF_PROG(steady_after_loss, struct sock *sk)
{
	__u32 window = tcp(sk)->snd_cwnd;

	window -= window / 4;
	return window > WINDOW_LEAST ? window : WINDOW_LEAST;
}

SEC("struct_ops")
void BPF_PROG(steady_acknowledged, struct sock *sk, __u32 ack, __u32 acked)
{
	struct tcp_sock *tp = tcp(sk);
	__u32 count = tp->snd_cwnd_cnt + acked;

	if (count >= tp->snd_cwnd) {
		count = 0;
		if (tp->snd_cwnd < WINDOW_MOST)
			tp->snd_cwnd = tp->snd_cwnd + 1;
	}
	tp->snd_cwnd_cnt = count;
}

SEC("struct_ops")
__u32 BPF_PROG(steady_undo, struct sock *sk)
{
	__u32 window = tcp(sk)->snd_cwnd, before = tcp(sk)->prior_cwnd;

	return window > before ? window : before;
}

SEC(".struct_ops")
struct tcp_congestion_ops steady = {
	.init = (void *)steady_start,
	.ssthresh = (void *)steady_after_loss,
	.cong_avoid = (void *)steady_acknowledged,
	.undo_cwnd = (void *)steady_undo,
	.name = "steady",
};

char LICENSE[] SEC("license") = "GPL";
