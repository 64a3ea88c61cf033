/* Uses every macro of our <bpf/...> headers; tests/test_headers.py compiles it for each machine, also with clang where there is one. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>
char LICENSE[] SEC("license") = "GPL";
struct pair { long a, b; };
enum shade { LIGHT, DARK };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, __u32); __type(value, struct pair); } m SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __type(key, __u32); __array(values, int (void*)); } pa SEC(".maps") = { .values = {} };
extern int missing_kfunc(int) __ksym __weak;
struct bits { int a : 3; unsigned b : 7; unsigned long long c : 40; } __attribute__((preserve_access_index));
struct bits gb;
__noinline int sub(struct task_struct *t __arg_trusted, int *n __arg_nonnull) { return t && n ? *n : 0; }
__hidden __weak int hid(void) { return 1; }
SEC("kprobe/a") int BPF_KPROBE(kp, struct task_struct *t, int n, const char *s) { char b[16]; BPF_CORE_READ_STR_INTO(&b, t, real_parent, comm); bpf_printk("%d %s %s", n, s, b); return BPF_CORE_READ(t, real_parent, real_parent, pid) + PT_REGS_PARM2_CORE(ctx); }
SEC("kprobe/b") int BPF_KPROBE(kp0) { unsigned long ip; BPF_KPROBE_READ_RET_IP(ip, ctx); return ip + PT_REGS_IP(ctx) + PT_REGS_SP(ctx); }
SEC("kretprobe/b") int BPF_KRETPROBE(kr, long ret) { unsigned long ip; BPF_KRETPROBE_READ_RET_IP(ip, ctx); return ret + ip; }
SEC("kretprobe/b") int BPF_KRETPROBE(kr0) { return 0; }
SEC("uprobe") int BPF_UPROBE(up, int a) { return a; }
SEC("uretprobe") int BPF_URETPROBE(ur, int a) { return a; }
SEC("ksyscall/open") int BPF_KSYSCALL(ks, const char *name, int flags, int mode, long d, long e, long f) { return flags + mode + d + e + f; }
SEC("ksyscall/open") int BPF_KPROBE_SYSCALL(ks0) { return 0; }
SEC("fentry/x") int BPF_PROG(pr, struct task_struct *t, u8 b, int c) { return t->pid + b + c; }
SEC("fentry/x") int BPF_PROG(pr0) { return bpf_get_func_ip(ctx); }
SEC("fentry/x") int BPF_PROG2(p2, struct pair, p, int, c, struct task_struct *, t, u8, d, u16, e) { return p.a + p.b + c + d + e + t->pid; }
SEC("fentry/x") int BPF_PROG2(p20) { return 0; }
SEC("tp_btf/x") int BPF_PROG(core, struct task_struct *t) {
	long r = 0; pid_t pid; char out[32]; int i; struct pair v; char c2[16];
	r += bpf_core_field_exists(t->pid) + bpf_core_field_exists(struct task_struct, comm) + bpf_core_field_size(t->comm) + bpf_core_field_offset(struct task_struct, pid);
	r += bpf_core_type_exists(struct task_struct) + bpf_core_type_size(struct task_struct) + bpf_core_type_id_kernel(struct task_struct) + bpf_core_type_id_local(struct task_struct) + bpf_core_type_matches(struct task_struct);
	r += bpf_core_enum_value_exists(enum shade, DARK) + bpf_core_enum_value(enum shade, DARK);
	BPF_CORE_READ_INTO(&pid, t, group_leader, pid);
	BPF_PROBE_READ_INTO(&pid, t, group_leader, pid);
	BPF_CORE_READ_USER_INTO(&pid, t, pid);
	BPF_PROBE_READ_USER_INTO(&pid, t, pid);
	BPF_PROBE_READ_STR_INTO(&c2, t, comm); BPF_PROBE_READ_USER_STR_INTO(&c2, t, comm); BPF_CORE_READ_USER_STR_INTO(&c2, t, comm);
	r += BPF_PROBE_READ(t, group_leader, tgid) + BPF_CORE_READ_USER(t, tgid) + BPF_PROBE_READ_USER(t, tgid);
	r += BPF_CORE_READ(t, group_leader, group_leader, group_leader, group_leader, group_leader, group_leader, group_leader, group_leader, pid);
	bpf_core_read(&pid, sizeof(pid), &t->pid); bpf_core_read_str(c2, sizeof(c2), &t->comm); bpf_core_read_user(&pid, 4, &t->pid); bpf_core_read_user_str(c2, 4, &t->comm);
	r += bpf_core_cast(t, struct task_struct)->pid;
	r += BPF_CORE_READ_BITFIELD(&gb, a) + BPF_CORE_READ_BITFIELD_PROBED(&gb, b); BPF_CORE_WRITE_BITFIELD(&gb, c, 77);
	BPF_SNPRINTF(out, sizeof(out), "%d %s", t->pid, t->comm);
	BPF_SNPRINTF(out, sizeof(out), "x");
	bpf_printk("none"); bpf_printk("%d %d %d %d", 1, 2, 3, t->pid);
	bpf_for(i, 0, 10) { r += i; if (r > 100) break; }
	bpf_repeat(5) r++;
	unsigned long long f[3]; ___bpf_fill(f, r, pid, 7); r += f[0] + f[1] + f[2]; ___bpf_fill(f);
	int *p; bpf_for_each(num, p, 0, 5) r += *p;
#ifdef KSYM_EXISTS
	if (bpf_ksym_exists(missing_kfunc)) r += missing_kfunc(1);
#endif
	barrier(); barrier_var(r);
	v.a = r; v.b = bpf_htons(0x1234) + bpf_ntohl(pid) + bpf_cpu_to_be64(r);
	bpf_map_update_elem(&m, &pid, &v, BPF_ANY);
	r += (long)container_of(&v.b, struct pair, b)->a + offsetof(struct pair, b) + KERNEL_VERSION(6, 12, 300) + sub(t, &pid) + hid();
	switch (bpf_ntohs((__u16)r)) { case bpf_htons(1): r++; break; case bpf_htons(0x800): r--; }
	return r;
}
SEC("iter/task") int it(struct bpf_iter__task *ctx) { if (ctx->task) BPF_SEQ_PRINTF(ctx->meta->seq, "%d %s\n", ctx->task->pid, ctx->task->comm); return 0; }
SEC("tc") int tail(struct __sk_buff *skb) { bpf_tail_call_static(skb, &pa, 2); return 0; }
extern int CONFIG_HZ __kconfig; extern enum libbpf_tristate CONFIG_BPF __kconfig;
struct kp { struct task_struct __kptr *a; struct task_struct __kptr_untrusted *b; struct pair __percpu_kptr *c; } kk;
