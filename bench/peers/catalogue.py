"""Which peers there are: their environment and script, what they are secure against, how much of the work they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

KNOWN_TRIPLES = "Semi-honest, but no privacy against party 0, which knows every triple"
HONEST_MAJORITY = "Semi-honest, honest majority: any two of the three parties learn everything together"
NOBODY_TRUSTED = "Semi-honest, dishonest majority, nobody trusted"


@dataclass(frozen=True, slots=True)
class Peer:
    """A system of several parties.

    `shares`: the part of a workload's size that it gets where the whole would take minutes; the row says the size,
    and it is compared by the operation. `lacks`: workloads that it has no figure of, and why. `included`: what its time
    holds beside the online part.
    """

    system: str
    environment: str
    module: str
    variant: str
    parties: int
    security: str
    included: str
    shares: Mapping[str, float] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)


ARITHMETIC = (
    Peer(
        "spu:semi2k", "spu", "bench.peers.spu", "SEMI2K", 2, KNOWN_TRIPLES,
        "online, and expanding the triples from seeds that party 0 knows",
    ),
    Peer("spu:aby3", "spu", "bench.peers.spu", "ABY3", 3, HONEST_MAJORITY, "everything: needs no preprocessing"),
    Peer(
        "spu:cheetah", "spu", "bench.peers.spu", "CHEETAH", 2, NOBODY_TRUSTED,
        "everything: makes its own correlations as it goes", {"mul_1m": 0.1, "matmul_1000": 0.2, "cmp_100k": 0.5},
    ),
    Peer(
        "crypten", "crypten", "bench.peers.crypten", "", 2, KNOWN_TRIPLES,
        "online, and making the triples at party 0",
    ),
    Peer(
        "mpyc", "mpyc", "bench.peers.mpyc", "", 3, HONEST_MAJORITY, "everything: needs no preprocessing",
        {"mul_1m": 0.1, "cmp_100k": 0.02, "matmul_1000": 0.2},
    ),
)  # fmt: skip
"""CHEETAH runs out of memory at matrices of 1000, and MPyC's Python integers take minutes at full size."""

NO_ARRAY_FUNCTION = "it has no such function of arrays of secure fixed-point numbers"

FUNCTIONS = (
    *ARITHMETIC[:2],
    replace(
        ARITHMETIC[3],
        lacks={
            "sort_1k": "it does not sort",
            "sort_10k": "it does not sort",
            "solve_32": "it has no inverse and no solver",
        },
    ),
    replace(
        ARITHMETIC[4],
        shares={"sort_1k": 0.1, "reciprocal_10k": 0.05, "var_100k": 0.02},
        lacks={
            "sort_10k": "its network of half a million comparisons takes minutes",
            "solve_32": "it has no solver of fixed-point systems",
            **dict.fromkeys(("softmax_128", "sigmoid_10k", "exp_10k", "log_10k", "sqrt_10k"), NO_ARRAY_FUNCTION),
        },
    ),
)
"""Those that compute functions with a fraction, and what they have of numpy's."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Work of a single process that peers do in environments of their own, `size` units of it a repetition.

    It stands in the table of kernels, beside ours where a workload of ours has the same name.
    """

    unit: str
    size: int
    peers: tuple[Peer, ...]


GMPY2 = (
    Peer("gmpy2:powmod", "gmpy2", "bench.peers.gmpy2", "powmod", 1, "", "one core; not constant time"),
    Peer("gmpy2:powmod_sec", "gmpy2", "bench.peers.gmpy2", "powmod_sec", 1, "", "one core"),
)
PHE = Peer("phe", "phe", "bench.peers.phe", "", 1, "", "one core; not constant time")
HEU = tuple(
    Peer(
        f"sf-heu:{scheme.lower()}",
        "sf-heu",
        "bench.peers.sf_heu",
        scheme,
        1,
        "",
        "several threads, whose time is added up",
    )
    for scheme in ("ZPaillier", "IPCL", "DJ")
)

OUTSIDE = {
    "bignum.power_4096_2048_x8": Outside("powers", 8, GMPY2),
    "bignum.power_2048_2048_x8": Outside("powers", 8, GMPY2),
    "paillier.keygen_2048": Outside("keys", 2, (PHE, *HEU)),
    "paillier.encrypt_2048": Outside("values", 32, (PHE, *HEU)),
    "paillier.decrypt_2048": Outside("values", 32, (PHE, *HEU)),
    "paillier.add_2048": Outside("values", 1024, (PHE, *HEU)),
    "paillier.scale_2048": Outside("values", 256, (PHE, *HEU)),
}
"""power_M_E_xN: a modulus of M bits, exponents of E bits, N numbers. Paillier with a modulus of 2048 bits; `scale`
multiplies by numbers of 64 bits."""

FLOWER = Peer(
    "flower", "flwr", "bench.peers.flwr", "", 1, "Semi-honest; every mask from a seed of 32 bits",
    "one core; by Flower's own functions",
)  # fmt: skip
