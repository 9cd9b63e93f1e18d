"""The table of zero-knowledge proofs: prover, verifier and batches on one core, and how many bytes a proof has.

Each row is one statement and who works on it: `.prove`, `.verify`, and `.verify_many` for a batch of proofs at once.
Units are statements: values for ranges, logarithms for Schnorr's protocol, gates for circuits. No network takes
part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench import proofs_by_evaluations, proofs_by_transfers, proofs_of_commitments, proofs_of_paillier
from bench.harness import PARLEY, Failed, Options, Throughput, interleaved, middle
from mpc.algebra.cores import using_cores
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.prg import Seed
from native import selected
from protocols.proofs.bulletproof_verifying import verify_bulletproof, verify_bulletproofs
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit
from protocols.proofs.composed import AtLeastOne
from protocols.proofs.constraints import Circuit
from protocols.proofs.linear import knows_logarithm, same_logarithm
from protocols.proofs.pedersen import opening_witness, pedersen
from protocols.proofs.proof import prove, verify, verify_all
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range
from protocols.proofs.statement import Statement
from protocols.proofs.transcript import Bytes, Setting

TITLE = "Zero-knowledge proofs on one core, statements a second"
TABLE = "proofs"
WARM_UP = 1
BATCH = 32
_SETTING = Setting.outside("a prover", "benchmark")


@dataclass(frozen=True, slots=True)
class Work:
    """What one repetition does, for how many statements, and the bytes of each proof."""

    run: Callable[[], object]
    count: int
    bytes: int


def _logarithms(count: int) -> tuple[Statement, Scalars]:
    x = Scalars.random(ORDER, (count,))
    return knows_logarithm(generator(), generator() * x), x


def _equal_logarithms(count: int) -> tuple[Statement, Scalars]:
    x, bases = Scalars.random(ORDER, (count,)), [generator(), pedersen().h]
    return same_logarithm(bases, [base * x for base in bases]), x


def _openings(count: int) -> tuple[Statement, Scalars]:
    v = Scalars.random(ORDER, (count,))
    commitments, r = pedersen().commit(v)
    return pedersen().opening(commitments), opening_witness(v, r)


def _one_of_two(count: int) -> tuple[Statement, Scalars]:
    first, x = _logarithms(count)
    second, _ = _equal_logarithms(count)
    statement = AtLeastOne(first, second)
    return statement, statement.witness(0, x)


_SIGMA: dict[str, tuple[Callable[[int], tuple[Statement, Scalars]], int]] = {
    "logarithm": (_logarithms, 1),
    "logarithm_x1000": (_logarithms, 1000),
    "equal_logarithms_x1000": (_equal_logarithms, 1000),
    "opening_x1000": (_openings, 1000),
    "one_of_two": (_one_of_two, 1),
}
_RANGES = {"range_64": (64, 1), "range_32": (32, 1), "range_64_x64": (64, 64)}
_CIRCUITS = {"circuit_1024": 1024}
"""Bits of a number, a gate each."""
WHAT = ("prove", "verify", "verify_many")


def names() -> list[str]:
    """All rows."""
    by_family = (f"{family}.{what}" for family in _families() for what in what_of(family))
    return [*by_family, proofs_by_transfers.NAME, *proofs_by_evaluations.NAMES, proofs_of_commitments.NAME]


def what_of(family: str) -> tuple[str, ...]:
    """Who works on the statements of a family of rows."""
    return proofs_of_paillier.what_of(family) if family in proofs_of_paillier.FAMILIES else WHAT


def works(family: str) -> dict[str, Work]:
    """What is measured of a family of rows; proofs to verify are made beforehand."""
    if family in proofs_of_paillier.FAMILIES:
        return _of_paillier(proofs_of_paillier.FAMILIES[family]())
    if family in _CIRCUITS:
        return _circuit(_CIRCUITS[family])
    return _sigma(*_SIGMA[family]) if family in _SIGMA else _range(*_RANGES[family])


def _families() -> tuple[str, ...]:
    return (*_SIGMA, *_RANGES, *_CIRCUITS, *proofs_of_paillier.FAMILIES)


def _of_paillier(measured: proofs_of_paillier.Measured) -> dict[str, Work]:
    proof, count = measured.prove(), measured.count
    works = {
        "prove": Work(measured.prove, count, proof.nbytes),
        "verify": Work(partial(measured.verify, proof), count, proof.nbytes),
    }
    if measured.statement is not None:
        works["verify_many"] = Work(measured.many(), count * measured.batch, proof.nbytes)
    return works


def _sigma(make: Callable[[int], tuple[Statement, Scalars]], count: int) -> dict[str, Work]:
    statement, witness = make(count)
    proof = prove(_SETTING, statement, witness)
    batch = [(_SETTING, statement, proof)] * BATCH
    return _works(
        count, proof, partial(prove, _SETTING, statement, witness), partial(verify, _SETTING, statement, proof),
        partial(verify_all, batch),
    )  # fmt: skip


def _range(bits: int, count: int) -> dict[str, Work]:
    words = Seed.fresh().prg("values").words((count,)) >> np.uint64(64 - bits)
    commitments, blindings = pedersen().commit(Scalars.of(ORDER, words.tolist()))
    statement = Range(pedersen(), commitments, bits)
    proof = prove_range(_SETTING, statement, words, blindings)
    batch = [(_SETTING, statement, proof)] * BATCH
    return _works(
        count, proof, partial(prove_range, _SETTING, statement, words, blindings),
        partial(verify_bulletproof, _SETTING, statement, proof), partial(verify_bulletproofs, batch),
    )  # fmt: skip


def _circuit(gates: int) -> dict[str, Work]:
    """Numbers of 64 bits taken apart, one gate a bit; a unit is a gate."""
    count = gates // 64
    values = Scalars(ORDER, np.zeros((count, ORDER.limbs), np.uint64))
    values.words[:, 0] = Seed.fresh().prg("values").words((count,))
    circuit = Circuit(count)
    circuit.bits(circuit.inputs(), 64)
    commitments, blindings = pedersen().commit(values)
    statement = Satisfies(pedersen(), commitments, circuit)
    proof = prove_circuit(_SETTING, statement, values, blindings)
    return _works(
        gates, proof, partial(prove_circuit, _SETTING, statement, values, blindings),
        partial(verify_bulletproof, _SETTING, statement, proof),
        partial(verify_bulletproofs, [(_SETTING, statement, proof)] * BATCH),
    )  # fmt: skip


def _works(
    count: int, proof: Bytes, prover: Callable[[], object], one: Callable[[], object], many: Callable[[], object]
) -> dict[str, Work]:
    counts = (count, count, BATCH * count)
    return {what: Work(run, n, proof.nbytes) for what, run, n in zip(WHAT, (prover, one, many), counts, strict=True)}


def measure(options: Options) -> Iterator[Sequence[Throughput]]:
    """The rows of one family after the other."""
    for family in _families():
        chosen = [name.partition(".")[2] for name in options.chosen(names()) if name.startswith(f"{family}.")]
        if chosen:
            yield _measured(family, {what: work for what, work in works(family).items() if what in chosen}, options)
    if proofs_by_transfers.NAME in options.chosen(names()):
        yield [proofs_by_transfers.row(options)]
    chosen = options.chosen(names())
    if any(name in chosen for name in proofs_by_evaluations.NAMES):
        yield [row for row in proofs_by_evaluations.rows(options) if row.workload in chosen]
    if proofs_of_commitments.NAME in chosen:
        yield [proofs_of_commitments.row(options)]


def _measured(family: str, of_family: dict[str, Work], options: Options) -> list[Throughput]:
    results = interleaved({what: partial(_rate, work) for what, work in of_family.items()}, options.repeat, WARM_UP)
    rows = []
    for what, rates in results.items():
        if not isinstance(rates, Failed):
            note = f"{of_family[what].bytes} bytes a proof"
            figures = middle(rates)
            rows.append(Throughput(TABLE, f"{family}.{what}", PARLEY, "statements", *figures, selected(), note=note))
    return rows


def _rate(work: Work) -> float:
    """Statements a second of this thread's processor time, which leaves out what other programs take."""
    with using_cores(1):
        began = time.thread_time()
        work.run()
        return work.count / (time.thread_time() - began)
