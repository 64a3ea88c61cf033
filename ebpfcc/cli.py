"""The command `ebpfcc`: arguments in; files, messages and an exit status out (0: all well, 1: errors, 130: interrupted).

Each source is compiled on its own; an output is written only if its source had no errors, and then at once.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # all else is imported where an interruption has somebody to take it
    from .driver import InternalError, Result
    from .options import Options
    from .told import Told

DEFAULT_SUFFIX = {"assembly": ".s", "link": ".o", "compile": ".o"}
SEARCH_VARIABLES = (("CPATH", "include_dirs"), ("C_INCLUDE_PATH", "isystem"))


def main(argv: list[str] | None = None) -> int:
    """Run the command with `argv` (without its name). Returns the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        status = run(arguments, program_name())
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        from .streams import give_up_output

        give_up_output()
        if not isinstance(error, BrokenPipeError):
            what = f"'{error.filename}'" if error.filename else "the standard output"
            sys.stderr.write(f"{program_name()}: error: cannot write {what}: {error.strerror}\n")
        return 1


def command() -> None:
    """The console script: ends the process at once, without taking the compiler's data structures apart (8 of 150 ms)."""
    import _signal as signal  # type: ignore[import-not-found]

    try:
        if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:  # set by __main__
            signal.signal(signal.SIGINT, signal.default_int_handler)
        from .streams import prepare

        prepare()
        status = main()
        sys.stderr.flush()
    except KeyboardInterrupt:
        status = 130
    os._exit(status)


def program_name() -> str:
    name = os.path.basename(sys.argv[0]) if sys.argv else ""
    return "ebpfcc" if name in ("", "-", "-c", "__main__.py") or name.startswith(("pytest", "py.test")) else name


def run(arguments: list[str], program: str) -> int:
    from . import flags
    from .diag import visible
    from .told import Told
    from .words import UsageError

    try:
        options = flags.parse(arguments, program)
    except UsageError as error:
        sys.stderr.write(f"{program}: error: {visible(error.message)}\n" + "".join(f"note: {visible(note)}\n" for note in error.notes))
        return 1
    if options.hand_over and not options.dry_run:
        from .host import hand_over

        return hand_over(options)
    if options.queries or options.verbose or options.dry_run:
        from . import inform

        if options.queries:
            return inform.answer(options)
        sys.stderr.write(inform.version(options))
        if options.dry_run:
            sys.stderr.write(inform.command_line(options.hand_over or arguments, program))
            return 0
        if options.inputs:
            sys.stderr.write(inform.search_list(options))
    for variable, field in SEARCH_VARIABLES:
        getattr(options, field).extend(d or "." for d in os.environ.get(variable, "").split(os.pathsep) if os.environ.get(variable))
    options.progress = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if options.color == "auto" and options.progress and "NO_COLOR" not in os.environ:
        options.color = "always"
    if options.action != "preprocess":
        from .lean import enter_parser

        enter_parser()
    if options.emit == "vmlinux-h":
        from .slim import emit

        return emit(options)
    told = Told(options)
    statuses = [one_source(path, language, options, arguments, told) | told.finish(path) for path, language in options.inputs]
    return max(statuses, default=0) | told.finish("")


def one_source(path: str, language: str, options: Options, arguments: list[str], told: Told) -> int:
    """Compile one input and write what comes of it; what the verifier refuses is not written."""
    if language == "object":
        return of_object(path, options, told)
    from .diag import visible
    from .disk import read_stream
    from .driver import InternalError, compile_source

    if language == "cpp-output":
        options = variant(options, undef=True, defines=[], includes=[], imacros=[])
    source: str | tuple[str, bytes] = path
    if path == "-":
        try:
            source = "<stdin>", read_stream(sys.stdin.buffer)
        except OSError as error:
            told.error(f"cannot read the standard input: {error.strerror}")
            return 1
    try:
        result = compile_source(source, options)
        if options.save_temps and result.ok and options.action in DEFAULT_SUFFIX:
            for action, suffix in (("preprocess", ".i"), ("assembly", ".s")):
                temporary = compile_source(source, variant(options, action=action, preprocess_only=action == "preprocess", dependencies=""))
                if temporary.ok and temporary.text is not None:
                    folder = os.path.dirname(options.output) if options.save_temps == "obj" else ""
                    write(os.path.join(folder, stem(path) + suffix), temporary.text, options)
    except InternalError as error:
        report_defect(error, path, options, arguments)
        return 1
    if options.show_headers and result.preprocessor is not None:
        sys.stderr.write("".join(f"{'.' * depth} {visible(name)}\n" for depth, name, _ in result.preprocessor.included if depth))
    told.tell(result.diagnostics, result.diag.text())
    if options.time_passes:
        report_times(result.times)
    if not result.ok:
        if options.action == "preprocess" and options.output in ("", "-") and result.text is not None:
            write("-", result.text, options)
        return 1
    if options.verify and result.data is not None:
        from .kernel.report import report

        if report(result.data, stem(path), options, told.tell, result.places):
            return 1
    return write_outputs(path, result, options)


def of_object(path: str, options: Options, told: Told) -> int:
    """--verify of what is there; without it a link, of which a lone object is the result."""
    if options.verify:
        from .kernel.report import report_file

        return report_file(path, stem(path), options, told.tell)
    from .disk import MOST_OBJECT, read_named

    try:
        return write(options.output or "a.out", read_named(path, MOST_OBJECT), options)
    except OSError as error:
        told.error(f"cannot read '{path}': {error.strerror}")
        return 1


def report_times(times: list[tuple[str, float]]) -> None:
    """-ftime-report"""
    rows = [(stage, end - before) for (_, before), (stage, end) in zip(times, times[1:], strict=False)]
    rows.append(("total", sum(seconds for _, seconds in rows)))
    sys.stderr.write("".join(f"{seconds * 1000:9.1f} ms  {stage}\n" for stage, seconds in rows))


def write_outputs(path: str, result: Result, options: Options) -> int:
    """The object or text, and the make rule."""
    status = 0
    if options.dependencies and result.preprocessor is not None:
        from .source import depend

        status |= write(depend.dependency_file(options, path), depend.rule(result.preprocessor), options)
    if options.stack_usage and result.stack_usage:
        status |= write(os.path.splitext(options.output)[0] + ".su" if options.output else stem(path) + ".su", result.stack_usage, options)
    if options.stack_chains:
        sys.stdout.write(result.stack_chains)
    if result.text is not None:
        stdout = options.action == "preprocess" or bool(options.emit)
        status |= write(options.output or ("-" if stdout else stem(path) + DEFAULT_SUFFIX.get(options.action, "")), result.text, options)
    elif result.data is not None:
        status |= write(options.output or stem(path) + ".o", result.data, options)
    return status


def stem(path: str) -> str:
    """What default names of outputs begin with: the source's name without its directory and ending."""
    return os.path.splitext(os.path.basename(path))[0]


def write(path: str, data: str | bytes, options: Options) -> int:
    from .diag import visible
    from .disk import write_file

    try:
        write_file(path, data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        raise
    except OSError as error:
        if path == "-":
            raise
        sys.stderr.write(f"{options.program}: error: unable to open output file '{visible(path)}': '{error.strerror}'\n1 error generated.\n")
        return 1
    return 0


def variant(options: Options, **changes: object) -> Options:
    """The same options but for some."""
    from .options import Options

    other = Options()
    for name in Options.__slots__:
        setattr(other, name, changes.get(name, getattr(options, name)))
    return other


def report_defect(error: InternalError, path: str, options: Options, arguments: list[str]) -> None:
    """What to tell about a defect of the compiler, and how to report it."""
    from .diag import visible

    if error.result is not None:
        sys.stderr.write(error.result.diag.text())
    cause = error.__cause__
    what = f"{type(cause).__name__}: {cause}" if cause is not None and str(cause) else type(cause).__name__ if cause is not None else "failure"
    first = visible(what.split("\n")[0][:300])
    from .inform import command_line

    sys.stderr.write(
        f"{options.program}: internal error: {first} {visible(str(error))} ('{visible(path)}')\n"
        "note: this is a defect of ebpfcc. Please report it with this command and the output of the same command with -E in place of -c:\n"
        f"note:{command_line(arguments, options.program)}"
        "note: EBPFCC_DEBUG=1 in the environment shows where it happened\n"
    )
    if os.environ.get("EBPFCC_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
