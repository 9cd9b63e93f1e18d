"""Who makes material: the parties by one of the extensions, or a dealer."""

from __future__ import annotations

from protocols.preprocessing.dealer import DealerSupply
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN

EXTENSIONS = {extension.name: extension for extension in (SOFTSPOKEN, SILENT)}
DEALER = DealerSupply.name
NOBODY = tuple(EXTENSIONS)
"""Those that need no trust."""

SUPPLIERS = (*NOBODY, DEALER)
