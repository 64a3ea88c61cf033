"""Enters pycparser's parser without what only its reading of files and its own lexer need (subprocess, dataclasses with inspect, the
lexer's regular expressions): 20 of the 150 ms that a small program takes. For the command, whose process is ours; a library import
leaves the modules of others as they are."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STANDING_IN = ("pycparser", "pycparser.c_lexer", "dataclasses")


def enter_parser() -> None:
    """Imports pycparser.c_parser, the ordinary way if this one does not suit the version at hand."""
    if any(name in sys.modules for name in STANDING_IN):
        return
    try:
        package, lexer, classes = stand_ins()
        sys.modules.update(zip(STANDING_IN, (package, lexer, classes)))
        __import__("pycparser.c_parser")
    except Exception:  # whatever another version of pycparser wants: it gets the real modules
        for name in [n for n in sys.modules if n.partition(".")[0] == "pycparser"]:
            del sys.modules[name]
    finally:
        sys.modules.pop("dataclasses", None)


def stand_ins() -> tuple[ModuleType, ModuleType, ModuleType]:
    """The package without its __init__, a lexer whose names exist, and dataclasses whose instances only hold what they are given."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("pycparser")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("pycparser is not installed")
    package = ModuleType("pycparser")
    package.__path__ = list(spec.submodule_search_locations)
    package.__spec__ = spec
    lexer = ModuleType("pycparser.c_lexer")
    lexer.__getattr__ = lambda name: object  # type: ignore[method-assign]
    classes = ModuleType("dataclasses")
    classes.dataclass = dataclass  # type: ignore[attr-defined]
    return package, lexer, classes


def dataclass(cls: Any = None, **_: bool) -> Any:
    def finish(cls: Any) -> Any:
        names = list(cls.__annotations__)

        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            for name, value in (*zip(names, args), *kwargs.items()):
                setattr(self, name, value)

        cls.__init__ = __init__
        return cls

    return finish if cls is None else finish(cls)
