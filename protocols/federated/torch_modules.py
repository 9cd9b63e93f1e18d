"""Modules of PyTorch: their `state_dict` by name, trained by an optimiser of torch. Torch itself is not imported here
before a model is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.federated.layout import Weights
from protocols.federated.models import Data, Evaluated, Fitted, Local, batches, pair_of

_AT_ONCE = 4096
"""Rows that are evaluated at a time."""


@dataclass(slots=True)
class TorchModel:
    """A module and its loss. Made by `torch_model`."""

    module: Any
    loss: Callable[[Any, Any], Any]
    optimiser: Callable[[Any, float], Any]
    torch: Any

    @property
    def statistics(self) -> Sequence[str]:
        """Buffers: running means and variances of batch normalisation, and counters, which are integers and stay."""
        return [name for name, _ in self.module.named_buffers()]

    @property
    def takes_shift(self) -> bool:
        """As of `ShiftedModel`; meant for plain descent, the optimiser if none is given."""
        return True

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the state; numbers of 16 bits that numpy has not are told in 32."""
        return {name: self._numpy(tensor) for name, tensor in self.module.state_dict().items()}

    def load(self, weights: Weights) -> None:
        """As of `Model`. Variances that noise or rounding made negative become 0."""
        state = self.module.state_dict()
        with self.torch.no_grad():
            for name, array in weights.items():
                taken = np.maximum(array, 0) if name.endswith("running_var") else array
                state[name].copy_(self.torch.as_tensor(np.array(taken)))

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """As of `Model`: a new optimiser each round, so that nothing of it goes from round to round."""
        torch = self.torch
        x, y = map(torch.as_tensor, pair_of(data))
        rows = len(x)
        trained = [parameter for parameter in self.module.parameters() if parameter.requires_grad]
        start = [parameter.detach().clone() for parameter in trained]
        torch.manual_seed(int(stream.words(1)[0] >> np.uint64(1)))
        optimiser, total = self.optimiser(trained, local.rate), 0.0
        self.module.train()
        taken = batches(rows, local, stream)
        for batch in map(torch.as_tensor, taken):
            optimiser.zero_grad()
            loss = self.loss(self.module(x[batch]), y[batch])
            total += float(loss.detach()) * len(batch)
            if local.proximal:
                far = sum(((now - old) ** 2).sum() for now, old in zip(trained, start, strict=True))
                loss = loss + local.proximal / 2 * far
            loss.backward()
            optimiser.step()
            self._shift(local.shift or {})
        return Fitted(rows, total / max(rows * local.epochs, 1), len(taken))

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`; hits where outputs are a row of scores for each, and labels are integers."""
        torch = self.torch
        x, y = map(torch.as_tensor, pair_of(data))
        rows = len(x)
        self.module.eval()
        total, correct, counts = 0.0, 0, not y.is_floating_point()
        with torch.no_grad():
            for start in range(0, rows, _AT_ONCE):
                out, wanted = self.module(x[start : start + _AT_ONCE]), y[start : start + _AT_ONCE]
                total += float(self.loss(out, wanted)) * len(wanted)
                correct += int((out.argmax(dim=-1) == wanted).sum()) if counts else 0
        return Evaluated(rows, total / max(rows, 1), correct if counts else None)

    def gradients(self, data: Data) -> dict[str, npt.NDArray[Any]]:
        """As of `GradientModel`, by `torch.func`. Batch normalisation runs on its statistics as they are, so that no
        row moves another's gradient."""
        func = import_module("torch.func")
        parameters = {n: p.detach() for n, p in self.module.named_parameters() if p.requires_grad}
        rest = {n: t for n, t in self.module.state_dict().items() if n not in parameters}

        def loss_of(trained: Any, x: Any, y: Any) -> Any:
            out = func.functional_call(self.module, {**trained, **rest}, (x.unsqueeze(0),))
            return self.loss(out, y.unsqueeze(0))

        self.module.eval()
        x, y = map(self.torch.as_tensor, pair_of(data))
        found = func.vmap(func.grad(loss_of), in_dims=(None, 0, 0))(parameters, x, y)
        return {name: self._numpy(tensor) for name, tensor in found.items()}

    def _shift(self, shift: Weights) -> None:
        named = dict(self.module.named_parameters())
        with self.torch.no_grad():
            for name, by in shift.items():
                if name in named and named[name].requires_grad:
                    named[name].add_(self.torch.as_tensor(by))

    def _numpy(self, tensor: Any) -> npt.NDArray[Any]:
        plain = tensor.detach().cpu()
        if plain.is_floating_point() and plain.dtype == self.torch.bfloat16:
            plain = plain.float()
        return np.array(plain.numpy())


def torch_model(
    module: Any, loss: Callable[[Any, Any], Any] | None = None, optimiser: Callable[[Any, float], Any] | None = None
) -> TorchModel:
    """A module as a model, with the mean loss of a batch, cross entropy if not given.

    `optimiser(parameters, rate)`: plain gradient descent if not given. What `requires_grad` is off for is not trained,
    but travels unless `adapters_of` or `personal` leaves it out. Dropout draws from torch's generator, whose seed comes
    of the site's stream. LocalError `torch-not-installed`.
    """
    try:
        torch = import_module("torch")
    except ImportError:
        raise LocalError(
            "torch-not-installed", "PyTorch is not installed", "pip install torch, or an ArrayModel of numpy"
        ) from None
    descent = optimiser or (lambda parameters, rate: torch.optim.SGD(parameters, lr=rate))
    return TorchModel(module, loss or torch.nn.functional.cross_entropy, descent, torch)
