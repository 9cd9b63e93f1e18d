"""What is measured: an example of each kind of material, correlations themselves, work that makes its own material."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench import arithmetic
from bench.preprocessing.blocks import blocks, silent, softspoken
from bench.suppliers import DEALER, EVERY, NOBODY, SUPPLIERS
from bench.workloads import Workload
from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.prg import SEED_BYTES, Seed
from mpc.supply import Entry
from protocols.authenticated.task import Task
from protocols.circuits.library import aes
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.extension_softspoken_roy22 import receive_setup as softspoken_receive
from protocols.ot.extension_softspoken_roy22 import send_setup as softspoken_send
from protocols.ot.silent_ferret_ywlzw20 import MEDIUM, SMALL, Parameters
from protocols.ot.silent_ferret_ywlzw20 import receive_setup as ferret_receive
from protocols.ot.silent_ferret_ywlzw20 import send_setup as ferret_send
from protocols.preprocessing.from_paillier import PAILLIER
from protocols.preprocessing.kind import Kind
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
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN
from protocols.runs.planning import plan
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to measure: `unit` says what is counted, `size` how many of them at a scale.

    `blocks(size, supplier, n)`: blocks of AES that the busiest of n parties needs for so many. `parties`: how many
    take part, None for any number.
    """

    name: str
    unit: str
    suppliers: tuple[str, ...]
    size: Callable[[float], int]
    blocks: Callable[[int, str, int], float]
    parties: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A kind of material: `piece(count)` is one piece of `count` units, a multiple of `step`."""

    name: str
    unit: str
    count: int
    piece: Callable[[int], Kind]
    step: int = 1
    suppliers: tuple[str, ...] = SUPPLIERS

    def size(self, scale: float) -> int:
        """Units at a scale: as many as whole iterations of silent transfer make, where one is not enough.

        No repetition then lives on what another one has left over.
        """
        steps = max(1, round(self.count * scale / self.step))
        each = self.piece(self.step).transfers(2).count
        iterations = round(steps * each / SMALL.fresh)
        return (iterations * SMALL.fresh // each if iterations else steps) * self.step

    def subject(self) -> Subject:
        """What parties alone make is made by two, by transfers of its own."""
        parties = 2 if self.suppliers == OF_THEIR_OWN else None
        return Subject(
            self.name, self.unit, self.suppliers, self.size,
            lambda size, supplier, n: blocks(self.piece(size), supplier, n), parties,
        )  # fmt: skip


OF_THEIR_OWN = (SOFTSPOKEN.name,)
"""Of kinds that have transfers of their own, whatever the others are made by."""

EXAMPLES = {
    example.name: example
    for example in (
        Example("triple", "triples", 1 << 19, lambda count: Triple(Z64, (count,), (count,))),
        Example(
            "few_triples", "triples", 1 << 10, lambda count: Triple(Z64, (count,), (count,)),
            suppliers=(SOFTSPOKEN.name, PAILLIER),
        ),
        Example("square_pair", "pairs", 1 << 19, lambda count: SquarePair(Z64, (count,))),
        Example(
            "matrix_triple.128", "matrix triples", 1,
            lambda count: MatrixTriple(Z64, (count, 128, 128), (count, 128, 128)), suppliers=EVERY,
        ),
        Example(
            "matrix_triple.column", "matrix triples", 8,
            lambda count: MatrixTriple(Z64, (count, 1000, 64), (count, 64, 1)),
        ),
        Example("and_triple", "bits", 1 << 23, lambda count: AndTriple(Z64, (count // 64,), (count // 64,)), 64),
        Example("dabit", "bits", 1 << 22, lambda count: DaBit(Z64, count), 64),
        Example("edabit", "edaBits", 1 << 18, lambda count: EdaBit(Z64, count), 64),
        Example("truncation_pair", "pairs", 1 << 18, lambda count: TruncationPair(Z64, (count,), 16), 64),
        Example("random_value", "values", 1 << 22, lambda count: RandomValue(Z64, (count,))),
        Example("input_mask", "masks", 1 << 22, lambda count: InputMask(Z64, (count,), 0)),
        Example("one_of_many", "tables", 1 << 20, lambda count: OneOfMany(Z64, count // 64, 4, 2, 0, 1), 64),
        Example(
            "piece_mask", "masks", 1 << 15, lambda count: PieceMask(Z64, count, 3, 8, 9, 9), 64, (DEALER,),
        ),
        Example("share_translation.1024", "lists", 64, lambda count: ShareTranslation(Z64, count, 1024, 2, 0)),
        Example("weight_mask", "matrices", 1, lambda count: WeightMask(Z64, (576, 1536), 0), suppliers=(DEALER,)),
        Example(
            "weight_product.576x1536", "rows", 64,
            lambda count: WeightProduct(Z64, count, (576, 1536), 0, 0, 1, (1,)), suppliers=(DEALER,),
        ),
        Example(
            "past_product.3x64x64", "rows", 1 << 10,
            lambda count: PastProduct(Z64, count, 64, (3, 64, 64), 1, (1,)), suppliers=(DEALER,),
        ),
        Example(
            "many_and", "ANDs of four", 1 << 20, lambda count: ManyAnd(Z64, 4, (count // 64,)), 64, (DEALER,),
        ),
        Example("step_mask", "masks", 1 << 14, lambda count: StepMask(Z64, count, 12, 7), 64, (DEALER,)),
        Example("zero_mask", "masks", 1 << 17, lambda count: ZeroMask(Z64, count, 8), 64, (DEALER,)),
        Example("point_key", "keys", 1 << 12, lambda count: PointKey(Z64, count, 64), 64, (DEALER,)),
        Example("labels", "labels", 1 << 22, lambda count: Labels(Z64, count, 0, 1)),
        Example(
            "garbling.aes", "ANDs", 200 * aes().ands,
            lambda count: Garbling.of(Z64, aes(), count // aes().ands, HALF_GATES, 0, 1), aes().ands,
        ),
        Example(
            "authenticated_and", "ANDs", 1 << 19, lambda count: AuthenticatedAnd(Z64, count), suppliers=OF_THEIR_OWN
        ),
        Example(
            "authenticated_garbling.aes", "ANDs", 40 * aes().ands,
            lambda count: AuthenticatedGarbling.of(
                Z64, Task(aes(), count // aes().ands, (0,) * 128 + (1,) * 128)
            ), aes().ands, OF_THEIR_OWN,
        ),
    )
}  # fmt: skip
"""128: 128 x 128 by 128 x 128. column: 1000 x 64 by 64 x 1. few: one piece of Paillier's, which takes long for each.
One of many: of 16 entries of 2 bits. Piece masks: for 8 choices of degree 3, on
512 cells. 1024: lists of 1,024 records of two numbers. 576x1536: rows by a matrix of that shape. aes: AES-128 by
half-gates, an instance at a time 6,400 ANDs."""


@dataclass(frozen=True, slots=True)
class Correlations:
    """Correlated transfers from party 0 to party 1, by SoftSpokenOT with a k or by Ferret with parameters."""

    name: str
    way: int | Parameters
    malicious: bool

    async def set_up(self, ctx: Context) -> CotSender | CotReceiver:
        """This party's end."""
        if isinstance(self.way, int):
            softspoken_end = softspoken_send if ctx.me == 0 else softspoken_receive
            return await softspoken_end(ctx, 1 - ctx.me, k=self.way, malicious=self.malicious)
        ferret_end = ferret_send if ctx.me == 0 else ferret_receive
        return await ferret_end(ctx, 1 - ctx.me, parameters=self.way, malicious=self.malicious)

    def size(self, scale: float) -> int:
        """Whole iterations of silent transfer; some 8 million correlations."""
        wanted = max(1, round((1 << 23) * scale))
        return wanted if isinstance(self.way, int) else max(1, wanted // self.way.fresh) * self.way.fresh

    def subject(self) -> Subject:
        """Between two parties only."""
        each = softspoken(self.way) if isinstance(self.way, int) else silent(self.way)
        supplier = SOFTSPOKEN.name if isinstance(self.way, int) else SILENT.name
        return Subject(
            self.name, "correlations", (supplier,), self.size,
            lambda size, supplier, n: size * max(each.sender, each.receiver), parties=2,
        )  # fmt: skip


_WAYS: dict[str, int | Parameters] = {
    "softspoken_2": 2, "softspoken_4": 4, "softspoken_8": 8, "ferret_small": SMALL, "ferret_medium": MEDIUM,
}  # fmt: skip

CORRELATIONS = {
    each.name: each
    for name, way in _WAYS.items()
    for each in (Correlations(f"cot.{name}", way, False), Correlations(f"cot.{name}_malicious", way, True))
}


def _total(workload: Workload, unit: str) -> Subject:
    return Subject(
        f"total.{workload.name}", unit, NOBODY, workload.scaled,
        lambda size, supplier, n: sum(blocks(kind, supplier, n) for _, kind in demand(workload, size, supplier, n)),
    )  # fmt: skip


def demand(workload: Workload, size: int, supplier: str, n: int) -> list[Entry]:
    """What a run of the workload takes."""
    values = workload.values(Seed(bytes(SEED_BYTES)).prg("shapes"), size)

    async def main(ctx: Context, mine: object) -> None:
        zeros = [suite_of(ctx).constant(ctx, ctx.ring.zeros(words.shape)) for words in values]
        await workload.online(ctx, zeros, size)

    return plan(main, [None] * n, preprocessing=supplier).demand


TOTALS = {f"total.{workload.name}": workload for workload in (arithmetic.PRODUCTS, arithmetic.COMPARISONS)}

SUBJECTS = {
    subject.name: subject
    for subject in (
        *(example.subject() for example in EXAMPLES.values()),
        *(each.subject() for each in CORRELATIONS.values()),
        _total(arithmetic.PRODUCTS, "products"),
        _total(arithmetic.COMPARISONS, "comparisons"),
    )
}
