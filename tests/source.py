"""Our own source as syntax trees: what is imported where, what is said to the user, how long things are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("planner", "models")
SAYS = {"_": 1, "gettext": 1, "ngettext": 2}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def modules() -> list[Path]:
    """Return every file of the product."""
    return sorted([*(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")), *ROOT.glob("app.py")])


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path, *, at_start_only: bool = False) -> set[str]:
    """Return the dotted names a file imports; `at_start_only` leaves out late imports and those for types alone."""
    nodes = _at_start(tree(path)) if at_start_only else ast.walk(tree(path))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _at_start(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not is_for_types and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _at_start(child)


def said(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every literal that is passed to gettext, with its line; fail on one that is not a literal."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
            for argument in node.args[: SAYS[node.func.id]]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, node.lineno
                assert not isinstance(argument, ast.JoinedStr), f"{name(path)}:{node.lineno}: an f-string has no msgid"


def texts(path: Path) -> set[str]:
    """Return every literal text of a file: a sentence may be looked up by a name that stands in a table."""
    return {
        node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every function with its number of lines, docstring not counted; inner functions count in the outer one."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            docstring = node.body[0] if ast.get_docstring(node, clean=False) else None
            spent = 0 if docstring is None else (docstring.end_lineno or 0) - docstring.lineno + 1
            yield node.name, node.end_lineno - node.lineno + 1 - spent
