"""The order of the stages, from a source to an object. Stages are imported where they are needed: a run that only
preprocesses imports no parser."""

from __future__ import annotations

import os
import sys
from time import perf_counter

from .diag import CompileError, Diagnostics, Record
from .interpreter import COMPILING
from .options import Options
from .source.files import SourceMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Result:
    """What a compilation gave. data: the object (None after errors); text: for -E, -S and dumps; dependencies: files read.

    As a string: its messages, as the command prints them."""

    __slots__ = ("data", "text", "diagnostics", "dependencies", "diag", "preprocessor", "times", "stack_usage", "stack_chains", "regions", "declared")

    def __init__(self, diag: Diagnostics) -> None:
        self.data: bytes | None = None
        self.text: str | None = None
        self.diagnostics: list[Record] = diag.records
        self.dependencies: list[str] = []
        self.diag = diag
        self.preprocessor: Any = None
        self.stack_usage = self.stack_chains = ""  # see stack_report.py
        self.regions: list[Any] = []  # with --emit-vmlinux-h: indexes of headers, and what was read of them
        self.declared: list[tuple[str, Any]] = []  # (function or variable, position)
        self.times: list[tuple[str, float]] = []  # (stage, when it ended), from ("", the start) on

    def lap(self, stage: str) -> None:
        self.times.append((stage, perf_counter()))

    @property
    def ok(self) -> bool:
        return self.diag.errors == 0

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the object, or the text, at once: whoever reads the file meanwhile has the old one. Raises ValueError if there is none."""
        from .disk import write_file

        made = self.data if self.data is not None else self.text.encode("utf-8", "surrogateescape") if self.ok and self.text is not None else None
        if made is None:
            raise ValueError("the compilation made nothing that could be written")
        write_file(os.fspath(path), made)

    @property
    def places(self) -> dict[str, tuple[str, int, int, str]]:
        """(file, line, column, source line) of what the object declares, by name."""
        sources = self.diag.sources
        positions = [(name, pos if isinstance(pos, int) else pos.pos) for name, pos in self.declared]
        return {name: (*sources.place(pos), sources.line_text(pos)) for name, pos in positions if pos > 0}

    def __str__(self) -> str:
        return "\n".join(r.text for r in self.diagnostics)

    def __repr__(self) -> str:
        made = f"object of {len(self.data)} bytes" if self.data is not None else "text" if self.text is not None and self.ok else "no object"
        counts = (f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((self.diag.errors, "error"), (self.diag.warnings, "warning")) if n)
        return f"<Result {', '.join((made, *counts))}>"


def compile_source(source: str | tuple[str, str | bytes], options: Options) -> Result:
    """Compiles one source, a path or (name, text), for options.target's BPF. Never raises for what the source contains."""
    sources = SourceMap(options.prefix_map)
    diag = Diagnostics(sources, options)
    result = Result(diag)
    result.lap("")
    try:
        with COMPILING:
            stages(source, options, sources, diag, result)
    except CompileError:
        result.data = None
    except RecursionError as e:
        result.data = None
        try:
            diag.error(position_in_work(e), "the source is nested too deeply")
        except CompileError:
            pass  # one error too many, which has been said
    except MemoryError:
        result.data = result.text = None
        diag.error(None, "out of memory")
    except InternalError as e:
        e.result = result
        raise
    except Exception as e:
        raise InternalError(function_in_work(e), result) from e
    if diag.errors and result.preprocessor is not None:
        tell_of_core_types(result, options)
    return result


def tell_of_core_types(result: Result, options: Options) -> None:
    """A type that is missing from the core set which stands in for the kernel's types: once, where they come from and how to have all."""
    from .source.include import CORE_TYPES

    if not any(path == CORE_TYPES for _, path, _ in result.preprocessor.included):
        return
    if any(r.severity == "error" and any(words in r.message for words in OF_MISSING_TYPES) for r in result.diagnostics):
        from .source.kernel_types import why_core

        result.diag.note(
            None,
            f"<vmlinux.h> is the core set of types that comes with ebpfcc here ({why_core(options)}); have EBPFCC_VMLINUX name a header of all types, or BTF, "
            "or put the vmlinux.h there that 'ebpfcc --emit-vmlinux-h' prints on a machine with BTF",
        )


def stages(source: Any, options: Options, sources: SourceMap, diag: Diagnostics, result: Result) -> None:
    from .source.preprocess import Preprocessor

    if options.action == "preprocess":
        preprocess_text(Preprocessor(options, sources, diag, None, False), source, options, result)
        return
    from .c.parse_expr import C23_KEYWORDS, KEYWORDS
    from .c.unit import Unit

    c23 = options.std_year == "23"
    preprocessor = Preprocessor(options, sources, diag, {**KEYWORDS, **C23_KEYWORDS} if c23 else KEYWORDS)
    result.preprocessor = preprocessor
    tokens = preprocessor.run(source)
    result.dependencies = list(dict.fromkeys(path for _, path, _ in preprocessor.included))
    result.lap("preprocess")
    gnu_inline = options.std_year in ("89", "94") if options.gnu_inline is None else options.gnu_inline
    unit = Unit(diag, options.big_endian, options.cpu, options.strict_aliasing and options.opt_level != "0", gnu_inline, options.wrapping)
    unit.c23 = c23
    unit.short_enums, unit.pack, unit.auto_init = options.short_enums, options.pack, options.auto_init
    unit.trap_function = options.trap_function or unit.trap_function
    module = unit.run(tokens)
    result.lap("parse and lower")
    if diag.errors:
        return
    if options.emit == "vmlinux-h":
        result.regions = unit.regions
        return
    from .opt import pipeline

    pipeline.optimise_module(module, options.opt_level, dumper(options.print_after) if options.print_after else pipeline.no_trace, options.cpu)
    for pos in module.not_unrolled:
        diag.warning("pass-failed", pos, "loop not unrolled: the number of its rounds is not known, or the copies are too many")
    result.lap("optimise")
    if options.emit == "ir":
        from .ir.text import print_module

        result.text = print_module(module)
        return
    codes = generate_all(module, options, diag)
    texts = [*module.asm, *(pushed for code in codes for pushed in code.pushed)]
    assembly = file_assembly(texts, options, diag) if texts else None
    result.lap("generate code")
    if diag.errors or options.action == "syntax":
        return
    from .obj.object import Builder

    prefixes = options.debug_prefix_map[::-1]

    def locate(pos: Any) -> tuple[str, int, int] | None:
        at = pos if isinstance(pos, int) else pos.pos
        if at <= 0:
            return None
        file, line, column = sources.locate(at)
        inside = sources.presumed(at)[0]
        path = file if os.path.isabs(inside) else os.path.join(directory, file)  # -ffile-prefix-map may have made it relative
        for old, new in prefixes:
            if path.startswith(old):
                return new + path[len(old) :], line, column
        return path, line, column

    def line_text(pos: Any) -> str:
        return sources.line_text(pos if isinstance(pos, int) else pos.pos)

    from .disk import working_directory

    directory = options.debug_directory or sources.inclusions[0].directory or working_directory()
    builder = Builder(module, codes, options.big_endian, locate, line_text, assembly)
    data = builder.build(options.debug > 0)
    if options.stack_usage or options.stack_chains:
        from . import stack_report

        result.stack_usage = stack_report.usage(codes, module.functions, lambda pos: sources.locate(pos if isinstance(pos, int) else pos.pos))
        result.stack_chains = stack_report.chains(codes, module.functions)
    if options.action == "assembly":
        result.text = assembly_text(module, codes, builder, options, sources.main_name(), locate, line_text)
    else:
        result.data = data
        declared = (*module.functions.items(), *module.globals.items(), *module.externs.items())
        result.declared = [(name, item.pos) for name, item in declared if item.pos is not None]
    result.lap("write the object")


def dumper(passes: list[str]) -> Any:
    """--print-after=PASS or =all: the function as IR, on standard error."""
    from .ir.core import Module
    from .ir.text import print_module

    def trace(name: str, fn: Any) -> None:
        if name in passes or "all" in passes:
            module = Module()
            module.functions[fn.name] = fn
            sys.stderr.write(f"; IR of '{fn.name}' after {name}\n{print_module(module)}\n")

    return trace


def assembly_text(module: Any, codes: list[Any], builder: Any, options: Options, file: str, locate: Any, line_text: Any) -> str:
    """-S: what the builder put together, as text."""
    from .codegen.print_asm import assembly
    from .obj.print_btf import btf_text, ext_text

    def where(pos: Any) -> tuple[str, int, int, str] | None:
        place = locate(pos)
        return None if place is None else (*place, line_text(pos))

    text = assembly(module, codes, options.big_endian, file, where if options.debug else None)
    for name, printer in ((".BTF", btf_text), (".BTF.ext", ext_text)):
        if name in builder.sections:
            text += printer(bytes(builder.sections[name].data), options.big_endian)
    return text


def preprocess_text(preprocessor: Any, source: Any, options: Options, result: Result) -> None:
    """-E: the text, as far as it goes after a fatal error, or with -dM the macros. -M asks for neither."""
    from .source import print as printer

    result.preprocessor = preprocessor
    try:
        preprocessor.run(source)
    finally:
        result.dependencies = list(dict.fromkeys(path for _, path, _ in preprocessor.included))
        if options.dependencies not in ("M", "MM") and preprocessor.sources.inclusions:
            result.text = printer.all_macros(preprocessor) if options.dump == "M" else printer.preprocessed(preprocessor, preprocessor.out)


def generate_all(module: Any, options: Options, diag: Diagnostics) -> list[Any]:
    """Machine code of every function; what the target cannot do becomes a located error."""
    from .codegen.asm import Symbol
    from .codegen.generate import AsmError, SelectError, StackError, generate
    from .ir.effects import captures

    codes = []
    unique = 0
    kept = captures(module)
    externs = frozenset([*module.externs, *(g.name for g in module.globals.values() if g.linkage.startswith("extern"))])
    for fn in module.functions.values():
        try:
            code = generate(fn, options.cpu, options.big_endian, unique, externs, kept)
        except StackError as e:
            objects = ", ".join(f"'{name}' ({size} bytes)" for name, size, _ in e.objects)
            diag.error(fn.pos, f"stack of function '{fn.name}' is {e.total} bytes, above the limit of 512: largest objects {objects}")
            name, size, pos = e.objects[0]
            if pos is not None and size > 64:
                diag.note(pos, f"make '{name}' smaller, or keep it in a map (a per-CPU array of one element) or a global variable")
            continue
        except Symbol as e:
            diag.error(e.pos if e.pos is not None else fn.pos, f"undefined label '{e.name}' in the assembly of function '{fn.name}'")
            continue
        except (SelectError, AsmError) as e:
            diag.error(e.pos if e.pos is not None else fn.pos, e.message)
            continue
        except AssertionError as e:
            raise InternalError(fn.name) from e
        unique += 10_000
        codes.append(code)
    return codes


def file_assembly(texts: list[tuple[str, Any]], options: Options, diag: Diagnostics) -> Any:
    """File-scope asm, and what functions have for other sections, assembled; None after an error."""
    from .codegen.asm_error import AsmError
    from .codegen.file_asm import assemble_file

    try:
        return assemble_file(texts, options.big_endian)
    except AsmError as e:
        diag.error(e.pos, e.message)
        return None


# what stands in messages that may be about a type, member or enumerator that is not there
OF_MISSING_TYPES = ("unknown type name", "incomplete", "no member named", "use of undeclared identifier")


class InternalError(Exception):
    """A defect of the compiler, met while `function` ('' if it is not known) was compiled; its cause is __cause__."""

    def __init__(self, function: str, result: Result | None = None) -> None:
        super().__init__(f"while compiling function '{function}'" if function else "outside any function")
        self.function = function
        self.result = result  # with the messages until then


def position_in_work(error: BaseException) -> Any:
    """Where in the source the outermost piece of it stands that a stage was in the middle of: of a nested one, its beginning."""
    trace = error.__traceback__
    while trace is not None:
        for value in trace.tb_frame.f_locals.values():
            place = getattr(value, "coord", None)
            if place is not None and hasattr(place, "spell"):
                return place
        trace = trace.tb_next
    return None


def function_in_work(error: BaseException) -> str:
    """The function that the passes on the stack of an exception had in hand: the innermost local variable that holds one."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    for frame in reversed(frames):
        for value in frame.f_locals.values():
            for holder in (value, getattr(value, "fn", None), getattr(value, "function", None)):
                name = getattr(holder, "name", None)
                if type(holder).__name__ in ("Function", "FunctionSymbol", "FuncCode") and isinstance(name, str):
                    return name
    return ""
