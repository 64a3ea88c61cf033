"""What this machine's kernel is called, and where it tells its types."""

from __future__ import annotations

KERNEL_BTF = "/sys/kernel/btf/vmlinux"
# uname's machine -> the name in libbpf's __TARGET_ARCH_...
ARCHITECTURES = {
    "aarch64": "arm64", "i386": "x86", "i686": "x86", "loongarch64": "loongarch", "ppc64le": "powerpc", "riscv64": "riscv", "s390x": "s390",
    "x86_64": "x86",
}  # fmt: skip
