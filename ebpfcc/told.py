"""What a run of the command tells: as text at once, or, for other programs, in one document when all sources are done."""

from __future__ import annotations

import os
import sys

from .diag import Record, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import Options


class Told:
    """records: kept for the document; without one they are written as they come."""

    __slots__ = ("options", "form", "in_file", "records", "failed")

    def __init__(self, options: Options) -> None:
        self.options = options
        self.form, _, where = options.diagnostics_format.partition("-")
        self.in_file = where == "file"
        self.records: list[Record] = []
        self.failed = False

    def tell(self, records: list[Record], text: str) -> None:
        """text: the records as text."""
        if self.form:
            self.records += records
        else:
            sys.stderr.write(text)

    def error(self, message: str) -> None:
        """Something that has no place in a source."""
        message = visible(message)
        self.tell([Record("error", "", 0, 0, message, None, "", None)], f"{self.options.program}: error: {message}\n")

    def finish(self, source: str) -> int:
        """After each source; "" after the last. Returns the exit status."""
        if not self.form or bool(source) != self.in_file:
            return 0
        from . import __version__
        from .diag_formats import document

        text = document(self.form, self.records, __version__)
        self.records = []
        if not self.in_file:
            sys.stderr.write(text)
            return 0
        from .disk import write_file

        path = os.path.basename(source) + (".sarif" if self.form == "sarif" else ".gcc.json")
        try:
            write_file(path, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            sys.stderr.write(f"{self.options.program}: error: unable to open output file '{visible(path)}': '{error.strerror}'\n")
            return 1
        return 0
