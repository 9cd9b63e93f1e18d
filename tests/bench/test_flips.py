"""Changed bytes at a reduced size: all are tried, what comes of each is told, and what must not come of one fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench import flips
from bench.flip_subjects import SUBJECTS
from bench.flips import Change, Place, changes, masks_of, outcome

HALF = SUBJECTS["half-gates"]


def some(name: str, every: int) -> Iterator[Change]:
    tried = list(changes([Place(*each) for each in SUBJECTS[name].messages()], 1, "test"))
    yield from tried[::every]


def test_each_byte_of_each_message_is_tried() -> None:
    places = [Place(*each) for each in HALF.messages()]
    tried = list(changes(places, 3, "test"))
    assert {(change.place, change.byte) for change in tried} == {(p, i) for p in places for i in range(p.size)}
    assert len(set(tried)) == len(tried) == 3 * sum(place.size for place in places)


def test_masks_are_what_a_byte_may_become() -> None:
    assert sorted(masks_of(("a",), 255)) == list(range(1, 256))
    assert masks_of(("a",), 4) == masks_of(("a",), 9)[:4] != masks_of(("b",), 4)


@pytest.mark.parametrize("name", ["authenticated", "authenticated-common"])
def test_no_output_of_authenticated_garbling_becomes_wrong(name: str) -> None:
    """Spread over all messages; the command goes through all of their bytes."""
    found = {outcome(SUBJECTS[name], change) for change in some(name, 601)}
    assert not any(each.isupper() for each in found)
    assert found >= {"right", "ot-check-failed"}


def test_messages_of_the_set_up_are_those_before_the_others() -> None:
    before = SUBJECTS["set-up"].messages()
    assert [size for sender, _, _, size in before if sender == 0] == [32, 4096, 4096, 3072]
    assert outcome(SUBJECTS["set-up"], Change(Place(*before[0]), 3, 1)) in ("bad-point", "ot-check-failed")


def test_semi_honest_protocols_promise_less(capsys: pytest.CaptureFixture[str]) -> None:
    flips.main(["half-gates", "--part", "1/9"])
    *lines, total = capsys.readouterr().out.splitlines()
    assert len(lines) == len(HALF.messages())
    assert f"{-(-(sum(size for *_, size in HALF.messages()) - 1) // 9):,} changes" in total
    assert "WRONG" in total


def test_what_must_not_be_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(flips.SUBJECTS, "half-gates", replace(HALF, secure=True))
    with pytest.raises(SystemExit) as ended:
        flips.main(["half-gates", "--part", "0/5"])
    assert ended.value.code == 1
    assert "WRONG: half-gates, change " in capsys.readouterr().out


def test_a_stopped_one_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    flips.main(["half-gates", "--minutes", "0", "--first", "5"])
    assert "stopped before change 6; go on with --first 6" in capsys.readouterr().out


@pytest.mark.parametrize(("error", "told"), [(KeyError("x"), flips.FOREIGN), (None, flips.MISNAMED)])
def test_errors_that_must_not_be(error: Any, told: str) -> None:
    """Foreign ones, and those of a party that blames itself."""

    async def fails(ctx: Any) -> Any:
        await HALF.program(ctx)
        if ctx.me == 1:
            raise error or flips.ParleyError("ours", "a failure of this party's own")

    found = outcome(replace(HALF, program=fails), next(some("half-gates", 1)))
    assert found == told
