"""Strategies of training on very uneven sites: `python -m bench.uneven_strategies` prints the table of the docs.

scikit-learn's digits over ten sites, each class by Dirichlet's distribution of 0.1, so that a site has two or three of
the digits and some have twenty times as many rows as others. Softmax regression, five passes in a round in batches of
16 rows; all in one process, where training is the same as between parties (`federated.simulate`). Accuracies on 360
other examples are means over splits, each with a seed of its own; the rounding and the order of rows follow from it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from statistics import mean

from bench.federated_training import accuracy, digits
from mpc.prg import Seed
from protocols import federated
from protocols.federated import FedAvg, FedNova, Local, Scaffold, Strategy, Updates, fed_prox

ALPHA, SPLITS = 0.1, 5
AFTER = (2, 5, 10, 20)
"""Rounds after which accuracies are told."""

LOCAL = Local(epochs=5, batch=16, rate=0.1)
STRATEGIES: Mapping[str, Strategy] = {
    "FedAvg": FedAvg(local=LOCAL),
    "FedAvg, sites alike": FedAvg(local=LOCAL, by_examples=False),
    "FedProx, mu = 0.1": fed_prox(0.1, local=LOCAL),
    "FedNova": FedNova(local=LOCAL),
    "SCAFFOLD": Scaffold(local=LOCAL),
}
UPDATES = Updates(bits=48, most_examples=1024)


def accuracies(strategy: Strategy, split: int, after: Sequence[int] = AFTER) -> tuple[float, ...]:
    """Of the common weights after so many rounds."""
    fresh, _, sites = digits(split, ALPHA)
    seed = Seed(bytes(32)).derive("uneven digits", split).secret

    def found(rounds: int) -> float:
        trained = federated.simulate(
            federated.softmax_regression(64, 10), sites, rounds=rounds, strategy=strategy, updates=UPDATES, seed=seed
        )
        return accuracy(trained.weights, fresh)

    return tuple(map(found, after))


def table(splits: int = SPLITS) -> str:
    """In Markdown."""
    lines = [f"| | {' | '.join(f'after {rounds} rounds' for rounds in AFTER)} |", "|---|" + "---:|" * len(AFTER)]
    for name, strategy in STRATEGIES.items():
        each = [accuracies(strategy, split) for split in range(splits)]
        means = (mean(found) for found in zip(*each, strict=True))
        lines.append(f"| {name} | {' | '.join(f'{value:.1%}' for value in means)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
