"""One base, many exponents: powers from a table, modulo an odd number of many words."""

from __future__ import annotations

import numpy as np

from mpc.algebra.accelerator import accelerator, frozen
from mpc.algebra.bigint import (
    Modulus,
    as_exponents,
    check_exponents,
    from_ints,
    in_lanes,
    workspace,
    wrong_number,
    wrong_width,
)
from mpc.algebra.ring import U64, Words, as_words, contiguous, pointer
from native import lib


class PowersOfBase:
    """One base raised to many exponents: a table of its powers replaces all squarings.

    The table holds g^(d 2^(width i)) for all d below 2^width and each i: 2^width * bits / width numbers. A power takes
    bits / width products, and reads all numbers of a row for each. Base and exponents may be secret.
    Brickell, Gordon, McCurley, Wilson, "Fast exponentiation with precomputation", EUROCRYPT 1992, section 2, with all
    digits in the table. The modulus is public.

    `table`: (rows, limbs, 2^width), as kernels take it.
    """

    __slots__ = ("_corrections", "_form_bits", "bits", "modulus", "table", "width")

    def __init__(self, modulus: Modulus, base: Words, bits: int, *, width: int = 6, montgomery: bool = False) -> None:
        """base: (limbs,); exponents will have `bits` bits, 1 or more; 3 <= width <= 8.

        `montgomery`: the base is a plain number, the powers are given in Montgomery form (mpc.algebra.montgomery_form).
        """
        if bits < 1 or not 3 <= width <= 8:
            raise wrong_number("for bits 1 or more and for the width 3 to 8")
        if as_words(base).shape != (modulus.limbs,):
            raise wrong_width(modulus.limbs, base)
        self.modulus, self.bits, self.width = modulus, bits, width
        rows = -(-bits // width)
        squares = [modulus.reduce(base)]
        while len(squares) < rows * width:
            squares.append(modulus.square(squares[-1]))
        steps = np.stack(squares).reshape(rows, width, modulus.limbs)
        entries = np.broadcast_to(from_ints([1], modulus.limbs), (rows, 1, modulus.limbs))
        for i in range(width):
            entries = np.concatenate([entries, modulus.mul(entries, steps[:, i : i + 1])], axis=1)
        self.table = frozen(entries.transpose(0, 2, 1))
        digits = lib.parley_bignum_digits(modulus.limbs)
        self._form_bits = 52 * digits if montgomery else 0
        factors = [pow(2, each * rows + self._form_bits, modulus.n) for each in (64 * modulus.limbs, 52 * digits)]
        self._corrections = from_ints(factors, modulus.limbs)

    def power(self, exponents: Words) -> Words:
        """base^exponents mod n for secret exponents (..., words) of `bits` bits: (..., limbs)."""
        exponents = as_exponents(exponents)
        check_exponents(exponents, self.bits)
        flat = contiguous(exponents.reshape(-1, exponents.shape[-1]))
        modulus, limbs = self.modulus, self.modulus.limbs
        powers = self._by_device(flat)
        if powers is not None:
            return powers.reshape(*exponents.shape[:-1], limbs)

        def run(out: Words, x: Words, part: slice) -> None:
            lib.parley_bignum_power_of_base(
                pointer(out), pointer(self.table), pointer(self._corrections), self.width, pointer(flat[part]),
                self.bits, pointer(modulus.row), limbs, len(x), pointer(workspace(limbs)),
            )  # fmt: skip

        return in_lanes(run, np.empty((len(flat), limbs), U64)).reshape(*exponents.shape[:-1], limbs)

    def _by_device(self, exponents: Words) -> Words | None:
        """The powers from the device in use; None where there is none, or where it leaves them to the processor."""
        device = accelerator() if len(exponents) else None
        if device is None:
            return None
        modulus = self.modulus.row[: self.modulus.limbs]
        return device.power_of_base(self.table, exponents, modulus, bits=self.bits, shift=self._form_bits)
