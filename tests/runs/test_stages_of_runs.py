"""What a run says of how far it is: that the program runs, before it has computed anything with others."""

import trio

from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from protocols.runs.party import run_party


def test_a_program_that_computes_by_itself_first_is_online():
    stages, told = [], []

    async def main(ctx, mine):
        told.extend(stages)
        return mine

    async def party(i, transport, agreement):
        await run_party(
            main, i, transport=transport, agreement=agreement, program="",
            on_progress=lambda stage, *_: stages.append(stage),
        )  # fmt: skip

    async def run():
        async with trio.open_nursery() as nursery:
            for i, each in enumerate(zip(memory_network(2), Agreement.simulate(2), strict=True)):
                nursery.start_soon(party, i, *each)

    trio.run(run)
    assert told[-1] == "online"
