"""Updates on a grid: rotations keep lengths, rounding keeps bounds and means, sums fit by proof, means come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.figures import Figures, figure_words, figures_of
from protocols.federated.grids import grid
from protocols.federated.rotation import hadamard, largest, padded, rotated, rotated_back
from protocols.federated.rounding_kls21 import most_squared, norm_up, rounded, shortened, squared
from protocols.federated.updates import Coordinates, Update, Updates, signed, weighted_mean

SEED = Seed(bytes(32))
DICE = np.random.default_rng(5)


def sylvester(p):
    found = np.ones((1, 1))
    while len(found) < p:
        found = np.block([[found, found], [found, -found]])
    return found


@pytest.mark.parametrize("p", [1, 2, 4, 8, 32, 128])
def test_butterflies_are_sylvesters_matrix(p):
    v = DICE.normal(size=p)
    assert np.allclose(hadamard(v), sylvester(p) @ v)


@pytest.mark.parametrize("size", [1, 3, 64, 100])
def test_rotations_keep_lengths_and_turn_back(size):
    v = DICE.normal(size=size)
    turned = rotated(v, SEED.prg("r"))
    assert turned.shape == (padded(size),)
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(v))
    assert np.allclose(rotated_back(turned, size, SEED.prg("r")), v)


def test_rotated_coordinates_are_alike():
    v = np.zeros(1000)
    v[7] = 5
    bound = largest(5, 1000)
    assert bound < 1.2
    assert all(np.abs(rotated(v, SEED.prg("r", i))).max() <= bound for i in range(20))
    assert largest(5, 2) == 5


def test_rounding_is_right_on_average_and_within_its_bound():
    v = shortened(DICE.normal(size=50) * 3, 7.0)
    bound = most_squared(7.0, 50)
    draws = [rounded(v, 7.0, SEED.prg("round", i)) for i in range(2000)]
    assert all(squared(draw) <= bound for draw in draws)
    assert np.abs(np.array(draws) - v).max() < 1
    assert np.abs(np.mean(draws, axis=0) - v).max() < 5 * 0.5 / np.sqrt(2000)


def test_bounds_are_exact_where_whole_vectors_are():
    for c, d in ((3.0, 9), (100.0, 4), (1e6, 1000)):
        worst = shortened(np.full(d, c), c)
        assert squared(rounded(worst, c, SEED.prg("worst"))) <= most_squared(c, d) <= (c + np.sqrt(d)) ** 2 + 1
    big = np.array([2**31 - 1, -(2**31) + 1, 3])
    assert squared(big) == sum(int(x) ** 2 for x in big)
    assert [norm_up(k) for k in (0, 1, 2, 4, 5)] == [0, 1, 2, 2, 3]


@pytest.mark.parametrize("bits", [8, 9, 16, 32, 64])
@pytest.mark.parametrize("clients", [1, 3, 100])
def test_no_sum_that_is_admitted_wraps(bits, clients):
    found = grid(bits, 2.0, 2.0, clients)
    worst = clients * found.most
    for sign in (1, -1):
        word = np.array([sign * worst % 2**bits], np.uint64)
        assert signed(word, bits)[0] == sign * worst
    assert found.needed <= bits
    assert found.radius <= 2**30 * (1 + 2**-39)


def test_grids_that_do_not_fit_are_refused_with_the_numbers():
    with pytest.raises(LocalError, match=r"ring-too-small.*values of 2 bits, 200 clients.*take 9 of 8 bits"):
        grid(8, 1.0, 1.0, 200)
    with pytest.raises(LocalError, match=r"take 23 of 16 bits"):
        grid(16, 1.0, 1.0, 40, step=1e-5)
    with pytest.raises(LocalError, match=r"wrong-amount|amount-out-of-range"):
        grid(7, 1.0, 1.0, 2)
    with pytest.raises(LocalError, match="clipping bound has"):
        grid(64, 1.0, 1.0, 2, step=1e-12)


def test_noise_takes_its_room():
    def noise(step):
        return int(3 / step)

    found = grid(16, 1.0, 1.0, 4, noise=noise)
    assert found.noise == noise(found.step)
    assert 4 * found.most + found.noise < 2**15
    with pytest.raises(LocalError, match="ring-too-small"):
        grid(8, 1.0, 1.0, 4, noise=lambda step: 1000)


def test_figures_add_up_as_they_are():
    each = [Figures(3, 40, 1, 0, 7, 12.5, 9, -0.25, 9, 4, 40), Figures(2, 10, 0, 1, 0, 3.25, 1, 8.0, 0, 0, 0)]
    total = figures_of(sum((figure_words(f, 2) for f in each), np.zeros(11, np.uint64)))
    assert total == Figures(5, 50, 1, 1, 7, 15.75, 10, 7.75, 9, 4, 40)
    largest_loss = figures_of(figure_words(Figures(loss=np.nan), 5)).loss
    assert largest_loss == figures_of(figure_words(Figures(loss=1e300), 5)).loss > 1e9


def summed(coder, updates, seed):
    parts = [coder.words(u, SEED.prg("client", i), seed) for i, u in enumerate(updates)]
    total = [sum(words[1:], words[0]) for words in zip(*parts, strict=True)]
    reduced = [t & np.uint64(2**bits - 1) for t, (_, bits) in zip(total, coder.widths, strict=True)]
    return coder.mean(reduced, len(updates), seed)


CLIENTS = [Update(DICE.normal(size=33) / 9, Figures(examples=n)) for n in (5, 100, 0, 17)]
WANTED = sum(u.moved * u.figures.examples for u in CLIENTS) / 122


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize(("bits", "within"), [(20, 1e-2), (32, 1e-4), (64, 1e-6)])
def test_means_are_weighted_by_examples(rotate, bits, within):
    updates = Updates(bits=bits, clip=3.0, rotate=rotate, most_examples=128)
    found = summed(weighted_mean(updates, 33, 4), CLIENTS, SEED)
    assert np.abs(found.moved - WANTED).max() < within
    assert found.figures.weight == found.figures.examples == 122


def test_who_has_more_examples_than_count_counts_as_so_many():
    found = summed(weighted_mean(Updates(most_examples=10), 33, 4), CLIENTS, SEED)
    wanted = sum(u.moved * min(u.figures.examples, 10) for u in CLIENTS) / 25
    assert np.abs(found.moved - wanted).max() < 1e-6
    assert (found.figures.weight, found.figures.examples, found.figures.capped) == (25, 122, 2)
    alike = summed(weighted_mean(Updates(), 33, 4, by_examples=False), CLIENTS, SEED)
    assert np.abs(alike.moved - sum(CLIENTS[i].moved for i in (0, 1, 3)) / 3).max() < 1e-6


def test_long_updates_are_shortened_and_large_coordinates_cut_and_both_counted():
    long = [replace(u, moved=u.moved * 1000) for u in CLIENTS[:2]]
    found = summed(weighted_mean(Updates(clip=1.0, most_examples=100), 33, 2), long, SEED)
    assert found.figures.shortened == 2
    assert np.linalg.norm(found.moved) <= 1
    coder = weighted_mean(Updates(clip=1.0), 33, 2, by_examples=False)
    coder = replace(coder, grid=replace(coder.grid, most=int(0.1 / coder.grid.step)))
    spike = Update(np.eye(33)[0], Figures(examples=1))
    assert summed(coder, [spike, spike], SEED).figures.saturated == 2


def test_coordinates_that_are_left_out_are_made_up_for_on_average():
    coordinates = Coordinates(33, rotate=True, keep=0.25)
    assert (coordinates.width, coordinates.sent) == (64, 16)
    v = DICE.normal(size=33)
    draws = []
    for i in range(1000):
        seed = SEED.derive("round", i)
        sent = coordinates.taken(v, seed)
        assert np.linalg.norm(sent) <= np.linalg.norm(v) * (1 + 1e-12)
        draws.append(coordinates.put_back(sent, seed))
    off = np.std(draws, axis=0) / np.sqrt(1000)
    assert (np.abs(np.mean(draws, axis=0) - v) < 5 * off).all()


def test_where_nobody_has_examples_nothing_moves():
    found = summed(weighted_mean(Updates(), 33, 1), [CLIENTS[2]], SEED)
    assert found.figures.weight == 0
    assert found.moved.tolist() == [0.0] * 33


@pytest.mark.parametrize("wrong", [{"clip": 0.0}, {"clip": np.nan}, {"keep": 0.0}, {"keep": 1.5}, {"most_examples": 0}])
def test_updates_that_are_none_are_refused(wrong):
    with pytest.raises(LocalError, match=r"wrong-amount|amount-out-of-range"):
        Updates(**wrong)


def test_an_update_whose_square_is_infinite_keeps_its_direction():
    v = shortened(np.array([3e300, -4e300]), 10.0)
    assert v == pytest.approx([6, -8])
