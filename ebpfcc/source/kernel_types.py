"""<vmlinux.h> of the running kernel, made from its BTF when a program first asks for it and kept in the user's cache.

Where nothing can be kept, or the cache is somebody else's, it is made anew each time. EBPFCC_VMLINUX names another: a header, raw BTF, or
an ELF file with BTF. Where there is no BTF, or the program is for another machine, the core set of types that comes with the compiler serves."""

from __future__ import annotations

import errno
import os
import sys

from ..disk import MOST_OBJECT, Cache, read_named
from ..target.host import ARCHITECTURES, KERNEL_BTF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..options import Options

    Header = tuple[str, bytes, tuple[int, int]]  # path, text and identity

VARIABLE = "EBPFCC_VMLINUX"
WHOLE = b"#endif /* __VMLINUX_H__ */\n"  # how a header ends that was written to its end
NOT_TEXT = (b"\x9f\xeb", b"\xeb\x9f", b"\x7fE")  # how BTF of either byte order, and an ELF file, begin
MOST_ELF = 1 << 30  # bytes, as of a kernel with its debug information
FORM = 1  # of the text that btf2c makes: headers of another form are made anew


def header(options: Options) -> Header | None:
    """The header, or None for the bundled core types. Raises OSError if the one that the user names cannot be had."""
    wish = os.environ.get(VARIABLE)
    if wish is not None:
        return named(wish, options.progress) if wish else None
    if not is_for_this_machine(options):
        return None
    try:
        return of_running_kernel(options.progress)
    except OSError:
        return None  # why_core() tells


def why_core(options: Options) -> str:
    """Why the core types serve."""
    if os.environ.get(VARIABLE) == "":
        return f"{VARIABLE} is empty"
    if not is_for_this_machine(options):
        return "the program is for another machine than this one"
    try:
        of_running_kernel()
    except OSError as error:
        return f"{KERNEL_BTF}: {error.strerror}"
    return "it was there first"


def is_for_this_machine(options: Options) -> bool:
    """As far as libbpf's __TARGET_ARCH_... and the byte order say."""
    here = f"__TARGET_ARCH_{ARCHITECTURES.get(os.uname().machine)}"
    asked = [text.partition("=")[0] for kind, text in options.defines if kind == "D" and text.startswith("__TARGET_ARCH_")]
    return all(name == here for name in asked) and options.big_endian == (sys.byteorder == "big")


def of_running_kernel(progress: bool = False) -> Header:
    from zlib import crc32

    status = os.stat(KERNEL_BTF)
    system = os.uname()
    build = crc32(f"{system.version} {FORM}".encode())  # another build of the same release has other types
    return kept(f"vmlinux-{system.release}-{status.st_size}-{build:08x}.h", KERNEL_BTF, status, None, progress)


def named(path: str, progress: bool) -> Header:
    """The user's: a header as it is, BTF as a header."""
    try:
        status = os.stat(path)
        data = read_named(path, MOST_ELF)
        if not data.startswith(NOT_TEXT):
            return path, data, (status.st_dev, status.st_ino)
        from hashlib import sha256

        return kept(f"vmlinux-{sha256(data).hexdigest()[:32]}-{FORM}.h", path, status, data, progress)
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} ({VARIABLE} names it)") from error


def kept(name: str, path: str, status: os.stat_result, data: bytes | None, progress: bool) -> Header:
    """The header of that name in the cache; else made of BTF, data or what is in the file, and kept. Raises OSError.

    progress: say so meanwhile, on a terminal: it takes a second or two."""
    key = status.st_dev, status.st_ino
    with Cache() as cache:
        text = cache.read(name)
        if text is not None and text.endswith(WHOLE):
            return os.path.join(cache.path, name), text, key
    if progress:
        sys.stderr.write(f"making <vmlinux.h> of {path} ...")
        sys.stderr.flush()
    try:
        text = made_of(read_named(path, MOST_OBJECT) if data is None else data)
    finally:
        if progress:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
    with Cache(make=True) as cache:
        return os.path.join(cache.path, name) if cache.write(name, text) else path, text, key


def made_of(data: bytes) -> bytes:
    from ..btf2c import BtfError, header_of

    try:
        return header_of(data).encode()
    except BtfError as error:
        raise OSError(errno.EINVAL, f"its BTF is damaged: {error}") from error
