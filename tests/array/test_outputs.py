"""One gate for outputs: everything that becomes known is described first, and what is refused there is never sent."""

import ast
from pathlib import Path

import numpy as np
import pytest

import mpc
from mpc.accounts.ledger import Reveal
from mpc.errors import LocalError
from protocols.outputs import Output
from protocols.ranges import ULP, Range
from protocols.runs.simulating import simulate

X = np.array([1.5, -2.0, 4.0])
ROOT = Path(__file__).resolve().parents[2]

WAYS = {
    "to all": lambda ctx, x: mpc.reveal(ctx, x * x),
    "to one": lambda ctx, x: mpc.reveal(ctx, x * x, to=1),
    "to some": lambda ctx, x: mpc.reveal(ctx, x * x, to=[0, 2]),
    "bits to all": lambda ctx, x: mpc.reveal(ctx, x > 0),
    "bits to one": lambda ctx, x: mpc.reveal(ctx, x > 0, to=0),
    "an input as it is": lambda ctx, x: mpc.reveal(ctx, x),
    "several": lambda ctx, x: mpc.reveal(ctx, x, x > 0, x * 3),
    "side by side": lambda ctx, x: mpc.together(ctx, (mpc.reveal, x * x), (mpc.reveal, x > 0)),
}


def refuse(output):
    raise LocalError("refused-by-policy", "no", "ask for less")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_policy_that_refuses_lets_nothing_of_the_reveal_be_sent(way):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        ledger = ctx.session.ledger
        before = ledger.bytes_sent, dict(ledger.material)
        ctx.session.policies = (lambda output: None, refuse)
        with pytest.raises(LocalError, match="refused-by-policy") as caught:
            await way(ctx, x)
        after = ledger.bytes_sent, dict(ledger.material)
        ctx.session.policies = ()
        allowed = await mpc.reveal(ctx, x)
        return before == after, caught.value.line, allowed.tolist(), [r.shape for r in ledger.reveals]

    for nothing_sent, line, allowed, reveals in simulate(main, [X, None, None]).results:
        assert nothing_sent
        assert line.startswith("test_outputs.py:")
        assert allowed == X.tolist()
        assert reveals == [(3,)], "what was refused is no output"


def test_a_policy_sees_what_is_public_of_every_output_and_the_ledger_has_it():
    seen = []

    async def main(ctx, mine):
        if ctx.me == 0:
            ctx.session.policies = (seen.append,)
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        await mpc.reveal(ctx, x.sum(), x > 0)
        await mpc.reveal(ctx, x, to=1)
        return ctx.session.ledger.reveals

    ledger = simulate(main, [X, None]).result
    first, second, third = seen
    assert first == Output((), "fixed", (0, 1), first.line, Range(-12 << 16, 12 << 16, 3 * ULP // 2), 16)
    assert first.bounds == (-12, 12)
    assert first.privacy is None
    assert (second.shape, second.kind, second.receivers) == ((3,), "bit", (0, 1))
    assert (third.shape, third.receivers) == ((3,), (1,))
    assert [output.decided for output in seen] == [False, True, False]
    assert ledger == [Reveal(o.line, o.shape, o.receivers, o.error, o.decided) for o in seen]


def test_an_output_is_in_the_ledger_before_it_is_sent():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        await mpc.compute(ctx, x)
        at_opening = []
        original = ctx.session.transport.send
        ctx.session.transport.send = lambda *a: (at_opening.append(len(ctx.session.ledger.reveals)), original(*a))[1]
        await mpc.reveal(ctx, x)
        return at_opening

    assert simulate(main, [X, None]).result == [1]


GATE = {"protocols/outputs.py:_open_to_all", "protocols/outputs.py:_open_to"}

FOR_PROTOCOLS = {
    "protocols/known.py:open_known",  # of what they have masked
    "protocols/numeric/opened_order.py:_open_comparisons",  # of a strict order of what they have shuffled
    "protocols/numeric/opened_order.py:_open_places",  # to which what they have shuffled goes
}


def _openers(path):
    """The functions of a file that open a share by the suite."""
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            called = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
            opens = called & {"open_bits", "open_to", "open_bits_to"}
            if opens or ("open" in called and "suite" in ast.unparse(function)):
                yield f"{path.relative_to(ROOT)}:{function.name}"


def test_nothing_above_the_suites_opens_a_value_but_the_gate():
    above = [*(ROOT / "protocols").glob("*.py")]
    for folder in ("array", "numeric", "preprocessing"):
        above += (ROOT / "protocols" / folder).rglob("*.py")
    found = {name for path in above for name in _openers(path)}
    assert found == GATE | FOR_PROTOCOLS


@pytest.mark.parametrize("to", [None, 0])
def test_the_suite_is_settled_between_computing_and_opening(to):
    async def main(ctx, mine):
        events = []
        x = await mpc.secret(ctx, 0, mine)
        ctx.session.suite = Noting(ctx.session.suite, events)
        await mpc.reveal(ctx, x * x, to=to)
        return [event for event in events if event in ("square", "settle", "open", "open_to")]

    assert simulate(main, [X, None]).result == ["square", "settle", "open" if to is None else "open_to"]


class Noting:
    """A suite that notes what is asked of it."""

    def __init__(self, suite, events):
        self._suite, self._events = suite, events

    def __getattr__(self, name):
        self._events.append(name)
        return getattr(self._suite, name)
