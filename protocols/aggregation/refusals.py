"""What an aggregation is refused for: each its own code; a peer's fault names the peer."""

from __future__ import annotations

from mpc.errors import Abort, LocalError, PeerError


def impossible(cause: str) -> LocalError:
    """No graph and thresholds are as safe as asked for."""
    remedy = "expect fewer dropouts or corrupted clients, take more clients, or allow a larger probability of failure"
    return LocalError("aggregation-impossible", cause, remedy)


def weak_plan(flaw: str) -> LocalError:
    """A plan that a client does not take part under."""
    remedy = "do not take part; ask whoever made the plan, and say with `demands` what is enough here"
    return LocalError("aggregation-weak-plan", f"this plan does not protect this client as it demands: {flaw}", remedy)


def too_many(members: int, most: int) -> LocalError:
    """A round for more clients than the plan is for."""
    cause = f"{members} members, and the plan is for {most} clients"
    return LocalError("aggregation-plan", cause, "name fewer, or make the plan for more")


def out_of_order(what: str) -> LocalError:
    """A step that is not the next one."""
    remedy = "take the steps in their order, each once; a new round is a new Client and a new Server"
    return LocalError("aggregation-order", what, remedy)


def unfit_vector(cause: str) -> LocalError:
    """What a client wants to add is not what was agreed."""
    return LocalError(
        "aggregation-vector", cause, "give whole numbers from 0 to 2^bits - 1, in an unsigned array (length,)"
    )


def malformed(peer: str, what: str) -> PeerError:
    """Bytes that are no message of this step."""
    remedy = "see that all run the same version and plan; else that peer does not follow the protocol"
    return PeerError("aggregation-malformed", f"{peer} sent {what}", remedy, party=peer)


def other_round(peer: str, theirs: int, mine: int) -> PeerError:
    """A message of another round: late, replayed, or too early."""
    cause = f"{peer} sent a message of round {theirs} in round {mine}"
    return PeerError("aggregation-other-round", cause, "it takes part again in the next round", party=peer)


def other_aggregation(peer: str) -> PeerError:
    """A message of another session, or of one with another plan."""
    cause = f"{peer} sent a message of another session, or of one with another plan"
    return PeerError("aggregation-other-plan", cause, "give all the same session and the same plan", party=peer)


def too_late(peer: str, step: str, now: str) -> PeerError:
    """A message of a step that is over, or has not begun."""
    cause = f"{peer} sent its message of the step '{step}' during the step '{now}'"
    return PeerError("aggregation-late", cause, "it takes part again in the next round", party=peer)


def twice(peer: str, step: str) -> PeerError:
    """A second message in one step."""
    cause = f"{peer} sent a second message in the step '{step}'; the first one counts"
    return PeerError("aggregation-twice", cause, "send each step's message once", party=peer)


def unknown(peer: str, step: str) -> PeerError:
    """A message of somebody who is not in this round, or was missing in an earlier step of it."""
    cause = f"{peer} sent its message of the step '{step}', but is not among those who are in this round"
    return PeerError("aggregation-not-in-round", cause, "it takes part again in the next round", party=peer)


def not_enrolled(peer: str, why: str) -> PeerError:
    """A certificate that the authority did not give, or gave for another time."""
    remedy = "have the authority enrol that client again; a client that it does not know may be made up by the server"
    return PeerError("aggregation-not-enrolled", f"{peer} {why}", remedy, party=peer)


def revoked(peer: str, number: int) -> PeerError:
    """A certificate that the authority has taken back."""
    remedy = (
        "ask the authority why; a new certificate needs a new key. A server that lets that client in has an old list"
    )
    return PeerError("aggregation-revoked", f"{peer} has a key that list {number} revokes", remedy, party=peer)


def no_revocations(cause: str) -> LocalError:
    """A list of revoked keys that says nothing, so that nobody can be held against it."""
    remedy = "take the newest list from the authority: `parley star revoke` renews a star's .crl file"
    return LocalError("aggregation-revocations", cause, remedy)


def wrong_signature(peer: str, of: str) -> Abort:
    """A signature that does not verify."""
    remedy = "somebody changed what that client said, or it does not follow the protocol; do not go on with this round"
    return Abort("aggregation-signature", f"the signature of {peer} on {of} does not hold", remedy, party=peer)


def bad_key(peer: str) -> PeerError:
    """A public key with which nothing secret can be agreed on."""
    remedy = "leave that client out of the next rounds"
    return PeerError("aggregation-key", f"{peer} sent a public key that gives no secret", remedy, party=peer)


def too_few(server: str, step: str, there: int, wanted: int) -> PeerError:
    """Fewer clients than privacy or the thresholds ask for."""
    cause = f"{there} clients remain after the step '{step}', and {wanted} are the least"
    remedy = "try again in another round, or plan for more dropouts"
    return PeerError("aggregation-too-few", cause, remedy, party=server)


def split_view(server: str, client: str) -> Abort:
    """Somebody signed another set of survivors than this client was shown."""
    cause = f"{server} shows a signature of {client} that is not on the survivors it told this client"
    remedy = "the server shows clients different sets, or made that signature up; do not send it anything any more"
    return Abort("split-view", cause, remedy, party=server)


def both_shares(server: str, clients: str) -> Abort:
    """A second, other set of survivors: with both kinds of share a single client's vector would be open."""
    cause = f"{server} asks for both kinds of share about {clients}: it told this client two sets of survivors"
    remedy = "with both it would read these clients' own vectors; do not send it anything any more"
    return Abort("both-shares", cause, remedy, party=server)


def wrong_set(server: str, what: str) -> Abort:
    """A set of clients that cannot be true."""
    return Abort("wrong-survivors", f"{server} {what}", "do not send it anything any more", party=server)


def bad_share(client: str, holders: str) -> Abort:
    """The shares of a client's secret do not give what it announced, and it does not show whose are wrong."""
    cause = (
        f"the shares of {client}'s secret do not fit together; one of {holders} sent a wrong one, or it dealt them so"
    )
    return Abort("aggregation-bad-share", cause, "try another round without these clients", party=client)


def no_shares(client: str, there: int, answered: int, wanted: int) -> Abort:
    """Holders of a client's shares answered, and gave none of them."""
    cause = (
        f"{answered} of the holders of {client}'s shares answered, and {there} gave one where {wanted} are needed; it "
        "dealt them shares that do not open, or they keep them back"
    )
    return Abort("aggregation-bad-share", cause, "try another round without this client", party=client)
