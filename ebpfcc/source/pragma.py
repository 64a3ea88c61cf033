"""#pragma and _Pragma (C11 6.10.6, 6.10.9): those of the preprocessor are obeyed, the compiler's become PRAGMA tokens."""

from __future__ import annotations

from .macros import builtin_macro
from .tokens import Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .lines import Directive
    from .preprocess import Frame, Preprocessor

# First words (first two, for clang and GCC) of the pragmas that the compiler reads, and of those that change nothing for BPF.
FOR_COMPILER = frozenset(("pack", "unroll", "nounroll", "weak", "redefine_extname", "clang attribute", "clang loop", "clang section",
                          "GCC unroll", "GCC ivdep", "GCC visibility", "GCC optimize", "GCC push_options", "GCC pop_options", "GCC reset_options",
                          "clang optimize", "ms_struct", "scalar_storage_order", "GCC target"))  # fmt: skip
IGNORED = frozenset(("STDC", "region", "endregion", "mark", "ident", "comment", "omp", "align", "options", "clang fp", "clang assume_nonnull",
                     "clang arc_cf_code_audited", "clang deprecated", "clang final", "clang restrict_expansion", "clang force_cuda_host_device",
                     "clang debug", "clang __debug", "clang max_tokens_here", "clang max_tokens_total", "GCC pch_preprocess", "GCC novector",
                     "clang unsafe_buffer_usage", "clang module"))  # fmt: skip
ACTIONS = {"ignored": "ignored", "warning": "warning", "error": "error", "fatal": "error"}


class PragmaLine(list[Token]):
    """A pragma's tokens. Hashable, since the macro table is asked about every token's value."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


def pragma(pp: Preprocessor, frame: Frame, directive: Directive) -> list[Token] | None:
    """The #pragma directive."""
    where = frame.base + directive.at
    return obey(pp, pp.rest(frame, directive), where, where, frame)


def obey(pp: Preprocessor, tokens: list[Token], pos: int, where: int, frame: Frame | None) -> list[Token] | None:
    """One pragma's tokens, after the word `pragma`. pos: where it takes effect."""
    if not tokens:
        return None
    first = str(tokens[0].value)
    second = str(tokens[1].value) if len(tokens) > 1 else ""
    words = f"{first} {second}" if first in ("clang", "GCC") else first
    if pp.options.preprocess_only:
        _own(pp, tokens, words, pos, frame)
        return [Token("PRAGMA", PragmaLine(tokens), pos, False, where, None)]
    if _own(pp, tokens, words, pos, frame):
        return None
    if words in FOR_COMPILER or first in ("pack", "unroll", "nounroll"):
        fixed = 2 if first in ("clang", "GCC") else 1
        line = PragmaLine(tokens[:fixed] + pp.expander.expand(tokens[fixed:]))
        return [Token("PRAGMA", line, pos, False, where, None)]
    if words not in IGNORED:
        pp.diag.warning("unknown-pragmas", where, f"unknown pragma ignored: '{words.strip()}'")
    return None


def _own(pp: Preprocessor, tokens: list[Token], words: str, pos: int, frame: Frame | None) -> bool:
    """Obey a pragma of the preprocessor's; False if it is none."""
    spellings = [str(t.value) for t in tokens]
    if words == "once":
        if frame is not None:
            frame.file.once = True
    elif words in ("push_macro", "pop_macro"):
        name = spellings[2][1:-1] if len(spellings) > 3 and tokens[2].type == "STRING_LITERAL" else ""
        if not name:
            pp.diag.warning("ignored-pragmas", tokens[0], f"malformed #pragma {words}, ignored")
        elif words == "push_macro":
            pp.table.push(name)
        else:
            pp.table.pop(name)
    elif words in ("clang diagnostic", "GCC diagnostic"):
        _diagnostic(pp, tokens, spellings[2:], pos)
    elif words in ("GCC system_header", "clang system_header"):
        if frame is not None and len(pp.frames) > 1:
            frame.inclusion.system = True
    elif words in ("GCC poison", "clang poison", "poison"):
        for tok in tokens[1 if words == "poison" else 2 :]:
            macro = builtin_macro("poison", False)
            macro.name = str(tok.value)
            pp.table.define(macro)
    elif words in ("GCC warning", "GCC error", "message", "GCC message"):
        text = "".join(s[1:-1] for s in spellings if s.startswith('"'))
        if words == "GCC error":
            pp.diag.error(tokens[0], text)
        else:
            pp.diag.warning("#pragma-messages", tokens[0], text)
    else:
        return False
    return True


def _diagnostic(pp: Preprocessor, tokens: list[Token], words: list[str], pos: int) -> None:
    """#pragma GCC diagnostic push | pop | ignored "-Wname" ..."""
    action = words[0] if words else ""
    if action in ("push", "pop"):
        pp.diag.pragmas.append((pos, action, ""))
    elif action in ACTIONS and len(words) > 1:
        flag = "".join(w[1:-1] for w in words[1:] if w.startswith('"'))
        if flag.startswith("-W"):
            pp.diag.pragmas.append((pos, ACTIONS[action], flag[2:]))
        else:
            pp.diag.warning("unknown-warning-option", tokens[0], "unknown warning group in pragma diagnostic, ignored")
    else:
        pp.diag.warning("unknown-pragmas", tokens[0], "pragma diagnostic expected 'error', 'warning', 'ignored', 'push' or 'pop'")
