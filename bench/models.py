"""The table of what transformers on secret data are made of: between two parties, a dealer makes the material."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench import model_passes, online, piece_functions, row_functions, weight_products
from bench.harness import BEAVER, Options, Row

TABLE, TITLE = "models", "Transformers on secret data and their parts, online, and what is made ahead"
PARTIES = (2,)
WORKLOADS = piece_functions.WORKLOADS | row_functions.WORKLOADS | weight_products.WORKLOADS | model_passes.WORKLOADS


def measure(options: Options) -> Iterator[Sequence[Row]]:
    """The rows of each chosen workload: by default of two parties, plain and over TLS."""
    chosen = replace(options, parties=options.parties or PARTIES)
    return online.measure(TABLE, WORKLOADS, (), chosen, suites=(BEAVER,))
