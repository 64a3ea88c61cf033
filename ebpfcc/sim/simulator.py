"""An object's programs, run without a kernel."""

from __future__ import annotations

from .context import Packet, kind_of, plain_context
from .errors import BadArgument, SimError
from .load import Image
from .machine import Machine
from .maps import BYTES, Map, MapOfMaps, new_map
from .memory import OFFSET, SHIFT

LIMIT = 10_000_000  # instructions of a run, unless the caller says otherwise
MASK = (1 << 64) - 1


class Simulator:
    """maps: by name, data sections such as ".bss" among them. After a run: r0 (64 bits), steps (instructions), packet and ctx as the program
    left them, trace (what bpf_printk wrote), redirects. comm, pid, tgid, uid, gid, time of `machine` are what programs see.
    """

    def __init__(self, data: bytes, seed: int = 1) -> None:
        """Raises SimError for an object that cannot be loaded."""
        self.image = Image(data)
        self.machine = Machine(self.image, seed)
        self.maps: dict[str, Map] = self.image.maps
        self.trace = self.machine.trace
        self.redirects = self.machine.redirects
        self.r0 = 0
        self.steps = 0
        self.packet = b""
        self.ctx = b""

    def run(self, name: str, data: bytes | None = None, ctx: bytes | None = None, limit: int = LIMIT) -> int:
        """The result of a program as the kernel's test run gives it, 32 bits. Its section says what it is given: a packet (`data`, and in
        `ctx` the bytes of the struct around it), or the bytes of `ctx`. Raises SimError."""
        place = self.place(name)
        for given, argument in ((data, "data"), (ctx, "ctx")):
            if given is not None and not isinstance(given, BYTES):
                raise BadArgument(f"{argument} is bytes, not {type(given).__name__}")
        memory = self.image.memory
        layout = kind_of(self.image.elf.sections[place[0]].name)
        if layout is not None:
            packet = self.machine.packet = Packet(memory, layout, data if data is not None else bytes(64), ctx)
            context = packet.address
        else:
            context = plain_context(memory, data, ctx)
        try:
            self.r0 = self.execute(name, place, [context], limit)
            if not isinstance(self.r0, int):
                raise self.named(SimError("the program ends without a result in r0"), name)
        finally:
            if layout is not None:
                self.packet, self.ctx = packet.data, bytes(packet.bytes)
                packet.release()
                self.machine.packet = None
            else:
                self.ctx = memory.read(context, len(memory.blocks[context >> SHIFT]))
                memory.free(context)
        return self.r0 & 0xFFFFFFFF

    def call(self, name: str, *arguments: int, limit: int = LIMIT) -> int:
        """r0 of any function of the object, with up to five integers; 0 if the function returns nothing. Raises SimError."""
        if len(arguments) > 5:
            raise BadArgument("a function takes up to five arguments")
        result = self.execute(name, self.place(name), [a & MASK for a in arguments], limit)
        self.r0 = result if isinstance(result, int) else 0
        return self.r0

    def new_inner(self, outer: str) -> Map:
        """A map as the elements of a map of maps are, to be given to its update()."""
        found = self.maps.get(outer)
        template = found.template if found is not None else None
        if template is None or not isinstance(found, MapOfMaps):
            raise BadArgument(f"'{outer}' is not a map of maps with a definition of its elements")
        t = template
        new = new_map(self.image.memory, t.name, t.type, t.key_size, t.value_size, t.max_entries, t.flags)
        self.machine.know(new)
        return new

    def new_object(self, data: bytes) -> int:
        """The address of bytes that programs may read and write, for contexts and arguments that hold pointers."""
        if not isinstance(data, BYTES):
            raise BadArgument(f"an object is bytes, not {type(data).__name__}")
        return self.image.memory.new(bytearray(data), "an object of the caller")

    def read(self, address: int, size: int) -> bytes:
        """Raises BadAccess."""
        return self.image.memory.read(address, size)

    def variable(self, name: str) -> bytes:
        """A global variable's bytes."""
        address, size = self.variable_place(name)
        return self.image.memory.read(address, size)

    def set_variable(self, name: str, value: bytes) -> None:
        """Also one that programs may only read."""
        address, size = self.variable_place(name)
        if len(value) != size:
            raise BadArgument(f"the variable '{name}' has {size} bytes, not {len(value)}")
        self.image.memory.check("store", address, size)
        blocks, number, at = self.image.memory.blocks, address >> SHIFT, address & OFFSET
        block = blocks[number]
        if isinstance(block, bytearray):
            block[at : at + size] = value
        else:
            blocks[number] = block[:at] + value + block[at + size :]

    def variable_place(self, name: str) -> tuple[int, int]:
        for symbol in self.image.elf.symbols:
            if symbol.name == name and symbol.section in self.image.places and symbol.section not in self.image.code:
                return self.image.places[symbol.section] + symbol.value, symbol.size
        if self.image.config_variable(name) is not None:
            address = self.image.kconfig[name]
            return address, len(self.image.memory.blocks[address >> SHIFT])
        raise KeyError(name)

    def place(self, name: str) -> tuple[int, int]:
        found = self.image.functions.get(name)
        if found is None:
            raise SimError(f"the object has no function '{name}'")
        return found

    def execute(self, name: str, place: tuple[int, int], arguments: list[int], limit: int) -> int:
        try:
            return self.machine.execute(place, arguments, limit)
        except SimError as error:
            raise self.named(error, name) from None
        finally:
            self.steps = limit - self.machine.left
            for each in self.machine.maps_by_address.values():
                if each.retired:
                    each.settle()

    def named(self, error: SimError, name: str) -> SimError:
        error.program = name
        return error
