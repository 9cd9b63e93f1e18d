"""What must hold of any material, whoever made it."""

import numpy as np

from mpc.correlation import together


def recombined(kind, materials):
    """The parts of a kind in the clear, from all parties' material."""
    clear = []
    for i, part in enumerate(kind.parts()):
        shares = [material[i] for material in materials]
        if part.sharing == "clear":
            clear.append(shares[part.holder])
            continue
        total = shares[0]
        for share in shares[1:]:
            total = together(part, kind.ring, total, share)
        clear.append(total)
    return clear


def check(kind, materials):
    parts = recombined(kind, materials)
    drawn = parts[: kind.drawn]
    for found, expected in zip(parts[kind.drawn :], kind.derive(*drawn), strict=True):
        np.testing.assert_array_equal(found, expected)
    for material in materials:
        for words, part in zip(material, kind.parts(), strict=True):
            assert words.dtype == np.uint64
            if part.sharing == "sum":
                assert words.shape == part.shape
                assert np.array_equal(kind.ring.reduce(words), words)
