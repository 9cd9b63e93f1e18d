"""What a notebook or a terminal shows of runs, plans, reports and errors."""

from __future__ import annotations

import asyncio
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import version

import numpy as np
import pytest
import trio

import mpc

INPUTS = [np.array([1.5, 2.0]), None]


async def main(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    total = await mpc.reveal(ctx, (x * x).sum())
    await mpc.reveal(ctx, x[0], to=1)
    return {"<total>": round(float(total), 2)}


async def other_results(ctx, mine):
    return np.arange(ctx.me, ctx.me + 40).reshape(20, 2)


def shown(value):
    """As text, and as a notebook shows it, in which tags are balanced and texts escaped."""
    html = value._repr_html_()
    for tag in ("table", "tr", "td", "th", "p", "b"):
        assert html.count(f"<{tag}>") == html.count(f"</{tag}>")
    return repr(value), html


def test_a_simulation_shows_its_results():
    run = mpc.simulate(main, INPUTS)
    text, html = shown(run)
    assert text.splitlines()[0] == f"A simulation of 2 parties in {run.report.rounds} rounds; .report has its account"
    assert "all    {'<total>': 6.25}" in text
    assert "&lt;total&gt;" in html
    assert "<total>" not in html
    assert len(text) < 300


def rows(html):
    """The cells of the rows of all tables."""
    cells = [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]
    return [tuple(row) for row in cells]


async def of_several_parts(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    mean, all_of_it = await mpc.reveal(ctx, x.mean(), x)
    count = await mpc.reveal(ctx, (x > 1).sum())
    third = await mpc.reveal(ctx, (x * 0.1).sum(), to=1)
    of_one = {} if ctx.me == 0 else {"third": third}
    return {"<mean>": mean, "all": all_of_it, "count": count, "computed": float(mean) / 3, **of_one}


def test_a_notebook_shows_the_parts_of_a_result_by_name_with_their_bounds():
    html = mpc.simulate(of_several_parts, [np.array([1.5, 42.0]), None])._repr_html_()
    expected = [
        ("", "result", "error"),
        ("&lt;mean&gt;", "21.75", "+- 2.3e-05"),
        ("all", "[1.5, 42]", "+- 7.6e-06"),
        ("count", "2", ""),
        ("computed", "7.25", ""),
    ]
    assert rows(html)[:5] == expected
    assert "<p>Results of party1</p>" in html
    assert rows(html)[-1][0] == "third"
    assert rows(html)[-1][2].startswith("+- ")
    assert rows(mpc.simulate(main, INPUTS)._repr_html_())[1:] == [("&lt;total&gt;", "6.25", "")]


def test_results_that_differ_are_shown_by_party():
    text, _ = shown(mpc.simulate(other_results, INPUTS))
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["party", "party0", "party1"]


def test_a_report_shows_who_learned_what_and_what_it_cost():
    report = mpc.simulate(main, INPUTS).report
    text, html = shown(report)
    first = main.__code__.co_firstlineno
    for said in (
        f"{report.rounds} rounds; online",
        "party1",
        f"{report.bytes_sent[0]:,}",
        "everybody",
        report.security,
    ):
        assert said in text
        assert said in html
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("  test_notebooks.py")][:2] == [
        "everybody", "party1",
    ]  # fmt: skip
    assert f"test_notebooks.py:{first + 2}" in text


def test_a_plan_shows_what_a_run_will_take():
    plan = mpc.plan(main, INPUTS)
    text, html = shown(plan)
    for said in (f"A run will take {plan.report.rounds} rounds", "wan", f"{plan.seconds_on('wan'):.2f}", "everybody"):
        assert said in text
        assert said in html
    assert "CountingSupply" not in text
    assert len(text.splitlines()) < 30


async def in_trio():
    return await mpc.simulate_async(main, INPUTS, preprocessing="ot")


async def beside_others():
    """Two at once, while the loop goes on."""
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    runs = await asyncio.gather(*(mpc.simulate_async(main, inputs=INPUTS) for _ in range(2)))
    ticking.cancel()
    return ticks, runs


def test_a_notebook_awaits_a_simulation():
    ticks, runs = asyncio.run(beside_others())
    assert [run.result for run in runs] == [{"<total>": 6.25}] * 2
    assert ticks > 1
    assert trio.run(in_trio).result == {"<total>": 6.25}


def test_what_fails_in_it_is_raised():
    async def wrong(ctx, mine):
        return await mpc.secret(ctx, 5, mine)

    async def study():
        await mpc.simulate_async(wrong, INPUTS)

    with pytest.raises(mpc.LocalError, match="no-such-party"):
        asyncio.run(study())


def test_an_error_teaches_in_three_lines():
    error = mpc.LocalError("range-exceeded", "it does not fit", "scale it", line="study.py:7")
    expected = ["LocalError [range-exceeded]: it does not fit", "  at: study.py:7", "  what to do: scale it"]
    assert error._render_traceback_() == expected
    assert mpc.PeerError("peer-lost", "gone")._render_traceback_() == ["PeerError [peer-lost]: gone"]


@pytest.fixture
def cell():
    """Runs a cell in IPython, and gives what it prints, without colours."""
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell.instance()

    def run(code):
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            shell.run_cell(code, store_history=True)
        return re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue()).strip().splitlines()

    run("import mpc, trio\nimport numpy as np")
    run.count = lambda: shell.execution_count
    return run


BAD = """\
async def wide(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    return await mpc.reveal(ctx, x**8)

async def side_by_side(ctx, mine):
    return await mpc.together(ctx, (wide, mine), (wide, mine))

async def in_a_nursery(ctx, mine):
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 0)
            raise ValueError
    except* ValueError:
        await wide(ctx, mine)

async def leaves(ctx, mine):
    raise SystemExit

async def mistaken(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    await mpc.reveal(ctx, x)
    return {}["age"]
"""


def test_ipython_shows_these_lines_alone(cell):
    lines = cell("raise mpc.LocalError('range-exceeded', 'it does not fit', 'scale it')")
    assert lines == ["LocalError [range-exceeded]: it does not fit", "  what to do: scale it"]


@pytest.mark.parametrize("call", ["mpc.simulate", "await mpc.simulate_async", "mpc.plan"])
@pytest.mark.parametrize(
    ("main", "code", "line"),
    [
        ("wide", "range-exceeded", 3),
        ("side_by_side", "range-exceeded", 3),
        ("in_a_nursery", "range-exceeded", 3),
        ("leaves", "program-exit", 17),
    ],
)
def test_ipython_shows_them_of_errors_that_leave_a_run(cell, main, code, line, call):
    number = cell.count()
    assert cell(BAD) == []
    lines = cell(f"{call}({main}, [[1.5], None])")
    assert [text.split(":")[0] for text in lines] == [f"LocalError [{code}]", "  at", "  what to do"]
    assert lines[1] == f"  at: cell In[{number}]:{line}"


def test_ipython_shows_the_users_frames_of_an_error_of_theirs(cell):
    number = cell.count()
    cell(BAD)
    lines = cell("mpc.simulate(mistaken, [[1.5], None])")
    frames = [text for text in lines if text.startswith(("Cell", "File"))]
    assert [frame.split(",")[0] for frame in frames if frame.startswith("Cell")] == [
        f"Cell In[{number + 1}]", f"Cell In[{number}]",
    ]  # fmt: skip
    assert frames[-1] == f"Cell In[{number}], line 22, in mistaken(ctx, mine)"
    assert len(frames) == 3
    assert "trio" not in " ".join(frames)
    assert lines[-1] == "KeyError: 'age'"


def test_a_cell_that_runs_again_is_called_by_its_new_number(cell):
    reported = "print([r.line for r in mpc.simulate(main, [[1.5], None]).report.reveals])"
    code = "async def main(ctx, mine):\n    await mpc.reveal(ctx, await mpc.secret(ctx, 0, mine))\n" + reported
    numbers = [cell.count(), cell.count() + 1]
    assert [cell(code) for _ in numbers] == [[f"['cell In[{number}]:2']"] for number in numbers]


def test_the_face_names_all_it_has():
    assert mpc.__version__ == version("parley-mpc")
    assert {"simulate", "simulate_async", "reveal", "sigmoid", "plan", "horizon", "__version__"} <= set(dir(mpc))
    assert all(hasattr(mpc, name) for name in dir(mpc))
    assert set(mpc.__all__) <= set(dir(mpc))
