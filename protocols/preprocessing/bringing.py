"""What a party says to a dealer of standing material that it brings: a place, and the seed that stands there."""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import Words
from mpc.correlation import Correlation
from mpc.errors import PeerError, SupplyError
from mpc.supply import Path
from protocols.preprocessing.kinds.weight_mask import SEED_WORDS

MAX_PLACE = 16
"""Numbers in the path of what stands."""


def pack_standing(standing: Path, words: Words) -> Words:
    """The length of the place, its numbers, what stands there."""
    return np.concatenate([np.array([len(standing), *standing], np.uint64), words])


def unpack_standing(told: Words, sender: str) -> tuple[Path, Words]:
    """What `pack_standing` made of a seed. PeerError `malformed-message` for anything else."""
    length = int(told[0])
    end = 1 + length
    if not 0 < length <= MAX_PLACE or told.size != end + SEED_WORDS or int(told[1:end].max()) >> 32:
        raise PeerError(
            "malformed-message", f"{sender} sent standing material that cannot be read",
            "all parties must run the same version of Parley", party=sender,
        )  # fmt: skip
    return tuple(told[1:end].tolist()), told[end:]


def may_be_brought(standing: Path, kind: Correlation) -> bool:
    """Whether a party may bring what stands here: all of it is the party's own, and a message can name the place."""
    return len(standing) <= MAX_PLACE and all(part.sharing == "clear" for part in kind.parts())


def already_stands(standing: Path) -> SupplyError:
    """What bringing material raises where something stands."""
    return SupplyError(
        "material-spent", "standing material is brought where some stands, or after what stands on it was made",
        "weights that are kept in a folder take material by reveal, not for a whole plan: --material by-reveal",
        path=standing,
    )  # fmt: skip
