"""Identifiers that several parties have in common: private set intersection, and what stands on it."""

from __future__ import annotations

from protocols.matching.aligning import align
from protocols.matching.common_ids import Common
from protocols.matching.finding import common

__all__ = ["Common", "align", "common"]
