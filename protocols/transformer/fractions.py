"""Fractional bits of what a forward pass computes, and the budget of the ring that they leave room in.

Everything is an integer of the session's ring, Z_2^64, and a truncation is exact below 2^62. What stands before the
next truncation, in bits:

    product of the stream     STREAM + WEIGHT                      28 + log2 |x W|
    times the root            STREAM + ROOT                        36 + log2 |x W r|
    turned by its position    STREAM + ROOT + TURN                 48 + log2 |q|, log2 |k|
    scores                    2 ACTIVATION                         24 + log2 |q k|
    weighed values            EXPONENTIAL + ACTIVATION             28 + log2 (columns |v|)
    onto the stream           ACTIVATION + INVERSE + WEIGHT        44 + log2 |x|, attention's sums not shortened before
    of a gate                 2 ACTIVATION + WEIGHT                36 + log2 |x|
    mean square               2 STREAM                             32 + log2 (width x^2)

Queries stay below 2^13, the stream below 2^17, and a row's mean square within these bounds: measured are 758 and 1,502
of SmolLM2, where what comes first is public, and 25,000 and 1.1 million of its very first token, which its owner
therefore computes in the clear. `mpc.learning.calibrate` measures a model.
"""

from __future__ import annotations

STREAM = 16
"""Of the residual stream, whose small values matter where the norm divides by their size."""

ACTIVATION = 12
"""Of queries, keys, values, scores, probabilities and what feeds a GELU or a gate."""

WEIGHT = 12
"""Of matrices: integers of at most 16 bits, so that weights stay below 8."""

ROOT = 20
"""Of 1 / sqrt(mean square)."""

INVERSE, EXPONENTIAL = 20, 16
"""Of 1 / sum of a row's exponentials, and of these."""

TURN = 12
"""Of the public sines and cosines of positions."""

MEAN = 20
"""Of public factors such as 1 / width."""

LENGTH = 16
"""Of the public factor that makes a vector's length 1."""

ENCODERS_SQUARES, DECODERS_SQUARES = (2.0**-9, 2.0**9), (2.0**-8, 2.0**11)
"""Mean squares of rows of the stream lie within: measured are 0.0026 to 129 of MiniLM, 0.006 to 1,502 of SmolLM2."""

LAST_SQUARES = 2.0**-6, 2.0**14
"""Those of a decoder's last rows, before logits: measured are 488 to 4,682, this while it answers with signs alone."""

ENCODERS_SCORES, DECODERS_SCORES = 63.0, 95.0
"""Scores of attention are smaller: measured are 50 of MiniLM, 59 of SmolLM2."""

GELU, SILU = 32, 128
"""What these are given is smaller: measured are 25, and 24."""
