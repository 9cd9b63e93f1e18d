"""What the other parties are told where a program raises an error of Parley's with words of its own."""

import pytest
import trio

import mpc
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.network.wire import Encoder, Failure, is_code
from protocols.runs.failures import let_messages_leave, tell_peers
from protocols.runs.party import run_party

PRIVATE = "the salary 51000"
ODD = ["Not A Code", "too_long_" * 9, "", "naïve", "ÅNGSTRÖM", None, PRIVATE]


def told(error):
    """The failure that a party of a session of two hears of."""

    async def main():
        transports = memory_network(2)
        tell_peers(transports[0], error, "program-failed")
        with pytest.raises(mpc.PeerError) as caught:
            await transports[1].finish({})
        return caught.value

    return trio.run(main)


@pytest.mark.parametrize("code", ODD)
@pytest.mark.parametrize("kind", [mpc.LocalError, mpc.ParleyError])
def test_a_code_of_a_programs_own_form_is_told_as_a_program_that_failed(code, kind):
    error = told(kind(code, PRIVATE))
    assert (error.code, error.cause) == ("peer-failed", "party0 failed: [program-failed] its program failed")


def test_a_code_is_told_without_the_text():
    error = told(mpc.LocalError("my-own-code", PRIVATE))
    assert error.cause == "party0 failed: [my-own-code] it stopped with my-own-code"


@pytest.mark.parametrize("code", ["a", "range-exceeded", "x1", "a" * 40])
def test_what_a_peer_takes_for_a_code(code):
    assert is_code(code)
    Encoder().failure(Failure(code, 0, "why"))


@pytest.mark.parametrize("code", ["", "A", "a b", "a_b", "ä", "a" * 41, "a\n"])
def test_what_a_peer_does_not_take_for_a_code(code):
    assert not is_code(code)


async def reveals_and_one_fails(ctx, mine):
    """The log that only party 1 keeps cannot be written; what all have learnt is known by then."""
    x = await mpc.secret(ctx, 0, mine)
    result = await mpc.reveal(ctx, x * 2)
    if ctx.me == 1:
        raise OSError(PRIVATE)
    return result


def test_a_result_that_was_returned_is_told_though_another_partys_program_fails():
    kept, errors = {}, {}

    async def party(i, transport, agreement):
        try:
            await run_party(
                reveals_and_one_fails, 2.5 if i == 0 else None, transport=transport, agreement=agreement, program="",
                on_result=lambda result: kept.update({i: result}),
            )  # fmt: skip
        except Exception as error:
            errors[i] = error

    async def main():
        async with trio.open_nursery() as nursery:
            for i, each in enumerate(zip(memory_network(2), Agreement.simulate(2), strict=True)):
                nursery.start_soon(party, i, *each)

    trio.run(main)
    assert kept == {0: 5.0}
    assert (type(errors[1]), errors[0].code) == (OSError, "peer-failed")


def test_after_an_error_of_the_protocol_nothing_more_leaves():
    class Transport:
        n, me = 2, 0

        def __init__(self):
            self.waited = []

        async def drained(self, to):
            self.waited.append(to)
            raise mpc.PeerError("peer-lost", "gone")

    for error, waits in [
        (OSError(), True),
        (mpc.LocalError("domain", "why"), True),
        (ExceptionGroup("", [OSError()]), True),
        (mpc.Abort("check-failed", "why"), False),
        (ExceptionGroup("", [OSError(), mpc.PeerError("peer-lost", "why")]), False),
        (mpc.SupplyError("store-exhausted", "why"), False),
    ]:
        transport = Transport()
        trio.run(let_messages_leave, transport, error)
        assert bool(transport.waited) == waits, error


async def sends_what_is_no_array(ctx, mine):
    if ctx.me == 0:
        ctx.send(1, b"bytes as they are")
    return None


async def refuses_a_peers_key(ctx, mine):
    """Nothing awaits where it is refused, and no value of the array tier is there."""
    mpc.paillier.PublicKey.from_bytes(b"no key", sender=ctx.names[1 - ctx.me])


@pytest.mark.parametrize(
    ("program", "code"), [(sends_what_is_no_array, "malformed-message"), (refuses_a_peers_key, "paillier-malformed")]
)
def test_a_refusal_has_the_line_of_the_program(program, code):
    with pytest.raises(mpc.ParleyError, match=code) as caught:
        mpc.simulate(program, inputs=[None, None])
    first = program.__code__.co_firstlineno
    assert caught.value.line in {f"test_told_failures.py:{first + line}" for line in (1, 2)}
