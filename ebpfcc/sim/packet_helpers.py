"""Helpers for packets: bytes, checksums, and where they begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arithmetic import signed
from .context import ETHERNET, XDP, XDP_FRAME, XDP_MOST, Packet
from .errors import SimError
from .maps import EINVAL, Map
from .memory import OFFSET

if TYPE_CHECKING:
    from .machine import Machine

EFAULT, ENOMEM = 14, 12
COST_OF_SUM = 256  # a byte added costs more than one copied
XDP_ABORTED, XDP_REDIRECT, TC_ACT_REDIRECT = 0, 4, 7
MANGLED_0 = 0x20  # BPF_F_MARK_MANGLED_0


def packet(m: Machine, context: int) -> Packet:
    found = m.packet
    if found is None or context != found.address:
        raise SimError("a helper for packets is called with what is not the context")
    m.memory.charge(len(found.block))
    return found


def load_bytes(m: Machine, context: int, offset: int, to: int, size: int) -> int:
    data = packet(m, context).data
    offset, size = offset & 0xFFFFFFFF, size & 0xFFFFFFFF
    if size:
        m.memory.check("store", to, size)
    if offset + size > len(data):
        m.memory.write(to, bytes(size))
        return -EFAULT
    m.memory.write(to, data[offset : offset + size])
    return 0


def load_bytes_relative(m: Machine, context: int, offset: int, to: int, size: int, start: int) -> int:
    """start: BPF_HDR_START_MAC or _NET."""
    return load_bytes(m, context, (offset & 0xFFFFFFFF) + (ETHERNET if start & 1 else 0), to, size)


def store_bytes(m: Machine, context: int, offset: int, source: int, size: int) -> int:
    p = packet(m, context)
    offset, size = offset & 0xFFFFFFFF, size & 0xFFFFFFFF
    if offset + size > len(p.data):
        return -EFAULT
    p.block[p.meta + offset : p.meta + offset + size] = m.memory.read(source, size)
    return 0


def skb_store_bytes(m: Machine, context: int, offset: int, source: int, size: int, flags: int) -> int:
    return store_bytes(m, context, offset, source, size) if flags & ~3 == 0 else -EINVAL


def fold(total: int) -> int:
    """Ones' complement sum of 16-bit words."""
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def words(m: Machine, data: bytes) -> int:
    order = m.memory.order
    return sum(int.from_bytes(data[at : at + 2].ljust(2, b"\0"), order) for at in range(0, len(data), 2))


def csum_diff(m: Machine, source: int, source_size: int, to: int, to_size: int, seed: int) -> int:
    """16 bits, as from Linux 6.13 on."""
    source_size, to_size = source_size & 0xFFFFFFFF, to_size & 0xFFFFFFFF
    if source_size % 4 or to_size % 4:
        return -EINVAL
    m.memory.charge(COST_OF_SUM * min(source_size + to_size, OFFSET))
    removed = fold(words(m, m.memory.read(source, source_size)))
    added = words(m, m.memory.read(to, to_size))
    return fold((seed & 0xFFFFFFFF) + added + (removed ^ 0xFFFF if source_size else 0))


def replace_sum(m: Machine, context: int, offset: int, old: int, new: int, size: int, mangled: bool) -> int:
    p = packet(m, context)
    offset &= 0xFFFFFFFF
    if offset > 0xFFFF or offset % 2 or size not in (0, 2, 4) or size == 0 and old:
        return -EINVAL if offset <= 0xFFFF and offset % 2 == 0 else -EFAULT
    if offset + 2 > len(p.data):
        return -EFAULT
    order = m.memory.order
    at = p.meta + offset
    there = int.from_bytes(p.block[at : at + 2], order)
    if mangled and not there:
        return 0
    mask = (1 << 8 * size) - 1 if size else 0xFFFFFFFF
    removed = fold(old & mask) ^ 0xFFFF if size else 0
    result = fold((there ^ 0xFFFF) + removed + (new & mask)) ^ 0xFFFF
    p.block[at : at + 2] = (0xFFFF if mangled and not result else result).to_bytes(2, order)
    return 0


def l3_csum_replace(m: Machine, context: int, offset: int, old: int, new: int, size: int) -> int:
    return replace_sum(m, context, offset, old, new, size, False) if size & ~0xF == 0 else -EINVAL


def l4_csum_replace(m: Machine, context: int, offset: int, old: int, new: int, flags: int) -> int:
    return replace_sum(m, context, offset, old, new, flags & 0xF, bool(flags & MANGLED_0)) if flags & ~0xFF == 0 else -EINVAL


def xdp_adjust_head(m: Machine, context: int, delta: int) -> int:
    p, delta = packet(m, context), signed(delta, 32)
    data = p.data
    if p.headroom + delta - p.meta < XDP_FRAME or len(data) - delta < ETHERNET:
        return -EINVAL
    grown = bytes(-delta) + data if delta < 0 else data[delta:]
    # what is before data moves with it
    p.headroom += delta
    p.replace(p.meta, bytes(p.block[: p.meta]) + grown)
    return 0


def xdp_adjust_tail(m: Machine, context: int, delta: int) -> int:
    p, delta = packet(m, context), signed(delta, 32)
    size = len(p.data) + delta
    if size < ETHERNET or p.headroom + size > XDP_MOST:
        return -EINVAL
    p.replace(p.meta, p.block[: p.meta] + p.data[:size].ljust(size, b"\0"))
    return 0


def xdp_adjust_meta(m: Machine, context: int, delta: int) -> int:
    p = packet(m, context)
    meta = p.meta - signed(delta, 32)
    if meta < 0 or meta % 4 or meta > 252 or p.headroom - meta < XDP_FRAME:
        return -EINVAL
    p.replace(meta, (bytes(252) + p.block[: p.meta])[-meta:] + p.data if meta else p.data)
    return 0


def xdp_get_buff_len(m: Machine, context: int) -> int:
    return len(packet(m, context).data)


def skb_pull_data(m: Machine, context: int, size: int) -> int:
    p = packet(m, context)
    if size & 0xFFFFFFFF > len(p.data):
        return -ENOMEM
    p.replace(p.meta, p.block)
    return 0


def skb_change_tail(m: Machine, context: int, size: int, flags: int) -> int:
    p, size = packet(m, context), size & 0xFFFFFFFF
    if flags or size < ETHERNET or size > 0xFFFF:
        return -EINVAL
    p.replace(p.meta, p.block[: p.meta] + p.data[:size].ljust(size, b"\0"))
    return 0


def get_hash_recalc(m: Machine, context: int) -> int:
    return packet(m, context).load(68, 4)


def redirect(m: Machine, interface: int, flags: int) -> int:
    xdp = m.packet is not None and m.packet.layout is XDP
    if flags & ~(0 if xdp else 1):
        return XDP_ABORTED if xdp else 2
    m.redirects.append(interface & 0xFFFFFFFF)
    return XDP_REDIRECT if xdp else TC_ACT_REDIRECT


def redirect_map(m: Machine, target: int, key: int, flags: int) -> int:
    """Flags: what is returned if the map has nothing there."""
    found: Map = m.map(target)
    name = (key & 0xFFFFFFFF).to_bytes(4, m.memory.order)
    address = found.find(name)
    if not address:
        return flags & 3
    m.redirects.append((found.name, key & 0xFFFFFFFF))
    return XDP_REDIRECT
