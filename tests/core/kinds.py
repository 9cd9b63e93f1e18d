"""Every kind of material, in several shapes: what tests of the dealer and of demands run over."""

from hypothesis import strategies as st

from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128, WideRing, ring_of_bits
from mpc.correlation import Correlation
from protocols.authenticated.task import Task
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing.kinds import every_kind
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.authenticated_and import AuthenticatedAnd
from protocols.preprocessing.kinds.authenticated_garbling import AuthenticatedGarbling
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.labels import Labels
from protocols.preprocessing.kinds.many_and import ManyAnd
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.one_of_many import OneOfMany
from protocols.preprocessing.kinds.past_product import PastProduct
from protocols.preprocessing.kinds.piece_mask import PieceMask
from protocols.preprocessing.kinds.point_key import PointKey
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.step_mask import StepMask
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.preprocessing.kinds.zero_mask import ZeroMask


@circuit(x=UInt(4), y=UInt(4))
def product(x: UInt, y: UInt) -> object:
    """x y."""
    return x * y  # type: ignore[operator]


@circuit(x=UInt(4), y=UInt(4))
def total(x: UInt, y: UInt) -> object:
    """x ^ y, of no AND."""
    return x ^ y  # type: ignore[operator]


EXAMPLES: list[Correlation] = [
    Triple(Z64, (3,), (3,)),
    Triple(Ring(5), (2, 1), (3,)),
    Triple(Z64, (), ()),
    Triple(Z64, (0,), (1,)),
    MatrixTriple(Z64, (2, 3), (3, 4)),
    MatrixTriple(Ring(7), (5, 2, 3), (3, 1)),
    SquarePair(Z64, (2, 2)),
    SquarePair(Ring(1), (4,)),
    AndTriple(Z64, (1,), (3, 1)),
    AndTriple(Ring(8), (2,), (2,)),
    DaBit(Z64, 70),
    DaBit(Ring(1), 3),
    EdaBit(Z64, 70),
    EdaBit(Ring(5), 3),
    EdaBit(Z64, 0),
    TruncationPair(Z64, (3, 2), 16),
    TruncationPair(Ring(6), (5,), 0),
    TruncationPair(Ring(1), (5,), 0),
    InputMask(Z64, (4,), 0),
    InputMask(Ring(9), (), 1),
    RandomValue(Z64, (2, 3)),
    OneOfMany(Z64, 3, 4, 2, 0, 1),
    OneOfMany(Z64, 5, 2, 2, 1, 0),
    OneOfMany(Ring(3), 1, 3, 21, 0, 1),
    OneOfMany(Z64, 0, 1, 1, 0, 1),
    Triple(Z128, (2, 1), (3,)),
    Triple(WideRing(96), (70,), (70,)),
    Triple(Z128, (0,), (1,)),
    MatrixTriple(Z128, (2, 3), (3, 4)),
    MatrixTriple(WideRing(65), (5, 2, 3), (3, 1)),
    SquarePair(Z128, (2, 2)),
    SquarePair(WideRing(65), (3,)),
    AndTriple(Z128, (1,), (3, 1)),
    DaBit(Z128, 70),
    EdaBit(Z128, 70),
    EdaBit(WideRing(67), 3),
    TruncationPair(Z128, (3, 2), 16),
    TruncationPair(Z128, (3,), 70),
    TruncationPair(WideRing(80), (2,), 0),
    InputMask(Z128, (4,), 0),
    RandomValue(Z128, (2, 3)),
    OneOfMany(Z128, 3, 4, 2, 0, 1),
    ShareTranslation(Z64, 2, 5, 3, 0),
    ShareTranslation(Z64, 3, 5, 3, 0),
    ShareTranslation(Ring(7), 1, 9, 1, 1),
    ShareTranslation(Z64, 2, 1, 1, 1),
    ShareTranslation(Z64, 0, 4, 2, 0),
    ShareTranslation(Z128, 2, 5, 3, 0),
    ShareTranslation(WideRing(70), 3, 4, 2, 1),
    Labels(Z64, 70, 0, 1),
    Labels(Z64, 3, 1, 0),
    Labels(Ring(4), 64, 0, 1),
    Labels(Z64, 0, 1, 0),
    Labels(Z128, 5, 0, 1),
    Garbling.of(Z64, product, 70, HALF_GATES, 0, 1),
    Garbling.of(Z64, product, 3, THREE_HALVES, 1, 0),
    Garbling.of(Ring(4), product, 1, THREE_HALVES, 0, 1),
    Garbling.of(Z128, total, 9, HALF_GATES, 0, 1),
    Garbling.of(Z64, product, 5, HALF_GATES, 0, 1, late=4, early=4, sums=True),
    Garbling.of(WideRing(70), product, 5, THREE_HALVES, 1, 0, late=3, early=2, sums=True),
    Garbling.of(Z128, product, 3, HALF_GATES, 0, 1, late=8),
    WeightMask(Z64, (3, 4), 0),
    WeightMask(Ring(7), (0, 5), 1),
]
OF_A_DEALER: list[Correlation] = [
    PieceMask(Z64, 70, 3, 4, 8, 7),
    PieceMask(Ring(5), 3, 1, 1, 0, 5),
    PieceMask(Ring(9), 65, 4, 2, 4, 1),
    PieceMask(Z64, 0, 2, 1, 54, 10),
    PieceMask(Z64, 7, 2, 3, 10, 8, 1),
    PieceMask(Ring(20), 64, 1, 2, 3, 6, 1),
    ManyAnd(Z64, 2, (3,)),
    ManyAnd(Ring(8), 5, (2, 1)),
    ManyAnd(Z128, 6, (0,)),
    StepMask(Z64, 70, 11, 7),
    StepMask(Ring(9), 3, 0, 9),
    StepMask(Z128, 5, 30, 6),
    ZeroMask(Z64, 70, 8),
    ZeroMask(Ring(3), 3, 6),
    ZeroMask(Z128, 0, 1),
    PointKey(Z64, 70, 63),
    PointKey(Z64, 3, 64),
    PointKey(Ring(9), 5, 8),
    PointKey(Ring(1), 2, 0),
    PointKey(Ring(20), 0, 20),
]
"""What a dealer alone makes, and not the parties."""
DEALT = [*EXAMPLES, *OF_A_DEALER]
BETWEEN_TWO: list[Correlation] = [
    AuthenticatedAnd(Z64, 100, (3, 70)),
    AuthenticatedAnd(Ring(4), 0, (0, 5)),
    AuthenticatedAnd(Z128, 1),
    AuthenticatedGarbling.of(Z64, Task(product, 70, (0,) * 4 + (1,) * 4)),
    AuthenticatedGarbling.of(Z64, Task(product, 3, (0, 0, -1, 1, 1, 1, 0, 0), common=(0, 3, 7))),
    AuthenticatedGarbling.of(Z128, Task(total, 9, (1,) * 8)),
]
"""What nobody but the two parties makes, not a dealer either."""
PLACE = (1, 2, 3, 4, 5, 6, 7, 2**32 - 1)
ON_OTHERS: list[Correlation] = [
    WeightProduct(Z64, 3, (5, 4), 0, 0, 1, PLACE),
    WeightProduct(Z64, 2, (5, 4), 1, 0, 1, PLACE),
    WeightProduct(Ring(7), 4, (2, 3), 0, 1, 0, PLACE),
    WeightProduct(Z64, 0, (2, 3), 1, 1, 0, PLACE),
]
"""What stands on other material, and only a dealer makes."""
ON_SHARES: list[Correlation] = [
    PastProduct(Z64, 3, 4, (2, 6, 5), 1, PLACE),
    PastProduct(Z64, 1, 6, (2, 6, 5), 0, PLACE),
    PastProduct(Ring(7), 2, 0, (1, 3, 2), 1, PLACE),
]
"""The same of what stands as shares."""
assert {type(kind) for kind in [*DEALT, *BETWEEN_TWO, *ON_OTHERS, *ON_SHARES]} == set(every_kind().values())

paths = st.lists(st.integers(0, 2**32), max_size=6).map(tuple)
rings = st.integers(1, 128).map(ring_of_bits)
sizes = st.integers(0, 5)
sides = st.lists(st.integers(0, 5), max_size=3).map(tuple)
kinds = st.one_of(
    st.sampled_from(DEALT),
    st.builds(Triple, rings, st.just((1,)), sides),
    st.builds(SquarePair, rings, sides),
    st.builds(RandomValue, rings, sides),
    st.builds(InputMask, rings, sides, st.integers(0, 4)),
    st.builds(DaBit, rings, st.integers(0, 200)),
    st.builds(EdaBit, rings, st.integers(0, 200)),
    st.builds(OneOfMany, rings, st.integers(0, 5), st.integers(1, 5), st.integers(1, 9), st.just(0), st.just(1)),
    st.builds(Labels, rings, st.integers(0, 200), st.just(0), st.just(1)),
    st.builds(
        Garbling.of, rings, st.sampled_from([product, total]), st.integers(1, 40),
        st.sampled_from([HALF_GATES, THREE_HALVES]), st.just(0), st.just(1),
    ),
    st.builds(ShareTranslation, rings, sizes, sizes, sizes, st.integers(0, 1)),
    st.builds(
        PieceMask, st.integers(14, 64).map(ring_of_bits), st.integers(0, 70), st.integers(1, 8), st.integers(1, 4),
        st.integers(0, 9), st.integers(1, 5), st.integers(0, 1),
    ),
)  # fmt: skip
entries = st.lists(st.tuples(paths, kinds), max_size=6)
