"""The pictures on privacy are those that the script draws, and the points of tests lie where the bound says."""

from __future__ import annotations

import pytest
from documentation import ROOT
from matplotlib.figure import Figure

from docs.pictures import is_made_of
from docs.privacy_pictures import EPSILONS, PICTURES, SOURCES, picture_of
from docs.privacy_pictures import tests_of_neighbours as drawn_tests

PAGES = [ROOT / "docs" / "privacy" / name for name in ("what_epsilon_means.md", "choosing.md")]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_up_to_date_and_shown(name: str) -> None:
    assert is_made_of(picture_of(name), SOURCES), "run python -m docs.privacy_pictures"
    assert any(f"(pictures/{name}.svg)" in page.read_text(encoding="utf-8") for page in PAGES)


def test_no_drawn_test_is_better_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.privacy_pictures.DRAWS", 20_000)
    figure = Figure()
    drawn_tests(figure)
    lines = figure.axes[0].lines
    assert len(lines) == 2 * len(EPSILONS)
    for bound, points in zip(lines[::2], lines[1::2], strict=True):
        for alarms, found in zip(*points.get_data(), strict=True):
            limit = min(y for x, y in zip(*bound.get_data(), strict=True) if x >= alarms)
            assert found <= limit + 0.03
