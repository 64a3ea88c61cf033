"""Long stretches of declarations: cut at their boundaries and indexed by name, lexed and parsed only when a name is asked for.

A vmlinux.h has 27,000 declarations, of which a program names a hundred. In: a stretch of text at file scope. Out: a REGION token, whose
value is a Region, and the tokens of those declarations that the patterns here do not understand.
"""

from __future__ import annotations

import re
from itertools import accumulate

from .expand import Expander
from .files import has_comment
from .lines import blank_comments
from .macros import Macro, PastTable
from .tokens import Token, lex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .preprocess import Frame, Preprocessor

# The ends of declarations: what follows begins a line, in its first column.
BOUNDARY = re.compile(r"(?<=[;}])\s*\n(?=[^\W\d])")
TAGGED = re.compile(r"(struct|union|enum)\s+(\w+)\s*\{")
FORWARD = re.compile(r"(?:struct|union)\s+\w+\s*;\Z")
ANONYMOUS_ENUM = re.compile(r"enum\s*\{")
ENUMERATOR = re.compile(r"[{,]\s*([^\W\d]\w*)\s*(?=[,=}])")
TYPEDEF = re.compile(r"typedef\b[^{}()]*?\b(\w+)\s*(?:\[[^\]]*\]\s*)*;\Z")
TYPEDEF_POINTER = re.compile(r"typedef\b[^{}()]*\(\s*\*[*\s]*(?:const\s+)?(\w+)\s*(?:\[\w*\])?\)\s*[(\[][^{};]*[)\]]\s*;\Z")
TYPEDEF_FUNCTION = re.compile(r"typedef\b[^{}()]*?\b(\w+)\s*\([^{};]*\)\s*;\Z")
TYPEDEF_RECORD = re.compile(r"typedef\s+(?:struct|union|enum)\b\s*(\w*)\s*\{.*\}\s*(\w+)\s*;\Z", re.S)
HELPER = re.compile(r"static\s+[^(){};=]*\(\s*\*\s*(?:const\s+)?(\w+)\s*\)\s*\([^{};=]*\)\s*=\s*\([^;{}]*;\Z")
PROTOTYPE = re.compile(r"extern\b[^(){};=]*?\b(\w+)\s*\([^{};=]*;\Z")
TAIL = re.compile(r"\}\s*(?:__attribute__\s*\(\([\w\s,()]*\)\)\s*|__\w+\s*)?;\Z")
TYPE_HEAD = re.compile(r"(?:typedef|struct|union|enum)\b")
ENUM_VALUE = re.compile(r"=[^,}]*")
BRACE = re.compile(r"[{}]")
ENUMERATOR_LINE = re.compile(r"\n\t(\w+) ?[=,\n]")  # the last one needs no comma


class Region:
    """Declarations by name. `tokens(number)` gives one of them, with the macros as they were where it stands."""

    def __init__(self, pp: Preprocessor, base: int, text: str, parts: list[str], gap: int, offsets: list[int] | None = None) -> None:
        self.base = base
        self.text = text
        self.parts = parts
        self.gap = gap  # characters between two parts
        self.offsets = offsets
        self.tags: dict[str, int] = {}  # as "struct name"
        self.typedefs: dict[str, int] = {}
        self.ordinary: dict[str, int] = {}
        self.enums: list[int] | None = None  # those whose enumerators were not looked at yet
        self.types = pp.types
        self.table = PastTable(pp.table, len(pp.table.log))
        self.expander = Expander(self.table.get, pp.types, pp.diag, pp._builtin)

    def is_typedef(self, name: str) -> bool:
        return name in self.typedefs

    def lookup(self, name: str) -> int | None:
        """The declaration of a typedef name, function, object or enumerator."""
        number = self.typedefs.get(name)
        if number is None:
            number = self.ordinary.get(name)
            if number is None and self.enums:
                self._read_enums(self.enums)
                self.enums = None
                number = self.ordinary.get(name)
        return number

    def lookup_tag(self, tag: str) -> int | None:
        for kind in ("struct ", "union ", "enum "):
            number = self.tags.get(kind + tag)
            if number is not None:
                return number
        return None

    def tokens(self, number: int) -> list[Token]:
        if self.offsets is None:
            gap = self.gap
            self.offsets = list(accumulate([len(part) + gap for part in self.parts], initial=0))
        start = self.offsets[number]
        return self.expander.expand(lex(self.text, start, start + len(self.parts[number]), self.base, self.types))

    def _read_enums(self, numbers: list[int]) -> None:
        names: dict[str, int] = {}
        parts = self.parts
        for number in numbers:
            names.update(dict.fromkeys(ENUMERATOR_LINE.findall(parts[number]), number))
        self.rename(names)
        self.ordinary.update(names)

    def rename(self, names: dict[str, int], prefix: str = "") -> bool:
        """Names that are macros stand for others. False if such a macro is more than another name."""
        get = self.table.get
        defined = self.table.table.now
        for name in [n for n in defined if prefix + str(n) in names]:
            macro = get(name)
            if macro is None or isinstance(macro, Macro) and macro.func:
                continue
            body = macro.text[macro.start : macro.end].strip() if isinstance(macro, Macro) else macro.strip()
            if not body.isidentifier():
                return False
            if body != name:
                names[prefix + body] = names.pop(prefix + str(name))
        return True


def find_regions(pp: Preprocessor, frame: Frame, start: int, end: int) -> list[Token] | None:
    """The tokens that stand for text[start:end]; None if it is to be read as it is."""
    if len(pp.frames) < 2 or not pp.at_file_scope():  # the main file's own declarations are all checked
        return None
    text = frame.text[start:end]
    if frame.file.has_comments and has_comment(text):
        text = blank_comments(text)
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    base = frame.base + start + lead
    region, eager = regular(pp, text, base) or irregular(pp, text, base)
    if not (region.rename(region.tags, "struct ") and region.rename(region.tags, "union ") and region.rename(region.tags, "enum ")
            and region.rename(region.typedefs) and region.rename(region.ordinary)):  # fmt: skip
        return None
    if not region.parts:
        return None
    out = [Token("REGION", region, base, False, base, None)]
    for number in eager:
        out += region.tokens(number)
    return out


def regular(pp: Preprocessor, text: str, base: int) -> tuple[Region, list[int]] | None:
    """A region in the form that bpftool writes: a blank line between declarations, members behind a tab, `}` in the first column.
    With it the numbers of the declarations that are not understood. None: the text has another form."""
    parts = text.split("\n\n")
    between = 2 * (len(parts) - 1)
    if {part[-1:] for part in parts} != {";"} or not {part[:1] for part in parts}.isdisjoint("\t} \n"):
        return None
    if text.count("\n") != text.count("\n\t") + text.count("\n}") + between:
        return None
    region = Region(pp, base, text, parts, 2)
    heads = [part.partition(" {")[0] for part in parts]
    region.tags = dict(zip(heads, range(len(parts))))
    region.enums = [i for i, head in enumerate(heads) if head[:4] == "enum"]
    eager: list[int] = []
    typedefs = region.typedefs
    for i, part in enumerate(parts):
        if part[:7] == "typedef":
            if "{" not in part:  # mostly `typedef int name;` and `typedef int (*name)(int);`
                at = part.find("(")
                name = part[part.rfind(" ") + 1 : -1].lstrip("*") if at < 0 else part[at + 2 : part.find(")", at)] if part[at + 1] == "*" else ""
                if name.isidentifier():
                    typedefs[name] = i
                    continue
            _typedef(region, part, i, eager)
        elif part[-2:] != "};" or part[:6] not in ("struct", "union ", "enum {") and part[:5] != "enum ":
            if part[:7] != "struct " or not part[7:-1].isidentifier():  # else a forward declaration
                _other(region, part, i, eager)
    return region, eager


def irregular(pp: Preprocessor, text: str, base: int) -> tuple[Region, list[int]]:
    """A region of declarations in any form, and the numbers of those that are not understood."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    pending = -1  # where an unfinished declaration begins
    for end in [*(m.start() for m in BOUNDARY.finditer(text)), len(text)]:
        begin = at if pending < 0 else pending
        piece = text[begin:end]
        stripped = piece.lstrip()
        begin += len(piece) - len(stripped)
        at = end
        if stripped.count("{") != stripped.count("}") or stripped[-1:] == "}" and TYPE_HEAD.match(stripped):
            pending = begin
            continue
        pending = -1
        if stripped:
            pieces.append(stripped.rstrip())
            offsets.append(begin)
    if pending >= 0:
        pieces.append(text[pending:])
        offsets.append(pending)
    region = Region(pp, base, text, pieces, 0, offsets)
    eager: list[int] = []
    for i, piece in enumerate(pieces):
        if piece[:7] == "typedef":
            _typedef(region, piece, i, eager)
        else:
            _other(region, piece, i, eager)
    return region, eager


def _typedef(region: Region, part: str, number: int, eager: list[int]) -> None:
    if "{" not in part:
        m = (TYPEDEF if "(" not in part else TYPEDEF_POINTER if "*" in part.partition("(")[2][:3] else TYPEDEF_FUNCTION).match(part)
        if m is not None and m[1] != "__attribute__":
            region.typedefs[m[1]] = number
            return
    else:
        m = TYPEDEF_RECORD.match(part)
        if m is not None and _one_body(part) and (part[8:12] != "enum" or _enumerators(region, part, number)):
            if m[1]:
                region.tags[f"{part.split(None, 2)[1]} {m[1]}"] = number
            region.typedefs[m[2]] = number
            return
    eager.append(number)


def _other(region: Region, part: str, number: int, eager: list[int]) -> None:
    m = TAGGED.match(part)
    if m is not None:
        if TAIL.search(part) and _one_body(part) and (m[1] != "enum" or _enumerators(region, part, number)):
            region.tags[f"{m[1]} {m[2]}"] = number
            return
    elif FORWARD.match(part):
        return
    elif ANONYMOUS_ENUM.match(part):
        if TAIL.search(part) and _one_body(part) and _enumerators(region, part, number):
            return
    else:
        m = HELPER.match(part) or PROTOTYPE.match(part)
        if m is not None and part.count(";") == 1 and "__attribute__" not in m[1]:
            region.ordinary[m[1]] = number
            return
    eager.append(number)


def _enumerators(region: Region, part: str, number: int) -> bool:
    """Notes an enumeration's constants; False if macros may make some."""
    body = part[part.index("{") : part.rindex("}") + 1]
    names = ENUMERATOR.findall(body)
    if len(names) < body.count(",") or "(" in ENUM_VALUE.sub("", body):
        return False
    region.ordinary.update(dict.fromkeys(names, number))
    return True


def _one_body(part: str) -> bool:
    """Whether the first brace is closed by the last: one declaration, not several."""
    if part.count("{") == 1:
        return True
    depth = 0
    last = part.rindex("}")
    for m in BRACE.finditer(part):
        depth += 1 if m[0] == "{" else -1
        if depth == 0:
            return m.start() == last
    return False
