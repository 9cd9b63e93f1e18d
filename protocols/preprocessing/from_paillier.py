"""Material with nobody to trust, whose products are made under Paillier keys, and bits of oblivious transfers.

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
    uniformly random. `key`: this party's, by default a new one of `bits` bits. All parties pass the same `bits`.
    """

    check: Check = Check.NOTHING
    exponent: Exponent = "half"
    bits: int = KEY_BITS
    key: PrivateKey | None = field(default=None, repr=False)
    trust: str = ""
    means: str = "products under Paillier keys, bits by oblivious transfer"
    dealt: bool = False
    name: str = PAILLIER

    async def start(self, ctx: Context) -> OtLine:
        """Base transfers and extensions, and keys."""
        ends = await set_up(ctx, SOFTSPOKEN)
        keys = await exchange_keys(ctx, self.key, bits=self.bits, exponent=self.exponent)
        return OtLine(PaillierTools(ends, keys=keys), self.check)
