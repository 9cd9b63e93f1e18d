"""What every cryptosystem refuses in the same words, each under codes of its own."""

from __future__ import annotations

from dataclasses import dataclass

from mpc.errors import LocalError, PeerError

SAME_PROGRAM = "run the same program everywhere"
DISTRUST = "do not trust what it sends"
SAME_VERSION = "the same version of Parley everywhere; else do not trust what it sends"


@dataclass(frozen=True, slots=True)
class Refusals:
    """The codes of one cryptosystem's errors, and the errors that go with some of them."""

    malformed: str
    shape: str
    count: str
    other_key: str
    product: str
    beyond_bound: str

    def as_malformed(self, sender: str, what: str, remedy: str = SAME_VERSION) -> PeerError:
        """For what a party named `sender` sent, and what makes no sense or is not admitted."""
        return peer_sent(self.malformed, sender, what, remedy)

    def of_two_keys(self) -> LocalError:
        """Where arrays of two keys are to compute together."""
        return LocalError(
            self.other_key,
            "ciphertexts of two keys do not compute together",
            "have one party encrypt again under the other's key",
        )

    def of_two_systems(self) -> LocalError:
        """Where arrays of two cryptosystems are to compute together."""
        return LocalError(
            self.other_key,
            "ciphertexts of two cryptosystems do not compute together",
            "encrypt all of them by the same, under one key",
        )

    def of_another_key(self) -> LocalError:
        """Where an array is to be decrypted by who cannot."""
        return LocalError(
            self.other_key,
            "these ciphertexts are under another key",
            "decrypt them where the private half of their key is",
        )

    def of_a_product(self) -> LocalError:
        """Where two arrays are to be multiplied."""
        return LocalError(
            self.product,
            "two ciphertexts cannot be multiplied: this cryptosystem adds",
            "multiply by numbers, or share the values and multiply the shares",
        )

    def of_a_number_beyond(self) -> LocalError:
        """Where a number is larger than was declared."""
        return LocalError(
            self.beyond_bound,
            "a decrypted number is larger than its declared bound: who encrypted it, or said what it holds, did not "
            "keep to what was declared",
            "declare a bound that holds; if a party declared it, do not trust what it sends",
        )


def peer_sent(code: str, sender: str, what: str, remedy: str) -> PeerError:
    """The error for what a party named `sender` sent."""
    return PeerError(code, f"{sender} sent {what}", remedy, party=sender)


def no_key_of(code: str, sender: str, version: int) -> PeerError:
    """The error for what a party sent as a public key."""
    return PeerError(
        code,
        f"what {sender} sent is no public key of version {version}",
        "have it send what `to_bytes` of its public key gives, from the same version of Parley",
        party=sender,
    )


def unpicklable(what: str, saving: str = "`save`") -> LocalError:
    """The error for a secret that is to be pickled."""
    return LocalError("secret-key", f"{what} cannot be pickled", f"keep it with {saving}")
