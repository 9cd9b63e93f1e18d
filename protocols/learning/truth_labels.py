"""Labels that a model tells apart: truth values."""

from __future__ import annotations

from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.secret import SecretArray


def require_truths(labels: SecretArray) -> None:
    """LocalError `wrong-number` for a secret that may be other than 0 and 1."""
    lo, hi = labels.bounds
    if lo < 0 or hi > 1 or labels.scale:
        raise LocalError(
            "wrong-number",
            f"labels of kind {labels.kind} from {lo:g} to {hi:g}",
            "give truth values, as `y == 1`, or whole numbers declared as 0 and 1: range=(0, 1)",
            line=user_line(),
        )
