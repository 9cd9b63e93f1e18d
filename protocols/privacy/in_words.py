"""What was released with noise, as it is shown: in words, and as plain data for files and other programs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from protocols.privacy.ledger.charges import Price


class InWords:
    """A dataclass that says in words, by `str`, what was learnt, how sure that is and what it cost."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def as_plain(self) -> dict[str, Any]:
        """`in_words`, then the fields by name: of an `event` its `neighbours`, and what was charged, as texts."""
        plain: dict[str, Any] = {"in_words": str(self)}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if field.name == "event":
                plain["neighbours"] = str(value.neighbours)
            else:
                plain[field.name] = str(value) if isinstance(value, Price) else value
        return plain
