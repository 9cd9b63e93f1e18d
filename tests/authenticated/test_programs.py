"""`mpc.authenticated` in programs: known answers, who learns what, what is refused, what is left after a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.errors import Abort, LocalError, PeerError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport
from protocols.authenticated import session
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies


@mpc.circuit(x=mpc.UInt(16), y=mpc.Int(16), z=mpc.Float32)
def mixed(x: Any, y: Any, z: Any) -> Any:
    return {"total": x.to(mpc.Int(16)) + y, "less": y < x.to(mpc.Int(16)), "low": x.to(mpc.Bits(3)), "square": z * z}


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def larger(x: Any, y: Any) -> Any:
    return x > y


async def of_two(ctx: Any, mine: Any, instances: int | tuple[int, ...] = ()) -> Any:
    own = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
    return await mpc.authenticated(ctx, larger, own, instances=instances)


def of_shape(shape: int | tuple[int, ...]) -> Callable[..., Any]:
    """`of_two` for so many instances."""

    async def main(ctx: Any, mine: Any) -> Any:
        return await of_two(ctx, mine, shape)

    return main


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
def test_kinds_of_inputs_and_outputs(preprocessing: str) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        given = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
        return await mpc.authenticated(ctx, mixed, given, instances=3, z=np.array([1.5, -2.0, 3.0], np.float32))

    inputs = [np.array([1, 200, 7]), np.array([-5, 300, 7])]
    run = mpc.simulate(main, inputs, check_costs=True, preprocessing=preprocessing)
    for made in run.results:
        assert made.total.tolist() == [-4, 500, 14]
        assert made.less.tolist() == [True, False, False]
        assert made.low.tolist() == [[True, False, False], [False, False, False], [True, True, True]]
        assert made.square.tolist() == [2.25, 4.0, 9.0]
    (circuit,) = run.report.circuits
    assert (circuit.by, circuit.adversary) == ("authenticated garbling", "one of two, malicious")
    assert [reveal.shape for reveal in run.report.reveals] == [(3,), (3,), (3, 3), (3,)]


def test_aes_of_the_standard() -> None:
    """FIPS 197, appendix C.1; the blocks of one party, the key of the other. Only who owns the blocks learns."""

    async def main(ctx: Any, mine: Any) -> Any:
        blocks = mpc.circuits.bits_of_bytes(mine) == 1 if ctx.me else None
        private = {"key": mpc.private(0, mine, shape=()), "block": mpc.private(1, blocks)}
        return await mpc.authenticated(ctx, mpc.circuits.aes(128), private, instances=2, to=1)

    blocks = np.array([[17 * i for i in range(16)], [0] * 16])
    first, second = mpc.simulate(main, [bytes(range(16)), blocks]).results
    assert first is None
    found = [bytes(block).hex() for block in mpc.circuits.bytes_of_bits(second)]
    assert found == ["69c4e0d86a7b0430d8cdb78070b4c55a", "c6a13b37878f5b826f4f8162a1c8d879"]


def test_sha256_of_the_standard() -> None:
    """FIPS 180-4: "abc" in one padded block, of which both parties have a half."""
    block = b"abc\x80" + bytes(52) + (24).to_bytes(8, "big")
    made = mpc.circuits.sha256_block()
    names = [port.name for port in made.inputs]
    initial = bytes.fromhex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19")

    async def main(ctx: Any, mine: Any) -> Any:
        by_width = {port.width: port.name for port in made.inputs}
        given = {by_width[512]: mpc.private(1, mine), by_width[256]: mpc.private(0, mine)}
        return await mpc.authenticated(ctx, made, given)

    assert len(names) == 2
    for bits in mpc.simulate(main, [initial, block]).results:
        digest = bytes(mpc.circuits.bytes_of_bits(bits)).hex()
        assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_many_instances_are_computed_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "AT_ONCE", 100 * larger.ands)
    x, y = np.arange(250) % 256, np.arange(250)[::-1] * 3 % 256
    for found in mpc.simulate(of_shape(250), [x, y], check_costs=True).results:
        np.testing.assert_array_equal(found, x > y)


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_shapes_of_instances(shape: tuple[int, ...]) -> None:
    x, y = np.full(shape, 7), np.full(shape, 3)
    found = mpc.simulate(of_shape(shape), [x, y], check_costs=True).result
    assert np.shape(found) == shape
    assert np.all(found)


def test_a_plan_counts_what_a_run_takes() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        first = await of_two(ctx, mine, 90)
        given = {"x": mpc.private(0, mine), "y": 5}
        return first, await mpc.authenticated(ctx, larger, given, instances=90, to=0)

    inputs = [np.arange(90), np.arange(90)]
    planned, run = mpc.plan(main, inputs), mpc.simulate(main, inputs)
    assert planned.report.rounds_by_party == run.report.rounds_by_party
    assert planned.report.bytes_sent == run.report.bytes_sent
    assert planned.report.circuits == run.report.circuits
    assert planned.report.reveals == run.report.reveals


def test_who_learns_nothing_has_none_for_each_output() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        given = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
        return await mpc.authenticated(ctx, mixed, given, z=2.0, to=1)

    first, second = mpc.simulate(main, [9, -3]).results
    assert first == (None,) * 4
    assert first._fields == second._fields == ("total", "less", "low", "square")
    assert second.total == 6


def test_the_closing_sentence_says_what_is_secure_against_who_deviates() -> None:
    """First, and the suite's own sentence of all else, where there is anything else."""

    async def none(ctx: Any, mine: Any) -> Any:
        own = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
        return await mpc.reveal(ctx, await mpc.garbled(ctx, larger, own))

    async def both(ctx: Any, mine: Any) -> Any:
        return await none(ctx, mine), await of_two(ctx, mine)

    semi_honest, report, mixed = (mpc.simulate(main, [3, 4]).report for main in (none, of_two, both))
    assert mixed.security == f"{report.security}. All else: s{semi_honest.security[1:]}"
    assert mpc.plan(of_two, [3, 4]).report.security == report.security
    assert "provided that everybody follows" not in report.security
    assert "authenticated garbling" not in semi_honest.security
    (line,) = {run.line for run in report.circuits}
    assert f"authenticated garbling ({line}) is secure although one of the two may deviate" in report.security
    assert report.security in repr(report)


def refused(main: Callable[..., Any], inputs: Any, code: str) -> LocalError:
    with pytest.raises(LocalError) as caught:
        mpc.simulate(main, inputs)
    assert caught.value.code == code
    return caught.value


def test_secrets_of_a_run_are_refused() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 9))
        return await mpc.authenticated(ctx, larger, x=x, y=mpc.private(1, mine))

    error = refused(main, [3, 4], "not-private")
    assert "`x`" in error.cause
    assert error.line is not None


def test_other_numbers_of_parties_and_what_is_no_circuit() -> None:
    async def no_circuit(ctx: Any, mine: Any) -> Any:
        return await mpc.authenticated(ctx, mine, x=3)

    async def missing(ctx: Any, mine: Any) -> Any:
        return await mpc.authenticated(ctx, larger, x=mpc.private(0, mine))

    refused(of_two, [1, 2, None], "unfit-session")
    refused(no_circuit, [1, 2], "bad-circuit")
    refused(missing, [1, 2], "bad-input")


def test_two_at_a_time_are_refused() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.together(ctx, (of_two, mine), (of_two, mine))

    refused(main, [1, 2], "calls-at-once")


def test_other_public_values_are_noticed() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.authenticated(ctx, larger, x=mpc.private(0, mine), y=7 + ctx.me)

    with pytest.raises(PeerError) as caught:
        mpc.simulate(main, [1, 2])
    assert caught.value.code == "public-values-differ"


def test_after_a_failed_check_the_transfers_are_gone() -> None:
    """A changed message ends a circuit; whoever goes on all the same is refused, and offsets are forgotten."""
    kept: list[Any] = []

    async def main(ctx: Any, mine: Any) -> Any:
        await of_two(ctx, mine)
        kept.append(ctx.session.kept["authenticated garbling"])
        assert kept[-1].supplied.ends is not None
        if ctx.me:
            with pytest.raises(Abort, match="authenticated-check-failed"):
                await of_two(ctx, mine)
        await of_two(ctx, mine)

    labels: list[int] = []

    def second_labels(receiver: int, message: Message) -> bool:
        if message.array.shape == (16, 1, 2):
            labels.append(1)
        return message.array.shape == (16, 1, 2) and len(labels) == 2

    async def run() -> list[PartyRun]:
        transports: list[Any] = list(memory_network(2))
        transports[0] = FaultyTransport(transports[0], Fault("flip", chosen=second_labels, byte=16 * 15, bit=0))
        setting = Setting(SUITE, collect_errors=True)
        return await run_in_memory(main, [3, 4], local_supplies(2), setting, transports=transports)

    evaluator = trio.run(run)[1]
    assert isinstance(evaluator.error, LocalError)
    assert evaluator.error.code == "transfers-discarded"
    assert all(standing.supplied.ends is None and standing.discarded for standing in kept)


PROGRAM = """
import mpc


@mpc.circuit(x=mpc.UInt(32), y=mpc.UInt(32))
def richer(x, y):
    return x > y


async def main(ctx, mine):
    own = [[5, 9], [7, 3]][ctx.me]
    return await mpc.authenticated(ctx, richer, instances=2, x=mpc.private(0, own), y=mpc.private(1, own))
"""


@pytest.mark.slow
def test_two_processes_over_tls(tmp_path: Path) -> None:
    """As people start it; the summary says against whom the circuit is secure, and bytes are those of a plan."""
    (tmp_path / "richer.py").write_text(PROGRAM)
    printed, documents = [], []
    for command in ("run", "plan"):
        words = [sys.executable, "-m", "party_runner", command, "-n", "2", "richer.py", "--json", f"{command}.json"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
        printed.append(" ".join(done.stdout.split()))
        documents.append(json.loads((tmp_path / f"{command}.json").read_text()))
    run, planned = documents
    assert run["result"] == [False, True]
    assert run["circuits"][0]["adversary"] == "one of two, malicious"
    assert run["circuits"] == planned["circuits"]
    assert all("is secure although one of the two may deviate" in document["security"] for document in documents)
    assert all("authenticated_and 64" in text for text in printed)
    assert (run["rounds"], run["bytes_sent"]) == (planned["rounds"], planned["bytes_sent"])
