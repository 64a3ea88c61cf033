"""The words of a text that holds arguments: of a response file, or of flags given to the library."""

from __future__ import annotations


def split_words(text: str) -> list[str]:
    """Blanks separate, quotes hold together, a backslash takes the next character as it is."""
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for c in characters:
        if c == "\\":
            word = word or []
            word.append(next(characters, ""))
        elif quote:
            if c == quote:
                quote = ""
            else:
                word = word or []
                word.append(c)
        elif c in "\"'":
            quote = c
            word = word or []
        elif c.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = word or []
            word.append(c)
    if word is not None:
        words.append("".join(word))
    return words


def no_argument(word: str) -> str:
    """Why this cannot be one: a system's arguments are bytes without a null; those of a response file, or of the library's caller, may be anything."""
    if "\0" in word:
        return f"null character in the argument '{word}'"
    try:
        word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as e:
        return f"the argument '{word}' holds U+{ord(word[e.start]):04X}, which is no character"
    return ""
