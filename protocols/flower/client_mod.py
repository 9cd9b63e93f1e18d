"""The client's side: a mod of a ClientApp, under which its training reaches the server as a masked vector alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mpc.errors import LocalError, ParleyError
from mpc.prg import SEED_BYTES, Seed
from protocols.aggregation import Client, Credential, Step, Terms
from protocols.aggregation.masks import Vector
from protocols.federated.figures import Figures, with_loss
from protocols.federated.layout import layout_of
from protocols.federated.updates import Update
from protocols.flower.memory import Memory, Once
from protocols.flower.records import (
    RECORD,
    Asked,
    answer_content,
    arrays_of,
    examples_of,
    flower_app,
    loss_of,
    read_asked,
    trained_arrays,
)
from protocols.flower.refusals import answered, malformed, unprotected, untrained
from protocols.flower.terms import FlowerTerms

Next = Callable[[Any, Any], Any]
Mod = Callable[[Any, Any, Next], Any]

SERVER = "the Flower server"
_LOG = logging.getLogger("parley.flower")


def mod(
    terms: FlowerTerms,
    *,
    credential: Credential | Callable[[Any], Credential] | None = None,
    authority: bytes | None = None,
    once: Path | str | None = None,
) -> Mod:
    """A mod for `ClientApp(mods=[...])`: the last in its list, so that it has the app's own replies.

    The app trains as it always does. Of its reply the server gets how the weights moved, weighted, clipped, rounded and
    under masks, with the number of examples and the loss of that name beside it; nothing else. A request to train
    that is not part of a secure sum is refused, and so is one for a `NumPyClient`'s parameters once it has taken part;
    evaluations and queries pass as they are, and show what they tell.

    `credential` (or what finds it, given Flower's context) and `authority`: as of `aggregation.Client`, needed if
    `terms.malicious`. `once`: a folder of this client's own, where a file for each answered step makes sure that none
    is answered twice, even if Flower loses this client's state in a crash; needed if `terms.malicious`, where a server
    could have the client answer again for another set of survivors.

    Raised in the ClientApp, so that Flower tells the server of them: PeerError `flower-unprotected`, `flower-message`,
    LocalError `flower-content`, `flower-training-failed` (the app's own error: its text stays in this client's log),
    `flower-answered-before`, `update-not-finite`; errors of `aggregation.Client`.
    """
    if terms.malicious and (credential is None or authority is None or once is None):
        raise LocalError(
            "aggregation-credential", "these terms are against a malicious server, and a client is to show who it is",
            "give credential=, authority=, and once=, a folder of this client's own",
        )  # fmt: skip
    taken = Once(None if once is None else Path(once))

    def on_message(message: Any, context: Any, call_next: Next) -> Any:
        kind = message.metadata.message_type.partition(".")[0]
        if kind == "get_parameters" and Memory.of(context).round >= 0:
            raise unprotected(SERVER, "tell its weights when it has trained")
        if kind != "train":
            return call_next(message, context)
        asked = read_asked(message.content, SERVER)
        if asked is None:
            raise unprotected(SERVER, "train without secure aggregation")
        name = str(context.node_id)
        own = credential(context) if callable(credential) else credential
        side = _Side(terms, name if own is None else own.certificate.name, own, authority, taken)
        return side.answered(asked, message, context, call_next)

    return on_message


class _Side:
    """One client for one message."""

    def __init__(
        self, terms: FlowerTerms, name: str, credential: Credential | None, authority: bytes | None, once: Once
    ) -> None:
        self.terms, self.name, self.credential, self.authority, self.once = terms, name, credential, authority, once

    def answered(self, asked: Asked, message: Any, context: Any, call_next: Next) -> Any:
        """The reply to one step. The state is that of a round that is over while the step is taken."""
        memory = Memory.of(context)
        begins = asked.step == Step.ADVERTISE
        if asked.round <= memory.round if begins else asked.round != memory.round or not memory.seed:
            raise answered(asked.round, asked.step.title)
        Memory(asked.round).keep(context)
        if begins:
            memory = Memory(asked.round, asked.size, int(time.time()), Seed.fresh().prg("flower").bytes(SEED_BYTES))
        terms = self.terms.round(memory.size, context.run_id, asked.round)
        body, kept = self._step(asked, memory, terms, message, context, call_next)
        self.once.take(self.name, terms, asked.step)
        kept.keep(context)
        return flower_app().Message(answer_content(self.name, body), reply_to=message)

    def _step(
        self, asked: Asked, memory: Memory, terms: Terms, message: Any, context: Any, call_next: Next
    ) -> tuple[bytes, Memory]:
        """What is answered, and what is remembered."""
        if asked.step == Step.ADVERTISE:
            return self._client(terms, Seed(memory.seed), memory.now).advertise(), memory
        client = memory.client(terms, self._client)
        if client.step != asked.step:
            raise answered(asked.round, asked.step.title)
        if asked.step == Step.MASKED_INPUT:
            body = client.masked_input(asked.body, self._vector(asked, memory.size, terms, message, context, call_next))
        else:
            body = client.answer(asked.body)
        over = client.step is None
        bodies = (*memory.bodies, asked.body)
        kept = Memory(memory.round) if over else Memory(memory.round, memory.size, memory.now, memory.seed, bodies)
        return body, kept

    def _client(self, terms: Terms, seed: Seed, now: int) -> Client:
        return Client(
            terms, self.name, credential=self.credential, authority=self.authority, now=now, seed=seed,
            demands=self.terms.demands,
        )  # fmt: skip

    def _vector(self, asked: Asked, size: int, terms: Terms, message: Any, context: Any, call_next: Next) -> Vector:
        """Train, and make a vector of how the weights moved."""
        before = arrays_of(message.content, SERVER)
        layout = layout_of(before)
        if layout.size != size or not asked.seed:
            raise malformed(SERVER, f"a model of {layout.size} numbers without a seed, and told of {size}")
        start = layout.flatten(before)
        content = _trained(message, context, call_next)
        moved = layout.flatten(trained_arrays(content)) - start
        if not np.isfinite(moved).all():
            raise LocalError(
                "update-not-finite",
                f"{np.count_nonzero(~np.isfinite(moved)):,} numbers of this client's update are NaN or infinite",
                "a smaller rate, and data without NaN or infinities. Nothing of it was sent",
            )  # fmt: skip
        examples, loss = examples_of(content, self.terms.examples), loss_of(content, self.terms.loss)
        update = Update(moved if examples else np.zeros_like(moved), with_loss(Figures(), examples, loss))
        words = self.terms.coder(size).words(update, Seed.fresh().prg("flower rounding"), Seed(asked.seed))
        return self.terms.ring(size).elements(words, terms.plan.dtype)


def _trained(message: Any, context: Any, call_next: Next) -> Any:
    """The app's reply to the message without our record. What it raises is logged here and told by its kind alone."""
    del message.content[RECORD]
    try:
        reply = call_next(message, context)
    except ParleyError:
        raise
    except Exception as error:
        _LOG.exception("training failed")
        raise untrained(type(error).__name__) from None
    if reply.has_error():
        raise untrained("an error that it told")
    return reply.content
