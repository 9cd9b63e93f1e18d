"""How far one record moves a value, as it follows from the expression: never less than it does, over all small data."""

from __future__ import annotations

from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import mpc
from mpc.errors import LocalError
from protocols.array import row_ranges
from protocols.array.contributions import moves_of
from protocols.array.revealing import shown_form
from protocols.array.scales import ring_form
from protocols.privacy.neighbours import add_or_remove, group, substitute, user

VALUES = (-1, 0, 2)
LO, HI = min(VALUES), max(VALUES)
WIDTH = HI - LO
HALF = 0.5
EDGES = [-1, 0, 1, 2]
QUERIES = np.array([[1, -2], [0, 3], [1, 1]])
WORKLOAD = np.array([[1, 0, 2, -1], [1, 1, 1, 0], [0, 3, 1, 1], [-1, 0, 0, 2]])


def columns(a):
    return np.stack([a, 2 * a + 1], 1)


def bins(a):
    return np.bincount(a + 1, minlength=4)


def distinct(a):
    return len(np.unique(a)) if isinstance(a, np.ndarray) else mpc.unique_count(a)


EXPRESSIONS = {
    "sum": lambda a, b: a.sum(),
    "columns": lambda a, b: (a.reshape(-1, 1) * [1, 2]).sum(0),
    "count": lambda a, b: (a > 0).sum(),
    "equal": lambda a, b: (a == 1).sum(),
    "both": lambda a, b: a.sum() - 3 * b.sum(),
    "joined": lambda a, b: np.concatenate([a, b]).sum(),
    "twice": lambda a, b: np.concatenate([a, a]).sum(),
    "clipped": lambda a, b: np.clip(a, 0, 1).sum(),
    "products": lambda a, b: (a * b).sum(),
    "squares": lambda a, b: (a * a - a).sum(),
    "chosen": lambda a, b: np.where(a > b, a, 5).sum(),
    "mean": lambda a, b: a.mean(),
    "means": lambda a, b: columns(a).mean(axis=0),
    "half": lambda a, b: (a * HALF).sum(),
    "weighted": lambda a, b: (a * np.array([1, -2])).sum(),
    "weighted by reals": lambda a, b: (a * np.array([0.3, -0.7])).sum(),
    "shifted": lambda a, b: (a + np.array([0, 100])).sum(),
    "a row of weights": lambda a, b: np.array([1, -2]) @ a,
    "real weights": lambda a, b: np.array([0.25, -1.5]) @ columns(a),
    "rows of weights": lambda a, b: QUERIES @ a,
    "rows of weights of columns": lambda a, b: QUERIES @ columns(a),
    "weights of columns": lambda a, b: (columns(a) @ QUERIES.T).sum(0),
    "a matrix from the left": lambda a, b: (QUERIES @ columns(a).T).sum(1),
    "linear queries": lambda a, b: columns(a).sum(0) @ QUERIES.T,
    "queries of bins": lambda a, b: WORKLOAD @ bins(a),
    "queries of bins twice": lambda a, b: (bins(a) - 2 * bins(a)) @ WORKLOAD,
    "signed bins": lambda a, b: (bins(a) * np.array([1, -1, 2, 0])) @ WORKLOAD,
    "some rows": lambda a, b: a[:1].sum(),
    "rows again": lambda a, b: a[[0, 0, 1]].sum(),
    "rows of one place": lambda a, b: (a[1:] * (b[1:] > 0)).sum(),
    "rows of other places": lambda a, b: (a * a[::-1]).sum(),
    "turned": lambda a, b: np.roll(columns(a).T, 1, axis=1).sum(1),
    "chosen publicly": lambda a, b: np.where(np.array([True, False]), a, 7).sum(),
    "widths of their own": lambda a, b: np.stack([a, a > 0], 1).sum(0),
    "figures": lambda a, b: np.stack([a.sum(), (a > 0).sum(), b.sum()])[[2, 0]],
    "figures in a table": lambda a, b: np.concatenate([columns(a).sum(0), bins(b)]).reshape(2, 3).T,
    "bins": lambda a, b: bins(a),
    "joint bins": lambda a, b: np.bincount(np.concatenate([a, b]) + 1, minlength=4),
    "a contingency table": lambda a, b: np.bincount((a + 1) * 2 + (b > 0), minlength=8).reshape(4, 2),
    "margins": lambda a, b: np.bincount((a + 1) * 2 + (b > 0), minlength=8).reshape(4, 2).sum(0),
    "histogram": lambda a, b: np.histogram(a, EDGES)[0],
    "weighted histogram": lambda a, b: np.histogram(a, EDGES, weights=np.array([1, -2]))[0],
    "histogram by values": lambda a, b: np.histogram(a, EDGES, weights=b)[0],
    "digits": lambda a, b: np.bincount(np.digitize(a, [0, 1]), minlength=3),
    "cumulative": lambda a, b: np.cumsum(bins(a)),
    "how many bins": lambda a, b: (bins(a) >= 1).sum(),
    "which bins of two columns": lambda a, b: (np.bincount(np.concatenate([a + 1, 2 - a]), minlength=4) == 1) * 1,
    "bins of two columns by reals": lambda a, b: np.bincount(np.concatenate([a + 1, 2 - a]), minlength=4) * 0.3,
    "large": lambda a, b: (a.sum() > 1) * 1,
    "of figures": lambda a, b: a.sum() * b.sum(),
    "variance": lambda a, b: np.var(a),
    "unbiased": lambda a, b: np.var(a, ddof=1),
    "variance of reals": lambda a, b: np.var(a * HALF),
    "variance of shifted rows": lambda a, b: np.var(a + np.array([0, 5])),
    "variances": lambda a, b: np.var(np.stack([a, b > 0], 1), axis=0, keepdims=True),
    "variance of all": lambda a, b: np.var(np.stack([a, b], 1)),
    "variances of rows": lambda a, b: np.var(columns(a), axis=1).sum(),
    "covariances": lambda a, b: np.cov(a, b),
    "covariances of shifted rows": lambda a, b: np.cov(a + np.array([0, 5]), b * np.array([1, -2])),
    "covariances of columns": lambda a, b: np.cov(np.stack([a, a > 0], 1), rowvar=False, bias=True),
    "moments": lambda a, b: columns(a).T @ columns(b),
    "moments of columns": lambda a, b: a @ columns(b),
    "number of values": lambda a, b: distinct(a),
}


def recorded(expression, neighbours, *, run=mpc.simulate, rows=2, shape=None, kind="int"):
    """What is derived of an expression, and at which scale; nothing is computed."""
    found = {}

    async def main(ctx, mine):
        a, b = [await mpc.secret(ctx, owner, mine, range=(LO, HI), kind=kind) for owner in (0, 1)]
        target = shown_form(ring_form(expression(a, b)))
        found[ctx.me] = moves_of(target.node, neighbours), target.scale

    run(main, [np.zeros(shape or rows, np.int64)] * 2)
    return found[0]


def moved(expression, records=1):
    """The furthest that so many records move an element, all together and its squares, over all data of two rows."""
    data = np.array([(a, b) for a in product(VALUES, repeat=2) for b in product(VALUES, repeat=2)])
    values = np.array([np.reshape(expression(*each), -1) for each in data])
    near = (data[:, None] != data[None]).sum((2, 3)) <= records
    apart = np.abs(values[:, None] - values[None])[near]
    return apart.max(), apart.sum(1).max(), (apart**2).sum(1).max()


def reaches(moves, scale, furthest):
    """Whether a bound holds so far."""
    step, l1, l2 = furthest
    return step * 2**scale <= moves.step and l1 * 2**scale <= moves.l1 and l2 * 4**scale <= moves.l2_squared


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_record_moves_a_value_further_than_follows(name):
    assert reaches(*recorded(EXPRESSIONS[name], substitute()), moved(EXPRESSIONS[name]))
    assert reaches(*recorded(EXPRESSIONS[name], substitute(group(2))), moved(EXPRESSIONS[name], 2))


EXACT = [
    "sum", "count", "both", "joined", "twice", "clipped", "bins", "weighted", "shifted", "a row of weights",
    "rows of weights", "rows again", "widths of their own", "some rows",
    "a contingency table", "histogram", "weighted histogram", "chosen publicly", "number of values", "large",
]  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_what_follows_is_no_more_than_needed(name):
    moves, scale = recorded(EXPRESSIONS[name], substitute())
    assert scale == 0
    assert (moves.step, moves.l1, moves.l2_squared) == moved(EXPRESSIONS[name])


def test_a_variance_moves_by_what_is_published():
    """(n - 1) / n^2 of the square of the width, of which two data sets come as close as the last place lets them."""
    for rows in (2, 3, 7):
        moves, scale = recorded(EXPRESSIONS["variance"], substitute(), rows=rows)
        steps = 2**scale * (rows - 1) * WIDTH**2 / rows**2
        assert steps <= moves.step <= steps + 2


def test_a_covariance_moves_by_what_is_published():
    """As much of the product of both widths."""
    moves, scale = recorded(lambda a, b: np.cov(a, 5 * b, bias=True), substitute(), rows=4)
    steps = 2**scale * 3 / 16 * WIDTH**2
    assert 25 * steps <= moves.step <= 25 * steps * 1.001
    assert (1 + 5 + 5 + 25) * steps <= moves.l1 <= (1 + 5 + 5 + 25) * steps * 1.001


@pytest.mark.parametrize("rows", [500, 20_000])
def test_variances_of_many_reals_are_known_but_for_their_error(rows):
    moves, scale = recorded(lambda a, b: np.var(a * 32), substitute(), rows=rows, kind="fixed")
    steps = 2**scale * (rows - 1) * (32 * WIDTH) ** 2 / rows**2
    assert steps <= moves.step <= 1.5 * steps


LEAVING = [
    "sum", "columns", "count", "both", "joined", "twice", "products", "squares", "half", "bins", "joint bins",
    "histogram", "weights of columns", "linear queries", "queries of bins", "a contingency table", "cumulative",
    "how many bins", "large", "moments", "number of values", "figures",
]  # fmt: skip


@pytest.mark.parametrize("name", LEAVING)
def test_no_record_that_leaves_moves_a_value_further_than_follows(name):
    expression = EXPRESSIONS[name]
    data = [np.array(rows) for rows in product(VALUES, repeat=2)]
    apart = []
    for a, b in product(data, data):
        both = name in ("products", "moments", "a contingency table")
        others = [(a[1:], b[1:])] if both else [(a[1:], b), (a, b[1:])]
        apart += [np.reshape(np.abs(expression(*other) - expression(a, b)), -1) for other in others]
    found = np.array(apart)
    furthest = found.max(), found.sum(1).max(), (found**2).sum(1).max()
    assert reaches(*recorded(expression, add_or_remove()), furthest)


@pytest.mark.parametrize("name", ["variance", "covariances", "of figures"])
def test_what_is_known_of_records_that_are_replaced_is_not_of_those_that_leave(name):
    with pytest.raises(LocalError) as caught:
        recorded(EXPRESSIONS[name], add_or_remove())
    assert caught.value.code == "sensitivity-unknown"


@pytest.mark.parametrize("name", ["weighted by reals", "rows of weights of columns", "linear queries", "covariances"])
def test_a_plan_knows_as_much_as_a_run(name):
    planned = recorded(EXPRESSIONS[name], substitute(), run=mpc.plan)
    assert planned == recorded(EXPRESSIONS[name], substitute())


@pytest.mark.parametrize("name", ["widths of their own", "chosen publicly", "turned", "rows of other places", "bins"])
def test_bounds_hold_where_rows_are_too_many_to_tell_apart(name, monkeypatch):
    monkeypatch.setattr(row_ranges, "MANY", 0)
    assert reaches(*recorded(EXPRESSIONS[name], substitute()), moved(EXPRESSIONS[name]))


def test_units_of_several_records_move_as_much_more():
    assert recorded(EXPRESSIONS["sum"], substitute(group(4)))[0].step == 4 * WIDTH


def of_users(expression, unit, *bounds, run=mpc.simulate):
    """What is derived where party 0 puts in two secrets, each with users of its own, or of the one before, if bounded
    by None; how many rows each has comes first."""
    found = {}

    async def main(ctx, ids):
        secrets, users = [], None
        for bound in bounds:
            users = users if bound is None else mpc.privacy.Users(ids, most_records=bound)
            secrets.append(await mpc.secret(ctx, 0, [0, 1, 2, 1, 0], range=(LO, HI), users=users))
        found[ctx.me] = [len(x) for x in secrets], moves_of(expression(*secrets).node, substitute(unit)).step

    run(main, [["u", "v", "u", "u", "w"], None])
    assert found[0] == found[1]
    return found[0]


def test_of_a_user_so_many_rows_come_in_and_move_a_value_as_users_say():
    assert of_users(lambda a: a.sum(), user(2), 2) == ([4], 2 * WIDTH)
    assert of_users(lambda a: a.sum(), user(4), 1) == ([3], WIDTH)
    assert of_users(lambda a: a.sum(), group(3, user(2)), 2) == ([4], 6 * WIDTH)
    assert of_users(lambda a: a.sum(), group(5), 2) == ([4], 5 * WIDTH)


def test_rows_of_one_number_are_of_one_user_where_the_program_says_that_users_are_the_same():
    assert of_users(lambda a, b: (a > b).sum(), user(2), 2, None)[1] == 2
    assert of_users(lambda a, b: (a > b).sum(), user(2), 2, 2)[1] == 4
    assert of_users(lambda a, b: a.sum() + b.sum(), user(3), 1, 3)[1] == 4 * WIDTH


@pytest.mark.parametrize("bounds", [(3,), (2, 3)])
def test_users_of_more_rows_than_the_neighbours_allow_are_refused(bounds):
    with pytest.raises(LocalError) as caught:
        of_users(lambda *secrets: sum(x.sum() for x in secrets), user(2), *bounds)
    assert caught.value.code == "contributions-unbounded"
    assert "up to 3 rows" in caught.value.cause
    assert caught.value.line


def test_users_of_whom_nothing_is_known_are_refused():
    with pytest.raises(LocalError) as caught:
        recorded(EXPRESSIONS["sum"], substitute(user(2)))
    assert caught.value.code == "contributions-unbounded"
    assert "nothing bounds" in caught.value.cause


def test_an_owner_that_does_not_say_whose_its_rows_are_is_refused_at_its_line():
    async def main(ctx, mine):
        await mpc.secret(ctx, 0, mine, range=(0, 1), users=mpc.privacy.Users(None, most_records=2))

    with pytest.raises(LocalError) as caught:
        mpc.simulate(main, [np.zeros(3), None])
    assert caught.value.code == "contributions-unbounded"
    assert caught.value.line
    assert mpc.plan(main, [np.zeros(3), None]).report.rounds == 1


def test_names_alone_do_not_bound_how_many_rows_a_user_has():
    async def main(ctx, mine):
        await mpc.secret(ctx, 0, mine, range=(0, 1), users=["u", "v", "u"])

    with pytest.raises(LocalError) as caught:
        mpc.simulate(main, [np.zeros(3), None])
    assert caught.value.code == "contributions-unbounded"


OF_ROWS = {
    "weighted": lambda x, y, w: x * w[:, None],
    "by a matrix": lambda x, y, w: x @ np.resize(w, (2, 2)),
    "with the other": lambda x, y, w: x - y * int(w[0]),
    "products": lambda x, y, w: x * y,
    "joined": lambda x, y, w: np.concatenate([x, y]),
    "beside": lambda x, y, w: np.concatenate([x, y[:, ::-1]], 1)[:, 1:3],
    "turned": lambda x, y, w: x[::-1],
    "some": lambda x, y, w: x[[0, 2, 2]],
    "truths": lambda x, y, w: (x > int(w[1])) * 1,
    "shifted": lambda x, y, w: x + w[:, None],
}
TO_FIGURES = {
    "sums": lambda x, w: x.sum(0),
    "of weights": lambda x, w: np.resize(w, len(x)) @ x,
    "several": lambda x, w: np.stack([np.resize(w, len(x)), np.ones(len(x), np.int64)]) @ x,
    "all": lambda x, w: x.sum(keepdims=True),
    "variances": lambda x, w: x.var(0),
    "moments": lambda x, w: x.T @ x,
    "bins": lambda x, w: np.bincount(np.clip(x[:, 0], 0, 2), minlength=3),
    "bins of all": lambda x, w: np.bincount(np.clip(x.reshape(-1), 0, 2), minlength=3),
}
OF_FIGURES = {
    "scaled": lambda f, w: f * int(w[2]),
    "stacked": lambda f, w: np.stack([f, f[::-1] + int(w[0])]).T,
    "by a matrix": lambda f, w: np.resize(w, (2, f.shape[0])) @ f,
    "halved": lambda f, w: f * HALF,
    "summed": lambda f, w: f.sum(0),
    "large": lambda f, w: (f > int(w[0])) * 1,
    "as it is": lambda f, w: f,
}


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(sorted(OF_ROWS)), max_size=3),
    st.sampled_from(sorted(TO_FIGURES)),
    st.sampled_from(sorted(OF_FIGURES)),
    st.lists(st.integers(-3, 3), min_size=3, max_size=3),
    st.lists(st.tuples(*[st.lists(st.integers(LO, HI), min_size=12, max_size=12)] * 2), min_size=1, max_size=4),
    st.integers(0, 5),
)
def test_no_record_moves_random_expressions_further_than_follows(steps, to_figures, last, weights, data, row):
    w = np.array(weights)

    def expression(a, b):
        x, y = a.reshape(-1, 2), b.reshape(-1, 2)
        for step in steps:
            x = OF_ROWS[step](x, y if len(y) == len(x) else x, np.resize(w, len(x)))
        return OF_FIGURES[last](TO_FIGURES[to_figures](x, w), w)

    moves, scale = recorded(expression, substitute(), shape=(3, 2))
    for before, after in data:
        ours = np.array(before).reshape(2, 3, 2)
        other = ours.copy()
        other[row // 3, row % 3] = np.array(after).reshape(2, 3, 2)[row // 3, row % 3]
        apart = np.abs(expression(*ours) - expression(*other))
        assert reaches(moves, scale, (apart.max(), apart.sum(), (apart**2).sum()))
