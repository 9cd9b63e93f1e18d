"""Training in a mesh: 2 to 16 parties, each with a model and data of its own, an ordinary program of Parley."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from mpc.prg import SEED_BYTES, Seed
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.assurances import UPDATES, assure
from protocols.federated.aggregate import Total
from protocols.federated.agreeing import agreed_weights, mark_of
from protocols.federated.course import Course
from protocols.federated.figures import NAMES, WIDTHS, Figures, figure_words, figures_of
from protocols.federated.layout import AVERAGE, layout_of
from protocols.federated.masked_sums import InMesh
from protocols.federated.models import Data, Model, weights_of
from protocols.federated.noise import Noise, PersonNoise, require_users, running_with
from protocols.federated.noise_sizes import warn_of
from protocols.federated.outcomes import Round, Trained, held_of
from protocols.federated.robust_means import Robust, robust_mean
from protocols.federated.rounding_kls21 import Whole
from protocols.federated.sites import Site
from protocols.federated.strategies import Stopping, Strategy
from protocols.federated.terms import Terms, terms_of
from protocols.federated.updates import Mean, Updates, WeightedMean
from protocols.privacy.prepaid import Prepaid, prepaid

MOST_PARTIES = 16


async def train(
    ctx: Context,
    model: Model,
    data: Data,
    *,
    rounds: int,
    strategy: Strategy | None = None,
    updates: Updates | None = None,
    privacy: Noise | None = None,
    held_out: Data = None,
    users: npt.ArrayLike | None = None,
    personal: Sequence[str] = (),
    running: str = AVERAGE,
    sample: int | None = None,
    stopping: Stopping | None = None,
    robust: Robust | None = None,
    on_round: Callable[[Round], object] | None = None,
) -> Trained:
    """Train one model on the data of all parties, who keep them: in each round each trains for itself, and the mean of
    how their weights moved moves the common weights.

    `model`, `data`, `held_out`, `users`: this party's own (`Model`, `models.rows_of`). `strategy`: `FedAvg()` if not
    given. `updates`: how they become whole numbers. `personal`: patterns of names of weights that stay with each party.
    `running`: whether running statistics are averaged ("average") or stay ("keep"); integers never travel. `sample`: so
    many parties, 2 or more, train in a round: the parties are in groups of as many, or more where they do not divide,
    for the whole training, and groups and the one of a round are drawn by a seed that nobody chose. `stopping`: by the
    loss on held-out data. `robust`: a mean that poisoned sites move only so far (`TrimmedMean`, `Median`, `Krum`),
    computed on updates that are secrets of the suite. `on_round` is called with each round's report.

    *Everybody learns*, in each round, the mean update and so the common weights, and the sums that `Round` names: of
    examples, losses and hits. Not whose update is which, nor how many examples one has, unless it alone has any; with
    two parties each can tell the other's from the mean and its own (the run's account says so), and so can all others
    together who tell each other; with `sample` that holds within a group, whose sums everybody learns. What a mean of
    many tells of a person is not nothing: `privacy`, a `PersonNoise` or `SiteNoise`, bounds that; its price is spent
    before the first round, and then no examples or losses are told, nor held-out data looked at. Party 0's first
    weights are sent to all unless all have the same: they must not come of its data. Semi-honest, whatever the suite; a
    party with wrong data moves the model by as much as the clip and its weight allow, against which `robust` is, whose
    means open more of single sites (`robust_means`); one that breaks the protocol, as by words that are no update or a
    weight that it has not, moves it anywhere.

    Cost: a message of 64 bytes, then one masked sum a round (`masked_sum`, `masked_sum_in_slices`) and one at the end.
    A plan trains nothing.

    NoiseWarning before the first round, and in the run's account, where noise is longer than any mean update could be
    (`NoiseSize.drowns`). LocalError `no-context`, `wrong-data`, `update-not-finite`, `wrong-shape`, `wrong-dtype`,
    `no-weights`, `no-examples`, `no-held-out`, `no-gradients`, `ring-too-small` before anything is sent,
    `training-diverged`, `too-many-parties`, `too-few-sites`, and of the noise; PeerError `different-model`,
    `different-training`; with privacy as `mpc.privacy.prepaid`.
    """
    need_context(ctx, "federated.train")
    line = user_line()
    weights = weights_of(model)
    layout = layout_of(weights, personal=personal, statistics=model.statistics, running=running_with(privacy, running))
    require_users(privacy, users)
    _refuse(ctx, privacy, sample, stopping, personal, held_out, robust)
    terms = terms_of(
        layout, clients=ctx.n, rounds=rounds, strategy=strategy, updates=updates, privacy=privacy, sample=sample,
        stopping=stopping, robust=robust, steady=True,
    )  # fmt: skip
    _warn(ctx, terms)
    call = ctx.child("federated.train", line=line)
    site = Site(ctx.names[ctx.me], terms, model, data, _own_seed(call), held_out, _array(users))
    first = await agreed_weights(call, terms.text, layout.text, layout.flatten(weights))
    common = Seed(call.common_prg("federated training").bytes(SEED_BYTES))
    course = Course(terms, first, common)
    if robust is not None:
        assure(call, UPDATES, f"become known in part: in each round everybody sees {terms.opened}, though not whose")
    if terms.hides_nothing_of_two:
        assure(call, UPDATES, "of two that train together are known to both: each takes its own off their mean")
    async with _paid(call, terms) as paid:
        while not course.over:
            found = await (_round(call, course, site, paid) if robust is None else _robust_round(call, course, site))
            call.progress("rounds of training", found.number, rounds)
            if on_round is not None and not call.planning:
                on_round(found)
    held = None if terms.private else await _evaluated(call, course, site)
    ctx.join(call)
    model.load({**site.own, **layout.unflatten(course.weights)})
    return course.ended(held, None if paid is None else paid.schedule.price, site.own)


async def _round(call: Context, course: Course, site: Site, paid: Prepaid | None) -> Round:
    """Contribute, sum, move."""
    terms, me = course.terms, call.me
    if call.planning:
        parts = [np.zeros(count, np.uint64) for count, _ in terms.coder.widths]
    else:
        chosen = me in course.chosen
        work = (site.contribute, course.weights, course.number, course.seed)
        control = course.control
        parts = list(await call.in_thread(lambda: work[0](*work[1:], chosen=chosen, control=control)))
    promise = None if paid is None else _promise(paid, terms)
    total = await InMesh(call, call.line, mark_of(course.weights), promise).sum([(me, parts)], terms.coder.widths)
    if call.planning:
        return _planned(course, total)
    return await call.in_thread(course.take, total)


async def _robust_round(call: Context, course: Course, site: Site) -> Round:
    """The update as secrets, of which the suite computes the mean; the figures under masks as always."""
    terms, coder = course.terms, course.terms.coder
    assert isinstance(coder, WeightedMean)
    assert terms.robust is not None
    values, words = None, np.zeros(len(NAMES), np.uint64)
    if not call.planning:
        values, figures = await call.in_thread(_values, site, course, coder)
        words = figure_words(figures, call.n)
    marked = call.child("robust mean", line=call.line, mark=mark_of(course.weights))
    total, sites = await robust_mean(marked, terms.robust, coder.grid, values, coder.coordinates.sent)
    call.join(marked)
    summed = await InMesh(call, call.line, mark_of(course.weights)).sum([(call.me, [words])], WIDTHS)
    summed = replace(summed, bytes_sent=summed.bytes_sent + marked.payload)
    if call.planning:
        return _planned(course, summed)
    moved = coder.coordinates.put_back(total * (coder.grid.step / sites), course.seed)
    error = coder.coordinates.error(coder.grid.step * sqrt(coder.coordinates.sent))
    return await call.in_thread(course.move, Mean(moved, figures_of(summed.parts[0]), error), summed)


def _values(site: Site, course: Course, coder: WeightedMean) -> tuple[Whole, Figures]:
    found = site.update(course.weights, course.number)
    return coder.rounded(found, site.stream(course.number), course.seed)


def _promise(paid: Prepaid, terms: Terms) -> Any:
    """What the next step of the schedule promises of the round's sum."""
    step, coder = paid.step(), terms.coder
    return step.promise(coder.sampler, 0)  # type: ignore[attr-defined]


def _planned(course: Course, total: Total) -> Round:
    found = Round(course.number, total.survivors, 0.0, total.bytes_sent)
    course.rounds.append(found)
    return found


async def _evaluated(call: Context, course: Course, site: Site) -> Any:
    """The weights at the end, on the held-out data of all sites."""
    own = np.zeros(len(NAMES), np.uint64)
    if not call.planning:
        own = figure_words(await call.in_thread(site.evaluated, course.weights), call.n)
    total = await InMesh(call, call.line, mark_of(course.weights)).sum([(call.me, [own])], WIDTHS)
    return None if call.planning else held_of(figures_of(total.parts[0]))


@asynccontextmanager
async def _paid(call: Context, terms: Terms) -> AsyncIterator[Prepaid | None]:
    """What all rounds cost is spent in every party's ledger before the first."""
    if terms.noise is None:
        yield None
        return
    elements = sum(count for count, _ in terms.coder.widths)
    async with prepaid(call, terms.noise.schedule, elements=elements) as paid:
        terms.coder.sampler.assured(call)  # type: ignore[attr-defined]
        yield paid


def _warn(ctx: Context, terms: Terms) -> None:
    """Before the first round: at once, and in this party's account."""
    if terms.warning:
        ctx.session.ledger.warned(terms.warning)
        if not ctx.planning:
            warn_of(terms.warning)


def _own_seed(call: Context) -> Seed:
    return Seed(call.prg("federated site").bytes(SEED_BYTES))


def _array(users: npt.ArrayLike | None) -> npt.NDArray[Any] | None:
    return None if users is None else np.asarray(users)


def _refuse(
    ctx: Context,
    privacy: Noise | None,
    sample: int | None,
    stopping: Stopping | None,
    personal: Sequence[str],
    held_out: Data,
    robust: Robust | None,
) -> None:
    """What does not go together."""
    if ctx.n > MOST_PARTIES:
        raise LocalError(
            "too-many-parties",
            f"{ctx.n} parties train in a mesh, where each sends to all others",
            f"a mesh of up to {MOST_PARTIES}, or a star",
        )
    wrong = ""
    if privacy is not None and (stopping is not None or held_out is not None):
        wrong = "losses on held-out data, which have no noise, beside privacy="
    elif isinstance(privacy, Noise) and privacy.central:
        wrong = "noise that one draws for all, and a mesh has nobody who sees sums without it"
    elif privacy is not None and sample is not None:
        wrong = "a sample of the parties, which all know and which makes nothing cheaper, beside privacy="
    elif robust is not None and (privacy is not None or sample is not None):
        wrong = "robust=, which takes all sites' updates as they are, beside privacy= or sample="
    elif isinstance(privacy, PersonNoise) and personal:
        wrong = "personal weights, which are not trained by gradients of people, beside PersonNoise"
    if sample is not None and sample < min(2, ctx.n):
        raise LocalError(
            "wrong-argument", "train is given a sample of one party, whose update all would learn", "two or more"
        )
    if wrong:
        raise LocalError("wrong-argument", f"train is given {wrong}", "the one or the other; public data are no secret")
