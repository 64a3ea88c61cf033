"""-M and its relatives: the make rule that names what an output was made from (GCC cpp manual, "Invocation").

In: the files that a preprocessor read. Out: the rule's text, quoted for GNU make.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..options import Options
    from .preprocess import Preprocessor

COLUMNS = 72


def quote(name: str) -> str:
    """A name as make reads it back: blanks with the backslashes before them, '#' and '$' escaped."""
    out: list[str] = []
    slashes = 0
    for c in name:
        if c in " \t":
            out.append("\\" * (slashes + 1))
        elif c == "\n":  # make has no way to write one, and it may not begin a rule of its own
            c = "\\n"
        elif c == "$":
            out.append("$")
        elif c == "#":
            out.append("\\")
        slashes = slashes + 1 if c == "\\" else 0
        out.append(c)
    return "".join(out)


def object_name(source: str) -> str:
    """What a source becomes if nothing is said: its name without directory, ending in .o."""
    return os.path.splitext(os.path.basename(source))[0] + ".o"


def default_target(options: Options, source: str) -> str:
    """-M describes the object; with -MD, -o names it."""
    if options.dependencies in ("MD", "MMD") and options.output not in ("", "-"):
        return quote(options.output)
    return quote(object_name(source)) if source != "-" else "-"


def dependency_file(options: Options, source: str) -> str:
    """Where the rule goes: -MF, or with -MD beside the output; -M takes the place of -E's text."""
    if options.dependency_file:
        return options.dependency_file
    if options.dependencies in ("M", "MM"):
        return options.output or "-"
    if options.output not in ("", "-"):
        return os.path.splitext(options.output)[0] + ".d"
    return os.path.splitext(os.path.basename(source))[0] + ".d" if source != "-" else "-.d"


def rule(pp: Preprocessor) -> str:
    """The rule, and for -MP an empty one for each header."""
    options = pp.options
    without_system = options.dependencies in ("MM", "MMD")
    names: dict[str, None] = {}
    for depth, path, system in pp.included:
        if not system or not without_system:
            names[_tidy(path) if depth else path] = None
    names.update(dict.fromkeys(pp.missing))
    targets = options.dependency_targets or [default_target(options, pp.main_name)]
    lines = [" ".join(targets) + ":"]
    for name in names:
        word = " " + quote(name)
        if len(lines[-1]) + len(word) > COLUMNS and not lines[-1].endswith(":") or len(lines[-1]) > COLUMNS:
            lines[-1] += " \\"
            lines.append("")
        lines[-1] += word
    if options.dependency_phony:
        lines += [f"{quote(name)}:" for name in list(names)[1:]]
    return "\n".join(lines) + "\n"


def _tidy(path: str) -> str:
    """./a.h is a.h, as compilers write it."""
    while path.startswith("./") and len(path) > 2:
        path = path[2:].lstrip("/")
    return path
