"""The user's values: lazy, numpy-like arrays of secrets, and what turns them into protocol calls.

Importing the package fills the tables by which numpy's functions find their secret counterparts.
"""

from __future__ import annotations

from protocols.array import arithmetic, functions, logic, shape
from protocols.array.evaluate import reveal
from protocols.array.functions import inverse_sqrt, sigmoid
from protocols.array.inputs import secret
from protocols.array.secret import SecretArray

__all__ = ["SecretArray", "arithmetic", "functions", "inverse_sqrt", "logic", "reveal", "secret", "shape", "sigmoid"]
