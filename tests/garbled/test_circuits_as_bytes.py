"""Circuits as bytes: the same circuit comes back; whatever else the bytes may be is refused."""

from __future__ import annotations

import gc

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_circuits import random_circuit

from mpc.errors import LocalError
from protocols.circuits import packing
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float32, Int, UInt
from protocols.circuits.known import recall, remember
from protocols.circuits.library import aes
from protocols.circuits.packing import pack_circuit, unpack_circuit


@circuit(x=UInt(5), y=Int(5), z=Float32)
def mixed(x, y, z):
    return {"a": x & 3, "b": -y, "c": z * z}


@pytest.mark.parametrize("made", [mixed, aes(), random_circuit(3)], ids=lambda made: made.name)
def test_a_circuit_comes_back_as_it_was(made: Circuit) -> None:
    again = unpack_circuit(pack_circuit(made))
    assert again.digest == made.digest
    assert (again.name, repr(again)) == (made.name, repr(made))


@given(data=st.data())
def test_damaged_bytes_are_refused_or_another_circuit(data: st.DataObject) -> None:
    content = bytearray(pack_circuit(random_circuit(data.draw(st.integers(0, 20)))))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([len(content), place]))
    try:
        found = unpack_circuit(bytes(content[:cut]))
    except ValueError:
        return
    assert unpack_circuit(pack_circuit(found)).digest == found.digest


def changed(place: int, value: object) -> bytes:
    raw = msgpack.unpackb(pack_circuit(mixed))
    raw[place] = value
    return msgpack.packb(raw)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x97", msgpack.packb(None), msgpack.packb([1] * 7), msgpack.packb([[]] * 8),
        changed(0, 7), changed(0, "n" * 1001), changed(1, [["x", "Bits", 0]]), changed(1, [["x", "Bits", 1 << 30]]),
        changed(1, [["x", "object", 3]]), changed(1, [["x", "Bits", 3.0]]), changed(1, [["x", "Bits"]]),
        changed(1, [[f"x{i}", "Bits", 1 << 20] for i in range(9)]), changed(2, [["r", "Float", 8, 23, 1]]),
        changed(3, b"\x02" * mixed.gates), changed(3, b"\x01"), changed(4, b"\x01\x02\x03"), changed(5, b""),
        changed(6, b"\xff" * 4), changed(4, "text"), pack_circuit(mixed) + b"\x00",
    ],
)  # fmt: skip
def test_what_is_no_circuit_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no circuit"):
        unpack_circuit(content)


def test_a_large_circuit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = pack_circuit(mixed)
    monkeypatch.setattr(packing, "MOST_BYTES", len(content) - 1)
    with pytest.raises(LocalError, match="circuit-too-large"):
        pack_circuit(mixed)
    with pytest.raises(ValueError, match="no circuit"):
        unpack_circuit(content)


def test_a_circuit_is_known_while_somebody_holds_it() -> None:
    made = random_circuit(4711)
    digest = remember(made)
    again = unpack_circuit(pack_circuit(made))
    assert remember(again) == digest
    assert recall(digest) is made
    del made, again
    gc.collect()
    with pytest.raises(LookupError):
        recall(digest)
