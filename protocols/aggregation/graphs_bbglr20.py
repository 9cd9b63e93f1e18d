"""Who holds shares for whom, and with what probability a choice of neighbours fails.

Bell, Bonawitz, Gascon, Lepoint, Raykova, "Secure single-server aggregation with (poly)logarithmic overhead", CCS 2020.
Two graphs, and the complete one where neither is good enough:

* `assigned` (section 3, semi-honest): the server lays all clients on a circle in a random order; the neighbours of each
  are the k / 2 on either side. Neighbours hold shares of each other.
* `chosen` (section 4, against a malicious server): each client chooses the k holders of its shares itself, at random,
  after all public keys are fixed. Nobody else has a say in it.

`n` is the number of clients that advertised keys, `corrupted` of which are the adversary's; `gone` are those that may
still vanish. All functions give log2 of a bound of a probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log2

import numpy as np

from mpc.prg import Prg
from protocols.aggregation.odds import log2_choose, log2_sum, tail, times

_AT_ONCE = 1 << 20
"""So many terms of tails are in memory at a time."""
_RANGES = 128
_NEGLIGIBLE = -120.0


def exposed(n: int, corrupted: int, degree: int, threshold: int) -> float:
    """Some client has `threshold` holders in the adversary's hands, who can then put its secrets together."""
    return times(n - corrupted, float(tail(n - 1, corrupted, degree, threshold)[0]))


def lost(n: int, gone: int, degree: int, threshold: int) -> float:
    """Some client has fewer than `threshold` holders left, whoever vanishes being independent of the graph."""
    return times(n, float(tail(n - 1, gone, degree, degree - threshold + 1)[0]))


def cut_assigned(n: int, corrupted: int, gone: int, degree: int) -> float:
    """The honest that stay fall into two parts without an edge between them, on the circle.

    Then in two places at least degree / 2 clients in a row are corrupted or gone: n (n - 1) / 2 pairs of places, each
    with the probability that those `degree` clients all are.
    """
    removed = corrupted + gone
    if removed < degree:
        return -inf
    return log2(n * (n - 1) / 2) + log2_choose(n - degree, removed - degree) - log2_choose(n, removed)


def cut_chosen(n: int, corrupted: int, degree: int, threshold: int) -> float:
    """Some set of at most half the honest has no edge to the other honest that stay, whoever the server drops.

    Secrets of a client are revealed only if `threshold` of the holders that it chose stay. In a set of x honest clients
    that is cut off, each client has so many among the x - 1 others and the corrupted; clients choose independently.
    The sum over all x and all sets of x bounds it: sum C(h, x) p(x)^x; 0 = log2 1 where halves alone come to that. In
    smaller sets it is less probable and there are fewer of them, so where a range of x adds less than 2^-120 by its
    largest sets, that stands for it.
    """
    honest = n - corrupted
    half = honest // 2
    if not half:
        return -inf
    last = np.arange(half, 0, -max(half // _RANGES, 1))
    first = np.append(last[1:] + 1, 1)
    inside = tail(n - 1, last - 1 + corrupted, degree, threshold)
    if log2_choose(honest, half) + half * inside[0] > 0:
        return 0.0
    sets = np.array([log2_choose(honest, x) for x in last.tolist()])
    ranges = np.log2(last - first + 1) + sets + first * inside
    small = ranges <= _NEGLIGIBLE
    sizes = [x for a, b in zip(first[~small].tolist(), last[~small].tolist(), strict=True) for x in range(a, b + 1)]
    each = _cut_off(n, corrupted, degree, threshold, sizes)
    return min(float(log2_sum(np.append(ranges[small], each))), 0.0)


def _cut_off(n: int, corrupted: int, degree: int, threshold: int, sizes: Sequence[int]) -> float:
    """The sum over these sizes, term by term."""
    at_once, terms = max(_AT_ONCE // (degree + 1), 1), [-inf]
    for start in range(0, len(sizes), at_once):
        x = np.array(sizes[start : start + at_once])
        sets = np.array([log2_choose(n - corrupted, size) for size in x.tolist()])
        terms.append(float(log2_sum(sets + x * tail(n - 1, x - 1 + corrupted, degree, threshold))))
    return float(log2_sum(np.array(terms)))


def circle(order: Sequence[int], degree: int) -> list[list[int]]:
    """The neighbours of each client, ascending, for clients laid on a circle in this order; `degree` is even."""
    n = len(order)
    steps = [step for step in range(-(degree // 2), degree // 2 + 1) if step]
    neighbours: list[list[int]] = [[] for _ in range(n)]
    for place, client in enumerate(order):
        neighbours[client] = sorted({order[(place + step) % n] for step in steps} - {client})
    return neighbours


def random_order(n: int, prg: Prg) -> list[int]:
    """0 to n - 1 in a uniformly random order (Fisher and Yates)."""
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(prg.elements(i + 1, 1)[0])
        order[i], order[j] = order[j], order[i]
    return order


def random_choice(n: int, me: int, count: int, prg: Prg) -> list[int]:
    """`count` of the n - 1 others, uniformly at random, ascending."""
    others = [i for i in range(n) if i != me]
    if count >= len(others):
        return others
    for i in range(count):
        j = i + int(prg.elements(len(others) - i, 1)[0])
        others[i], others[j] = others[j], others[i]
    return sorted(others[:count])
