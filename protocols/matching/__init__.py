"""Identifiers that several parties have in common: private set intersection, and what stands on it."""

from __future__ import annotations

from protocols.matching.aligning import align
from protocols.matching.common_ids import Common
from protocols.matching.counting import common_count, common_sum
from protocols.matching.finding import common
from protocols.matching.membership import Members, members

__all__ = ["Common", "Members", "align", "common", "common_count", "common_sum", "members"]
