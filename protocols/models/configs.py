"""Numbers of a model's config, each of the type and size that it should have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.models.refusals import Unsupported, unreadable

LARGEST_CONFIG = 1 << 20
"""Bytes of a config.json; that of a model has a thousand."""

_LARGEST_COUNT = 1 << 24


@dataclass(frozen=True, slots=True)
class Config:
    """What a config states by name, and the file or object that it belongs to."""

    values: Mapping[str, Any]
    subject: str

    def whole(self, name: str, default: int | None = None) -> int:
        """A count, from 1 on. LocalError `unreadable-model`."""
        value = self._value(name, default)
        if type(value) is not int or not 1 <= value <= _LARGEST_COUNT:
            raise unreadable(self.subject, f"{name} is no count from 1 to {_LARGEST_COUNT:,}")
        return value

    def real(self, name: str, default: float) -> float:
        """A number above 0. LocalError `unreadable-model`."""
        value = self._value(name, default)
        if type(value) not in (int, float) or not 0 < value < 1e15:
            raise unreadable(self.subject, f"{name} is no number above 0")
        return float(value)

    def truth(self, name: str, default: bool) -> bool:
        """True or false. LocalError `unreadable-model`."""
        value = self._value(name, default)
        if type(value) is not bool:
            raise unreadable(self.subject, f"{name} is neither true nor false")
        return value

    def part(self, name: str) -> Config:
        """A group of values; an empty one where there is none. LocalError `unreadable-model`."""
        value = self.values.get(name) or {}
        if not isinstance(value, Mapping):
            raise unreadable(self.subject, f"{name} is no group of values")
        return Config(value, self.subject)

    def expect(self, problems: Unsupported, name: str, known: tuple[Any, ...], default: Any) -> None:
        """What is not supported goes to the list: every value but these."""
        value = self.values.get(name, default)
        if not any(value is each or (type(value) is type(each) and value == each) for each in known):
            problems.add(f"{name}={_short(value)}", f"{name}={_short(known[0])}")

    def _value(self, name: str, default: Any) -> Any:
        value = self.values.get(name)
        value = default if value is None else value
        if value is None:
            raise unreadable(self.subject, f"its config does not state {name}")
        return value


def config_in(path: Path) -> dict[str, Any]:
    """A JSON object of a file. LocalError `unreadable-model`."""
    found = json_in(path)
    if not isinstance(found, dict):
        raise unreadable(path.name, "no JSON object")
    return found


def json_in(path: Path) -> Any:
    """What a small file says in JSON. LocalError `unreadable-model`."""
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise unreadable(path.name, f"over {LARGEST_CONFIG:,} bytes")
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path.name, f"as JSON: {error}") from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
