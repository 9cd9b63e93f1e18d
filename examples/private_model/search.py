"""Which of the owner's documents is nearest to what the user asks?

Party 0 has a model (all-MiniLM-L6-v2) and documents, party 1 has questions. Only party
1 learns something: the number of the nearest document to each question, and how near it
is. Party 0 learns how many questions there are and how many tokens each has.

    python -m examples.private_model
"""

from pathlib import Path
from typing import Any

import mpc
from mpc import learning

OWNER, USER = 0, 1


def lines(file: str) -> list[str]:
    return Path(file).read_text().splitlines()


async def main(
    ctx: mpc.Context,
    mine: Any,
    model: str,
    public: str,
    documents: str,
    questions: str,
) -> dict[str, Any] | None:
    owns = ctx.me == OWNER and not ctx.planning
    known = learning.load(model if owns else public)
    assert isinstance(known, learning.Model)
    texts = lines(questions) if ctx.me == USER else None
    own = known.clear.embed(lines(documents)) if owns else None
    count = len(lines(documents))  # public
    private = await learning.private_model(ctx, known, owner=OWNER)
    embeddings = await learning.embed(ctx, private, texts, user=USER)
    near = await learning.nearest(ctx, embeddings, own, owner=OWNER, count=count)
    places, vectors = await mpc.reveal(ctx, near, embeddings, to=USER)
    if ctx.me != USER:
        return None
    return {"nearest": places.tolist(), "embeddings": vectors.tolist()}
