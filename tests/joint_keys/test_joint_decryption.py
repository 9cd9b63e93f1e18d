"""Any threshold + 1 parties decrypt, and `threshold` of them could have made up what they see."""

from __future__ import annotations

from itertools import combinations
from math import prod

import numpy as np
import pytest
from joint_keys.shared_keys import TINY, full_key, full_shares, tiny_shares

from mpc.algebra.bigint import from_ints, to_ints
from mpc.errors import Abort
from protocols.joint_keys.decryption_dj01 import combined, partial, require_consistent
from protocols.joint_keys.key import JointKey, KeyShare, verification_of
from protocols.joint_keys.polynomials_shoup00 import delta, weights
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey
from protocols.paillier.packing import ciphertexts_of, numbers_in

THRESHOLDS = [(n, t) for n in range(2, 6) for t in range(1, n)]


def decrypted(shares: list[KeyShare], places: tuple[int, ...], array):
    parts = [partial(shares[place], ciphertexts_of(array).words) for place in places]
    return numbers_in(array, combined(shares[0].joint, places, parts), array.scale)


@pytest.mark.parametrize(("n", "t"), THRESHOLDS)
@pytest.mark.parametrize("s", [1, 2, 3])
def test_every_choice_of_parties_decrypts(n: int, t: int, s: int) -> None:
    shares = tiny_shares(n, t, s=s, primes=TINY if s == 2 else (1048343, 1048127))
    array = shares[0].public.encrypt([[5, -7, 99], [0, 1, -100]], bound=100)
    for places in combinations(range(n), t + 1):
        np.testing.assert_array_equal(decrypted(shares, places, array), [[5, -7, 99], [0, 1, -100]])


def test_in_another_order_of_parties() -> None:
    shares = tiny_shares(4, 2)
    assert decrypted(shares, (3, 0, 2), shares[0].public.encrypt(-12, bound=20)) == -12


def test_as_the_owner_of_a_key_decrypts() -> None:
    """A key of full size: numbers with a fraction, packed ones, sums and products."""
    key = full_key()
    shares = full_shares(3, 1)
    x = key.public.encrypt([1.5, -2.25, 1e6])
    packed = key.public.encrypt_packed([[3, -4, 5]], bound=100) * np.int8(3)
    assert shares[0].joint.safe
    for array in (x * 3 - x, x.sum(), packed):
        np.testing.assert_array_equal(decrypted(shares, (0, 2), array), key.decrypt(array))


def test_a_known_answer() -> None:
    """By hand: N = 7 * 11, m = 3 * 5, d = 540 is 0 mod 15 and 1 mod 77, f(x) = 540 + 7 x, Delta = 2, and c holds 5."""
    group = Group(77)
    shares = from_ints([547, 554], 1)
    told = verification_of(group, 2, shares, 11)
    joint = JointKey(PublicKey(Encryption(group, "textbook")), 2, 1, 1, 11, told, safe=True)
    c = pow(78, 5, 5929) * pow(2, 77, 5929) % 5929
    parts = [partial(KeyShare(joint, place, share), group.in_form([c])) for place, share in enumerate((547, 554))]
    assert [to_ints(group.form.out_of(part)) for part in parts] == [[pow(c, 4 * 547, 5929)], [pow(c, 4 * 554, 5929)]]
    assert weights([0, 1], 2) == [4, -2]
    assert pow(c, 4 * 547 * 8 - 4 * 554 * 4, 5929) == pow(78, 16 * 5, 5929)
    assert to_ints(combined(joint, [0, 1], parts)) == [5]
    require_consistent(joint)


@pytest.mark.parametrize(("n", "t"), THRESHOLDS)
def test_the_parts_of_others_follow_from_the_message(n: int, t: int) -> None:
    """Damgård and Jurik's simulator: c_j = c^(2 Delta s_j) of whoever is not among `threshold` parties is computed from
    their shares, the message, theta and c alone, so that they learn nothing by it."""
    shares = tiny_shares(n, t)
    joint = shares[0].joint
    modulus, message = joint.group.ciphertexts.n, 1234
    array = shares[0].public.encrypt(message, bound=10**6)
    c = array.integers()[0]
    for known in combinations(range(n), t):
        points = [0, *(place + 1 for place in known)]
        told = [pow(1 + joint.group.n, message * joint.theta, modulus)]
        told += [pow(c, to_ints(shares[place].secret_words[None])[0], modulus) for place in known]
        for other in set(range(n)) - set(known):
            factors = whole_lagrange(points, other + 1, n)
            made = prod(pow(x, 2 * factor, modulus) for x, factor in zip(told, factors, strict=True)) % modulus
            real = joint.group.form.out_of(partial(shares[other], array.words)[None])
            assert made == to_ints(real)[0]


def whole_lagrange(points: list[int], at: int, n: int) -> list[int]:
    """Delta times Lagrange's coefficients at `at`."""
    found = []
    for point in points:
        others = [p for p in points if p != point]
        numerator, denominator = prod(at - p for p in others), prod(point - p for p in others)
        assert delta(n) * numerator % denominator == 0
        found.append(delta(n) * numerator // denominator)
    return found


def test_a_wrong_part_that_is_no_power_of_1_plus_n_is_noticed() -> None:
    shares = tiny_shares(3, 1)
    array = shares[0].public.encrypt(7, bound=10)
    parts = [partial(share, array.words) for share in shares]
    parts[1] = shares[0].joint.group.form.square(parts[1])
    with pytest.raises(Abort, match="partial-decryptions-differ"):
        combined(shares[0].joint, [0, 1], parts[:2])


@pytest.mark.parametrize(("n", "t"), THRESHOLDS)
def test_what_is_told_of_shares_fits_together_or_is_refused(n: int, t: int) -> None:
    joint = tiny_shares(n, t)[0].joint
    require_consistent(joint)
    for place in range(n):
        bent = joint.verification.copy()
        bent[place] = joint.group.ciphertexts.mul(bent[place], joint.base)
        other = JointKey(joint.public, n, t, joint.theta, joint.share_bits, bent, joint.safe)
        with pytest.raises(Abort, match="joint-key-inconsistent"):
            require_consistent(other)
    for theta in (2, 0, joint.group.n):
        other = JointKey(joint.public, n, t, theta, joint.share_bits, joint.verification, joint.safe)
        with pytest.raises(Abort, match="joint-key-inconsistent"):
            require_consistent(other)
