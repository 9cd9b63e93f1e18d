"""Sites of a mesh train one model: as in one process, alike at all, and with errors that say who and what."""

from __future__ import annotations

import numpy as np
import pytest
from federated.federations import FRESH, RULE, SITES, model, rows, trained

import mpc
from mpc import federated
from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.federated import FedAdam, FedAvg, FedYogi, Local, Stopping, Updates, fed_prox
from protocols.federated.aggregate import Total
from protocols.federated.agreeing import mark_of
from protocols.federated.course import Course
from protocols.federated.figures import Figures
from protocols.federated.layout import layout_of
from protocols.federated.strategies import Optimiser
from protocols.federated.terms import terms_of
from protocols.federated.updates import Mean

ALL_IN_ONE = Local(batch=None, rate=0.5)
"""One step over all rows: then the mean by examples is the step over all data."""


def flat(weights):
    return np.concatenate([array.ravel() for array in weights.values()])


def pooled(steps):
    """Gradient descent on all data in one place."""
    x, y = (np.concatenate([site[k] for site in SITES]) for k in (0, 1))
    alone = model()
    for _ in range(steps):
        slopes = alone.gradient(alone.arrays, x, y)[1]
        alone.load({name: alone.arrays[name] - 0.5 * slopes[name] for name in slopes})
    return alone.arrays


@pytest.mark.parametrize("rotate", [False, True])
def test_a_step_over_all_rows_is_that_of_pooled_data(rotate):
    found = trained(rounds=3, strategy=FedAvg(local=ALL_IN_ONE), updates=Updates(bits=40, rotate=rotate))
    assert np.abs(flat(found[0].weights) - flat(pooled(3))).max() < 1e-5
    assert all(np.array_equal(flat(found[0].weights), flat(other.weights)) for other in found)
    assert [r.examples for r in found[0].rounds] == [75] * 3


def test_mesh_and_simulation_are_the_same_training():
    options = {"strategy": FedAvg(local=ALL_IN_ONE), "updates": Updates(bits=48, most_examples=64)}
    alone = federated.simulate(model(), SITES, rounds=4, held_out=[FRESH, None, FRESH], **options)
    mesh = trained(rounds=4, held_out=[FRESH, None, FRESH], **options)
    assert np.abs(flat(alone.weights) - flat(mesh[1].weights)).max() < 1e-6
    assert mesh[1].held_out.examples == alone.held_out.examples == 400
    assert mesh[1].held_out.loss == pytest.approx(alone.held_out.loss, abs=1e-4)
    assert mesh[1].rounds[1].held_out.loss == pytest.approx(alone.rounds[1].held_out.loss, abs=1e-4)
    assert mesh[1].rounds[0].held_out.loss > mesh[1].held_out.loss
    assert "began at loss" in str(mesh[0].rounds[0])


def test_simulations_repeat_by_their_seed():
    runs = [federated.simulate(model(), SITES, rounds=2, seed=bytes(32)) for _ in range(2)]
    other = federated.simulate(model(), SITES, rounds=2)
    assert np.array_equal(flat(runs[0].weights), flat(runs[1].weights))
    assert not np.array_equal(flat(runs[0].weights), flat(other.weights))


def test_who_has_no_rows_learns_with_the_others():
    x, y = SITES[1]
    found = trained([SITES[0], (x[:0], y[:0]), SITES[2]], strategy=FedAvg(local=ALL_IN_ONE))
    assert found[1].rounds[0].examples == 65
    assert np.array_equal(flat(found[0].weights), flat(found[1].weights))
    with pytest.raises(LocalError, match="no-examples"):
        trained([(x[:0], y[:0])] * 2)


def test_sums_over_changing_clients_tell_each_ones_number_of_examples():
    """Why a mesh has fixed groups, and what the page of stars warns of."""
    sites = [rows(n, n) for n in (7, 30, 12, 9, 21)]
    found = federated.simulate(model(), sites, rounds=14, sample=3, seed=bytes(32))
    told = np.array([[i in r.sites for i in range(5)] for r in found.rounds], float)
    sums = [r.examples for r in found.rounds]
    assert np.allclose(np.linalg.lstsq(told, sums)[0], [7, 30, 12, 9, 21])


def test_a_sample_without_rows_moves_nothing_and_ends_nothing():
    x, y = SITES[1]
    empty = (x[:0], y[:0])
    for found in (
        federated.simulate(model(), [SITES[0], empty, empty, empty], rounds=12, sample=1),
        trained([SITES[0], SITES[2], empty, empty, empty, empty], rounds=12, sample=2)[0],
    ):
        assert {r.moved > 0 for r in found.rounds if r.examples} <= {True}
        assert {r.moved for r in found.rounds if not r.examples} <= {0.0}
        assert len(found.rounds) == 12


def test_a_sample_of_sites_trains_which_nobody_chose():
    sites = [rows(2**i, i) for i in range(5)]
    found = trained(sites, rounds=42, sample=2, strategy=FedAvg(local=ALL_IN_ONE))
    sizes = {r.sites: r.examples for r in found[0].rounds}
    assert sizes == {group: sum(2**i for i in group) for group in sizes}
    assert sorted(map(len, sizes)) == [2, 3], "all rounds have the same group with a chance of 2^-41"
    assert sorted(sum(sizes, ())) == list(range(5)), "groups share nobody: their sums tell of nobody alone"
    assert [r.sites for r in trained(rounds=2, sample=2)[0].rounds] == [(0, 1, 2)] * 2
    alone = federated.simulate(model(), SITES, rounds=27, sample=1)
    assert {r.examples for r in alone.rounds} <= {40, 10, 25}
    assert [r.sites for r in alone.rounds] != [(0,)] * 27


def test_personal_weights_stay_and_differ():
    models = [lambda: federated.perceptron((4, 3, 3), seed=bytes(32))] * 3
    found = trained(models=models, personal=["layer1.*"], rounds=3)
    assert list(found[0].weights) == ["layer0.weight", "layer0.bias"]
    assert list(found[0].own) == ["layer1.weight", "layer1.bias"]
    assert not np.array_equal(found[0].own["layer1.weight"], found[1].own["layer1.weight"])
    alone = federated.simulate(models[0](), SITES, personal=["layer1.*"], rounds=3)
    assert list(alone.weights) == ["layer0.weight", "layer0.bias"]


def test_weights_to_begin_with_are_those_of_party_0():
    def begun(value):
        def make():
            made = model()
            made.load({name: array + value for name, array in made.weights().items()})
            return made

        return make

    still = FedAvg(local=Local(batch=None, rate=1e-12))
    found = trained(models=[begun(0.5), begun(1.0), begun(2.0)], rounds=1, strategy=still)
    assert all(np.allclose(flat(each.weights), 0.5, atol=1e-6) for each in found)


def test_another_model_is_named_with_what_differs():
    models = [model, lambda: federated.softmax_regression(4, 2), model]
    with pytest.raises(
        PeerError, match=r"different-model.*party. has another model.*layer0.weight: float64\[4, .\], where.*\[4, ."
    ):
        trained([SITES[0], (SITES[1][0], SITES[1][1] % 2), SITES[2]], models=models)


def test_other_terms_are_named():
    with pytest.raises(
        PeerError, match=r"different-training.*party. has other terms.*rounds: [23], where.*rounds: [23]"
    ):
        trained(rounds_of=[2, 2, 3])


def test_an_update_that_is_not_finite_names_the_site_and_ends_the_training():
    x, y = SITES[1]
    with pytest.raises(LocalError, match=r"update-not-finite.*15 numbers of the update of party1"):
        trained([SITES[0], (x * np.nan, y), SITES[2]])
    with pytest.raises(LocalError, match=r"update-not-finite.*client 1"):
        federated.simulate(model(), [SITES[0], (x * np.nan, y)], rounds=1)


def test_a_model_that_changes_its_shapes_names_the_site():
    class Growing(federated.ArrayModel):
        def weights(self):
            found = super().weights()
            return {**found, "layer0.bias": np.zeros(4)} if np.any(found["layer0.bias"]) else found

    made = model()
    growing = Growing(made.arrays, made.gradient)
    with pytest.raises(LocalError, match=r"client 0: the weights 'layer0.bias' are of shape \(4,\)"):
        federated.simulate(growing, SITES, rounds=1)


def test_rings_that_are_too_small_are_refused_before_anything_is_sent():
    with pytest.raises(LocalError, match=r"(?s)ring-too-small.*take 26 of 16 bits.*Nothing was sent"):
        trained(updates=Updates(bits=16, step=1e-6))


def test_a_training_that_diverges_says_so():
    layout = layout_of(model().weights())
    terms = terms_of(
        layout, clients=2, rounds=3, strategy=FedAvg(rate=1e308), updates=None, privacy=None
    )  # fmt: skip
    course = Course(terms, np.zeros(layout.size), Seed(bytes(32)))
    with pytest.raises(LocalError, match=r"training-diverged.*after round 1"):
        course.move(Mean(np.full(layout.size, 10.0), Figures()), Total([], (0, 1)))


@pytest.mark.parametrize(
    "options",
    [
        {"privacy": federated.SiteNoise(rho=1, clip=1.0), "stopping": Stopping()},
        {"privacy": federated.SiteNoise(rho=1, clip=1.0), "sample": 1},
        {"privacy": federated.PersonNoise(rho=1, clip=1.0, people=9), "personal": ["layer0.bias"]},
        {"robust": federated.Median(), "sample": 2},
        {"sample": 1},
    ],
)
def test_what_does_not_go_together_is_refused(options):
    with pytest.raises(LocalError, match="wrong-argument"):
        trained(**options)


def test_training_stops_where_it_gets_no_better_with_the_best_weights():
    wild = FedAvg(local=Local(batch=None, rate=0.5), rate=2.0)
    found = trained(
        rounds=30, strategy=wild, held_out=[rows(60, 5)] * 3, stopping=Stopping(patience=1, least=0.02),
    )  # fmt: skip
    assert found[0].stopped
    assert len(found[0].rounds) < 30
    losses = [r.held_out.loss for r in found[0].rounds]
    assert found[0].held_out.loss == pytest.approx(min(losses), abs=0.021)
    assert found[0].rounds[-1].moved == 0


def test_a_training_that_would_never_stop_ends_in_its_first_round():
    begun = []
    with pytest.raises(LocalError, match=r"(?s)no-held-out.*no site has any.*held_out=\(x, y\)"):
        trained(rounds=9, stopping=Stopping(patience=4), on_round=begun.append)
    assert not begun
    none = [None, None, (np.zeros((0, 4)), np.zeros(0, int))]
    with pytest.raises(LocalError, match=r"no-held-out.*no client has any"):
        federated.simulate(model(), SITES, rounds=9, stopping=Stopping(), held_out=none)
    one = [None, None, rows(10, 5)]
    assert len(trained(rounds=2, stopping=Stopping(), held_out=one)[0].rounds) == 2
    assert federated.simulate(model(), SITES, rounds=3, stopping=Stopping(), held_out=one, sample=2).rounds


def test_over_a_star_those_who_have_held_out_data_may_come_later():
    layout = layout_of(model().weights())
    patient = Stopping(patience=2)
    terms = terms_of(layout, clients=2, rounds=5, strategy=None, updates=None, privacy=None, stopping=patient)
    mean, held = np.zeros(layout.size), Figures(held_out=3, held_out_loss=1.0)
    course = Course(terms, mean, Seed(bytes(32)))
    course.move(Mean(mean, Figures()), Total([], (0, 1)))
    with pytest.raises(LocalError, match=r"no-held-out.*nobody in 2 rounds had any"):
        course.move(Mean(mean, Figures()), Total([], (0, 1)))
    course.move(Mean(mean, held), Total([], (0, 1)))
    course.move(Mean(mean, Figures()), Total([], (0, 1)))


def test_a_plan_counts_the_messages():
    async def main(ctx, mine):
        return await mpc.federated.train(ctx, model(), (mine[:, :4], mine[:, 4].astype(int)), rounds=3)

    data = [np.c_[x, y] for x, y in SITES]
    planned = mpc.plan(main, data)
    run = mpc.simulate(main, data)
    assert planned.report.rounds == run.report.rounds == 5
    assert planned.demand == []


def test_parties_that_went_apart_are_noticed():
    assert mark_of(np.zeros(3)) != mark_of(np.ones(3))

    class Drifting(FedAvg):
        def start(self, size) -> Optimiser:
            start = FedAvg(rate=DRIFT.pop())
            return start.start(size)

    DRIFT = [1.0, 1.0, 0.5]
    with pytest.raises(PeerError, match="public-values-differ"):
        trained(strategy=Drifting(), rounds=3)


def adam(g, rate, beta1, beta2, tau, yogi):
    m, v, moved = 0.0, tau**2, 0.0
    for one in g:
        m = beta1 * m + (1 - beta1) * one
        v = v - (1 - beta2) * one**2 * np.sign(v - one**2) if yogi else beta2 * v + (1 - beta2) * one**2
        moved += rate * m / (np.sqrt(v) + tau)
    return moved


@pytest.mark.parametrize(("kind", "yogi"), [(FedAdam, False), (FedYogi, True)])
def test_servers_optimisers_are_those_of_the_paper(kind, yogi):
    means = [0.3, -0.1, 0.25, 0.0]
    optimiser = kind(rate=0.1).start(1)
    moved = sum(optimiser.step(np.array([mean]))[0] for mean in means)
    assert moved == pytest.approx(adam(means, 0.1, 0.9, 0.99, 1e-3, yogi))
    assert repr(kind()).startswith(kind.__name__)


def test_momentum_and_a_proximal_term_are_terms():
    optimiser = FedAvg(rate=0.5, momentum=0.5).start(1)
    assert [optimiser.step(np.ones(1))[0] for _ in range(3)] == [0.5, 0.75, 0.875]
    assert fed_prox(0.3, local=Local(epochs=4)).local == Local(epochs=4, proximal=0.3)
    for wrong in ({"rate": 0.0}, {"momentum": 1.0}):
        with pytest.raises(LocalError, match="wrong-amount"):
            FedAvg(**wrong)
    with pytest.raises(LocalError, match="wrong-amount"):
        FedAdam(beta2=1.0)


@pytest.mark.parametrize("strategy", [FedAdam(rate=0.1), FedYogi(rate=0.1), fed_prox(0.1), FedAvg(by_examples=False)])
def test_strategies_learn(strategy):
    found = federated.simulate(model(), SITES, rounds=15, strategy=strategy, held_out=[FRESH, None, None])
    assert found.held_out.accuracy > 0.8
    assert RULE.shape == (4, 3)


def test_running_statistics_are_averaged_and_not_stepped():
    def gradient(weights, x, y):
        weights["seen"] = weights["seen"] + 1.0
        return 0.0, {"w": np.zeros(1) - 1}

    def make():
        return federated.ArrayModel({"w": np.zeros(1), "seen": np.zeros(1)}, gradient, statistics=["seen"])

    assert layout_of(make().weights(), statistics=["seen"]).running.tolist() == [False, True]
    found = federated.simulate(
        make(), SITES, rounds=1, strategy=FedAvg(local=Local(batch=None, rate=1.0), rate=0.5), updates=Updates(bits=48)
    )
    assert found.weights["w"] == pytest.approx(0.5, abs=1e-5)
    assert found.weights["seen"] == pytest.approx(1.0, abs=1e-5), "75 of 10,000 examples: a step of 1.2e-6"


def test_amounts_are_whole_numbers_of_any_type():
    """A weight of 10.5 is cut to 10 in the sum of weights, and not in that of updates."""
    for wrong in (1.5, "3", True, 0):
        for given in (
            lambda v: Local(epochs=v),
            lambda v: Local(batch=v),
            lambda v: Updates(bits=v),
            lambda v: Updates(most_examples=v),
        ):
            with pytest.raises(LocalError, match=r"wrong-amount|amount-out-of-range"):
                given(wrong)
    options = {"strategy": FedAvg(local=Local(batch=np.int32(4))), "updates": Updates(bits=np.uint8(32))}
    assert str(options) == str({"strategy": FedAvg(local=Local(batch=4)), "updates": Updates(bits=32)}), (
        "parties that mean the same say the same"
    )


def test_simulations_take_one_of_each_for_each_client():
    for wrong in ({"held_out": [FRESH]}, {"held_out": [FRESH] * 4}, {"users": [np.arange(40)]}):
        with pytest.raises(LocalError, match="wrong-argument"):
            federated.simulate(model(), SITES, rounds=1, **wrong)


@pytest.mark.parametrize("keep", [1.0, 0.5])
def test_rounds_say_how_much_of_them_is_rounding(keep):
    options = {"rounds": 1, "strategy": FedAvg(local=ALL_IN_ONE), "seed": bytes(32)}
    exact = federated.simulate(model(), SITES, updates=Updates(keep=keep, bits=56), **options)
    assert exact.rounds[0].rounding < 1e-3
    for most in (40, 4000):
        off, said = [], []
        for i in range(30):
            found = federated.simulate(
                model(),
                SITES,
                updates=Updates(keep=keep, bits=14, most_examples=most),
                **{**options, "seed": bytes([i] * 32)},
            )
            same = federated.simulate(
                model(), SITES, updates=Updates(keep=keep, bits=56), **{**options, "seed": bytes([i] * 32)}
            )
            off.append(np.linalg.norm(flat(found.weights) - flat(same.weights)))
            said.append(found.rounds[0].rounding * found.rounds[0].moved if found.rounds[0].moved else np.nan)
        bound = np.nanmedian(said)
        assert 0.2 * bound < np.sqrt(np.mean(np.square(off))) < 1.05 * bound
    coarse = federated.simulate(model(), SITES, rounds=1, updates=Updates(bits=8), seed=bytes(32))
    assert coarse.rounds[0].rounding == np.inf
    assert "100% is rounding" in str(coarse)
    assert "rounding" not in str(exact)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"strategy": federated.FedAvg}, "wrong-argument.*strategy= is the class FedAvg"),
        ({"strategy": "fedavg"}, "wrong-argument.*strategy= is of type str"),
        ({"updates": 16}, "wrong-argument.*updates= is of type int"),
        ({"robust": federated.Median}, "wrong-argument.*robust= is the class Median"),
        ({"sample": 1}, "wrong-argument.*a sample of one party"),
    ],
)
def test_names_and_classes_are_no_objects(wrong, said):
    async def main(ctx, mine):
        await federated.train(ctx, federated.softmax_regression(4, 3), mine, rounds=1, **wrong)

    with pytest.raises(LocalError, match=said):
        mpc.simulate(main, SITES)


@pytest.mark.parametrize("what", ["logistic", federated.ArrayModel, object()])
def test_what_is_no_model_is_refused(what):
    with pytest.raises(LocalError, match="unsuitable-model"):
        federated.simulate(what, SITES, rounds=1)
