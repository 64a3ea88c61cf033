"""Declarations of headers that wait in an index until they are named, in the order that the text gives them.

Whatever is declared at file scope first asks the indexes for what stands before it under its name, so that a contradiction is found as if
all had been parsed.
"""

from __future__ import annotations

from . import types as T
from .recover import SyntaxFault
from .state import FunctionState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .parser import GnuParser


class Indexed:
    """Part of Unit. regions: (index, its parser, the numbers of the declarations that were read)."""

    diag: Any
    names: dict[str, Any]
    tags: dict[str, Any]
    regions: list[tuple[Any, GnuParser, set[int]]]
    parser: GnuParser | None
    in_region: int
    reading: tuple[Any, int] | None = None  # the index and number of the declaration that is being read
    new_parser: Any
    external: Any
    predeclared: int

    def scratch(self) -> FunctionState:
        raise NotImplementedError

    def add_region(self, region: Any) -> None:
        """The first time: what stands in the index can be found. The second: what contradicts it is found, which needs what was parsed between."""
        if self.regions and self.regions[-1][0] is region:
            self.check_region(*self.regions[-1])
            return
        parser = self.new_parser()
        assert self.parser is not None
        parser.pack = self.parser.pack
        parser.pushed_attrs = list(self.parser.pushed_attrs)
        self.regions.append((region, parser, set()))

    def check_region(self, region: Any, parser: GnuParser, done: set[int]) -> None:
        for numbers in region.again.values():
            if not alike(region, numbers):
                self.declare_from_region(region, parser, done, numbers)
        if len(self.names) > self.predeclared:
            for name in [name for name in self.names if region.lookup(name)]:
                self.declare_from_region(region, parser, done, region.lookup(name))
        for tag in [tag for tag, t in self.tags.items() if region.lookup_tag(tag)]:
            self.declare_tag_again(region, parser, done, tag)
        for other, other_parser, other_done in self.regions[:-1]:
            self.declare_shared(other, other_parser, other_done, region, parser, done)

    def declare_tag_again(self, region: Any, parser: GnuParser, done: set[int], tag: str) -> None:
        """A header's definition of a tag that is known: it contradicts one that is complete, or of another kind."""
        known = self.tags[tag]
        kind = known.kind
        if (known.values if kind == "enum" else known.members) is not None or region.has_other(kind, tag):
            self.declare_from_region(region, parser, done, region.lookup_tag(tag))

    def declare_shared(self, older: Any, older_parser: GnuParser, older_done: set[int], region: Any, parser: GnuParser, done: set[int]) -> None:
        """What two indexes have under one name is compared at once, unless the same text repeats what may be repeated."""
        shared = dict.fromkeys(older.typedefs.keys() & region.typedefs.keys())
        for mine, theirs in ((region.ordinary, older.ordinary), (region.ordinary, older.typedefs), (region.typedefs, older.ordinary)):
            if mine and theirs:
                shared.update(dict.fromkeys(mine.keys() & theirs.keys()))
        for enumerators, others in ((older.enumerators, region), (region.enumerators, older)):
            if enumerators:
                shared.update(dict.fromkeys([n for n in (*others.ordinary, *others.typedefs, *others.enumerators) if n in enumerators]))
        for name in sorted(shared):
            first, second = older.lookup(name), region.lookup(name)
            if len(first) == len(second) == 1 and may_repeat(older, first[0], region, second[0]):
                continue
            self.declare_from_region(older, older_parser, older_done, first)
            self.declare_from_region(region, parser, done, second)
        tags = {key.partition(" ")[2] for key in (*region.tags, *region.forwards)}
        for tag in [tag for tag in sorted(tags) if older.lookup_tag(tag)]:
            keys = {kind + tag for kind in ("struct ", "union ", "enum ")}
            of = [key for key in keys if key in region.tags or key in region.forwards or key in older.tags or key in older.forwards]
            if len(of) > 1 or of[0] in region.tags and of[0] in older.tags:
                self.declare_from_region(older, older_parser, older_done, older.lookup_tag(tag))
                self.declare_from_region(region, parser, done, region.lookup_tag(tag))

    def declare_from_region(self, region: Any, parser: GnuParser, done: set[int], numbers: Iterable[int]) -> bool:
        """Parses and declares declarations of a region; whether any was new."""
        new = False
        for n in numbers:
            if n in done:
                continue
            done.add(n)
            new = True
            saved = parser._toks, parser._i, parser._scope_stack
            parser._scope_stack = []
            parser.feed(region.tokens(n))
            f = self.scratch()
            scopes = f.scopes, f.tags, f.pos
            f.scopes, f.tags = [], []  # an object of block scope may be in work there
            self.in_region += 1
            reading, self.reading = self.reading, (region, n)
            try:
                while (nodes := parser.next_external()) is not None:
                    for node in nodes:
                        self.external(node)
            except SyntaxFault as fault:
                parser.report(fault)
            self.reading = reading
            self.in_region -= 1
            f.scopes, f.tags, f.pos = scopes
            parser._toks, parser._i, parser._scope_stack = saved
        return new

    # -- names -----------------------------------------------------------------------------------------------------
    def is_typedef(self, name: str) -> bool:
        symbol = self.names.get(name)
        if symbol is not None:
            return type(symbol) is T.Typedef
        for region, _, _ in self.regions:
            if region.is_typedef(name):
                return True
        return False

    def lookup(self, name: str) -> Any:
        symbol = self.names.get(name)
        if symbol is None and self.regions:
            for region, parser, done in self.regions:
                numbers = region.lookup(name)
                if numbers and self.declare_from_region(region, parser, done, numbers):
                    symbol = self.names.get(name)
                    if symbol is not None:
                        break
        return symbol

    def declared_before(self, name: str) -> Any:
        """What file scope has under a name that is declared now: what headers have, as far as it stands before."""
        symbol = self.names.get(name)
        if symbol is None and self.regions:
            for region, parser, done, before in self.regions_before():
                numbers = [n for n in region.lookup(name) if n not in done and n < before]
                if numbers:
                    self.declare_from_region(region, parser, done, numbers)
            symbol = self.names.get(name)
        return symbol

    def tag_before(self, kind: str, tag: str, defines: bool) -> Any:
        """The same for a tag; a mere mention leaves the definition in its index."""
        known = self.tags.get(tag)
        if self.regions and (known is None or defines and known.resolve is not None):
            for region, parser, done, before in self.regions_before():
                if defines or region.has_other(kind, tag):
                    numbers = [n for n in region.lookup_tag(tag) if n not in done and n < before]
                    if numbers:
                        self.declare_from_region(region, parser, done, numbers)
            known = self.tags.get(tag)
        return known

    def warn_invisible(self, node: Any, tag: str) -> None:
        """A tag that is new in a parameter list; a header's may wait in its index."""
        if not any(region.lookup_tag(tag.partition(" ")[2]) for region, _, _ in self.regions):
            self.diag.warning("visibility", node.coord, f"declaration of '{tag}' will not be visible outside of this function")

    def regions_before(self) -> list[tuple[Any, GnuParser, set[int], int]]:
        """The indexes of what stands before the declaration in work; of its own, the numbers below."""
        out = []
        for region, parser, done in self.regions:
            if self.reading is not None and self.reading[0] is region:
                out.append((region, parser, done, self.reading[1]))
                break
            out.append((region, parser, done, 1 << 60))
        return out

    def resolve_tag(self, t: T.Record | T.Enum) -> None:
        """Completes a record or enum whose definition stands in a header index."""
        if t.tag is None:
            return
        for region, parser, done in self.regions:
            numbers = [n for n in region.lookup_tag(t.tag) if n not in done]
            if numbers:
                self.declare_from_region(region, parser, done, numbers)
                if (t.members if isinstance(t, T.Record) else t.values) is not None:
                    return
        t.resolve = self.resolve_tag


def alike(region: Any, numbers: list[int]) -> bool:
    return all(may_repeat(region, numbers[0], region, n) for n in numbers[1:])


def may_repeat(older: Any, first: int, region: Any, second: int) -> bool:
    """Whether two declarations are the same words and define nothing."""
    a, b = older.parts[first], region.parts[second]
    return "{" not in a and "=" not in a and a.split() == b.split()
