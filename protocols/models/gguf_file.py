"""Files of the format GGUF: their fields, and tensors one at a time, dequantised by the format's own library."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from protocols.models.configs import Config
from protocols.models.gguf_header import require_sound_header
from protocols.models.refusals import Unsupported, library, named, unreadable
from protocols.models.tensors import FloatArray

TYPES = ("F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K")
"""What weights may be stored as; the library has code for each."""


@dataclass(frozen=True, slots=True, eq=False)
class GgufFile:
    """A file whose header was read: fields by name, tensors by name. Weights are read when they are asked for."""

    name: str
    fields: Config = field(repr=False)
    tensors: dict[str, Any] = field(repr=False)
    module: Any = field(repr=False)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Of all tensors, as numpy says them: a matrix is (outputs, inputs)."""
        return {name: tuple(int(s) for s in reversed(t.shape)) for name, t in self.tensors.items()}

    def read(self, name: str) -> FloatArray:
        """One tensor in float32. LocalError `unreadable-model`."""
        tensor = self.tensors[name]
        try:
            return np.asarray(self.module.dequantize(tensor.data, tensor.tensor_type), np.float32)
        except (ValueError, IndexError, NotImplementedError) as error:
            raise unreadable(self.name, f"{name}, {tensor.tensor_type.name}: {error}") from None

    def require_known_types(self) -> None:
        """LocalError `unsupported-model` naming all tensors of types that are not among TYPES."""
        problems = Unsupported(self.name)
        wrong = [f"{n} ({t.tensor_type.name})" for n, t in self.tensors.items() if t.tensor_type.name not in TYPES]
        if wrong:
            problems.add(f"weights of other types: {named(wrong)}", f"a file of {', '.join(TYPES)}")
        problems.refuse()


def gguf_file(path: Path) -> GgufFile:
    """The header of a file. LocalError `models-not-installed`, `unreadable-model`."""
    module = library("gguf")
    require_sound_header(path)
    try:
        reader = module.GGUFReader(path)
        fields = {name: _as_stated(field.contents()) for name, field in reader.fields.items()}
    except (OSError, ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise unreadable(path.name, f"as GGUF: {type(error).__name__}, {error}") from None
    return GgufFile(path.name, Config(fields, path.name), {t.name: t for t in reader.tensors}, module)


def _as_stated(value: Any) -> Any:
    """A number of 32 bits as whoever wrote it stated it: 1e-5, not what is nearest to it in 32 bits."""
    return float(str(np.float32(value))) if isinstance(value, float) else value
