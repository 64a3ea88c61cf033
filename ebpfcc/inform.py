"""What the command tells about itself: --version, --help, the -print- family, -v."""

from __future__ import annotations

import os
import sys

from . import __version__
from .diag import visible
from .flag_tables import CPUS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .options import Options

CLANG_VERSION = "19.1.7"
GCC_VERSION = "14.2.0"


def triple(options: Options) -> str:
    """The target as clang prints it."""
    if options.target == "host":
        return f"{os.uname().machine}-pc-linux-gnu"
    return "bpfeb" if options.big_endian and sys.byteorder == "little" else "bpfel" if not options.big_endian and sys.byteorder == "big" else "bpf"


def installed() -> str:
    """The directory of the command."""
    return os.path.dirname(os.path.realpath(sys.argv[0] or "."))


def resource_dir() -> str:
    from .source.include import RESOURCES

    return RESOURCES


def version(options: Options) -> str:
    like = f"clang version {CLANG_VERSION}"
    if options.flavour == "gcc":
        return f"{options.program} (ebpfcc {__version__}) {GCC_VERSION}\nTarget: bpf-unknown-none\nThread model: single\nInstalledDir: {installed()}\n"
    return f"ebpfcc {__version__} (compatible with {like})\nTarget: {triple(options)}\nThread model: posix\nInstalledDir: {installed()}\n"


def cpus(options: Options) -> str:
    names = "".join(f"\t{name}\n" for name in sorted((*CPUS, "probe")))
    return f"{version(options)}Available CPUs for this target:\n\n{names}\nUse -mcpu to specify the target's processor.\n"


def _file(options: Options, name: str) -> str:
    """Of the resource directory, or a file for build systems (ebpfcc.cmake, ebpfcc.ini)."""
    for directory in (resource_dir(), os.path.join(os.path.dirname(resource_dir()), "build")):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            return path
    return name


def _program(options: Options, name: str) -> str:
    from .host import find_program

    return find_program(name) or name


def _target_triple(options: Options, _: str) -> str:
    """Without a target build systems want to know the host: they put the answer after --target= when they compile for it."""
    given = options.flavour == "gcc" or options.target_given
    return triple(options) if given else f"{os.uname().machine}-pc-linux-gnu"


def _dirs(options: Options, _: str) -> str:
    return f"programs: ={installed()}\nlibraries: ={resource_dir()}"


def help_text(options: Options) -> str:
    from .flag_help import help_text

    return help_text(options.program)


ANSWERS: dict[str, Callable[[Options, str], str]] = {
    "--version": lambda o, _: version(o)[:-1],
    "--help": lambda o, _: help_text(o)[:-1],
    "-help": lambda o, _: help_text(o)[:-1],
    "-dumpversion": lambda o, _: GCC_VERSION if o.flavour == "gcc" else CLANG_VERSION,
    "-dumpfullversion": lambda o, _: GCC_VERSION if o.flavour == "gcc" else CLANG_VERSION,
    "-dumpmachine": lambda o, _: "bpf-unknown-none" if o.flavour == "gcc" else triple(o),
    "-print-target-triple": _target_triple,
    "-print-effective-triple": _target_triple,
    "-print-targets": lambda o, _: "  Registered Targets:\n    bpf   - BPF (host endian)\n    bpfeb - BPF (big endian)\n    bpfel - BPF (little endian)",
    "-print-search-dirs": _dirs,
    "-print-resource-dir": lambda o, _: resource_dir(),
    "-print-runtime-dir": lambda o, _: resource_dir(),
    "-print-libgcc-file-name": lambda o, _: _file(o, "libgcc.a"),
    "-print-file-name": _file,
    "-print-prog-name": _program,
    "-print-multi-directory": lambda o, _: ".",
    "-print-multi-lib": lambda o, _: ".;",
    "-print-multiarch": lambda o, _: "",
    "-print-sysroot": lambda o, _: o.sysroot,
    "-print-multi-os-directory": lambda o, _: ".",
    "-Wl,--version": lambda o, _: f"ebpfcc {__version__} does not link, and passes over the options of GNU ld",  # meson wants to know which linker it is
}
FEATURES = "Available features for this target:\n\n  alu32    - 32-bit ALU instructions (from v3 on)\n"
ON_STDERR = ("-mcpu=help", "-mcpu=?", "-mtune=help", "-print-supported-cpus", "-mattr=help")  # as clang does


def answer(options: Options) -> int:
    """Print the answer to the first question; --help and --version come before others."""
    flag, operand = next((q for q in options.queries if q[0] in ("--help", "-help", "--version")), options.queries[0])
    if flag == "--explain":
        return explain(operand, options)
    if flag in ON_STDERR:
        sys.stderr.write(FEATURES if flag == "-mattr=help" else cpus(options))
        return 0
    sys.stdout.write(ANSWERS[flag if flag in ANSWERS else flag[1:]](options, operand) + "\n")
    return 0


def explain(name: str, options: Options) -> int:
    from .kernel import messages

    text = messages.explain(name)
    if not text:
        meant = messages.near(name)
        suggestion = f"; did you mean '{meant}'?" if meant else ""
        sys.stderr.write(f"{options.program}: error: no rule or warning is called '{visible(name)}'{suggestion}\n")
        return 1
    sys.stdout.write(text)
    return 0


def search_list(options: Options) -> str:
    """The directories of #include, as -v shows them."""
    from .source.include import SearchPath

    search = SearchPath(options)
    lines = [f'ignoring {"duplicate" if duplicate else "nonexistent"} directory "{d}"' for d, duplicate in search.ignored]
    lines.append('#include "..." search starts here:')
    lines += [f" {d}" for d, _ in search.dirs[: search.angled]]
    lines.append("#include <...> search starts here:")
    lines += [f" {d}" for d, _ in search.dirs[search.angled :]]
    lines.append("End of search list.")
    return "\n".join(lines) + "\n"


def command_line(arguments: list[str], program: str) -> str:
    """-###: the command with its arguments quoted."""
    quoted = ('"' + arg.replace("\\", "\\\\").replace('"', '\\"') + '"' for arg in [program, *arguments])
    return " " + " ".join(quoted) + "\n"
