"""Files, read and written so that what others put in a folder can neither harm, hang nor mislead (docs/security.md).

In: paths that a user or a source names. Out: bytes, or an OSError that says why not. Everything that the compiler reads of a source's
choosing, and every file that it writes, goes through here.
"""

from __future__ import annotations

import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

MOST_TEXT = 1 << 26  # bytes of a source or header: what is made of them takes several times as much
MOST_OBJECT = 1 << 28
CHUNK = 1 << 20
OWN_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}
NOT_TEMPORARY = (errno.EACCES, errno.EPERM, errno.EROFS)  # the folder takes no new file, but the file may be writable
TRIES = 100


# -- reading -----------------------------------------------------------------------------------------------------------
def read_included(path: str) -> bytes:
    """A file that a source names: an ordinary one, or the null device. Never waits. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(fd)
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == os.stat(os.devnull).st_rdev:
            return b""
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, f"it is {kind_of(status.st_mode)}, not an ordinary file")
        if status.st_size:
            return read_fd(fd, status.st_size, MOST_TEXT)
        try:
            empty = not os.read(fd, 1)
        except OSError:
            empty = False
        if not empty:  # /proc/self/environ and its like
            raise OSError(errno.EINVAL, "it is made by the kernel, not an ordinary file")
        return b""
    finally:
        os.close(fd)


def read_named(path: str, most: int = MOST_TEXT) -> bytes:
    """A file that the user names, which may be a pipe or a device. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(fd)
        ordinary = stat.S_ISREG(status.st_mode) and status.st_size > 0
        return read_fd(fd, status.st_size if ordinary else most + 1, most)
    finally:
        os.close(fd)


def read_stream(stream: BinaryIO, most: int = MOST_TEXT) -> bytes:
    """All of the standard input. Raises OSError."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise too_large(most)
    return data


def read_fd(fd: int, size: int, most: int) -> bytes:
    """Up to `size` bytes, all that were there when the file was opened: one that grows meanwhile ends there."""
    if size > most + 1:
        raise too_large(most)
    parts: list[bytes] = []
    while size and (part := os.read(fd, min(size, CHUNK) if size > most else size)):
        parts.append(part)
        size -= len(part)
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(data) > most:
        raise too_large(most)
    return data


def working_directory() -> str:
    """ "." where it is not there any more."""
    try:
        return os.getcwd()
    except OSError:
        return os.curdir


def is_bpf_object(path: str) -> bool:
    """By the ELF header's class and machine."""
    try:
        with open(path, "rb") as file:
            start = file.read(20)
    except OSError:
        return False
    return start[:5] == b"\x7fELF\2" and start[18:20] in (b"\xf7\0", b"\0\xf7")


def too_large(most: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB")


def kind_of(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return kinds.get(stat.S_IFMT(mode), "of an unknown kind")


# -- writing -----------------------------------------------------------------------------------------------------------
def write_file(path: str, data: bytes) -> None:
    """Replaces the file at once: an interrupted compile leaves the former one, and a link at `path` is replaced, not followed.

    "-" and names of the standard streams are those; other devices and pipes are written to. Raises OSError.
    """
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    stream = own_stream(path)
    if stream is not None:
        sys.stdout.flush()
        write_all(stream, data)
        return
    try:
        mode = os.stat(path).st_mode
    except OSError:
        mode = stat.S_IFREG
    if not stat.S_ISREG(mode) and write_device(path, data):
        return
    folder, name = os.path.split(path)
    if not name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    inside = os.open(folder or ".", os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", 0))
    try:
        replace(inside, name, data)
    finally:
        os.close(inside)


def own_stream(path: str) -> int | None:
    """The descriptor of this process that a name stands for."""
    head, _, number = path.rpartition("/")
    if head in ("/dev/fd", "/proc/self/fd") and number.isascii() and number.isdigit() and len(number) < 7:
        return int(number)
    return OWN_STREAMS.get(path)


def write_device(path: str, data: bytes) -> bool:
    """False if an ordinary file took the place of what was found there."""
    fd = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            return False
        write_all(fd, data)
        return True
    finally:
        os.close(fd)


def replace(folder: int, name: str, data: bytes) -> None:
    """A file beside the target, whose name nobody can guess, renamed when it is complete. folder: the target's, open."""
    try:
        fd, temporary = create(folder, name)
    except OSError as error:
        if error.errno not in NOT_TEMPORARY or not overwrite(folder, name, data):
            raise
        return
    try:
        try:
            write_all(fd, data)
        finally:
            os.close(fd)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException as error:
        os.unlink(temporary, dir_fd=folder)
        # a file that a sandbox has mounted there cannot be replaced
        if not (isinstance(error, OSError) and error.errno == errno.EBUSY and overwrite(folder, name, data)):
            raise


def create(folder: int, name: str) -> tuple[int, str]:
    """A new file, with the mode that the umask gives, and its name."""
    for _ in range(TRIES):
        temporary = f".{name[:200]}.{os.urandom(8).hex()}.tmp" if name.isascii() else f".{os.urandom(12).hex()}.tmp"
        try:
            return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder), temporary
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)


def overwrite(folder: int, name: str, data: bytes) -> bool:
    """Where nothing can be created: into the file itself, unless it is a link or has another name. False if that is not possible."""
    try:
        fd = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return False
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            return False
        os.ftruncate(fd, 0)
        write_all(fd, data)
        return True
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


# -- the user's cache ----------------------------------------------------------------------------------------------------
class Cache:
    """A folder of files that nobody else can have written; each is read and written whole. Where there is none, or none that may be
    trusted, nothing is found and nothing is kept.

    with Cache() as cache:
        data = cache.read(name)
    """

    __slots__ = ("path", "folder")

    def __init__(self, make: bool = False) -> None:
        self.path = cache_path()
        self.folder = open_own(self.path, make) if self.path else -1

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        if self.folder >= 0:
            os.close(self.folder)
            self.folder = -1

    def read(self, name: str, most: int = MOST_TEXT) -> bytes | None:
        """A file's bytes; None if there is none, or an empty one, or one that somebody else may have written."""
        if self.folder < 0:
            return None
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.folder)
        except OSError:
            return None
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or not status.st_size or not is_own(status):
                return None
            return read_fd(fd, status.st_size, most)
        except OSError:
            return None
        finally:
            os.close(fd)

    def write(self, name: str, data: bytes) -> bool:
        """False if it cannot be kept."""
        if self.folder < 0:
            return False
        try:
            replace(self.folder, name, data)
        except OSError:
            return False
        return True


def cache_path() -> str:
    """Of the user, by the XDG base directory specification; "" without an absolute name, for which no folder is guessed."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.environ.get("HOME", ""), ".cache")
    return os.path.join(home, "ebpfcc") if os.path.isabs(home) else ""


def open_own(path: str, make: bool) -> int:
    """The folder, open, if it is this user's alone; -1 if not."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        if make and not os.path.isdir(path):
            os.makedirs(path, 0o700, exist_ok=True)
        fd = os.open(path, flags)
    except OSError:
        return -1
    if is_own(os.fstat(fd)):
        return fd
    os.close(fd)
    return -1


def is_own(status: os.stat_result) -> bool:
    """Whether only this user can have written it."""
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
