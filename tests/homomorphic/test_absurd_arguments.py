"""Whatever is given in the place of an argument, of every type there is: an answer, or an error of the house.

Python's own errors would say nothing of the argument, and a number in the place of a file's path would open, and close,
a file of the process.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elgamal import elgamal_keys
from paillier import paillier_keys

from mpc import elgamal, joint_keys, paillier, proofs
from mpc.errors import ParleyError
from protocols.elgamal.ciphertexts import Ciphertexts

ABSURD: list[Any] = [
    None, 2.0, 1.5, float("nan"), "3", b"", b"abc", (), [], {}, np.zeros(0), np.array([None, 1], object),
    np.array(["a"]), object(), True, -1, 10**30, [[1], [2, 3]], 1j, len,
]  # fmt: skip

Case = tuple[Callable[..., Any], dict[str, Any]]


def encrypted(key: Any, module: Any) -> list[Case]:
    """Functions of a key and of its ciphertexts, with arguments that they take."""
    x = key.encrypt([1, 2], bound=3)
    expected = {"sender": "bank", "shape": (2,), "bound": 3, "fractional_bits": 0}
    return [
        (key.public.encrypt, {"values": [1], "fractional_bits": 0, "bound": 3}),
        (key.encrypt, {"values": [1], "fractional_bits": 0, "bound": 3}),
        (key.public.ciphertexts_from, {"data": module.to_bytes(x), **expected}),
        (partial(type(key.public).from_bytes, sender="bank"), {"data": key.public.to_bytes()}),
        (key.decrypt, {"array": x}),
        (key.decrypt_exact, {"array": x}),
        (module.to_bytes, {"array": x}),
        (module.concatenate, {"arrays": [x], "axis": 0}),
        (module.public, {"values": [1], "fractional_bits": 2}),
        (x.within, {"bound": 3}),
        (x.sum, {"axis": 0}),
        *((getattr(x, name), {"other": 1}) for name in ("__add__", "__sub__", "__rsub__", "__mul__", "__matmul__")),
    ]


def of_paillier() -> list[Case]:
    """What Paillier's has besides."""
    key = paillier_keys.key()
    packed = key.public.encrypt_packed([[1, 2]], bound=3)
    expected = {"sender": "bank", "shape": (1, 2), "bound": 3, "fractional_bits": 0}
    return [
        (key.public.encrypt_packed, {"values": [1], "guard_bits": 3, "fractional_bits": 0, "bound": 3}),
        (key.public.packed_from, {"data": paillier.to_bytes(packed), **expected}),
        (key.public.drawing, {"exponent": "half"}),
        (paillier.generate, {"bits": 2047, "s": 1, "exponent": "half"}),
        (paillier.generate, {"bits": 2048, "s": 5, "exponent": "half"}),
        (paillier.generate, {"bits": 2048, "s": 1, "exponent": "other"}),
        (paillier.PrivateKey, {"p": 7, "q": 11, "s": 1, "exponent": "half"}),
        (paillier.pack, {"ciphertexts": key.encrypt([1], bound=3), "guard_bits": 2}),
        (packed.sum, {"axis": 0}),
        (packed.plus, {"numbers": [[1, 1]], "bound": 3}),
        *((getattr(packed, name), {"other": 1}) for name in ("__add__", "__sub__", "__rsub__", "__mul__")),
    ]


def of_proofs() -> list[Case]:
    """Statements of what is encrypted and committed to, and keys in shares."""
    key, pedersen = elgamal_keys.key(), proofs.pedersen()
    made = elgamal.encrypt_to_prove(key.public, [1], bound=3)
    points, _ = pedersen.commit(made.messages)
    ciphertexts: Ciphertexts = made.ciphertexts
    return [
        (elgamal.encrypt_to_prove, {"key": key.public, "values": [1], "fractional_bits": 0, "bound": 3}),
        (elgamal.known_plaintexts, {"ciphertexts": ciphertexts}),
        (elgamal.same_as_committed, {"ciphertexts": ciphertexts, "commitments": points, "pedersen": pedersen}),
        (proofs.knows_logarithm, {"base": proofs.generator(), "images": points}),
        (proofs.same_logarithm, {"bases": [proofs.generator()], "images": [points]}),
        (proofs.scalars, {"values": 1}),
        (joint_keys.deal, {"parties": 3, "threshold": 1, "bits": 2047}),
        (joint_keys.deal, {"parties": 3, "threshold": 1, "s": 5}),
    ]


def refuses(function: Callable[..., Any], good: dict[str, Any], name: str, value: Any) -> bool:
    """Whether a value in the place of one argument is refused in words. Other errors than the house's are raised."""
    given = good | {name: value}
    kinds = {p.name: p.kind for p in inspect.signature(function).parameters.values()}
    named = {other: given.pop(other) for other in good if kinds[other] is inspect.Parameter.KEYWORD_ONLY}
    try:
        function(*given.values(), **named)
    except ParleyError:
        return True
    return False


@pytest.mark.parametrize(
    "cases",
    [
        lambda: encrypted(paillier_keys.key(), paillier),
        lambda: encrypted(elgamal_keys.key(), elgamal),
        of_paillier,
        of_proofs,
    ],
    ids=["paillier", "elgamal", "of_paillier", "of_proofs"],
)
def test_absurd_values_are_refused_in_words(cases: Callable[[], list[Case]]) -> None:
    for function, good in cases():
        for name in good:
            told = [refuses(function, good, name, value) for value in ABSURD]
            assert any(told) or name == "sender", f"{function} takes anything as {name}"


@pytest.mark.parametrize(
    "function", [paillier.new_key_file, paillier.load, elgamal.load, elgamal.load_share, joint_keys.load]
)
def test_a_file_is_no_number(function: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = {} if function is paillier.new_key_file else {"key_file": "key"}
    for path in [value for value in ABSURD if not isinstance(value, str)]:
        with pytest.raises(ParleyError, match="wrong-argument"):
            function(path, **options)
    os.fstat(1)


@pytest.mark.parametrize("key", [paillier_keys.key, elgamal_keys.key], ids=["paillier", "elgamal"])
def test_keys_are_kept_under_text_or_a_file(key: Callable[[], Any], tmp_path: Path) -> None:
    for value in [value for value in ABSURD if not isinstance(value, str)]:
        with pytest.raises(ParleyError):
            key().save(tmp_path / "kept", passphrase=value)
        with pytest.raises(ParleyError):
            key().save(tmp_path / "kept", key_file=value)
    assert not (tmp_path / "kept").exists()
