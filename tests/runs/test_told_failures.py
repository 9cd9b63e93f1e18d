"""What the other parties are told where a program raises an error of Parley's with words of its own."""

import pytest
import trio

import mpc
from mpc.network.transport import memory_network
from mpc.network.wire import Encoder, Failure, is_code
from protocols.runs.failures import tell_peers

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
