"""ebpfcc: a compiler from C to eBPF objects, as the command `ebpfcc` and as `ebpfcc.compile`.

    import ebpfcc
    result = ebpfcc.compile("prog.c", flags=["-O2", "-g"])
    if result.ok:
        open("prog.o", "wb").write(result.data)
    for d in result.diagnostics:
        print(d.severity, d.file, d.line, d.col, d.message)
    ebpfcc.verify(result.data)    # load its programs into the running kernel, for the verifier's answer

Importing this package loads nothing else; the stages come with the first call.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["InternalError", "Options", "Result", "UsageError", "VerifyError", "VerifyResult", "__version__", "compile", "verify"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from .driver import InternalError, Result
    from .flags import UsageError
    from .kernel.verify import VerifyError, VerifyResult, verify
    from .options import Options

HOMES = {
    "InternalError": "driver", "Result": "driver", "UsageError": "flags", "Options": "options",
    "VerifyError": "kernel.verify", "VerifyResult": "kernel.verify", "verify": "kernel.verify",
}  # fmt: skip


def compile(
    source: str | os.PathLike[str] | None = None,
    *,
    text: str | bytes | None = None,
    name: str = "<string>",
    flags: Iterable[str] = (),
    include_dirs: Iterable[str | os.PathLike[str]] = (),
    defines: Mapping[str, str | int | None] | None = None,
    options: Options | None = None,
) -> Result:
    """Compile a file, or `text` under a name, and return what came of it; prints nothing, writes nothing but a cached <vmlinux.h>.

    flags: as on the command line, without inputs and -o; the target is BPF unless they say otherwise. options: parsed ones, in place of
    all these. In the result, data is the object (None after errors), text what -E, -S or --emit= made, diagnostics the messages,
    dependencies the files read. Raises UsageError for flags that are wrong and InternalError for a defect of the compiler.
    """
    from .driver import compile_source

    if (source is None) == (text is None):
        raise TypeError("compile() takes a path or text=")
    if options is None:
        from .flags import parse

        given = ["--target=bpf", *flags, "-x", "c", "-"]
        given += [f"-I{directory!s}" for directory in include_dirs]
        given += [f"-D{macro}" if value is None else f"-D{macro}={value}" for macro, value in (defines or {}).items()]
        options = parse(given)
    if text is not None:
        return compile_source((name, text), options)
    assert source is not None
    return compile_source(source if isinstance(source, str) else source.__fspath__(), options)


def __getattr__(name: str) -> object:
    home = HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'ebpfcc' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"ebpfcc.{home}"), name)
