"""The account that a run or a plan ends with."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from mpc.accounts.ledger import lines_of_all
from mpc.accounts.report import Report
from mpc.context import Session
from mpc.simulation import PartyRun, Setting
from protocols.assurances import AUTHENTICATED, EITHER_OF_TWO, ONE_OF_TWO, WITH_THE_SUITE
from protocols.preprocessing.checking import Check
from protocols.runs.suites import security_sentence


def simulated_report(
    runs: Sequence[PartyRun], setting: Setting, preprocessing: str, seconds: dict[str, float], program: str = ""
) -> Report:
    """Party 0's account of a simulation or a plan, with the rounds and bytes of all, also by line; a plan has no
    `seconds`."""
    ledgers = [run.session.ledger for run in runs]
    rounds, sent = [run.rounds for run in runs], [ledger.bytes_sent for ledger in ledgers]
    report = report_of(runs[0].session, program, preprocessing, seconds, rounds, sent, ())
    return replace(report, lines=lines_of_all([ledger.lines() for ledger in ledgers]), lines_of_all=True)


def report_of(
    session: Session,
    program: str,
    preprocessing: str,
    seconds: dict[str, float],
    rounds: Sequence[int],
    sent: Sequence[int],
    warnings: tuple[str, ...],
    device: dict[str, Any] | None = None,
    check_material: str = Check.NOTHING.value,
) -> Report:
    """One party's account of a session that has ended; `rounds` and `sent` have an entry for each party, by index."""
    ledger = session.ledger
    maker = preprocessing if session.factory.about.material or _has_material(session) else None
    said = getattr(session.factory, "warnings", None)
    warnings = (*warnings, *(said(ledger.lines()) if said else ()), *ledger.warnings)
    return Report(
        program, session.transport.me, session.transport.names[: session.n], session.factory.name, maker,
        _security(session), seconds, tuple(rounds), tuple(sent),
        session.supply.received_bytes, dict(ledger.material), tuple(ledger.reveals), ledger.lines(), warnings,
        device, check_material, dict(ledger.unused), ledger.decisions(), ledger.circuits(), ledger.ways(),
        ledger.learnt, session.network,
    )  # fmt: skip


def _has_material(session: Session) -> bool:
    """Whether anything was taken, made ahead, or stands."""
    return bool(session.ledger.material or session.ledger.unused or session.standing)


def _security(session: Session) -> str:
    """What is secure by itself, by its lines, mostly although a party may deviate; and of all else the suite's
    sentence."""
    ledger = session.ledger
    sentence = security_sentence(
        session.factory, session.n, session.supply, by_itself=ledger.by_itself, material=_has_material(session)
    )
    computed, proved = (_lines(session, adversary) for adversary in (ONE_OF_TWO, EITHER_OF_TWO))
    proved |= ledger.proofs
    strong = []
    if computed:
        said = (
            f"What was computed by {AUTHENTICATED} ({_listed(computed)}) is secure although one of the two may deviate"
        )
        strong.append(f"{said}, and nobody else is trusted")
    if proved:
        strong.append(f"What was proved ({_listed(proved)}) holds although the prover may deviate")
    assurances = ledger.assurances
    strong += [f"{what} ({_listed(lines)}) {said}" for (what, said), lines in assurances.items()]
    if not strong:
        return sentence
    by_themselves = chain.from_iterable(lines for (what, _), lines in assurances.items() if what not in WITH_THE_SUITE)
    if _computed_otherwise(session, {*computed, *proved, *by_themselves}):
        strong.append(f"All else: {sentence[0].lower()}{sentence[1:]}")
    return ". ".join(strong)


def _listed(lines: Iterable[str]) -> str:
    """Lines in their order in the files of the program."""
    placed = (line.rpartition(":") for line in lines)
    return ", ".join(file + colon + number for file, colon, number in sorted(placed, key=_place))


def _place(parts: tuple[str, str, str]) -> tuple[str, int, str]:
    file, _, number = parts
    return file, int(number) if number.isdecimal() else 0, number


def _lines(session: Session, adversary: str) -> dict[str, None]:
    """Where circuits were computed that are secure against this adversary."""
    return dict.fromkeys(run.line for run in session.ledger.circuits() if run.adversary == adversary)


def _computed_otherwise(session: Session, lines: Container[str]) -> bool:
    """Whether the suite computed or revealed anything, or another line than these took material or sent messages."""
    ledger = session.ledger
    return ledger.on_shares or ledger.by_itself or any(cost.line and cost.line not in lines for cost in ledger.lines())
