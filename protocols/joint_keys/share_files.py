"""Shares of keys in files of their own, encrypted at rest as private keys are: `protocols/homomorphic/key_files.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mpc.algebra.bigint import to_ints
from mpc.algebra.ring import U64
from protocols.homomorphic.key_files import read_fields, write_fields
from protocols.joint_keys.key import JointKey, KeyShare
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey
from protocols.paillier.randomisers import Exponent

_PURPOSE, _VERSION = "parley share of a paillier key", 1


def save(
    share: KeyShare, path: str | Path, *, passphrase: str | None = None, key_file: str | Path | None = None
) -> None:
    """Writes a share to a new file, encrypted under a passphrase or under a file that `paillier.new_key_file` made.

    LocalError as `write_secret` has them: `no-passphrase`, `key-exists`, `unwritable`, `no-key`, `key-exposed`,
    `bad-key`.
    """
    joint = share.joint
    fields = {
        "n": _bytes(joint.group.n),
        "s": joint.group.s,
        "parties": joint.parties,
        "threshold": joint.threshold,
        "theta": _bytes(joint.theta),
        "share_bits": joint.share_bits,
        "verification": joint.verification.tobytes(),
        "safe": joint.safe,
        "place": share.place,
        "share": share.secret_words.tobytes(),
    }
    write_fields(path, _PURPOSE, _VERSION, fields, passphrase=passphrase, key_file=key_file)


def load(
    path: str | Path,
    *,
    passphrase: str | None = None,
    key_file: str | Path | None = None,
    exponent: Exponent | None = None,
) -> KeyShare:
    """The share that `save` wrote. `exponent`: by default `half` for safe primes, else `textbook`.

    LocalError as `read_secret` has them: `no-key`, `key-exposed`, `bad-key`, `wrong-passphrase`, `no-passphrase`.
    """
    fields = read_fields(path, _PURPOSE, _VERSION, passphrase=passphrase, key_file=key_file)
    share = to_ints(np.frombuffer(fields["share"], U64)[None])[0]
    return KeyShare(_joint(fields, exponent), fields["place"], share)


def _joint(fields: dict[str, Any], exponent: Exponent | None) -> JointKey:
    group = Group(_number(fields["n"]), fields["s"])
    verification = np.frombuffer(fields["verification"], U64).reshape(fields["parties"], group.ciphertexts.limbs)
    return JointKey(
        PublicKey(Encryption(group, exponent or ("half" if fields["safe"] else "textbook"))),
        fields["parties"],
        fields["threshold"],
        _number(fields["theta"]),
        fields["share_bits"],
        verification,
        fields["safe"],
    )


def _bytes(number: int) -> bytes:
    return number.to_bytes(-(-number.bit_length() // 8), "little")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
