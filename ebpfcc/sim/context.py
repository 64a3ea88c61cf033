"""What a program is given: packets with struct xdp_md or struct __sk_buff, whose pointers are 32 bits wide in C and 64 when loaded; or bytes.

The values are those of the kernel's test run (net/bpf/test_run.c) of a packet on the loopback device.
"""

from __future__ import annotations

from typing import NamedTuple

from .errors import SimError
from .memory import SHIFT, Memory

LOOPBACK = 1
PLAIN_SIZE = 4096
XDP_HEADROOM, XDP_FRAME, XDP_MOST, ETHERNET = 256, 40, 4096 - 320, 14
XDP_SECTIONS = ("xdp", "xdp.frags")
SKB_SECTIONS = ("tc", "tcx", "classifier", "action", "netkit", "socket", "cgroup_skb", "cgroup", "lwt_in", "lwt_out", "lwt_xmit", "lwt_seg6local", "sk_skb",
                "flow_dissector")  # fmt: skip


class Layout(NamedTuple):
    """Bytes of the struct, and where its pointers and its numbers are."""

    size: int
    data: int
    data_end: int
    data_meta: int
    fields: dict[str, int]


XDP = Layout(24, 0, 4, 8, {"ingress_ifindex": 12, "rx_queue_index": 16, "egress_ifindex": 20})
SKB = Layout(
    192,
    76,
    80,
    140,
    {"len": 0, "pkt_type": 4, "mark": 8, "queue_mapping": 12, "protocol": 16, "priority": 32, "ingress_ifindex": 36, "ifindex": 40, "cb": 48, "hash": 68}
    | {"tc_classid": 72, "wire_len": 160},
)


def kind_of(section: str) -> Layout | None:
    """None: the context is bytes."""
    family = section.split("/")[0]
    if family in XDP_SECTIONS or section.startswith(("xdp/", "xdp_")):
        return XDP
    if section == "cgroup/skb" or family in SKB_SECTIONS and family != "cgroup":
        return SKB
    return None


class Packet:
    """A context with a packet. meta: bytes of the packet's object before data. address: of the context."""

    def __init__(self, memory: Memory, layout: Layout, data: bytes, context: bytes | None) -> None:
        self.memory = memory
        self.layout = layout
        self.meta = 0
        self.headroom = XDP_HEADROOM
        self.packet = memory.new(bytearray(data), "the packet")  # a copy
        self.bytes = bytearray(layout.size)
        for name, value in defaults(layout, data, memory.order == "big").items():
            self.set(name, value)
        if context is not None:
            self.bytes[: len(context)] = context[: layout.size]
        self.address = memory.reserve("the context")
        memory.special[self.address >> SHIFT] = self.load, self.store
        self.pointers = (layout.data, layout.data_end, layout.data_meta)

    @property
    def block(self) -> bytearray:
        found = self.memory.blocks[self.packet >> SHIFT]
        assert isinstance(found, bytearray)
        return found

    @property
    def data(self) -> bytes:
        return bytes(self.block[self.meta :])

    def set(self, name: str, value: int) -> None:
        at = self.layout.fields[name]
        self.bytes[at : at + 4] = value.to_bytes(4, self.memory.order)

    def load(self, offset: int, size: int) -> int:
        if size == 4 and offset in self.pointers:
            return self.packet + (self.meta, len(self.block), 0)[self.pointers.index(offset)]
        if offset + size > self.layout.size or offset % size:
            raise self.memory.bad("load", self.address + offset, size)
        return int.from_bytes(self.bytes[offset : offset + size], self.memory.order)

    def store(self, offset: int, size: int, value: int) -> None:
        if offset + size > self.layout.size or offset % size or offset in self.pointers:
            raise self.memory.bad("store", self.address + offset, size)
        self.bytes[offset : offset + size] = value.to_bytes(size, self.memory.order)

    def replace(self, meta: int, data: bytes | bytearray) -> None:
        """Other bytes in a new object: the pointers that the program has are no longer good, as in the kernel."""
        self.memory.free(self.packet)
        self.meta = meta
        self.packet = self.memory.new(bytearray(data), "the packet")
        if self.layout is SKB:
            self.set("len", len(data))

    def release(self) -> None:
        self.memory.free(self.packet)
        self.memory.free(self.address)


def defaults(layout: Layout, data: bytes, big_endian: bool) -> dict[str, int]:
    if layout is XDP:
        return {"ingress_ifindex": LOOPBACK}
    protocol = int.from_bytes(data[12:14], "big" if big_endian else "little")
    ours = not any(data[:6])
    return {"len": len(data), "wire_len": len(data), "ifindex": LOOPBACK, "protocol": protocol, "pkt_type": 0 if ours else destination(data)}


def destination(data: bytes) -> int:
    """PACKET_MULTICAST or PACKET_OTHERHOST; the loopback device has no broadcast address."""
    return 2 if data[:1] and data[0] & 1 else 3


def plain_context(memory: Memory, data: bytes | None, context: bytes | None) -> int:
    """The address of a context of bytes: those given, or zeros."""
    if data is not None and context is not None:
        raise SimError("a program that takes no packet is given data= or ctx=, not both")
    given = context if context is not None else data
    return memory.new(bytearray(PLAIN_SIZE if given is None else given), "the context")
