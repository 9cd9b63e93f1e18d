"""A part of a model's weights by name: adapters of large models, as LoRA's, of which alone anything travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy.typing as npt

from mpc.prg import Prg
from protocols.federated.layout import Weights, no_such_weights
from protocols.federated.models import Data, Evaluated, Fitted, GradientModel, Local, Model, ShiftedModel


@dataclass(slots=True)
class AdapterModel:
    """`whole`, of which only the weights that `patterns` name are known to training (Hu et al., ICLR 2022).

    The rest is not read, not sent, not kept by this: it should be frozen in `whole`, and the same at all parties, who
    see to that themselves.
    """

    whole: Model
    patterns: tuple[str, ...]

    @property
    def statistics(self) -> Sequence[str]:
        """Those of the part."""
        return [name for name in self.whole.statistics if self._named(name)]

    @property
    def takes_shift(self) -> bool:
        """As of the whole."""
        return isinstance(self.whole, ShiftedModel) and self.whole.takes_shift

    def weights(self) -> Weights:
        """Those of the part."""
        return {name: array for name, array in self.whole.weights().items() if self._named(name)}

    def load(self, weights: Weights) -> None:
        """As of `Model`."""
        self.whole.load(weights)

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """As of `Model`: of the whole."""
        return self.whole.fit(data, local, stream)

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`: of the whole."""
        return self.whole.evaluate(data)

    def _named(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


class _WithGradients(AdapterModel):
    __slots__ = ()

    def gradients(self, data: Data) -> dict[str, npt.NDArray[Any]]:
        """As of `GradientModel`: of the part."""
        assert isinstance(self.whole, GradientModel)
        return {name: array for name, array in self.whole.gradients(data).items() if self._named(name)}


def adapters_of(model: Model, *patterns: str) -> AdapterModel:
    """The part of a model whose weights the patterns name: `adapters_of(model, "*lora_A*", "*lora_B*")`.

    LocalError `no-such-weights` for a pattern that names none.
    """
    known = model.weights()
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise no_such_weights(pattern, known)
    kind = _WithGradients if isinstance(model, GradientModel) else AdapterModel
    return kind(model, patterns)
