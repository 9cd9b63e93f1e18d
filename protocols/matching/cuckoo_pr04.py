"""Identifiers thrown into bins so that each bin has one at most: cuckoo hashing with three functions.

Pagh, Rodler, "Cuckoo hashing", J. Algorithms 2004, with three functions and no stash, as Pinkas, Schneider, Tkachenko,
Yanai, EUROCRYPT 2019, have it. Which of its three bins an identifier gets follows from all of them, and is a secret of
whoever has these; which three bins there are for it is public.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import ceil

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError

Bins = npt.NDArray[np.int64]

FUNCTIONS = 3
_MOST_STEPS = 2_000
"""Of one insertion: in a table that has room, more than a hundred are not seen."""


def bins_for(count: int) -> int:
    """How many bins so many identifiers get: 1.3 for each, so that they fail to fit with a chance below 2^-40.

    Of many identifiers that is the measured rate for 1.27 of Pinkas, Schneider, Zohner, "Scalable
    private set intersection based on OT extension", ACM TOPS 2018. Few fail if four have the same three bins: at most
    9 n^4 / m^9 for m bins, the leading term, which is made four times smaller than asked.
    """
    few: float = (9 * count**4 * 2.0**42) ** (1 / 9)
    return max(FUNCTIONS, ceil(1.3 * count), ceil(few))


def choices(messages: Sequence[bytes], bins: int, tag: bytes) -> Bins:
    """(messages, 3): the bins of each, no two of them the same, by BLAKE2b with the end of a public tag of the call."""
    digests = b"".join([blake2b(message, digest_size=24, key=tag[-32:]).digest() for message in messages])
    words = np.frombuffer(digests, "<u8").astype(np.uint64).reshape(len(messages), FUNCTIONS)
    first = words[:, 0] % np.uint64(bins)
    second = words[:, 1] % np.uint64(bins - 1)
    second += second >= first
    third = words[:, 2] % np.uint64(bins - 2)
    low, high = np.minimum(first, second), np.maximum(first, second)
    third += third >= low
    third += third >= high
    return np.stack([first, second, third], axis=1).astype(np.int64)


def placed(options: Bins, bins: int) -> Bins:
    """(identifiers,): one of its bins for each, all different. LocalError `matching-overfull` with a chance of 2^-40.

    Who is put out of a bin goes to the next of its own; time depends on the identifiers, which this party has.
    """
    holder, turn = [-1] * bins, [0] * len(options)
    rows = options.tolist()
    for item in range(len(rows)):
        current = item
        for _ in range(_MOST_STEPS):
            where = rows[current][turn[current]]
            holder[where], current = current, holder[where]
            if current < 0:
                break
            turn[current] = (turn[current] + 1) % FUNCTIONS
        else:
            raise LocalError("matching-overfull", "identifiers do not fit into their bins, by chance", "match again")
    return options[np.arange(len(options)), turn]
