"""`__attribute__`: what is known of each name, and the dictionary that declarations carry."""

from __future__ import annotations

from pycparser import c_ast

from .nodes import Attribute, String

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import FunctionState

MODES = {"QI": 1, "byte": 1, "HI": 2, "SI": 4, "word": 8, "DI": 8, "pointer": 8, "TI": 16}
STRINGS = frozenset(("section", "visibility", "alias", "asm label", "deprecated", "error", "warning", "diagnose_if", "availability"))
LISTS = frozenset(("btf_decl_tag", "btf_type_tag"))
NUMBERS = frozenset(("aligned", "address_space", "kernel_helper", "alloc_size", "vector_size"))
FLAGS = frozenset(
    "always_inline noinline weak packed preserve_access_index preserve_static_offset unused used retain naked noreturn may_alias "
    "transparent_union warn_unused_result gnu_inline artificial flatten cold hot const pure malloc returns_nonnull leaf nothrow "
    "noclone no_instrument_function no_sanitize no_stack_protector nonnull format format_arg fallthrough maybe_unused nodiscard "
    "externally_visible optimize target no_reorder noipa no_split_stack designated_init ms_struct gcc_struct internal_linkage "
    "bpf_fastcall preserve_most preserve_none disable_tail_calls minsize optnone enum_extensibility flag_enum counted_by "
    "assume_aligned align_value sentinel no_profile_instrument_function access nonstring regparm cdecl musttail uninitialized noescape "
    "noplt visibility_hidden model type_visibility lto_visibility_public scalar_storage_order simd tls_model constructor "
    "destructor common nocommon no_address_safety_analysis copy symver section_type optsize noinit objc_root_class stdcall "
    "unavailable tainted_args fd_arg fd_arg_read fd_arg_write null_terminated_string_arg zero_call_used_regs guard guarded_by unsequenced reproducible "
    "acquire_capability release_capability pt_guarded_by bitwise safe force context nocast noderef overloadable btf_type_attribute "
    "convergent annotate no_builtin swiftcall loader_uninitialized assume callback wunused".split()
)


MOST_ALIGN = 1 << 28


def gather(f: FunctionState, attributes: list[Attribute]) -> dict[str, Any]:
    """name -> True, a string, a number, a list of strings, or the name given to cleanup. Reports what is unknown."""
    out: dict[str, Any] = {}
    for a in attributes:
        name, args = a.name, a.args
        if name in STRINGS:
            if name == "section" and not args:
                f.diag.error(a.coord, "'section' attribute takes one argument")
            out[name] = text_of(f, a) if args else ""
        elif name in LISTS:
            out.setdefault(name, []).append(text_of(f, a))
        elif name in NUMBERS:
            n = f.unit.integer_constant(f, args[0], f"'{name}' attribute") if args else 16
            if name == "aligned" and (n <= 0 or n & n - 1) and not (args and n == 0):
                f.diag.error(a.coord, "requested alignment is not a power of 2")
                n = 1
            if name == "aligned" and n > MOST_ALIGN:
                f.diag.error(a.coord, f"requested alignment must be {MOST_ALIGN} bytes or smaller")
                n = 1
            out[name] = max(out.get(name, 0), n)
        elif name == "cleanup":
            out[name] = args[0].name if args and isinstance(args[0], c_ast.ID) else None
        elif name == "mode":
            out[name] = args[0].name.strip("_") if args and isinstance(args[0], c_ast.ID) else ""
            if out[name] not in MODES:
                f.diag.error(a.coord, f"unknown machine mode '{out[name]}'")
        elif name == "format":
            numbers = [f.unit.try_constant(f, n) for n in args[1:3]]
            kind = args[0].name.strip("_") if args and isinstance(args[0], c_ast.ID) else ""
            out[name] = (numbers[0], numbers[1]) if kind == "printf" and len(numbers) == 2 and None not in numbers else True
            f.unit.formats = True
        elif name in FLAGS:
            out[name] = True
        else:
            f.diag.warning("unknown-attributes", a.coord, f"unknown attribute '{name}' ignored")
    return out


def text_of(f: FunctionState, a: Attribute) -> str:
    if a.args and isinstance(a.args[0], String):
        from .literals import string_bytes

        return string_bytes(a.args[0].parts)[0][:-1].decode("utf-8", "surrogateescape")
    word = a.args[0].name if a.args and isinstance(a.args[0], c_ast.ID) else ""
    meant, fixit = (f"; did you mean '\"{word}\"'?", f'"{word}"') if word else ("", None)
    f.diag.error(a.args[0].coord if a.args else a.coord, f"expected string literal as argument of '{a.name}' attribute{meant}", fixit)
    return ""
