"""What assembly says of its own text: .macro, .rept, .irp, .irpc (GNU as manual, sections 7.79 to 7.100) and .if with its like. Statements go in
one by one and come out as they are to be assembled."""

from __future__ import annotations

import re

from .asm_error import AsmError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ENDS = {".macro": (".endm", ".endmacro"), ".rept": (".endr",), ".rep": (".endr",), ".irp": (".endr",), ".irpc": (".endr",)}
LABEL = re.compile(r"\s*([A-Za-z_.$][\w.$]*|\d+)\s*:(?!:)")
DEEPEST = 200
MOST = 1 << 17  # statements: kernels take programs of up to a million instructions


class Macro:
    def __init__(self, parameters: list[tuple[str, str, str]], body: list[str]) -> None:
        self.parameters = parameters  # (name, what it is if it is not given, "req" | "vararg" | "")
        self.body = body


class Conditions:
    """.if and its like (GNU as manual, section 7.57), nested: for each whether its present part is assembled, and whether one was."""

    def __init__(self, number: Callable[[str], int], is_defined: Callable[[str], bool]) -> None:
        self.stack: list[tuple[bool, bool]] = []
        self.number = number
        self.is_defined = is_defined

    def hides(self, statement: str) -> bool:
        """Whether a statement is not to be assembled: it is a condition itself, or a condition leaves it out."""
        word, _, rest = statement.replace("\t", " ").partition(" ")
        word = word.lower()
        shown = all(now for now, _ in self.stack)
        if word.startswith(".if"):
            holds = shown and self.holds(word, rest, statement)
            self.stack.append((holds, holds))
        elif word in (".else", ".elseif", ".endif"):
            if not self.stack:
                raise AsmError(f"'{word}' without '.if'", statement)
            _, before = self.stack.pop()
            if word != ".endif":
                holds = not before and all(now for now, _ in self.stack) and (word == ".else" or self.holds(".if", rest, statement))
                self.stack.append((holds, before or holds))
        else:
            return not shown
        return True

    def holds(self, word: str, rest: str, statement: str) -> bool:
        if word in (".ifc", ".ifnc", ".ifeqs", ".ifnes"):
            a, _, b = rest.partition(",")
            return (a.strip().strip("'\"") == b.strip().strip("'\"")) == (word in (".ifc", ".ifeqs"))
        if word in (".ifb", ".ifnb"):
            return (not rest.strip()) == (word == ".ifb")
        if word in (".ifdef", ".ifndef", ".ifnotdef"):
            return self.is_defined(rest.strip()) == (word == ".ifdef")
        tests = {".if": "!=", ".ifne": "!=", ".ifeq": "==", ".iflt": "<", ".ifle": "<=", ".ifgt": ">", ".ifge": ">="}
        if word not in tests:
            raise AsmError("unknown directive", statement)
        n = self.number(rest)
        return {"!=": n != 0, "==": n == 0, "<": n < 0, "<=": n <= 0, ">": n > 0, ">=": n >= 0}[tests[word]]


class Expander:
    """emit: takes a statement that is left; number: the value of an expression; is_defined: whether a symbol is known."""

    def __init__(self, emit: Callable[[str], None], number: Callable[[str], int], is_defined: Callable[[str], bool]) -> None:
        self.emit = emit
        self.number = number
        self.conditions = Conditions(number, is_defined)
        self.macros: dict[str, Macro] = {}
        self.opening = ""  # the statement whose body is being read
        self.body: list[str] = []
        self.nested: list[str] = []
        self.depth = 0
        self.used = 0
        self.total = 0

    def feed(self, statement: str) -> None:
        statement = statement.strip()
        self.total += 1
        if self.total > 2 * MOST:
            raise AsmError("assembly is too long", statement)
        word = statement.split(None, 1)[0].lower() if statement else ""
        if self.opening:
            self.collect(word, statement)
        elif not statement or self.conditions.hides(statement):
            return
        elif (label := LABEL.match(statement)) is not None:
            self.emit(label[0])
            self.feed(statement[label.end() :])
        elif word in ENDS:
            self.opening, self.body, self.nested = statement, [], [word]
        elif word in (".endr", ".endm", ".endmacro"):
            raise AsmError(f"'{word}' without '{'.rept' if word == '.endr' else '.macro'}'", statement)
        elif word == ".purgem":
            self.macros.pop(statement.split(None, 1)[1].strip().lower(), None)
        elif word in self.macros:
            self.call(self.macros[word], statement)
        else:
            self.emit(statement)

    def finish(self) -> None:
        if self.opening:
            raise AsmError(f"'{ENDS[self.nested[0]][0]}' is missing", self.opening)
        if self.conditions.stack:
            raise AsmError("'.endif' is missing", ".if")

    def collect(self, word: str, statement: str) -> None:
        if word in ENDS:
            self.nested.append(word)
        elif word in ENDS[self.nested[-1]]:
            self.nested.pop()
            if not self.nested:
                opening, self.opening = self.opening, ""
                self.repeat(opening, self.body)
                return
        self.body.append(statement)

    def play(self, body: list[str], replace: Callable[[str], str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise AsmError("macros are nested too deeply", body[0] if body else "")
        for statement in body:
            for piece in replace(statement).split("\n"):
                self.feed(piece)
        self.depth -= 1

    def repeat(self, opening: str, body: list[str]) -> None:
        word, _, rest = opening.replace("\t", " ").partition(" ")
        word = word.lower()
        if word == ".macro":
            self.define(rest, body, opening)
        elif word in (".rept", ".rep"):
            n = self.number(rest)
            if n < 0:
                raise AsmError("negative count", opening)
            if n * len(body) > MOST:
                raise AsmError(f"'.rept' makes more than {MOST} statements", opening)
            for _ in range(n if body else 0):
                self.play(body, lambda text: text)
        else:
            name, _, values = rest.strip().replace(" ", ",", 1).partition(",")
            items = list(values.strip(' ,"')) if word == ".irpc" else [v.strip() for v in values.strip(" ,").split(",")]
            for item in items:
                self.play(body, substitution({name: item}, self.used))

    def define(self, rest: str, body: list[str], opening: str) -> None:
        name, _, declared = rest.strip().partition(" ")
        if "," in name:
            name, _, more = name.partition(",")
            declared = more + " " + declared
        if not re.fullmatch(r"[A-Za-z_.$][\w.$]*", name):
            raise AsmError("invalid macro name", opening)
        parameters = []
        for word in re.findall(r"[\w.$]+(?::\w+)?(?:\s*=\s*(?:\"[^\"]*\"|[^\s,]+))?", declared):
            head, _, default = word.partition("=")
            parameter, _, kind = head.strip().partition(":")
            parameters.append((parameter, default.strip().strip('"'), kind))
        self.macros[name.lower()] = Macro(parameters, body)

    def call(self, macro: Macro, statement: str) -> None:
        _, _, rest = statement.replace("\t", " ").partition(" ")
        given = arguments(rest)
        values = {name: default for name, default, _ in macro.parameters}
        position = 0
        for n, argument in enumerate(given):
            name, equals, value = argument.partition("=")
            if equals and name.strip() in values and not value.startswith("="):
                values[name.strip()] = value.strip()
            elif position >= len(macro.parameters):
                raise AsmError("too many arguments of a macro", statement)
            elif macro.parameters[position][2] == "vararg":
                values[macro.parameters[position][0]] = ", ".join(given[n:])
                break
            else:
                if argument:
                    values[macro.parameters[position][0]] = argument
                position += 1
        for name, _, kind in macro.parameters:
            if kind == "req" and not values[name]:
                raise AsmError(f"missing value for required parameter '{name}' of a macro", statement)
        self.used += 1
        self.play(macro.body, substitution(values, self.used - 1))


def arguments(text: str) -> list[str]:
    """Separated by commas, but for those in brackets and quotes."""
    out, depth, quoted, piece = [], 0, False, ""
    for c in text.strip():
        if c == '"':
            quoted = not quoted
        elif not quoted and c in "([":
            depth += 1
        elif not quoted and c in ")]":
            depth -= 1
        elif c == "," and not quoted and depth == 0:
            out.append(piece.strip())
            piece = ""
            continue
        piece += c
    if piece.strip() or out:
        out.append(piece.strip())
    return [p[1:-1] if len(p) > 1 and p[0] == p[-1] == '"' else p for p in out]


def substitution(values: dict[str, str], used: int) -> Callable[[str], str]:
    names = sorted(values, key=len, reverse=True)
    pattern = re.compile(r"\\(?:(" + "|".join(map(re.escape, names)) + r")(?![\w$])|(@)|\(\))" if names else r"\\(?:(?!)()|(@)|\(\))")

    def one(m: re.Match[str]) -> str:
        return values[m[1]] if m[1] else str(used) if m[2] else ""

    return lambda text: pattern.sub(one, text)
