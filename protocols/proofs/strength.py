"""How strong the proofs about Paillier's cryptosystem are: challenges, repetitions, and what masks must hide.

Canetti, Gennaro, Goldfeder, Makriyannis, Peled, "UC non-interactive, proactive, threshold ECDSA with identifiable
aborts", CCS 2020, and eprint 2021/060, whose parameters these are; m = 128 where the paper has 80, since a prover who
computes its challenges itself may try as many first messages as it can hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from mpc.errors import LocalError
from protocols.proofs.transcript import Setting

SLACK_BITS = 80
"""What is masked shows with a probability of about 2^-80 at most, for each number of a proof."""
_CHALLENGE_BITS = 128


@dataclass(frozen=True, slots=True)
class Strength:
    """challenge_bits: of a challenge, a forgery's chance being 2^-challenge_bits for each hash. repetitions: m, of
    proofs whose challenges are bits. epsilon: by how many bits a mask is longer than what it hides. plaintext_bits: l.

    A mask hides a product of challenge and secret only if it is longer by the statistical slack: challenge_bits + 80 <=
    epsilon. Less, or challenges or repetitions below 128, raise LocalError `weak-proof`.
    """

    challenge_bits: int = _CHALLENGE_BITS
    repetitions: int = 128
    epsilon: int = 230
    plaintext_bits: int = 256

    def __post_init__(self) -> None:
        if not self.secure:
            raise weak(
                f"challenges of {self.challenge_bits} bits, {self.repetitions} repetitions and masks of "
                f"{self.epsilon} bits more prove or hide too little"
            )

    @property
    def secure(self) -> bool:
        """Whether forgeries and what shows through masks are improbable enough for more than tests."""
        enough = min(self.challenge_bits, self.repetitions) >= _CHALLENGE_BITS and self.plaintext_bits > 0
        return enough and self.challenge_bits + SLACK_BITS <= self.epsilon

    @classmethod
    def insecure_of(cls, *, challenge_bits: int, repetitions: int, epsilon: int, plaintext_bits: int) -> Self:
        """Any, for tests over small groups; in a run they raise LocalError `weak-proof`."""
        made = object.__new__(cls)
        values = (challenge_bits, repetitions, epsilon, plaintext_bits)
        for name, value in zip(cls.__slots__, values, strict=True):
            object.__setattr__(made, name, value)
        return made

    def described(self) -> tuple[int, ...]:
        """All of it, for a transcript."""
        return self.challenge_bits, self.repetitions, self.epsilon, self.plaintext_bits


STANDARD = Strength()


def require_secure(setting: Setting, strength: Strength) -> None:
    """LocalError `weak-proof` where a proof in a run, or the check of one, has parameters that are for tests alone."""
    if setting.in_run and not strength.secure:
        raise weak("these parameters are for tests over small groups")


def weak(cause: str) -> LocalError:
    """Parameters with which a proof would prove nothing, or would show the witness."""
    return LocalError("weak-proof", cause, "take the default: 128 bits, 128 repetitions, epsilon = 230")
