"""What holds of keys and ciphertexts by themselves, whatever the suite: parts of a run's sentence on security.

A protocol states it where that is right, for the line of the program that asked for it.
"""

from __future__ import annotations

from mpc.context import Context

KEYS, DECRYPTED, ENCRYPTED = "Keys made in shares", "What was decrypted together", "What is encrypted"
MATCHED = "Identifiers that were matched"
UPDATES = "Updates of a training"
"""What is spoken of."""

NOISE, BATCHES = "Noise in parts", "What was charged for secret batches"
WITH_THE_SUITE = (ENCRYPTED, NOISE, BATCHES, UPDATES)
"""What is said besides of lines whose values are as secret as the suite keeps them."""

AUTHENTICATED, ONE_OF_TWO = "authenticated garbling", "one of two, malicious"
PROVED, EITHER_OF_TWO = "a proof", "either, malicious"
"""By what accounts say that circuits were computed, and against whom."""

FOLLOWED = "are right and secret where all parties follow the protocol"
EITHER = "are right and secret although either of the two parties may deviate"
KEPT_BACK = "are secret although either of the two parties may deviate; who learns first may keep some from the other"
TOGETHER = "are right and secret although parties may deviate"


def assure(ctx: Context, what: str, said: str) -> None:
    """State it of the line that this call counts for."""
    ctx.session.ledger.assured(what, said, ctx.counted_at)


def assure_dealer(ctx: Context, dealer: int) -> None:
    """Keys that one party makes for all are as secret as it keeps them."""
    assure(ctx, KEYS, f"are secret if their dealer, {ctx.names[dealer]}, is honest, and forgets them")


def assure_holders(ctx: Context, parties: int, threshold: int) -> None:
    """Who reads by shares of a key; that all holders together do is as with any suite."""
    if threshold + 1 < parties:
        assure(ctx, ENCRYPTED, f"under a key in shares can be read by any {threshold + 1} of its {parties} holders")


def assure_makers(ctx: Context) -> None:
    """A key that is used where the run has made none was there before it: a file of one does not tell how it came."""
    if all(what != KEYS for what, _ in ctx.session.ledger.assurances):
        assure(ctx, ENCRYPTED, "under a key that was there before is as secret as whoever dealt or made it is honest")


def assure_holder(ctx: Context, holder: int, owner: int) -> None:
    """Of more than two parties these two together read, which is fewer than any suite says."""
    if ctx.n > 2:
        assure(ctx, ENCRYPTED, f"can be read by {ctx.names[holder]} and {ctx.names[owner]} together")
