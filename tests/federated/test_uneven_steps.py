"""Strategies for sites that take different numbers of steps, or whose data differ: beside plain numpy, line by line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from federated.federations import SITES, model, rows, trained
from training_stars import Run

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols import federated
from protocols.federated import FedAvg, FedNova, Local, Scaffold, Updates

TARGETS = np.array([[1.0, -2.0], [5.0, 0.5], [-3.0, 4.0]])
STEEP = np.array([1.0, 0.5, 2.0])
ROWS = np.array([40, 5, 25])
WEIGHTS = ROWS / ROWS.sum()
LOCAL = Local(epochs=2, batch=10, rate=0.05)
STEPS = 2 * np.array([4, 1, 3])
FINE = Updates(bits=64, clip=100.0, most_examples=64)
ROUNDED, ROUNDED_TWICE = 1e-5, 4e-5
"""What rounding at random comes to in a run here: deviations of 8e-7 at most, and of 2.3e-6 where control variates are
rounded and added up as well, sums of bounded roundings; a dozen deviations, beyond which chance is below 2^-40."""


def bowl(steep=STEEP):
    """Sites with losses steep / 2 |w - target|^2, all rows of a site alike, so that their order changes nothing."""

    def gradient(weights, x, y):
        off = weights["w"] - x[0]
        return float(y[0] * (off @ off) / 2), {"w": y[0] * off}

    sites = [(np.tile(t, (n, 1)), np.full(n, s)) for t, n, s in zip(TARGETS, ROWS, steep, strict=True)]
    return federated.ArrayModel({"w": np.zeros(2)}, gradient), sites


def run(strategy, rounds, steep=STEEP, **options):
    made, sites = bowl(steep)
    return federated.simulate(made, sites, rounds=rounds, strategy=strategy, updates=FINE, **options)


def descended(w, site, steep, shift=0.0):
    """Where a site's steps lead from w."""
    for _ in range(STEPS[site]):
        w = w - LOCAL.rate * steep[site] * (w - TARGETS[site]) + shift
    return w


def nova(rounds, rate=1.0, momentum=0.0):
    w = faded = np.zeros(2)
    for _ in range(rounds):
        per_step = [(descended(w, i, STEEP) - w) / STEPS[i] for i in range(3)]
        faded = momentum * faded + (WEIGHTS @ STEPS) * (WEIGHTS @ per_step)
        w = w + rate * faded
    return w


@pytest.mark.parametrize("how", [{}, {"rate": 0.5}, {"momentum": 0.6}])
def test_fednova_is_that_of_the_paper(how):
    found = run(FedNova(local=LOCAL, **how), 7)
    assert found.weights["w"] == pytest.approx(nova(7, **how), abs=ROUNDED)


def test_fednova_finds_the_least_loss_of_all_rows_where_fedavg_counts_steps_again():
    """Where sites are alike but in their targets, and steps small, the least loss is at the mean of all rows."""
    alike, best = np.full(3, 0.2), WEIGHTS @ TARGETS
    normalised, plain = (run(kind(local=LOCAL), 150, alike).weights["w"] for kind in (FedNova, FedAvg))
    counted_twice = (WEIGHTS * STEPS) @ TARGETS / (WEIGHTS @ STEPS)
    assert np.linalg.norm(normalised - best) < 0.15 * np.linalg.norm(plain - best)
    assert plain == pytest.approx(counted_twice, abs=0.05)


def test_fednova_in_a_mesh_tells_one_sum_more():
    """Updates divided by steps, and the sum of weights times steps, beside what FedAvg tells."""
    plain, normalised = (trained(rounds=1, strategy=kind(local=Local(batch=10)))[0] for kind in (FedAvg, FedNova))
    assert normalised.rounds[0].bytes_sent - plain.rounds[0].bytes_sent == 2 * 8
    assert normalised.rounds[0].examples == 75
    assert normalised.rounds[0].moved == pytest.approx(plain.rounds[0].moved, rel=0.5)


def test_sites_without_rows_count_for_nothing_in_fednova():
    made, sites = bowl()
    none = (np.zeros((0, 2)), np.zeros(0))
    found = federated.simulate(made, [*sites, none], rounds=5, strategy=FedNova(local=LOCAL), updates=FINE)
    assert found.weights["w"] == pytest.approx(nova(5), abs=ROUNDED)


def test_a_model_that_does_not_tell_its_steps_is_refused():
    class Silent(federated.ArrayModel):
        __slots__ = ()

        def fit(self, data, local, stream):
            found = super().fit(data, local, stream)
            return federated.Fitted(found.examples, found.loss)

    plain = model()
    silent = Silent(plain.arrays, plain.gradient)
    with pytest.raises(LocalError, match=r"(?s)no-steps.*client 0.*Silent.*Fitted\(examples, loss, steps\)"):
        federated.simulate(silent, SITES, rounds=1, strategy=FedNova())


@pytest.mark.parametrize(
    "options",
    [
        {"privacy": federated.SiteNoise(rho=1, clip=1.0)},
        {"privacy": federated.PersonNoise(rho=1, clip=1.0, people=75)},
        {"robust": federated.Median()},
    ],
)
@pytest.mark.parametrize("strategy", [FedNova(), Scaffold()])
def test_what_these_strategies_sum_has_no_noise(strategy, options):
    with pytest.raises(LocalError, match=rf"wrong-argument.*{type(strategy).__name__} beside"):
        trained([rows(10, i) for i in range(3)], strategy=strategy, **options)


@pytest.mark.parametrize("kind", [FedNova, Scaffold])
@pytest.mark.parametrize(
    ("how", "code"),
    [({"local": Local(proximal=0.1)}, "wrong-argument"), ({"rate": 0}, "wrong-amount"), ({"rate": -1}, "wrong-amount")],
)
def test_strategies_that_are_none_are_refused(kind, how, code):
    with pytest.raises(LocalError, match=code):
        kind(**how)


def test_fednova_over_a_star_is_that_of_its_clients():
    _, sites = bowl()
    clients = [*sites, *sites]
    federation = federated.Federation(
        clients=6, rounds=3, strategy=FedNova(local=LOCAL), updates=Updates(bits=48, clip=100.0, most_examples=64),
        training_seconds=30, step_seconds=30,
    )  # fmt: skip
    run = Run(federation, clients, made=lambda: bowl()[0])()
    assert run.served.trained.weights["w"] == pytest.approx(nova(3), abs=1e-3)
    assert [report.survivors for report in run.reports] == [6, 6, 6]


def scaffold(rounds, weights=WEIGHTS, rate=1.0, trained_in=None, epochs=STEPS):
    """Algorithm 1 with option II; control variates in units of a step, rate times gradient."""
    w, control, own = np.zeros(2), np.zeros(2), np.zeros((3, 2))
    for number in range(rounds):
        chosen = range(3) if trained_in is None else trained_in[number]
        moved, changed, total = np.zeros(2), np.zeros(2), sum(weights[i] for i in chosen)
        for i in chosen:
            y = descended(w, i, STEEP, own[i] - control)
            new = own[i] - control + (w - y) / STEPS[i]
            moved, changed = moved + weights[i] / total * (y - w), changed + weights[i] / total * (new - own[i])
            own[i] = new
        w, control = w + rate * moved, control + len(chosen) / 3 * changed
    return w


@pytest.mark.parametrize(
    ("how", "reference"),
    [({}, {}), ({"rate": 0.5}, {"rate": 0.5}), ({"by_examples": False}, {"weights": np.full(3, 1 / 3)})],
)
def test_scaffold_is_that_of_the_paper(how, reference):
    found = run(Scaffold(local=LOCAL, **how), 9)
    assert found.weights["w"] == pytest.approx(scaffold(9, **reference), abs=ROUNDED_TWICE)


def test_scaffold_of_a_sample_is_that_of_the_paper():
    found = run(Scaffold(local=LOCAL, by_examples=False), 9, sample=2, seed=bytes(32))
    chosen = [told.sites for told in found.rounds]
    assert len(set(chosen)) > 1
    assert found.weights["w"] == pytest.approx(scaffold(9, np.full(3, 1 / 3), trained_in=chosen), abs=ROUNDED_TWICE)


def test_scaffold_ends_at_the_least_loss_of_all_rows_where_the_others_end_beside_it():
    """Sites with other targets, of other steepness, that take other numbers of steps."""
    best = (WEIGHTS * STEEP) @ TARGETS / (WEIGHTS @ STEEP)
    ends = {kind: run(kind(local=LOCAL), 150).weights["w"] for kind in (FedAvg, FedNova, Scaffold)}
    off = {kind: np.linalg.norm(end - best) for kind, end in ends.items()}
    assert off[Scaffold] < 1e-4
    assert min(off[FedAvg], off[FedNova]) > 0.05


def test_scaffold_in_a_mesh_sends_twice_the_numbers_and_is_the_same_training():
    local = Local(batch=None, epochs=3, rate=0.3)
    options = {"rounds": 3, "updates": Updates(bits=48, most_examples=64)}
    plain, mesh = (trained(strategy=kind(local=local), **options) for kind in (FedAvg, Scaffold))
    alone = federated.simulate(model(), SITES, strategy=Scaffold(local=local), **options)
    for name, array in alone.weights.items():
        assert mesh[0].weights[name] == pytest.approx(array, abs=1e-4)
        assert (mesh[0].weights[name] == mesh[2].weights[name]).all()
    assert mesh[0].rounds[0].bytes_sent - plain[0].rounds[0].bytes_sent == pytest.approx(2 * 15 * 6, abs=16)
    assert mesh[0].opened == "the sums of all updates and of how control variates moved"


def test_what_is_cut_off_a_control_variate_is_not_remembered_either():
    """The mean of all stays that of the sites', so that the end is the same, only later."""
    made, sites = bowl()
    strict = Updates(bits=64, clip=0.5, most_examples=64)
    found = federated.simulate(made, sites, rounds=300, strategy=Scaffold(local=LOCAL), updates=strict)
    assert found.rounds[0].shortened > 0
    assert found.weights["w"] == pytest.approx((WEIGHTS * STEEP) @ TARGETS / (WEIGHTS @ STEEP), abs=1e-3)


def test_scaffold_over_a_star_is_refused_with_its_reason():
    federation = federated.Federation(clients=6, rounds=3, strategy=Scaffold())
    with pytest.raises(LocalError, match=r"(?s)wrong-argument.*may vanish.*FedNova or fed_prox over a star"):
        federation.agreed(model())


def test_scaffold_of_thinned_updates_is_refused():
    """The mean of control variates would never be that of the sites' again."""
    with pytest.raises(LocalError, match=r"(?s)wrong-argument.*left out.*keep=1"):
        federated.simulate(model(), SITES, rounds=2, strategy=Scaffold(), updates=Updates(keep=0.5))


def test_a_model_that_takes_no_correction_is_refused():
    class Plain:
        def __init__(self):
            self.whole = model()
            self.weights, self.load, self.fit = self.whole.weights, self.whole.load, self.whole.fit
            self.evaluate, self.statistics = self.whole.evaluate, ()

    with pytest.raises(LocalError, match=r"(?s)unsuitable-model.*client 0.*Plain.*does not take a correction"):
        federated.simulate(Plain(), SITES, rounds=1, strategy=Scaffold())
    adapters = federated.adapters_of(model(), "*")
    assert federated.simulate(adapters, SITES, rounds=1, strategy=Scaffold()).rounds


def shifted(made, data, shift):
    """How much further a model is after two steps that are each shifted."""
    local, first = Local(batch=None, epochs=2, rate=0.0625), made()
    first.fit(data, local, Seed(bytes(32)).prg("x"))
    plain, other = first.weights(), made()
    zeros = {name: np.zeros_like(array) for name, array in plain.items()}
    by = {**zeros, shift: np.full_like(plain[shift], 2.0**-30)}
    other.fit(data, replace(local, shift=by), Seed(bytes(32)).prg("x"))
    return (other.weights()[shift] - plain[shift]) * 2.0**30


@pytest.mark.parametrize("kind", ["arrays", "torch"])
def test_models_shift_after_each_step(kind):
    """So little that gradients hardly change: twice the shift is left after two steps."""
    x, y = SITES[0]
    if kind == "arrays":
        assert shifted(model, (x, y), "layer0.bias") == pytest.approx(2.0, rel=0.1)
    if kind == "torch":
        torch = pytest.importorskip("torch", reason="PyTorch is not installed")

        def made():
            torch.manual_seed(1)
            return federated.torch_model(torch.nn.Linear(4, 3).double())

        assert shifted(made, (x, y), "bias") == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize(
    ("strategy", "more"), [(FedNova(), "the mean number of steps"), (Scaffold(), "how control variates moved")]
)
def test_a_training_ends_with_what_was_seen_besides_updates(strategy, more):
    assert str(trained(rounds=1, strategy=strategy)[0]).endswith(f"{more}.")
