"""What the server sees depends on the sum of those that stay alone: every outcome of the masks on a tiny ring, counted.

Coordinate by coordinate a round is the same, so a vector has one coordinate for each combination of masks in Z_2: the
streams of own masks and pair masks are replaced by the digits of the coordinate's number. What the server sees of a
coordinate are the masked vectors of U3, the own masks of U3, and the pair masks of those that vanished.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from aggregation_rounds import FIXED, Round

from protocols.aggregation import Step, Terms, plan

N = 3
OWN = [f"own c{i}".encode() for i in range(N)]
PAIRS = [f"pair c{i} c{j}".encode() for i in range(N) for j in range(i + 1, N)]
LANES = 1 << len(OWN + PAIRS)


def stream(key: bytes) -> np.ndarray:
    """The digit of this mask in every lane."""
    return (np.arange(LANES) >> (OWN + PAIRS).index(key) & 1).astype(np.uint8)


def view(monkeypatch: pytest.MonkeyPatch, inputs: tuple[int, ...], gone: dict[Step, list[str]]) -> Counter[tuple]:
    """The distribution of what the server sees, over all masks."""
    seen: list[np.ndarray] = []
    for module in ("client_bbglr20", "unmasking_bbglr20"):
        place = f"protocols.aggregation.{module}"
        monkeypatch.setattr(f"{place}.own_mask", lambda secret, name, context: f"own {name}".encode())
        monkeypatch.setattr(
            f"{place}.pair_mask", lambda own, other, low, high, context: f"pair {low.name} {high.name}".encode()
        )

    def masks(vector: np.ndarray, keys: list[bytes], negative: list[bool]) -> None:
        for key, minus in zip(keys, negative, strict=True):
            vector += stream(key) * np.uint8(255 if minus else 1)

    def unmasks(vector: np.ndarray, keys: list[bytes], negative: list[bool]) -> None:
        masks(vector, keys, negative)
        seen.extend(stream(key) for key in sorted(set(keys)))

    monkeypatch.setattr("protocols.aggregation.client_bbglr20.add_masks", masks)
    monkeypatch.setattr("protocols.aggregation.server_bbglr20.add_masks", unmasks)
    given = replace(plan(N, LANES, bits=8, dropouts=1 / 3, corrupted=0), bits=1)
    everybody = Round(Terms(given, "tests", 0), np.array(inputs, np.uint8)[:, None].repeat(LANES, axis=1), {}, FIXED)
    original = type(everybody.server)._take_vector

    def take(server: object, client: str, reader: object) -> None:
        before = everybody.server._sum.copy()
        original(everybody.server, client, reader)  # type: ignore[arg-type]
        seen.append((everybody.server._sum - before) & 1)

    monkeypatch.setattr(type(everybody.server), "_take_vector", take)
    everybody.until(None, gone)
    stay = [i for i in range(N) if f"c{i}" in everybody.server.survivors]
    assert (everybody.server.total == sum(inputs[i] for i in stay) % 2).all()
    monkeypatch.undo()
    return Counter(zip(*(row.tolist() for row in seen), strict=True))


@pytest.mark.parametrize("gone", [{}, {Step.MASKED_INPUT: ["c1"]}, {Step.SHARE_KEYS: ["c2"]}, {Step.UNMASK: ["c0"]}])
def test_the_view_depends_on_the_sum_of_survivors_alone(
    monkeypatch: pytest.MonkeyPatch, gone: dict[Step, list[str]]
) -> None:
    missing = [int(name[1:]) for step, names in gone.items() if step != Step.UNMASK for name in names]
    views: dict[int, Counter[tuple]] = {}
    for inputs in product((0, 1), repeat=N):
        total = sum(x for i, x in enumerate(inputs) if i not in missing) % 2
        found = view(monkeypatch, inputs, gone)
        assert found == views.setdefault(total, found)
    assert views[0] != views[1]
