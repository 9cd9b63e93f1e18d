"""What is said where a model cannot be loaded or asked: all that is in the way, with what comes nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from mpc.errors import LocalError

MOST_NAMED = 12
"""Of things of one sort that a message names; it says how many more there are."""


@dataclass(slots=True)
class Unsupported:
    """What a model has that cannot be computed here, collected until all of it has been looked at."""

    subject: str
    what: list[str] = field(default_factory=list)
    nearest: list[str] = field(default_factory=list)

    def add(self, what: str, nearest: str) -> None:
        """One thing, and the supported form that comes nearest to it."""
        self.what.append(what)
        if nearest not in self.nearest:
            self.nearest.append(nearest)

    def refuse(self) -> None:
        """LocalError `unsupported-model` with the whole list, unless it is empty."""
        if self.what:
            raise unsupported(self.subject, "; ".join(self.what), "; ".join(self.nearest))


def unsupported(subject: str, what: str, nearest: str) -> LocalError:
    """The error for what a model has that cannot be computed here."""
    return LocalError("unsupported-model", f"{subject} has what is not supported: {what}", nearest)


def unreadable(subject: str, why: str) -> LocalError:
    """The error for a file that is cut short, damaged, or not of the format that it seems to be."""
    return LocalError("unreadable-model", f"{subject} cannot be read: {why}", "fetch or write the file once more")


def wrong_token(cause: str) -> LocalError:
    """The error for tokens that the model has not. The text of an error never has a token of the caller's."""
    return LocalError("wrong-token", cause, "tokens as model.encode(text) gives them, whole numbers in one row")


def too_long(tokens: int, window: int) -> LocalError:
    """The error for more tokens than a model takes."""
    return LocalError(
        "text-too-long",
        f"a text of {tokens:,} tokens, and the model takes {window:,} at most",
        "cut the text, or ask about its parts one after the other",
    )


def library(name: str) -> Any:
    """A module of the extra `models`. LocalError `models-not-installed`."""
    try:
        return import_module(name)
    except ImportError:
        raise LocalError(
            "models-not-installed",
            f"{name.partition('.')[0]}, which reads this format, is not installed",
            "pip install 'parley-mpc[models]'",
        ) from None


def named(names: Sequence[str]) -> str:
    """Names one after the other, in the order given; of many the first, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
