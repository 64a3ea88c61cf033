"""Integer, character and string literals (C11 6.4.4, 6.4.5; GNU binary constants and `\\e`)."""

from __future__ import annotations

from .types import CHAR, INT, LLONG, LONG, UINT, ULLONG, ULONG, USHORT, Int

ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "e": 27, "E": 27, "\\": 92, "'": 39, '"': 34, "?": 63}

HEX_DIGITS = "0123456789abcdefABCDEF"
REPLACEMENT = 0xFFFD  # for a character that there is not; wrong_escape says so


def integer(spelling: str) -> tuple[Int, int] | None:
    """(type, value) of an integer constant (6.4.4.1); None if it is malformed or too large."""
    text = spelling.lower().replace("'", "")
    digits = text.rstrip("ul")
    suffix = text[len(digits) :]
    if suffix not in ("", "u", "l", "ul", "lu", "ll", "ull", "llu"):
        return None
    try:
        if digits.startswith("0x"):
            value = int(digits[2:], 16)
        elif digits.startswith("0b"):
            value = int(digits[2:], 2)
        elif digits.startswith("0") and len(digits) > 1:
            value = int(digits, 8)
        else:
            value = int(digits)
    except ValueError:
        return None
    decimal = not digits.startswith("0")
    unsigned = "u" in suffix
    types: tuple[Int, ...] = (INT, UINT, LONG, ULONG, LLONG, ULLONG)
    if "ll" in suffix:
        types = types[4:]
    elif "l" in suffix:
        types = types[2:]
    for t in types:
        if unsigned and t.signed or decimal and not unsigned and not t.signed:
            continue
        if value < 1 << (t.size * 8 - t.signed):
            return t, value
    return (ULLONG, value) if value < 1 << 64 else None


def wrong_escape(spelling: str) -> str | None:
    """What is wrong with the escapes of a literal, or None. The parser asks it about each that it reads."""
    prefix, body = split_prefix(spelling)
    width = WIDE.get(prefix, CHAR).size
    i = body.find("\\")
    while i >= 0:
        c = body[i + 1 : i + 2]
        j = i + 2
        if c == "x":
            while body[j : j + 1] and body[j] in HEX_DIGITS:
                j += 1
            if j == i + 2:
                return "\\x used with no following hex digits"
            if int(body[i + 2 : j], 16) >> width * 8:
                return "hex escape sequence out of range"
        elif c in ("u", "U"):
            digits = body[j : j + (4 if c == "u" else 8)]
            if len(digits) < (4 if c == "u" else 8) or any(d not in HEX_DIGITS for d in digits):
                return "incomplete universal character name"
            if int(digits, 16) > 0x10FFFF or 0xD800 <= int(digits, 16) < 0xE000:
                return "invalid universal character"
        elif c in ("0", "1", "2", "3", "4", "5", "6", "7") and width == 1:
            octal = "".join(d for d in body[i + 1 : i + 4] if d in "01234567")
            if len(octal) == 3 and int(octal, 8) > 255:
                return "octal escape sequence out of range"
        i = body.find("\\", i + 2)
    return None


def unescape(body: str) -> list[int]:
    """The code points of a literal's body; bytes that are no UTF-8 come back as 0xDC80 + byte (surrogateescape)."""
    if "\\" not in body:
        return [ord(c) for c in body]
    out: list[int] = []
    i, n = 0, len(body)
    while i < n:
        c = body[i]
        i += 1
        if c != "\\" or i >= n:
            out.append(ord(c))
            continue
        c = body[i]
        if c in "01234567":
            j = i
            while j < n and j < i + 3 and body[j] in "01234567":
                j += 1
            out.append(-1 - (int(body[i:j], 8) & 0xFFFFFFFF))
            i = j
        elif c == "x":
            j = i + 1
            while j < n and body[j] in HEX_DIGITS:
                j += 1
            out.append(-1 - (int(body[i + 1 : j] or "0", 16) & 0xFFFFFFFF))
            i = j
        elif c in "uU":
            width = 4 if c == "u" else 8
            j = i + 1
            while j < n and j <= i + width and body[j] in HEX_DIGITS:
                j += 1
            point = int(body[i + 1 : j] or "0", 16)
            out.append(point if point <= 0x10FFFF and not 0xD800 <= point < 0xE000 else REPLACEMENT)
            i = j
        else:
            out.append(ESCAPES.get(c, ord(c)))
            i += 1
    return out


def _encode(points: list[int], width: int) -> bytes:
    """Numeric escapes (stored as -1 - value) are code units; other characters are encoded."""
    out = bytearray()
    for p in points:
        if p < 0:
            out += (-1 - p & (1 << width * 8) - 1).to_bytes(width, "little")
        elif width == 1:
            out += chr(p).encode("utf-8", "surrogateescape")
        elif width == 2 and p > 0xFFFF:
            out += chr(p).encode("utf-16-le")
        else:
            out += p.to_bytes(width, "little")
    return bytes(out)


def split_prefix(spelling: str) -> tuple[str, str]:
    """(encoding prefix, body between the quotes)."""
    quote = min(i for i in (spelling.find('"'), spelling.find("'")) if i >= 0)
    return spelling[:quote], spelling[quote + 1 : -1]


WIDE = {"": CHAR, "u8": CHAR, "L": INT, "u": USHORT, "U": UINT}


def string_bytes(parts: list[str]) -> tuple[bytes, Int]:
    """(bytes with terminating zero, element type) of adjacent literals (6.4.5)."""
    elem: Int = CHAR
    bodies = []
    for part in parts:
        prefix, body = split_prefix(part)
        if prefix:
            elem = WIDE[prefix]
        bodies.append(body)
    data = b"".join(_encode(unescape(body), elem.size) for body in bodies)
    return data + bytes(elem.size), elem


def character(spelling: str) -> tuple[Int, int]:
    """(type, value) of a character constant (6.4.4.4): int for plain ones, several characters as GCC packs them."""
    prefix, body = split_prefix(spelling)
    points = unescape(body)
    if prefix in ("", "u8"):
        data = _encode(points, 1)
        value = 0
        for byte in data:
            value = (value << 8 | byte) & 0xFFFFFFFF
        if len(data) == 1:
            value = value - 256 if value > 127 else value
        return INT, value - (1 << 32) if value >> 31 and len(data) > 1 else value
    t = WIDE[prefix]
    p = points[0] if points else 0
    return t, -1 - p if p < 0 else p
