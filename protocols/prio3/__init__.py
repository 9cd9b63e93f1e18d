"""Sums of measurements that are proven valid, by two or more aggregators of whom none sees one: Prio3.

`mpc.prio3`: `Prio3Count`, `Prio3Sum`, `Prio3SumVec`, `Prio3Histogram`, `Prio3MultihotCountVec`, `Prio3L1BoundSum`,
`Prio3BoundedL2` and `Prio3SumVecWithMultiproof`, with the methods, names and encodings of draft-irtf-cfrg-vdaf.
"""

from protocols.prio3.chunk_lengths import good_chunk_length
from protocols.prio3.instances import (
    Prio3BoundedL2,
    Prio3Count,
    Prio3Histogram,
    Prio3L1BoundSum,
    Prio3MultihotCountVec,
    Prio3Sum,
    Prio3SumVec,
    Prio3SumVecWithMultiproof,
)
from protocols.prio3.reading import NONCE_SIZE
from protocols.prio3.type_names import type_name
from protocols.prio3.vdaf_prio3 import VERIFY_KEY_SIZE, Prio3, VerifyState

__all__ = [
    "NONCE_SIZE",
    "VERIFY_KEY_SIZE",
    "Prio3",
    "Prio3BoundedL2",
    "Prio3Count",
    "Prio3Histogram",
    "Prio3L1BoundSum",
    "Prio3MultihotCountVec",
    "Prio3Sum",
    "Prio3SumVec",
    "Prio3SumVecWithMultiproof",
    "VerifyState",
    "good_chunk_length",
    "type_name",
]
