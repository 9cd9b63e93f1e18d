"""Entries: what a ledger is made of, and the chain that holds them together.

An entry is one object of JSON: keys sorted, no spaces, ASCII; numbers are whole, amounts are texts as "1/10". With h_0
the SHA-256 of the format's name, h_i = SHA-256(h_{i-1} || entry i). Anyone can follow that with a page of code.

    begin     the first: format, ledger (16 bytes), party, certificate (its SHA-256)
    budget    what may be spent of `data` from here on
    reserve   `run`, `program` and `with`: who asks; `data`, `charge`; `outputs`: line, shape and receivers of each;
              `steps`, where it is for so many outputs to come
    commit    the reservation `of` an earlier entry is spent, after the votes of this hash
    release   it is not, since the party `by` said so in the signed `no`
    reveal    outputs without noise that became known: nothing is charged
    step      of the reservation `of`, which was committed, the `step` from 0, of this run and once: nothing is charged

All have `event` and `time`, in seconds of UTC, which never falls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = 1
START = hashlib.sha256(b"parley budget ledger 1").digest()
MOST_BYTES = 1 << 16
"""Of one entry."""

Content = dict[str, Any]

_scan = json.JSONDecoder().raw_decode


def encoded(content: Mapping[str, Any]) -> bytes:
    """The one text of an entry."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def decoded(text: bytes) -> Content:
    """The entry of a text; ValueError for what is no object, or one with anything around it."""
    written = text.decode("ascii")
    content, end = _scan(written)
    if type(content) is not dict or end != len(written):
        raise ValueError("no entry")
    return content


def chained(before: bytes, text: bytes) -> bytes:
    """h_i of h_{i-1} and the text of entry i."""
    return hashlib.sha256(before + text).digest()


def begin(ledger: bytes, party: str, certificate: str) -> Content:
    """The first entry."""
    return {"event": "begin", "format": FORMAT, "ledger": ledger.hex(), "party": party, "certificate": certificate}
