"""A plan as a file: what `parley plan` saves and `parley preprocess` makes.

One msgpack map after a line that names the format. It is public: shapes, kinds and places in the program, and the
circuits that material is of. It is read as if somebody hostile had written it.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import msgpack

from mpc.errors import LocalError
from mpc.supply import Entry
from mpc.ways import Ways
from party_runner.whole_file import write_file
from protocols.preprocessing.circuits import circuits_of, pack_circuits, unpack_circuits
from protocols.preprocessing.demand import pack_demand, parse_demand
from protocols.runs.party import Numbers
from protocols.runs.sources import DEALER, PREPROCESSING
from protocols.runs.suites import RINGS

FORMAT = b"parley plan 3\n"
MAX_BYTES = 1 << 30
MAX_TEXT = 1000
SHA256_DIGITS = 64


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a run of a program takes.

    `program`: its path when it was planned, for people; `program_digest` tells programs apart. `shapes`: of every
    party's input, as `190x31:float64`, or None. `preprocessing`: who was to make the material, by which protocols
    choose it. `ways`: how what there are several ways for is computed. `digest`: SHA-256 of all but the path, in
    hexadecimal, so that parties may plan each for itself.
    """

    program: str
    program_digest: str
    parties: int
    suite: str
    numbers: Numbers
    preprocessing: str
    shapes: tuple[str | None, ...]
    demand: tuple[Entry, ...]
    ways: Ways = field(default_factory=Ways)
    digest: str = ""

    @property
    def dealt(self) -> bool:
        """Whether it was made for material from a dealer."""
        return self.preprocessing == DEALER


def save_plan(plan: PlanFile, target: Path) -> None:
    """Write it, whole or not at all. LocalError `unwritable`."""
    fields = [
        plan.program, plan.program_digest, plan.parties, plan.suite, plan.numbers.fractional_bits, plan.numbers.ring,
        plan.preprocessing, list(plan.shapes), pack_circuits(circuits_of(plan.demand)), pack_demand(plan.demand),
        list(astuple(plan.ways)),
    ]  # fmt: skip
    write_file(target, FORMAT + msgpack.packb(fields))


def load_plan(file: Path) -> PlanFile:
    """Read and check a plan. LocalError `plan-missing`, `bad-plan`."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        remedy = "Make one with `parley plan PROGRAM ... -o FILE`."
        raise LocalError("plan-missing", f"cannot read the plan {file}: {error.strerror}", remedy) from None
    if not content.startswith(FORMAT) or len(content) > MAX_BYTES:
        raise _bad(file, "it does not begin as a plan of this version does")
    try:
        return _parsed(content)
    except (ValueError, TypeError, LookupError, msgpack.UnpackException):
        raise _bad(file, "its content is damaged") from None


def _parsed(content: bytes) -> PlanFile:
    raw: Any = msgpack.unpackb(content[len(FORMAT) :], max_ext_len=0, max_map_len=0)
    program, program_digest, parties, suite, fractional_bits, ring, preprocessing, shapes, packed, demand, ways = raw
    texts = (program, program_digest, suite, preprocessing, *(shape for shape in shapes if shape is not None))
    if not all(type(text) is str and len(text) <= MAX_TEXT and text.isprintable() for text in texts):
        raise ValueError("no text")
    if len(program_digest) != SHA256_DIGITS or preprocessing not in PREPROCESSING or type(demand) is not bytes:
        raise ValueError("no digest, or no supplier")
    if not all(type(number) is int for number in (parties, fractional_bits)) or not 2 <= parties == len(shapes) <= 64:
        raise ValueError("no number of parties")
    if ring not in RINGS:
        raise ValueError("no ring")
    circuits = unpack_circuits(packed)  # known as long as the demand, or this, holds them
    entries = tuple(parse_demand(demand))
    if len(circuits) != len(circuits_of(entries)):
        raise ValueError("a circuit that nothing is made of")
    digest = hashlib.sha256(FORMAT + msgpack.packb(raw[1:])).hexdigest()
    return PlanFile(
        program, program_digest, parties, suite, Numbers(fractional_bits, ring), preprocessing, tuple(shapes),
        entries, _ways(ways), digest,
    )  # fmt: skip


def _ways(raw: Any) -> Ways:
    """ValueError for what names no way."""
    try:
        return Ways(*raw)
    except LocalError as error:
        raise ValueError(error.code) from None


def _bad(file: Path, why: str) -> LocalError:
    return LocalError(
        "bad-plan", f"{file} is not a plan: {why}", "Make it anew with `parley plan PROGRAM ... -o FILE`."
    )
