"""BTF as assembly text with clang's comments, `# BTF_KIND_VAR(id = 5)`, which build systems look for (kernel Documentation/bpf/btf.rst).

In: the bytes of .BTF and .BTF.ext. Out: directives that give the same bytes.
"""

from __future__ import annotations

import struct

from ..diag import visible

KINDS = (
    "UNKN", "INT", "PTR", "ARRAY", "STRUCT", "UNION", "ENUM", "FWD", "TYPEDEF", "VOLATILE", "CONST", "RESTRICT", "FUNC", "FUNC_PROTO", "VAR",
    "DATASEC", "FLOAT", "DECL_TAG", "TYPE_TAG", "ENUM64",
)  # fmt: skip
# Words of 4 bytes after the three that all kinds have: so many, and so many for each of vlen.
EXTRA = {"INT": (1, 0), "ARRAY": (3, 0), "STRUCT": (0, 3), "UNION": (0, 3), "ENUM": (0, 2), "FUNC_PROTO": (0, 2), "VAR": (1, 0), "DATASEC": (0, 3),
         "DECL_TAG": (1, 0), "ENUM64": (0, 3)}  # fmt: skip
COLUMN = 40


def row(directive: str, value: object, comment: str = "") -> str:
    text = f"\t{directive}\t{value}"
    if not comment:
        return text + "\n"
    width = 8 + len(directive) + (8 - len(directive) % 8) + len(str(value))
    return f"{text}{' ' * max(1, COLUMN - width)}# {comment}\n"


def string_at(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode("utf-8", "replace") if 0 <= at < len(strings) else ""


def btf_text(data: bytes, big_endian: bool) -> str:
    """The section .BTF."""
    e = ">" if big_endian else "<"
    magic, version, flags, header, type_off, type_len, str_off, str_len = struct.unpack_from(e + "HBBIIIII", data)
    strings = data[header + str_off : header + str_off + str_len]
    out = ['\t.section\t.BTF,"",@progbits\n\t.p2align\t2, 0x0\n', row(".short", magic, f"0x{magic:x}"), row(".byte", version), row(".byte", flags)]
    out += [row(".long", value) for value in (header, type_off, type_len, str_off, str_len)]
    words = struct.unpack_from(f"{e}{type_len // 4}I", data, header + type_off)
    at = 0
    ident = 1
    while at < len(words):
        name, info, value = words[at : at + 3]
        number = info >> 24 & 31
        kind = KINDS[number] if number < len(KINDS) else str(number)
        fixed, each = EXTRA.get(kind, (0, 0))
        spelled = string_at(strings, name)
        out.append(row(".long", name, f"BTF_KIND_{kind}(id = {ident}){f' {visible(spelled)}' if spelled else ''}"))
        out += [row(".long", f"{info}", f"0x{info:x}"), row(".long", value)]
        count = fixed + each * (info & 0xFFFF)
        out += [row(".long", word) for word in words[at + 3 : at + 3 + count]]
        at += 3 + count
        ident += 1
    at = 0
    while at < len(strings):
        end = strings.index(b"\0", at)
        out.append(row(".asciz", '"' + escaped(strings[at:end]) + '"', f"string offset={at}"))
        at = end + 1
    return "".join(out)


def ext_text(data: bytes, big_endian: bool) -> str:
    """The section .BTF.ext: a header and three lists, as words."""
    e = ">" if big_endian else "<"
    magic, version, flags = struct.unpack_from(e + "HBB", data)
    out = ['\t.section\t.BTF.ext,"",@progbits\n\t.p2align\t2, 0x0\n', row(".short", magic, f"0x{magic:x}"), row(".byte", version), row(".byte", flags)]
    words = struct.unpack_from(f"{e}{len(data) // 4 - 1}I", data, 4)
    starts = {}
    if len(words) > 6:
        starts = {words[0] + words[1 + 2 * i]: what for i, what in enumerate(("FuncInfo", "LineInfo", "FieldReloc")) if words[2 + 2 * i]}
    out += [row(".long", word, starts.get(4 + i * 4, "")) for i, word in enumerate(words)]
    return "".join(out)


def escaped(data: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03o}" for b in data)
