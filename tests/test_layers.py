"""Imports go downward only: one table of what each file and package may import, read against the code itself.

Imports under TYPE_CHECKING are free. Nobody imports the face, `mpc/__init__.py`.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("native", "mpc", "protocols", "party_runner")

ORDER = {
    "native": ("build_native", "__init__"),
    "mpc": (
        "errors", "cores", "primes", "accelerator", "words", "matmul", "sums", "ring", "wide_ring", "bits",
        "bit_tables", "binary_field", "encoding", "prg", "field", "bigint", "powers_of_base", "crt", "label_hash",
        "device", "wire", "decoder", "handshake", "identity", "link", "introduction", "endings", "mailbox", "peer",
        "transport_memory", "transport_tls", "connecting", "transport", "correlations", "costs", "supply", "context",
        "store", "planning", "simulation", "testing",
    ),
    "protocols": (
        "shares", "suite", "ranges", "prefix", "ideal", "beaver", "ot", "numeric", "preprocessing", "array",
        "input_shapes", "sources", "execution", "storing",
    ),
}  # fmt: skip
"""The files and folders of each package, lowest first."""

APART = {"ideal": {"beaver"}, "beaver": {"ideal"}}
"""What must not import one another although their level would allow it."""

FOLDER_ORDER = {
    "protocols.beaver": (
        "share", "arithmetic", "boolean", "tables", "by_masks", "by_tables", "convert", "truncate", "__init__",
    ),
    "protocols.ideal": ("share", "arithmetic", "boolean", "convert", "truncate", "__init__"),
    "protocols.ot": (
        "base_co15", "correlated", "ideal", "extension_iknp03", "puncturable", "folding", "seeds_roy22",
        "extension_softspoken_roy22", "pads", "products_alsz13", "transfers", "one_of_many", "half_trees",
        "silent_ferret_ywlzw20", "__init__",
    ),
    "protocols.preprocessing": (
        "demand", "dealer", "estimates", "pairs", "streams", "products", "tables", "making", "checking", "from_ot",
        "__init__",
    ),
    "protocols.array": (
        "secret", "scales", "arithmetic", "shape", "logic", "functions", "evaluate", "inputs", "__init__",
    ),
    "mpc.device": (
        "platforms", "program", "memory", "limbs", "engine", "check", "thresholds", "device", "words", "__init__",
    ),
    "mpc.store": ("files", "journal", "making", "supply", "__init__"),
    "mpc.testing": (
        "strategies", "wrapping", "faults", "transcripts", "views", "sampling", "enumeration", "__init__",
    ),
}  # fmt: skip


def files():
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def module_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).with_suffix("").parts


def imports_of(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """Line and dotted name of every import of the house in a file, those under TYPE_CHECKING left out."""
    found: list[tuple[int, tuple[str, ...]]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Import):
            found.extend((node.lineno, tuple(alias.name.split("."))) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports name the whole path"
            base = tuple((node.module or "").split("."))
            found.extend((node.lineno, _submodule(base, alias.name)) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text()))
    return [(line, name) for line, name in found if name[0] in PACKAGES]


def _submodule(base: tuple[str, ...], name: str) -> tuple[str, ...]:
    folder = ROOT.joinpath(*base)
    return (*base, name) if (folder / f"{name}.py").exists() or (folder / name).is_dir() else base


def level(package: str, name: str) -> int:
    """The place of a file in its package's order; every file has one."""
    assert name in ORDER[package], f"{package}/{name} has no place in the order of tests/test_layers.py: give it one"
    return ORDER[package].index(name)


def complaint(importer: tuple[str, ...], imported: tuple[str, ...]) -> str | None:
    """Why one module may not import the other; None if it may."""
    if imported == ("mpc",):
        return "the face is for users"
    if PACKAGES.index(imported[0]) > PACKAGES.index(importer[0]):
        return "a package imports only packages below it"
    if imported[0] != importer[0] or importer[0] in ("native", "party_runner"):
        return None
    if importer[0] == "mpc" and imported[1] == "testing" != importer[1]:
        return "nothing but tests imports the test kit"
    return _within(importer, imported)


def _within(importer: tuple[str, ...], imported: tuple[str, ...]) -> str | None:
    package, mine, theirs = importer[0], importer[1], imported[1]
    if mine == theirs:
        folder = FOLDER_ORDER.get(f"{package}.{mine}")
        if folder is None or len(imported) < 3:
            return None
        above = folder.index(imported[2]) >= folder.index(importer[2])
        return "a file imports only files before it in its folder" if above else None
    if theirs in APART.get(mine, ()):
        return "suites know nothing of one another"
    return None if level(package, theirs) < level(package, mine) else "a file imports only files before it"


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_downward(path):
    importer = module_of(path)
    if importer == ("mpc", "__init__"):
        return
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {'.'.join(imported)}: {why}"
        for line, imported in imports_of(path)
        if (why := complaint(importer, imported))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_file_has_a_place():
    for path in files():
        package, name, *_ = module_of(path)
        if package in ("mpc", "protocols") and name != "__init__":
            level(package, name)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        (("mpc", "context"), ("protocols", "suite")),
        (("mpc", "ring"), ("mpc", "prg")),
        (("protocols", "beaver", "share"), ("mpc",)),
        (("protocols", "beaver", "share"), ("protocols", "ideal", "share")),
        (("protocols", "beaver", "share"), ("protocols", "beaver", "convert")),
        (("mpc", "context"), ("mpc", "testing")),
        (("protocols", "suite"), ("party_runner", "cli")),
        (("mpc", "correlations"), ("mpc", "context")),
    ],
)
def test_the_table_forbids_what_it_should(importer, imported):
    assert complaint(importer, imported)


def test_the_table_allows_what_it_should():
    assert complaint(("mpc", "context"), ("mpc", "correlations")) is None
    assert complaint(("protocols", "beaver", "convert"), ("protocols", "beaver", "share")) is None
    assert complaint(("protocols", "execution"), ("mpc", "simulation")) is None
