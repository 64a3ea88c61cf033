"""-Wpedantic: extensions to ISO C, told of the nodes that stand for them. Only loaded when such a warning is on.

In: an external declaration as it was parsed. `__extension__` before an expression or a declaration silences what stands in it.
"""

from __future__ import annotations

from pycparser import c_ast

from .nodes import Asm, ComputedGoto, Enum, InitList, LabelAddr, Range, StmtExpr, Struct, Typeof, Union, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FLAGS = (
    "gnu-statement-expression", "gnu-statement-expression-from-macro-expansion", "language-extension-token", "gnu-conditional-omitted-operand",
    "gnu-case-range", "gnu-designator", "gnu-label-as-value", "gnu-empty-struct", "zero-length-array", "gnu-auto-type", "strict-prototypes", "extra-semi",
    "pedantic", "gnu-binary-literal",
)  # fmt: skip
KEYWORDS = frozenset(("asm", "typeof", "inline"))


def statement_expression(node: Any) -> tuple[str, str]:
    if node.coord.exp is None:
        return "gnu-statement-expression", "use of GNU statement expression extension"
    return "gnu-statement-expression-from-macro-expansion", "use of GNU statement expression extension from macro expansion"


def keyword(node: Any) -> tuple[str, str] | None:
    return ("language-extension-token", "extension used") if str(node.coord.value) in KEYWORDS else None


def ternary(node: Any) -> tuple[str, str] | None:
    if node.iftrue is not None:
        return None
    return "gnu-conditional-omitted-operand", "use of GNU ?: conditional expression extension, omitting middle operand"


def case(node: Any) -> tuple[str, str] | None:
    return ("gnu-case-range", "use of GNU case range extension") if type(node.expr) is Range else None


def designator(node: Any) -> tuple[str, str] | None:
    ranges = [d for d in node.name if type(d) is c_ast.ExprList and type(d.exprs[0]) is Range]
    return ("gnu-designator", "use of GNU array range extension") if ranges else None


def record(node: Any) -> tuple[str, str] | None:
    if node.decls is None or node.decls:
        return None
    return "gnu-empty-struct", f"empty {'struct' if type(node) is Struct else 'union'} is a GNU extension"


def initializer(node: Any) -> tuple[str, str] | None:
    return None if node.exprs else ("c23-extensions", "use of an empty initializer is a C23 extension")


def array(node: Any) -> tuple[str, str] | None:
    zero = type(node.dim) is c_ast.Constant and node.dim.value == "0"
    return ("zero-length-array", "zero size arrays are an extension") if zero else None


def constant(node: Any) -> tuple[str, str] | None:
    binary = node.type == "INT_CONST_BIN"
    return ("c23-extensions", "binary integer literals are a C23 extension") if binary else None


def specifier(node: Any) -> tuple[str, str] | None:
    return ("gnu-auto-type", "'__auto_type' is a GNU extension") if node.names == ["__auto_type"] else None


def function(node: Any) -> tuple[str, str] | None:
    if node.args is not None:
        return None
    return "strict-prototypes", "a function declaration without a prototype is deprecated in all versions of C"


def enumeration(node: Any) -> tuple[str, str] | None:
    return ("c23-extensions", "enumeration types with a fixed underlying type are a C23 extension") if node.fixed is not None else None


RULES: dict[type, Callable[[Any], tuple[str, str] | None]] = {
    StmtExpr: statement_expression,
    Typeof: keyword,
    Asm: keyword,
    c_ast.TernaryOp: ternary,
    c_ast.Case: case,
    c_ast.NamedInitializer: designator,
    LabelAddr: lambda node: ("gnu-label-as-value", "use of GNU address-of-label extension"),
    ComputedGoto: lambda node: ("gnu-label-as-value", "use of GNU indirect-goto extension"),
    Struct: record,
    Union: record,
    InitList: initializer,
    c_ast.ArrayDecl: array,
    c_ast.Constant: constant,
    c_ast.IdentifierType: specifier,
    c_ast.FuncDecl: function,
    Enum: enumeration,
}


def check(diag: Any, node: Any, extended: set[Any], is_c23: bool) -> None:
    """Tells the extensions in a declaration; extended: nodes behind `__extension__`."""
    seen: set[int] = set()  # several declarators share their specifiers
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node in extended or id(node) in seen:
            continue
        seen.add(id(node))
        rule = RULES.get(type(node)) if not (is_c23 and type(node) is Typeof) else None
        found = rule(node) if rule is not None else None
        if found is not None and node.coord is not None and not (is_c23 and found[0] in ("c23-extensions", "strict-prototypes")):
            diag.warning(found[0], node.coord, found[1])
        waiting += reversed(children(node))
