"""The machine: translates functions when they are first wanted, runs them, and says where an error was."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ..target.helpers import HELPERS
from .arithmetic import namespace
from .context import Packet
from .errors import LimitReached, SimError, Unset
from .helpers import IMPLEMENTED, KFUNCS, arity
from .load import Image
from .maps import Map, Programs
from .memory import OFFSET, SHIFT, UNLIMITED
from .translate import translate

Function = Callable[..., int]
MOST_TAIL_CALLS = 33
MOST_INSNS = 1 << 16  # of a section: Python needs 10 KB to translate one
WORK, WORK_EACH = 1 << 24, 1 << 10  # bytes that helpers may handle in a run, and for each instruction of its limit
MOST_TRACE = 1 << 23  # characters that a run may write
ARITIES = {number: arity(helper) for number, helper in IMPLEMENTED.items()}
FILE = "<bpf {} {}>"


# uapi linux/filter.h: negative offsets count from the network or the link header
SKF_NET_OFF, SKF_LL_OFF = -0x100000, -0x200000
ETHERNET = 14  # bytes before the network header


class Machine:
    """left: instructions that may still run. The rest is what helpers see and leave behind."""

    def __init__(self, image: Image, seed: int) -> None:
        self.image = image
        self.memory = image.memory
        self.big_endian = image.elf.big_endian
        self.maps_by_address: dict[int, Map] = {}
        for each in image.maps.values():
            self.know(each)
        self.names = namespace(self.memory)
        self.functions: dict[tuple[int, int], Function] = {}
        self.lines: dict[str, tuple[str, list[int]]] = {}  # of a translated function's file: its name, the slot of each line
        self.sections = {address >> SHIFT: number for number, address in image.places.items() if number in image.code}
        self.labels = {place: name for name, place in image.functions.items()}
        self.left = 0
        self.tail_calls = 0
        self.packet: Packet | None = None
        self.trace: list[str] = []
        self.traced = 0  # characters, in this run
        self.redirects: list[int | tuple[str, int]] = []
        self.random = random.Random(seed)
        self.time = 1_000_000_000
        self.pid = self.tgid = 1000
        self.uid = self.gid = 0
        self.comm = b"simulator"

    def know(self, new: Map) -> None:
        self.maps_by_address[new.address] = new

    # -- functions -----------------------------------------------------------------------------------------------------
    def function(self, place: tuple[int, int]) -> Function:
        """The function at (section, slot), translated with all that it calls."""
        work = [place]
        while work:
            at = work.pop()
            if at in self.functions:
                continue
            code = self.image.code.get(at[0])
            if code is None:
                raise SimError(f"a call into section {at[0]}, where there is no code")
            if len(code.insns) > MOST_INSNS:
                raise SimError(f"a section of {len(code.insns)} instructions: the simulator takes {MOST_INSNS}")
            source = translate(code, at[1], ARITIES)
            file = FILE.format(*at)
            self.lines[file] = self.labels.get(at, ""), source.slots
            for number in source.helpers:
                self.names[f"h{number}"] = IMPLEMENTED[number]
            exec(compile(source.text, file, "exec"), self.names)
            self.functions[at] = self.names[f"f_{at[0]}_{at[1]}"]
            work += source.calls
        return self.functions[place]

    def enter(self, address: int) -> Function:
        """The function at an address."""
        section = self.sections.get(address >> SHIFT)
        if section is None or address % 8:
            raise SimError(f"a call to {address:#x}, where there is no code")
        return self.function((section, (address & OFFSET) // 8))

    def execute(self, place: tuple[int, int], arguments: list[int], limit: int) -> int:
        """r0. Raises SimError with the place where it happened."""
        self.left = limit
        self.tail_calls = 0
        self.traced = 0
        self.memory.work = WORK + WORK_EACH * max(limit, 0)
        try:
            function = self.function(place)
            return function(self, *arguments)
        except SimError as error:
            self.locate(error, error)
            raise
        except NameError as error:
            where = Unset("a register is used that holds nothing")
            if not self.locate(where, error):
                raise
            raise where from None
        except (RecursionError, MemoryError) as error:
            wrong = SimError("too many calls inside calls" if isinstance(error, RecursionError) else "the simulator has no more memory")
            self.locate(wrong, error)
            raise wrong from None
        finally:
            self.memory.work = UNLIMITED
            self.memory.drop_frames()

    def locate(self, error: SimError, raised: BaseException) -> bool:
        """Whether the innermost frame is translated code; fills in the innermost place that is."""
        trace: Any = raised.__traceback__
        innermost = False
        while trace is not None:
            found = self.lines.get(trace.tb_frame.f_code.co_filename)
            innermost = found is not None
            if found is not None and trace.tb_lineno <= len(found[1]):
                error.function, error.instruction = found[0], found[1][trace.tb_lineno - 1]
            trace = trace.tb_next
        return innermost

    # -- what translated code calls ------------------------------------------------------------------------------------
    def limit_reached(self) -> None:
        raise LimitReached("more instructions than the limit allows")

    def stop(self, reason: str) -> None:
        raise SimError(reason)

    def no_helper(self, number: int) -> None:
        name = HELPERS.get(number)
        raise SimError(f"the simulator has no helper {number}" + (f" (bpf_{name})" if name else ""))

    def call_kfunc(self, name: str, *registers: int) -> int:
        kfunc = KFUNCS.get(name)
        if kfunc is None:
            raise SimError(f"the simulator has no function '{name}' of the kernel")
        return kfunc(self, *registers[: arity(kfunc)])

    def map(self, address: int) -> Map:
        found = self.maps_by_address.get(address)
        if found is None:
            raise SimError(f"{address:#x} is not the address of a map")
        if not found.sound:
            found.check_definition()
        return found

    def step(self) -> None:
        """One round of a helper that calls back, which counts as an instruction."""
        self.left -= 1
        if self.left < 0:
            self.limit_reached()

    def write_trace(self, text: str) -> None:
        """What bpf_printk writes."""
        self.traced += len(text) + 1
        if self.traced > MOST_TRACE:
            raise LimitReached(f"more than {MOST_TRACE} characters of trace")
        self.trace.append(text)

    def tail_call(self, handle: int, index: int) -> Function | None:
        """The function that takes the caller's place; None if the call fails."""
        programs = self.map(handle)
        if not isinstance(programs, Programs):
            raise SimError(f"the map '{programs.name}' holds no programs")
        name = programs.functions.get(index & 0xFFFFFFFF)
        if name is None or self.tail_calls >= MOST_TAIL_CALLS:
            return None
        self.tail_calls += 1
        if name not in self.image.functions:
            raise SimError(f"the map '{programs.name}' names a program '{name}' that is not there")
        return self.function(self.image.functions[name])

    def load_packet(self, context: int, offset: int, size: int) -> int | None:
        """For classic BPF's loads: network byte order; None past the end."""
        if self.packet is None or context != self.packet.address:
            raise SimError("r6 does not hold the context of a packet")
        data = self.packet.data
        offset = (offset & 0xFFFFFFFF ^ 0x80000000) - 0x80000000
        if offset < SKF_NET_OFF:
            offset -= SKF_LL_OFF
        elif offset < 0:
            offset += ETHERNET - SKF_NET_OFF
        if offset < 0 or offset + size > len(data):
            return None
        return int.from_bytes(data[offset : offset + size], "big")
