"""Nothing outside a suite's folder touches the arrays of a share or makes one: read from the code itself.

What a share holds is known by the fields of the share classes that suites use. A file that has to do with shares reads
no attribute of such a name; only calls are other things, as `prg.words(...)`, which draws words.
"""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from protocols.one_array import OneArray, OneArrayBits
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays

ROOT = Path(__file__).resolve().parent.parent
INSIDE = ("protocols/beaver/", "protocols/ideal/", "protocols/replicated3/", "protocols/yao/", "protocols/one_array.py")
FOLDERS = ("mpc", "protocols", "party_runner", "bench", "examples")
OPENED_HERE = ("protocols.shares", "protocols.suite", "protocols.prefix")
"""Who imports one of these has to do with shares."""

SHARES = (OneArray, OneArrayBits, TwoArrays, TwoArrayBits)
CLASSES = {cls.__name__ for cls in SHARES}
ARRAYS = {field.name for cls in SHARES for field in fields(cls)} - {"shape", "ring", "algebra"}

NO_SHARES = {"ring", "packed", "ciphertexts_of"}
"""What else has words: a ring says how many an element takes, and ciphertexts are what their holder may see."""


def files():
    inside = tuple(str(ROOT / place) for place in INSIDE)
    every = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
    return [p for p in every if not str(p).startswith(inside)]


def openings(source: str) -> list[str]:
    """Each place of a source that names a share's class or reads its arrays."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    named = [(n.lineno, alias.name) for n in imports for alias in n.names] + [
        (node.lineno, node.id) for node in nodes if isinstance(node, ast.Name)
    ]
    found = [f"{line}: {name}" for line, name in named if name in CLASSES | {"one_array", "two_arrays"}]
    if any(node.module in OPENED_HERE for node in imports):
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        attributes = [node for node in nodes if isinstance(node, ast.Attribute) and id(node) not in called]
        found += [
            f"{node.lineno}: .{node.attr}"
            for node in attributes
            if node.attr in ARRAYS and name_of(node.value) not in NO_SHARES
        ]
    return found


def name_of(node: ast.expr) -> str:
    """The last name of an expression, or of the function that it calls."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_share_stays_closed(path):
    assert not openings(path.read_text())


def test_what_is_forbidden_is_found():
    assert {"words", "first", "second", "zero"} == ARRAYS
    seen = "from protocols.shares import ArithmeticShare\n"
    assert openings(seen + "y = x.words + 1")
    assert openings(seen + "y = share_of(ring).words")
    assert openings(seen + "y = x.second")
    assert not openings(seen + "y = ctx.ring.words + ciphertexts_of(x).words[0]")
    assert openings("from protocols.one_array import OneArray\nOneArray(w, ring)")
    assert openings("from protocols import one_array")
    assert openings("from protocols.replicated3 import two_arrays")
    assert not openings(seen + "mask = prg.words((3,))")
