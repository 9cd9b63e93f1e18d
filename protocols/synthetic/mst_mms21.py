"""MST: synthetic data whose dependencies are a tree, chosen by how far pairs of attributes are from independent.

McKenna, Miklau, Sheldon, "Winning the NIST contest: a scalable and general approach to differentially private synthetic
data", Journal of Privacy and Confidentiality 11 (3), 2021, with joint noise for the noise of one curator:

1. Marginals of one attribute, with Gaussian noise of a third of rho.
2. A spanning tree, edge after edge as by Kruskal: of the pairs that no path joins yet, the one whose marginal is
   furthest, in L1, from what step 1 says of independent attributes; by a noisy choice, as those of a third of rho. Only
   the pair that is chosen is opened.
3. The marginals of the pairs of the tree, with Gaussian noise of the last third.

All that follows is computed of these by everybody alone (`fitting`, `sampling`), where the paper has Private-PGM: of a
tree a fit is in closed form, but for what must not be negative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import naming_line, user_line
from protocols.array.logic import absolute
from protocols.array.misuse import need_context
from protocols.array.noisy_choices import noisy_argmax
from protocols.array.private_reveals import with_noise
from protocols.array.revealing import reveal_charged
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.privacy.joint_noise import Gaussian
from protocols.privacy.prepaid import Prepaid, prepaid
from protocols.synthetic.counting import Counts, all_counts
from protocols.synthetic.fitting import Measured, as_if_independent
from protocols.synthetic.splitting import Split, split
from protocols.synthetic.synthetic_data import SyntheticData, fitted
from protocols.synthetic.trees import joined_by

Whole = npt.NDArray[np.int64]
Pair = tuple[int, ...]


async def mst(ctx: Context, tables: Sequence[Counts], *, privacy: Gaussian) -> SyntheticData:
    """Synthetic data like all rows of all parties, which keep them: `tables` by `mpc.synthetic.counts` or
    `counts_of`, all rows of a party in one.

    `privacy` is what all of it costs together, `mpc.Gaussian(epsilon=1, delta="1e-6")` or `mpc.Gaussian(rho=...)`. Its
    neighbours are rows in the place of others unless it says otherwise; with `mpc.privacy.add_or_remove()` how many
    rows a party has is protected too, but those of `counts_of`, where a row that comes was zero before.

    Everybody learns the noisy marginals, the tree, and the table that follows from them. Secure against parties that
    follow the protocol, with the suite's threshold, as `mpc.reveal` with noise is. All of it is paid for before the
    first reveal, as by `mpc.privacy.prepaid`; if the run ends between reveals it is spent all the same. d attributes,
    from 3 on, take d + 1 reveals, one after another; the comparisons of all cells of all pairs once; d - 1 choices
    among the pairs that are left.

    Raises LocalError `wrong-categories`, `wrong-privacy`, `contributions-unbounded`, `sensitivity-unknown`, and as
    `mpc.reveal` with noise and `prepaid`.
    """
    need_context(ctx, "synthetic.mst")
    if not isinstance(privacy, Gaussian) or privacy.sensitivity is not None:
        raise LocalError(
            "wrong-privacy",
            "privacy= declares a sensitivity, which is known here"
            if isinstance(privacy, Gaussian)
            else f"privacy= is of type {type(privacy).__name__}",
            "mpc.Gaussian(epsilon=..., delta=...) or mpc.Gaussian(rho=...): the budget is split as a rho",
            line=user_line(),
        )
    all_rows = all_counts(tables, privacy.neighbours)
    domain = all_rows.domain
    budget = split(privacy, len(domain.names), rows_are_public=all_rows.rows_are_public)
    with naming_line():
        for marginals in (len(domain.names), len(domain.names) - 1):
            budget.noise(marginals, domain.most_cells_measured).require_fits(ctx.ring.bits)
    async with prepaid(ctx, budget.schedule, elements=domain.most_cells_measured) as paid:
        ones = await _measured(ctx, all_rows, [(i,) for i in range(len(domain.names))], budget, paid)
        tree = await _tree(ctx, all_rows, ones, budget, paid)
        twos = await _measured(ctx, all_rows, tree, budget, paid)
    return fitted(domain, Measured(ones, twos, _variance(ones, budget), _variance(twos, budget)), budget)


async def _measured(
    ctx: Context, rows: Counts, marginals: Sequence[Pair], budget: Split, paid: Prepaid
) -> dict[Pair, Whole]:
    """Noisy marginals, all opened at once, each a vector."""
    places = [rows.domain.places[marginal] for marginal in marginals]
    cells = concatenate([rows.cells[place] for place in places])
    text = "two-way marginals" if len(marginals[0]) > 1 else "one-way marginals"
    noisy, promise = with_noise(cells, paid.step(), text, budget.moves(len(marginals)))
    opened = await reveal_charged(ctx, noisy, privacy=promise)
    ends = np.cumsum([place.stop - place.start for place in places])
    return dict(zip(marginals, np.split(opened, ends[:-1]), strict=True))


def _variance(marginals: dict[Pair, Whole], budget: Split) -> float:
    return float(budget.noise(len(marginals), sum(each.size for each in marginals.values())).variance)


async def _tree(ctx: Context, rows: Counts, ones: dict[Pair, Whole], budget: Split, paid: Prepaid) -> list[Pair]:
    """The edges of a spanning tree, in the order in which they were chosen."""
    pairs = rows.domain.pairs
    scores = _scores(rows, ones)
    tree: list[Pair] = []
    while len(tree) < len(rows.domain.names) - 1:
        left = [number for number, pair in enumerate(pairs) if not joined_by(tree, *pair)]
        chosen = left[0]
        if len(left) > 1:
            place, noise = noisy_argmax(scores[left], budget.score_moved, budget.choice)
            chosen = left[int(await reveal_charged(ctx, place, privacy=paid.step().promise(noise, 0)))]
        tree.append(pairs[chosen])
    return tree


def _scores(rows: Counts, ones: dict[Pair, Whole]) -> SecretArray:
    """How far each pair's marginal is from that of independent attributes, in L1: (pairs,)."""
    domain = rows.domain
    expected = as_if_independent(domain, ones)
    start = domain.places[domain.pairs[0]].start
    away = absolute(rows.cells[start:] - expected)
    ends = [slice(domain.places[pair].start - start, domain.places[pair].stop - start) for pair in domain.pairs]
    return concatenate([away[place].sum().reshape(1) for place in ends])
