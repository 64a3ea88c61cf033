"""The preprocessor: from a file to the tokens that the parser reads (C11 5.1.1.2 phases 1 to 5, 6.10; GCC cpp manual).

In: a path or text. Out: tokens; `#pragma`s that matter to the compiler come as PRAGMA tokens, long stretches of declarations as REGION
tokens (index.py). A file's text is cut at its directives; each stretch between them is lexed at once and expanded.
"""

from __future__ import annotations

import os

from ..target.near import nearest
from . import dynamic
from .condition import evaluate
from .directives import HANDLERS
from .expand import PAINTED, Expander
from .files import File
from .include import Found, SearchPath, identity, load
from .lines import Directive, blank_comments, find_directives, unterminated_comment
from .macros import MacroTable
from .predefined import predefined
from .tokens import FIXED, INVALID, Token, TokenTypes, lex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..diag import Diagnostics
    from ..options import Options
    from .files import Inclusion, SourceMap
    from .macros import Macro

MAX_INCLUDE_DEPTH = 200
CONDITIONALS = frozenset(("if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"))
OPENING = frozenset(("if", "ifdef", "ifndef"))
REGION_LINES = 40  # shorter stretches are not worth an index
REGION_LENGTH = 1000
FIRST = 50_000  # where enough lines stand in any long text


class Condition:
    """An open #if. taken: one of its groups has been read."""

    __slots__ = ("at", "taken", "had_else")

    def __init__(self, at: Directive, taken: bool) -> None:
        self.at = at
        self.taken = taken
        self.had_else = False


class Frame:
    """A file being read: `next` is the index of the next directive, `offset` where the unread text starts."""

    __slots__ = ("inclusion", "file", "text", "base", "directives", "next", "offset", "conditions", "directory", "search_index", "discard")

    def __init__(self, inclusion: Inclusion, directory: str, search_index: int) -> None:
        file = inclusion.file
        if file.directives is None:
            file.directives = find_directives(file.text)
        self.inclusion = inclusion
        self.file = file
        self.text = file.text
        self.base = inclusion.base
        self.directives = file.directives
        self.next = 0
        self.offset = 0
        self.conditions: list[Condition] = []
        self.directory = directory
        self.search_index = search_index
        self.discard = -1  # -imacros: length of the output when the file was entered


class Preprocessor:
    """One translation unit. After `run`: `table` has the macros, `included` the files read, as (depth, path, system)."""

    def __init__(self, options: Options, sources: SourceMap, diag: Diagnostics, keywords: dict[str, str] | None = None, regions: bool = True) -> None:
        self.options = options
        self.sources = sources
        self.diag = diag
        self.types = TokenTypes(FIXED)
        if keywords:
            self.types.update(keywords)
        self.table = MacroTable(predefined(options))
        self.expander = Expander(self.table.now.get, self.types, diag, self._builtin)  # type: ignore[arg-type]
        self.search = SearchPath(options)
        self.frames: list[Frame] = []
        self.out: list[Token] = []
        self.included: list[tuple[int, str, bool]] = []
        self.missing: list[str] = []  # with -MG: headers that are still to be made
        self.counter = 0
        self.in_condition = False
        self.collecting = False  # a macro call's arguments are being read
        self.main_name = ""
        self.early: Inclusion | None = None  # the command line's directives
        self.checked = 0  # how much of the output was looked at for its brace depth
        self.depth = 0
        self.time: object = None
        self.regions = regions and options.header_index and not options.keep_comments
        self.keep_defines = options.dump in ("D", "N", "I")
        self.poisoned: set[str] = set()

    # -- the whole unit ----------------------------------------------------------------------------------------------
    def run(self, source: str | tuple[str, str | bytes]) -> list[Token]:
        """Preprocess a file, or (name, text)."""
        if isinstance(source, str):
            key = identity(source)
            if key is None:
                self.diag.fatal(None, f"no such file or directory: '{source}'" if not os.path.isdir(source) else f"'{source}' is a directory")
            self.main_name = source
            try:
                main = load(Found(source, -1, False, key), self.sources, self.options.trigraphs, True)
            except OSError as error:
                self.diag.fatal(None, f"cannot read '{source}': {error.strerror}")
        else:
            self.main_name = source[0]
            main = File(source[0], source[1], self.options.trigraphs)
        if main.original.endswith("*/\n"):
            main = without_places(main, self.options.trigraphs)
        inclusion = self.sources.add(main, name=self.main_name)
        self.included.append((0, self.main_name, False))
        command_line = self._command_line()
        if command_line:
            self.early = self.sources.add(File("<command line>", command_line))
            self.frames.append(Frame(self.early, "", -1))
            self._drain()
        self._enter(inclusion, os.path.dirname(self.main_name), -1)
        self._drain()
        self._check_spellings()
        return self.out

    def _command_line(self) -> str:
        """-D, -U, -imacros and -include as directives."""
        lines = []
        for what, text in self.options.defines:
            if what == "U":
                lines.append(f"#undef {text}\n")
            else:
                name, eq, value = text.partition("=")
                lines.append(f"#define {name} {value if eq else '1'}\n".replace("\n", " ")[:-1] + "\n")
        lines += [f'#imacros "{name}"\n' for name in self.options.imacros]
        lines += [f'#include "{name}"\n' for name in self.options.includes]
        return "".join(lines)

    def _drain(self) -> None:
        """Read until no file is open."""
        out = self.out
        while True:
            tokens = self._stretch()
            if tokens is None:
                return
            out += self.expander.expand(tokens, self._more)

    def _check_spellings(self) -> None:
        self.out = settle(self.out, self.types, self.diag)

    # -- files ---------------------------------------------------------------------------------------------------------
    def _enter(self, inclusion: Inclusion, directory: str, search_index: int) -> None:
        self.frames.append(Frame(inclusion, directory, search_index))
        if inclusion.file.has_comments:
            offset = unterminated_comment(inclusion.file.text)
            if offset >= 0:
                self.diag.error(inclusion.base + offset, "unterminated /* comment")

    def enter_header(self, found: Found, at: int, discard: bool = False) -> None:
        """Read a header next, unless it has said that once is enough. at: the directive."""
        try:
            file = load(found, self.sources, self.options.trigraphs, self.sources.find(at) is self.early)
        except OSError as error:
            self.diag.fatal(at, f"cannot open file '{found.path}': {error.strerror}")
        if file.once or file.guard is not None and self.table.is_defined(file.guard):
            return
        depth = len(self.frames)
        if depth > MAX_INCLUDE_DEPTH:
            self.diag.fatal(at, "#include nested too deeply")
        inclusion = self.sources.add(file, at, found.system or self.frames[-1].inclusion.system and found.index < 0, found.path)
        self.included.append((depth, found.path, inclusion.system))
        self._enter(inclusion, os.path.dirname(found.path), found.index)
        if discard:
            self.frames[-1].discard = len(self.out)

    def _leave(self) -> None:
        """End of the innermost file."""
        frame = self.frames.pop()
        for condition in frame.conditions:
            self.diag.error(frame.base + condition.at.at, f"unterminated conditional directive: #{condition.at.name} without #endif")
        if frame.discard >= 0:
            del self.out[frame.discard :]
        if frame.file.guard is None and frame.directives:
            frame.file.guard = _guard(frame.text, frame.directives)

    # -- stretches of text -----------------------------------------------------------------------------------------
    def _stretch(self) -> list[Token] | None:
        """Obey directives up to the next text with tokens in it, and lex that. None: no file is left (or, collecting, this one ended)."""
        while self.frames:
            frame = self.frames[-1]
            directives = frame.directives
            i = frame.next
            end = directives[i].at if i < len(directives) else len(frame.text)
            start = frame.offset
            if end - start > 1:
                frame.offset = end
                tokens = self._lex(frame, start, end)
                if tokens:
                    return tokens
            if i < len(directives):
                directive = directives[i]
                frame.next = i + 1
                frame.offset = directive.end
                given = self._obey(frame, directive)
                if given:
                    return given
            elif self.collecting:
                return None
            else:
                if end - start == 1 and not frame.text[start].isspace():
                    frame.offset = end
                    return self._lex(frame, start, end)
                self._leave()
        return None

    def _more(self) -> list[Token] | None:
        """What follows, for a macro call whose arguments go on past a directive."""
        self.collecting = True
        try:
            return self._stretch()
        finally:
            self.collecting = False

    def _lex(self, frame: Frame, start: int, end: int) -> list[Token]:
        text = frame.text
        if self.regions and end - start > REGION_LENGTH and not self.collecting and text.count("\n", start, min(end, start + FIRST)) > REGION_LINES:
            from .index import find_regions

            found = find_regions(self, frame, start, end)
            if found is not None:
                return found
        if frame.file.has_comments and (text.find("/*", start, end) >= 0 or text.find("//", start, end) >= 0):
            part = blank_comments(text[start:end])
            return lex(part, 0, len(part), frame.base + start, self.types)
        return lex(text, start, end, frame.base, self.types)

    def at_file_scope(self) -> bool:
        """Whether the output so far ends between two external declarations, as far as brackets and its last token tell."""
        depth = self.depth
        out = self.out
        for i in range(self.checked, len(out)):
            kind = out[i].type
            if kind == "LBRACE" or kind == "LPAREN":
                depth += 1
            elif kind == "RBRACE" or kind == "RPAREN":
                depth -= 1
        self.depth = depth
        self.checked = len(out)
        return depth == 0 and (not out or out[-1].type in ("SEMI", "RBRACE", "PRAGMA", "REGION", "DIRECTIVE"))

    def rest(self, frame: Frame, directive: Directive) -> list[Token]:
        """The tokens after a directive's name."""
        text = frame.text[directive.rest : directive.end]
        if frame.file.has_comments and "/" in text:
            text = blank_comments(text)
        return lex(text, 0, len(text), frame.base + directive.rest, self.types)

    # -- directives ------------------------------------------------------------------------------------------------
    def _obey(self, frame: Frame, directive: Directive) -> list[Token] | None:
        """Carry out one directive. Some give tokens."""
        name = directive.name
        if name in CONDITIONALS:
            self._conditional(frame, directive)
            return None
        handler = HANDLERS.get(name)
        if handler is None:
            if name and name[0].isdigit():
                handler = HANDLERS["line"]
            else:
                tokens = self.rest(frame, directive)
                if name or tokens:
                    found = nearest(name, (*HANDLERS, *sorted(CONDITIONALS)))
                    meant = f" '#{name}'" * bool(name) + f"; did you mean '#{found}'?" * bool(found)
                    self.diag.error(frame.base + directive.at + 1, f"invalid preprocessing directive{meant}")
                return None
        return handler(self, frame, directive)

    def _conditional(self, frame: Frame, directive: Directive) -> None:
        name = directive.name
        conditions = frame.conditions
        if name in OPENING:
            holds = self._holds(frame, directive)
            conditions.append(Condition(directive, holds))
            if not holds:
                self._skip(frame)
            return
        where = frame.base + directive.at
        if not conditions:
            self.diag.error(where, f"#{name} without #if")
            return
        condition = conditions[-1]
        if name == "endif":
            conditions.pop()
            self._no_more(frame, directive)
        else:  # the group before it was read, so this one and the others are not
            self._check_order(condition, name, where)
            self._skip(frame)

    def _check_order(self, condition: Condition, name: str, where: int) -> None:
        if condition.had_else:
            self.diag.error(where, f"#{name} after #else")
        if name == "else":
            condition.had_else = True

    def _skip(self, frame: Frame) -> None:
        """Move to the #elif, #else or #endif that ends the skipping, and carry it out."""
        directives = frame.directives
        condition = frame.conditions[-1]
        depth = 0
        i = frame.next
        n = len(directives)
        while i < n:
            directive = directives[i]
            name = directive.name
            i += 1
            if name not in CONDITIONALS:
                continue
            if name in OPENING:
                depth += 1
            elif name == "endif":
                if depth == 0:
                    frame.conditions.pop()
                    frame.next, frame.offset = i, directive.end
                    self._no_more(frame, directive)
                    return
                depth -= 1
            elif depth == 0:
                self._check_order(condition, name, frame.base + directive.at)
                if not condition.taken and (name == "else" or self._holds(frame, directive)):
                    condition.taken = True
                    frame.next, frame.offset = i, directive.end
                    return
        frame.next, frame.offset = n, len(frame.text)

    def _holds(self, frame: Frame, directive: Directive) -> bool:
        """The condition of #if, #ifdef and their #el forms."""
        name = directive.name
        if name.endswith("def"):
            tokens = self.rest(frame, directive)
            where = frame.base + directive.at
            if not tokens or not _is_name(str(tokens[0].value)):
                self.diag.error(tokens[0] if tokens else where, "macro name must be an identifier" if tokens else "macro name missing")
                return False
            if len(tokens) > 1:
                self.diag.warning("extra-tokens", tokens[1], f"extra tokens at end of #{name} directive")
            return self.table.is_defined(str(tokens[0].value)) != name.endswith("ndef")
        tokens = self.rest(frame, directive)
        if len(tokens) == 1 and tokens[0].value in ("0", "1"):
            return tokens[0].value == "1"
        self.in_condition = True
        try:
            expanded = self.expander.expand(tokens)
        finally:
            self.in_condition = False
        return evaluate(expanded, name, frame.base + directive.at, self.diag)

    def _no_more(self, frame: Frame, directive: Directive) -> None:
        """Warn of tokens after #endif."""
        if directive.end - directive.rest > 1:
            tokens = self.rest(frame, directive)
            if tokens:
                self.diag.warning("extra-tokens", tokens[0], f"extra tokens at end of #{directive.name} directive")

    def _builtin(self, tok: Token, macro: Macro, stack: list[Any], more: Any) -> list[Token] | None:
        return dynamic.HANDLERS[macro.builtin](self, tok, macro, stack, more)


def settle(tokens: list[Token], types: TokenTypes, diag: Diagnostics) -> list[Token]:
    """Reports what is no token of C, and gives painted names their types back."""
    keep = True
    for tok in tokens:
        if tok.type == PAINTED:
            tok.type = types[str(tok.value)]
        elif tok.type in INVALID:
            keep = dynamic.report_invalid(tok, diag) and keep
    return tokens if keep else [t for t in tokens if t.type not in INVALID]


def _is_name(spelling: str) -> bool:
    return spelling[0].isalpha() or spelling[0] in "_$"


def without_places(file: File, trigraphs: bool) -> File:
    """The text of -E -g apart from the comment that tells where its lines come from."""
    from .places import read

    found = read(file.original)
    if found is None:
        return file
    text = File(file.name, file.original[: found[0]], trigraphs)
    text.rows = found[1]
    return text


def _guard(text: str, directives: list[Directive]) -> str | None:
    """The macro X if all of a file stands within #ifndef X or #if !defined(X) (GCC cppinternals, "Guard Macros")."""
    first, last = directives[0], directives[-1]
    if last.name != "endif" or first.name not in ("ifndef", "if"):
        return None
    name = blank_comments(text[first.rest : first.end]).strip()
    if first.name == "if":
        name = name.replace(" ", "")
        if not name.startswith("!defined"):
            return None
        name = name[8:]
        if name.startswith("(") and name.endswith(")"):
            name = name[1:-1]
    if not name.isidentifier():
        return None
    depth = 0
    for directive in directives[:-1]:
        if directive.name in OPENING:
            depth += 1
        elif directive.name == "endif":
            depth -= 1
            if depth == 0:
                return None
        elif depth == 1 and directive.name in CONDITIONALS:
            return None
    outside = text[: first.at], text[last.end :]
    for part in outside:
        if part and not part.isspace() and blank_comments(part).strip():
            return None
    return name if depth == 1 else None
