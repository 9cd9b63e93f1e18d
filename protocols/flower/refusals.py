"""What Parley refuses between a Flower server and its clients, each by its own code."""

from __future__ import annotations

from mpc.errors import LocalError, PeerError

_BOTH = (
    "put mpc.flower.mod(terms) on the ClientApp, and mpc.flower.secured(grid, terms) under the strategy, on both sides"
)


def not_installed() -> LocalError:
    """There is no Flower to work with."""
    return LocalError(
        "flower-not-installed", "Flower is not installed", "pip install flwr, in an environment that has Parley as well"
    )


def unprotected(server: str, what: str) -> PeerError:
    """A request whose answer would show one client's weights."""
    return PeerError("flower-unprotected", f"{server} asks this client to {what}", _BOTH, party=server)


def malformed(peer: str, what: str) -> PeerError:
    """Records that are no part of the protocol."""
    return PeerError("flower-message", f"{peer} sent {what}", _BOTH, party=peer)


def wrong_content(what: str) -> LocalError:
    """What this side's own app put in a message."""
    remedy = "one ArrayRecord to train from, and in the reply one ArrayRecord with one number of examples"
    return LocalError("flower-content", what, remedy)


def answered(round_: int, step: str) -> LocalError:
    """A step of a round that this client took before."""
    return LocalError(
        "flower-answered-before", f"this client answered the step '{step}' of round {round_} before",
        "it takes part again in the next round; if the server asks again and again, do not trust it",
    )  # fmt: skip


def untrained(kind: str) -> LocalError:
    """The app's own training failed; its text is for this side alone."""
    return LocalError(
        "flower-training-failed",
        f"training at this client ended with {kind}",
        "see this client's log; the server is told no more",
    )


def not_for_means(name: str) -> LocalError:
    """A strategy that looks at single updates, of which there are none."""
    return LocalError(
        "unsuitable-strategy", f"{name} looks at single clients' updates, and a secure sum shows their mean alone",
        "FedAvg, FedAvgM, FedProx, FedAdam, FedYogi or FedAdagrad; robust means are there in a mesh, train(robust=...)",
    )  # fmt: skip
