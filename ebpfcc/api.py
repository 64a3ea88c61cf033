"""What `ebpfcc.compile` does with its arguments: flags to options, and errors to an exception where that is wanted."""

from __future__ import annotations

import os

from .driver import Result, compile_source
from .flags import parse
from .options import Options
from .words import UsageError, split_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .diag import Record

# Field of Options -> what to do in place of the flag that sets it: the library writes and prints nothing.
OF_THE_COMMAND = (
    ("output", "-o", "the object is in the result's 'data', and result.write() writes it"),
    ("save_temps", "-save-temps", "compile with '-E' and '-S' for the texts"),
    ("verify", "--verify", "call ebpfcc.verify(result)"),
    ("verify_log", "-fverify-log=", "each program of ebpfcc.verify()'s result has its 'log'"),
    ("dry_run", "-###", "nothing is run"),
)


class CompileError(Exception):
    """A source has errors. As a string: all messages, as the command prints them. result: what compile() would have returned."""

    def __init__(self, result: Result) -> None:
        super().__init__(str(result))
        self.result = result

    @property
    def diagnostics(self) -> list[Record]:
        return self.result.diagnostics


def options_of(flags: str | Iterable[str], include_dirs: Iterable[str | os.PathLike[str]], defines: Mapping[str, str | int | None]) -> Options:
    """Raises UsageError for flags that are wrong, or that only the command has a use for."""
    given = split_words(flags) if isinstance(flags, str) else list(flags)
    for flag in given:
        if not isinstance(flag, str):
            raise TypeError(f"flags are texts, not {type(flag).__name__}: {flag!r}")
    options = parse(["--target=bpf", "-x", "c", "-", *given])
    options.include_dirs += [os.fspath(directory) for directory in include_dirs]
    options.defines += [("D", macro if value is None else f"{macro}={value}") for macro, value in defines.items()]
    for field, flag, instead in OF_THE_COMMAND:
        if getattr(options, field):
            raise UsageError(f"'{flag}' is a flag of the command only: {instead}")
    if options.queries:
        raise UsageError(f"'{options.queries[0][0]}' asks a question, which only the command answers")
    if options.hand_over:
        raise UsageError("the target is the host: ebpfcc.compile() makes BPF only")
    others = [path for path, _ in options.inputs[1:]]
    if others:
        raise UsageError(f"'{others[0]}' among the flags is no flag: the source is the first argument of compile()")
    return options


def compile_one(source: str | os.PathLike[str] | tuple[str, str | bytes], options: Options, raise_on_error: bool) -> Result:
    result = compile_source(source if isinstance(source, tuple) else os.fspath(source), options)
    if raise_on_error and not result.ok:
        raise CompileError(result)
    return result
