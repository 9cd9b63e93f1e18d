"""Who makes material: the parties, by one of the extensions or also under Paillier keys, or a dealer."""

from __future__ import annotations

from protocols.preprocessing.dealer import DealerSupply
from protocols.preprocessing.from_ot import OtMaker
from protocols.preprocessing.from_paillier import PAILLIER, PaillierMaker
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN
from protocols.preprocessing.workshop import Maker

MAKERS: dict[str, Maker] = {
    **{extension.name: OtMaker(extension) for extension in (SOFTSPOKEN, SILENT)},
    PAILLIER: PaillierMaker(always=True),
}
DEALER = DealerSupply.name
NOBODY = (SOFTSPOKEN.name, SILENT.name)
"""Those that need no trust and make every kind by the million."""

SUPPLIERS = (*NOBODY, DEALER)
EVERY = (*NOBODY, PAILLIER, DEALER)
