"""<vmlinux.h> of the running kernel, made from its BTF when a program first asks for it and kept in the user's cache.

Where there is no BTF, or nowhere to keep the header, or the program is for another machine, the core set of types that comes with the
compiler serves."""

from __future__ import annotations

import os
import sys

from ..target.host import ARCHITECTURES, KERNEL_BTF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..options import Options


def header(options: Options) -> str | None:
    """Path of the header, or None. EBPFCC_VMLINUX names one that is to be used instead; empty, the bundled core is."""
    wish = os.environ.get("EBPFCC_VMLINUX")
    if wish is not None:
        return wish or None
    if not is_for_this_machine(options):
        return None
    try:
        size = os.stat(KERNEL_BTF).st_size
    except OSError:
        return None
    path = os.path.join(cache(), f"vmlinux-{os.uname().release}-{size}.h")
    if os.path.exists(path):
        return path
    return make(path)


def is_for_this_machine(options: Options) -> bool:
    """As far as libbpf's __TARGET_ARCH_... and the byte order say."""
    here = f"__TARGET_ARCH_{ARCHITECTURES.get(os.uname().machine)}"
    asked = [text.partition("=")[0] for kind, text in options.defines if kind == "D" and text.startswith("__TARGET_ARCH_")]
    return all(name == here for name in asked) and options.big_endian == (sys.byteorder == "big")


def cache() -> str:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "ebpfcc")


def make(path: str) -> str | None:
    from ..btf2c import BtfError, header_of

    temporary = f"{path}.{os.getpid()}"
    try:
        with open(KERNEL_BTF, "rb") as stream:
            text = header_of(stream.read())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(temporary, path)
    except (OSError, BtfError):
        return None
    return path
