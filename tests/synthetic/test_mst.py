"""Synthetic data of several parties: near their rows, along the right tree, for one charge, and nothing else opened."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from privacy.ledgers import identity, signer
from synthetic_tables import DOMAIN, made, marginal, table

import mpc
from mpc.errors import LocalError, ParleyError
from protocols.consent.keeper import Asked, NoKeeper
from protocols.privacy.guard import Guard
from protocols.privacy.ledger.charges import budget
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.policy import Policy
from protocols.synthetic import mst_mms21
from protocols.synthetic.splitting import Split, split
from protocols.synthetic.trees import joined_by

TABLES = [table(500, 1), table(400, 2), table(300, 3)]
ALL = {name: np.concatenate([each[name] for each in TABLES]) for name in DOMAIN.names}
PRIVACY = mpc.Gaussian(epsilon=1, delta="1e-6", neighbours=mpc.privacy.add_or_remove())


@pytest.fixture
def no_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samplers whose numbers are 0 but for a chance of e^-5000."""

    def loud(*given: Any, **rows: Any) -> Split:
        parts = split(*given, **rows)
        measuring = mpc.Gaussian(rho=1 << 14, neighbours=parts.neighbours)
        noises = [measuring if isinstance(each, mpc.Gaussian) else each for each in parts.schedule.noises]
        schedule = replace(parts.schedule, noises=noises)
        return replace(
            parts, measuring=measuring, choice=replace(parts.choice, epsilon=Fraction(10_000)), schedule=schedule
        )

    monkeypatch.setattr(mst_mms21, "split", loud)


def true_tree(table: Any) -> list[tuple[str, ...]]:
    """Edge after edge, the pair that is furthest from independent, of which whole rows are expected."""
    pairs = list(combinations(DOMAIN.names, 2))
    rows = len(table["age"])
    away = []
    for pair in pairs:
        expected = np.rint(np.outer(*(marginal(table, (name,)) for name in pair)) / rows)
        away.append(np.abs(marginal(table, pair) - expected).sum())
    found: list[tuple[str, ...]] = []
    for place in np.argsort(-np.array(away), kind="stable"):
        numbers = [tuple(map(DOMAIN.names.index, edge)) for edge in found]
        if not joined_by(numbers, *map(DOMAIN.names.index, pairs[place])):
            found.append(pairs[place])
    return found


@pytest.mark.parametrize(("suite", "n"), [("ideal", 3), ("beaver", 2)])
def test_without_noise_the_marginals_are_the_true_ones(no_noise: None, suite: str, n: int) -> None:
    data, _ = made(TABLES[:n], PRIVACY, suite=suite)
    together = {name: np.concatenate([each[name] for each in TABLES[:n]]) for name in DOMAIN.names}
    assert list(data.tree) == true_tree(together)
    assert set(data.noisy) == {*((name,) for name in DOMAIN.names), *data.tree}
    for names, cells in data.noisy.items():
        assert np.array_equal(cells, marginal(together, names))
        np.testing.assert_allclose(data.marginals[names], cells, atol=1e-3)
        of_rows = marginal(data.rows(), names)
        assert np.abs(of_rows - cells).max() <= 2 * len(DOMAIN.names)


@pytest.mark.parametrize("neighbours", [mpc.privacy.add_or_remove(), mpc.privacy.substitute()])
def test_with_noise_they_are_within_a_few_deviations(neighbours: Any) -> None:
    """Eight, which one number in 10^15 is beyond."""
    data, report = made(TABLES, mpc.Gaussian(epsilon=2, delta="1e-6", neighbours=neighbours))
    assert abs(data.size - 1200) < 8 * data.deviations[0] * 3
    for names, cells in data.noisy.items():
        assert np.abs(cells - marginal(ALL, names)).max() < 8 * data.deviations[len(names) - 1]
        assert np.abs(marginal(data.rows(), names).sum() - data.size) == 0
    assert "epsilon 2 with delta 1e-6" in str(data)
    assert [reveal.shape for reveal in report.reveals][:-1] == [(11,), (), (), ()]


def test_nothing_is_opened_but_what_was_paid_for_beforehand() -> None:
    data, report = made(TABLES, PRIVACY)
    steps = [reveal.privacy.partition(",")[0] for reveal in report.reveals]
    assert steps == [f"step {number} of 5" for number in range(1, 6)]
    assert all("paid for beforehand, adding or removing one record" in reveal.privacy for reveal in report.reveals)
    assert str(data.price).startswith("epsilon 1 with delta 1e-6 or rho ")


def test_all_of_it_is_booked_once(tmp_path: Path) -> None:
    """At the party that has a ledger; without room in the budget nothing is revealed at all."""
    ledger = Ledger.begin(tmp_path / "party0.ledger", signer("party0"))
    ledger.set_budget("rows", budget(epsilon="1.5", delta="1e-5", neighbours=mpc.privacy.add_or_remove()))
    names = ("party0", "party1")
    certificates = [identity(name).certificate for name in names]

    async def guarded(ctx: Any, mine: Any) -> Any:
        asker = Asker(ctx.session.agreement.session.hex(), "cd" * 32, names)
        own, signed = ledger if ctx.me == 0 else None, signer(names[ctx.me])
        ctx.session.keeper = Guard(ctx.me, signed, certificates, asker, Policy(noise=True), own, "rows")
        counts = [await mpc.synthetic.counts(ctx, owner, mine, DOMAIN) for owner in range(ctx.n)]
        return await mpc.synthetic.mst(ctx, counts, privacy=PRIVACY)

    mpc.simulate(guarded, TABLES[:2], suite="ideal")
    assert ledger.balance.account("rows").spent.within("epsilon") == 1
    with pytest.raises(ParleyError, match=r"budget-exceeded|its budget has no room"):
        mpc.simulate(guarded, TABLES[:2], suite="ideal")
    assert ledger.balance.account("rows").spent.within("epsilon") == 1


def test_two_attributes_are_one_pair_without_a_choice() -> None:
    two = mpc.synthetic.domain({name: DOMAIN.categories[DOMAIN.names.index(name)] for name in ("age", "job")})
    data, report = made(TABLES, PRIVACY, two)
    assert data.tree == (("age", "job"),)
    assert [reveal.shape for reveal in report.reveals] == [(7,), (12,)]


@pytest.mark.parametrize("n", [2, 3])
def test_what_is_sent_is_what_is_declared(n: int) -> None:
    few = [{name: column[:20] for name, column in each.items()} for each in TABLES[:n]]
    data, _ = made(few, PRIVACY, suite="beaver", check_costs=True)
    assert len(data.tree) == 3


def test_the_tree_is_the_true_one_where_noise_is_small_beside_its_edges() -> None:
    """Age goes with sickness by some 650 rows less than jobs do; choices have noise of scale 15, which is further off
    than 430 by chance below 2^-40; what noise of the marginals does to both is below 60."""
    many = [{name: np.tile(column, 8) for name, column in each.items()} for each in TABLES]
    data, _ = made(many, mpc.Gaussian(epsilon=4, delta="1e-6"))
    assert data.tree[:2] == (("age", "job"), ("job", "sick"))


def test_a_plan_knows_the_reveals() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        counts = [await mpc.synthetic.counts(ctx, owner, mine, DOMAIN) for owner in range(ctx.n)]
        return (await mpc.synthetic.mst(ctx, counts, privacy=PRIVACY)).rows(10)

    planned = mpc.plan(main, TABLES[:2])
    assert len(planned.report.reveals) == 5
    figures = [promise.figure for _, promise in planned.promises if promise.figure is not None]
    assert [figure.text for figure in figures] == ["one-way marginals", "two-way marginals"]


def test_no_rows_at_all_are_noise() -> None:
    none = {name: column[:0] for name, column in TABLES[0].items()}
    data, _ = made([none, none], PRIVACY)
    assert all(len(column) == data.size for column in data.rows().values())


def with_codes(codes: Any, **changes: Any) -> Any:
    with pytest.raises(ParleyError) as refused:
        made([{**TABLES[0], **changes}, TABLES[1]], PRIVACY)
    assert refused.value.code in codes
    return refused.value


@pytest.mark.parametrize(
    "job", [np.arange(500), np.array(["1"] * 500), np.full(500, np.nan), np.ones(3, int), np.ones((500, 1), int)]
)
def test_what_is_outside_the_domain_is_refused_and_never_told(job: Any) -> None:
    error = with_codes({"wrong-categories"}, job=job)
    assert "499" not in str(error)


def test_more_rows_than_the_program_says_are_refused() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.synthetic.counts(ctx, 0, mine, DOMAIN, most_rows=100)

    with pytest.raises(ParleyError, match="out-of-range"):
        mpc.simulate(main, [TABLES[0], None], suite="ideal")


@pytest.mark.parametrize(
    "categories",
    [{"a": range(3)}, {"a": range(3), "b": ()}, {"a": [1, 1], "b": "xy"}, {"a": [1, "1"], "b": "xy"},
     {"a": range(3000), "b": range(3000)}],
)  # fmt: skip
def test_what_is_no_domain_is_refused(categories: Any) -> None:
    with pytest.raises(LocalError) as refused:
        mpc.synthetic.domain(categories)
    assert refused.value.code == "wrong-categories"


def of_users(most_records: int | None, neighbours: Any) -> Any:
    """The cells of rows of 50 users with 10 rows each, and the synthetic data."""
    few = {name: column[:500] for name, column in TABLES[0].items()}

    async def main(ctx: Any, mine: Any) -> Any:
        ids = np.arange(500) % 50 if ctx.me == 0 else None
        users = None if most_records is None else mpc.privacy.Users(ids, most_records=most_records)
        counts = await mpc.synthetic.counts(ctx, 0, mine, DOMAIN, users=users)
        cells = await mpc.reveal(ctx, counts.cells)
        noise = mpc.Gaussian(epsilon=1, delta="1e-6", neighbours=neighbours)
        return cells, await mpc.synthetic.mst(ctx, [counts], privacy=noise)

    return mpc.simulate(main, [few, None], suite="ideal").result


def test_of_one_user_so_many_rows_count() -> None:
    cells, data = of_users(3, mpc.privacy.add_or_remove(mpc.privacy.user(3)))
    first = {name: column[:150] for name, column in TABLES[0].items()}
    assert np.array_equal(cells, DOMAIN.counted(first))
    one = made(TABLES, PRIVACY)[0]
    assert abs(data.deviations[0] / one.deviations[0] - 3) < 1e-5


@pytest.mark.parametrize("most_records", [None, 4])
def test_users_with_more_rows_than_the_neighbours_allow_are_refused(most_records: int | None) -> None:
    with pytest.raises(ParleyError, match="contributions-unbounded"):
        of_users(most_records, mpc.privacy.substitute(mpc.privacy.user(3)))


def test_tables_of_two_domains_are_refused() -> None:
    other = mpc.synthetic.domain({"age": ("young", "middle", "old"), "job": range(1, 5)})

    async def main(ctx: Any, mine: Any) -> Any:
        counts = [await mpc.synthetic.counts(ctx, 0, mine, each) for each in (DOMAIN, other)]
        return await mpc.synthetic.mst(ctx, counts, privacy=PRIVACY)

    with pytest.raises(ParleyError, match="wrong-categories"):
        mpc.simulate(main, [TABLES[0], None], suite="ideal")


def test_two_tables_of_one_party_are_refused() -> None:
    """A record of it may be in both."""

    async def main(ctx: Any, mine: Any) -> Any:
        counts = [await mpc.synthetic.counts(ctx, 0, mine, DOMAIN) for _ in range(2)]
        return await mpc.synthetic.mst(ctx, counts, privacy=PRIVACY)

    with pytest.raises(ParleyError, match="sensitivity-unknown"):
        mpc.simulate(main, [TABLES[0], None], suite="ideal")


@pytest.mark.parametrize("privacy", [mpc.Laplace(epsilon=1), None, mpc.Gaussian(rho=1, sensitivity=1)])
def test_other_noise_is_refused(privacy: Any) -> None:
    with pytest.raises(ParleyError, match="wrong-privacy"):
        made(TABLES[:2], privacy)


@pytest.mark.parametrize("table", [{"age": [1]}, np.ones(1, [("age", np.int64)])])
def test_a_table_that_lacks_an_attribute_is_refused(table: Any) -> None:
    domain = mpc.synthetic.domain({"age": [0, 1], "sick": [False, True]})

    async def main(ctx: Any, mine: Any) -> Any:
        await mpc.synthetic.counts(ctx, 0, table, domain)

    with pytest.raises(ParleyError, match=r"no-such-column.*'sick'"):
        mpc.simulate(main, [None, None], suite="ideal")


def test_noise_that_does_not_fit_the_ring_is_refused_before_the_parties_are_asked() -> None:
    class Unasked(NoKeeper):
        def consider(self, asked: Asked) -> None:
            raise AssertionError("asked")

    async def main(ctx: Any, mine: Any) -> Any:
        ctx.session.keeper = Unasked()
        counts = [await mpc.synthetic.counts(ctx, owner, mine, DOMAIN) for owner in range(ctx.n)]
        return await mpc.synthetic.mst(ctx, counts, privacy=mpc.Gaussian(rho="1e-18"))

    with pytest.raises(ParleyError, match="noise-out-of-range"):
        mpc.simulate(main, TABLES[:2], suite="ideal")
