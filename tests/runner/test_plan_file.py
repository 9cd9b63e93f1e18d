"""Plans as files: read back as they were saved, and refused when they are anything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from party_runner.plan_file import FORMAT, PlanFile, load_plan, save_plan
from protocols.circuits import UInt, circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.garbling import Garbling
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.triple import Triple
from protocols.runs.party import Numbers


@circuit(x=UInt(4), y=UInt(4))
def product(x: UInt, y: UInt) -> object:
    """x y."""
    return x * y  # type: ignore[operator]


DEMAND = (
    ((0, 1, 1), Triple(Z64, (3,), (4, 3))),
    ((0, 1, 2), EdaBit(Z64, 100)),
    ((0, 2, 1), MatrixTriple(Z128, (3, 2), (2, 5))),
    ((0, 3, 1), Garbling.of(Z64, product, 3, HALF_GATES, 0, 1)),
    ((0, 3, 2), Garbling.of(Z64, product, 5, THREE_HALVES, 0, 1)),
)
PLAN = PlanFile("study.py", "ab" * 32, 3, "beaver", Numbers(16, 128), "ot", ("3x1:float64", None, "5:int64"), DEMAND)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plans") / "study.plan"
    save_plan(PLAN, target)
    return target


def test_a_plan_is_read_as_it_was_saved(saved: Path) -> None:
    read = load_plan(saved)
    assert [getattr(read, name) for name in PlanFile.__slots__ if name != "digest"] == [
        getattr(PLAN, name) for name in PlanFile.__slots__ if name != "digest"
    ]
    assert len(read.digest) == 64
    assert not read.dealt
    assert list(saved.parent.iterdir()) == [saved]


def refusal(file: Path) -> str:
    with pytest.raises(LocalError) as caught:
        load_plan(file)
    assert str(file) in caught.value.cause
    return caught.value.code


def test_what_is_no_plan(tmp_path: Path, saved: Path) -> None:
    assert refusal(tmp_path / "none") == "plan-missing"
    assert refusal(tmp_path) == "plan-missing"
    for content in (b"", b"parley plan 1\n", FORMAT, FORMAT + b"\xff" * 9, saved.read_bytes()[:-1], b"{}"):
        (tmp_path / "file").write_bytes(content)
        assert refusal(tmp_path / "file") == "bad-plan"


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 2**20), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_changes_the_digest_or_only_the_path(saved: Path, place: int, byte: int) -> None:
    content = bytearray(saved.read_bytes())
    changed = saved.parent / "changed"
    content[place % len(content)] = byte
    changed.write_bytes(content)
    try:
        plan = load_plan(changed)
    except LocalError:
        assert refusal(changed) == "bad-plan"
    else:
        assert plan.digest != load_plan(saved).digest or replace(plan, program=PLAN.program) == load_plan(saved)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_plan_or_an_error(saved: Path, content: bytes) -> None:
    file = saved.parent / "any"
    file.write_bytes(FORMAT + content)
    assert refusal(file) == "bad-plan"


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="unwritable"):
        save_plan(PLAN, tmp_path / "none" / "study.plan")
