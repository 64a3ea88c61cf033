"""--emit-vmlinux-h: the kernel's types as a header; with --for, those that sources use and what these need, small enough for a repository.

The index of large headers (source/index.py) knows which declarations a program made the parser read: these are the slim header."""

from __future__ import annotations

import re
import sys

from .diag import visible
from .disk import write_file
from .driver import compile_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .driver import Result
    from .options import Options

TAG = re.compile(r"\b((?:struct|union) \w+)(?! \{)")
ENUM = re.compile(r"\benum (\w+)(?! \{)")


def emit(options: Options) -> int:
    """Print or write the header. Returns the exit status."""
    from . import btf2c
    from .source.kernel_types import header, why_core

    try:
        found = header(options)
    except OSError as error:
        return failed(options, str(error.strerror))
    if found is None:
        return failed(options, why_core(options))
    text = found[1].decode("utf-8", "surrogateescape")
    if options.inputs:
        chosen: dict[int, str] = {}
        for path, _ in options.inputs:
            result = compile_source(path, options)
            sys.stderr.write("".join(f"{record.text}\n" for record in result.diagnostics if record.severity != "warning"))
            if not result.ok:
                return 1
            parts = used(result, found[2])
            if parts is None:  # a header of another form than ours, or so small that it is read as it is
                break
            chosen.update(parts)
        else:
            text = btf2c.BEGIN + body([chosen[at] for at in sorted(chosen)]) + btf2c.END
    try:
        write_file(options.output or "-", text.encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        raise
    except OSError as error:
        if options.output in ("", "-"):
            raise
        return failed(options, f"unable to open output file '{visible(options.output)}': {error.strerror}")
    return 0


def failed(options: Options, why: str) -> int:
    sys.stderr.write(f"{options.program}: error: --emit-vmlinux-h: {visible(why)}\n")
    return 1


def used(result: Result, key: tuple[int, int]) -> dict[int, str] | None:
    """The header's declarations that a compilation read, by place; None if it cannot be cut."""
    from . import btf2c

    sources = result.preprocessor.sources
    file = sources.files.get(key)
    chosen: dict[int, str] = {}
    for region, _, done in result.regions:
        inclusion = sources.find(region.base)
        if inclusion.file is file:
            for number in {*done, *region.eager, *enums(region, done)}:
                chosen[region.base - inclusion.base + region.place(number)] = region.parts[number]
    plain = btf2c.BEGIN + btf2c.END
    if file is not None and (not chosen or file.text.count("\n#") != plain.count("\n#")):
        return None
    return chosen


def enums(region: Any, numbers: set[int]) -> set[int]:
    """Enumerations that declarations name, which cannot be announced as structures can."""
    return {n for number in numbers for tag in ENUM.findall(region.parts[number]) for n in region.lookup_tag(tag)}


def body(parts: list[str]) -> str:
    """The declarations, with the structures announced that they name but do not define."""
    text = "".join(f"{part}\n\n" for part in parts)
    announced = dict.fromkeys(TAG.findall(text)).keys() - {part[:-1] for part in parts}
    return "".join(f"{tag};\n" for tag in sorted(announced)) + ("\n" if announced else "") + text
