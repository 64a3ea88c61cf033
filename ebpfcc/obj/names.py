"""String tables: names by their offset, each decoded once."""

from __future__ import annotations

MOST = 1 << 26  # bytes of all names: overlapping ones could make any number of them


class Names:
    """`error` is what the reader raises, with `where`, for an offset at which no name is."""

    __slots__ = ("data", "error", "where", "known", "left")

    def __init__(self, data: bytes, error: type[Exception], where: str) -> None:
        self.data = data
        self.error = error
        self.where = where
        self.known: dict[int, str] = {0: ""} if not data or not data[0] else {}
        self.left = MOST

    def at(self, offset: int) -> str:
        found = self.known.get(offset)
        if found is None:
            if offset >= len(self.data):
                raise self.error(f"{self.where}: no name is at {offset}, it has {len(self.data)} bytes")
            end = self.data.find(b"\0", offset)
            if end < 0:
                raise self.error(f"{self.where}: the name at {offset} has no end")
            self.left -= end - offset
            if self.left < 0:
                raise self.error(f"{self.where}: its names are too long")
            found = self.known[offset] = self.data[offset:end].decode("utf-8", "surrogateescape")
        return found
