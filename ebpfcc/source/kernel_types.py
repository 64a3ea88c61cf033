"""<vmlinux.h> of the running kernel, made from its BTF when a program first asks for it and kept in the user's cache.

Where nothing can be kept, or the cache is somebody else's, it is made anew each time. Where there is no BTF, or the program is for another
machine, the core set of types that comes with the compiler serves."""

from __future__ import annotations

import os
import sys

from ..disk import MOST_OBJECT, Cache, read_named
from ..target.host import ARCHITECTURES, KERNEL_BTF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..options import Options

    Header = tuple[str, bytes | None, tuple[int, int] | None]  # path, text and identity, as far as they are known already

WHOLE = b"#endif /* __VMLINUX_H__ */\n"  # how a header ends that was written to its end


def header(options: Options) -> Header | None:
    """The header, or None. EBPFCC_VMLINUX names one that is to be used instead; empty, the bundled core is."""
    wish = os.environ.get("EBPFCC_VMLINUX")
    if wish is not None:
        return (wish, None, None) if wish else None
    if not is_for_this_machine(options):
        return None
    try:
        status = os.stat(KERNEL_BTF)
    except OSError:
        return None
    name = f"vmlinux-{os.uname().release}-{status.st_size}.h"
    key = status.st_dev, status.st_ino
    with Cache() as cache:
        kept = cache.read(name)
        if kept is not None and kept.endswith(WHOLE):
            return os.path.join(cache.path, name), kept, key
    made = make()
    if made is None:
        return None
    with Cache(make=True) as cache:
        return os.path.join(cache.path, name) if cache.write(name, made) else KERNEL_BTF, made, key


def is_for_this_machine(options: Options) -> bool:
    """As far as libbpf's __TARGET_ARCH_... and the byte order say."""
    here = f"__TARGET_ARCH_{ARCHITECTURES.get(os.uname().machine)}"
    asked = [text.partition("=")[0] for kind, text in options.defines if kind == "D" and text.startswith("__TARGET_ARCH_")]
    return all(name == here for name in asked) and options.big_endian == (sys.byteorder == "big")


def make() -> bytes | None:
    from ..btf2c import BtfError, header_of

    try:
        return header_of(read_named(KERNEL_BTF, MOST_OBJECT)).encode()
    except (OSError, BtfError):
        return None
