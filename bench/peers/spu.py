"""SPU (SecretFlow): its runtime with a brpc link over loopback, one process a party; the ring of 64 bits.

The variant is the protocol: SEMI2K, ABY3 or CHEETAH. Programs are compiled before the clock starts.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import spu
from spu import libspu
from spu.utils import frontend

from bench.peers import functions, numbers
from bench.peers.order import Order, answer

jax.config.update("jax_enable_x64", True)
LARGEST_MESSAGE = 1 << 30
SMALLEST = -(1 << 40)
"""Where a largest element begins: `jax.numpy.max` takes -2^63, whose differences from others leave the ring. So does
`argmax`, unless the numbers are of 32 bits."""


class Party:
    """One party of a program on shared inputs x, and y if there are two."""

    version = spu.__version__

    def __init__(self, order: Order) -> None:
        self.order = order
        self.link = _link(order)
        config = libspu.RuntimeConfig(
            protocol=spu.parse_protocol_kind(order.variant), field=libspu.FieldType.FM64, fxp_fraction_bits=18
        )
        config.experimental_enable_colocated_optimization = False
        self.io = spu.Io(len(order.ports), config)
        self.runtime = spu.Runtime(self.link, config)
        self.real = order.workload in functions.FUNCTIONS
        values = functions.inputs(order) if self.real else numbers.inputs(order)
        names = ["x", "y"][: len(values)]
        for name, value in zip(names, values, strict=True):
            self.runtime.set_var(name, self._share(value))
        self.program, _ = frontend.compile(
            frontend.Kind.JAX, _program(order), values, {}, names, [libspu.Visibility.VIS_SECRET] * len(names),
            lambda outputs: ["out"],
        )  # fmt: skip

    def barrier(self) -> None:
        """The link's own."""
        self.link.barrier()

    def run(self) -> Any:
        """Runs the compiled program; the result stays shared."""
        self.runtime.run(self.program)
        return self.runtime.get_var("out")

    def check(self, result: Any) -> float | None:
        """Party 0 collects the shares of the result."""
        if self.order.party:
            self._send(0, result)
            return None
        others = [self._receive(party) for party in range(1, len(self.order.ports))]
        opened = self.io.reconstruct([result, *others])
        if self.real:
            return functions.distance(opened, self.order.workload, self.order.size)
        numbers.same(opened, self.order)
        return None

    def _share(self, value: Any) -> Any:
        """Party 0 makes the shares and hands them out."""
        if self.order.party:
            return self._receive(0)
        mine, *others = self.io.make_shares(np.asarray(value), libspu.Visibility.VIS_SECRET)
        for party, share in enumerate(others, 1):
            self._send(party, share)
        return mine

    def _send(self, party: int, share: Any) -> None:
        chunks = share.share_chunks
        self.link.send(party, share.meta)
        self.link.send(party, str(len(chunks)))
        for chunk in chunks:
            self.link.send(party, chunk)

    def _receive(self, party: int) -> Any:
        share = libspu.Share()
        share.meta = self.link.recv(party)
        share.share_chunks = [self.link.recv(party) for _ in range(int(self.link.recv(party)))]
        return share


def _link(order: Order) -> Any:
    description = libspu.link.Desc()
    description.recv_timeout_ms = 300_000
    description.http_max_payload_size = LARGEST_MESSAGE
    for party, port in enumerate(order.ports):
        description.add_party(f"party{party}", f"127.0.0.1:{port}")
    return libspu.link.create_brpc(description, order.party)


def _program(order: Order) -> Any:
    def chain(x: Any, y: Any) -> Any:
        for _ in range(order.size):
            x = x * y
        return x

    return {
        "mul_1m": lambda x, y: x * y,
        "cmp_100k": lambda x, y: x < y,
        "matmul_1000": lambda x, y: x @ y,
        "max_1000": lambda x, y: jax.lax.reduce(x, np.int64(SMALLEST), jax.lax.max, (0,)),
        **dict.fromkeys(numbers.CHAINS, chain),
        **dict.fromkeys(("sort_1k", "sort_10k"), jnp.sort),
        "argmax_1000": lambda x: jnp.argmax(x.astype(np.int32)),
        "softmax_128": lambda x: jax.nn.softmax(x, -1),
        "solve_32": lambda x, y: jax.scipy.linalg.solve(x, y, assume_a="pos"),
        "sigmoid_10k": jax.nn.sigmoid,
        "exp_10k": jnp.exp,
        "reciprocal_10k": jnp.reciprocal,
        "log_10k": jnp.log,
        "sqrt_10k": jnp.sqrt,
        "var_100k": jnp.var,
    }[order.workload]


if __name__ == "__main__":
    answer(Party)
