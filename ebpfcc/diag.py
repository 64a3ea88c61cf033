"""Located messages: `file:line:col: error: message [-Wflag]`, source line, caret, the chains of inclusions and of macro expansions.

In: a token, a position or None, and a message. Out: records, which the driver prints or a library's caller reads. The names, groups
and defaults of warnings are those of clang and GCC.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, Protocol

    class Places(Protocol):
        """What is asked of a source map (source/files.py)."""

        def place(self, pos: int) -> tuple[str, int, int]: ...
        def include_chain(self, pos: int) -> list[tuple[str, int]]: ...
        def line_text(self, pos: int) -> str: ...
        def in_system_header(self, pos: int) -> bool: ...
        def order(self, pos: int) -> tuple[int, ...]: ...

    class Choices(Protocol):
        """What is asked of the options (options.py)."""

        warnings: list[str]
        color: str
        caret: bool
        fixits: bool
        error_limit: int

    class Origin(Protocol):
        name: str
        at: int
        parent: Origin | None

    class Place(Protocol):
        """A token."""

        pos: int
        spell: int

    Where = Place | int | None

# Warning -> who turns it on: "" by default, "error" an error by default, else a group. A name that is not here is on by default.
WARNINGS = {
    "implicit-function-declaration": "error", "implicit-int": "error", "int-conversion": "error",
    "incompatible-function-pointer-types": "error", "return-mismatch": "error", "invalid-token-paste": "error",
    "incompatible-pointer-types": "", "return-type": "", "unused-value": "", "unused-result": "", "shift-count-overflow": "",
    "shift-count-negative": "", "format": "", "frame-larger-than": "", "compare-distinct-pointer-types": "", "macro-redefined": "",
    "builtin-macro-redefined": "", "unknown-attributes": "", "ignored-attributes": "", "uninitialized": "all", "parentheses": "", "dangling-else": "",
    "logical-op-parentheses": "all", "bitwise-op-parentheses": "all", "shift-op-parentheses": "", "logical-not-parentheses": "",
    "parentheses-equality": "", "bitwise-conditional-parentheses": "", "self-assign": "all", "unused-local-typedef": "all",
    "unused-variable": "all", "unused-function": "all", "unneeded-internal-declaration": "all", "bpf-format": "", "ignored-qualifiers": "extra",
    "unused-but-set-variable": "all", "unused-label": "all", "unused-const-variable": "all",
    "unknown-pragmas": "all", "comment": "all", "missing-braces": "all", "char-subscripts": "all", "sometimes-uninitialized": "all",
    "unused-parameter": "extra", "unused-but-set-parameter": "extra", "sign-compare": "extra", "missing-field-initializers": "extra",
    "type-limits": "extra", "empty-body": "", "pointer-sign": "", "pragma-pack": "", "null-character": "",
    "pedantic": "pedantic", "gnu-zero-variadic-macro-arguments": "pedantic", "variadic-macros": "pedantic", "c23-extensions": "",
    "gnu-statement-expression": "pedantic", "gnu-statement-expression-from-macro-expansion": "pedantic", "language-extension-token": "pedantic",
    "gnu-conditional-omitted-operand": "pedantic", "gnu-case-range": "pedantic", "gnu-designator": "pedantic", "gnu-label-as-value": "pedantic",
    "gnu-empty-struct": "pedantic", "gnu-auto-type": "pedantic", "extra-semi": "pedantic", "deprecated-non-prototype": "",
    "zero-length-array": "pedantic", "vla": "off", "undef": "off", "unused-macros": "off",
    "expansion-to-defined": "extra", "trigraphs": "", "shadow": "off", "cast-align": "off", "cast-qual": "off", "conversion": "off",
    "sign-conversion": "off", "shorten-64-to-32": "off", "implicit-int-conversion": "off", "constant-conversion": "",
    "bitfield-constant-conversion": "", "single-bit-bitfield-constant-conversion": "", "initializer-overrides": "", "visibility": "",
    "uninitialized-map-argument": "all", "bpf-map": "", "bpf-section": "", "bpf-context": "",
    "padded": "off", "declaration-after-statement": "off", "strict-prototypes": "pedantic",
    "missing-prototypes": "off", "missing-declarations": "", "write-strings": "off", "implicit-fallthrough": "off",
    "invalid-pp-token": "", "extra-tokens": "", "endif-labels": "", "newline-eof": "pedantic", "date-time": "off",
    "pointer-arith": "off", "gnu-pointer-arith": "pedantic", "gnu-union-cast": "pedantic",
    "gnu-variable-sized-type-not-at-end": "", "switch": "", "switch-enum": "off", "tautological-compare": "all",
    "array-bounds": "", "string-compare": "", "sizeof-pointer-memaccess": "", "constant-logical-operand": "",
}  # fmt: skip
GROUPS = {
    "most": ("all",), "all": ("all",), "extra": ("extra",), "W": ("extra",), "pedantic": ("pedantic",),
    "unused": ("unused-variable", "unused-function", "unused-but-set-variable", "unused-label", "unused-value", "unused-result", "unused-comparison",
               "unused-const-variable", "unused-local-typedef", "unneeded-internal-declaration"),
    "incompatible-pointer-types": ("incompatible-pointer-types-discards-qualifiers", "incompatible-function-pointer-types"),
    "discarded-qualifiers": ("incompatible-pointer-types-discards-qualifiers",),
    "unused-value": ("unused-comparison",), "unused-variable": ("unused-const-variable",),
    "parentheses": ("dangling-else", "logical-op-parentheses", "bitwise-op-parentheses", "shift-op-parentheses", "logical-not-parentheses",
                    "parentheses-equality", "bitwise-conditional-parentheses"),
    "conversion": ("shorten-64-to-32", "implicit-int-conversion", "sign-conversion", "constant-conversion", "bitfield-constant-conversion",
                   "single-bit-bitfield-constant-conversion"),
    "implicit-int-conversion": ("shorten-64-to-32",), "constant-conversion": ("bitfield-constant-conversion", "single-bit-bitfield-constant-conversion"),
    "bitfield-constant-conversion": ("single-bit-bitfield-constant-conversion",), "uninitialized": ("sometimes-uninitialized",),
    "gnu": ("gnu-statement-expression", "gnu-statement-expression-from-macro-expansion", "gnu-conditional-omitted-operand", "gnu-case-range",
            "gnu-designator", "gnu-label-as-value", "gnu-empty-struct", "gnu-auto-type", "zero-length-array", "gnu-pointer-arith",
            "gnu-zero-variadic-macro-arguments"),
    "gnu-statement-expression": ("gnu-statement-expression-from-macro-expansion",), "strict-prototypes": ("deprecated-non-prototype",),
    "format": ("bpf-format",), "unused-function": ("unneeded-internal-declaration",),
    "implicit": ("implicit-function-declaration", "implicit-int"),
}  # fmt: skip
# Kinds that clang and GCC do not have: a build that passes with them under -Werror passes with us. -Werror=name makes them errors.
OWN = frozenset(("bpf-format", "uninitialized-map-argument", "bpf-map", "bpf-section", "bpf-context"))
COLORS = {"error": "1;31", "fatal error": "1;31", "warning": "1;35", "note": "1;36"}


def visible(text: str) -> str:
    """Text as a terminal may show it: control characters, bytes that are no UTF-8 and what would reorder a line stand as <U+001B>, <FF>."""
    return text if text.isprintable() else "".join(map(visible_character, text))


def visible_character(c: str) -> str:
    if c.isprintable() or c == "\t":
        return c
    code = ord(c)
    return f"<{code - 0xDC00:02X}>" if 0xDC80 <= code <= 0xDCFF else f"<U+{code:04X}>"


class CompileError(Exception):
    """Compilation cannot go on; what was wrong has been recorded."""


class Record:
    """One message. text: all of it as printed, without colour and without the final newline. Nothing in it, nor in file and message, can
    steer a terminal."""

    __slots__ = ("severity", "file", "line", "col", "message", "flag", "text", "fixit")

    def __init__(self, severity: str, file: str, line: int, col: int, message: str, flag: str | None, text: str, fixit: str | None) -> None:
        self.severity = severity
        self.file = file
        self.line = line
        self.col = col
        self.message = message
        self.flag = flag
        self.text = text
        self.fixit = fixit

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        place = f"{self.file}:{self.line}:{self.col}: " if self.file else ""
        return f"<Record {place}{self.severity}: {self.message}{f' [{self.flag}]' if self.flag else ''}>"


def shown(r: Record, color: bool, options: Choices | None) -> str:
    """A message as the options want it printed."""
    text = r.text
    if options is not None and not options.caret:
        text = "\n".join(line for line in text.split("\n") if not is_snippet(line))
    if color:
        text = colored(text)
    if r.fixit and options is not None and options.fixits:
        text += "\n" + fixit_line(r)
    return text


def is_snippet(line: str) -> bool:
    """Whether a line of a message shows the source: `   12 | text` and what stands under it."""
    number, bar, _ = line.partition(" | ")
    return bar != "" and number.strip().isdigit() or line.startswith("      | ")


def colored(text: str) -> str:
    out = []
    for line in text.split("\n"):
        for severity in ("fatal error", "error", "warning", "note"):
            head, found, tail = line.partition(f" {severity}: ")
            if found and head.endswith(":"):
                line = f"\x1b[1m{head} \x1b[{COLORS[severity]}m{severity}: \x1b[0m\x1b[1m{tail}\x1b[0m"
                break
        else:
            if line.startswith("      | ") and line.endswith("^"):
                line = line[:-1] + "\x1b[1;32m^\x1b[0m"
        out.append(line)
    return "\n".join(out)


def source_line(r: Record) -> str:
    """The line that a message shows, as it shows it."""
    start = f"{r.line:5d} | "
    return next((line[len(start) :] for line in r.text.split("\n")[1:] if line.startswith(start)), "")


def column(r: Record) -> int:
    """In characters, from 1; the record's is in bytes."""
    line = source_line(r).encode("utf-8", "surrogateescape")
    return len(line[: r.col - 1].decode("utf-8", "replace")) + 1 if len(line) >= r.col else r.col


def width(r: Record) -> int:
    """Characters that the record's fix-it replaces: the word that its caret stands at."""
    if not r.fixit:
        return 0
    rest = source_line(r)[column(r) - 1 :]
    return next((i for i, c in enumerate(rest) if not (c.isalnum() or c == "_")), len(rest))


def fixit_line(r: Record) -> str:
    """As clang's -fdiagnostics-parseable-fixits has it: columns in bytes, the end is the first that stays."""
    quoted = r.file.replace("\\", "\\\\").replace('"', '\\"'), (r.fixit or "").replace("\\", "\\\\").replace('"', '\\"')
    replaced = source_line(r)[column(r) - 1 :][: width(r)].encode("utf-8", "surrogateescape")
    return f'fix-it:"{quoted[0]}":{{{r.line}:{r.col}-{r.line}:{r.col + len(replaced)}}}:"{quoted[1]}"'


class Diagnostics:
    """The messages of one compilation. `errors` and `warnings` count them."""

    def __init__(self, sources: Places, options: Choices | None = None) -> None:
        self.sources = sources
        self.options = options
        self.records: list[Record] = []
        self.errors = 0
        self.warnings = 0
        self.as_errors = 0  # warnings among the errors
        self.color = False if options is None else options.color == "always"
        self.limit = 20 if options is None else options.error_limit
        self.flags = [] if options is None else options.warnings
        self.silent = 0  # above 0: nothing is recorded (work that is tried and thrown away)
        self.pragmas: list[tuple[int, str, str]] = []  # (position, push | pop | ignored | warning | error, flag)
        self._states: dict[str, str] = {}
        self._last_chain: list[tuple[str, int]] = []
        self._told: set[tuple[str, int, int, str]] = set()  # errors, which are told once: a macro may bring one several times
        self._again = 0
        self._muted = False  # the last message was one of these: nor are its notes

    # -- what the passes call -------------------------------------------------------------------------------------
    def error(self, where: Where, message: str, fixit: str | None = None, flag: str | None = None) -> None:
        """An error; the twentieth ends the compilation."""
        if self.silent:
            return
        self.errors += 1
        self._record("error", where, message, flag, fixit)
        self.check_limit()

    def check_limit(self) -> None:
        if self.limit and self.errors - self._again >= self.limit:
            self._record("fatal error", None, "too many errors emitted, stopping now", "-ferror-limit=", None)
            raise CompileError("too many errors")

    def warning(self, flag: str, where: Where, message: str) -> bool:
        """A warning named `flag`, if options and pragmas let it through. Returns whether anything was recorded."""
        if self.silent:
            return False
        state = self.state(flag, where)
        if state == "ignored":
            return False
        if state == "error":
            default = WARNINGS.get(flag) == "error"
            self.as_errors += not default
            self.error(where, message, None, f"-W{flag}" if default else f"-Werror,-W{flag}")
            return True
        self.warnings += 1
        self._record("warning", where, message, f"-W{flag}", None)
        return True

    def note(self, where: Where, message: str) -> None:
        """More about the message before it."""
        if not self.silent and self.records and not self._muted:
            self._record("note", where, message, None, None)

    def fatal(self, where: Where, message: str) -> NoReturn:
        """An error after which nothing makes sense. Raises CompileError."""
        if not self.silent:
            self.errors += 1
            self._record("fatal error", where, message, None, None)
        raise CompileError(message)

    # -- which warnings are on ----------------------------------------------------------------------------------------
    def state(self, flag: str, where: Where) -> str:
        """'ignored', 'warning' or 'error' for a warning at a place."""
        state = self._states.get(flag)
        if state is None:
            state = self._states[flag] = self._from_options(flag)
        pos = where if isinstance(where, int) or where is None else where.pos
        if pos is not None:
            if self.pragmas:
                state = self._from_pragmas(flag, state, pos)
            if state != "error" or WARNINGS.get(flag) != "error":
                if self.sources.in_system_header(pos) and "system-headers" not in self.flags:
                    return "ignored"
        return state

    def _from_options(self, flag: str) -> str:
        group = WARNINGS.get(flag, "")
        on = group in ("", "error")
        as_error = group == "error"
        all_errors = False
        kept = None  # -Werror=flag or -Wno-error=flag
        for name in self.flags:
            wanted = not name.startswith("no-")
            name = name if wanted else name[3:]
            if name == "#silent":
                return "error" if as_error and on else "ignored"
            if name == "error":
                all_errors = wanted
            elif name.startswith("error="):
                if self._covers(name[6:], flag, group):
                    kept = wanted
                    on = on or wanted
                    as_error = as_error and wanted
            elif self._covers(name.partition("=")[0], flag, group):
                on = wanted
                if not wanted:
                    as_error = False
                elif group == "error":
                    as_error = True
        if not on:
            return "ignored"
        return "error" if kept or as_error or all_errors and kept is not False and flag not in OWN else "warning"

    @staticmethod
    def _covers(name: str, flag: str, group: str) -> bool:
        members = GROUPS.get(name, ())
        return name in (flag, "everything") or flag in members or group != "" and group in members

    def _from_pragmas(self, flag: str, state: str, pos: int) -> str:
        """All tokens of a macro's expansion stand at one place: what it ignores somewhere in it is ignored in all of it."""
        here = self.sources.order(pos)
        stack: list[str] = []
        group = WARNINGS.get(flag, "")
        initial = state
        for at, action, name in self.pragmas:
            there = self.sources.order(at)
            if there > here:
                break
            if action == "ignored" and there == here and self._covers(name, flag, group):
                return action
            if action == "push":
                stack.append(state)
            elif action == "pop":
                state = stack.pop() if stack else state
            elif self._covers(name, flag, group):
                state = action
                if action == "warning" and initial == "error" and "error" in self.flags:
                    state = "error"
        return state

    # -- text -------------------------------------------------------------------------------------------------------
    def _record(self, severity: str, where: Where, message: str, flag: str | None, fixit: str | None) -> None:
        if severity == "note":
            self._last_chain = self._last_chain or [("", 0)]
        pos, notes = self._place(where)
        message = visible(message)
        shown = f"{message} [{flag}]" if flag else message
        if pos <= 0:
            self.records.append(Record(severity, "", 0, 0, message, flag, f"ebpfcc: {severity}: {shown}", fixit))
            return
        name, line, col = self.sources.place(pos)
        name = visible(name)
        parts = []
        chain = self.sources.include_chain(pos)
        if chain and chain != self._last_chain and severity != "note":
            parts += [f"In file included from {visible(file)}:{at}:" for file, at in reversed(chain)]
        if severity != "note":
            self._last_chain = chain
        parts.append(f"{name}:{line}:{col}: {severity}: {shown}")
        parts += self._snippet(pos, line, col, fixit)
        for macro, at in notes:
            file, note_line, note_col = self.sources.place(at)
            parts.append(f"{visible(file)}:{note_line}:{note_col}: note: expanded from macro '{macro}'")
            parts += self._snippet(at, note_line, note_col, None)
        if severity != "note":
            told = (name, line, col, message)
            self._muted = severity == "error" and told in self._told
            self._told.add(told)
            if self._muted:
                self._again += 1
                return
        self.records.append(Record(severity, name, line, col, message, flag, "\n".join(parts), fixit))

    def _place(self, where: Where) -> tuple[int, list[tuple[str, int]]]:
        """(position in a file, the expansions that led to it as (macro, place in its body), outermost first)."""
        if where is None:
            return 0, []
        if isinstance(where, int):
            return where, []
        exp: Origin | None = getattr(where, "exp", None)
        if exp is None:
            return where.spell or where.pos, []
        notes: list[tuple[str, int]] = []
        at = where.spell
        count = 0
        while exp is not None:
            if at > 0:
                notes.append((exp.name, at))
            at = exp.at
            exp = exp.parent
            count += 1
        notes.reverse()
        if len(notes) > 8:
            notes = notes[:4] + notes[-4:]
        return at, notes

    def _snippet(self, pos: int, line: int, col: int, fixit: str | None) -> list[str]:
        raw = self.sources.line_text(pos)
        before = raw.encode("utf-8", "surrogateescape")[: col - 1].decode("utf-8", "surrogateescape")
        text = visible(raw[:400])
        lead = "".join("\t" if c == "\t" else " " * len(visible_character(c)) for c in before[:400])[:400]
        out = [f"{line:5d} | {text}", f"      | {lead}^"]
        if fixit:
            out.append(f"      | {lead}{fixit}")
        return out

    def text(self) -> str:
        """Everything recorded, as the command prints it, with the count at the end."""
        out = [shown(r, self.color, self.options) for r in self.records]
        counts = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((self.warnings, "warning"), (self.errors - self._again, "error")) if n]
        if counts:
            out.append(" and ".join(counts) + " generated.")
        return "".join(part + "\n" for part in out)
