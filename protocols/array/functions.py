"""Functions of secrets that are no sums or products: each is one protocol of `protocols/numeric`."""

from __future__ import annotations
