"""Finding what #include names (C11 6.10.2; GCC cpp manual, "Search Path", "Wrapper Headers"; the order is clang's)."""

from __future__ import annotations

import os
import sys

from ..disk import read_included, read_named
from ..target.near import nearest
from .files import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..options import Options
    from .files import SourceMap

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OWN = os.path.join(PACKAGE, "include")
CORE_TYPES = os.path.join(OWN, "vmlinux.h")
KERNELS = ("linux/", "asm/", "asm-generic/", "bpf/", "vmlinux.h")  # headers of the kernel and of libbpf, and not of the C library
RESOURCES = os.path.join(PACKAGE, "resource")  # -print-resource-dir: build systems add /include and expect <stddef.h> there
OWN_STANDARD = os.path.join(RESOURCES, "include")  # those that a compiler brings itself


class Found:
    """A header: the path as it will be shown, where in the search list it was (-1: beside the includer), whether a system header.
    data: what is in it, if that is known already; fault: why it cannot be read, if that is."""

    __slots__ = ("path", "index", "system", "key", "data", "fault")

    def __init__(self, path: str, index: int, system: bool, key: tuple[int, int], data: bytes | None = None) -> None:
        self.path = path
        self.index = index
        self.system = system
        self.key = key
        self.data = data
        self.fault: OSError | None = None


class SearchPath:
    """The directories: `dirs` is a list of (directory, is a system directory); those before `angled` serve "..." only."""

    __slots__ = ("dirs", "angled", "ignored", "known", "options", "c_library")

    def __init__(self, options: Options) -> None:
        self.options = options
        self.c_library: bool | None = None  # has_c_library(), when it was asked
        self.ignored: list[tuple[str, bool]] = []  # (directory, is a duplicate) that -v tells about
        self.known: dict[tuple[str, int], Found | None] = {}
        wanted = [(d, False) for d in options.iquote]
        quotes = len(wanted)
        wanted += [(d, False) for d in options.include_dirs]
        wanted += [(d, True) for d in options.isystem]
        if not options.nostdinc:
            wanted += [(d, True) for d in system_dirs(options)]
        wanted += [(d, True) for d in options.idirafter]
        if not options.nostdinc:
            wanted.append((OWN, True))
        self.dirs: list[tuple[str, bool]] = []
        self.angled = 0
        later = {(d, s) for d, s in wanted if s}
        seen: set[str] = set()
        for i, (directory, system) in enumerate(wanted):
            if i == quotes:
                self.angled = len(self.dirs)
                seen = set()
            if not os.path.isdir(directory):
                self.ignored.append((directory, False))
            elif directory in seen or not system and i >= quotes and (directory, True) in later:
                self.ignored.append((directory, True))
            else:
                seen.add(directory)
                self.dirs.append((directory, system))
        if quotes >= len(wanted):
            self.angled = len(self.dirs)

    def own(self, name: str) -> Found | None:
        """A header of ours, whatever stands before it."""
        return self.find(name, len(self.dirs) - 1) if self.dirs and self.dirs[-1][0] == OWN else None

    def find(self, name: str, start: int) -> Found | None:
        """The first directory from index `start` on that holds `name`."""
        asked = (name, start)
        if asked in self.known:
            return self.known[asked]
        found = None
        for i in range(start, len(self.dirs)):
            directory, system = self.dirs[i]
            key = identity(path := os.path.join(directory, name))
            if key is not None:
                if system and directory not in (OWN, OWN_STANDARD) and self.own_serves(name):
                    continue
                found = Found(path, i, system, key)
                if directory == OWN and name == "vmlinux.h":
                    found = of_running_kernel(found, self.options)
                break
        self.known[asked] = found
        return found

    def own_serves(self, name: str) -> bool:
        """Whether a header of the C library is passed over, since the machine's library is not there for BPF, and ours goes before it."""
        if name.startswith(KERNELS) or self.dirs[-1][0] != OWN or identity(os.path.join(OWN, name)) is None:
            return False
        if self.c_library is None:
            self.c_library = self.has_c_library()
        return not self.c_library

    def has_c_library(self) -> bool:
        """musl's headers are the same for all machines. glibc's have a part for each, which lies in a folder of the host's alone (Debian), or
        asks for the host's 32-bit part, since BPF is not x86-64."""
        if self.find("bits/wordsize.h", self.angled) is None:
            return self.find("bits/alltypes.h", self.angled) is not None
        stubs = self.find("gnu/stubs.h", self.angled)
        if stubs is None:
            return False
        try:
            parts = read_included(stubs.path)
        except OSError:
            return False
        here = ("D", "__x86_64__") in [(kind, text.partition("=")[0]) for kind, text in self.options.defines]
        return here or b"gnu/stubs-32.h" not in parts or self.find("gnu/stubs-32.h", self.angled) is not None


def of_running_kernel(bundled: Found, options: Options) -> Found:
    """Our own <vmlinux.h>: the user's or the running kernel's types, else the core set that comes along."""
    from .kernel_types import VARIABLE, header

    try:
        made = header(options)
    except OSError as error:
        missing = Found(os.environ[VARIABLE], bundled.index, True, bundled.key)
        missing.fault = error
        return missing
    if made is None:
        return bundled
    path, data, key = made
    return Found(path, bundled.index, True, key, data)


def system_dirs(options: Options) -> list[str]:
    """Where clang looks by itself, with our own standard headers in place of its resource directory."""
    root = options.sysroot.rstrip("/")
    if options.target == "host":
        multiarch = getattr(sys.implementation, "_multiarch", "x86_64-linux-gnu")
        return [OWN_STANDARD, f"{root}/usr/local/include", f"{root}/usr/include/{multiarch}", f"{root}/usr/include"]
    return [f"{root}/usr/local/include", OWN_STANDARD, f"{root}/usr/include"]


def identity(path: str) -> tuple[int, int] | None:
    """(device, inode) of a file that is no directory; None if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if status.st_mode & 0o170000 == 0o040000:
        return None
    return status.st_dev, status.st_ino


def load(found: Found, sources: SourceMap, trigraphs: bool, named: bool = False) -> File:
    """The file, read at most once in a compilation. named: by the user, not by a source. Raises OSError."""
    if found.fault is not None:
        raise found.fault
    file = sources.files.get(found.key)
    if file is None:
        data = found.data
        if data is None:
            data = read_named(found.path) if named else read_included(found.path)
        file = sources.files[found.key] = File(found.path, data, trigraphs)
    return file


def meant(name: str) -> str:
    """Behind the message that there is no header of a name: that of ours which it is almost."""
    ours = []
    for root in (OWN, OWN_STANDARD):
        for folder, folders, files in os.walk(root):
            folders.sort()
            ours += [os.path.relpath(os.path.join(folder, file), root) for file in sorted(files) if file.endswith(".h")]
    plain = name.removeprefix("uapi/")
    found = plain if plain in ours else next((path for path in ours if path.rpartition("/")[2] == plain.rpartition("/")[2]), "") or nearest(name, ours)
    return f"; did you mean <{found}>?" if found else ""
