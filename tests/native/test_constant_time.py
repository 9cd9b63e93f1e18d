"""No branch and no memory address of a kernel depends on a secret, in the compiled code.

Two ways. valgrind follows bits that it was told are undefined, through the implementations that it can run (not
AVX-512), and complains when one decides a branch or an address. The tracer runs cases on several secrets, one
instruction at a time: the instructions and the addresses that they use must be the same. It is slow and sees only the
secrets that it tries, so it is for the implementations that valgrind cannot run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from native_builds import RELEASE, compiled, compiler, release_objects, run

import native

Trace = npt.NDArray[np.uint64]

FOLDER = Path(__file__).parent / "constant_time"
FAMILIES = sorted(path.stem for path in FOLDER.glob("*.c") if path.stem not in ("driver", "tracer", "leaks"))
SECRETS = ("0", "1", "2")
"""As the driver numbers them; of one length, since arguments lie on the stack."""
REGISTERS = (
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
)  # fmt: skip
NOT_PERMITTED = 4
UNDER_VALGRIND = ("avx2", "portable")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Driver:
    """A compiled family: the program, where its cases end, and the memory operand of each of its instructions."""

    program: Path
    end: str
    operands: dict[int, tuple[int, int, int]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("constant_time")


@pytest.fixture(scope="module")
def objects(folder: Path) -> list[str]:
    return release_objects(folder / "objects") + compiled(folder / "driver", [FOLDER / "driver.c"], RELEASE)


@pytest.fixture(scope="module")
def tracer(folder: Path) -> Path:
    program = folder / "tracer"
    run([compiler(), "-O2", str(FOLDER / "tracer.c"), "-o", str(program)])
    return program


@pytest.fixture(scope="module")
def drivers(folder: Path, objects: list[str]) -> Callable[[str], Driver]:
    """The driver of a family, compiled once. It is linked statically, so that objdump sees all that runs."""

    @cache
    def driver(family: str) -> Driver:
        program = linked(family, folder / family, [*objects, "-static", "-no-pie"])
        end = re.search(r"^([0-9a-f]+) \w case_ended$", run(["nm", str(program)]), re.MULTILINE)
        assert end
        return Driver(program, end[1], operands_of(program))

    return driver


@pytest.fixture(scope="module")
def dynamic_drivers(folder: Path, objects: list[str]) -> Callable[[str], Path]:
    """The program of a family for valgrind, which does not know how a static program starts."""
    return cache(lambda family: linked(family, folder / f"{family}-dynamic", objects))


def linked(family: str, program: Path, what: list[str]) -> Path:
    own = compiled(program.with_suffix(".objects"), [FOLDER / f"{family}.c"], RELEASE)
    run([compiler(), *own, *what, "-o", str(program)])
    return program


OPERAND = re.compile(r"(-?0x[0-9a-f]+)?\((%r\w+)?(?:,(%r\w+),(\d))?\)")


def operands_of(program: Path) -> dict[int, tuple[int, int, int]]:
    """For each instruction that accesses memory by registers: base, index (-1 for none) and scale.

    Displacements are constants of an instruction, so the traces of two runs differ in an address only if these do.
    """
    found: dict[int, tuple[int, int, int]] = {}
    for line in run(["objdump", "-d", "--no-show-raw-insn", str(program)]).splitlines():
        place, _, instruction = line.partition(":\t")
        operand = OPERAND.search(instruction)
        if operand and not instruction.startswith(("lea", "nop", "data16", "cs nop")):
            base, index, scale = operand[2], operand[3], operand[4]
            found[int(place, 16)] = (number(base), number(index), int(scale or 1))
    return found


def number(register: str | None) -> int:
    return REGISTERS.index(register[1:]) if register and register[1:] in REGISTERS else -1


def addresses(trace: Trace, operands: dict[int, tuple[int, int, int]]) -> Trace:
    """What each instruction of a trace adds up from registers for its memory operand; 0 where it has none."""
    places, where = np.unique(trace[:, 0], return_inverse=True)
    base, index, scale = np.array([operands.get(int(place), (-1, -1, 1)) for place in places]).T[:, where]
    rows = np.arange(len(trace))
    registers = np.concatenate([trace[:, 1:], np.zeros((len(trace), 1), np.uint64)], axis=1)
    return registers[rows, base] + registers[rows, index] * scale.astype(np.uint64)


def first_difference(driver: Driver, tracer: Path, implementation: str, case: str, folder: Path) -> str | None:
    """Where the traces of cases for two secrets part, as a line of objdump would name it; None if they never do."""
    expected: tuple[Trace, Trace] | None = None
    for secret in SECRETS:
        target = folder / "trace"
        command = [str(tracer), driver.end, str(target), str(driver.program), implementation, case, secret, "trap"]
        done = subprocess.run(command)
        if done.returncode == NOT_PERMITTED:
            pytest.skip("this system does not permit tracing")
        assert done.returncode == 0
        trace = np.fromfile(target, np.uint64).reshape(-1, 1 + len(REGISTERS))
        assert len(trace) > 10
        seen = trace[:, 0], addresses(trace, driver.operands)
        expected = expected or seen
        for mine, other in zip(seen, expected, strict=True):
            length = min(len(mine), len(other))
            parts = np.flatnonzero(mine[:length] != other[:length])
            if parts.size or len(mine) != len(other):
                place = int(trace[parts[0] if parts.size else length - 1, 0])
                return run(["addr2line", "-f", "-e", str(driver.program), hex(place)]).split()[0] + f" at {place:#x}"
    return None


def tables_of(family: str) -> dict[str, str]:
    """The tables that the file of a family runs, and which of its cases: one, but one for each kind of prime field."""
    kinds = ("mersenne61", "field64", "pseudo", "general", "field128")
    return {kind: kind for kind in kinds} if family == "field" else {family: "all"}


def traced() -> list[tuple[str, str, str]]:
    """Each family's cases with every implementation that is beyond valgrind, runs here and has a table for them."""
    found = []
    for implementation in set(native.implementations()) - set(UNDER_VALGRIND):
        with native.using(implementation):
            own = {table for table, source in native.sources().items() if source == implementation}
        for family in FAMILIES:
            found += [(family, cases, implementation) for table, cases in tables_of(family).items() if table in own]
    return sorted(found)


def test_every_family_has_cases() -> None:
    assert set(native.sources()) == {table for family in FAMILIES for table in tables_of(family)}


@pytest.mark.parametrize(("family", "cases", "implementation"), traced())
def test_traces_are_the_same_for_all_secrets(
    family: str, cases: str, implementation: str, folder: Path, tracer: Path, drivers: Callable[[str], Driver]
) -> None:
    assert first_difference(drivers(family), tracer, implementation, cases, folder) is None


def complaints(program: Path, implementation: str, case: str) -> str:
    """What valgrind says of cases on undefined secrets; empty if it is content."""
    command = ["valgrind", "-q", "--error-exitcode=9", str(program), implementation, case, "2"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 9), done.stderr
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("implementation", UNDER_VALGRIND)
@pytest.mark.parametrize("family", FAMILIES)
def test_valgrind_sees_no_use_of_a_secret(
    family: str, implementation: str, valgrinds: list[str], dynamic_drivers: Callable[[str], Path]
) -> None:
    if implementation not in valgrinds:
        pytest.skip(f"valgrind's processor has no {implementation}")
    assert not complaints(dynamic_drivers(family), implementation, "all")


@pytest.fixture(scope="module")
def valgrinds(dynamic_drivers: Callable[[str], Path]) -> list[str]:
    """The implementations that valgrind's own processor has; skips the test where there is no valgrind."""
    if not shutil.which("valgrind"):
        pytest.skip("needs valgrind")
    return run(["valgrind", "-q", str(dynamic_drivers("leaks"))]).split()


@pytest.mark.parametrize("case", ["branch", "address"])
def test_the_tracer_finds_leaks(case: str, folder: Path, tracer: Path, drivers: Callable[[str], Driver]) -> None:
    assert (first_difference(drivers("leaks"), tracer, "portable", case, folder) or "").startswith(case)


@pytest.mark.parametrize("case", ["branch", "address"])
def test_valgrind_finds_leaks(case: str, valgrinds: list[str], dynamic_drivers: Callable[[str], Path]) -> None:
    assert "uninitialised" in complaints(dynamic_drivers("leaks"), valgrinds[-1], case)
