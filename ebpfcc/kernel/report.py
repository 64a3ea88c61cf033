"""--verify: the verifier's answer as the command prints it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..diag import Record, shown, visible
from ..disk import MOST_OBJECT, read_named, write_file
from ..options import Options
from .cost import table
from .verify import Places, VerifyError, VerifyResult, verify


def report_file(path: str, name: str, options: Options, tell: Callable[[list[Record], str], None]) -> int:
    """The same for an object that is there already."""
    try:
        data = read_named(path, MOST_OBJECT)
    except OSError as error:
        sys.stderr.write(f"{options.program}: error: cannot read '{visible(path)}': {error.strerror}\n")
        return 1
    return report(data, name, options, tell, path=path)


def report(
    data: bytes,
    name: str,
    options: Options,
    tell: Callable[[list[Record], str], None],
    places: Places | None = None,
    path: str = "",
) -> int:
    """Verify an object; refusals go to standard error, costs to standard output. Returns the exit status.

    places: of what it declares. path: of the file that it came in."""
    try:
        result = verify(data, name=name, places=places)
    except (VerifyError, ValueError) as error:
        where = f"'{visible(path)}': " if path and isinstance(error, ValueError) else ""
        message = f"--verify: {where}{error}"
        tell([Record("error", "", 0, 0, message, None, message, None)], f"{options.program}: error: {message}\n")
        return 1
    tell(result.diagnostics, messages(result, options))
    costs = "".join(table(p.name, p.section, p.cost) for p in result.programs if p.cost)
    (sys.stderr if options.output == "-" else sys.stdout).write(costs)  # an object on standard output stays whole
    if options.verify_log:
        try:
            write_file(options.verify_log, whole_log(result).encode("utf-8", "surrogateescape"))
        except OSError as error:
            sys.stderr.write(f"{options.program}: error: unable to open output file '{visible(options.verify_log)}': '{error.strerror}'\n")
            return 1
    return 0 if result.ok and not ("error" in options.warnings and result.diagnostics) else 1


def messages(result: VerifyResult, options: Options) -> str:
    """All errors with their notes, and how many programs are refused."""
    out = [shown(r, options.color == "always", options) for r in result.diagnostics]
    refused = sum(not p.accepted for p in result.programs)
    if refused:
        out.append(f"{refused} of {len(result.programs)} program{'s' if len(result.programs) > 1 else ''} refused.")
    return "".join(f"{text}\n" for text in out)


def whole_log(result: VerifyResult) -> str:
    return "".join(f"== {p.name} ({p.section}): {'accepted' if p.accepted else 'refused'}\n{p.log.rstrip()}\n\n" for p in result.programs)
