"""Which package may import which, no cycles, no module beyond 600 lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "ebpfcc"
MOST_LINES = 600
BASE = {"target", "diag", "options", "disk"}
MAY_IMPORT = {
    "target": set[str](),
    "diag": {"options"},
    "ir": BASE,
    "source": BASE | {"btf2c"},
    "opt": BASE | {"ir"},
    "c": BASE | {"ir", "source"},
    "codegen": BASE | {"ir"},
    "obj": BASE,
    "btf2c": BASE | {"obj"},
    "binutils": BASE | {"obj"},
    "sim": BASE | {"obj"},
    "kernel": BASE | {"obj"},
    "debug": BASE | {"obj", "binutils", "sim", "kernel"},
}
STAGES = set(MAY_IMPORT) - {"target", "diag"}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = list(path.relative_to(ROOT.parent).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(name: str, tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """(module of ours, whether only functions or type checkers import it)"""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]

    def walk(node: ast.AST, late: bool) -> Iterator[tuple[str, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ImportFrom):
                base = package.split(".")[: len(package.split(".")) - child.level + 1] if child.level else []
                home = ".".join(base + ([child.module] if child.module else []))
                for alias in child.names:
                    yield (f"{home}.{alias.name}" if f"{home}.{alias.name}" in MODULES else home), late
            elif isinstance(child, ast.Import):
                for alias in child.names:
                    yield alias.name, late
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                yield from walk(child, True)
            elif isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
                for statement in child.body:
                    yield from walk(ast.Module([statement], []), True)
                for statement in child.orelse:
                    yield from walk(ast.Module([statement], []), late)
            else:
                yield from walk(child, late)

    for module, late in walk(tree, False):
        if module in MODULES:
            yield module, late


GRAPH = {name: list(imports(name, ast.parse(path.read_text(encoding="utf-8")))) for name, path in MODULES.items()}


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("name", [n for n in MODULES if package_of(n) in MAY_IMPORT])
def test_imports_follow_the_layers(name: str) -> None:
    own = package_of(name)
    wrong = {package_of(m) for m, _ in GRAPH[name]} - MAY_IMPORT[own] - {own}
    assert not wrong, f"{name} imports {sorted(wrong)}"


@pytest.mark.parametrize("name", [n for n in MODULES if package_of(n) not in STAGES])
def test_the_command_imports_stages_when_it_needs_them(name: str) -> None:
    early = {m for m, late in GRAPH[name] if not late and package_of(m) in STAGES}
    # positions of messages are the front's and the driver's alike
    assert early <= {"ebpfcc.source.files"}, f"{name} imports {sorted(early)} at once"


def test_no_cycles() -> None:
    """Among what is imported at once; a function may import what it needs later."""
    state: dict[str, int] = {}

    def visit(name: str, path: list[str]) -> None:
        if state.get(name) == 2:
            return
        assert state.get(name) != 1, " -> ".join([*path[path.index(name) :], name])
        state[name] = 1
        for module, late in GRAPH[name]:
            if not late and module != name:
                visit(module, [*path, name])
        state[name] = 2

    for name in MODULES:
        visit(name, [])


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_short(name: str) -> None:
    lines = len(MODULES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES


def test_records_are_never_changed_in_place() -> None:
    """Copies of an instruction share its Mem, Atomic, Call or Asm."""
    changed = re.compile(r"\baux\.\w+ (?:[-+|&]?=) ")
    found = [f"{name}: {line.strip()}" for name, path in MODULES.items() for line in path.read_text().split("\n") if changed.search(line)]
    assert not found
