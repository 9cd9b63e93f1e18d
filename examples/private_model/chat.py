"""What does the owner's language model answer to what the user asks?

Party 0 has a model (SmolLM2-135M-Instruct), party 1 a question. Party 1 learns the
answer, token by token as it is made; party 0 learns how many tokens question and answer
have, and nothing of either.

    python -m examples.private_model
"""

import time
from pathlib import Path
from typing import Any

import mpc
from mpc import learning

OWNER, USER = 0, 1


async def main(
    ctx: mpc.Context, mine: Any, model: str, public: str, question: str, most: int = 24
) -> dict[str, Any]:
    known = learning.load(model if ctx.me == OWNER and not ctx.planning else public)
    assert isinstance(known, learning.Model)
    asked = Path(question).read_text().strip() if ctx.me == USER else None
    private = await learning.private_model(ctx, known, owner=OWNER)
    times = [time.perf_counter()]

    def grown(tokens: tuple[int, ...]) -> None:
        times.append(time.perf_counter())
        print(f"{times[-1] - times[-2]:6.2f} s  {known.decode(tokens)!r}", flush=True)

    answer = await learning.generate(
        ctx, private, asked, owner=OWNER, user=USER, most=most, on_token=grown
    )
    return {"count": answer.count, "text": answer.text, "seconds": times[-1] - times[0]}
