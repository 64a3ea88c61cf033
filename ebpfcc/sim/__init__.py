"""The machine without a kernel: runs the programs of an object on given input, with maps and the usual helpers.

from ebpfcc.sim import Simulator
simulator = Simulator(object_bytes)
simulator.maps["blocked"].update(key, value)
verdict = simulator.run("filter", data=packet)
"""

from __future__ import annotations

__all__ = ["BadAccess", "BadArgument", "LimitReached", "SimError", "Simulator", "Unset"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import BadAccess, BadArgument, LimitReached, SimError, Unset
    from .simulator import Simulator


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'ebpfcc.sim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module("ebpfcc.sim." + ("simulator" if name == "Simulator" else "errors")), name)
