"""Variables of file scope and static data: declared, made into Globals when first used, their constant values."""

from __future__ import annotations

from ..ir.core import Global, Module, Value
from . import constant, declare, elsewhere, init
from . import types as T
from .placement import object_qualifiers, section_of
from .state import FunctionState, FunctionSymbol, Operand, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Variables:
    """Part of Unit."""

    diag: Any
    module: Module
    names: dict[str, Any]
    variables: list[Variable]
    definitions: list[Any]
    strings: dict[tuple[bytes, int], str]
    unevaluated: int
    counter: int
    scratch: Any
    clash: Any
    merge_attributes: Any
    declared_before: Any
    use_function: Any

    def declare_variable(self, f: FunctionState, node: Any, t: T.Type, attrs: dict[str, Any]) -> None:
        name = node.name
        old = self.declared_before(name)
        if old is not None and not isinstance(old, Variable):
            self.clash(node, old)
            return
        if "inline" in node.funcspec:
            self.diag.error(node.coord, "'inline' can only appear on functions")
        if "_Thread_local" in node.storage:
            self.diag.error(node.coord, "thread-local storage is not supported for the current target")
        if "auto" in node.storage or "register" in node.storage and node.asm_label is None and "asm label" not in attrs:
            self.diag.error(node.coord, "illegal storage class on file-scoped variable")
        if "register" in node.storage and "asm label" in attrs:
            self.diag.error(node.coord, f"register '{attrs['asm label']}' unsuitable for global register variables on this target")
        u = T.strip(t)
        if u.kind == "void" and "extern" not in node.storage:  # `extern const void symbol __ksym;` has an address only
            self.diag.error(node.coord, "variable has incomplete type 'void'")
            return
        if T.is_variable(u):
            return  # reported where the type was made
        storage = "static" if "static" in node.storage else "extern" if "extern" in node.storage and node.init is None else "global"
        if old is None:
            variable = Variable(name, t, storage, node.coord)
            variable.tentative = node.init is None
            self.names[name] = variable
            self.variables.append(variable)
        else:
            variable = old
            if not T.same(variable.type, t):
                self.diag.error(node.coord, f"redefinition of '{name}' with a different type: '{T.spell(t)}' vs '{T.spell(variable.type)}'")
                self.diag.note(variable.pos, "previous declaration is here")
                return
            if storage == "static" and variable.storage != "static":
                self.diag.error(node.coord, f"static declaration of '{name}' follows non-static declaration")
                self.diag.note(variable.pos, "previous declaration is here")
                return
            if T.strip(variable.type).kind == "array" and T.strip(variable.type).count is None:
                variable.type = t
            if variable.storage == "extern" and storage != "extern":
                variable.storage = storage
                variable.pos = node.coord
        self.merge_attributes(variable, attrs)
        if node.align:
            variable.attrs["aligned"] = max(variable.attrs.get("aligned", 0), declare.alignas(f, node.align))
        if node.init is not None:
            if variable.init is not None:
                self.diag.error(node.coord, f"redefinition of '{name}'")
                self.diag.note(variable.pos, "previous definition is here")
                return
            variable.init = node.init
            variable.pos = node.coord
            if variable.storage == "global":
                self.definitions.append(variable)
            if T.strip(variable.type).kind == "array" and T.strip(variable.type).count is None:
                _, count = init.flatten(f, variable.type, node.init)
                variable.type = T.with_count(variable.type, count)

    def use_variable(self, variable: Variable) -> None:
        """The variable is referred to: it will be in the object."""
        if variable.used is not True or self.unevaluated:
            variable.used = True
        if not self.unevaluated:
            self.emit_variable(variable)

    def emit_variable(self, variable: Variable) -> Global | None:
        """Its Global, made when first asked for; static data that it points to follows."""
        known = self.module.globals.get(variable.symbol)
        if known is not None:
            return known
        t = variable.type
        u = T.strip(t)
        if u.kind == "array" and u.count is None and variable.storage != "extern":
            t = T.with_count(t, 1)
        if not T.is_complete(t) and variable.storage != "extern":
            if variable.tentative or variable.init is not None:  # else it was said before
                variable.tentative, variable.init = False, None
                if u.kind == "array" and not T.is_complete(u.elem):
                    self.diag.error(variable.pos, f"array has incomplete element type '{T.spell(u.elem)}'")
                else:
                    self.diag.error(variable.pos, f"variable has incomplete type '{T.spell(t)}'")
                    elsewhere.explain(self, T.spell(t), variable.pos)
            return None
        size = T.sizeof(t) if T.is_complete(t) else 0
        if size >= declare.LARGEST:
            self.diag.error(variable.pos, f"variable is too large ({size} bytes)")
            return None
        align = max(T.alignof(t) if T.is_complete(t) else 1, variable.attrs.get("aligned", 0))
        weak = "weak" in variable.attrs
        linkage = {"static": "local", "extern": "extern_weak" if weak else "extern"}.get(variable.storage, "weak" if weak else "global")
        out = Global(variable.symbol, "", size, align, linkage)
        out.const, volatile = object_qualifiers(t)
        out.ctype = t
        out.pos = variable.pos
        out.decl_tags = variable.tags
        out.attrs = set(variable.attrs)
        if variable.attrs.get("visibility") in ("hidden", "internal"):
            out.attrs.add("hidden")
        self.module.globals[variable.symbol] = out
        if variable.init is not None:
            f = self.scratch()
            f.pos = variable.pos
            outer = self.enter_scopes_of(f, variable)
            image = init.new_image(f, size, align, variable.pos)
            if image is None:
                variable.init = None
                f.scopes, f.tags = outer
                return out
            leaves, _ = init.flatten(f, t, variable.init)
            last = max((leaf.off + T.sizeof(leaf.type) for leaf in leaves if T.strip(leaf.type).kind != "array" or T.strip(leaf.type).count), default=0)
            if last > size:  # a flexible array member that is initialised
                tail = init.new_image(f, last - size, 0, variable.pos)
                if tail is None:
                    f.scopes, f.tags = outer
                    return out
                image.data.extend(tail.data)
                out.size = last
            init.write_static(f, image, t, 0, leaves)
            f.scopes, f.tags = outer
            out.init = bytes(image.data)
            out.relocs = image.relocs
            for _, symbol, _, _ in image.relocs:
                self.refer(symbol)
        out.section = section_of(variable, out)
        record = T.strip(t)
        if record.kind == "struct" and T.is_complete(record) and any(m.name == "type" for m in record.members):
            from .loader_checks import check_map

            check_map(self.diag, out)
        out.fixed = out.section == ".rodata" and not volatile and (linkage == "local" or linkage == "global" and out.init is not None)
        return out

    @staticmethod
    def enter_scopes_of(f: FunctionState, variable: Variable) -> tuple[Any, Any]:
        """From here on `f` sees the names that the variable's initialiser sees. Returns what it saw before."""
        outer = f.scopes, f.tags
        f.scopes, f.tags = variable.scopes or ([], [])
        return outer

    def refer(self, symbol: str) -> None:
        """A symbol that static data points to."""
        known = self.names.get(symbol)
        if isinstance(known, FunctionSymbol):
            self.use_function(known)
        elif isinstance(known, Variable):
            self.emit_variable(known)

    def initial_constant(self, f: FunctionState, variable: Variable) -> Value | None:
        """The scalar that a variable is initialised with, as a constant or address."""
        if variable.init is None or not T.is_scalar(T.strip(variable.type)):
            return None
        g = self.scratch()
        node = init.unbrace(variable.init)
        if node is None:
            return None
        self.unevaluated += 1
        outer = self.enter_scopes_of(g, variable)
        try:
            from .convert import convert

            value = convert(g, g.expr(node), variable.type).value
        finally:
            g.scopes, g.tags = outer
            self.unevaluated -= 1
        if value is not None and value.op == "const":
            return f.const(value.type, value.aux)
        return None

    def constant_of(self, f: FunctionState, variable: Variable) -> Value | None:
        """The value of a `const` scalar whose initialiser is known (clang folds such loads; volatile ones stay)."""
        const, volatile, _ = T.qualifiers(variable.type)
        if not const or volatile or variable.storage not in ("static", "global") or "weak" in variable.attrs or "section" in variable.attrs:
            return None
        return self.initial_constant(f, variable)

    def constant_load(self, f: FunctionState, o: Operand) -> Value | None:
        """The value of a scalar inside a constant object whose bytes are known."""
        source = self.module.globals.get(o.value.aux[0])
        if source is None or not source.fixed:
            return None
        return constant.load_from_image(f, T.strip(o.type), source, o.value.aux[1] + o.off)

    def string_literal(self, data: bytes, elem: T.Int) -> str:
        key = (data, elem.size)
        symbol = self.strings.get(key)
        if symbol is None:
            symbol = self.strings[key] = ".L.str" + (f".{len(self.strings)}" if self.strings else "")
            out = Global(symbol, f".rodata.str{elem.size}.{elem.size}", len(data), elem.size, "local")
            out.init = data
            out.const = out.fixed = True
            out.ctype = T.Array(T.Qual(elem, const=True), len(data) // elem.size)
            self.module.globals[symbol] = out
        return symbol

    def static_object(self, name: str, t: T.Type, image: init.Image, const: bool, pos: Any) -> str:
        """A nameless static object (a compound literal at file scope)."""
        self.counter += 1
        symbol = f"{name}.{self.counter}"
        out = Global(symbol, ".rodata" if const else ".data", len(image.data), T.alignof(t), "local")
        out.init, out.relocs, out.ctype, out.pos = bytes(image.data), image.relocs, t, pos
        out.const = out.fixed = const
        self.module.globals[symbol] = out
        return symbol
