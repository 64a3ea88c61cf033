"""A kernel booted in QEMU with one static program (init.c) and our objects: what they do there, and that kernel's types."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple

QEMU = "qemu-system-x86_64"
VARIABLE = "EBPFCC_TEST_KERNELS"  # folders, apart by colons, that hold vmlinuz-* or boot/vmlinuz-*
MOST = 3  # kernels that are booted
SECONDS = 240  # 15 on an idle machine
APPEND = "console=ttyS0 loglevel=1 panic=-1 nowatchdog random.trust_cpu=on audit=0 apparmor=0 tsc=reliable"


class Told(NamedTuple):
    """loads: {object: status}; runs: {(object, program): (status, result)}; variables: {object: its .bss}; types: raw BTF."""

    release: str
    loads: dict[str, int]
    runs: dict[tuple[str, str], tuple[int, int]]
    variables: dict[str, bytes]
    types: bytes
    console: str


def kernels() -> list[Path]:
    """The images to boot: of the folders that the variable names, else the newest of /boot."""
    folders = [Path(name) for name in os.environ.get(VARIABLE, "").split(":") if name]
    found = [image for folder in folders or [Path("/boot")] for at in (folder, folder / "boot") for image in sorted(at.glob("vmlinuz-*"))]
    return [image for image in found if os.access(image, os.R_OK)][-MOST:]


def why_not() -> str:
    """Why nothing can be booted; "" if it can."""
    if os.uname().machine != "x86_64":
        return "other kernels are booted on x86_64 only"
    if shutil.which(QEMU) is None:
        return f"no virtual machine: {QEMU} is not installed"
    if not kernels():
        return f"no kernel image in /boot or in the folders of {VARIABLE}"
    return ""


def build_init(folder: Path) -> Path | None:
    """The static program; None if this machine lacks what it is made of."""
    out = folder / "init"
    source = Path(__file__).with_name("init.c")
    command = ["cc", "-O2", "-static", "-s", "-o", str(out), str(source), "-lbpf", "-lelf", "-lz"]
    return out if shutil.which("cc") and subprocess.run(command, capture_output=True, check=False).returncode == 0 else None


def archive(files: dict[str, bytes]) -> bytes:
    """A "newc" cpio archive (kernel Documentation/driver-api/early-userspace/buffer-format.rst) of programs, with /dev/console."""
    out = bytearray()

    def entry(number: int, name: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
        out.extend(b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0")
        out.extend(bytes(-len(out) % 4) + data)
        out.extend(bytes(-len(out) % 4))

    folders = sorted({str(parent) for name in files for parent in Path(name).parents if str(parent) != "."} | {"dev"})
    for number, name in enumerate(folders, 1):
        entry(number, name, stat.S_IFDIR | 0o755, b"")
    entry(999, "dev/console", stat.S_IFCHR | 0o600, b"", (5, 1))
    for number, (name, data) in enumerate(files.items(), 1000):
        entry(number, name, stat.S_IFREG | 0o755, data)
    entry(0, "TRAILER!!!", 0, b"")
    return bytes(out)


def boot(kernel: Path, init: Path, objects: dict[str, bytes], folder: Path) -> Told:
    """Raises AssertionError, with the console's text, if the machine does not come to its end."""
    console, types = folder / "console", folder / "types"
    (folder / "initrd").write_bytes(archive({"init": init.read_bytes(), **{f"objects/{name}": data for name, data in objects.items()}}))
    command = [
        QEMU, "-M", "pc", "-accel", "tcg", "-cpu", "max,la57=off", "-m", "512", "-smp", "1", "-nodefaults", "-no-user-config",
        "-display", "none", "-no-reboot", "-kernel", str(kernel), "-initrd", str(folder / "initrd"), "-append", APPEND,
        "-serial", f"file:{console}", "-serial", f"file:{types}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
        said = done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        said = f"no end after {SECONDS} seconds"
    text = console.read_text("utf-8", "replace") if console.exists() else ""
    assert "@done" in text, f"{kernel}: {said}\n{text[-4000:]}"
    return read(text, types.read_bytes())


def read(console: str, types: bytes) -> Told:
    told = Told("", {}, {}, {}, types, console)
    for line in console.splitlines():
        words = line.split()
        if line.startswith("@kernel "):
            told = told._replace(release=words[1])
        elif line.startswith("@load "):
            told.loads[words[1]] = int(words[2])
        elif line.startswith("@run "):
            told.runs[words[1], words[2]] = int(words[3]), int(words[4])
        elif line.startswith("@variables "):
            told.variables[words[1]] = bytes.fromhex(words[2])
        elif line.startswith("@types "):
            assert int(words[1]) == len(types), f"{words[1]} bytes of types sent, {len(types)} come"
    return told
