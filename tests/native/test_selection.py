"""Which implementations there are, which families of kernels they have, and how one is selected."""

from __future__ import annotations

import pytest

import native


def test_the_last_implementation_is_the_reference() -> None:
    assert native.implementations()[-1] == "portable"


@pytest.mark.parametrize("name", native.implementations())
def test_selection_is_undone_and_checked(name: str) -> None:
    before = native.selected()
    with native.using(name):
        assert native.selected() == name
        with native.using("portable"):
            assert native.selected() == "portable"
        assert native.selected() == name
    assert native.selected() == before
    with pytest.raises(ValueError, match="not in tuple"), native.using("abacus"):
        pass


@pytest.mark.parametrize("name", native.implementations())
def test_every_family_has_a_source_that_is_no_faster_than_what_is_selected(name: str) -> None:
    names = native.implementations()
    with native.using(name):
        sources = native.sources()
    assert "ring" in sources
    assert all(names.index(source) >= names.index(name) for source in sources.values())


def test_the_reference_is_complete() -> None:
    with native.using("portable"):
        assert set(native.sources().values()) == {"portable"}
