"""Directives other than conditionals and pragmas (C11 6.10.2 to 6.10.6; GNU #include_next, #import, #warning, #ident).

Each handler takes the preprocessor, the file's frame and the directive, and gives tokens or None.
"""

from __future__ import annotations

import re

from .include import Found, identity, meant
from .lines import blank_comments
from .macros import HIDDEN, Macro, parse_macro
from .pragma import pragma
from .tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .lines import Directive
    from .preprocess import Frame, Preprocessor

    Handler = Callable[[Preprocessor, Frame, Directive], list[Token] | None]

DEFINED = re.compile(r"[ \t\f\v]*([^\W\d]\w*|[A-Za-z_$][\w$]*)")
HEADER = re.compile(r"[ \t\f\v]*(?:\"([^\"\n]*)\"|<([^>\n]*)>)")


def define(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    """#define: the name now, the rest when it is used."""
    text, end = frame.text, directive.end
    m = DEFINED.match(text, directive.rest, end)
    if m is None:
        tokens = pp.rest(frame, directive)
        if tokens and str(tokens[0].value)[0].isidentifier():  # a comment before the name
            start = tokens[0].pos - frame.base
            m = DEFINED.match(text, start, end)
    if m is None:
        where = tokens[0] if tokens else frame.base + directive.rest
        pp.diag.error(where, "macro name must be an identifier" if tokens else "macro name missing")
        return None
    name = m.group(1)
    start = m.end()
    if "$" in text[start : start + 1] or "$" in name:
        m = re.compile(r"[\w$]+").match(text, m.start(1), end)
        assert m is not None
        name, start = m.group(), m.end()
    func = text[start : start + 1] == "("
    macro = Macro(name, frame.base + start - len(name), text, start, end, frame.base, func)
    if name in HIDDEN or name in ("__VA_ARGS__", "__VA_OPT__"):
        pp.diag.error(macro.pos, f"'{name}' cannot be used as a macro name")
        return None
    follow = text[start : start + 1]
    if follow and not func and not follow.isspace() and not text.startswith(("/*", "//"), start):
        pp.diag.warning("c99-extensions", frame.base + start, "ISO C99 requires whitespace after the macro name")
    if func:  # a malformed parameter list or a stray # is an error even if the macro is never used
        if not parse_macro(macro, pp.types, pp.diag):
            return None
    elif text.find("##", start, end) >= 0:
        parse_macro(macro, pp.types, pp.diag)
    before = pp.table.now.get(name)
    if before is not None:
        _redefined(pp, macro, before)
    pp.table.define(macro)
    if pp.keep_defines:
        return [Token("DIRECTIVE", f"#define {name}{'' if func else ' '}{macro.spelling()}", macro.pos, False, macro.pos, None)]
    return None


def _redefined(pp: Preprocessor, macro: Macro, before: Macro | str) -> None:
    """Warn unless the definitions are the same (6.10.3p2)."""
    if isinstance(before, str):
        if " ".join(before.split()) != macro.spelling():
            pp.diag.warning("macro-redefined" if not before else "builtin-macro-redefined", macro.pos, f"'{macro.name}' macro redefined")
        return
    if before.builtin:
        pp.diag.warning("builtin-macro-redefined", macro.pos, "redefining builtin macro")
        return
    if before.func == macro.func and before.spelling() == macro.spelling():
        return
    if _signature(pp, before) != _signature(pp, macro):
        if pp.diag.warning("macro-redefined", macro.pos, f"'{macro.name}' macro redefined"):
            pp.diag.note(before.pos, "previous definition is here")


def _signature(pp: Preprocessor, macro: Macro) -> object:
    if macro.body is None:
        parse_macro(macro, pp.types, pp.diag)
    body = macro.body or []
    return macro.func, macro.params, macro.variadic, [(t.value, t.space and i > 0) for i, t in enumerate(body)]


def undef(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    tokens = pp.rest(frame, directive)
    where = frame.base + directive.rest
    name = str(tokens[0].value) if tokens else ""
    if not name or not (name[0].isalpha() or name[0] in "_$"):
        pp.diag.error(tokens[0] if tokens else where, "macro name must be an identifier" if tokens else "macro name missing")
        return None
    if name in HIDDEN:
        pp.diag.error(tokens[0], f"'{name}' cannot be used as a macro name")
        return None
    if len(tokens) > 1:
        pp.diag.warning("extra-tokens", tokens[1], "extra tokens at end of #undef directive")
    before = pp.table.now.get(name)
    if isinstance(before, Macro) and before.builtin:
        pp.diag.warning("builtin-macro-redefined", tokens[0], "undefining builtin macro")
    pp.table.undefine(name)
    if pp.keep_defines:
        return [Token("DIRECTIVE", f"#undef {name}", where, False, where, None)]
    return None


# -- headers -----------------------------------------------------------------------------------------------------
def header_name(pp: Preprocessor, tokens: list[Token]) -> tuple[str, bool] | None:
    """(name, in angle brackets) from the expanded tokens of a computed #include or of __has_include."""
    if not tokens:
        return None
    first = str(tokens[0].value)
    if tokens[0].type == "STRING_LITERAL" and first.startswith('"'):
        return first[1:-1], False
    if first != "<" and not first.startswith("<"):
        return None
    parts = [first[1:]]
    for tok in tokens[1:]:
        value = str(tok.value)
        if tok.space and (len(parts) > 1 or parts[0]):
            parts.append(" ")
        if value[0] == ">":
            return "".join(parts), True
        parts.append(value)
    return None


def _named(pp: Preprocessor, frame: Frame, directive: Directive) -> tuple[str, bool] | None:
    """What a directive wants included."""
    m = HEADER.match(frame.text, directive.rest, directive.end)
    if m is not None:
        after = frame.text[m.end() : directive.end]
        if after and not after.isspace() and blank_comments(after).strip():
            pp.diag.warning("extra-tokens", frame.base + m.end(), f"extra tokens at end of #{directive.name} directive")
        quoted, angled = m.groups()
        return (quoted, False) if quoted is not None else (angled, True)
    tokens = pp.rest(frame, directive)
    where = tokens[0] if tokens else None
    found = header_name(pp, pp.expander.expand(tokens))
    if found is None:
        pp.diag.error(where or frame.base + directive.rest, 'expected "FILENAME" or <FILENAME>')
    return found


def find_header(pp: Preprocessor, frame: Frame, name: str, angled: bool, following: bool) -> Found | None:
    """Search for a header. following: #include_next, from behind the directory in which the current file was found."""
    if not name:
        return None
    if pp.options.emit == "vmlinux-h" and name.rpartition("/")[2] == "vmlinux.h":
        return pp.search.own("vmlinux.h")  # the header to be made may be there, in a former form
    if name.startswith("/"):
        key = identity(name)
        return Found(name, -1, frame.inclusion.system, key) if key is not None else None
    search = pp.search
    if following and len(pp.frames) > 1:
        return search.find(name, max(frame.search_index + 1, search.angled if angled else 0) if frame.search_index >= 0 else search.angled)
    if not angled:
        path = f"{frame.directory or '.'}/{name}"
        key = identity(path)
        if key is not None:
            return Found(path, -1, frame.inclusion.system, key)
        return search.find(name, 0)
    return search.find(name, search.angled)


def include(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    """#include, #include_next, #import, #imacros (our own, for the option)."""
    at = frame.base + directive.rest
    if pp.collecting:
        pp.diag.error(at, f"embedding a #{directive.name} directive within macro arguments is not supported")
        return None
    named = _named(pp, frame, directive)
    if named is None:
        return None
    name, angled = named
    if not name:
        pp.diag.error(at, "empty filename")
        return None
    found = find_header(pp, frame, name, angled, directive.name == "include_next")
    if found is None:
        if pp.options.missing_generated:
            pp.missing.append(name)
            return None
        pp.diag.fatal(at + (1 if frame.text[directive.rest : directive.rest + 1] in " \t" else 0), f"'{name}' file not found{meant(name)}")
    if directive.name == "import":
        file = pp.sources.files.get(found.key)
        if file is not None:
            return None
    pp.enter_header(found, at, directive.name == "imacros")
    if directive.name == "import":
        pp.frames[-1].file.once = True
    return None


def embed(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    pp.diag.error(frame.base + directive.at, "#embed is not supported")
    return None


# -- #line and messages ------------------------------------------------------------------------------------------
ESCAPE = re.compile(r"\\([0-7]{1,3}|.)")


def unescape(m: re.Match[str]) -> str:
    """What a backslash means in a file's name: octal numbers are bytes, other characters stand for themselves; a zero has no meaning."""
    if not m[1].isdigit() or m[1][0] > "7":
        return m[1]
    byte = int(m[1], 8) & 255
    return chr(byte) if 0 < byte < 128 else chr(0xDC00 + byte) if byte else m[0]


def line(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    """#line N "file", and # N "file" flags."""
    start = directive.at + 1 if directive.name != "line" else directive.rest
    text = frame.text[start : directive.end]
    if "/" in text:
        text = blank_comments(text)
    where = frame.base + start
    m = re.match(r'[ \t]*([0-9]+)[ \t]*(?:"((?:[^"\\]|\\.)*)"((?:[ \t]+[0-9]+)*))?[ \t]*\Z', text)
    if m is None and directive.name == "line":
        joined = " ".join(str(t.value) for t in pp.expander.expand(pp.rest(frame, directive)))
        m = re.match(r'[ \t]*([0-9]+)[ \t]*(?:"((?:[^"\\]|\\.)*)"())?[ \t]*\Z', joined)
    if m is None:
        pp.diag.error(where, "#line directive requires a positive integer argument" if directive.name == "line" else "invalid line marker directive")
        return None
    number = int(m.group(1)[:12])
    if number > 0x7FFFFFFF:
        pp.diag.error(where, "line number out of range")
        return None
    inclusion = frame.inclusion
    name = m.group(2)
    if name is None:
        name = inclusion.marks[-1][3] if inclusion.marks else inclusion.name
    else:
        name = ESCAPE.sub(unescape, name)
        if name.endswith("//") and number == 1:  # where -E -g was run, as GCC says it
            inclusion.directory = name[:-2] or "/"
            return None
    physical = frame.file.line_col(directive.end)[0] + 1
    inclusion.marks.append((directive.end, physical, number, name))
    if m.group(3):
        inclusion.system = "3" in m.group(3).split()
    return None


def _message(frame: Frame, directive: Directive) -> str:
    return " ".join(blank_comments(frame.text[directive.rest : directive.end]).split())


def error(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    pp.diag.error(frame.base + directive.at + 1, _message(frame, directive) or "#error")
    return None


def warning(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    pp.diag.warning("#warnings", frame.base + directive.at + 1, _message(frame, directive))
    return None


def ignore(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    """#ident, #sccs, #assert: of no effect here."""
    return None


def imacros(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    if frame.inclusion.name != "<command line>":
        pp.diag.error(frame.base + directive.at + 1, "invalid preprocessing directive '#imacros'")
        return None
    return include(pp, frame, directive)


HANDLERS: dict[str, Handler] = {
    "define": define, "undef": undef, "include": include, "include_next": include, "import": include, "imacros": imacros, "embed": embed,
    "line": line, "error": error, "warning": warning, "pragma": pragma, "ident": ignore, "sccs": ignore, "assert": ignore, "unassert": ignore,
}  # fmt: skip
