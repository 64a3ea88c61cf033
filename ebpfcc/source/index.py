"""Long stretches of declarations: cut at their boundaries and indexed by name, lexed and parsed only when a name is asked for.

A vmlinux.h has 16,000 declarations, of which a program names a hundred. In: a stretch of text at file scope. Out: a REGION token, whose
value is a Region, and the tokens of those declarations whose names only the parser can tell. A name that the index does not have is not
declared there: where a stretch leaves doubt it is read as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from .endanger import PLAIN, STARTS, UNBALANCED, classify, endangered, words_of
from .expand import Expander
from .files import has_comment
from .lines import blank_comments
from .macros import Macro, PastTable
from .tokens import Token, lex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .endanger import Endangered
    from .preprocess import Frame, Preprocessor

# What bpftool writes, each line of members behind a tab.
NAME = r"[^\W\d]\w*"
TAIL = r"\}(?: __attribute__\(\([\w, ]*(?:\(\w*\))?\)\))*;\Z"
LINE = r"[^\n{}\"]*"
DEEP = rf"(?:\t(?:{LINE}|\t*(?:struct|union) \{{(?:\}}[^\n{{}};]*;)?|\t*\}}[^\n{{}};]*;)\n)*"
RECORD = re.compile(rf"((?:struct|union) {NAME}) \{{(?:\n{DEEP})?{TAIL}")
ENUM_ALIAS = re.compile(rf"typedef enum \{{\n(?:\t{LINE}\n)*\}} ({NAME});\Z")
FORWARD = re.compile(rf"((?:struct|union) {NAME});\Z")
ALIAS = re.compile(rf"typedef (?:{NAME} )+\**(?!struct\b|union\b|enum\b)({NAME})(?:\[\w*\])*;\Z")
POINTER = re.compile(rf"typedef (?:{NAME} )+\**\(\*({NAME})\)\([^(){{}};=]*\);\Z")
FUNCTION = re.compile(
    rf"typedef (?:(?:const )?(?:struct|union|enum) {NAME}|(?!(?:const|volatile|struct|union|enum|unsigned|signed) ){NAME})"
    rf" \**(?!int\b)({NAME})\([^(){{}};=]*\);\Z"
)
NAMELESS = re.compile(rf"typedef (?:struct|union) \{{\n{DEEP}\}} ({NAME});\Z")
ENUMERATOR = re.compile(r"\n\t(\w+)(?: = -?\w+)?,?(?=\n)")
FEW = 40  # names that are each searched for in less time than it takes to find all words


class Region:
    """Declarations by name. `tokens(number)` gives one of them, with the macros as they were where it stands."""

    def __init__(self, pp: Preprocessor, base: int, text: str, parts: list[str], gap: int, offsets: list[int] | None = None) -> None:
        self.base = base
        self.text = text
        self.parts = parts
        self.gap = gap  # characters between two parts
        self.offsets = offsets
        self.tags: dict[str, int] = {}  # as "struct name"
        self.forwards: dict[str, int] = {}
        self.typedefs: dict[str, int] = {}
        self.ordinary: dict[str, int] = {}
        self.again: dict[str, list[int]] = {}  # names (tags as above) that are declared more than once: all their declarations
        self.eager: list[int] = []  # those that are parsed in any case
        self.enums: list[int] = []  # whose enumerators stand one a line
        self.enumerators: frozenset[str] = frozenset()  # of those
        self.bodies = ""  # of all those, one behind the other
        self.body_ends: list[int] = []
        self.types = pp.types
        self.table = PastTable(pp.table, len(pp.table.log))
        self.expander = Expander(self.table.get, pp.types, pp.diag, pp._builtin)

    def is_typedef(self, name: str) -> bool:
        return name in self.typedefs

    def names(self) -> set[str]:
        return {*self.typedefs, *self.ordinary, *self.enumerators}

    def lookup(self, name: str) -> list[int]:
        """The declarations of a typedef name, function, object or enumerator, in order."""
        if name in self.again:
            return self.again[name]
        number = self.typedefs.get(name)
        if number is None:
            number = self.ordinary.get(name)
            if number is None:
                return self._enums_with(name) if name in self.enumerators else []
        return [number]

    def lookup_tag(self, tag: str) -> list[int]:
        """Those of a structure, union or enumeration, whichever it is: they share one name space (C11 6.2.3)."""
        numbers: list[int] = []
        for kind in ("struct ", "union ", "enum "):
            key = kind + tag
            if key in self.again:
                numbers += self.again[key]
            elif key in self.tags:
                numbers.append(self.tags[key])
            elif key in self.forwards:
                numbers.append(self.forwards[key])
        return sorted(numbers) if len(numbers) > 1 else numbers

    def has_other(self, kind: str, tag: str) -> bool:
        """Whether the tag is that of another kind."""
        for other in ("struct ", "union ", "enum "):
            if other != kind + " " and (other + tag in self.tags or other + tag in self.forwards):
                return True
        return False

    def tokens(self, number: int) -> list[Token]:
        from .preprocess import settle

        return settle(self.expander.expand(self.raw_tokens(number)), self.types, self.expander.diag)

    def raw_tokens(self, number: int) -> list[Token]:
        start = self.place(number)
        return lex(self.text, start, start + len(self.parts[number]), self.base, self.types)

    def place(self, number: int) -> int:
        """Where a declaration begins in the stretch."""
        if self.offsets is None:
            self.offsets = list(accumulate([len(part) + self.gap for part in self.parts], initial=0))
        return self.offsets[number]

    def add(self, table: dict[str, int], name: str, number: int) -> None:
        first = table.setdefault(name, number)
        if first != number:
            self.again.setdefault(name, [first]).append(number)

    def _enums_with(self, name: str) -> list[int]:
        if not self.body_ends:
            self.body_ends = list(accumulate([len(self.parts[number]) for number in self.enums]))
        line = "\n\t" + name
        found = []
        at = self.bodies.find(line)
        while at >= 0:
            if self.bodies[at + len(line)] in " ,\n":
                found.append(self.enums[bisect_right(self.body_ends, at)])
            at = self.bodies.find(line, at + 1)
        return found

    def rename(self) -> bool:
        """Names that are macros stand for others. False if such a macro is more than another name."""
        get = self.table.get
        words = [str(word) for word in self.table.table.now]
        for table, prefix in ((self.tags, "struct "), (self.tags, "union "), (self.tags, "enum "), (self.typedefs, ""), (self.ordinary, ""),
                              (self.enumerators, "")):  # fmt: skip
            for name in [word for word in words if prefix + word in table]:
                macro = get(name)
                if macro is None or isinstance(macro, Macro) and macro.func:
                    continue
                body = macro.text[macro.start : macro.end].strip() if isinstance(macro, Macro) else macro.strip()
                if body == name:
                    continue
                if not body.isidentifier() or not isinstance(table, dict) or get(body) is not None or prefix + name in self.again:
                    return False
                self.add(table, prefix + body, table.pop(prefix + name))
        return True


def find_regions(pp: Preprocessor, frame: Frame, start: int, end: int) -> list[Token] | None:
    """The tokens that stand for text[start:end], not yet expanded; None if it is to be read as it is. Two REGION tokens with the index stand
    around those of the declarations that are to be parsed."""
    if len(pp.frames) < 2 or not pp.at_file_scope():  # the main file's own declarations are all checked
        return None
    text = frame.text[start:end]
    if frame.file.has_comments and has_comment(text):
        text = blank_comments(text)
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    base = frame.base + start + lead
    found = regular(pp, text, base) or irregular(pp, text, base)
    if found is None or not found[0].rename():
        return None
    region, eager = found
    region.eager = eager
    if len(eager) == len(region.parts):
        return None
    out: list[Token] = []
    leading = 0  # the first of them may be the rest of a declaration that began before
    while leading < len(eager) and eager[leading] == leading:
        out += region.raw_tokens(leading)
        leading += 1
    mark = Token("REGION", region, base, False, base, None)
    out.append(mark)
    rest = eager[leading:]
    last = region.parts[-1]
    is_open = bool(rest) and rest[-1] == len(region.parts) - 1 and (last[-1] not in ";}" or last.count("{") > last.count("}"))  # goes on behind the stretch
    for number in rest[:-1] if is_open else rest:
        out += region.raw_tokens(number)
    out.append(mark)  # once more: all that stands in the stretch is known now
    return out + region.raw_tokens(rest[-1]) if is_open else out


def regular(pp: Preprocessor, text: str, base: int) -> tuple[Region, list[int]] | None:
    """A region in the form that bpftool writes: a blank line between declarations, members behind a tab, `}` in the first column.
    With it the numbers of the declarations that are to be parsed. None: the text has another form."""
    parts = text.split("\n\n")
    if {part[-1:] for part in parts[:FEW]} != {";"} or not {part[:1] for part in parts[:FEW]}.isdisjoint("\t} \n"):
        return None
    hidden = macros_inside(pp, text)
    if hidden is None:
        return None
    region = Region(pp, base, text, parts, 2)
    eager: list[int] = []
    tags, typedefs, enums = region.tags, region.typedefs, region.enums
    record, forward = RECORD.match, FORWARD.match
    alias, pointer, function, nameless, enum_alias = ALIAS.match, POINTER.match, FUNCTION.match, NAMELESS.match, ENUM_ALIAS.match
    for i, part in enumerate(parts):
        first = part[:7]
        if first == "struct " or part[:6] == "union ":
            at = part.find(" {")
            name = part[:at]
            if at < 0:
                m = forward(part)
                if m is not None:
                    region.forwards.setdefault(m[1], i)
                else:
                    eager.append(i)
                continue
            if part.rfind("{") != at + 1 or not part.endswith("\n};") or part.count("}") != 1:
                m = record(part)
                if m is None:
                    eager.append(i)
                    continue
                name = m[1]
            if name in tags:
                region.add(tags, name, i)
            else:
                tags[name] = i
        elif first == "typedef":
            m = alias(part) if "(" not in part else pointer(part) or function(part)
            if m is None:
                m = nameless(part)
            if m is None and part[:14] == "typedef enum {":
                m = enum_alias(part)
                if m is not None:
                    enums.append(i)
            if m is None:
                eager.append(i)
            elif m[1] in typedefs:
                region.add(typedefs, m[1], i)
            else:
                typedefs[m[1]] = i
        elif part[:5] == "enum " and part.endswith("\n};") and part.count("}") == part.count("{") == 1:
            enums.append(i)
            tag = part[5 : part.index("{")]
            if tag:
                if not tag[:-1].isidentifier() or tag[-1:] != " ":
                    eager.append(enums.pop())
                else:
                    region.add(tags, part[: 4 + len(tag)], i)
        else:
            eager.append(i)
    keys = "".join(tags)
    if keys.count(" ") != len(tags) or "(" in keys:
        return None
    note_enums(region, eager)
    held = hide(region, hidden) if hidden else set[int]()
    rest = understand(pp, region, [i for i in eager if i not in held])
    return None if rest is None else (region, sorted([*rest, *held]) if held else rest)


def note_enums(region: Region, eager: list[int]) -> None:
    """The enumerators of those that have a line for each; the other enumerations are taken back, to `eager`."""
    enums, parts = region.enums, region.parts
    bodies = "".join([parts[i] for i in enums])
    names = [line.partition(" = ")[0] for line in bodies.split("\n\t")[1:]]
    counted = {bodies.count(","), bodies.count(" = "), bodies.count("\n") - len(enums)}
    if counted != {len(names)} or "(" in bodies or " " in "".join(names):
        names = []
        region.enums = []
        for i in enums:
            lines = ENUMERATOR.findall(parts[i])
            if len(lines) == parts[i].count("\n") - 1:
                names += lines
                region.enums.append(i)
            else:
                eager.append(i)
        bodies = "".join([parts[i] for i in region.enums])
        taken = set(eager)
        for table in (region.tags, region.typedefs):
            for name in [name for name, number in table.items() if number in taken]:
                del table[name]
        eager.sort()
    region.bodies = bodies
    region.enumerators = frozenset(names)
    if len(region.enumerators) != len(names):
        count_again(region, names)


def irregular(pp: Preprocessor, text: str, base: int) -> tuple[Region, list[int]] | None:
    """A region of declarations in any form, as above."""
    from .cut import cut

    macros = endangered(words_of(text), pp.expander.get)
    places = cut(text, macros) if macros.cut else None
    if not places:
        return None
    parts = [text[start:end] for start, end in places]
    region = Region(pp, base, text, parts, 0, [start for start, _ in places])
    rest = note_declared(region, range(len(parts)), macros)
    return region, rest


def understand(pp: Preprocessor, region: Region, numbers: list[int]) -> list[int] | None:
    """Notes what the declarations of those numbers declare, and returns the ones that only the parser understands; None: it must read all."""
    if not numbers:
        return numbers
    macros = endangered(words_of(" ".join([region.parts[i] for i in numbers])), pp.expander.get)
    rest = note_declared(region, numbers, macros) if macros.cut else None
    if rest is None or any(region.parts[i][-1] not in ";}" or region.parts[i].count(a) != region.parts[i].count(b) for i in rest for a, b in ("{}", "()")):
        return None  # a blank line stood inside a declaration
    return rest


def note_declared(region: Region, numbers: Iterable[int], macros: Endangered) -> list[int]:
    from .declared import declared

    rest: list[int] = []
    parts, add = region.parts, region.add
    for i in numbers:
        found = declared(parts[i], macros)
        if found is None:
            rest.append(i)
            continue
        for name in found.tags:
            add(region.tags, name, i)
        for name in found.forwards:
            region.forwards.setdefault(name, i)
        for name in found.typedefs:
            add(region.typedefs, name, i)
        for name in found.ordinary:
            add(region.ordinary, name, i)
    return rest


def count_again(region: Region, names: list[str]) -> None:
    """Enumerators that two enumerations have."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            region.again[name] = region._enums_with(name)
        seen.add(name)


def macros_inside(pp: Preprocessor, text: str) -> str | None:
    """A pattern for the macros in a text that may declare something, empty if there are none; None: they may open or close what they do not end."""
    get = pp.expander.get
    known: dict[str, int] = {}
    names = [n for n in dict.fromkeys(name for name, _ in pp.table.log) if get(n) is not None and classify(n, get, known, 0) > PLAIN]
    if not STARTS.isdisjoint(pp.table.now):
        return None
    if len(names) > FEW:
        words = words_of(text)
        names = [name for name in names if name in words]
    patterns = []
    for name in names:
        if name in text:
            macro = get(name)
            patterns.append(rf"(?<!\w){re.escape(name)}" + (r"\s*\(" if isinstance(macro, Macro) and macro.func else r"(?!\w)"))
            if re.search(patterns[-1], text) is None:
                patterns.pop()
            elif known[name] == UNBALANCED:
                return None
    return "|".join(patterns)


def hide(region: Region, hidden: str) -> set[int]:
    """Takes the declarations in which such macros stand out of the index; their numbers."""
    search = re.compile(hidden).search
    held = {i for i, part in enumerate(region.parts) if search(part)}
    for table in (region.tags, region.forwards, region.typedefs, region.ordinary):
        for name in [name for name, number in table.items() if number in held]:
            del table[name]
    for name, numbers in list(region.again.items()):
        region.again[name] = [number for number in numbers if number not in held]
    region.enums = [i for i in region.enums if i not in held]
    region.bodies = "".join([region.parts[i] for i in region.enums])
    region.enumerators = frozenset(ENUMERATOR.findall(region.bodies))
    return held
