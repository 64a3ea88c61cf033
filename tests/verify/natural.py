"""Programs as people write them, whose checks the verifier sees only if the compiler puts them where it looks: (name, body)."""

from __future__ import annotations

PRELUDE = """\
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
struct buffer { int seen[10]; __u16 used; __u8 bytes[512]; __u64 words[100]; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct buffer); } buffers SEC(".maps");
static struct buffer *buffer(void) { int key = 0; return bpf_map_lookup_elem(&buffers, &key); }
"""
PROGRAMS = [
    ("a_place_compared_with_an_end", """
SEC("socket") int prog(void *ctx) {
  struct buffer *b = buffer();
  if (!b)
    return 0;
  __u64 *at = &b->words[b->used];
  if (at >= &b->words[98])
    return 1;
  b->seen[0]++;
  at[0] = 1;
  at[1] = 2;
  return 0;
}"""),
    ("an_end_behind_what_is_written", """
SEC("socket") int prog(void *ctx) {
  struct buffer *b = buffer();
  if (!b)
    return 0;
  __u64 *at = b->words + b->used, *end = b->words + 100;
  if (at + 2 > end)
    return 1;
  b->seen[0]++;
  at[0] = 1;
  at[1] = 2;
  return 0;
}"""),
    ("a_pointer_that_counts", """
SEC("socket") int prog(void *ctx) {
  struct buffer *b = buffer();
  __u64 sum = 0;
  if (!b)
    return 0;
  for (__u64 *p = b->words; p < b->words + 100; p++)
    sum += *p;
  for (__u64 *p = b->words + 100; p-- != b->words;)
    sum ^= *p;
  return sum;
}"""),
    ("a_member_bounded_by_assembly", """
SEC("socket") int prog(void *ctx) {
  struct buffer *b = buffer();
  if (!b)
    return 0;
  asm volatile("if %[x] <= %[most] goto +1; %[x] = %[most]" : [x] "+r"(b->used) : [most] "r"(500));
  b->bytes[b->used] = 1;
  return b->bytes[b->used + 4];
}"""),
    ("a_loop_of_many_rounds", """
SEC("socket") int prog(void *ctx) {
  __u32 first = 0;
#pragma unroll
  for (int i = 0; i < 300; i++) {
    __u32 x = bpf_get_prandom_u32(), y = bpf_get_prandom_u32();
    if (x > 1000) {
      if (!first)
        first = x;
      else if (first == x)
        return 1;
      if (y & 1)
        bpf_get_smp_processor_id();
      if (y & 2)
        bpf_ktime_get_ns();
      if (y & 4)
        bpf_get_prandom_u32();
    }
  }
  return 0;
}"""),
]  # fmt: skip
