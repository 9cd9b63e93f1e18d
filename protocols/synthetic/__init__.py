"""Tables that are made up, and whose marginals are near those of tables that several parties keep to themselves."""

from __future__ import annotations

from protocols.synthetic.counting import Counts, counts
from protocols.synthetic.counting_secrets import counts_of
from protocols.synthetic.domain import Domain, domain
from protocols.synthetic.mst_mms21 import mst
from protocols.synthetic.synthetic_data import SyntheticData

__all__ = ["Counts", "Domain", "SyntheticData", "counts", "counts_of", "domain", "mst"]
