"""|revealed - exact| <= the bound that the report states, over random programs, suites and suppliers.

Which programs they are is settled by their numbers. The first four hundred try each operation in each way from three
times up; `--seeds` tries more.
"""

import pytest
from random_programs import DECIDING, OPERATIONS, WIDE_OF, Found, Program, complaints, run

BATCHES, QUICK = 40, 1
WAYS = [
    {"n": 2}, {"n": 3}, {"n": 3, "suite": "replicated3"}, {"n": 2, "suite": "ideal"},
]  # fmt: skip


def check(program, **way):
    found = run(program, **way)
    assert not complaints(program, found), f"{program}\n" + "\n".join(complaints(program, found))
    return found


@pytest.mark.parametrize(
    "batch", [pytest.param(batch, marks=pytest.mark.slow if batch >= QUICK else ()) for batch in range(BATCHES)]
)
def test_no_number_is_further_from_the_exact_one_than_the_report_says(batch, request):
    count = request.config.getoption("--seeds") // BATCHES
    for seed in range(batch * count, (batch + 1) * count):
        check(Program(seed), **way_of(seed))


def way_of(seed):
    """One of the ways; programs in the ring of 128 bits, each so many, come upon all of them."""
    return WAYS[(seed + seed // WIDE_OF) % len(WAYS)]


@pytest.mark.slow
def test_one_program_keeps_the_bounds_on_every_suite_and_is_refused_the_same_steps():
    for seed in range(3 * 10**6, 3 * 10**6 + 6):
        program = Program(seed)
        on_each = [check(program, n=3, suite=suite) for suite in ("ideal", "beaver", "replicated3")]
        refused = [[result is None for result in found] for found in on_each]
        assert refused[0] == refused[1] == refused[2]


@pytest.mark.slow
@pytest.mark.parametrize("way", [{"way": "yao"}, {"suite": "yao"}], ids=str)
def test_garbled_functions_keep_the_bounds(way):
    for seed in range(8):
        check(Program(2 * 10**6 + seed), **way)


@pytest.mark.slow
@pytest.mark.parametrize("preprocessing", ["ot", "silent"])
def test_material_from_the_parties_themselves_gives_no_other_bounds(preprocessing):
    for seed in range(6):
        check(Program(10**6 + seed), preprocessing=preprocessing)


def test_every_operation_is_tried_and_most_are_computed():
    programs = [Program(seed) for seed in range(150)]
    tried = {line.name for program in programs for line in program.lines}
    assert tried == {*OPERATIONS, *DECIDING}
    results = [result for program in programs[:40] for result in run(program, suite="ideal")]
    assert sum(result is not None for result in results) > 0.75 * len(results)


def test_a_number_that_is_off_is_found():
    program = Program(3)
    found = run(program, suite="ideal")
    assert not complaints(program, found)
    moved = [None if f is None else Found(f.value + 2 * f.error + 1e-9, f.error, f.bit, f.margin) for f in found]
    assert len(complaints(program, moved)) == sum(f is not None and f.error < float("inf") for f in found)
