"""What a notebook or a terminal shows of runs, plans, reports and errors."""

from __future__ import annotations

import asyncio
import io
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


def test_ipython_shows_these_lines_alone():
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell.instance()
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        shell.run_cell("import mpc; raise mpc.LocalError('range-exceeded', 'it does not fit', 'scale it')")
    lines = printed.getvalue().strip().splitlines()
    assert lines == ["LocalError [range-exceeded]: it does not fit", "  what to do: scale it"]


def test_the_face_names_all_it_has():
    assert mpc.__version__ == version("parley-mpc")
    assert {"simulate", "simulate_async", "reveal", "sigmoid", "plan", "horizon", "__version__"} <= set(dir(mpc))
    assert all(hasattr(mpc, name) for name in dir(mpc))
    assert set(mpc.__all__) <= set(dir(mpc))
