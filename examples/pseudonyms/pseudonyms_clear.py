"""The pseudonyms in the clear: patients that are made up, AES of a library, and the
picture of the result.

The key and the first block are those of FIPS 197, appendix C.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PARTIES = {"office": "key.csv", "clinic": "patients.csv"}
PATIENTS = 8


def data() -> dict[str, dict[str, Any]]:
    """A number of ten digits in each block, but for the first."""
    random = np.random.RandomState(197)
    blocks = np.zeros((PATIENTS, 16), int)
    blocks[:, 6:] = random.randint(0, 10, (PATIENTS, 10))
    blocks[0] = 17 * np.arange(16)
    return {"key.csv": table(np.arange(16)[None]), "patients.csv": table(blocks)}


def table(rows: Any) -> dict[str, Any]:
    """Bytes, a column each."""
    return {f"byte{place}": column for place, column in enumerate(np.transpose(rows))}


def clear(key: Any, patients: Any) -> dict[str, Any]:
    """Each block encrypted by itself."""
    secret, blocks = (np.asarray(of).astype(np.uint8) for of in (key, patients))
    cipher = Cipher(algorithms.AES(secret.tobytes()), modes.ECB()).encryptor()
    found = np.frombuffer(cipher.update(blocks.tobytes()), np.uint8)
    return {"pseudonyms": found.reshape(blocks.shape)}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The bytes of each pseudonym."""
    axes = figure.add_subplot()
    rows = np.asarray(result["pseudonyms"])
    axes.imshow(rows, cmap="Blues", aspect="auto", vmin=0, vmax=400)
    for (line, place), byte in np.ndenumerate(rows):
        axes.text(place, line, f"{int(byte):02x}", ha="center", va="center")
    axes.set(xticks=[], yticks=range(PATIENTS))
    axes.set_yticklabels([f"patient {line + 1}" for line in range(PATIENTS)])
    axes.set_title("What the clinic learns: AES under the office's key")
