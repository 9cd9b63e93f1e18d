"""Flower (flwr) with Parley's secure aggregation: a mod for its clients, a grid for its servers' strategies.

Flower itself is imported when it is needed. See docs/federated/flower.md.
"""

from __future__ import annotations

from protocols.flower.client_mod import mod
from protocols.flower.secured_grid import FlowerRound, SecuredGrid, secured, start
from protocols.flower.terms import FlowerTerms

__all__ = ["FlowerRound", "FlowerTerms", "SecuredGrid", "mod", "secured", "start"]
