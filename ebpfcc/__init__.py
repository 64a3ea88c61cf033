"""ebpfcc: a compiler from C to eBPF objects, as the command `ebpfcc` and as `ebpfcc.compile`.

    import ebpfcc
    result = ebpfcc.compile("prog.c", flags="-O2 -g")
    for d in result.diagnostics:
        print(d.severity, d.file, d.line, d.col, d.message)
    if result.data is not None:
        result.write("prog.o")
        print(ebpfcc.verify(result))    # load its programs into the running kernel, for the verifier's answer

Importing this package loads nothing else; the stages come with the first call.
"""

from __future__ import annotations

__version__ = "0.2.0"
__all__ = [
    "CompileError", "InternalError", "LoadError", "Loaded", "Options", "Record", "Result", "UsageError", "Verified", "VerifyError",
    "VerifyResult", "__version__", "compile", "load", "verify",
]  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from .api import CompileError
    from .diag import Record
    from .driver import InternalError, Result
    from .kernel.load import Loaded, load
    from .kernel.load_error import LoadError
    from .kernel.verify import Verified, VerifyError, VerifyResult, verify
    from .options import Options
    from .words import UsageError

HOMES = {
    "CompileError": "api", "InternalError": "driver", "Record": "diag", "Result": "driver", "UsageError": "words", "Options": "options",
    "Loaded": "kernel.load", "load": "kernel.load", "LoadError": "kernel.load_error",
    "Verified": "kernel.verify", "VerifyError": "kernel.verify", "VerifyResult": "kernel.verify", "verify": "kernel.verify",
}  # fmt: skip


def compile(
    source: str | os.PathLike[str] | None = None,
    *,
    text: str | bytes | None = None,
    name: str = "<string>",
    flags: str | Iterable[str] = (),
    include_dirs: Iterable[str | os.PathLike[str]] = (),
    defines: Mapping[str, str | int | None] | None = None,
    options: Options | None = None,
    raise_on_error: bool = False,
) -> Result:
    """Compile a file, or `text` under a name, and return what came of it; prints nothing, writes nothing but a cached <vmlinux.h>.

    flags: as on the command line, in a list or as a text that is split as a shell does, without inputs and -o; the target is BPF unless
    they say otherwise. options: parsed ones, in place of all these. In the result, data is the object (None after errors), text what -E,
    -S or --emit= made, diagnostics the messages, dependencies the files read. Raises UsageError for flags that are wrong, InternalError
    for a defect of the compiler and, with raise_on_error, CompileError (which has the result) for errors in the source.
    """
    from . import api

    if (source is None) == (text is None):
        raise TypeError("compile() takes a path or text=")
    if options is None:
        options = api.options_of(flags, include_dirs, defines or {})
    return api.compile_one(source if source is not None else (name, text if text is not None else ""), options, raise_on_error)


def __getattr__(name: str) -> object:
    home = HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'ebpfcc' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"ebpfcc.{home}"), name)
