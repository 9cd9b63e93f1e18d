"""Many numbers in one ciphertext, side by side: as many additions and products for the price of one.

A plaintext is divided into slots of one width, and holds the sum of v_i 2^(width i). Sums and products by one number
act on all slots at once. A slot has room for its numbers, a sign and guard bits; bounds are tracked for a slot, and
what could run into the next one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import from_ints, to_ints
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.arguments import instance_of
from protocols.homomorphic.axes import axis_of
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.encoding import encode, numbers_of
from protocols.homomorphic.encrypted_array import of_system
from protocols.homomorphic.given_numbers import given_numbers
from protocols.homomorphic.offsets import raised
from protocols.homomorphic.public_factors import Public
from protocols.homomorphic.scale import Scale
from protocols.homomorphic.sealed import Sealed
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.plaintexts import from_messages
from protocols.paillier.slots import SPARE_BITS, bits_at, fields_of, placed

GUARD_BITS = 32
"""Room for sums of 2^32 numbers, or for products by numbers of 32 bits."""

Factor: TypeAlias = "Public | npt.ArrayLike"


@dataclass(frozen=True, slots=True)
class Layout:
    """`slots` slots of `width` bits in each plaintext, for `length` numbers along the last axis."""

    width: int
    slots: int
    length: int

    @property
    def groups(self) -> int:
        """Ciphertexts along the last axis."""
        return -(-self.length // self.slots)

    def checked(self, scale: Scale) -> Scale:
        """The scale of a slot, where it holds that; else LocalError `paillier-overflow`."""
        if scale.bound >= 1 << self.width - 1:
            raise LocalError(
                "paillier-overflow",
                f"a result may take {scale.bound.bit_length()} bits and a sign; the slots have {self.width}",
                "pack with more guard bits (`guard_bits=`), or declare closer bounds",
            )
        return scale


class Packed(Sealed):
    """Encrypted numbers of any shape, several of the last axis in each ciphertext.

    `+`, `-` with others of the same layout and with numbers (`plus` with a bound); `*` by one number, or by numbers
    whose last axis is 1; a matrix `@` these, over the first of their two axes; `sum` along axes but the last. Numbers
    count as secret unless they are `public`, as beside `Ciphertexts`.
    """

    __slots__ = ("ciphertexts", "layout")
    __array_ufunc__ = None

    def __init__(self, ciphertexts: Ciphertexts, layout: Layout) -> None:
        """ciphertexts: of shape (..., layout.groups), whose scale is that of a slot."""
        layout.checked(ciphertexts.scale)
        self.ciphertexts, self.layout = ciphertexts, layout

    @property
    def shape(self) -> tuple[int, ...]:
        return (*self.ciphertexts.shape[:-1], self.layout.length)

    @property
    def scale(self) -> Scale:
        """Of each number."""
        return self.ciphertexts.scale

    def __add__(self, other: Packed | Public | npt.ArrayLike) -> Packed:
        if not isinstance(other, Packed):
            return self.plus(other)
        return Packed(self.ciphertexts + self._joined(other), self.layout)

    __radd__ = __add__

    def __sub__(self, other: Packed | Public | npt.ArrayLike) -> Packed:
        return -(-self + other)

    def __neg__(self) -> Packed:
        return Packed(-self.ciphertexts, self.layout)

    def __rsub__(self, other: Public | npt.ArrayLike) -> Packed:
        return -self + other

    def __mul__(self, other: Factor) -> Packed:
        factor = other if isinstance(other, Public) else given_numbers(other)
        if factor.shape and factor.shape[-1] != 1:
            raise LocalError(
                "wrong-shape",
                "packed numbers of one ciphertext are multiplied by one number",
                "give a number, or numbers whose last axis is 1; or encrypt without packing",
            )
        return Packed(self.ciphertexts * other, self.layout)

    __rmul__ = __mul__

    def __rmatmul__(self, other: Factor) -> Packed:
        if len(self.shape) != 2:
            raise LocalError(
                "wrong-shape",
                f"a matrix multiplies packed numbers of two axes, not of {len(self.shape)}",
                "the last axis lies in one ciphertext: put what is to be added up along the first",
            )
        return Packed(self.ciphertexts.__rmatmul__(other), self.layout)

    def sum(self, axis: int) -> Packed:
        """The sum along an axis that is not the last."""
        place = axis_of(axis, len(self.shape))
        if place == len(self.shape) - 1:
            raise LocalError("wrong-shape", "numbers of one ciphertext cannot be added up", "sum along another axis")
        return Packed(self.ciphertexts.sum(place), self.layout)

    def rerandomised(self) -> Packed:
        """As of `Ciphertexts`."""
        return Packed(self.ciphertexts.rerandomised(), self.layout)

    def plus(self, numbers: Public | npt.ArrayLike, *, bound: float | None = None) -> Packed:
        """With numbers added, whose shape broadcasts to this one.

        Secret ones have a bound, as `encrypt_packed` takes it, and are rounded to the fractional bits of these; beside
        whole numbers those with a fraction are LocalError `wrong-number`. Public ones have no more fractional bits.
        """
        f = self.scale.fractional_bits
        if not f and not isinstance(numbers, Public) and encode(numbers, bound=bound).scale.fractional_bits:
            raise LocalError(
                "wrong-number", "numbers with a fraction are added to whole ones", "encrypt these with fractional bits"
            )
        plain = encode(numbers, fractional_bits=f, bound=bound) if not isinstance(numbers, Public) else numbers.encoded
        plain = plain.broadcast(self.shape).finer(f)
        scale = self.layout.checked(Scale(f, self.scale.bound + plain.scale.bound))
        messages = pack_messages(plain, self.layout, self.ciphertexts.group)
        return Packed(self.ciphertexts.plus_messages(messages, scale), self.layout)

    def _joined(self, other: Packed) -> Ciphertexts:
        """What is to be added to these."""
        if other.layout != self.layout:
            raise LocalError("wrong-shape", "two layouts do not fit", "pack both with the same bound and guard bits")
        return other.ciphertexts

    def __repr__(self) -> str:
        return f"Packed(shape {self.shape}, {self.layout.slots} slots of {self.layout.width} bits)"


def layout_for(scale: Scale, length: int, guard_bits: int, group: Group) -> Layout:
    """The layout of numbers of a scale: slots of their bits, a sign and the guard bits."""
    if type(guard_bits) is not int or not 0 <= guard_bits < group.messages.bits:
        raise LocalError("wrong-number", f"{guard_bits} guard bits cannot be", "name 0 or more, and leave room")
    width = scale.bound.bit_length() + 1 + guard_bits
    slots = (group.messages.bits - SPARE_BITS) // width
    if not slots:
        raise LocalError(
            "paillier-overflow",
            f"a slot of {width} bits is longer than a plaintext",
            "declare a closer bound, or use fewer guard bits",
        )
    return Layout(width, slots, length)


def fitting(layout: Layout | None, group: Group) -> Layout | None:
    """A layout that a peer has told, where plaintexts of the group hold it; else LocalError `paillier-overflow`."""
    if layout is not None and layout.width * layout.slots > group.messages.bits - SPARE_BITS:
        raise LocalError("paillier-overflow", f"plaintexts have no room for {layout.slots} slots", "use fewer")
    return layout


def encrypt_packed(encryption: Encryption, encoded: Encoded, guard_bits: int) -> Packed:
    """Numbers (..., length), packed along the last axis and encrypted."""
    if not encoded.shape:
        raise LocalError("wrong-shape", "a single number is not packed", "give an array, or use `encrypt`")
    layout = layout_for(encoded.scale, encoded.shape[-1], guard_bits, encryption.group)
    words = encryption.encrypt(pack_messages(encoded, layout, encryption.group))
    return Packed(Ciphertexts(encryption, words, encoded.scale, fresh=True), layout)


def pack(ciphertexts: Ciphertexts, *, guard_bits: int = 0) -> Packed:
    """Ciphertexts (..., n) in fewer ones, without decrypting: for replies. Takes a square for each bit of all slots."""
    instance_of(ciphertexts, "ciphertexts", Ciphertexts, "ciphertexts that are not packed")
    if not ciphertexts.shape:
        raise LocalError("wrong-shape", "a single ciphertext is not packed", "give an array of them")
    form, length = ciphertexts.group.form, ciphertexts.shape[-1]
    layout = layout_for(ciphertexts.scale, length, guard_bits, ciphertexts.group)
    room = np.broadcast_to(form.one, (*ciphertexts.shape[:-1], layout.groups * layout.slots, len(form.one))).copy()
    room[..., :length, :] = ciphertexts.words
    slots = room.reshape(*ciphertexts.shape[:-1], layout.groups, layout.slots, len(form.one))
    total = slots[..., -1, :]
    for slot in range(layout.slots - 2, -1, -1):
        total = form.mul(form.power_var(total, 1 << layout.width), slots[..., slot, :])
    return Packed(Ciphertexts(ciphertexts.encryption, total, ciphertexts.scale, fresh=False), layout)


def pack_messages(numbers: Encoded, layout: Layout, group: Group) -> Words:
    """Plaintexts (..., groups, messages.limbs) of numbers (..., length), in constant time.

    Each gets an offset that makes it positive, and all offsets are taken off together.
    """
    front = numbers.shape[:-1]
    fields = raised(numbers, layout.width - 1)
    room = np.zeros((*front, layout.groups * layout.slots, fields.shape[-1]), U64)
    room[..., layout.length :, :] = from_ints([1 << layout.width - 1], fields.shape[-1])
    room[..., : layout.length, :] = fields
    room = room.reshape(*front, layout.groups, layout.slots, fields.shape[-1])
    packed = placed(room, layout.width, group.messages.limbs)
    return group.messages.sub(packed, _offsets(layout, group))


def unpack_messages(messages: Words, scale: Scale, layout: Layout, group: Group) -> npt.NDArray[Any]:
    """The numbers (..., length) that plaintexts (..., groups, limbs) hold, as `from_messages` gives them."""
    fields = raised_fields(messages, layout, group)
    offset = 1 << layout.width - 1
    wholes = [field - offset for field in to_ints(fields)]
    if any(abs(whole) > scale.bound for whole in wholes):
        raise _beyond_bound()
    return numbers_of(wholes, fields.shape[:-1], scale)


def ciphertexts_of(array: Ciphertexts | Packed) -> Ciphertexts:
    """The ciphertexts of an array, packed or not. LocalError `no-ciphertexts` for anything else."""
    return of_system(array.ciphertexts if isinstance(array, Packed) else array, Ciphertexts, "Paillier's")


def numbers_in(array: Ciphertexts | Packed, messages: Words, scale: Scale) -> npt.NDArray[Any]:
    """The numbers of an array whose ciphertexts hold these messages, taken to be of a scale."""
    if isinstance(array, Packed):
        return unpack_messages(messages, scale, array.layout, array.ciphertexts.group)
    return from_messages(messages, scale, array.group)


def raised_fields(messages: Words, layout: Layout, group: Group) -> Words:
    """What stands in the slots of plaintexts (..., groups, limbs), raised by 2^(width - 1), so that none is negative.

    (..., length, words) of `width` bits, in constant time. LocalError `paillier-beyond-bound` where something stands
    above the slots.
    """
    lifted = group.messages.add(messages, _offsets(layout, group))
    used = layout.slots * layout.width
    if bits_at(lifted, used, group.messages.bits - used).any():
        raise _beyond_bound()
    fields = fields_of(lifted, layout.width, layout.slots)
    flat = (*messages.shape[:-2], layout.groups * layout.slots, fields.shape[-1])
    return fields.reshape(flat)[..., : layout.length, :]


def _beyond_bound() -> LocalError:
    return LocalError(
        "paillier-beyond-bound",
        "a packed number is larger than its declared bound, or ran into its neighbour",
        "declare a bound that holds; if a party declared it, do not trust what it sends",
    )


def _offsets(layout: Layout, group: Group) -> Words:
    """The sum of all slots' offsets."""
    total = sum(1 << slot * layout.width + layout.width - 1 for slot in range(layout.slots))
    offsets: Words = from_ints([total], group.messages.limbs)[0]
    return offsets
