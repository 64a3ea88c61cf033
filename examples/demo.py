"""Compiles filter.bpf.c and shows what it does with two packets: in the simulator and, as root, in the kernel (`make demo`)."""

from __future__ import annotations

import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import ebpfcc

SOURCE = Path(__file__).resolve().parent / "filter.bpf.c"
VERDICTS = ["ABORTED", "DROP", "PASS", "TX", "REDIRECT"]
BLOCKED = "10.0.0.7"
Run = Callable[[bytes], int]
Count = Callable[[int], bytes]


def address(text: str) -> bytes:
    return bytes(map(int, text.split(".")))


def packet(sender: str) -> bytes:
    """60 bytes of UDP over IPv4 over Ethernet."""
    ethernet = bytes(12) + b"\x08\x00"
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0, address(sender), address("10.0.0.1"))
    return ethernet + ip + struct.pack("!HHHH", 4000, 53, 26, 0) + bytes(18)


def show(where: str, run: Run, count: Count) -> None:
    print(f"\n{where}, with {BLOCKED} in the map 'blocked':")
    for sender in (BLOCKED, "10.0.0.8"):
        print(f"  a packet of {len(packet(sender))} bytes from {sender}: {VERDICTS[run(packet(sender))]}")
    for verdict in (1, 2):
        packets, size = struct.unpack("=QQ", count(verdict))
        print(f"  the map 'verdicts' counts {packets} packet, {size} bytes: {VERDICTS[verdict]}")


def simulate(data: bytes) -> None:
    try:
        from ebpfcc.sim import Simulator
    except ImportError:
        print("\nThe simulator is not part of this version.")
        return
    simulator = Simulator(data)
    simulator.maps["blocked"].update(address(BLOCKED), struct.pack("=I", 1))
    show("In the simulator", lambda p: simulator.run("filter", data=p), lambda v: bytes(simulator.maps["verdicts"].lookup(struct.pack("=I", v)) or bytes(16)))


def in_kernel(data: bytes) -> None:
    try:
        with ebpfcc.load(data) as loaded:
            program = loaded.programs["filter"]
            loaded.maps["blocked"][address(BLOCKED)] = 1
            show("In the kernel, past its verifier", lambda p: program.run(p).result, lambda v: loaded.maps["verdicts"].raw[struct.pack("=I", v)])
            print(f"  a run takes {program.run(packet(BLOCKED), repeat=100_000).nanoseconds} ns, over 100000 runs")
    except ebpfcc.LoadError as error:
        print(f"\nNot run in the kernel: {error}.")


def main() -> int:
    start = time.perf_counter()
    result = ebpfcc.compile(SOURCE, flags=["-O2", "-g"])
    for d in result.diagnostics:
        print(f"{d.file}:{d.line}:{d.col}: {d.severity}: {d.message}")
    if result.data is None:
        return 1
    print(f"{SOURCE.name}: compiled into an object of {len(result.data)} bytes in {time.perf_counter() - start:.2f} s")
    simulate(result.data)
    in_kernel(result.data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
