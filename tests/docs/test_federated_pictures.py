"""The picture on updates as integers is the one that the script draws, and says what the page says."""

from __future__ import annotations

from documentation import ROOT

from docs.federated_pictures import SOURCES, TARGET, point, ways
from docs.pictures import is_made_of


def test_the_picture_is_up_to_date_and_shown() -> None:
    assert is_made_of(TARGET, SOURCES), "run python -m docs.federated_pictures"
    assert "(pictures/compression.svg)" in (ROOT / "docs/federated/compression.md").read_text(encoding="utf-8")


def test_rotation_makes_few_bits_enough_and_fewer_coordinates_cost_accuracy() -> None:
    plain, rotated, part = ([point(each, 4000) for each in row] for row in ways().values())
    for (bytes_plain, error), (bytes_rotated, less) in zip(plain, rotated, strict=True):
        assert bytes_plain < bytes_rotated < 1.1 * bytes_plain
        assert less < error
    assert [size for size, _ in part] == sorted(size for size, _ in part)
    assert [error for _, error in part] == sorted((error for _, error in part), reverse=True)
