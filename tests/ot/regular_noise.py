"""What is known of learning parity with regular noise: costs of attacks, in bits, by the formulas of their papers.

n samples in h blocks of beta, one error in each; k secrets. Attacks are on random codes, but for `few_columns`, which
uses that a row of the code is sparse.
"""

from math import log2

import numpy as np


def prange(n, k, h):
    """Choose k - h samples, as many of each block; the h blocks' parities make up the rest. Tries, in bits.

    Esser and Santini, eprint 2023/1568, call it permutation-based regular decoding.
    """
    return -h * log2(1 - (k - h) / n)


def few_columns(n, k, h, share):
    """Choose share * k columns and as many samples that have no term outside of them: a system in so many secrets.

    Tries, each counted as the ten terms a row of Wiedemann's method.
    """
    columns = share * k
    return -h * log2(1 - columns / n) + log2(10 * columns**2)


def share_of_columns(ratio, k=1024, terms=10):
    """Of k columns of a random code with ratio * k rows, the fewest that have as many rows of their own: about.

    The columns with the fewest rows are left out, some at a time. Columns at random would be ratio^(-1 / 9) of all.
    """
    rng = np.random.default_rng(1)
    rows, left, share = rng.integers(0, k, (int(ratio * k), terms)), np.ones(k, bool), 1.0
    while len(rows) > left.sum():
        share = left.sum() / k
        counts = np.where(left, np.bincount(rows.reshape(-1), minlength=k), len(rows) + 1)
        left[np.argsort(counts, kind="stable")[: k // 256]] = False
        rows = rows[left[rows].all(axis=1)]
    return share


def algebraic(n, k, h):
    """Briaud and Oygarden, EUROCRYPT 2023: guess mu places of f blocks to have no error, then solve what is left.

    Quadratic equations say that no two errors are in a block. Degrees 2 to 4 of the system; by Wiedemann's method.
    """
    beta, best = n // h, np.inf
    for f in range(h + 1):
        mu = np.arange(min(beta - 1, (k + 1) // max(f, 1)), dtype=float)
        monomials = _product(_binomial(beta - mu - 1, f), _binomial(beta - 1.0, h - f))
        left = _product(monomials, _inverse(n - k - 1))
        size, degree_found = monomials[1], np.zeros(len(mu), bool)
        for degree in (2, 3, 4):
            size = size + monomials[degree]
            now = (left[degree] < 1) & ~degree_found
            degree_found |= now
            cost = 2 * np.log2(size) + np.log2(3 * (k + 1 - f * mu)) - f * np.log2(1 - mu / beta)
            best = min(best, cost[now].min(initial=np.inf))
    return float(best)


def hybrid(n, k, h):
    """eprint 2025/1284: guess u places of a block, u + 1 of f blocks, to have no error, q blocks whole; linearise.

    The least over all u, f and q, looked for at some u first and then at all those around the best of them.
    """
    beta = n // h
    step = max(1, beta // 512)
    found = sorted((_hybrid_at(n, k, h, u), u) for u in range(0, beta - 2, step))
    around = {v for _, u in found[:16] for v in range(max(0, u - step), min(beta - 2, u + step + 1))}
    return min(_hybrid_at(n, k, h, u) for u in around)


def _hybrid_at(n, k, h, u):
    beta, best = n // h, np.inf
    for q in range(4):
        f = np.arange(0, h - q, dtype=float)
        tries = -np.log2(1 - (u + 1) / beta) * f - np.log2(1 - u / beta) * (h - q - f)
        unknown = k - h - (u + 1) * f - (h - f - q) * u
        rows = n - k - (n - k) // (beta - 1) * (beta - u - 2)
        linear = np.maximum(rows * (n - k) * (rows + unknown), 1.0)
        equations = (h - f - q) * (beta - u - 2) * (beta - u - 1) / 2 + f * (beta - u - 2) * (beta - u - 3) / 2
        enumerated = (beta - 1) * q
        v = unknown - enumerated
        possible = (unknown <= 0) | ((v >= 0) & (v <= np.sqrt(2 * np.maximum(equations, 0)) - 2))
        v = np.maximum(v, 1)
        once = v**4 * unknown**2 / 8 / np.log2(np.maximum(v**2 / 2, 2))
        each = 1.25 * (2 * v**2 * enumerated + v * enumerated**2) + (2.5 * v) ** 3 / np.log2(2.5 * v)
        solving = np.where(unknown > 0, np.maximum(once, 1) + each * float(beta) ** q, 0)
        cost = tries + np.log2(linear + solving)
        best = min(best, cost[possible].min(initial=np.inf))
    return float(best)


def _binomial(x, f):
    """(1 + x z)^f up to z^4."""
    series = [1.0 + 0 * x]
    for i in range(4):
        series.append(series[-1] * x * (f - i) / (i + 1))
    return series


def _inverse(m):
    """(1 + z)^-m up to z^4."""
    return _binomial(1.0, -float(m))


def _product(a, b):
    return [sum(a[i] * b[d - i] for i in range(d + 1)) for d in range(5)]
