"""One party's estimator asked on another's secret rows: what scikit-learn says, under every suite; and what is told."""

import numpy as np
import pytest
from models.estimators import FEATURES, NAMES, ROWS, fitted, wanted
from models.tiny_models import BERT

import mpc
from mpc.errors import LocalError, PeerError
from protocols.models import told
from protocols.models.loading import load
from protocols.models.model import Model
from protocols.models.predictor import Layer, Predictor

ASKED = ROWS[:12]
FEW = ("LogisticRegression of three", "DecisionTreeClassifier", "MLPClassifier of three", "KMeans")


def asked(predictor, what="predict", rows=ASKED, n=2, **how):
    """What the user learns: the last party, whose rows they are."""

    async def main(ctx, mine):
        user = ctx.n - 1
        model = await mpc.learning.secret_model(ctx, 0, predictor if ctx.me == 0 else None)
        x = await mpc.secret(ctx, user, rows if ctx.me == user else None, range=(-4, 4))
        return model.classes, await mpc.reveal(ctx, getattr(model, what)(x), to=user)

    run = mpc.simulate(main, [None] * n, **how)
    assert all(run.results[i][1] is None for i in range(n - 1))
    assert all(run.results[i][0] == predictor.classes for i in range(n))
    return run.results[-1][1]


def check(name, found):
    """Classes exactly, since no row is near a border; numbers as near as weights are rounded."""
    estimator, predictor = fitted(name), load(fitted(name))
    want = wanted(estimator, predictor.classes, ASKED)
    assert found.shape == want.shape
    if predictor.link == "values":
        assert np.allclose(found, want, atol=2e-3)
    else:
        assert np.array_equal(found, want)


@pytest.mark.parametrize("name", NAMES)
def test_a_user_learns_what_the_estimator_says(name):
    check(name, asked(load(fitted(name))))


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize(("suite", "n"), [("replicated3", 3), ("ideal", 2), ("beaver", 3), ("yao", 2)])
def test_under_every_suite(name, suite, n):
    check(name, asked(load(fitted(name)), suite=suite, n=n))


@pytest.mark.parametrize("name", ["LogisticRegression of two", *FEW[:2], "GradientBoostingClassifier of three"])
def test_probabilities_are_those_of_the_estimator(name):
    want = fitted(name).predict_proba(ASKED)
    found = asked(load(fitted(name)), "probabilities")
    assert np.allclose(found, want[:, 1] if found.ndim == 1 else want, atol=2e-3)


@pytest.mark.parametrize("name", ["DecisionTreeClassifier", "LogisticRegression of three"])
def test_rows_may_be_whole_numbers(name):
    rows = np.rint(ASKED).astype(int)
    predictor = load(fitted(name))
    assert np.array_equal(asked(predictor, rows=rows), wanted(fitted(name), predictor.classes, rows))


def test_rows_on_a_threshold_go_left_as_in_the_clear():
    """Thresholds are rounded downwards, and numbers of rows are multiples of the last place."""
    sklearn = pytest.importorskip("sklearn.tree")
    grid = np.array([[1.0], [1.0 + 2**-16], [1.0 - 2**-16]])
    tree = sklearn.DecisionTreeRegressor().fit([[0.0], [2.0 + 2**-18]], [0.0, 1.0])
    (table,) = load(tree).parts
    assert table.thresholds[0, 0] != 1.0
    assert asked(load(tree), rows=grid).tolist() == [float(x > table.thresholds[0, 0]) for x in grid[:, 0]] == [0, 1, 0]


def test_a_plan_knows_the_costs():
    predictor = load(fitted("RandomForestClassifier"))

    async def main(ctx, mine):
        model = await mpc.learning.secret_model(ctx, 0, predictor if ctx.me == 0 else None)
        x = await mpc.secret(ctx, 1, mine, range=(-4, 4))
        return await mpc.reveal(ctx, model.predict(x), to=1)

    planned, run = mpc.plan(main, [None, ASKED]), mpc.simulate(main, [None, ASKED])
    assert planned.report.rounds == run.report.rounds
    assert asked(predictor, check_costs=True) is not None


@pytest.mark.parametrize("name", ["LinearRegression", "MLPRegressor", "DecisionTreeRegressor", "PCA"])
def test_how_far_an_answer_may_be_off_counts_the_rounding_of_the_model(name):
    predictor = load(fitted(name))

    async def main(ctx, mine):
        model = await mpc.learning.secret_model(ctx, 0, predictor if ctx.me == 0 else None)
        x = await mpc.secret(ctx, 1, mine, range=(-4, 4))
        return await mpc.reveal(ctx, model.predict(x), to=1)

    run = mpc.simulate(main, [None, ASKED])
    off, bound = np.abs(run.results[1] - predictor.predict(ASKED)).max(), run.report.reveals[0].error
    assert off <= bound < 0.05
    assert bound > 2**-18
    with pytest.raises(LocalError) as caught:
        mpc.simulate(main, [None, ASKED], tolerance=bound / 2)
    assert caught.value.code == "tolerance-exceeded"


@pytest.mark.parametrize("name", ["LogisticRegression of three", "RandomForestClassifier", "MLPClassifier of three"])
def test_an_owner_sees_beforehand_what_rounding_does(name):
    """The rounded model in the clear is the one that is asked: 8 bits after the point change many of its numbers."""
    predictor = load(fitted(name))
    coarse = predictor.rounded(8)
    for part in coarse.parts:
        assert all(np.array_equal(array * 256, np.rint(array * 256)) for array in part.arrays)
    assert np.abs(predictor.rounded(50).decision(ASKED) - predictor.decision(ASKED)).max() < 2**-40
    assert np.abs(coarse.decision(ASKED) - predictor.decision(ASKED)).max() > 0
    assert np.array_equal(asked(predictor), predictor.rounded().predict(ASKED))


def test_names_of_scikit_learn_are_answered_with_those_here():
    async def main(ctx, mine):
        model = await mpc.learning.secret_model(ctx, 0, load(fitted("LinearRegression")) if ctx.me == 0 else None)
        said = {}
        for name in ("predict_proba", "decision_function", "transform", "colour"):
            with pytest.raises(LocalError) as caught:
                getattr(model, name)
            said[name] = str(caught.value)
        assert not hasattr(model, "predict_proba")
        return said

    said = mpc.simulate(main, [None, None]).results[0]
    assert "probabilities(rows)" in said["predict_proba"]
    assert "decision(rows)" in said["decision_function"]
    assert all("predict(rows)" in said[name] for name in ("transform", "colour"))


def rounds_of(predictor, rows):
    """What a plan counts for a question about these rows."""

    async def main(ctx, mine):
        known = await mpc.learning.secret_model(ctx, 0, predictor if ctx.me == 0 else None)
        return await mpc.reveal(ctx, known.predict(await mpc.secret(ctx, 1, mine, range=(0, 64))), to=1)

    return mpc.plan(main, [None, rows]).report.rounds


def test_a_deep_tree_takes_few_rounds_more_than_a_flat_one():
    sklearn, rows = pytest.importorskip("sklearn.tree"), np.arange(1.0, 65.0)[:, None]
    flat, deep = (
        sklearn.DecisionTreeRegressor(max_leaf_nodes=leaves, random_state=0).fit(rows, numbers)
        for leaves, numbers in ((16, np.arange(64.0)), (60, 2.0 ** np.arange(-40, 24)))
    )
    assert (flat.get_depth(), deep.get_depth() >= 16) == (4, True)
    assert rounds_of(load(deep), rows) <= rounds_of(load(flat), rows) + 4


def test_trees_of_other_shapes_that_are_as_many_and_as_deep_are_told_alike():
    """A node more on the left or on the right, about other features: what is told is the same."""
    sklearn, x = pytest.importorskip("sklearn.tree"), np.arange(64.0, 96.0).reshape(16, 2)
    packed = set()
    for labels in ([0] * 8 + [1] * 4 + [2] * 4, [0] * 4 + [1] * 4 + [2] * 8):
        for rows in (x, x[:, ::-1]):
            tree = sklearn.DecisionTreeClassifier(random_state=0).fit(rows, labels)
            assert (tree.get_depth(), tree.get_n_leaves()) == (2, 3)
            packed.add(told._packed(told.form_of(load(tree))))
    assert len(packed) == 1


def test_what_is_told_bounds_numbers_by_powers_of_two_and_says_none():
    form = told.form_of(load(fitted("MLPClassifier of three")))
    for part, layer in zip(form.parts, load(fitted("MLPClassifier of three")).parts, strict=True):
        assert 2.0 ** (part.weight_bits - 1) <= np.abs(layer.weight).max() < 2.0**part.weight_bits
        assert np.abs(layer.weight).sum(axis=0).max() < 2.0**part.gain_bits
    assert told._form(told.msgpack.unpackb(told._packed(form))) == form
    form = told.form_of(load(fitted("GradientBoostingClassifier of three")))
    assert told._form(told.msgpack.unpackb(told._packed(form))) == form
    assert form.parts[0].depth == 2


LAYER = ["layer", 5, 3, "relu", 1, 1, 3]
FOREST = ["trees", 5, 3, 2, 7, 8, 3, 1, 1, 1]


@pytest.mark.parametrize(
    "message",
    [None, [], [[LAYER], "values"], [[], "values", []], [[LAYER], "odds", []], [LAYER, "values", []],
     [[["lstm", 1]], "values", []], [[[*LAYER, 1]], "values", []], [[LAYER[:-1]], "values", []],
     [[["layer", 0, 3, "relu", 1, 1, 3]], "values", []], [[["layer", 5, 1 << 30, "relu", 1, 1, 3]], "values", []],
     [[["layer", 5, 3, "gelu", 1, 1, 3]], "values", []], [[["layer", 5, True, "relu", 1, 1, 3]], "values", []],
     [[["layer", 5, 3, "relu", 49, 1, 3]], "values", []], [[["layer", 5, 3, "relu", 1, -17, 3]], "values", []],
     [[["layer", 5, 3, "relu", 1, 1, 1.0]], "values", []], [[LAYER, LAYER], "values", []],
     [[[*FOREST[:6], 8, 1, 1, 1]], "values", []], [[["trees", 5, 3, 1 << 20, 1 << 10, 8, 3, 1, 1, 1]], "values", []],
     [[LAYER], "values", ["a"]], [[LAYER], "softmax", ["a", "b"]], [[LAYER], "sign", ["a", "b"]],
     [[LAYER], "softmax", ["a", "b", None]], [[LAYER], "softmax", "abc"], [[[["layer"], 1]], "values", []],
     [[LAYER] * 257, "values", []]],
)  # fmt: skip
def test_descriptions_that_are_none_are_refused(message):
    with pytest.raises((ValueError, TypeError)):
        told._form(message)


def test_what_the_others_told_is_whole():
    assert told._form([[FOREST], "values", []]).outputs == 3
    assert told._form([[LAYER], "softmax", ["a", 1, True]]).classes == ("a", 1, True)


def test_a_peer_that_tells_something_else_is_named(monkeypatch):
    monkeypatch.setattr("protocols.models.secret_model.fits", lambda form: True)
    for content in (b"", b"\xc1", b"\x93\x90\xa6values\x90", b"\x81\x01\x02"):
        monkeypatch.setattr(told, "_packed", lambda form, content=content: content)
        with pytest.raises(PeerError) as caught:
            asked(load(fitted("Ridge of two numbers")))
        assert (caught.value.code, caught.value.party) == ("unexpected-message", "party0")


def test_numbers_of_another_shape_than_was_told_are_refused(monkeypatch):
    other = told.form_of(Predictor((Layer(np.full((FEATURES, 2), 9.0), np.ones(2)),), "values"))
    monkeypatch.setattr("protocols.models.secret_model.form_of", lambda predictor: other)
    with pytest.raises(PeerError, match="another shape") as caught:
        asked(load(fitted("LinearRegression")))
    assert caught.value.party == "party0"


def test_misuses_are_said():
    predictor = load(fitted("LinearSVC of three"))
    names = Predictor((Layer(np.ones((FEATURES, 2)), np.zeros(2)),), "scores", ("x" * 70_000, "y"))
    large = Predictor((Layer(np.full((FEATURES, 1), 2.0**49), np.zeros(1)),), "values")
    for model, how, code in (
        (None, {}, "no-value"), ("a model", {}, "no-value"), (large, {}, "model-too-large"),
        (Model(BERT, {}), {}, "wrong-argument"),
        (names, {}, "model-too-large"),
        (predictor, {"rows": ASKED[:, :3]}, "wrong-shape"), (predictor, {"what": "probabilities"}, "unsupported-model"),
    ):  # fmt: skip
        with pytest.raises(LocalError) as caught:
            asked(model, **how)
        assert caught.value.code == code


def test_no_number_is_in_a_repr():
    async def main(ctx, mine):
        model = await mpc.learning.secret_model(ctx, 0, load(fitted("LinearRegression")) if ctx.me == 0 else None)
        return repr(model)

    said = mpc.simulate(main, [None, None]).results[1]
    assert "array" not in said
    assert not any(f"{number:.3f}"[:-1] in said for number in fitted("LinearRegression").coef_)
