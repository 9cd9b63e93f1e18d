"""The suites by name, and the sentence that each result carries."""

from __future__ import annotations

from mpc.errors import LocalError
from mpc.supply import Supply
from protocols.beaver import SUITE as BEAVER
from protocols.ideal import SUITE as IDEAL
from protocols.suite import Factory

SUITES: dict[str, Factory] = {BEAVER.name: BEAVER, IDEAL.name: IDEAL}
OWN_WORK = "the parties make the preprocessed material themselves"


def find_suite(name: str, *, simulated: bool = False) -> Factory:
    """The suite of this name. Raises LocalError for an unknown one, or one that only simulations may use."""
    if name not in SUITES:
        raise LocalError("unknown-suite", f"there is no suite {name}", f"choose one of {', '.join(SUITES)}")
    suite = SUITES[name]
    if suite.simulation_only and not simulated:
        raise LocalError(
            "insecure-suite", f"the suite {name} hides nothing", "use it with mpc.simulate only; for real runs: beaver"
        )
    return suite


def security_sentence(suite: Factory, n: int, supply: Supply) -> str:
    """What a result is secure against, and who must not collude."""
    sentence, trust = suite.security(n), getattr(supply, "trust", "")
    if suite.simulation_only:
        return sentence
    return f"{sentence}, and {trust}" if trust else f"{sentence}; nobody else is trusted: {OWN_WORK}"
