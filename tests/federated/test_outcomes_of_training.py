"""What a training says of itself: its table, how large noise is in it, and the warning where noise drowns all else."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from federated.federations import SITES, model, rows, trained

import mpc
from mpc import federated
from protocols.federated import Correlated, NoiseWarning, PersonNoise, SiteNoise
from protocols.federated.outcomes import Held, Round, Trained

NOBODY = [(np.zeros((0, 4)), np.zeros(0, int))] * 3
IN_ALL = {"epsilon": 1, "delta": "1e-6", "clip": 1.0}


def lines(found):
    return [line.split() for line in str(found).splitlines()]


def test_a_training_is_a_table_of_its_rounds():
    found = trained(rounds=3, held_out=[rows(10, 5)] * 3)[0]
    table = lines(found)
    assert str(found).startswith("3 rounds of 3 sites; 15 weights in 2 arrays\nRounds")
    assert " ".join(table[2]) == "round sites examples train loss held-out loss right moved bytes sent"
    for number, (row, told) in enumerate(zip(table[3:6], found.rounds, strict=True), 1):
        assert row[:3] == [str(number), "3", "75"]
        assert float(row[3]) == pytest.approx(told.train_loss, rel=1e-3)
        assert float(row[4]) == pytest.approx(told.held_out.loss, rel=1e-3)
        assert (row[5], row[7]) == (f"{told.held_out.accuracy:.1%}", str(told.bytes_sent))
    assert f"bytes sent     {sum(told.bytes_sent for told in found.rounds):,} by this party" in str(found)
    assert f"held-out data  {found.held_out}, of 30 examples" in str(found)
    assert str(found).endswith("In each round everybody saw the sum of all updates.")
    assert repr(found) == f"<3 rounds of 3 sites; 15 weights in 2 arrays; {found.held_out}>"


def test_what_was_cut_off_has_a_column_where_there_is_any():
    strict = federated.Updates(clip=1e-3, bits=16, most_examples=12)
    found = trained(rounds=1, updates=strict)[0]
    assert {"shortened", "capped"} <= set(lines(found)[2])
    assert "saturated" not in str(found)
    saturated = Trained({}, (Round(1, (0, 1), 0.5, 8, saturated=3, rounding=0.5),), stopped=True)
    assert lines(saturated)[2:4] == [
        ["round", "sites", "moved", "saturated", "rounding", "bytes", "sent"], ["1", "2", "0.5", "3", "50.0%", "8"],
    ]  # fmt: skip
    assert str(saturated).startswith("1 round of 2 sites, stopped early; 0 weights in 0 arrays")


def test_of_many_rounds_the_first_and_the_last_are_shown():
    found = Trained({"w": np.zeros(2)}, tuple(Round(i, (0,) * (i % 3 + 1), 1.0, 0) for i in range(1, 101)))
    shown = [row[0] for row in lines(found)[3:]]
    assert shown == [*map(str, range(1, 13)), "...", *map(str, range(89, 101))]
    assert str(found).startswith("100 rounds of 1 to 3 sites; 2 weights in 1 array")


def test_a_notebook_shows_the_same_and_no_weight():
    secret = 0.123456789
    held = Held(30, 0.5, None)
    found = Trained({"<w>": np.full(3, secret)}, (Round(1, (0, 1), 0.5, 8),), held, own={"head": np.full(2, secret)})
    html = found._repr_html_()
    assert html.startswith("<p><b>1 round of 2 sites")
    assert "loss 0.5, of 30 examples" in html
    for shown in (html, str(found), repr(found)):
        assert "0.1234" not in shown


@pytest.mark.parametrize(
    ("noise", "options"),
    [
        (SiteNoise(honest=2, **IN_ALL), {}),
        (SiteNoise(skellam=True, **IN_ALL), {}),
        (SiteNoise(central=True, **IN_ALL), {}),
        (SiteNoise(honest=2, **IN_ALL), {"updates": federated.Updates(keep=0.5, rotate=True)}),
        (PersonNoise(people=3, **IN_ALL), {"strategy": federated.FedAvg(local=federated.Local(rate=1.0))}),
    ],
)
def test_noise_is_as_large_as_it_says(noise, options):
    """Of sites without data all that moves is noise: under a fixed seed, so that what is measured does not change."""
    with pytest.warns(NoiseWarning):
        found = federated.simulate(model(), NOBODY, rounds=40, privacy=noise, seed=bytes(32), **options)
    length = np.sqrt(np.mean([told.moved**2 for told in found.rounds]))
    assert length == pytest.approx(found.noise.length, rel=0.15)
    assert found.noise.deviation == pytest.approx(found.noise.length / np.sqrt(15))
    assert f"noise             {found.noise}" in str(found)
    assert "price of privacy  epsilon" in str(found)
    assert found.opened.endswith("who saw it without" if noise.central else "with noise")


def test_correlated_noise_is_at_most_as_large_as_it_says():
    noise = PersonNoise(rho=1, delta="1e-5", clip=1.0, people=3, correlated=Correlated(every=2))
    local = federated.FedAvg(local=federated.Local(rate=1.0))
    with pytest.warns(NoiseWarning):
        found = federated.simulate(model(), NOBODY, rounds=16, privacy=noise, seed=bytes(32), strategy=local)
    length = np.sqrt(np.mean([told.moved**2 for told in found.rounds]))
    assert found.noise.length / 4 < length < 1.1 * found.noise.length


def test_noise_that_drowns_the_updates_is_warned_of_before_the_first_round():
    seen = []
    with pytest.warns(NoiseWarning) as caught:
        found = federated.simulate(
            model(), SITES, rounds=9, privacy=SiteNoise(honest=2, **IN_ALL), on_round=lambda _: seen.append(len(caught))
        )
    assert seen == [1] * 9, "said once, before any round"
    said = str(caught[0].message)
    size = found.noise
    assert f"it is {size.length:.3g} long in the mean of a round" in said
    assert f"({size.deviation:.3g} for each of 15 weights)" in said
    assert "longer than the clip, 1." in said
    assert "epsilon 0.99" in said
    assert "over 9 rounds with 3 clients" in said
    assert f"{size.length / size.clip:.2g} times as many clients" in said


def test_noise_that_leaves_room_is_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error", NoiseWarning)
        found = federated.simulate(model(), SITES, rounds=2, privacy=PersonNoise(people=75, honest=2, **IN_ALL))
    assert 0 < found.noise.length < found.noise.clip == 1.0


def test_a_run_and_a_plan_have_the_warning_in_their_accounts():
    noise = PersonNoise(rho="0.001", delta="1e-5", clip=1.0, people=9)

    async def main(ctx, mine):
        await federated.train(ctx, model(), (mine[:, :4], mine[:, 4].astype(int)), rounds=1, privacy=noise)

    data = [np.c_[x, y] for x, y in SITES]
    with pytest.warns(NoiseWarning, match="drowns"):
        report = mpc.simulate(main, data).report
    assert [said[:25] for said in report.warnings] == ["noise drowns the updates:"]
    assert mpc.plan(main, data).report.warnings == report.warnings
    for shown in (repr(report), report._repr_html_()):
        assert "noise drowns the updates: it is" in shown
