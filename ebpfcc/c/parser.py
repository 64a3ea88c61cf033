"""Declarations of GNU C over pycparser's grammar."""

from __future__ import annotations

from pycparser import c_ast

from .nodes import Attribute, AttributeStmt, Decl, Enum, Struct, TypeDecl, Typedef, Union
from .parse_expr import DECL_START, EXPR_START, QUALIFIERS, SIMPLE_TYPES, STORAGE, TYPE_START
from .parse_pragma import PragmaParser
from .recover import SyntaxFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TAGS = frozenset(("STRUCT", "UNION", "ENUM", "TYPEOF"))
# Attributes of the type rather than of what is declared: they take part in the specifiers like qualifiers.
TYPE_ATTRS = frozenset(("btf_type_tag", "address_space", "may_alias", "mode", "vector_size"))
# Attributes of a structure also where it is only mentioned.
RECORD_ATTRS = frozenset(("preserve_access_index", "preserve_static_offset", "transparent_union", "packed"))


NOT_A_VARIABLE = "illegal initializer (only variables can be initialized)"


class Spec:
    """Declaration specifiers. words: of an arithmetic type or a typedef's name; node: struct, union, enum or typeof."""

    __slots__ = ("storage", "quals", "attrs", "words", "node", "funcspec", "align", "coord", "constexpr", "redundant", "extension")

    def __init__(self, coord: Any) -> None:
        self.storage: list[str] = []
        self.quals: list[Any] = []
        self.attrs: list[Attribute] = []
        self.words: list[str] = []
        self.node: Any = None
        self.funcspec: list[str] = []
        self.align: list[Any] = []
        self.coord = coord
        self.constexpr = self.redundant = self.extension = False


class GnuParser(PragmaParser):
    """Yields external declarations one by one (`next_external`), so that each can be declared before the next is read."""

    begin = 0  # of the external declaration in work
    c23 = False

    def next_external(self) -> list[Any] | None:
        """The declarations of the next external declaration; None at the end. A REGION token comes back as it is."""
        while True:
            kind = self._peek_type()
            if kind is None:
                return None
            self.begin = self._i
            if kind == "SEMI":
                self._i += 1
                if self.extended is not None:
                    self.diag.warning("extra-semi", self._toks[self._i - 1], "extra ';' outside of a function")
            elif kind == "PRAGMA":
                self._file_pragma(self._advance())
            elif kind == "REGION":
                return [self._advance()]
            elif kind == "RBRACE":
                self._i += 1
                self.report(SyntaxFault("extraneous closing brace ('}')", self._toks[self._i - 1]))
            else:
                return self._parse_external_declaration()

    # -- declarations ------------------------------------------------------------------------------------------------
    def _parse_external_declaration(self) -> list[Any]:
        kind = self._peek_type()
        if kind == "ASM":
            stmt = self._parse_asm()
            self._expect("SEMI")
            return [stmt]
        if kind == "_STATIC_ASSERT":
            return self._parse_static_assert()
        spec = self._parse_specifiers()
        if self._accept("SEMI"):
            return self._standalone(spec)
        if spec.node is not None and self._peek_type() in TYPE_START - {"TYPEID"} and is_definition(spec.node):
            self.report(SyntaxFault(f"expected ';' after {type(spec.node).__name__.lower()}", self.after_previous()))
            return self._standalone(spec)
        if not self._starts_declarator_now():
            self._fail("expected identifier or '('", self._peek())
        decl, attrs = self._parse_init_head()
        if self._peek_type() == "LBRACE" or (self._is_knr(decl) and self._starts_declaration()):
            return [self._parse_function_body(spec, decl, attrs)]
        return self._parse_rest_of_declarators(spec, decl, attrs)

    def _is_knr(self, decl: Any) -> bool:
        return isinstance(decl, c_ast.FuncDecl) and decl.args is not None and isinstance(decl.args.params[0], c_ast.ID)

    def _parse_function_body(self, spec: Spec, decl: Any, attrs: list[Attribute]) -> Any:
        node = self._build(spec, decl, attrs, None)
        func = decl
        while func is not None and not (isinstance(func, c_ast.FuncDecl) and isinstance(func.type, (TypeDecl, c_ast.PtrDecl))):
            func = getattr(func, "type", None)
        if not isinstance(func, c_ast.FuncDecl):
            self._fail("expected ';' after top level declarator", self._peek())
        old_style = []
        while self._peek_type() != "LBRACE":
            old_style.extend(self._parse_declaration())
        self._push_scope()
        self._inner_function(decl)
        faults = self.faults
        body = self._parse_compound_statement()
        self._pop_scope()
        return c_ast.FuncDef(node, old_style, body if faults == self.faults else None, node.coord)

    def _inner_function(self, decl: Any) -> None:
        """Declares the parameters of the function that is being defined: of the FuncDecl nearest to the name."""
        func = None
        node = decl
        while not isinstance(node, c_ast.TypeDecl):
            if isinstance(node, c_ast.FuncDecl):
                func = node
            node = node.type
        if func is not None and func.args is not None:
            for param in func.args.params:
                name = getattr(param, "name", None)
                if name:
                    self._add_identifier(name, None)

    def _parse_declaration(self) -> list[Any]:
        if self._peek_type() == "_STATIC_ASSERT":
            return self._parse_static_assert()
        spec = self._parse_specifiers()
        if self._accept("SEMI"):
            return self._standalone(spec)
        decl, attrs = self._parse_init_head()
        if self._peek_type() == "LBRACE":
            self._fail("function definition is not allowed here", self._peek())
        return self._parse_rest_of_declarators(spec, decl, attrs)

    def _standalone(self, spec: Spec) -> list[Any]:
        """`struct s { ... };`: a declaration without declarator."""
        if spec.redundant:
            return []
        if spec.node is None:
            return [AttributeStmt(spec.attrs, spec.coord)]
        decl = self._build(spec, TypeDecl(None, spec.coord), [], None)
        return [decl]

    def _parse_init_head(self) -> tuple[Any, list[Attribute]]:
        decl = self._parse_declarator_any("named")
        attrs = self._parse_declarator_tail(decl)
        return decl, attrs

    def _parse_declarator_tail(self, decl: Any) -> list[Attribute]:
        attrs: list[Attribute] = []
        while True:
            if self._peek_type() == "ASM":
                tok = self._advance()
                self._expect("LPAREN")
                label = self._parse_primary_expression()
                self._expect("RPAREN")
                attrs.append(Attribute("asm label", [label], tok))
            more = self._parse_attributes()
            if not more and self._peek_type() != "ASM":
                return attrs
            attrs.extend(more)

    def _parse_rest_of_declarators(self, spec: Spec, decl: Any, attrs: list[Attribute]) -> list[Any]:
        out = []
        while True:
            node = self._build(spec, decl, attrs, None)
            if isinstance(node, Typedef):
                self._add_typedef_name(node.name, node.coord)
            elif node.name:
                self._add_identifier(node.name, node.coord)
            if self._accept("EQUALS"):
                value = self._parse_initializer()
                if isinstance(node, Typedef):
                    self.report(SyntaxFault(NOT_A_VARIABLE, node.coord))
                else:
                    node.init = value
            out.append(node)
            if not self._accept("COMMA"):
                break
            prefix = self._parse_attributes()
            decl, attrs = self._parse_init_head()
            attrs = prefix + attrs
        self._expect("SEMI", " at end of declaration" if self._scope_stack else " after top level declarator")
        return out

    def _build(self, spec: Spec, decl: Any, attrs: list[Attribute], bitsize: Any) -> Any:
        """The declaration node of one declarator: the specifiers' type goes to the declarator's end."""
        end = decl
        while not isinstance(end, c_ast.TypeDecl):
            end = end.type
        end.type = spec.node if spec.node is not None else c_ast.IdentifierType(spec.words, spec.coord)
        end.quals = spec.quals
        every = spec.attrs + end.attrs + attrs if spec.attrs or end.attrs or attrs else []
        coord = end.coord if end.declname else spec.coord
        node: Any
        if "typedef" in spec.storage:
            node = Typedef(end.declname, spec.quals, spec.storage, decl, coord)
        else:
            node = Decl(end.declname, spec.quals, spec.align, spec.storage, spec.funcspec, decl, None, bitsize, coord)
            node.asm_label = None
        node.attrs = every
        if spec.extension and self.extended is not None:
            self.extended.add(node)
        if self.pushed_attrs and not self._scope_stack:
            node.attrs = every + self._pushed("function" if isinstance(decl, c_ast.FuncDecl) else "variable")
        return node

    def _parse_specifiers(self) -> Spec:
        spec = Spec(self._peek())
        while True:
            kind = self._peek_type()
            tok = self._toks[self._i]
            if kind in QUALIFIERS:
                if kind == "_ATOMIC" and self._peek_type(2) == "LPAREN":
                    self._i += 2
                    from .nodes import Typeof

                    spec.node = Typeof(self._parse_type_name(), True, tok)
                    self._expect("RPAREN")
                    spec.quals.append("_Atomic")
                else:
                    self._i += 1
                    spec.quals.append({"CONST": "const", "VOLATILE": "volatile", "RESTRICT": "restrict", "_ATOMIC": "_Atomic"}[kind])
            elif kind in STORAGE:
                self._i += 1
                free = kind in ("_THREAD_LOCAL", "CONSTEXPR") or self.c23 and "auto" in (tok.value, *spec.storage)
                if spec.storage and "_Thread_local" not in spec.storage and not free and not spec.constexpr:
                    self.report(SyntaxFault(f"cannot combine with previous '{spec.storage[0]}' declaration specifier", tok))
                if kind == "CONSTEXPR":
                    self._add_constexpr(spec)
                else:
                    spec.storage.append({"__thread": "_Thread_local", "thread_local": "_Thread_local"}.get(tok.value, tok.value))
            elif kind in SIMPLE_TYPES:
                if spec.node is not None:
                    return spec
                self._i += 1
                if tok.value == "bool" and spec.words == ["_Bool"] and "typedef" in spec.storage:
                    spec.redundant = True  # `typedef _Bool bool;` of a header that does not know C23
                    continue
                spec.words.append({"__signed__": "signed", "__signed": "signed", "bool": "_Bool"}.get(tok.value, tok.value))
            elif kind == "TYPEID" or (kind == "ID" and not spec.words and spec.node is None and self._is_unknown_type()):
                if spec.words or spec.node is not None:
                    return spec
                self._i += 1
                if kind == "ID":
                    self.unknown_type(tok)
                spec.words.append(tok.value)
            elif kind in TAGS and (spec.node is not None or spec.words):
                return spec
            elif kind == "STRUCT" or kind == "UNION":
                spec.node = self._parse_struct_or_union_specifier()
                self._move_attributes(spec)
            elif kind == "ENUM":
                spec.node = self._parse_enum_specifier()
                self._move_attributes(spec)
            elif kind == "TYPEOF":
                spec.node = self._parse_typeof()
            elif kind == "INLINE" or kind == "_NORETURN":
                self._i += 1
                spec.funcspec.append("inline" if kind == "INLINE" else "noreturn")
            elif kind == "ATTRIBUTE" or (kind == "LBRACKET" and self._peek_type(2) == "LBRACKET"):
                for attr in self._parse_attributes():
                    (spec.quals if attr.name in TYPE_ATTRS else spec.attrs).append(attr)
            elif kind == "_ALIGNAS":
                spec.align.append(self._parse_alignment_specifier())
            elif kind == "EXTENSION":
                self._i += 1
                spec.extension = True
            else:
                if self.c23 and "auto" in spec.storage and not spec.words and spec.node is None:  # the type is that of the initialiser
                    spec.storage.remove("auto")
                    spec.words.append("__auto_type")
                return spec

    def _add_constexpr(self, spec: Spec) -> None:
        """C23 6.7.2: a constant object; that it is static shows in its address alone."""
        spec.constexpr = True
        spec.quals.append("const")
        if "static" not in spec.storage:
            spec.storage = ["static"]

    def _move_attributes(self, spec: Spec) -> None:
        """Those behind a tag that belong to the type as it is used here, `struct s __kptr *p`, or to what is declared, `struct s __unused p`."""
        attrs = spec.node.attrs
        if attrs:
            mentioned = not is_definition(spec.node)
            spec.quals += [a for a in attrs if a.name in TYPE_ATTRS]
            if not mentioned:
                spec.attrs += [a for a in attrs if a.name in ("unused", "maybe_unused")]  # of a type: nothing of it need be used
            else:
                spec.attrs += [a for a in attrs if a.name not in TYPE_ATTRS and a.name not in RECORD_ATTRS]
            spec.node.attrs = [a for a in attrs if a.name not in TYPE_ATTRS and (not mentioned or a.name in RECORD_ATTRS)]

    def _is_unknown_type(self) -> bool:
        """An identifier where a type must stand: `foo x`, `foo *x`."""
        following = self._peek_type(2)
        return following == "ID" or (following == "TIMES" and self._peek_type(3) in ("ID", "TIMES"))

    # BNF: struct_or_union_specifier : ('struct' | 'union') attributes identifier? ('{' struct_declaration* '}')? attributes
    def _parse_struct_or_union_specifier(self) -> Any:
        tok = self._advance()
        klass = Struct if tok.type == "STRUCT" else Union
        attrs = self._parse_attributes()
        name = None
        if self._peek_type() in ("ID", "TYPEID"):
            name = self._advance().value
        attrs += self._parse_attributes()
        decls: list[Any] | None = None
        if self._accept("LBRACE"):
            decls = []
            while self._peek_type() != "RBRACE":
                if self._peek_type() is None:
                    self._expect("RBRACE")
                decls.extend(self._parse_struct_declaration() or [])
            self._i += 1
            attrs += self._parse_attributes()
            if self.pushed_attrs:
                attrs = attrs + self._pushed("record")
        elif name is None:
            self._fail(f"declaration of anonymous {tok.value} must be a definition", self._peek())
        return klass(name, decls, attrs, tok, self.pack)

    def _parse_struct_declaration(self) -> list[Any] | None:
        kind = self._peek_type()
        if kind == "SEMI":
            self._i += 1
            return None
        if kind == "PRAGMA":
            self._file_pragma(self._advance())
            return None
        if kind == "_STATIC_ASSERT":
            return self._parse_static_assert()
        spec = self._parse_specifiers()
        if not spec.words and spec.node is None:
            self._fail("type name requires a specifier or qualifier", self._peek())
        if spec.storage:
            self.report(SyntaxFault("type name does not allow storage class to be specified", spec.coord))
        if self._accept("SEMI"):
            return [self._build(spec, TypeDecl(None, spec.coord), [], None)]
        out = []
        while True:
            attrs = self._parse_attributes()
            if self._peek_type() == "COLON":
                decl: Any = TypeDecl(None, self._peek())
            else:
                decl = self._parse_declarator_any("named")
            bitsize = self._parse_conditional_expression() if self._accept("COLON") else None
            attrs += self._parse_attributes()
            out.append(self._build(spec, decl, attrs, bitsize))
            if not self._accept("COMMA"):
                break
        if self._peek_type() != "RBRACE":
            self._expect("SEMI", " at end of declaration list")
        else:
            self.report(SyntaxFault("expected ';' at end of declaration list", self.after_previous()))
        return out

    # BNF: enum_specifier : 'enum' attributes identifier? (':' type_name)? ('{' enumerator_list '}')? attributes
    def _parse_enum_specifier(self) -> Any:
        tok = self._advance()
        attrs = self._parse_attributes()
        name = self._advance().value if self._peek_type() in ("ID", "TYPEID") else None
        if name is not None:
            attrs += self._parse_attributes()
        fixed = None
        if self._peek_type() == "COLON" and self._peek_type(2) in SIMPLE_TYPES | QUALIFIERS | {"TYPEID", "TYPEOF"}:
            self._i += 1
            fixed = self._parse_type_name()
        values = None
        if self._accept("LBRACE"):
            values = c_ast.EnumeratorList([], tok)
            item = None
            while self._peek_type() != "RBRACE":
                item = self._peek()
                if item is not None and item.type in ("TYPEID", "TRUE", "FALSE"):
                    self._i += 1
                else:
                    item = self._expect("ID")
                self._parse_attributes()
                value = self._parse_conditional_expression() if self._accept("EQUALS") else None
                if item.type not in ("TRUE", "FALSE"):  # `enum { false, true };` of a header that does not know C23
                    values.enumerators.append(c_ast.Enumerator(item.value, value, item))
                    self._add_identifier(item.value, item)
                if not self._accept("COMMA"):
                    break
            end = self._expect("RBRACE")
            if not values.enumerators and item is None:
                self.report(SyntaxFault("use of empty enum", end))
            attrs += self._parse_attributes()
        elif name is None:
            self._fail("expected identifier or '{'", self._peek())
        return Enum(name, values, attrs, fixed, tok)

    # -- declarators -------------------------------------------------------------------------------------------------
    def _starts_declarator_now(self) -> bool:
        return self._peek_type() in ("ID", "TYPEID", "LPAREN", "TIMES", "ATTRIBUTE")

    # BNF: declarator : ('*' (qualifier | attributes)*)* direct_declarator
    def _parse_declarator_any(self, names: str) -> Any:
        """names: "named" (a name must stand), "abstract" (none), "either"."""
        pointer = None
        while True:
            kind = self._peek_type()
            if kind == "TIMES":
                tok = self._advance()
                pointer = c_ast.PtrDecl(self._parse_type_qualifier_list(), pointer, tok)
            elif kind == "ATTRIBUTE":
                attrs = self._parse_attributes()
                if pointer is not None:
                    pointer.quals.extend(attrs)
            else:
                break
        decl = self._parse_direct(names)
        return self._type_modify_decl(decl, pointer) if pointer is not None else decl

    def _parse_type_qualifier_list(self) -> list[Any]:
        quals: list[Any] = []
        while True:
            kind = self._peek_type()
            if kind in QUALIFIERS:
                self._i += 1
                quals.append({"CONST": "const", "VOLATILE": "volatile", "RESTRICT": "restrict", "_ATOMIC": "_Atomic"}[kind])
            elif kind == "ATTRIBUTE" or kind == "NULLABILITY" or kind == "LBRACKET" and self._peek_type(2) == "LBRACKET":
                quals.extend(self._parse_attributes())
            else:
                return quals

    def _parse_direct(self, names: str) -> Any:
        self.enter("declarators")
        nesting = self.nesting
        decl = self._parse_direct_parts(names)
        self.nesting = nesting - 1
        return decl

    def _parse_direct_parts(self, names: str) -> Any:
        kind = self._peek_type()
        decl: Any
        if kind in ("ID", "TYPEID") and names != "abstract":
            tok = self._advance()
            decl = TypeDecl(tok.value, tok)
        elif kind == "LPAREN" and (names == "named" or not self._is_parameter_list()):
            self._i += 1
            attrs = self._parse_attributes()
            decl = self._parse_declarator_any(names)
            self._expect("RPAREN")
            end = decl
            while not isinstance(end, c_ast.TypeDecl):
                end = end.type
            end.attrs.extend(attrs)
        elif names == "named":
            self._fail("expected identifier or '('", self._peek())
        else:
            decl = TypeDecl(None, self._peek())
        while True:
            kind = self._peek_type()
            if kind == "LBRACKET" or kind == "LPAREN":
                self.enter("declarators")
            if kind == "LBRACKET" and self._peek_type(2) != "LBRACKET":
                decl = self._type_modify_decl(decl, self._parse_array_decl(decl))
            elif kind == "LPAREN":
                decl = self._type_modify_decl(decl, self._parse_function_decl(decl))
            else:
                return decl

    def _is_parameter_list(self) -> bool:
        """Whether the parenthesis opens an abstract function declarator's parameters rather than a nested declarator."""
        kind = self._peek_type(2)
        return kind == "RPAREN" or (kind in DECL_START and kind != "ATTRIBUTE")

    def _parse_array_decl_common(self, base_type: Any, coord: Any = None) -> Any:
        bracket = self._expect("LBRACKET")
        quals: list[Any] = []
        while self._peek_type() in QUALIFIERS or self._peek_type() == "STATIC":
            quals.append(self._advance().value)
        dim = None
        if self._peek_type() == "TIMES" and self._peek_type(2) == "RBRACKET":
            self._i += 1
        elif self._peek_type() != "RBRACKET":
            dim = self._parse_assignment_expression()
        self._expect("RBRACKET")
        return c_ast.ArrayDecl(base_type, dim, quals, bracket)

    def _parse_function_decl(self, base_decl: Any) -> Any:
        paren = self._expect("LPAREN")
        params: list[Any] = []
        self._push_scope()
        if self._peek_type() == "ID" and not self._is_unknown_type():
            while True:
                tok = self._expect("ID")
                params.append(c_ast.ID(tok.value, tok))
                if not self._accept("COMMA"):
                    break
        else:
            while self._peek_type() != "RPAREN":
                tok = self._accept("ELLIPSIS")
                if tok is not None:
                    params.append(c_ast.EllipsisParam(tok))
                    break
                params.append(self._parse_parameter_declaration())
                if not self._accept("COMMA"):
                    break
                if self._peek_type() == "RPAREN":
                    self._fail("expected parameter declarator", self._peek())
        self._pop_scope()
        self._expect("RPAREN")
        return c_ast.FuncDecl(c_ast.ParamList(params, paren) if params else None, None, paren)

    def _parse_parameter_declaration(self) -> Any:
        if not self._starts_declaration() and not self._is_unknown_type():
            self._fail("expected parameter declarator", self._peek())
        spec = self._parse_specifiers()
        if spec.storage and spec.storage != ["register"]:
            self.report(SyntaxFault("invalid storage class specifier in function declarator", spec.coord))
        decl = self._parse_declarator_any("either")
        node = self._build(spec, decl, self._parse_attributes(), None)
        if node.name:
            self._add_identifier(node.name, None)
        return node

    def _parse_type_name(self) -> Any:
        spec = self._parse_specifiers()
        if not spec.words and spec.node is None:
            self._fail("expected a type", self._peek())
        decl = self._parse_declarator_any("abstract")
        node = self._build(spec, decl, self._parse_attributes(), None)
        return c_ast.Typename(None, node.quals, None, node.type, spec.coord)

    def _parse_static_assert(self) -> list[Any]:
        tok = self._advance()
        self._expect("LPAREN")
        cond = self._parse_conditional_expression()
        message = None
        if self._accept("COMMA"):
            if self._peek_type() != "STRING_LITERAL":
                self._fail("expected string literal for diagnostic message in static_assert", self._peek())
            message = self._parse_primary_expression()
        self._expect("RPAREN")
        self._expect("SEMI")
        return [c_ast.StaticAssert(cond, message, tok)]


def is_definition(node: Any) -> bool:
    """Whether a struct, union or enum specifier has a body."""
    return (node.values if isinstance(node, Enum) else getattr(node, "decls", None)) is not None


__all__ = ["GnuParser", "SyntaxFault", "EXPR_START"]
