"""How many blocks of AES-128 the busiest party needs for material: a limit that no kernel passes.

What is counted: the streams and trees that correlations are made of, the pads that hide messages, and the hashes of a
garbler; where nothing is transferred, the streams that random parts are. What is not: base transfers, random parts of
what is transferred, which can come with the correlations, and all work without AES, as under Paillier keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from bench.suppliers import DEALER
from mpc.correlation import Correlation
from protocols.authenticated.ands import Size
from protocols.authenticated.buckets import leaky
from protocols.ot import silent_ferret_ywlzw20 as ferret
from protocols.ot.correlated import LABEL_BITS
from protocols.ot.extension_softspoken_roy22 import DEFAULT_K
from protocols.ot.folding import parts
from protocols.preprocessing.dealing import corrected
from protocols.preprocessing.from_paillier import PAILLIER
from protocols.preprocessing.kind import of_kind
from protocols.preprocessing.kinds.authenticated_garbling import AuthenticatedGarbling
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.past_product import PastProduct
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN
from protocols.preprocessing.transfers import Transfers

BLOCK_BITS = 128
BLOCK_WORDS = 2
_MATRIX_BLOCKS = 2
"""Blocks from which a row of Ferret's sparse matrix is made: ten numbers below 2^18 to 2^20."""
_HASHES_OF_AND = 6
"""Of a leaky AND at either party: its key with and without its offset, and its MAC."""
OF_AND = {"half-gates": 4, "three-halves": 6}
"""Of the garbler for each AND, by scheme."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of AES for one correlation, at each end."""

    sender: float
    receiver: float


def softspoken(k: int) -> Blocks:
    """A part of w bits has 2^w streams, whose blocks are of 128 correlations; the sender has all of them but one."""
    streams = [1 << width for width in parts(k)]
    return Blocks(sum(count - 1 for count in streams) / LABEL_BITS, sum(streams) / LABEL_BITS)


def silent(parameters: ferret.Parameters) -> Blocks:
    """A block for each node of a tree that has children, but for its root, and the rows of the matrix."""
    iteration = parameters.trees * ((1 << parameters.depth) - 2) + _MATRIX_BLOCKS * parameters.made
    return Blocks(iteration / parameters.fresh, iteration / parameters.fresh)


BLOCKS = {SOFTSPOKEN.name: softspoken(DEFAULT_K), SILENT.name: silent(ferret.SMALL)}


def pads(transfers: Transfers) -> int:
    """Blocks of one pad for each: pi(pi(x) ^ i) ^ pi(x) for each 128 bits, and pi(x) once."""
    return sum(count * (1 + -(-bits // BLOCK_BITS)) for count, bits in transfers.groups)


def blocks_of(transfers: Transfers, extension: Blocks, n: int) -> float:
    """Of the busiest of n parties. A sender makes two pads, a receiver one."""
    send = transfers.count * extension.sender + 2 * pads(transfers)
    receive = transfers.count * extension.receiver + pads(transfers)
    if transfers.between == "all":
        return (n - 1) * (send + receive)
    if transfers.between == "one":
        return max(send, receive)
    if transfers.between == "others":
        return max(send, (n - 1) * receive)
    return max((n - 1 - i) * send + i * receive for i in range(n))


def blocks(kind: Correlation, supplier: str, n: int) -> float:
    """Blocks of the busiest of n parties, or of the dealer, for one piece of a kind."""
    drawn = sum(prod(part.shape) for part in kind.parts()[: kind.drawn])
    if supplier == DEALER:
        gates = OF_AND[kind.way.name] * kind.elements if isinstance(kind, Garbling) else 0
        if isinstance(kind, WeightProduct):
            gates = prod(kind.matrix) // BLOCK_WORDS
        if isinstance(kind, PastProduct):
            gates = n * prod(kind.kept) // BLOCK_WORDS
        return gates + max(_dealt_words(kind, n), drawn) / BLOCK_WORDS
    if supplier == PAILLIER and of_kind(kind).products is not None:
        return 0
    if (size := of_kind(kind).authenticated) is not None:
        return _authenticated(size) + (
            OF_AND["half-gates"] * kind.elements if isinstance(kind, AuthenticatedGarbling) else 0
        )
    transfers = of_kind(kind).transfers(n)
    if isinstance(kind, Garbling):
        return blocks_of(transfers, BLOCKS[supplier], n) + OF_AND[kind.way.name] * kind.elements
    if transfers.count:
        return blocks_of(transfers, BLOCKS[supplier], n)
    return drawn * (n if isinstance(kind, InputMask) else 1) / BLOCK_WORDS


def _authenticated(size: Size) -> float:
    """Correlations in both directions, three for each leaky AND; of each of those three hashes of two blocks."""
    ands, extension = sum(leaky(size.ands)), BLOCKS[SOFTSPOKEN.name]
    correlations = 3 * ands + size.ands
    ends = extension.sender + extension.receiver
    return correlations * ends + max(size.owned[0], size.owned[1]) * ends + _HASHES_OF_AND * ands


def _dealt_words(kind: Correlation, n: int) -> int:
    """What a dealer expands if it corrects something: all shares, but for the one of each derived part."""
    if not any(corrected(kind, party, n) for party in range(n)):
        return 0
    words = 0
    for i, part in enumerate(kind.parts()):
        holders = 1 if part.sharing == "clear" else n
        words += prod(part.shape) * (holders - (i >= kind.drawn))
    return words
