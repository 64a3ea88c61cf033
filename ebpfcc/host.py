"""Calls that are not for BPF: build systems use one command for both, and these go to the host's own compiler."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import Options

CANDIDATES = ("cc", "gcc", "clang")
GUARD = "EBPFCC_HANDED_OVER"  # set in the environment of the host's compiler: it may turn out to be this command again
# clang's flags in a call that GCC is to understand: left out, with the next argument, with what begins so, or as GCC spells them.
DROPPED = frozenset(
    """-Qunused-arguments -fcaret-diagnostics -fno-caret-diagnostics -fansi-escape-codes -integrated-as -fintegrated-as -fstandalone-debug
    -Wno-unused-command-line-argument -Wunused-command-line-argument -fno-spell-checking -fno-addrsig -faddrsig -fcrash-diagnostics
    -fno-crash-diagnostics -Weverything -Wthread-safety -Wmost -Wheader-guard -Wgnu -Wdocumentation -Winitializer-overrides -Wshorten-64-to-32""".split()
)
DROPPED_SEPARATE = frozenset(("-Xclang", "-mllvm", "-target", "--target"))
DROPPED_PREFIXES = ("--target=", "-target=", "-fcrash-diagnostics-dir=", "-Werror=gnu", "-Rpass")
SPELLED = {
    "-fcolor-diagnostics": "-fdiagnostics-color=always", "-fno-color-diagnostics": "-fdiagnostics-color=never", "-gfull": "-g",
    "-gline-tables-only": "-g1",
}  # fmt: skip
LINKERS = {"-fuse-ld=lld": "ld.lld", "-fuse-ld=mold": "ld.mold", "-fuse-ld=gold": "ld.gold"}


def find_program(name: str) -> str | None:
    """The file that a command name runs."""
    if "/" in name:
        return name if os.access(name, os.X_OK) else None
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(directory, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def translate(arguments: list[str]) -> list[str]:
    """The same call for GCC: without clang's own flags, and without a linker that is not installed."""
    out: list[str] = []
    skip = False
    for arg in arguments:
        if skip:
            skip = False
        elif arg in DROPPED_SEPARATE:
            skip = True
        elif arg in DROPPED or arg.startswith(DROPPED_PREFIXES) or arg in LINKERS and find_program(LINKERS[arg]) is None:
            continue
        elif arg.startswith("-ferror-limit="):
            out.append("-fmax-errors=" + arg[14:])
        else:
            out.append(SPELLED.get(arg, arg))
    return out


def hand_over(options: Options) -> int:
    """Become the host's compiler. Returns, with exit status 1, only if there is none."""
    program = options.program
    if os.environ.get(GUARD):
        sys.stderr.write(f"{program}: error: the host's compiler is this command again; set EBPFCC_HOST_CC\n")
        return 1
    chosen = os.environ.get("EBPFCC_HOST_CC", "").split()
    own = os.path.realpath(sys.argv[0])
    for name in [chosen[0]] if chosen else CANDIDATES:
        path = find_program(name)
        if path is None or os.path.realpath(path) == own:
            continue
        sys.stdout.flush()
        sys.stderr.flush()
        os.environ[GUARD] = "1"
        try:
            os.execv(path, [name, *chosen[1:], *translate(options.hand_over)])
        except OSError as error:
            sys.stderr.write(f"{program}: error: cannot run '{path}': {error.strerror}\n")
            return 1
    wanted = f"'{chosen[0]}'" if chosen else ", ".join(f"'{name}'" for name in CANDIDATES)
    sys.stderr.write(f"{program}: error: this call is for the host, whose compiler was not found (looked for {wanted})\n")
    sys.stderr.write("note: use --target=bpf to compile for BPF, or set EBPFCC_HOST_CC\n")
    return 1
