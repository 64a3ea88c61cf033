"""Macros that are computed where they stand: __LINE__ and its like, _Pragma, `defined`, the __has_ family (GCC and clang manuals)."""

from __future__ import annotations

import os
import re
import time

from . import features
from .directives import find_header, header_name
from .pragma import obey
from .tokens import Damaged, Token, lex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..diag import Diagnostics
    from .macros import Macro
    from .preprocess import Preprocessor

    Handler = Callable[[Preprocessor, Token, Macro, Any, Any], list[Token] | None]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LAST_SECOND = 253402300799  # of the year 9999
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def report_invalid(tok: Token, diag: Diagnostics) -> bool:
    """An error for a preprocessing token that is no token (6.4p3). Returns whether it may stay, as a literal."""
    value = str(tok.value)
    if tok.type == "BAD_NUMBER":
        at, message = wrong_number(value)
        diag.error(tok.spell + at if tok.exp is None else tok, message)
        tok.type, tok.value = "INT_CONST_DEC", Damaged("0")
    elif tok.type == "BAD_QUOTE":
        quote = '"' if '"' in value else "'"
        diag.error(tok, "empty character constant" if "''" in value else f"missing terminating {quote} character")
        tok.type, tok.value = ("STRING_LITERAL", Damaged('""')) if quote == '"' else ("CHAR_CONST", Damaged("'0'"))
    elif tok.type == "BAD_CHAR":
        shown = f"'{value}'" if value.isprintable() else f"<U+{ord(value[0]):04X}>" if ord(value[0]) < 0xD800 else "byte that is not valid UTF-8"
        diag.error(tok, f"unexpected character {shown}")
    return tok.type != "BAD_CHAR"


def wrong_number(value: str) -> tuple[int, str]:
    """(offset, message) of what makes a number none, in clang's words."""
    lower = value.lower()
    base, digits, start = (
        ("hexadecimal", "0123456789abcdef.", 2) if lower[:2] == "0x" else ("binary", "01", 2) if lower[:2] == "0b" else ("decimal", "0123456789.", 0)
    )
    if base == "hexadecimal" and lower[2:3] not in tuple(digits):
        base, digits, start = "octal", "01234567", 1
    end = start
    while end < len(lower) and lower[end] in digits:
        end += 1
    rest = lower[end:]
    is_float = "." in lower[:end] or rest[:1] in ("e", "p")
    if rest[:1] == ("p" if base == "hexadecimal" else "e"):
        exponent = end
        end += 1 + (lower[end + 1 : end + 2] in ("+", "-"))
        if not lower[end : end + 1].isdigit():
            return exponent, "exponent has no digits"
        while end < len(lower) and lower[end].isdigit():
            end += 1
    elif not is_float and base == "decimal" and lower[0] == "0" and (end == len(lower) or "8" in lower[:end] or "9" in lower[:end]):
        wrong = next((i for i, c in enumerate(lower[:end]) if c in "89"), 0)
        return wrong, f"invalid digit '{value[wrong]}' in octal constant"
    elif not is_float and rest[:1] and rest[0] in "0123456789abcdef" and (base == "binary" or base == "decimal" and rest[0] in "abcdef"):
        return end, f"invalid digit '{value[end]}' in {base} constant"
    return end, f"invalid suffix '{value[end:]}' on {'floating' if is_float else 'integer'} constant"


def _string(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one(tok: Token, kind: str, value: str) -> list[Token]:
    return [Token(kind, value, tok.pos, tok.space, tok.spell, tok.exp)]


def _number(tok: Token, value: int) -> list[Token]:
    return _one(tok, "INT_CONST_DEC", str(value))


# -- places and times ----------------------------------------------------------------------------------------------
def _line(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    pos = tok.pos
    if pp.expander.call_end and (tok.exp is not None or tok.spell != pos):
        pos = pp.expander.call_end  # clang and GCC: the line on which the outermost call ends
    return _number(tok, pp.sources.locate(pos)[1])


def _file(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    return _one(tok, "STRING_LITERAL", _string(pp.sources.locate(tok.pos)[0]))


def _file_name(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    return _one(tok, "STRING_LITERAL", _string(os.path.basename(pp.sources.locate(tok.pos)[0])))


def _base_file(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    return _one(tok, "STRING_LITERAL", _string(pp.sources.map_name(pp.main_name)))


def _include_level(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    return _number(tok, max(0, len(pp.frames) - 1))


def _counter(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    pp.counter += 1
    return _number(tok, pp.counter - 1)


def _now(pp: Preprocessor, tok: Token) -> time.struct_time:
    if pp.time is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")  # reproducible-builds.org
        if epoch and not (epoch.isascii() and epoch.isdigit() and len(epoch) <= 12 and int(epoch) <= LAST_SECOND):
            pp.diag.error(tok, f"environment variable 'SOURCE_DATE_EPOCH' ('{epoch}') must be a non-negative decimal integer <= {LAST_SECOND}")
            epoch = "0"
        pp.time = time.gmtime(int(epoch)) if epoch else time.localtime()
    now = pp.time
    assert isinstance(now, time.struct_time)
    return now


def _date(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    pp.diag.warning("date-time", tok, "expansion of date or time macro is not reproducible")
    now = _now(pp, tok)
    return _one(tok, "STRING_LITERAL", f'"{MONTHS[now.tm_mon - 1]} {now.tm_mday:2d} {now.tm_year}"')


def _time(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    pp.diag.warning("date-time", tok, "expansion of date or time macro is not reproducible")
    now = _now(pp, tok)
    return _one(tok, "STRING_LITERAL", f'"{now.tm_hour:02d}:{now.tm_min:02d}:{now.tm_sec:02d}"')


def _timestamp(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token]:
    try:
        when = time.localtime(os.stat(pp.sources.find(tok.pos).name).st_mtime)
    except OSError:
        return _one(tok, "STRING_LITERAL", '"??? ??? ?? ??:??:?? ????"')
    clock = f"{when.tm_hour:02d}:{when.tm_min:02d}:{when.tm_sec:02d}"
    return _one(tok, "STRING_LITERAL", f'"{DAYS[when.tm_wday]} {MONTHS[when.tm_mon - 1]} {when.tm_mday:2d} {clock} {when.tm_year}"')


# -- operators -------------------------------------------------------------------------------------------------------
def _defined(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token] | None:
    """`defined X` in a condition; elsewhere a name like any other."""
    if not pp.in_condition:
        return None
    name = pp.expander.next_token(stack, None)
    closing = name is not None and name.type == "LPAREN"
    if closing:
        name = pp.expander.next_token(stack, None)
    spelling = str(name.value) if name is not None else ""
    if not spelling or not (spelling[0].isalpha() or spelling[0] in "_$"):
        pp.diag.error(name or tok, "macro name must be an identifier")
        return _number(tok, 0)
    if closing:
        end = pp.expander.next_token(stack, None)
        if end is None or end.type != "RPAREN":
            pp.diag.error(end or tok, "missing ')' after 'defined'")
    if tok.exp is not None:
        pp.diag.warning("expansion-to-defined", tok, "macro expansion producing 'defined' has undefined behavior")
    return _number(tok, int(pp.table.is_defined(spelling)))


def _operand(pp: Preprocessor, tok: Token, stack: Any, more: Any) -> list[Token] | None:
    """The unexpanded tokens between parentheses; None if there is no '(' or no end."""
    if not pp.expander.opens_call(stack):
        return None
    out: list[Token] = []
    depth = 0
    while True:
        following = pp.expander.next_token(stack, more)
        if following is None:
            pp.diag.error(tok, f"missing ')' after '{tok.value}'")
            return None
        if following.type == "LPAREN":
            depth += 1
        elif following.type == "RPAREN":
            if depth == 0:
                return out
            depth -= 1
        out.append(following)


def _has(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token] | None:
    """__has_builtin and the others that take one name."""
    operand = _operand(pp, tok, stack, more)
    if operand is None:
        if pp.in_condition:
            pp.diag.error(tok, f"missing '(' after '{tok.value}'")
            return _number(tok, 0)
        return None
    kind = macro.builtin
    spelling = "".join(str(t.value) for t in operand)
    if not operand:
        pp.diag.error(tok, f"'{kind}' needs an operand")
        return _number(tok, 0)
    if kind == "__has_c_attribute":
        name = features.strip_underscores(spelling.replace("__clang__::", "clang::").replace("__gnu__::", "gnu::"))
        version = features.C_ATTRIBUTES.get(name, "0")
        if "::" in spelling:
            scope, _, name = spelling.partition("::")
            known = features.strip_underscores(name) in features.ATTRIBUTES and features.strip_underscores(scope) in ("gnu", "clang")
            version = "1" if known else "0"
        return _one(tok, "INT_CONST_DEC", version)
    return _number(tok, int(_answer(pp, kind, spelling)))


def _answer(pp: Preprocessor, kind: str, name: str) -> bool:
    if kind == "__has_builtin":
        return name in features.BUILTINS or name in ("__has_builtin",) and False
    if kind == "__has_attribute":
        return features.strip_underscores(name) in features.ATTRIBUTES
    if kind == "__has_feature":
        year = int(pp.options.std_year) if pp.options.std_year not in ("89", "94", "99") else 0
        plain = features.strip_underscores(name)
        return plain in features.FEATURES and (year >= 11 or not plain.startswith("c_"))
    if kind == "__has_extension":
        return features.strip_underscores(name) in features.EXTENSIONS
    if kind == "__is_identifier":
        return pp.types[name] == "ID" and name not in features.GNU_KEYWORDS
    if kind == "__has_warning":
        from ..diag import GROUPS, WARNINGS

        flag = name.strip('"')[2:]
        return flag in WARNINGS or flag in GROUPS
    if kind == "__is_target_arch":
        return name in (("x86_64",) if pp.options.target == "host" else ("bpfeb",) if pp.options.big_endian else ("bpf", "bpfel"))
    return False


def _has_include(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token] | None:
    """__has_include and __has_include_next, in conditions."""
    if not pp.in_condition:
        pp.diag.error(tok, f"{tok.value} must be used within a preprocessing directive")
        return _number(tok, 0)
    operand = _operand(pp, tok, stack, None)
    if operand is None:
        pp.diag.error(tok, f"missing '(' after '{tok.value}'")
        return _number(tok, 0)
    named = header_name(pp, operand)
    if named is None:
        named = header_name(pp, pp.expander.expand(operand))
    if named is None:
        pp.diag.error(tok, 'expected "FILENAME" or <FILENAME>')
        return _number(tok, 0)
    if macro.builtin == "__has_embed":
        return _number(tok, 0)
    found = find_header(pp, pp.frames[-1], named[0], named[1], macro.builtin == "__has_include_next")
    return _number(tok, int(found is not None))


def _pragma(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token] | None:
    """_Pragma("..."): carried out when it reaches the output, so that arguments and replacements keep it as it is."""
    if pp.expander.depth > 0 or pp.in_condition:
        return None
    operand = _operand(pp, tok, stack, more)
    if operand is not None:
        operand = pp.expander.expand(operand)
    if operand is None or len(operand) != 1 or not operand[0].type.endswith("STRING_LITERAL"):
        pp.diag.error(tok, "_Pragma takes a parenthesized string literal")
        return []
    spelling = str(operand[0].value)
    text = spelling[spelling.index('"') + 1 : -1]
    text = re.sub(r'\\(["\\])', r"\1", text)
    tokens = lex(text, 0, len(text), 0, pp.types)
    for t in tokens:
        t.pos, t.spell, t.exp = tok.pos, operand[0].spell, operand[0].exp
    frame = pp.frames[-1] if pp.frames else None
    return obey(pp, tokens, tok.pos, operand[0].spell, frame) or []


def _poison(pp: Preprocessor, tok: Token, macro: Macro, stack: Any, more: Any) -> list[Token] | None:
    pp.diag.error(tok, f"attempt to use a poisoned identifier '{tok.value}'")
    return None


HANDLERS: dict[str, Handler] = {
    "__LINE__": _line, "__FILE__": _file, "__FILE_NAME__": _file_name, "__BASE_FILE__": _base_file, "__INCLUDE_LEVEL__": _include_level,
    "__COUNTER__": _counter, "__DATE__": _date, "__TIME__": _time, "__TIMESTAMP__": _timestamp, "defined": _defined, "_Pragma": _pragma,
    "__has_include": _has_include, "__has_include_next": _has_include, "__has_embed": _has_include, "poison": _poison,
    "__has_builtin": _has, "__has_attribute": _has, "__has_feature": _has, "__has_extension": _has, "__has_c_attribute": _has,
    "__has_cpp_attribute": _has, "__has_declspec_attribute": _has, "__has_warning": _has, "__is_identifier": _has,
    "__is_target_arch": _has, "__is_target_vendor": _has, "__is_target_os": _has, "__is_target_environment": _has,
    "__building_module": _has, "__has_constexpr_builtin": _has,
}  # fmt: skip
