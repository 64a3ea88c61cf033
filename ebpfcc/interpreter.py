"""What a compile wants of the interpreter, which all threads share: a deeper stack of calls than the default, and no garbage collection.

The first of the compiles that run at once sets it, the last one puts back what was there before.
"""

from __future__ import annotations

import gc
import sys
from _thread import allocate_lock

DEPTH = 60_000  # calls; the parser bounds what recurses, and this is above what its bounds allow
COLLECT_EVERY = 16  # compiles that end while others run: without this nothing would be collected where some always do


class Compiling:
    """with COMPILING: ..."""

    def __init__(self) -> None:
        self.lock = allocate_lock()
        self.running = 0
        self.ended = 0
        self.depth = 0  # before
        self.collecting = False

    def __enter__(self) -> None:
        with self.lock:
            self.running += 1
            if self.running == 1:
                self.depth, self.collecting = sys.getrecursionlimit(), gc.isenabled()
                gc.disable()
                if self.depth < DEPTH:
                    sys.setrecursionlimit(DEPTH)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.running -= 1
            self.ended += 1
            collect = self.ended % COLLECT_EVERY == 0 and self.running > 0
            if not self.running:
                if self.depth < DEPTH and sys.getrecursionlimit() == DEPTH:  # nobody else has set it meanwhile
                    sys.setrecursionlimit(self.depth)
                if self.collecting:
                    gc.enable()
        if collect:
            gc.collect(1)


COMPILING = Compiling()
