"""The words of a command: of a text that holds arguments, as a response file or flags given to the library, and what is no argument."""

from __future__ import annotations

import os

MOST_ARGUMENTS = 100_000  # files of arguments that name one another could make any number


class UsageError(Exception):
    """The command line is wrong. message: without the command's name; notes follow it."""

    def __init__(self, message: str, notes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.notes = notes


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


def expand_files(arguments: list[str], depth: int = 0) -> list[str]:
    """@file in place: its words, quoted as in a shell. A name that is no file stays an argument. Raises UsageError."""
    out: list[str] = []
    for arg in arguments:
        if arg[:1] == "@" and len(arg) > 1 and os.path.isfile(arg[1:]):
            if depth > 20:
                raise UsageError(f"'{arg}' includes itself")
            from .disk import read_named

            try:
                text = read_named(arg[1:]).decode("utf-8", "surrogateescape")
            except OSError as error:
                raise UsageError(f"cannot read '{arg[1:]}': {error.strerror}") from error
            out += expand_files(split_words(text), depth + 1)
            if len(out) > MOST_ARGUMENTS:
                raise UsageError(f"'{arg}' gives more than {MOST_ARGUMENTS} arguments")
        else:
            check_characters(arg)
            out.append(arg)
    return out


def check_characters(word: str) -> None:
    """A system's arguments are bytes without a null; those of a response file, or of the library's caller, may be anything."""
    if "\0" in word:
        raise UsageError(f"null character in the argument '{word}'")
    try:
        word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as e:
        raise UsageError(f"the argument '{word}' holds U+{ord(word[e.start]):04X}, which is no character") from None
