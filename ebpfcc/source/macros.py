"""Macro definitions, parsed when first used, and the table with its history (C11 6.10.3, GNU variadic macros, C23 `__VA_OPT__`).

In: the text after a macro's name. Out: Macro objects with their replacement as a plan: what each place of the body becomes in a call.
"""

from __future__ import annotations

from .lines import blank_comments
from .tokens import Token, TokenTypes, lex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..diag import Diagnostics

# Steps of a plan: (what, operand, body token, followed by ##). A PARAM's operand is its index, an OPTIONAL's is (plan, in a #).
PLAIN, PARAM, STRING, OPTIONAL = 0, 1, 2, 3
if TYPE_CHECKING:
    Step = tuple[int, object, Token, bool]


class Macro:
    """One definition. text[start:end] follows the name, base is the position of text[0]; func: a '(' follows at once."""

    __slots__ = ("name", "pos", "text", "start", "end", "base", "func", "params", "variadic", "body", "plan", "disabled", "builtin")

    def __init__(self, name: str, pos: int, text: str, start: int, end: int, base: int, func: bool) -> None:
        self.name = name
        self.pos = pos
        self.text = text
        self.start = start
        self.end = end
        self.base = base
        self.func = func
        self.params: list[str] = []
        self.variadic = False
        self.body: list[Token] | None = None  # None until parsed
        self.plan: list[Step] = []  # of a function-like macro, or of one with ##
        self.disabled = False
        self.builtin = ""

    def spelling(self) -> str:
        """Parameters and body as written, white space as one blank each (-dM, comparison of definitions)."""
        text = self.text[self.start : self.end]
        if "/" in text:
            text = blank_comments(text)
        return " ".join(text.split())


def builtin_macro(name: str, func: bool) -> Macro:
    """A macro that the expander computes."""
    macro = Macro(name, 0, "", 0, 0, 0, func)
    macro.body = []
    macro.builtin = name
    return macro


BUILTINS = {
    name: builtin_macro(name, func)
    for names, func in (
        ("__FILE__ __LINE__ __COUNTER__ __INCLUDE_LEVEL__ __BASE_FILE__ __FILE_NAME__ __DATE__ __TIME__ __TIMESTAMP__ defined", False),
        ("_Pragma __has_include __has_include_next __has_builtin __has_attribute __has_feature __has_extension __has_embed", True),
        ("__has_c_attribute __has_cpp_attribute __has_declspec_attribute __has_warning __is_identifier __is_target_arch", True),
        ("__building_module __has_constexpr_builtin __is_target_vendor __is_target_os __is_target_environment", True),
    )
    for name in names.split()
}
HIDDEN = ("defined", "_Pragma")  # operators, not macros: #ifdef does not see them


class MacroTable:
    """name -> Macro, or the bare body of a predefined one. Each change is logged, so that the table of an earlier time can be asked."""

    __slots__ = ("now", "log", "pushed")

    def __init__(self, predefined: dict[str, str]) -> None:
        self.now: dict[str, Macro | str] = dict(predefined)
        self.now.update(BUILTINS)
        self.log: list[tuple[str, Macro | str | None]] = []  # (name, what it was before)
        self.pushed: dict[str, list[Macro | str | None]] = {}

    def define(self, macro: Macro) -> None:
        self.log.append((macro.name, self.now.get(macro.name)))
        self.now[macro.name] = macro

    def undefine(self, name: str) -> None:
        if name in self.now:
            self.log.append((name, self.now.pop(name)))

    def is_defined(self, name: str) -> bool:
        return name in self.now and name not in HIDDEN

    def push(self, name: str) -> None:
        """#pragma push_macro"""
        self.pushed.setdefault(name, []).append(self.now.get(name))

    def pop(self, name: str) -> None:
        """#pragma pop_macro"""
        stack = self.pushed.get(name)
        if stack:
            was = stack.pop()
            self.log.append((name, self.now.get(name)))
            if was is None:
                self.now.pop(name, None)
            else:
                self.now[name] = was


class PastTable:
    """The table as it was when `time` changes had been logged."""

    __slots__ = ("table", "seen", "changed")

    def __init__(self, table: MacroTable, time: int) -> None:
        self.table = table
        self.seen = time
        self.changed: dict[str, Macro | str | None] = {}

    def get(self, name: object) -> Macro | str | None:
        log = self.table.log
        if self.seen < len(log):
            for changed, before in log[self.seen :]:
                self.changed.setdefault(changed, before)
            self.seen = len(log)
        if name in self.changed:
            return self.changed[name]
        return self.table.now.get(name)  # type: ignore[call-overload, no-any-return]


def parse_macro(macro: Macro, types: TokenTypes, diag: Diagnostics) -> bool:
    """Parameters, body and plan of a definition. Returns False, after an error, if it is malformed; it then expands to nothing."""
    text, start, end = macro.text, macro.start, macro.end
    if "/" in text[start:end]:
        text = " " * start + blank_comments(text[start:end])
    tokens = lex(text, start, end, macro.base, types)
    macro.body = []
    if not macro.func:
        macro.body = tokens
        if tokens:
            if tokens[0].type == "HASHHASH" or tokens[-1].type == "HASHHASH":
                diag.error(tokens[0], "'##' cannot appear at either end of a macro expansion")
                macro.body = []
            elif any(t.type == "HASHHASH" for t in tokens):
                macro.plan = _plan(tokens, {}, macro, diag) or []
        return True
    count = _parameters(macro, tokens, diag)
    if count < 0:
        macro.params = []
        return False
    tokens = tokens[count:]
    if tokens and (tokens[0].type == "HASHHASH" or tokens[-1].type == "HASHHASH"):
        diag.error(tokens[0], "'##' cannot appear at either end of a macro expansion")
        return False
    plan = _plan(tokens, {name: i for i, name in enumerate(macro.params)}, macro, diag)
    if plan is None:
        return False
    macro.body = tokens
    macro.plan = plan
    return True


def _parameters(macro: Macro, tokens: list[Token], diag: Diagnostics) -> int:
    """Read the parameter list; the number of its tokens, or -1 after an error."""
    i = 1
    params = macro.params
    if len(tokens) > 1 and tokens[1].type == "RPAREN":
        return 2
    while i < len(tokens):
        tok = tokens[i]
        name = str(tok.value)
        if tok.type == "ELLIPSIS":
            params.append("__VA_ARGS__")
            macro.variadic = True
        elif name[0].isalpha() or name[0] in "_$":
            if name in params:
                diag.error(tok, f"duplicate macro parameter name '{name}'")
                return -1
            if name == "__VA_ARGS__":
                diag.error(tok, "__VA_ARGS__ can only appear in the expansion of a C99 variadic macro")
                return -1
            params.append(name)
            if i + 1 < len(tokens) and tokens[i + 1].type == "ELLIPSIS":
                macro.variadic = True
                i += 1
        else:
            diag.error(tok, "invalid token in macro parameter list" if tok.type != "COMMA" else "expected identifier in macro parameter list")
            return -1
        i += 1
        if i >= len(tokens):
            break
        if tokens[i].type == "RPAREN":
            return i + 1
        if tokens[i].type != "COMMA":
            diag.error(tokens[i], "expected comma in macro parameter list")
            return -1
        if macro.variadic:
            diag.error(tokens[i], "missing ')' in macro parameter list")
            return -1
        i += 1
    diag.error(tokens[-1], "missing ')' in macro parameter list")
    return -1


def _plan(tokens: list[Token], params: dict[str, int], macro: Macro, diag: Diagnostics) -> list[Step] | None:
    """The steps of a replacement list; None after an error."""
    plan: list[Step] = []
    i, n = 0, len(tokens)
    while i < n:
        tok = tokens[i]
        kind = tok.type
        step = PLAIN
        operand: object = None
        if kind == "HASHHASH":
            what, before, body, _ = plan[-1]
            plan[-1] = (what, before, body, True)
            i += 1
            continue
        if kind == "HASH" and macro.func:
            i += 1
            name = str(tokens[i].value) if i < n else ""
            if name in params:
                step, operand = STRING, params[name]
            elif name == "__VA_OPT__" and macro.variadic:
                found = _optional(tokens, i, params, macro, diag)
                if found is None:
                    return None
                step, operand, i = OPTIONAL, (found[0], True), found[1]
            else:
                diag.error(tok, "'#' is not followed by a macro parameter")
                return None
        elif tok.value in params:
            step, operand = PARAM, params[str(tok.value)]
        elif tok.value == "__VA_OPT__" and macro.variadic:
            found = _optional(tokens, i, params, macro, diag)
            if found is None:
                return None
            step, operand, i = OPTIONAL, (found[0], False), found[1]
        plan.append((step, operand, tok, False))
        i += 1
    return plan


def _optional(tokens: list[Token], i: int, params: dict[str, int], macro: Macro, diag: Diagnostics) -> tuple[list[Step], int] | None:
    """The plan inside `__VA_OPT__( )` at tokens[i], and the index of its closing parenthesis."""
    depth = 0
    for j in range(i + 1, len(tokens)):
        kind = tokens[j].type
        if j == i + 1 and kind != "LPAREN":
            break
        if kind == "LPAREN":
            depth += 1
        elif kind == "RPAREN":
            depth -= 1
            if depth == 0:
                inner = tokens[i + 2 : j]
                if inner and (inner[0].type == "HASHHASH" or inner[-1].type == "HASHHASH"):
                    diag.error(inner[0], "'##' cannot appear at either end of __VA_OPT__")
                    return None
                if any(t.value == "__VA_OPT__" for t in inner):
                    diag.error(inner[0], "__VA_OPT__ cannot be nested within its own replacement tokens")
                    return None
                plan = _plan(inner, params, macro, diag)
                return None if plan is None else (plan, j)
    diag.error(tokens[i], "unterminated __VA_OPT__" if depth else "missing '(' following __VA_OPT__")
    return None
