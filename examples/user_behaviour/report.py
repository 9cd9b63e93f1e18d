"""The report of the five shops' run: one HTML file that stands alone, for a screen and
for paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from examples.user_behaviour import pictures
from examples.user_behaviour.behaviour import STEPS
from examples.user_behaviour.clear import Outcome, each_at_one, outcomes, pooled
from examples.user_behaviour.customers import AFTER, DAYS, Customers, customers_of
from examples.user_behaviour.figures import EUROS, PURCHASES, places
from examples.user_behaviour.split import SHOPS
from examples.user_behaviour.training import HIDDEN
from party_runner.html_page import Page
from party_runner.inputs import load_input
from party_runner.report import data
from party_runner.run_page import add_costs, add_messages, add_security, add_views
from party_runner.summary import merged

STEP_OF = {f"{name}.py": name for name in STEPS} | {"network.py": "asking", "customers.py": "asking"}
"""The step that a file of the program belongs to."""

REVEALED = {
    "aligning": "which of its customers an earlier shop has",
    "figures": "figures of all customers",
    "training": "sums of gradients, so the network",
    "choosing": "which network",
    "asking": "the forecast about one customer",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a run left: in which folder, each shop's account, balance and charges (line
    and epsilon), and how many seconds all of it took.
    """

    folder: Path
    accounts: list[Any]
    ledgers: list[Any]
    charges: list[list[tuple[str, str]]]
    seconds: float

    @property
    def results(self) -> list[Any]:
        """What each shop's program returned."""
        return [account["result"] for account in self.accounts]


def write_report(run: Run) -> Path:
    """FOLDER/report.html."""
    own, compared = in_the_clear(run.folder, run.results[0])
    target = run.folder / "report.html"
    target.write_text(page(run, own, compared).html(), encoding="utf-8")
    return target


def in_the_clear(folder: Path, result: Any) -> tuple[list[Customers], list[Outcome]]:
    """Of all shops' files: who counts at which, and how good the models are beside the one that was chosen."""
    shops = [customers_of(load_input(folder / f"{name}.csv")) for name in SHOPS]
    own = each_at_one(shops)
    chosen = result["weights"][result["choice"]["place"]]
    weights = {name: np.array(value) for name, value in chosen.items()}
    return own, outcomes(SHOPS, own, weights)


def page(run: Run, own: list[Customers], compared: list[Outcome]) -> Page:
    """The whole of it."""
    *alone, private, clear = compared
    fewest = min(alone, key=lambda each: each.trained_on)
    best = max(alone, key=lambda each: each.area)
    total = sum(map(len, own))
    lead = (
        f"Five shops with {total:,} customers trained a network that foretells who buys again in the next "
        f"{AFTER // 7} weeks. No shop saw a customer of another. Of pairs of customers kept back for testing it puts "
        f"{private.area:.1%} in the right order. Trained in one place without noise that would be {clear.area:.1%}; "
        f"of a shop alone from {fewest.area:.1%} ({fewest.name}, the smallest) to {best.area:.1%} ({best.name})."
    )
    made = Page("What five shops learned together", lead)
    add_summary(made, run, private, clear)
    add_accuracy(made, compared, own)
    add_figures(made, run, own)
    add_steps(made, run)
    add_spending(made, run)
    summary = merged([dict(account) for account in run.accounts])
    add_views(made, summary, lambda line: REVEALED.get(step_of(line), line))
    add_messages(made, summary)
    add_security(made, summary)
    add_provenance(made, run)
    return made


def add_summary(page: Page, run: Run, private: Outcome, clear: Outcome) -> None:
    """What matters, in numbers."""
    spent = Fraction(run.ledgers[0]["accounts"][0]["spent"]["amount"])
    sent = sum(run.accounts[0]["bytes_sent"])
    offline = sum(account["offline_bytes"] for account in run.accounts)
    page.numbers(
        (f"{private.area:.3f}", "area under the curve, private"),
        (f"{clear.area:.3f}", "pooled, in the clear"),
        (f"{float(spent):.3g}", "epsilon spent by each shop"),
        (f"{run.seconds:.0f} s", "for all, five processes here"),
        (data(sent), "sent by all, online"),
        (data(offline), "received for material"),
    )


def add_accuracy(page: Page, compared: list[Outcome], own: list[Customers]) -> None:
    """How good the models are, side by side."""
    came = pooled(own).part("testing").examples[1]
    likelier = max(came.mean(), 1 - came.mean())
    page.heading("How good the forecast is")
    page.text(
        f"All models are tested on the same {len(came):,} customers, who served neither for training nor for choosing. "
        f"{came.mean():.1%} of them came again. Whoever says what is likelier of everybody is right for {likelier:.1%}."
    )
    page.picture(pictures.accuracy(compared), "Each model, with how many customers it was trained on.")
    page.table(
        ("model", "trained on", "accuracy", "area"),
        [(c.name, f"{c.trained_on:,}", f"{c.accuracy:.1%}", f"{c.area:.3f}") for c in compared],
    )
    page.picture(pictures.curves(compared, came), "ROC curves: right and wrong forecasts as the threshold falls.")
    page.note(
        "The models of one shop and of all in one place have the same form, are trained without noise by this script, "
        "which alone has seen all files, and are chosen among the same sizes."
    )


def add_figures(page: Page, run: Run, own: list[Customers]) -> None:
    """The released figures beside the exact ones."""
    told, everyone = run.results[0]["figures"], pooled(own)
    page.heading("Figures that were released")
    tables = (
        ("purchases", everyone.facts[:, 0], PURCHASES, "purchases of a customer in 39 weeks", ""),
        ("spent", everyone.facts[:, 1] / 100, EUROS, "what a customer spent in 39 weeks, in dollars", ""),
    )
    for name, values, lower, title, unit in tables:
        exact = np.bincount(places(values, lower), minlength=len(lower))
        labels = pictures.intervals(lower, unit)
        drawn = pictures.counts(told[name], exact, labels, title)
        worst = np.abs(np.array(told[name]) - exact).max()
        page.picture(drawn, f"{title.capitalize()}: the noise moves no count by more than {worst:.0f} here.")
    for name, what in (("mean_spent", "A customer's mean spending"), ("came_back", "Customers who came back")):
        page.text(f"{what}: {told[name]['in_words']}.")


def add_steps(page: Page, run: Run) -> None:
    """Time, rounds and bytes by step."""
    seconds = [max(result["seconds"][place] for result in run.results) for place in range(len(STEPS))]
    page.heading("What each step cost")
    page.picture(
        pictures.times(STEPS, seconds), "The five steps one after the other; what each took at the slowest shop."
    )
    summary = merged([dict(account) for account in run.accounts])
    add_costs(page, summary, step_of, heading="Rounds and bytes by step, of all shops")


def add_spending(page: Page, run: Run) -> None:
    """Who spent how much, and on what."""
    page.heading("Epsilon, spent by whom")
    rows = []
    for ledger in run.ledgers:
        account = ledger["accounts"][0]
        amounts = [f"{float(Fraction(account[key]['amount'])):.4g}" for key in ("budget", "spent", "left")]
        delta = f"{float(Fraction(account['spent']['delta'])):.2g}"
        rows.append((ledger["party"], *amounts, delta, f"{account['reveals']:,}", f"{ledger['entries']:,}"))
    columns = ("shop", "budget", "spent", "left", "delta spent", "charges", "entries")
    page.table(columns, rows, caption="Each shop's own ledger, verified.")
    by_step: dict[str, Fraction] = {}
    for line, epsilon in run.charges[0]:
        by_step[step_of(line)] = by_step.get(step_of(line), Fraction(0)) + Fraction(epsilon)
    page.table(("step", "epsilon"), [(step, f"{float(spent):.4g}") for step, spent in by_step.items()])
    page.text(
        "The unit is a person: what is said holds for whoever's purchases at one shop would have been others. All "
        "shops are charged alike, since each figure is of the customers of all. A run that asked for more than is left "
        "would be refused before anything of it is revealed."
    )


def add_provenance(page: Page, run: Run) -> None:
    """Where the data come from, and how to do it again."""
    page.heading("The data, and how to do this again")
    customers = [(name, f"{r['customers']:,}", f"{r['alone']:,}") for name, r in zip(SHOPS, run.results, strict=True)]
    page.table(("shop", "customers", "who count there"), customers)
    page.text(
        f"Purchases at CDNOW in {DAYS // 7} weeks of 1997 and {AFTER // 7} weeks after (Fader, Hardie 2001), as the "
        "package lifetimes 0.11.3 ships them; which customer bought at which of five shops is made up, with a seed. "
        f"Networks of {', '.join(map(str, HIDDEN))} hidden units were trained; "
        f"the shops chose that of {HIDDEN[run.results[0]['choice']['place']]}.",
        "make example-user-behaviour does all of it, on one machine; on five each shop runs parley join by its file.",
    )


def step_of(line: str) -> str:
    """The step that a line of the program belongs to."""
    return STEP_OF.get(line.partition(":")[0], "between steps")
