"""Programs that the verifier refuses: (name, the refusal in explain's table, body). The line marked FAULT is the one to be named."""

from __future__ import annotations

PRELUDE = """\
#include <linux/bpf.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
struct value { long count; int words[4]; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, struct value); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, long); __type(value, long); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
"""
CASES: list[tuple[str, str, str]] = [
    # NULL
    ("lookup_unchecked", "null-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = ctx->rx_queue_index;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  return v->count; /* FAULT */
}"""),
    ("lookup_in_callee", "null-dereference", """
static __noinline int use(struct value *v) {
  return v->words[2]; /* FAULT */
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = ctx->rx_queue_index;
  return use(bpf_map_lookup_elem(&array, &key)) & 1;
}"""),
    ("lookup_wrong_test", "null-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = ctx->rx_queue_index, other = key + 1;
  struct value *a = bpf_map_lookup_elem(&array, &key);
  struct value *b = bpf_map_lookup_elem(&array, &other);
  if (!a)
    return 0;
  return b->count; /* FAULT */
}"""),
    ("reserve_unchecked", "null-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int *record = bpf_ringbuf_reserve(&ring, 8, 0);
  *record = 1; /* FAULT */
  bpf_ringbuf_submit(record, 0);
  return 1;
}"""),
    ("iterator_unchecked", "null-dereference", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
struct each { union { void *meta; }; union { struct task_struct *task; }; };
SEC("iter/task") int prog(struct each *ctx) {
  return ctx->task->pid; /* FAULT */
}"""),
    ("current_task_followed", "scalar-dereference", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
SEC("raw_tp/sys_enter") int prog(void *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return task->pid; /* FAULT */
}"""),
    ("value_beyond", "map-value-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long key = 0, *v = bpf_map_lookup_elem(&hash, &key);
  if (v)
    v[1] = 2; /* FAULT */
  return 1;
}"""),
    ("null_arithmetic", "null-arithmetic", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = ctx->rx_queue_index;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  int *w = v->words + (ctx->rx_queue_index & 3); /* FAULT */
  if (!v)
    return 0;
  return *w & 1;
}"""),
    ("null_argument", "null-argument", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  void *record = bpf_ringbuf_reserve(&ring, 8, 0);
  bpf_ringbuf_discard(record, 0); /* FAULT */
  return 1;
}"""),
    ("null_key", "null-argument", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long key = 0;
  long *found = bpf_map_lookup_elem(&hash, &key);
  bpf_map_delete_elem(&hash, found); /* FAULT */
  return 1;
}"""),
    # packets
    ("packet_unchecked", "packet-range", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  struct ethhdr *eth = (void *)(long)ctx->data;
  return eth->h_proto == 8; /* FAULT */
}"""),
    ("packet_short_check", "packet-range", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct ethhdr *eth = data;
  if (data + sizeof(*eth) > end)
    return XDP_DROP;
  struct iphdr *ip = data + sizeof(*eth);
  return ip->ttl > 4 ? XDP_PASS : XDP_DROP; /* FAULT */
}"""),
    ("packet_after_helper", "scalar-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 14 > end)
    return XDP_DROP;
  bpf_xdp_adjust_head(ctx, 4);
  return data[0] & 1; /* FAULT */
}"""),
    ("packet_end_moved", "packet-end-arithmetic", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  end -= 4; /* FAULT */
  return data > end;
}"""),
    ("packet_variable", "pointer-unbounded", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  long skip = (long)bpf_get_prandom_u32() * bpf_get_prandom_u32();
  char *at = data + skip; /* FAULT */
  if (at + 1 > end)
    return XDP_DROP;
  return *at & 1;
}"""),
    ("packet_readonly", "packet-write", """
SEC("cgroup_skb/egress") int prog(struct __sk_buff *skb) {
  char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (data + 4 > end)
    return 1;
  data[0] = 0; /* FAULT */
  return 1;
}"""),
    # maps and memory
    ("index_unbounded", "memory-unbounded", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  return v->words[ctx->rx_queue_index] & 1; /* FAULT */
}"""),
    ("index_off_by_one", "map-value-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  unsigned i = ctx->rx_queue_index;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v || i > 4)
    return 0;
  return v->words[i] & 1; /* FAULT */
}"""),
    ("index_signed", "pointer-unbounded", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  int i = bpf_get_prandom_u32();
  if (!v || i > 3)
    return 0;
  return v->words[i] & 1; /* FAULT */
}"""),
    ("index_negative", "map-value-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  long i = bpf_get_prandom_u32();
  i = (i & 3) - 3;
  if (!v)
    return 0;
  return v->words[i] & 1; /* FAULT */
}"""),
    ("beyond_value", "map-value-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long key = 0;
  long *v = bpf_map_lookup_elem(&hash, &key);
  return v ? v[1] & 1 : 0; /* FAULT */
}"""),
    ("global_array", "memory-unbounded", """
int table[8];
SEC("xdp") int prog(struct xdp_md *ctx) {
  table[ctx->ingress_ifindex] = 1; /* FAULT */
  return 1;
}"""),
    ("const_written", "map-read-only", """
const volatile int limit = 4;
SEC("xdp") int prog(struct xdp_md *ctx) {
  *(volatile int *)&limit = 5; /* FAULT */
  return 1;
}"""),
    ("size_unbounded", "memory-unbounded", """
SEC("tracepoint/syscalls/sys_enter_read") int prog(struct { long a, b, fd, buffer, count; } *ctx) {
  char buffer[16];
  bpf_probe_read_kernel(buffer, ctx->count, (void *)8); /* FAULT */
  return 0;
}"""),
    ("size_negative", "memory-negative", """
SEC("tracepoint/syscalls/sys_enter_read") int prog(struct { long a, b, fd, buffer, count; } *ctx) {
  char buffer[16] = {};
  long size = ctx->count;
  if (size > 16)
    return 0;
  bpf_ringbuf_output(&ring, buffer, size, 0); /* FAULT */
  return 0;
}"""),
    ("size_zero", "zero-sized", """
SEC("tc") int prog(struct __sk_buff *skb) {
  char buffer[16];
  unsigned size = skb->len & 15;
  bpf_skb_load_bytes(skb, 0, buffer, size); /* FAULT */
  return 0;
}"""),
    ("ring_record_bounds", "memory-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (!record)
    return 0;
  record[1] = 1; /* FAULT */
  bpf_ringbuf_submit(record, 0);
  return 1;
}"""),
    ("map_itself", "pointer-arithmetic", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  return ((char *)&array)[ctx->rx_queue_index & 7]; /* FAULT */
}"""),
    ("misaligned", "misaligned", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  char *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  return __sync_fetch_and_add((long *)(v + 1), 1) & 1; /* FAULT */
}"""),
    # stack
    ("dynptr_read", "stack-uninitialised", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &p);
  long x = *(volatile long *)&p; /* FAULT */
  bpf_ringbuf_discard_dynptr(&p, 0);
  return x & 1;
}"""),
    ("value_too_small", "stack-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0, small = 2;
  bpf_map_update_elem(&array, &key, &small, 0); /* FAULT */
  return 1;
}"""),
    ("stack_index", "stack-variable", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  volatile char local[8] = {};
  unsigned i = ctx->rx_queue_index;
  local[i] = 1; /* FAULT */
  return local[0];
}"""),
    ("stack_index_bounded", "stack-variable", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  volatile char local[8] = {};
  unsigned i = ctx->rx_queue_index & 1023;
  local[i] = 1; /* FAULT */
  return local[0];
}"""),
    ("combined_stack", "combined-stack", """
static __noinline int deep(int x) {
  volatile char room[300] = {};
  return room[x & 3];
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  volatile char room[300] = {};
  return deep(ctx->rx_queue_index) + room[5]; /* FAULT */
}"""),
    # registers
    ("no_result", "uninitialised", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  asm volatile("if r1 == 0 goto +1; exit"); /* FAULT */
  return 0;
}"""),
    ("register_unset", "uninitialised", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x;
  asm volatile("%0 = r7" : "=r"(x)); /* FAULT */
  return x & 1;
}"""),
    ("argument_missing", "uninitialised", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long (*now)(int, long) = (void *)BPF_FUNC_map_lookup_elem;
  asm volatile("r1 = %0 ll\\n call 1" :: "i"(&array) : "r0", "r1", "r2", "r3", "r4", "r5"); /* FAULT */
  return now != 0;
}"""),
    ("integer_as_pointer", "scalar-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int *p = (int *)(long)bpf_get_prandom_u32();
  return *p & 1; /* FAULT */
}"""),
    ("kernel_address", "scalar-dereference", """
SEC("tracepoint/syscalls/sys_enter_getpid") int prog(void *ctx) {
  long *task = (long *)bpf_get_current_task();
  return task[3] != 0; /* FAULT */
}"""),
    ("used_after_submit", "scalar-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  volatile int *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (!record)
    return 0;
  bpf_ringbuf_submit((void *)record, 0);
  return *record; /* FAULT */
}"""),
    # contexts
    ("context_beyond", "context-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  return ((int *)ctx)[12] & 1; /* FAULT */
}"""),
    ("context_member", "context-bounds", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  ctx->rx_queue_index = 3; /* FAULT */
  return 1;
}"""),
    ("context_narrow", "context-bounds", """
SEC("socket") int prog(struct __sk_buff *skb) {
  return skb->tc_classid & 1; /* FAULT */
}"""),
    ("context_variable", "context-variable", """
SEC("tc") int prog(struct __sk_buff *skb) {
  return skb->cb[bpf_get_prandom_u32() & 3] & 1; /* FAULT */
}"""),
    ("context_moved", "context-modified", """
SEC("tc") int prog(struct __sk_buff *skb) {
  return bpf_skb_pull_data((void *)skb + 8, 4) & 1; /* FAULT */
}"""),
    # arithmetic on pointers
    ("pointer_shift", "pointer-operator", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x = (long)ctx << 3; /* FAULT */
  return x != 0;
}"""),
    ("pointer_and", "pointer-operator", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  v = (void *)((long)v & ~7L); /* FAULT */
  return v->count & 1;
}"""),
    ("pointer_sum", "pointer-sum", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x = (long)ctx->data + (long)ctx->data_meta; /* FAULT */
  return x != 0;
}"""),
    ("pointer_narrow", "pointer-32-bit", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  unsigned x = (unsigned)(long)v + ctx->rx_queue_index; /* FAULT */
  return x & 1;
}"""),
    ("pointer_huge", "pointer-constant", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  char *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  return v[0x7fff0000] & 1; /* FAULT */
}"""),
    # locks and references
    ("reference_leak", "reference-leak", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (!record)
    return 0;
  *record = 1;
  if (ctx->rx_queue_index)
    bpf_ringbuf_submit(record, 0);
  return 1; /* FAULT */
}"""),
    ("released_twice", "argument-type", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  void *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (!record)
    return 0;
  bpf_ringbuf_discard(record, 0);
  bpf_ringbuf_discard(record, 0); /* FAULT */
  return 1;
}"""),
    ("lock_leak", "lock-leak", """
struct locked { struct bpf_spin_lock lock; int n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct locked); } locks SEC(".maps");
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  if (!v)
    return 0;
  bpf_spin_lock(&v->lock);
  v->n++;
  return 0; /* FAULT */
}"""),
    ("lock_twice", "lock-call", """
struct locked { struct bpf_spin_lock lock; int n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct locked); } locks SEC(".maps");
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  if (!v)
    return 0;
  bpf_spin_lock(&v->lock);
  bpf_spin_lock(&v->lock); /* FAULT */
  bpf_spin_unlock(&v->lock);
  return 0;
}"""),
    ("lock_none", "lock-none", """
struct locked { struct bpf_spin_lock lock; int n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct locked); } locks SEC(".maps");
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  if (v)
    bpf_spin_unlock(&v->lock); /* FAULT */
  return 0;
}"""),
    ("lock_call", "lock-call", """
struct locked { struct bpf_spin_lock lock; int n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct locked); } locks SEC(".maps");
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  if (!v)
    return 0;
  bpf_spin_lock(&v->lock);
  v->n = bpf_get_prandom_u32(); /* FAULT */
  bpf_spin_unlock(&v->lock);
  return 0;
}"""),
    ("lock_read", "lock-access", """
struct locked { struct bpf_spin_lock lock; int n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct locked); } locks SEC(".maps");
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct locked *v = bpf_map_lookup_elem(&locks, &key);
  return v ? *(int *)&v->lock & 1 : 0; /* FAULT */
}"""),
    ("rcu_leak", "rcu-leak", """
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
SEC("tc") int prog(struct __sk_buff *skb) {
  bpf_rcu_read_lock();
  if (skb->len > 4)
    bpf_rcu_read_unlock();
  return 0; /* FAULT */
}"""),
    # dynptrs, iterators
    ("dynptr_unset", "dynptr-uninitialised", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  char bytes[4];
  return bpf_dynptr_read(bytes, 4, &p, 0, 0) & 1; /* FAULT */
}"""),
    ("dynptr_leak", "reference-leak", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &p);
  return 0; /* FAULT */
}"""),
    ("iterator_unset", "iterator-uninitialised", """
struct bpf_iter_num { __u64 opaque[1]; } __attribute__((aligned(8)));
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_iter_num it;
  return bpf_iter_num_next(&it) != 0; /* FAULT */
}"""),
    ("iterator_twice", "iterator-initialised", """
struct bpf_iter_num { __u64 opaque[1]; } __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_iter_num it;
  bpf_iter_num_new(&it, 0, 4);
  bpf_iter_num_new(&it, 0, 8); /* FAULT */
  bpf_iter_num_destroy(&it);
  return 0;
}"""),
    # functions and program types
    ("helper_of_other_type", "helper-type", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  return bpf_skb_pull_data((void *)ctx, 4) & 1; /* FAULT */
}"""),
    ("helper_unknown", "helper-unknown", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long (*none)(void) = (void *)9999;
  return none() & 1; /* FAULT */
}"""),
    ("co_re", "co-re", """
struct task_struct { int no_such_member; } __attribute__((preserve_access_index));
SEC("tracepoint/syscalls/sys_enter_read") int prog(void *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  int x = 0;
  bpf_probe_read_kernel(&x, 4, &task->no_such_member); /* FAULT */
  return x;
}"""),
    ("license", "license", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  char text[] = "x";
  return bpf_trace_printk(text, 2) & 1; /* FAULT */
}"""),
    ("two_helpers_deep", "packet-range", """
static __always_inline int port(char *at, char *end) {
  if (at + 2 > end)
    return 0;
  return *(__u16 *)(at + 2); /* FAULT */
}
static __noinline int parse(struct xdp_md *ctx) {
  return port((void *)(long)ctx->data, (void *)(long)ctx->data_end);
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return parse(ctx) & 1;
}"""),
    ("kfunc_of_other_prototype", "libbpf", """
extern long bpf_sock_destroy(long sock) __ksym;
SEC("xdp") int prog(struct xdp_md *ctx) {
  return bpf_sock_destroy(3) & 1; /* FAULT */
}"""),
    ("kfunc_of_other_type", "kfunc-type", """
struct sock_common { int x; };
extern int bpf_sock_destroy(struct sock_common *sock) __ksym;
SEC("xdp") int prog(struct xdp_md *ctx) {
  bpf_sock_destroy((void *)ctx); /* FAULT */
  return 1;
}"""),
    ("map_of_other_type", "map-type", """
struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 4); __type(key, int); __uint(value_size, 80); } stacks SEC(".maps");
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  return bpf_map_lookup_elem(&stacks, &key) != 0; /* FAULT */
}"""),
    ("map_without_keys", "no-key", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  return bpf_map_lookup_elem(&ring, &key) != 0; /* FAULT */
}"""),
    ("array_for_tail_call", "tail-call-map", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  bpf_tail_call(ctx, &array, 1); /* FAULT */
  return 1;
}"""),
    ("argument_kind", "argument-type", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  return bpf_map_lookup_elem(&array, (void *)(long)ctx->rx_queue_index) != 0; /* FAULT */
}"""),
    ("sleepable", "sleepable", """
SEC("tracepoint/syscalls/sys_enter_read") int prog(void *ctx) {
  char bytes[4] = {};
  bpf_copy_from_user(bytes, 4, (void *)8); /* FAULT */
  return 0;
}"""),
    ("not_constant", "constant", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  void *record = bpf_ringbuf_reserve(&ring, ctx->rx_queue_index, 0); /* FAULT */
  if (record)
    bpf_ringbuf_discard(record, 0);
  return 1;
}"""),
    ("return_range", "return-value", """
SEC("cgroup_skb/ingress") int prog(struct __sk_buff *skb) {
  if (skb->len > 100)
    return 7; /* FAULT */
  return 1;
}"""),
    ("return_unknown", "return-value", """
SEC("cgroup/sock_create") int prog(struct bpf_sock *sk) {
  return sk->protocol; /* FAULT */
}"""),
    ("global_arguments", "null-dereference", """
__noinline int global(long *p) {
  return *p; /* FAULT */
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x = 1;
  return global(&x) & 1;
}"""),
    ("callback_return", "return-value", """
static long each(unsigned i, void *ctx) {
  return 5; /* FAULT */
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  bpf_loop(4, each, 0, 0);
  return 1;
}"""),
    # loops
    ("endless", "infinite-loop", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  volatile int go = 1;
  while (go) /* FAULT */
    ;
  return 1;
}"""),
    ("too_long", "too-large", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long sum = 0;
  for (int i = 0; i < 4000000; i++) /* FAULT */
    asm volatile("%0 += %1" : "+r"(sum) : "r"(i));
  return sum & 1;
}"""),
    ("recursion", "call-depth", """
static __noinline int down(int n) {
  return n <= 0 ? 0 : down(n - 1) + 1; /* FAULT */
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return down(ctx->rx_queue_index);
}"""),
    # inline assembly
    ("jump_away", "jump-out-of-range", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  asm volatile("if r1 == 0 goto +4000"); /* FAULT */
  return 1;
}"""),
    ("unreachable", "unreachable", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  asm volatile("goto +1\\n r0 = 1"); /* FAULT */
  return 1;
}"""),
    ("frame_pointer", "frame-pointer", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  asm volatile("r10 += 8"); /* FAULT */
  return 1;
}"""),
    ("pointer_less_scalar", "pointer-subtract", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x = 8;
  asm volatile("%0 -= r10" : "+r"(x)); /* FAULT */
  return x & 1;
}"""),
    # NULL by constant, or by a helper's second argument
    ("null_constant", "null-trusted", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
SEC("tp_btf/task_newtask") int prog(void *ctx) {
  return bpf_task_acquire((void *)0) != 0; /* FAULT */
}"""),
    ("null_to_kptr", "null-trusted", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
struct holder { struct task_struct __attribute__((btf_type_tag("kptr"))) *task; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct holder); } holders SEC(".maps");
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
SEC("tp_btf/task_newtask") int prog(void *ctx) {
  int key = 0;
  struct holder *h = bpf_map_lookup_elem(&holders, &key);
  if (!h)
    return 0;
  struct task_struct *old = bpf_kptr_xchg(&h->task, bpf_task_from_pid(1)); /* FAULT */
  if (old)
    bpf_task_release(old);
  return 0;
}"""),
    ("null_key_constant", "argument-type", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  return bpf_map_delete_elem(&hash, (void *)0) & 1; /* FAULT */
}"""),
    ("null_read", "scalar-dereference", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int *p = (int *)0;
  if (ctx->rx_queue_index > 4)
    p = (int *)ctx->rx_queue_index;
  asm volatile("" : "+r"(p));
  if (p)
    return 0;
  return *p; /* FAULT */
}"""),
    # exceptions
    ("throw_in_callback", "exception-in-callback", """
extern void bpf_throw(__u64 cookie) __ksym;
static long each(unsigned i, void *ctx) {
  bpf_throw(1); /* FAULT */
  return 0;
}
SEC("tc") int prog(struct __sk_buff *skb) {
  bpf_loop(4, each, 0, 0);
  return 0;
}"""),
    ("throw_under_rcu", "exception-held", """
extern void bpf_throw(__u64 cookie) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
SEC("tc") int prog(struct __sk_buff *skb) {
  bpf_rcu_read_lock();
  if (skb->len == 4)
    bpf_throw(1); /* FAULT */
  bpf_rcu_read_unlock();
  return 0;
}"""),
    ("exception_called", "exception-called", """
extern void bpf_throw(__u64 cookie) __ksym;
__noinline int caught(__u64 cookie) {
  return cookie != 3;
}
__attribute__((btf_decl_tag("exception_callback:caught")))
SEC("tc") int prog(struct __sk_buff *skb) {
  if (skb->len == 4)
    bpf_throw(1);
  return caught(skb->len); /* FAULT */
}"""),
    ("exception_twice", "exception-tags", """
extern void bpf_throw(__u64 cookie) __ksym;
__noinline int caught(__u64 cookie) {
  return cookie != 3;
}
__noinline int other(__u64 cookie) {
  return cookie != 4;
}
__attribute__((btf_decl_tag("exception_callback:caught"), btf_decl_tag("exception_callback:other")))
SEC("tc") int prog(struct __sk_buff *skb) {
  bpf_throw(1); /* FAULT */
  return 0;
}"""),
    # what a pointer was ended by
    ("packet_after_global", "scalar-dereference", """
__noinline int pull(struct __sk_buff *skb) {
  return bpf_skb_pull_data(skb, 4);
}
SEC("tc") int prog(struct __sk_buff *skb) {
  char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  if (data + 4 > end)
    return 0;
  pull(skb);
  return *data & 1; /* FAULT */
}"""),
    ("slice_after_new_dynptr", "scalar-dereference", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v)
    return 0;
  bpf_dynptr_from_mem(v, sizeof(*v), 0, &p);
  char *slice = bpf_dynptr_data(&p, 0, 4);
  if (!slice)
    return 0;
  bpf_dynptr_from_mem(v->words, 4, 0, &p);
  return *slice; /* FAULT */
}"""),
    # indices
    ("index_constant_late", "map-value-bounds", """
char bytes[4] = "abc";
static __noinline void fill(long *i) {
  *i = 9;
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  long i;
  fill(&i);
  return bytes[i]; /* FAULT */
}"""),
    ("index_far", "pointer-constant", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  int key = 0;
  long far = (long)ctx->rx_queue_index << 2;
  struct value *v = bpf_map_lookup_elem(&array, &key);
  if (!v || far < 0x7fffffff || far > 0x80000010)
    return 0;
  return ((char *)v)[far]; /* FAULT */
}"""),
    ("index_of_global", "pointer-unbounded", """
long place;
char bytes[4] = "abc";
SEC("xdp") int prog(struct xdp_md *ctx) {
  return bytes[place]; /* FAULT */
}"""),
    ("metadata_unchecked", "packet-range", """
SEC("xdp") int prog(struct xdp_md *ctx) {
  char *meta = (void *)(long)ctx->data_meta;
  return *meta & 1; /* FAULT */
}"""),
    # arguments of global and kernel functions
    ("global_takes_memory", "caller-argument", """
struct pair { int a, b; };
__noinline int sum(struct pair *p) {
  return p ? p->a + p->b : 0;
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return sum((struct pair *)(long)bpf_get_prandom_u32()); /* FAULT */
}"""),
    ("global_takes_context", "caller-context", """
__noinline int length(int more, struct xdp_md *ctx) {
  return ctx->data_end - ctx->data + more;
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  long x = 0;
  return length(1, (void *)&x) & 1; /* FAULT */
}"""),
    ("global_returns_pointer", "global-return", """
__noinline void *find(int key) /* FAULT */
{
  return bpf_map_lookup_elem(&array, &key);
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return find(ctx->rx_queue_index) != 0;
}"""),
    ("kernel_object_on_stack", "argument-own-memory", """
struct task_struct { int pid; struct task_struct *parent; } __attribute__((preserve_access_index));
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
SEC("tp_btf/task_newtask") int prog(void *ctx) {
  struct task_struct mine = {};
  return bpf_task_acquire(&mine) != 0; /* FAULT */
}"""),
    ("released_by_parameter", "reference-release", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
extern void bpf_task_release(struct task_struct *p) __ksym;
SEC("tp_btf/task_newtask") int prog(__u64 *ctx) {
  bpf_task_release((struct task_struct *)ctx[0]); /* FAULT */
  return 0;
}"""),
    ("dynptr_released_twice", "reference-release", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  bpf_ringbuf_reserve_dynptr(&ring, 8, 0, &p);
  bpf_ringbuf_discard_dynptr(&p, 0);
  bpf_ringbuf_discard_dynptr(&p, 0); /* FAULT */
  return 0;
}"""),
    ("dynptr_of_stack", "dynptr-data", """
SEC("tc") int prog(struct __sk_buff *skb) {
  struct bpf_dynptr p;
  long local = 0;
  bpf_dynptr_from_mem(&local, sizeof(local), 0, &p); /* FAULT */
  return 0;
}"""),
    ("dynptr_of_callback", "dynptr-not-owned", """
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } user SEC(".maps");
static long each(struct bpf_dynptr *p, void *ctx) {
  bpf_ringbuf_discard_dynptr(p, 0); /* FAULT */
  return 0;
}
SEC("tp/syscalls/sys_enter_getpid") int prog(void *ctx) {
  bpf_user_ringbuf_drain(&user, each, 0, 0);
  return 0;
}"""),
    ("kptr_of_other_member", "kptr-member", """
struct task_struct { int pid; } __attribute__((preserve_access_index));
struct holder { long n; struct task_struct __attribute__((btf_type_tag("kptr"))) *task; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct holder); } holders SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct value); } plain SEC(".maps");
SEC("tp_btf/task_newtask") int prog(void *ctx) {
  int key = 0;
  struct value *v = bpf_map_lookup_elem(&plain, &key);
  if (!v || !bpf_map_lookup_elem(&holders, &key))
    return 0;
  return bpf_kptr_xchg(&v->count, (void *)0) != 0; /* FAULT */
}"""),
    ("beyond_kernel_member", "member-bounds", """
struct task_struct { char comm[16]; } __attribute__((preserve_access_index));
SEC("tp_btf/task_newtask") int prog(__u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  return bpf_strncmp(task->comm, 17, "init") == 0; /* FAULT */
}"""),
    ("into_kernel_memory", "kernel-memory", """
struct task_struct { char comm[16]; } __attribute__((preserve_access_index));
SEC("tp_btf/task_newtask") int prog(__u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  bpf_probe_read_kernel(task->comm, 16, "init"); /* FAULT */
  return 0;
}"""),
    ("sockmap_of_tracing", "sockmap-update", """
struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __uint(max_entries, 1); __type(key, int); __type(value, int); } socks SEC(".maps");
SEC("raw_tp/kfree") int prog(void *ctx) {
  int key = 0;
  bpf_map_delete_elem(&socks, &key); /* FAULT */
  return 0;
}"""),
    # lines
    ("stack_of_callback", "combined-stack", """
struct timed { struct bpf_timer timer; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct timed); } timers SEC(".maps");
static __noinline int deep(int x) {
  volatile char room[300] = {};
  return room[x & 3];
}
static int late(void *map, int *key, struct timed *t) {
  volatile char room[300] = {};
  return (deep(*key) + room[5]) & 0; /* FAULT */
}
SEC("tc") int prog(struct __sk_buff *skb) {
  int key = 0;
  struct timed *t = bpf_map_lookup_elem(&timers, &key);
  return t ? bpf_timer_set_callback(&t->timer, late) & 1 : 0;
}"""),
    ("return_of_wrapped_body", "reference-leak", """
static __always_inline int body(struct xdp_md *ctx, int size) {
  int *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (record)
    *record = size;
  return 1; /* FAULT */
}
SEC("xdp") int prog(struct xdp_md *ctx) {
  return body(ctx, 3);
}"""),
    ("return_of_wrapped_bodies", "reference-leak", """
#define WRAPPED(name, ctx) name(struct xdp_md *own); static __always_inline int body_##name(struct xdp_md *ctx); \\
  int name(struct xdp_md *own) { return body_##name(own); } static __always_inline int body_##name(struct xdp_md *ctx)
SEC("xdp") int WRAPPED(prog, ctx)
{
  if (ctx->rx_queue_index > 7)
    return 0;
  int *record = bpf_ringbuf_reserve(&ring, 8, 0);
  if (!record)
    return 0;
  if (ctx->ingress_ifindex > 3) /* FAULT */
    return 1;
  bpf_ringbuf_discard(record, 0);
  return 2;
}"""),
]  # fmt: skip
