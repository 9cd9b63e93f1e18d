"""The suites by name, the rings by their bits, and the sentence that each result carries."""

from __future__ import annotations

from mpc.algebra.interface import Algebra
from mpc.algebra.wide_ring import ring_of_bits
from mpc.errors import LocalError
from mpc.supply import Supply
from mpc.ways import Ways
from protocols.beaver import SUITE as BEAVER
from protocols.ideal import SUITE as IDEAL
from protocols.replicated3 import SUITE as REPLICATED3
from protocols.suite import REVEALED, Factory, check_parties
from protocols.yao import SUITE as YAO

SUITES: dict[str, Factory] = {each.name: each for each in (BEAVER, REPLICATED3, YAO, IDEAL)}
RINGS = (64, 128)
"""The bits of rings that runs are offered."""

OF_YAO = 2
"""How many parties garble."""

SCHEME_OF_SEVERAL = "half-gates"
"""How more than two parties garble together."""

OWN_WORK = "the parties make the preprocessed material themselves"

OPEN = f"{REVEALED} and what the program sends by itself, read by whoever has the key"
"""What is learnt where a program has messages of its own: what they hold is no protocol's to say."""


def find_suite(name: str, *, simulated: bool = False) -> Factory:
    """The suite of this name. Raises LocalError for an unknown one, or one that only simulations may use."""
    if name not in SUITES:
        offered = [known for known, suite in SUITES.items() if simulated or not suite.simulation_only]
        raise LocalError("unknown-suite", f"there is no suite {name}", f"choose one of {', '.join(offered)}")
    suite = SUITES[name]
    if suite.simulation_only and not simulated:
        raise LocalError(
            "insecure-suite", f"the suite {name} hides nothing", "use it with mpc.simulate only; for real runs: beaver"
        )
    return suite


def find_ring(ring: int | Algebra) -> Algebra:
    """The ring of so many bits, 64 or 128, or the one that is given. Raises LocalError `wrong-ring`."""
    if not isinstance(ring, int):
        return ring
    if ring not in RINGS:
        offered = " or ".join(map(str, RINGS))
        raise LocalError("wrong-ring", f"there is no ring of {ring} bits for runs", f"choose {offered}")
    return ring_of_bits(ring)


def check_session(suite: Factory, n: int, ways: Ways) -> None:
    """LocalError `unfit-session` for a number of parties that the suite is not for; for what is to be garbled among
    other than two, or where nothing is garbled or hidden; and for a scheme of garbling that several do not have."""
    check_parties(suite, n)
    of_functions = [f"--{of} yao" for of in ("numeric", "compare") if getattr(ways, of) == "yao"]
    of_circuits = {"garbling": ways.garbling, "scheme": ways.scheme}
    unusual = [f"--{of} {way}" for of, way in of_circuits.items() if way != getattr(Ways(), of)]
    if not suite.about.garbles and (asked := of_functions + unusual):
        remedy = f"it garbles nothing, all is computed on its shares: leave {'it' if len(asked) == 1 else 'them'} out"
        raise LocalError("unfit-session", f"{' and '.join(asked)} in the suite {suite.name}", remedy)
    if ways.garbling == "ahead" and n != OF_YAO:
        what, remedy = f"--garbling ahead among {n} parties", "it is for two: leave it out"
        raise LocalError("unfit-session", what, remedy)
    if ways.scheme != SCHEME_OF_SEVERAL and n != OF_YAO:
        what, remedy = f"--scheme {ways.scheme} among {n} parties", "several garble by half-gates alone: leave it out"
        raise LocalError("unfit-session", what, remedy)
    if of_functions and (n != OF_YAO or suite.simulation_only):
        where = f"among {n} parties" if n != OF_YAO else f"in the suite {suite.name}"
        remedy = "garbled circuits are for two parties: leave it to auto, or choose arithmetic"
        raise LocalError("unfit-session", f"{' and '.join(of_functions)} {where}", remedy)


LEAVE_IT_OUT = "leave it out: runs of this suite need nothing that is made beforehand"


def check_supplied(suite: Factory, what: str, remedy: str = LEAVE_IT_OUT) -> None:
    """LocalError `no-material` where `what`, a dealer or a store, would supply a suite that takes nothing."""
    if not suite.about.material and not suite.simulation_only:
        cause = f"{what} for the suite {suite.name}, whose protocols take no material"
        raise LocalError("no-material", cause, remedy)


def security_sentence(suite: Factory, n: int, supply: Supply, *, by_itself: bool = False, material: bool = True) -> str:
    """What a result is secure against, who must not collude, and who made the material, if there was any.

    `by_itself`: whether the program had messages of its own.
    """
    sentence, trust = suite.security(n, OPEN if by_itself else REVEALED), getattr(supply, "trust", "")
    if suite.simulation_only:
        return sentence
    if not material:
        return f"{sentence}; nobody else is trusted"
    if trust:
        return f"{sentence}, and {trust}"
    means = getattr(supply, "means", "")
    return f"{sentence}; nobody else is trusted: {OWN_WORK}{f', {means}' if means else ''}"
