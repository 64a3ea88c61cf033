"""Random headers: declarations of every kind in every layout that a person or a generator writes."""

from __future__ import annotations

import random
import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\.\.\.|\w+|->|<<|>>|==|[^\w\s]')
GLUED = frozenset(("(", ")", "[", "]", ",", ";", "{", "}", "*", ":", "="))
BASE = "int;unsigned int;char;long;unsigned long long;short unsigned int;_Bool;signed char;const char;volatile int".split(";")
ATTRIBUTES = (
    "__attribute__((packed))",
    "__attribute__((aligned(8)))",
    "__attribute__((unused))",
    "__attribute__((packed, aligned(4)))",
    "PACKED",
    "ALIGNED(16)",
)
MACROS = """#define PACKED __attribute__((packed))
#define ALIGNED(n) __attribute__((aligned(n)))
#define NOTHING
#define WORD unsigned int
#define HOLD(t, n) t n
#define ARRAY(t, n) t n[4]
#define RECORD(n) struct n { int a; long b; }
#define MAKE(n) struct n { int a; long b; };
#define LIST(x) x(A_##x) x(B_##x)
#define EXTERNAL extern
#define TWO(a, b) int a, b
"""


class Header:
    """text: the header; names, tags: what was meant to be declared."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.types: list[str] = []
        self.structs: list[str] = []
        self.enumerators: list[str] = []
        self.names: list[str] = []
        self.tags: list[tuple[str, str]] = []
        self.style = self.random.choice(["bpftool", "kernel", "lines", "tokens", "random", "mixed"])
        macros = self.random.random() < 0.5
        self.makers = [*PLAIN, *(WITH_MACROS if macros else ())]
        parts = [self.random.choice(self.makers)(self) for _ in range(self.random.randint(1, 40))]
        self.text = self.lay_out(parts, macros)

    def new(self, what: str = "n") -> str:
        self.count += 1
        return f"{what}{self.count}"

    def name(self, what: str = "n") -> str:
        self.names.append(self.new(what))
        return self.names[-1]

    def tag(self, kind: str) -> str:
        self.tags.append((kind, self.new(kind[0] + "t")))
        return self.tags[-1][1]

    def type(self) -> str:
        choices = list(BASE)
        choices += [self.random.choice(self.types)] * 6 if self.types else []
        choices += ["struct " + self.random.choice(self.structs)] * 3 if self.structs else []
        return self.random.choice(choices)

    def maybe(self, text: str, chance: float = 0.3) -> str:
        return text if self.random.random() < chance else ""

    def attribute(self) -> str:
        return self.maybe(self.random.choice(ATTRIBUTES[:4]), 0.2)

    def member(self, depth: int) -> str:
        r = self.random.random()
        n = self.new("m")
        if r < 0.12 and depth < 3:
            return f"{self.random.choice(['struct', 'union'])} {{ {self.members(depth + 1)} }} {self.attribute()} {self.maybe(n, 0.6)};"
        if r < 0.18 and depth < 3:
            kind = self.random.choice(["struct", "union"])
            return f"{kind} {self.tag(kind)} {{ {self.members(depth + 1)} }} {n};"
        if r < 0.24:
            return f"enum {self.maybe(self.tag_later('enum'))} {{ {self.enumerator_list()} }} {n};"
        if r < 0.32:
            return f"{self.type()} (*{n})({self.parameters()});"
        if r < 0.40:
            return f"unsigned int {n} : {self.random.randint(1, 20)}, {self.new('m')} : 3;"
        if r < 0.48:
            return f"{self.type()} {n}[{self.random.randint(1, 9)}], *{self.new('m')};"
        if r < 0.52:
            return f"struct {self.new('opaque')} *{n};"
        return f"{self.type()} {self.maybe('*')}{n} {self.attribute()};"

    def tag_later(self, kind: str) -> str:
        tag = self.new(kind[0] + "t")
        return tag

    def members(self, depth: int = 0) -> str:
        return " ".join(self.member(depth) for _ in range(self.random.randint(1, 4)))

    def enumerator_list(self) -> str:
        items = []
        for _ in range(self.random.randint(1, 5)):
            n = self.name("E")
            r = self.random.random()
            value = (
                ""
                if r < 0.4
                else f" = {self.random.randint(-5, 99)}"
                if r < 0.7
                else f" = (1 << {self.random.randint(0, 9)})"
                if r < 0.85
                else " = sizeof(int)"
            )
            if self.enumerators and self.random.random() < 0.1:
                value = f" = {self.random.choice(self.enumerators)} + 1"
            items.append(n + self.maybe(" __attribute__((deprecated))", 0.05) + value)
            self.enumerators.append(n)
        return ", ".join(items) + self.maybe(",", 0.5)

    def parameters(self) -> str:
        n = self.random.randint(0, 3)
        if n == 0:
            return "void"
        out = []
        for _ in range(n):
            r = self.random.random()
            if r < 0.2:
                out.append(f"{self.type()} (*{self.maybe(self.new('p'))})({self.random.choice(['void', 'int', 'int, void (*)(void)'])})")
            else:
                out.append(f"{self.type()} *{self.maybe(self.new('p'))}" if r < 0.7 else f"int {self.maybe(self.new('p'))}")
        return ", ".join(out) + self.maybe(", ...", 0.1)

    # -- layouts ---------------------------------------------------------------------------------------------------------
    def lay_out(self, parts: list[str], macros: bool) -> str:
        out = [MACROS] if macros else []
        for part in parts:
            style = self.style if self.style != "mixed" else self.random.choice(["bpftool", "kernel", "lines", "tokens", "random"])
            out.append(LAYOUTS[style](self, TOKEN.findall(part)))
            out.append("\n\n" if style == "bpftool" else self.random.choice(["\n", "\n\n", " ", "\n\n\n"] if self.style != "bpftool" else ["\n\n"]))
            if self.random.random() < 0.08:
                directive = self.random.choice(
                    ["#define M%d 1", "#if 0\nstruct %d {\n#endif", "#ifndef N%d\n#endif", "#pragma pack(push, %d)\n#pragma pack(pop)"]
                )
                out.append("\n" + directive % (2 if "pack" in directive else self.count) + "\n")
        return "".join(out).strip() + "\n"

    def joined(self, tokens: list[str]) -> str:
        out = tokens[0]
        for before, tok in zip(tokens, tokens[1:]):
            out += ("" if tok in ";,)]" or before in "([*" or tok == "(" and before not in "=," else " ") + tok
        return out

    def bpftool(self, tokens: list[str]) -> str:
        out, depth, start = "", 0, True
        line: list[str] = []

        def flush() -> None:
            nonlocal out, line
            if line:
                out += ("\n" if out else "") + "\t" * depth + self.joined(line)
                line = []

        kinds: list[bool] = []  # of an enumeration
        for i, tok in enumerate(tokens):
            if tok == "{":
                line.append(tok)
                flush()
                kinds.append("enum" in tokens[max(0, i - 2) : i])
                depth += 1
            elif tok == "}":
                flush()
                depth -= 1
                kinds.pop()
                line.append(tok)
            elif tok == ";" and depth >= 0:
                line.append(tok)
                if line[0] != "for":
                    flush()
            elif tok == "," and kinds and kinds[-1] and line.count("(") == line.count(")"):
                line.append(tok)
                flush()
            else:
                line.append(tok)
        flush()
        return out if start else ""

    def kernel(self, tokens: list[str]) -> str:
        text = self.bpftool(tokens)
        if self.random.random() < 0.3:
            text = "/* What { it ( is; */\n" + text
        if self.random.random() < 0.3:
            text = text.replace(";\n", ";\t/* typedef int x; */\n", 1)
        if self.random.random() < 0.2:
            text = text.replace(" {", "\n{")
        if self.random.random() < 0.2:
            text = text.replace("\t", "    ")
        return text

    def lines(self, tokens: list[str]) -> str:
        return self.joined(tokens)

    def tokens(self, tokens: list[str]) -> str:
        return "\n".join(tokens)

    def scattered(self, tokens: list[str]) -> str:
        blanks = [" ", " ", " ", "\n", "\t", "  ", "\n\n", "/* ; } */", " // } {\n", " \\\n ", "\n\t", "/* ' */ "]
        out = tokens[0]
        for before, tok in zip(tokens, tokens[1:]):
            out += self.random.choice(blanks if before not in GLUED and tok not in GLUED else [*blanks, "", "", "", ""]) + tok
        return out


def record(h: Header) -> str:
    kind = h.random.choice(["struct", "struct", "union"])
    body = h.members()
    tag = h.tag(kind)
    if kind == "struct":
        h.structs.append(tag)
    r = h.random.random()
    before, after = (h.attribute(), "") if r < 0.3 else ("", h.attribute())
    return f"{kind} {before} {tag} {{ {body} }} {after};"


def enumeration(h: Header) -> str:
    return f"enum {h.maybe(h.tag('enum'), 0.6)} {{ {h.enumerator_list()} }} {h.maybe('__attribute__((packed))', 0.1)};"


def forward(h: Header) -> str:
    return f"struct {h.random.choice(h.structs) if h.structs and h.random.random() < 0.5 else h.new('fwd')};"


def alias(h: Header) -> str:
    t = h.type()
    n = h.name("t")
    text = f"typedef {t} {h.maybe('*')}{n}{h.maybe('[3]', 0.1)} {h.attribute()};"
    if "packed" not in text and "[" not in text and "*" not in text and "volatile" not in text:
        h.types.append(n)
    return text + (f" typedef {t} {n};" if h.random.random() < 0.1 and "[" not in text and "*" not in text and "(" not in text else "")


def aliases(h: Header) -> str:
    return f"typedef {h.type()} {h.name('t')}, *{h.name('t')}, {h.name('t')}[2], (*{h.name('t')})(int);"


def function_alias(h: Header) -> str:
    t, n = h.type(), h.name("f")
    return h.random.choice([f"typedef {t} {n}({h.parameters()});", f"typedef {t} ({n})({h.parameters()});", f"typedef {t} (*{n})({h.parameters()});",
                            f"typedef {t} *(*{n}[2])({h.parameters()});", f"typedef {t} ({n});", f"{t} typedef {n};"])  # fmt: skip


def record_alias(h: Header) -> str:
    kind = h.random.choice(["struct", "union"])
    tag = h.maybe(h.tag_later(kind), 0.4)
    return f"typedef {kind} {tag} {{ {h.members()} }} {h.attribute()} {h.maybe('*', 0.1)}{h.name('t')};"


def enum_alias(h: Header) -> str:
    return f"typedef enum {h.maybe(h.tag_later('enum'), 0.4)} {{ {h.enumerator_list()} }} {h.name('t')};"


def prototype(h: Header) -> str:
    t, n = h.type(), h.name("fn")
    parameters = h.parameters()
    form = h.random.choice(["extern {t} {n}({p});", "{t} {n}({p});", "extern {t} *{n}({p}) __attribute__((weak));", "extern __attribute__((unused)) {t} {n}({p});",
                            "extern {t} {n}({p}), {m}(void);", "extern {t} ({n})({p});", "__extension__ extern {t} {n}({p});"])  # fmt: skip
    return form.format(t=t, n=n, p=parameters, m=h.name("fn") if "{m}" in form else "")


def object_(h: Header) -> str:
    t, n = h.type(), h.name("o")
    form = h.random.choice(["extern {t} {n};", "extern {t} *{n}[2];", "extern const {t} {n} __attribute__((section(\".ksyms\")));", "extern {t} {n}, *{m};",
                            "static const int {n} = {k};", "static int {n}[] = {{ 1, 2, {{3}} }};", "struct {{ int a; }} {n};", "extern {t} ({n});",
                            "extern struct {s} {{ int x; }} {n};", "static {t} (*{n})(void);", "static long (*{n})(void *p) = (void *) 7;"])  # fmt: skip
    tag = h.tag_later("struct") if "{s}" in form else ""
    return form.replace("{{3}}", "3").format(t=t, n=n, m=h.name("o") if "{m}" in form else "", k=h.random.randint(0, 9), s=tag)


def function(h: Header) -> str:
    n = h.name("fn")
    return h.random.choice([
        f"static inline int {n}(int a) {{ if (a) {{ return 1; }} return a; }}", f"static int {n}(a, b) int a; long b; {{ return a + b; }}",
        f"static inline __attribute__((always_inline)) long {n}(void) {{ struct {h.new('in')} {{ int x; }} v = {{ 1 }}; return v.x; }}",
        f"static void {n}(void) {{ }}", f"static struct {h.new('op')} *{n}(void) {{ return 0; }}",
        f"static int {n}(const char *s) {{ return s == \"}};{{\" ; }}"])  # fmt: skip


def assertion(h: Header) -> str:
    return h.random.choice(['_Static_assert(sizeof(int) == 4, "size; {");', '_Static_assert(1, "");', "extern int undeclared_somewhere;", ";"])


def with_macro(h: Header) -> str:
    n, m = h.name("o"), h.name("o")
    tag = h.tag("struct")
    return h.random.choice([
        f"EXTERNAL int {n};", f"HOLD(extern int, {n});", f"extern ARRAY(int, {n});", f"RECORD({tag});", f"MAKE({tag})", f"extern TWO({n}, {m});".replace("extern ", ""),
        f"extern WORD {n};", f"typedef WORD {n};", f"struct PACKED {tag} {{ char c; HOLD(int, x); ARRAY(short, y); }};", f"struct {tag} {{ RECORD(in{tag}) x; }} PACKED;",
        f"struct {tag} {{ int x; }} ALIGNED(16);", f"NOTHING extern int {n} NOTHING;", f"typedef struct {{ HOLD(int, x); }} PACKED {n};",
        f"extern int {n}(HOLD(int, a)) NOTHING;", f"enum {{ HOLD(, {n}) = 3, {m} }};", f"typedef int NOTHING {n};", f"HOLD(typedef int, {n});",
        f"typedef RECORD({tag}) {n};", f"extern int NOTHING ({n});", f"struct {tag} {{ MAKE(in{tag}) int x; }};"])  # fmt: skip


PLAIN = (record, record, record, enumeration, forward, alias, alias, aliases, function_alias, record_alias, enum_alias, prototype, object_, function, assertion)
WITH_MACROS = (with_macro, with_macro, with_macro)
LAYOUTS = {"bpftool": Header.bpftool, "kernel": Header.kernel, "lines": Header.lines, "tokens": Header.tokens, "random": Header.scattered}


def contradiction(h: Header) -> str:
    """A declaration under a name of the header's: mostly an error, sometimes none."""
    r = h.random
    if h.tags and r.random() < 0.5:
        kind, tag = r.choice(h.tags)
        return r.choice(
            [
                f"struct {tag} {{ int other; }};",
                f"union {tag} {{ int other; }};",
                f"enum {tag} {{ OTHER_{tag} }};",
                f"{kind} {tag};",
                f"extern struct {tag} *o_{tag};",
            ]
        )
    n = r.choice(h.names) if h.names else "x"
    return r.choice([f"int {n};", f"typedef int {n};", f"enum {{ {n} }};", f"int {n}(void);", f"static int {n}(void) {{ return 0; }}", f"extern const char {n};",
                     f"typedef struct {{ int other; }} {n};"])  # fmt: skip
