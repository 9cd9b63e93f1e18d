"""`parley suites`: what `--suite` may name, and what each is chosen by."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from party_runner.report import table, titled
from protocols.runs.suites import SUITES
from protocols.suite import IN_WORDS

SEMI_HONEST = "Suites, against parties that follow the protocol and study all they see"
ANY_NUMBER = "two or more"
NOTHING = "none"
NOTES = """
Who may collude learns nothing more together; where it is none, any two together learn everything.
Where the material is none, a dealer and a store are refused.
Chosen by --suite, the same at every party; beaver where nothing is said."""


def list_suites(console: Console) -> None:
    """Print the suites that real runs may have: for how many, who may collude, what is made beforehand."""
    made = table("suite", "parties", "may collude", "material", "quick at")
    for column in made.columns[1:]:
        column.justify = "left"
    for name, suite in SUITES.items():
        about = suite.about
        if not suite.simulation_only:
            parties = IN_WORDS[about.parties] if about.parties else ANY_NUMBER
            made.add_row(name, parties, about.colluding, about.material or NOTHING, about.quick)
    console.print(titled(SEMI_HONEST, made))
    console.print(Text(NOTES))
