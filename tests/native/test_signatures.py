"""What Python's type checker believes of the kernels is what C declares: `_kernels.pyi` is written from the exports."""

from __future__ import annotations

from native._kernels import lib
from native.signatures import STUB, stub


def test_the_stub_is_what_the_exports_say() -> None:
    assert STUB.read_text() == stub(), "run `python -m native.signatures`"


def test_the_extension_has_exactly_what_the_stub_declares() -> None:
    declared = [line.split("def ")[1].split("(")[0] for line in stub().splitlines() if "def parley_" in line]
    assert sorted(declared) == sorted(name for name in dir(lib) if name.startswith("parley_"))
