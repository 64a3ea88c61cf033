"""The kernel's helpers as far as the simulator has them, and kfuncs. Each takes the machine and 64-bit registers; a negative result is an errno."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import packet_helpers as packets
from .arithmetic import signed
from .errors import BadAccess, SimError
from .maps import E2BIG, EINVAL, ENOENT, Records
from .memory import OFFSET
from .printf import printf

if TYPE_CHECKING:
    from .machine import Machine

EFAULT, ENOSPC, EAGAIN, ERANGE = 14, 28, 11, 34
MAX_LOOPS = 1 << 23
MOST_PRINTK, MOST_ARGUMENTS, MOST_DIGITS = 1023, 12, 63  # as in kernel/trace/bpf_trace.c and kernel/bpf/helpers.c
COMPARISON = 128  # a byte compared costs more than one copied
LOW = 0xFFFFFFFF
CONTEXT_LENGTH = 32  # flags of perf_event_output: bytes of the packet, from this bit on
AVAILABLE, RING_SIZE, CONSUMER, PRODUCER = range(4)


# -- maps ------------------------------------------------------------------------------------------------------------
def map_lookup_elem(m: Machine, handle: int, key: int) -> int:
    found = m.map(handle)
    return found.find(m.memory.read(key, found.key_size))


def map_lookup_percpu_elem(m: Machine, handle: int, key: int, processor: int) -> int:
    return 0 if processor & LOW else map_lookup_elem(m, handle, key)


def map_update_elem(m: Machine, handle: int, key: int, value: int, flags: int) -> int:
    found = m.map(handle)
    return found.update(m.memory.read(key, found.key_size), m.memory.read(value, found.value_size), flags)


def map_delete_elem(m: Machine, handle: int, key: int) -> int:
    found = m.map(handle)
    return found.delete(m.memory.read(key, found.key_size))


def map_push_elem(m: Machine, handle: int, value: int, flags: int) -> int:
    found = m.map(handle)
    return found.push(m.memory.read(value, found.value_size), flags)


def take(m: Machine, handle: int, to: int, remove: bool) -> int:
    found = m.map(handle)
    value = found.take(remove)
    m.memory.write(to, bytes(found.value_size) if value is None else value)
    return -ENOENT if value is None else 0


def map_pop_elem(m: Machine, handle: int, value: int) -> int:
    return take(m, handle, value, True)


def map_peek_elem(m: Machine, handle: int, value: int) -> int:
    return take(m, handle, value, False)


def for_each_map_elem(m: Machine, handle: int, callback: int, context: int, flags: int) -> int:
    """-> how many elements the callback saw"""
    if flags:
        return -EINVAL
    found, function, count = m.map(handle), m.enter(callback), 0
    for key in found.keys():
        m.step()
        address = found.find(key)
        if not address:
            continue
        count += 1
        place = m.memory.new(bytearray(key), "a key")
        stop = function(m, handle, place, address, context)
        m.memory.free(place)
        if stop:
            break
    return count


def loop(m: Machine, times: int, callback: int, context: int, flags: int) -> int:
    """-> how often the callback was called"""
    times &= LOW
    if flags:
        return -EINVAL
    if times > MAX_LOOPS:
        return -E2BIG
    function = m.enter(callback)
    for n in range(times):
        m.step()
        if function(m, n, context):
            return n + 1
    return times


# -- output ----------------------------------------------------------------------------------------------------------
def records(m: Machine, handle: int) -> Records:
    found = m.map(handle)
    if not isinstance(found, Records):
        raise SimError(f"the map '{found.name}' takes no records")
    return found


def perf_event_output(m: Machine, context: int, handle: int, flags: int, data: int, size: int) -> int:
    record = m.memory.read(data, size)
    length = flags >> CONTEXT_LENGTH & 0xFFFFF
    if length:
        if m.packet is None or length > len(m.packet.data):
            return -EFAULT
        record += m.packet.data[:length]
    records(m, handle).add(record)
    return 0


def ringbuf_output(m: Machine, handle: int, data: int, size: int, flags: int) -> int:
    ring = records(m, handle)
    if flags & ~3:
        return -EINVAL
    if not ring.room_for(size):
        return -EAGAIN
    record = m.memory.read(data, size)
    ring.take_room(size)
    ring.add(record)
    return 0


def ringbuf_reserve(m: Machine, handle: int, size: int, flags: int) -> int:
    return 0 if flags else records(m, handle).reserve(size)


def finish_record(m: Machine, sample: int, keep: bool) -> int:
    for found in m.maps_by_address.values():
        if isinstance(found, Records) and (size := found.reserved.pop(sample, None)) is not None:
            if keep:
                found.add(m.memory.read(sample, size))
            m.memory.free(sample)
            return 0
    raise SimError(f"{sample:#x} is no reserved record of a ring buffer")


def ringbuf_submit(m: Machine, sample: int, flags: int) -> int:
    return finish_record(m, sample, True)


def ringbuf_discard(m: Machine, sample: int, flags: int) -> int:
    return finish_record(m, sample, False)


def ringbuf_query(m: Machine, handle: int, what: int) -> int:
    ring = records(m, handle)
    return {AVAILABLE: ring.used, RING_SIZE: ring.max_entries, CONSUMER: ring.position - ring.used, PRODUCER: ring.position}.get(what, 0)


def trace_printk(m: Machine, form: int, size: int, a: int, b: int, c: int) -> int:
    return trace(m, m.memory.read(form, size & LOW), [a, b, c])


def trace_vprintk(m: Machine, form: int, size: int, data: int, length: int) -> int:
    return trace(m, m.memory.read(form, size & LOW), array(m, data, length))


def trace(m: Machine, form: bytes, arguments: list[int]) -> int:
    text = printf(m.memory, form.split(b"\0")[0], arguments)[:MOST_PRINTK]
    m.write_trace(text.decode("utf-8", "replace"))
    return len(text)


def snprintf(m: Machine, to: int, size: int, form: int, data: int, length: int) -> int:
    """-> bytes that the whole text takes with its zero"""
    text = printf(m.memory, m.memory.text(form), array(m, data, length)) + b"\0"
    size &= LOW
    if size:
        m.memory.write(to, text if len(text) <= size else text[: size - 1] + b"\0")
    return len(text)


def array(m: Machine, data: int, length: int) -> list[int]:
    count = (length & LOW) // 8
    if count > MOST_ARGUMENTS:
        raise SimError(f"{count} arguments of a format, where the kernel takes {MOST_ARGUMENTS}")
    return list(struct.unpack(f"{m.memory.e}{count}Q", m.memory.read(data, count * 8)))


# -- memory and text ---------------------------------------------------------------------------------------------------
def probe_read(m: Machine, to: int, size: int, source: int) -> int:
    size &= LOW
    if not size:
        return 0
    m.memory.check("store", to, size)
    try:
        data, result = m.memory.read(source, size), 0
    except BadAccess:
        data, result = bytes(size), -EFAULT
    m.memory.write(to, data)
    return result


def copy_from_user(m: Machine, to: int, size: int, source: int) -> int:
    return probe_read(m, to, size, source)


def probe_read_str(m: Machine, to: int, size: int, source: int) -> int:
    """-> bytes written, with the zero"""
    size &= LOW
    if not size:
        return -EINVAL
    m.memory.check("store", to, size)
    try:
        text = m.memory.text(source, size - 1) + b"\0" if size > 1 else b"\0"
    except BadAccess:
        m.memory.write(to, bytes(size))
        return -EFAULT
    m.memory.write(to, text)
    return len(text)


def strncmp(m: Machine, a: int, size: int, b: int) -> int:
    m.memory.charge(COMPARISON * min(size & LOW, OFFSET))
    first, second = ((m.memory.text(at, size & LOW) + b"\0")[: size & LOW] for at in (a, b))
    for x, y in zip(first, second):
        if x != y:
            return x - y
    return 0


def number(m: Machine, text: int, size: int, flags: int, to: int, sign: bool) -> int:
    """-> bytes read"""
    base = flags & 31
    if flags & ~31 or base not in (0, 8, 10, 16):
        return -EINVAL
    data = m.memory.read(text, size)[:MOST_DIGITS].split(b"\0")[0].decode("latin-1")
    rest = data.lstrip()
    negative = sign and rest[:1] == "-"
    rest = rest[negative:]
    if not base:
        base = 16 if rest[:2].lower() == "0x" else 8 if rest[:1] == "0" else 10
    if base == 16 and rest[:2].lower() == "0x":
        rest = rest[2:]
    count = 0
    while count < len(rest) and rest[count].isalnum() and rest[count].isascii() and int(rest[count], 36) < base:
        count += 1
    if not count:
        return -EINVAL
    value = int(rest[:count], base) * (-1 if negative else 1)
    if not (-(1 << 63) <= value < 1 << 63 if sign else value < 1 << 64):
        return -ERANGE
    m.memory.stores[8](to, value)
    return len(data) - len(rest) + count


def strtol(m: Machine, text: int, size: int, flags: int, to: int) -> int:
    return number(m, text, size, flags, to, True)


def strtoul(m: Machine, text: int, size: int, flags: int, to: int) -> int:
    return number(m, text, size, flags, to, False)


# -- where and when ------------------------------------------------------------------------------------------------------
def ktime_get_ns(m: Machine) -> int:
    """Starts anew with each simulator, and goes on by a microsecond with each look."""
    m.time += 1000
    return m.time


def jiffies64(m: Machine) -> int:
    return ktime_get_ns(m) // 4_000_000


def get_prandom_u32(m: Machine) -> int:
    return m.random.getrandbits(32)


def get_current_pid_tgid(m: Machine) -> int:
    return m.tgid << 32 | m.pid


def get_current_uid_gid(m: Machine) -> int:
    return m.gid << 32 | m.uid


def get_current_comm(m: Machine, to: int, size: int) -> int:
    size &= LOW
    if not size:
        return -EINVAL
    m.memory.check("store", to, size)
    m.memory.write(to, m.comm[: size - 1].ljust(size, b"\0"))
    return 0


def zero(m: Machine) -> int:
    return 0


def one(m: Machine) -> int:
    return 1


def nothing(m: Machine, lock: int) -> int:
    return 0


IMPLEMENTED: dict[int, Callable[..., int]] = {
    1: map_lookup_elem,
    2: map_update_elem,
    3: map_delete_elem,
    4: probe_read,
    5: ktime_get_ns,
    6: trace_printk,
    7: get_prandom_u32,
    8: zero,  # get_smp_processor_id
    9: packets.skb_store_bytes,
    10: packets.l3_csum_replace,
    11: packets.l4_csum_replace,
    14: get_current_pid_tgid,
    15: get_current_uid_gid,
    16: get_current_comm,
    23: packets.redirect,
    25: perf_event_output,
    26: packets.load_bytes,
    28: packets.csum_diff,
    34: packets.get_hash_recalc,
    35: zero,  # get_current_task
    38: packets.skb_change_tail,
    39: packets.skb_pull_data,
    42: zero,  # get_numa_node_id
    44: packets.xdp_adjust_head,
    45: probe_read_str,
    51: packets.redirect_map,
    54: packets.xdp_adjust_meta,
    65: packets.xdp_adjust_tail,
    68: packets.load_bytes_relative,
    80: one,  # get_current_cgroup_id
    87: map_push_elem,
    88: map_pop_elem,
    89: map_peek_elem,
    93: nothing,  # spin_lock
    94: nothing,  # spin_unlock
    105: strtol,
    106: strtoul,
    111: perf_event_output,  # skb_output
    112: probe_read,  # probe_read_user
    113: probe_read,  # probe_read_kernel
    114: probe_read_str,
    115: probe_read_str,
    118: jiffies64,
    121: perf_event_output,  # xdp_output
    125: ktime_get_ns,  # ktime_get_boot_ns
    130: ringbuf_output,
    131: ringbuf_reserve,
    132: ringbuf_submit,
    133: ringbuf_discard,
    134: ringbuf_query,
    148: copy_from_user,
    160: ktime_get_ns,  # ktime_get_coarse_ns
    164: for_each_map_elem,
    165: snprintf,
    177: trace_vprintk,
    181: loop,
    182: strncmp,
    188: packets.xdp_get_buff_len,
    189: packets.load_bytes,  # xdp_load_bytes
    190: packets.store_bytes,  # xdp_store_bytes
    195: map_lookup_percpu_elem,
    208: ktime_get_ns,  # ktime_get_tai_ns
}


def arity(helper: Callable[..., Any]) -> int:
    """Registers it takes; varying arguments are all given."""
    return helper.__code__.co_argcount - 1


# -- kfuncs ----------------------------------------------------------------------------------------------------------
def iter_num_new(m: Machine, iterator: int, start: int, end: int) -> int:
    """struct bpf_iter_num holds the number last given and the end."""
    first, last = signed(start, 32), signed(end, 32)
    invalid = -EINVAL if first > last else -E2BIG if last - first > MAX_LOOPS else 0
    m.memory.stores[4](iterator, 0 if invalid else first - 1)
    m.memory.stores[4](iterator + 4, 0 if invalid else last)
    return invalid


def iter_num_next(m: Machine, iterator: int) -> int:
    current, end = (signed(m.memory.loads[4](iterator + at), 32) for at in (0, 4))
    if current + 1 >= end:
        m.memory.stores[8](iterator, 0)
        return 0
    m.memory.stores[4](iterator, current + 1)
    return iterator


def iter_num_destroy(m: Machine, iterator: int) -> int:
    m.memory.stores[8](iterator, 0)
    return 0


KFUNCS: dict[str, Callable[..., int]] = {
    "bpf_iter_num_new": iter_num_new,
    "bpf_iter_num_next": iter_num_next,
    "bpf_iter_num_destroy": iter_num_destroy,
}
