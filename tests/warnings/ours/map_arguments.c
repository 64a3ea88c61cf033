// -Wall
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
struct mykey { __u32 a; __u16 b; __u64 c; };
struct val { __u64 x; __u8 y[3]; __u8 z; __u32 w; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, struct mykey); __type(value, struct val); } m SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __uint(key_size, 8); __uint(value_size, sizeof(struct val)); } n SEC(".maps");
static void fill(struct mykey *k) { k->b = 1; }
int whole(struct xdp_md *ctx) { struct mykey k = {}; struct val v = {}; k.a = 1; return bpf_map_update_elem(&m, &k, &v, 0); }
int init(struct xdp_md *ctx) { struct mykey k = { .a = 1, .b = 2, .c = 3 }; struct val v = { 1 }; return bpf_map_update_elem(&m, &k, &v, 0); }
int set(struct xdp_md *ctx) { struct mykey k; __builtin_memset(&k, 0, sizeof(k)); k.a = 1; return !bpf_map_lookup_elem(&m, &k); }
int passed(struct xdp_md *ctx) { struct mykey k; fill(&k); return bpf_map_delete_elem(&m, &k); }
int pad(struct xdp_md *ctx) { struct mykey k; k.a = 1; k.b = 2; k.c = 3; return !bpf_map_lookup_elem(&m, &k); }
int member(struct xdp_md *ctx) { struct mykey k; k.a = 1; k.c = 3; return bpf_map_delete_elem(&m, &k); }
int value(struct xdp_md *ctx) { struct mykey k = {}; struct val v; v.x = 1; v.y[0] = 1; v.z = 2; v.w = 3; return bpf_map_update_elem(&m, &k, &v, 0); }
int copy(struct xdp_md *ctx) { struct mykey k, o = {}; k = o; return bpf_map_delete_elem(&m, &k); }
int branch(struct xdp_md *ctx) { struct mykey k; if (ctx->data) { k.a = 1; k.b = 2; k.c = 3; } return bpf_map_delete_elem(&m, &k); }
int none(struct xdp_md *ctx) { struct mykey k; return bpf_map_delete_elem(&m, &k); }
int sized(struct xdp_md *ctx) { __u32 k[2]; k[0] = 1; return !bpf_map_lookup_elem(&n, &k); }
int small(struct xdp_md *ctx) { __u32 k = 1; return !bpf_map_lookup_elem(&n, &k); }
int loop(struct xdp_md *ctx) { struct val v; struct mykey k = {}; v.x = 1; v.z = v.w = 0; for (int i = 0; i < 3; i++) v.y[i] = i; return bpf_map_update_elem(&m, &k, &v, 0); }
int asmd(struct xdp_md *ctx) { struct mykey k; asm volatile("" : "=m"(k)); return bpf_map_delete_elem(&m, &k); }
int literal(struct xdp_md *ctx) { return bpf_map_delete_elem(&m, &(struct mykey){ 1, 2, 3 }); }
int read(struct xdp_md *ctx) { struct mykey k; bpf_probe_read_kernel(&k, 4, ctx); return bpf_map_delete_elem(&m, &k); }
char _license[] SEC("license") = "GPL";
