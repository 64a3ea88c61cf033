"""Macro expansion (C11 6.10.3.1 to 6.10.3.4; GNU `, ## args`), with the rescanning rules of GCC and clang.

In: tokens of a stretch of text, and a way to get the next stretch. Out: the same with macros replaced. A macro's replacement is read as
a context on a stack; while it is there the macro is disabled, and its name, read meanwhile, is painted for good.
"""

from __future__ import annotations

from .macros import OPTIONAL, PARAM, PLAIN, STRING, Macro, parse_macro
from .tokens import TOKEN, Damaged, Expansion, Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..diag import Diagnostics
    from .macros import Step
    from .tokens import TokenTypes

    More = Callable[[], list[Token] | None]
    Lookup = Callable[[object], Macro | str | None]
    Builtin = Callable[[Token, Macro, "list[Context]", More | None], list[Token] | None]

MAX_TOKENS = 1_000_000  # produced by all expansions of a compilation; real programs stay below a fifth
MAX_DEPTH = 150  # of macro calls in arguments of macro calls: three Python frames each
PAINTED = "PAINTED"  # the type of an identifier that is never to be expanded again
OMITTED: list[Token] = []  # the variable arguments of a call that has no comma for them


class Context:
    """Tokens being read, and the macro that they replaced (None: from a file or an argument)."""

    __slots__ = ("tokens", "next", "macro")

    def __init__(self, tokens: list[Token], macro: Macro | None) -> None:
        self.tokens = tokens
        self.next = 0
        self.macro = macro


class Expander:
    """Expands tokens with the macros that `get` finds. `builtin` computes __FILE__ and its like."""

    __slots__ = ("get", "types", "diag", "builtin", "produced", "depth", "call_end")

    def __init__(self, get: Lookup, types: TokenTypes, diag: Diagnostics, builtin: Builtin) -> None:
        self.get = get
        self.types = types
        self.diag = diag
        self.builtin = builtin
        self.produced = 0
        self.depth = 0  # of arguments being expanded
        self.call_end = 0  # where the outermost call in work is closed, for __LINE__

    def expand(self, tokens: list[Token], more: More | None = None) -> list[Token]:
        """All of `tokens`, expanded. more: gives what follows them, while a call's arguments are incomplete."""
        out: list[Token] = []
        append = out.append
        get = self.get
        base = Context(tokens, None)
        i, n = 0, len(tokens)
        while i < n:
            tok = tokens[i]
            i += 1
            macro = get(tok.value)
            if macro is None:
                append(tok)
                continue
            if self.depth == 0:
                self.call_end = 0
            base.next = i
            self._rescan(tok, macro, [base], more, out)
            i, n = base.next, len(tokens)
        return out

    def _rescan(self, tok: Token, macro: Macro | str | None, stack: list[Context], more: More | None, out: list[Token]) -> None:
        """Replace `tok` and what comes of it, until the base context is on top again."""
        get = self.get
        while True:
            if macro is None or tok.type == PAINTED:
                out.append(tok)
            else:
                if isinstance(macro, str):
                    macro = self._predefined(str(tok.value), macro)
                if macro.disabled:
                    tok.type = PAINTED
                    out.append(tok)
                else:
                    replaced = self._replace(tok, macro, stack, more)
                    if replaced is None:
                        out.append(tok)
                    elif replaced:
                        if macro.builtin:
                            out += replaced
                        else:
                            macro.disabled = True
                            stack.append(Context(replaced, macro))
            while True:
                top = stack[-1]
                if len(stack) == 1:
                    return
                if top.next < len(top.tokens):
                    break
                stack.pop()
                assert top.macro is not None
                top.macro.disabled = False
            tok = top.tokens[top.next]
            top.next += 1
            macro = get(tok.value)

    def _predefined(self, name: str, body: str) -> Macro:
        """A predefined macro's object, made at its first use. Its tokens have no place in a file."""
        macro = Macro(name, 0, body, 0, len(body), 0, False)
        parse_macro(macro, self.types, self.diag)
        for tok in macro.body or ():
            tok.spell = 0
        return macro

    def next_token(self, stack: list[Context], more: More | None) -> Token | None:
        """The next unexpanded token, leaving finished contexts; None at the end of the argument, directive or file."""
        while True:
            top = stack[-1]
            if top.next < len(top.tokens):
                tok = top.tokens[top.next]
                top.next += 1
                return tok
            if len(stack) == 1:
                following = more() if more is not None else None
                if following is None:
                    return None
                top.tokens.extend(following)
                continue
            stack.pop()
            if top.macro is not None:
                top.macro.disabled = False

    def opens_call(self, stack: list[Context]) -> bool:
        """Whether a '(' comes next; it is then read. A directive between name and '(' makes it no call, as in clang."""
        for i in range(len(stack) - 1, -1, -1):
            context = stack[i]
            if context.next < len(context.tokens):
                if context.tokens[context.next].type != "LPAREN":
                    return False
                for left in stack[i + 1 :]:
                    if left.macro is not None:
                        left.macro.disabled = False
                del stack[i + 1 :]
                context.next += 1
                return True
        return False

    # -- one replacement -----------------------------------------------------------------------------------------
    def _replace(self, tok: Token, macro: Macro, stack: list[Context], more: More | None) -> list[Token] | None:
        """The replacement of one use; None if a function-like macro's name is not followed by '('."""
        if macro.builtin:
            return self.builtin(tok, macro, stack, more)
        body = macro.body
        if body is None:
            parse_macro(macro, self.types, self.diag)
            body = macro.body
            assert body is not None
        pos = tok.pos
        if macro.func:
            if not self.opens_call(stack):
                return None
            args = self._arguments(tok, macro, stack, more)
            if args is None:
                return [Token("INT_CONST_DEC", Damaged("0"), pos, tok.space, tok.spell, None)]
            exp = Expansion(macro.name, tok.spell, tok.exp)
            out = self._substitute(macro, args, macro.plan, pos, exp)
        elif macro.plan:
            out = self._substitute(macro, [], macro.plan, pos, Expansion(macro.name, tok.spell, tok.exp))
        else:
            exp = Expansion(macro.name, tok.spell, tok.exp)
            out = [Token(t.type, t.value, pos, t.space, t.spell, exp) for t in body]
        self.produced += len(out) + 1
        if self.produced > MAX_TOKENS:
            self.diag.fatal(tok, f"expansion of macro '{macro.name}' is too large")
        if out:
            out[0].space = tok.space
        return out

    def _arguments(self, name: Token, macro: Macro, stack: list[Context], more: More | None) -> list[list[Token]] | None:
        """The arguments of a call whose '(' has been read; None after an error."""
        args: list[list[Token]] = [[]]
        current = args[0]
        depth = 0
        get = self.get
        pos = name.pos
        limit = len(macro.params) if macro.variadic else 1 << 30
        while True:
            tok = self.next_token(stack, more)
            if tok is None:
                self.diag.error(name, "unterminated function-like macro invocation")
                self._defined_here(macro)
                return None
            kind = tok.type
            if kind == "LPAREN":
                depth += 1
            elif kind == "RPAREN":
                if depth == 0:
                    break
                depth -= 1
            elif kind == "COMMA" and depth == 0 and len(args) < limit:
                current = []
                args.append(current)
                continue
            found = get(tok.value)
            if found is not None and not isinstance(found, str) and found.disabled:
                tok.type = PAINTED
            tok.pos = pos
            current.append(tok)
        if tok.exp is None:
            self.call_end = tok.spell
        return self._count(name, macro, args)

    def _count(self, name: Token, macro: Macro, args: list[list[Token]]) -> list[list[Token]] | None:
        """Compare the number of arguments with the parameters (6.10.3p4)."""
        count = len(macro.params)
        if len(args) == count:
            return args
        if count == 0 and len(args) == 1 and not args[0]:
            return []
        if macro.variadic and len(args) == count - 1:
            args.append(OMITTED)
            return args
        word = "few" if len(args) < count else "many"
        self.diag.error(name, f"too {word} arguments provided to function-like macro invocation")
        self._defined_here(macro)
        return None

    def _defined_here(self, macro: Macro) -> None:
        if macro.pos > 0:
            self.diag.note(macro.pos, f"macro '{macro.name}' defined here")

    def _expanded(self, arg: list[Token]) -> list[Token]:
        """An argument, completely expanded as if it were the rest of the file (6.10.3.1)."""
        get = self.get
        for tok in arg:
            if get(tok.value) is not None:
                break
        else:
            return arg
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.diag.fatal(arg[0], "macro calls are nested too deeply")
        if self.depth > 8:
            self.produced += len(arg)  # which each level reads again
            if self.produced > MAX_TOKENS:
                self.diag.fatal(arg[0], "macro calls are nested too deeply")
        copies = [Token(t.type, t.value, t.pos, t.space, t.spell, t.exp) for t in arg]
        out = self.expand(copies)
        self.depth -= 1
        return out

    def _substitute(self, macro: Macro, args: list[list[Token]], plan: list[Step], pos: int, exp: Expansion) -> list[Token]:
        """Follow a plan: arguments for parameters, then # and ## (6.10.3.1 to 6.10.3.3)."""
        out: list[Token | None] = []  # None: a placemarker
        full: dict[int, list[Token]] = {}
        after_paste = False
        variable = len(macro.params) - 1 if macro.variadic else -1
        items: list[Token | None]
        for what, operand, tok, before_paste in plan:
            if what == PLAIN:
                items = [Token(tok.type, tok.value, pos, tok.space, tok.spell, exp)]
            elif what == PARAM:
                index: int = operand  # type: ignore[assignment]
                after_comma = False
                if after_paste or before_paste:
                    source = args[index]
                    last = out[-1] if out else None
                    if after_paste and index == variable and last is not None and last.type == "COMMA":
                        # GNU: the comma goes if there are no variable arguments, and is not pasted otherwise.
                        after_paste, after_comma = False, True
                        if source is OMITTED or not source and variable == 0:
                            out.pop()
                else:
                    if index not in full:
                        full[index] = self._expanded(args[index])
                    source = full[index]
                items = [Token(t.type, t.value, pos, t.space, t.spell, t.exp) for t in source]
                if items and items[0] is not None:
                    if not after_comma:
                        items[0].space = tok.space
                elif not items:
                    items = [None]
            elif what == STRING:
                items = [self._string(args[operand], tok, pos, exp)]  # type: ignore[call-overload]
            else:
                assert what == OPTIONAL
                items = self._optional(macro, args, operand, tok, pos, exp)  # type: ignore[arg-type]
            self.produced += len(items)
            if self.produced > MAX_TOKENS:
                self.diag.fatal(tok, f"expansion of macro '{macro.name}' is too large")
            if after_paste:
                out += self._paste(out.pop() if out else None, items[0], tok, exp)
                out += items[1:]
            else:
                out += items
            after_paste = before_paste
        return [t for t in out if t is not None]

    def _optional(self, macro: Macro, args: list[list[Token]], operand: tuple[list[Step], bool], tok: Token, pos: int, exp: Expansion) -> list[Token | None]:
        """`__VA_OPT__(...)`: its contents if the variable arguments expand to something (C23 6.10.5.2)."""
        plan, as_string = operand
        out: list[Token] = []
        if self._expanded(args[-1]):
            out = self._substitute(macro, args, plan, pos, exp)
        if as_string:
            return [self._string(out, tok, pos, exp)]
        if out:
            out[0].space = tok.space
        return list(out) or [None]

    def _string(self, arg: list[Token], tok: Token, pos: int, exp: Expansion) -> Token:
        """`# parameter` (6.10.3.2)."""
        parts: list[str] = []
        for t in arg:
            if t.space and parts:
                parts.append(" ")
            value = t.value if isinstance(t.value, str) else ""
            if '"' in value or "'" in value:
                value = value.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(value)
        text = "".join(parts)
        if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
            where = Token(tok.type, tok.value, pos, False, tok.spell, exp)
            self.diag.warning("invalid-pp-token", where, "invalid string literal, ignoring final '\\'")
            text = text[:-1]
        self.produced += len(text) >> 4
        return Token("STRING_LITERAL", f'"{text}"', pos, tok.space, tok.spell, exp)

    def _paste(self, left: Token | None, right: Token | None, tok: Token, exp: Expansion) -> list[Token | None]:
        """`left ## right` (6.10.3.3)."""
        if left is None or right is None:
            return [left if right is None else right]
        joined = f"{left.value}{right.value}"
        m = TOKEN.match(joined)
        if m is None or m.group(2) != joined or self.types[joined] in ("BAD_CHAR", "BAD_QUOTE"):
            where = Token("HASHHASH", "##", left.pos, False, tok.spell, exp)
            self.diag.warning("invalid-token-paste", where, f"pasting formed '{joined}', an invalid preprocessing token")
            return [left, right]
        self.produced += len(joined) >> 4
        return [Token(self.types[joined], joined, left.pos, left.space, left.spell, left.exp)]
