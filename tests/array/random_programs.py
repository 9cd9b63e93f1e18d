"""Random programs on secrets, and what exact arithmetic makes of them: numpy in extended precision, given which way the
run decided where values are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import erf
from typing import Any

import numpy as np

import mpc
from mpc.errors import LocalError
from protocols.runs.simulating import simulate

REFUSALS = {"range-exceeded", "range-too-wide", "loses-too-much", "domain", "too-many-fractional-bits"}
SHAPE = (3,)
WIDE_OF = 8
EPSILON = float(np.finfo(np.longdouble).eps)
Numbers = Any


def logistic(x: Numbers) -> Numbers:
    return mpc.sigmoid(x) if isinstance(x, mpc.SecretArray) else 1 / (1 + np.exp(-np.clip(x, -500, 500)))


def softmax(x: Numbers) -> Numbers:
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def lines(x: Numbers, places: list[float], values: list[float]) -> Numbers:
    """np.interp, which takes no extended precision."""
    if isinstance(x, mpc.SecretArray):
        return np.interp(x, places, values)
    x = np.clip(x, places[0], places[-1])
    at = np.clip(np.searchsorted(places, x, side="right") - 1, 0, len(places) - 2)
    ends = np.array(places, np.longdouble), np.array(values, np.longdouble)
    slopes = np.diff(ends[1]) / np.diff(ends[0])
    return ends[1][at] + slopes[at] * (x - ends[0][at])


def inverse_sqrt(x: Numbers) -> Numbers:
    return mpc.inverse_sqrt(x) if isinstance(x, mpc.SecretArray) else 1 / np.sqrt(x)


def error_function(x: Numbers) -> Numbers:
    return mpc.erf(x) if isinstance(x, mpc.SecretArray) else np.vectorize(erf, otypes=[np.float64])(x)


def away(function: Callable[[Numbers], Numbers]) -> Callable[[Numbers, Numbers, float], Numbers]:
    """A function of what is kept away from zero."""
    return lambda x, y, c: function(np.maximum(x, abs(c)))


OPERATIONS: dict[str, Callable[[Numbers, Numbers, float], Numbers]] = {
    "x + y": lambda x, y, c: x + y,
    "x - y": lambda x, y, c: x - y,
    "x * y": lambda x, y, c: x * y,
    "x * x": lambda x, y, c: np.square(x),
    "x ** 3": lambda x, y, c: x**3,
    "-x": lambda x, y, c: -x,
    "|x|": lambda x, y, c: np.abs(x),
    "max(x, y)": lambda x, y, c: np.maximum(x, y),
    "min(x, c)": lambda x, y, c: np.minimum(x, c),
    "clip x": lambda x, y, c: np.clip(x, -abs(c), abs(c)),
    "x + c": lambda x, y, c: x + c,
    "c - x": lambda x, y, c: c - x,
    "x * c": lambda x, y, c: x * c,
    "x * several": lambda x, y, c: x * np.array([c, 1e-3, 700.0]),
    "x * 7": lambda x, y, c: x * 7,
    "x / c": lambda x, y, c: x / c,
    "x / several": lambda x, y, c: x / np.array([c, 3e-3, 2e4]),
    "sum": lambda x, y, c: np.sum(x) + y,
    "mean": lambda x, y, c: np.mean(x) + 0 * y,
    "x - mean": lambda x, y, c: x - np.mean(x),
    "var": lambda x, y, c: np.var(x) + 0 * y,
    "largest": lambda x, y, c: np.max(x) - y,
    "smallest": lambda x, y, c: np.min(x) - y,
    "x @ matrix": lambda x, y, c: x @ (np.arange(9).reshape(3, 3) * c / 7),
    "outer @ y": lambda x, y, c: (x.reshape(3, 1) * 0.5) @ y.reshape(1, 3) @ np.ones(3),
    "turned": lambda x, y, c: np.concatenate([x[1:], y[:1]])[::-1],
    "sorted": lambda x, y, c: np.sort(np.concatenate([x, y]))[1:4],
    "median": lambda x, y, c: np.median(x) + 0 * y,
    "cumsum": lambda x, y, c: np.cumsum(x),
    "prod": lambda x, y, c: np.prod(np.clip(x, -3, 3)) + 0 * y,
    "ptp": lambda x, y, c: np.ptp(x) + y,
    "std": lambda x, y, c: np.std(x) + 0 * y,
    "softmax": lambda x, y, c: softmax(np.clip(x, -30, 30)),
    "einsum": lambda x, y, c: np.einsum("i,j->j", x, y),
    "interp": lambda x, y, c: lines(x, [-3, 0, 1.5], [0.3, c, -c]),
    "log2": away(np.log2),
    "exp2": lambda x, y, c: np.exp2(np.clip(x, -9, 5)),
    "logaddexp": lambda x, y, c: np.logaddexp(np.clip(x, -20, 20), 0.25 * np.clip(y, -20, 20)),
    "1 / x": away(lambda x: 1 / x),
    "c / x": lambda x, y, c: c / np.maximum(x, abs(c)),
    "y / x": lambda x, y, c: y / np.maximum(x, abs(c)),
    "sqrt": away(np.sqrt),
    "log": away(np.log),
    "1 / sqrt": away(inverse_sqrt),
    "exp": lambda x, y, c: np.exp(np.minimum(x, 5)),
    "tanh": lambda x, y, c: np.tanh(x),
    "sigmoid": lambda x, y, c: logistic(x),
    "var of what hardly varies": lambda x, y, c: np.var(0.3 * c + np.clip(x, -1e-3, 1e-3)) + 0 * y,
    "std of what hardly varies": lambda x, y, c: np.std((7 + np.clip(x, -1e-3, 1e-3)) * 0.3) + 0 * y,
    "average": lambda x, y, c: np.average(x, weights=[2**62, 2**62 - 7, 3]) + 0 * y,
    "a product of 2^53 + 1": lambda x, y, c: (np.clip(x, 0, 1) * 0) * (2**53 + 1) + y,
    "sin": lambda x, y, c: np.sin(x),
    "cos": lambda x, y, c: np.cos(x),
    "tan": lambda x, y, c: np.tan(np.clip(x, -1.3, 1.4)),
    "erf": lambda x, y, c: error_function(x),
}
COMPARISONS: dict[str, Callable[[Numbers, Numbers, float], Numbers]] = {
    "x < y": lambda x, y, c: x < y,
    "x <= c": lambda x, y, c: x <= c,
    "x == y": lambda x, y, c: x == y,
    "x < own": lambda x, y, c: x < c,
    "x == own": lambda x, y, c: x == c,
    "x < y of publics": lambda x, y, c: x < y,
}
"""What chooses between x and y, or between two publics; `own` is a number that stands in x, which is an input."""

STEPPING: dict[str, Callable[[Numbers, Numbers, float], Numbers]] = {
    "floor": lambda x, y, c: np.floor(x),
    "rint": lambda x, y, c: np.rint(x),
    "x // c": lambda x, y, c: x // c,
    "x // 0.1": lambda x, y, c: x // 0.1,
    "x % c": lambda x, y, c: x % c,
}
"""What is cut into steps: exact numbers very near to a step may be taken for what is on its other side."""

DECIDING = (*COMPARISONS, *STEPPING)


@dataclass
class Step:
    """One line of a program: what it computes, of which earlier values, with which public number."""

    name: str
    x: int
    y: int
    c: float


@dataclass
class Program:
    """Inputs with their ranges, and steps. Values are numbered: inputs first, then what steps give. One in eight has a
    ring of 128 bits, and larger values with more fractional bits."""

    seed: int
    steps: int = 6
    inputs: list[Any] = field(default_factory=list)
    ranges: list[tuple[float, float]] = field(default_factory=list)
    lines: list[Step] = field(default_factory=list)
    fractional_bits: int = 16
    ring: int = 64

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.fractional_bits = int(rng.choice([8, 12, 16, 16, 16, 20, 24]))
        for _ in range(3):
            size = 10.0 ** rng.uniform(-2, 4)
            whole = rng.random() < 0.3
            value = rng.uniform(-size, size, SHAPE)
            size = np.ceil(size)
            decimal = np.round(value, 1) if rng.random() < 0.3 else value
            if rng.random() < 0.1:  # truth values, counted as they come in
                self.inputs.append(value > 0)
                self.ranges.append((0, 1))
                continue
            self.inputs.append(np.rint(value).astype(np.int64) if whole else decimal)
            self.ranges.append((-size, size) if rng.random() < 0.7 else (-size, 4 * size))
        names = [*OPERATIONS, *DECIDING]
        for known in range(3, 3 + self.steps):
            x, y = (int(i) for i in rng.integers(max(known - 5, 0), known, 2))
            name, c = str(rng.choice(names)), float(10.0 ** rng.uniform(-2, 2) * rng.choice([-1, 1]))
            if name.endswith("own"):
                x, c = x % 3, float(self.inputs[x % 3][0])
            self.lines.append(Step(name, x, y, c))
        if self.seed % WIDE_OF == 1:
            self._widened(rng)

    def _widened(self, rng: np.random.Generator) -> None:
        self.ring = 128
        self.fractional_bits = int(rng.choice([16, 24, 32, 40]))
        for i, value in enumerate(self.inputs):
            if value.dtype.kind == "b":
                continue
            longer = 10 ** int(rng.integers(0, 13 if value.dtype.kind == "i" else 9))
            self.inputs[i] = value * longer
            self.ranges[i] = (self.ranges[i][0] * longer, self.ranges[i][1] * longer)

    def __str__(self) -> str:
        lines = [f"v{i + 3} = {s.name}  of v{s.x}, v{s.y}, c = {s.c!r}" for i, s in enumerate(self.lines)]
        inputs = [f"v{i} = {v!r} in {r}" for i, (v, r) in enumerate(zip(self.inputs, self.ranges, strict=True))]
        of = f"seed {self.seed}, {self.fractional_bits} fractional bits, a ring of {self.ring}"
        return "\n".join([of, *inputs, *lines])


@dataclass
class Found:
    """What a run revealed of each step: its value, the bound of its error, and the bit where it decided. None where it
    was refused."""

    value: Any
    error: float
    bit: Any = None
    margin: float = 0.0


def run(
    program: Program, n: int = 2, suite: str = "beaver", preprocessing: str = "dealer", way: str = "auto"
) -> list[Found | None]:
    """What the program's steps come to, as far as they are not refused."""
    margins: dict[int, float] = {}

    async def main(ctx: Any, mine: Any) -> Any:
        values: list[Any] = []
        for i, (given, range_) in enumerate(zip(program.inputs, program.ranges, strict=True)):
            secret = await mpc.secret(ctx, i % n, given if ctx.me == i % n else None, range=range_)
            values.append(secret.astype(int) if secret.kind == "bit" else secret)
        bits: dict[int, Any] = {}
        for line in program.lines:
            bit, value = _written(line, values, margins, len(values))
            if bit is not None:
                bits[len(values)] = bit
            values.append(value)
        kept = [i for i, value in enumerate(values) if value is not None]
        results = await mpc.reveal(ctx, *(values[i] for i in kept), *bits.values())
        return dict(zip(kept, results, strict=False)), dict(zip(bits, results[len(kept) :], strict=True))

    done = simulate(
        main, [None] * n, fractional_bits=program.fractional_bits, ring=program.ring, suite=suite,
        preprocessing=preprocessing, numeric=way, compare=way,
    )  # fmt: skip
    found, bits = done.result
    errors = dict(zip(found, (reveal.error for reveal in done.report.reveals), strict=False))
    return [
        Found(found[i], errors[i], bits.get(i), margins.get(i, 0.0)) if i in found else None
        for i in range(len(program.lines) + 3)
    ]


def _written(line: Step, values: list[Any], margins: dict[int, float], place: int) -> tuple[Any, Any]:
    """The bit that a step decides by, if it does, and its value; None where it is refused."""
    x, y = values[line.x], values[line.y]
    if x is None or y is None:
        return None, None
    try:
        if line.name in OPERATIONS:
            return None, _fitting(OPERATIONS[line.name](x, y, line.c))
        margins[place] = x.error + (y.error if "y" in line.name else 0) + 2.0 ** (2 - x.context.fractional_bits)
        if line.name in STEPPING:
            return None, _fitting(STEPPING[line.name](x, y, line.c))
        bit = COMPARISONS[line.name](x, y, line.c)
        value = _fitting(np.where(bit, *_choices(line, x, y)))
        return (None, None) if value is None else (bit, value)
    except LocalError as error:
        if error.code not in REFUSALS:
            raise
        return None, None


def _choices(line: Step, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    return (1e5 * line.c, 2**33 + 1) if line.name.endswith("publics") else (x, y)


def _fitting(value: mpc.SecretArray) -> mpc.SecretArray | None:
    """A value that the ring holds with all that it stands on; its check is that of a reveal."""
    stack, seen = [value.node], set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.kind != "bit" and not node.range.fits(node.value.home.ring.bits):
            return None
        stack += node.operands
    final = (
        value.range.shift_left(max(value.context.fractional_bits - value.scale, 0)) if value.kind == "fixed" else None
    )
    return value if final is None or final.fits(value.context.ring.bits) else None


def complaints(program: Program, found: list[Found | None]) -> list[str]:
    """Where a run's numbers are further from the exact ones than it says."""
    exact: list[Any] = [np.asarray(v, np.longdouble) for v in program.inputs]
    largest = 1.0
    wrong = []
    for i, result in enumerate(found):
        if i >= len(program.inputs):
            line = program.lines[i - len(program.inputs)]
            exact.append(None if result is None else _exact(line, exact, result, wrong, i))
        if result is None or exact[i] is None:
            continue
        largest = max(largest, float(np.abs(exact[i]).max(initial=0)))
        off = np.abs(np.asarray(result.value, np.longdouble) - exact[i]).max(initial=0)
        if not off <= result.error + 1e3 * EPSILON * largest:
            wrong.append(f"v{i} is {result.value}, exactly {exact[i]}: off by {off}, said {result.error}")
    return wrong


def _exact(line: Step, exact: list[Any], result: Found, wrong: list[str], i: int) -> Any:
    x, y = exact[line.x], exact[line.y]
    if line.name in OPERATIONS:
        return np.asarray(OPERATIONS[line.name](x, y, line.c), np.longdouble)
    if line.name in STEPPING:
        return _stepped(line, x, result)
    other = y if "y" in line.name else np.longdouble(line.c)
    right = COMPARISONS[line.name](x, y, line.c)
    ties = (x == other) if line.name.endswith("own") else np.False_
    if ((right != result.bit) & ((np.abs(x - other) > result.margin) | ties)).any():
        wrong.append(f"v{i} decided {result.bit} where {right} is right")
    return np.where(result.bit, *(np.asarray(v, np.longdouble) for v in _choices(line, x, y)))


def _stepped(line: Step, x: Any, result: Found) -> Any:
    """The exact number of steps, or what is left, of an exact number as near to x as the run may have taken it for;
    where the run says that its error spans steps, of x itself."""
    step = np.longdouble({"floor": 1.0, "rint": 1.0, "x // 0.1": 0.1}.get(line.name, line.c))
    rest, cut = line.name == "x % c", np.rint if line.name == "rint" else np.floor
    margin = result.margin if result.error < (abs(step) if rest else 1) else 0
    ends = cut((x - margin) / step), cut((x + margin) / step)
    found = (x - result.value) / step if rest else result.value
    steps = np.clip(np.rint(found), np.minimum(*ends), np.maximum(*ends))
    return x - steps * step if rest else steps
