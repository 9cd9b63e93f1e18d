"""Which error codes the code can raise, read from its syntax trees.

A code is the first argument of a call to an error class, or the argument `code` of a function of the house that makes
errors, given or by default. Where that argument is a table looked up by a key, every text of the table counts. So does
every text that makes a `Refusals`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("mpc", "protocols", "party_runner")
ERRORS = {"ParleyError", "LocalError", "PeerError", "Abort", "SupplyError", "NoLength"}


def codes_in(root: Path) -> dict[str, str]:
    """Each code and one file that raises it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for p in PACKAGES for path in (root / p).rglob("*.py")}
    makers = {name: place for tree in trees.values() for name, place in _makers(tree)}
    makers |= dict.fromkeys(ERRORS, 0)
    found: dict[str, str] = {}
    for path, tree in trees.items():
        tables = dict(_tables(tree))
        for code in _codes(tree, makers, tables):
            found.setdefault(code, path.relative_to(root).as_posix())
    return found


def _makers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Functions with a parameter `code`, and its position in a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [a.arg for a in node.args.args if a.arg != "self"]
            if "code" in names:
                yield node.name, names.index("code")


def _default(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    named = [*function.args.posonlyargs, *function.args.args]
    given = named[len(named) - len(function.args.defaults) :]
    pairs = zip(given, function.args.defaults, strict=True)
    return [code for argument, default in pairs if argument.arg == "code" for code in _texts(default, {})]


def _tables(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, [c for value in node.value.values for c in _texts(value, {})]


def _codes(tree: ast.AST, makers: dict[str, int], tables: dict[str, list[str]]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _default(node)
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "Refusals":
            yield from (code for given in node.keywords for code in _texts(given.value, {}))
        place = makers.get(name)
        if place is None:
            continue
        given = [k.value for k in node.keywords if k.arg == "code"] or node.args[place : place + 1]
        for argument in given:
            yield from _texts(argument, tables)


def _texts(node: ast.AST, tables: dict[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body, tables) + _texts(node.orelse, tables)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return tables.get(node.value.id, [])
    return []
