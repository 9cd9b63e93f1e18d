"""Material with nobody to trust: products under Paillier keys where that takes less, all else of oblivious transfers.

Few bytes where matrices are multiplied, and much work. Each party's key is made for the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mpc.context import Context
from protocols.paillier.key_exchange import KEY_BITS, exchange_keys
from protocols.paillier.keys import PrivateKey
from protocols.paillier.randomisers import Exponent
from protocols.preprocessing.checking import Check
from protocols.preprocessing.from_ot import OtLine
from protocols.preprocessing.paillier_tools import PaillierTools
from protocols.preprocessing.pairs import SOFTSPOKEN, set_up

PAILLIER = "paillier"


@dataclass(frozen=True, slots=True)
class PaillierMaker:
    """Makes every kind that parties can make, with `PaillierTools`, and checks as much of it as `check` says.

    `exponent`: of the randomisers under which a party encrypts its own numbers; those of what it multiplies are
    uniformly random. `key`: this party's, by default a new one of `bits` bits. All parties pass the same `bits`, and
    the same `always`: whether keys are used even where transfers take less.
    """

    check: Check = Check.NOTHING
    exponent: Exponent = "half"
    bits: int = KEY_BITS
    always: bool = False
    key: PrivateKey | None = field(default=None, repr=False)
    trust: str = ""
    means: str = "products under Paillier keys where that takes less, all else by oblivious transfer"
    dealt: bool = False
    name: str = PAILLIER

    async def start(self, ctx: Context) -> OtLine:
        """Base transfers and extensions, and keys."""
        ends = await set_up(ctx, SOFTSPOKEN)
        keys = await exchange_keys(ctx, self.key, bits=self.bits, exponent=self.exponent)
        return OtLine(PaillierTools(ends, keys=keys, always=self.always), self.check)
