"""How a session computes what there is more than one way for: what all its parties choose alike."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from mpc.errors import LocalError

Way = Literal["arithmetic", "yao", "auto"]
WAYS: tuple[str, ...] = get_args(Way)
GARBLINGS = ("online", "ahead")
"""When circuits are garbled: tables travel while they are made, or are material."""
SCHEMES = ("half-gates", "three-halves")
"""How: 32 bytes for each AND, or 25 and half as much work again."""
NAMES = ("loopback", "lan", "wan")
"""The networks that a session may be tuned for (`mpc.planning.NETWORKS`)."""


def check_scheme(name: str) -> None:
    """LocalError `unknown-scheme` for what is no way of garbling."""
    if name not in SCHEMES:
        raise LocalError("unknown-scheme", f"no circuit is garbled by {name!r}", f"choose {' or '.join(SCHEMES)}")


@dataclass(frozen=True, slots=True)
class Ways:
    """The network that a run is tuned for, "" if none; how numerical functions are computed, and how comparisons;
    when circuits are garbled, and by which scheme where the program names none.

    `arithmetic`: by the suite's products and shares; `yao`: by garbled circuits, between two parties; `auto`: by what
    takes less time on the network, and arithmetically where none is named. LocalError `unknown-way`, `unknown-network`,
    `unknown-scheme`.
    """

    network: str = ""
    numeric: str = "auto"
    compare: str = "auto"
    garbling: str = "online"
    scheme: str = "half-gates"

    def __post_init__(self) -> None:
        if self.network not in ("", *NAMES):
            way = f"choose one of {', '.join(NAMES)}, or none"
            raise LocalError("unknown-network", f"there is no network {self.network!r}", way)
        for what in ("numeric", "compare"):
            if (way := getattr(self, what)) not in WAYS:
                raise LocalError(
                    "unknown-way", f"nothing is computed by {way!r} ({what})", f"choose one of {', '.join(WAYS)}"
                )
        if self.garbling not in GARBLINGS:
            raise LocalError("unknown-way", f"circuits are not garbled {self.garbling!r}", "choose online or ahead")
        check_scheme(self.scheme)

    def terms(self) -> dict[str, str | int]:
        """What the handshake compares."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
