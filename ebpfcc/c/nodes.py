"""AST nodes that pycparser lacks: GNU C's constructs and the attributes of its own nodes."""

from __future__ import annotations

from pycparser import c_ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..source.tokens import Token


def children(node: c_ast.Node) -> list[c_ast.Node]:
    """The nodes that stand directly in `node`, by its slots: pycparser's own list differs from version to version."""
    found: list[c_ast.Node] = []
    for cls in type(node).__mro__:
        for name in getattr(cls, "__slots__", ()):
            value = getattr(node, name, None)
            for item in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(item, c_ast.Node):
                    found.append(item)
                elif type(item) is tuple:  # an operand of asm, an association of _Generic
                    found += [part for part in item if isinstance(part, c_ast.Node)]
    return found


class Attribute:
    """`__attribute__((name(args)))`: args are expression nodes or, where one stands, type names."""

    __slots__ = ("name", "args", "coord")

    def __init__(self, name: str, args: list[Any], coord: Token) -> None:
        self.name = name
        self.args = args
        self.coord = coord


class TypeDecl(c_ast.TypeDecl):
    """The end of a declarator; `attrs`: attributes that stand in or after the declarator."""

    __slots__ = ("attrs",)

    def __init__(self, declname: str | None, coord: Any = None) -> None:
        self.declname = declname
        self.quals: list[Any] = []
        self.align = None
        self.type = None
        self.coord = coord
        self.attrs: list[Attribute] = []


class Struct(c_ast.Struct):
    __slots__ = ("attrs", "pack", "resolved")

    def __init__(self, name: str | None, decls: list[Any] | None, attrs: list[Attribute], coord: Any, pack: int = 0) -> None:
        self.name = name
        self.decls = decls
        self.attrs = attrs
        self.coord = coord
        self.pack = pack
        self.resolved: Any = None  # its type, once declared: several declarators share the specifier


class Union(c_ast.Union):
    __slots__ = ("attrs", "pack", "resolved")

    def __init__(self, name: str | None, decls: list[Any] | None, attrs: list[Attribute], coord: Any, pack: int = 0) -> None:
        self.name = name
        self.decls = decls
        self.attrs = attrs
        self.coord = coord
        self.pack = pack
        self.resolved: Any = None  # its type, once declared: several declarators share the specifier


class Enum(c_ast.Enum):
    """`fixed`: the type name after a colon (C23), or None."""

    __slots__ = ("attrs", "fixed", "resolved")

    def __init__(self, name: str | None, values: Any, attrs: list[Attribute], fixed: Any, coord: Any) -> None:
        self.name = name
        self.values = values
        self.attrs = attrs
        self.fixed = fixed
        self.coord = coord
        self.resolved: Any = None


class InitList(c_ast.InitList):
    """`end`: the closing brace."""

    __slots__ = ("end",)


class Typeof(c_ast.Node):
    """`typeof(expression or type name)`, as a type specifier."""

    __slots__ = ("operand", "unqual", "coord", "__weakref__")

    def __init__(self, operand: Any, unqual: bool, coord: Any) -> None:
        self.operand = operand
        self.unqual = unqual
        self.coord = coord


class Asm(c_ast.Node):
    """operands: (symbolic name, constraint, expression)."""

    __slots__ = ("template", "outputs", "inputs", "clobbers", "labels", "volatile", "coord", "__weakref__")

    def __init__(self, template: str, outputs: list[Any], inputs: list[Any], clobbers: list[str], labels: list[str],
                 volatile: bool, coord: Any) -> None:  # fmt: skip
        self.template = template
        self.outputs = outputs
        self.inputs = inputs
        self.clobbers = clobbers
        self.labels = labels
        self.volatile = volatile
        self.coord = coord


class StmtExpr(c_ast.Node):
    """`({ ... })`."""

    __slots__ = ("body", "coord", "__weakref__")

    def __init__(self, body: Any, coord: Any) -> None:
        self.body = body
        self.coord = coord


class Range(c_ast.Node):
    """`lo ... hi` in a case label or an array designator."""

    __slots__ = ("lo", "hi", "coord", "__weakref__")

    def __init__(self, lo: Any, hi: Any, coord: Any) -> None:
        self.lo = lo
        self.hi = hi
        self.coord = coord


class LabelAddr(c_ast.Node):
    __slots__ = ("name", "coord", "__weakref__")

    def __init__(self, name: str, coord: Any) -> None:
        self.name = name
        self.coord = coord


class ComputedGoto(c_ast.Node):
    __slots__ = ("expr", "coord", "__weakref__")

    def __init__(self, expr: Any, coord: Any) -> None:
        self.expr = expr
        self.coord = coord


class UnusedLabel(c_ast.Label):
    """A label with the attribute `unused`."""

    __slots__ = ()


class LocalLabels(c_ast.Node):
    __slots__ = ("names", "coord", "__weakref__")

    def __init__(self, names: list[str], coord: Any) -> None:
        self.names = names
        self.coord = coord


class Generic(c_ast.Node):
    """assocs: (type name or None for default, expression)."""

    __slots__ = ("control", "assocs", "coord", "__weakref__")

    def __init__(self, control: Any, assocs: list[Any], coord: Any) -> None:
        self.control = control
        self.assocs = assocs
        self.coord = coord


class Pragma(c_ast.Node):
    __slots__ = ("tokens", "coord", "__weakref__")

    def __init__(self, tokens: list[Any], coord: Any) -> None:
        self.tokens = tokens
        self.coord = coord


class AttributeStmt(c_ast.Node):
    """`__attribute__((fallthrough));`"""

    __slots__ = ("attrs", "coord", "__weakref__")

    def __init__(self, attrs: list[Attribute], coord: Any) -> None:
        self.attrs = attrs
        self.coord = coord


class String(c_ast.Node):
    """Adjacent string literals: `parts` are the literals' spellings."""

    __slots__ = ("parts", "coord", "__weakref__")

    def __init__(self, parts: list[str], coord: Any) -> None:
        self.parts = parts
        self.coord = coord


class Decl(c_ast.Decl):
    """A declaration; `attrs`: its attributes, from the specifiers and the declarator; `asm_label`: its name in the object."""

    __slots__ = ("attrs", "asm_label")


class Typedef(c_ast.Typedef):
    __slots__ = ("attrs",)
