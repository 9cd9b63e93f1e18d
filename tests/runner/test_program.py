"""A program is loaded by its path, or refused with its line."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import pytest
import trio

from mpc.errors import LocalError
from party_runner.program import load_program, program_digest


def write(folder: Path, text: str | bytes, name: str = "study.py") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_program_is_loaded(tmp_path: Path) -> None:
    source = "async def main(ctx, mine):\n    return mine + 1\n"
    program = load_program(write(tmp_path, source))
    assert program.digest == hashlib.sha256(source.encode()).hexdigest() == program_digest(source.encode())

    async def call() -> object:
        return await program.main(None, 4)

    assert trio.run(call) == 5


def test_defaults_and_other_names_are_fine(tmp_path: Path) -> None:
    load_program(write(tmp_path, "async def main(context, data, *, epochs=3):\n    pass\n"))


def test_a_program_may_import_its_neighbour_and_knows_its_file(tmp_path: Path) -> None:
    write(tmp_path, "WIDTH = 3\n", "neighbour_of_the_study.py")
    text = "from neighbour_of_the_study import WIDTH\nHERE = __file__\nasync def main(ctx, mine):\n    return HERE\n"
    assert inspect.unwrap(load_program(write(tmp_path, text)).main).__globals__["WIDTH"] == 3  # type: ignore[attr-defined]


def test_a_program_never_replaces_a_loaded_module(tmp_path: Path) -> None:
    import json

    load_program(write(tmp_path, "async def main(ctx, mine):\n    pass\n", "json.py"))
    import json as again

    assert again is json


@pytest.mark.parametrize(
    ("text", "code", "says", "line"),
    [
        ("x = 1\ndef main(:\n", "program-syntax", "is not Python", "study.py:2"),
        (b"\x00\xff", "program-syntax", "is not Python", None),
        ("x = 1\n", "program-without-main", "no function `main`", None),
        ("main = 3\n", "program-without-main", "no function `main`", None),
        ("\ndef main(ctx, mine):\n    pass\n", "program-main-not-async", "not an async function", "study.py:2"),
        ("async def main(ctx):\n    pass\n", "program-main-parameters", "(ctx, mine)", "study.py:1"),
        ("async def main(a, b, c):\n    pass\n", "program-main-parameters", "'c'", "study.py:1"),
    ],
)
def test_a_program_is_refused(tmp_path: Path, text: str | bytes, code: str, says: str, line: str | None) -> None:
    with pytest.raises(LocalError) as caught:
        load_program(write(tmp_path, text))
    assert caught.value.code == code
    assert says in caught.value.cause
    assert caught.value.remedy
    if line:
        assert caught.value.line == line


def test_missing_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.py", tmp_path):
        with pytest.raises(LocalError, match="program-missing"):
            load_program(path)


def test_what_the_file_raises_passes_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        load_program(write(tmp_path, "1 / 0\n"))
