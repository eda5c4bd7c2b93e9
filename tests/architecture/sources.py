"""The source files of the house, parsed once, and small questions about them."""

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file: its dotted module name, its text and its tree."""

    module: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The app that it belongs to; the package itself for what is outside apps."""
        parts = self.module.split(".")
        return parts[1] if parts[0] == "apps" and len(parts) > 1 else parts[0]


Finding = tuple[str, int]  # module, line
Finder = Callable[[ast.AST], bool]


def source(text: str, module: str = "apps.example.operations") -> Source:
    """Parse a text as if it stood in a module."""
    return Source(module, text, ast.parse(text))


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """Return every Python file below the packages, without migrations."""
    files = sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))
    return tuple(
        source(path.read_text(), ".".join(path.relative_to(ROOT).with_suffix("").parts))
        for path in files
        if "migrations" not in path.parts
    )


def where(files: Iterable[Source], finder: Finder) -> Iterator[Finding]:
    """Yield the module and line of every node that the finder knows."""
    for file in files:
        for node in ast.walk(file.tree):
            if finder(node):
                yield file.module, getattr(node, "lineno", 0)


def outside(files: Iterable[Source], finder: Finder, allowed: Iterable[str]) -> list[str]:
    """Return, readably, what the finder knows outside the allowed modules; a name that ends in .* allows a package."""
    return [f"{module}:{line}" for module, line in where(files, finder) if not _is_allowed(module, allowed)]


def unused(files: Iterable[Source], finder: Finder, allowed: Iterable[str]) -> list[str]:
    """Return the entries of an allow-list that nothing needs any more."""
    found = {module for module, _ in where(files, finder)}
    return [entry for entry in allowed if not any(_is_allowed(module, [entry]) for module in found)]


def named(*names: str) -> Finder:
    """Know every mention of these names, alone or as an attribute, but not their definitions."""

    def finder(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in names
        return isinstance(node, ast.Name) and node.id in names

    return finder


def saying(*texts: str) -> Finder:
    """Know every string constant that contains one of these texts."""

    def finder(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and any(text in node.value for text in texts)
        )

    return finder


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@cache
def rooms() -> tuple[tuple[str, ...], ...]:
    """Return the layers of rooms as import-linter keeps them, top first."""
    (contract,) = [c for c in project()["tool"]["importlinter"]["contracts"] if c["id"] == "rooms"]
    return tuple(tuple(name.strip(" ()") for name in layer.split("|")) for layer in contract["layers"])


def height(room: str) -> int:
    """Return how high a room lies: greater is higher."""
    for place, layer in enumerate(rooms()):
        if room in layer:
            return len(rooms()) - place
    raise LookupError(f"the room {room} is not placed in pyproject.toml")


def _is_allowed(module: str, allowed: Iterable[str]) -> bool:
    return any(
        module == entry or (entry.endswith(".*") and module.startswith(entry.removesuffix("*"))) for entry in allowed
    )
