"""Key pairs: how they are made, what of a received one is refused, how they are sent and kept."""

import copy
import math
import os
import pickle
from pathlib import Path

import pytest
from paillier.paillier_keys import key, tiny_key

from mpc.algebra.bigint import from_ints, to_ints
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.wire import pack, unpack
from protocols.homomorphic import key_files
from protocols.homomorphic.key_files import new_key_file
from protocols.paillier.key_checks import check_modulus, has_close_factors, is_power
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.prime_search import random_prime
from protocols.paillier.randomisers import base_of

P1024 = key()._factors[0]


def test_a_key_of_its_own_passes_what_is_checked_of_others() -> None:
    public = PublicKey.from_bytes(key().public.to_bytes(), "bank")
    assert public == key().public
    assert public.bits == 2048
    assert (public.exponent, public.exponent_bits) == ("half", 1024)
    assert public.drawing("short").exponent_bits == 448
    assert public.drawing("textbook").exponent_bits == 2048
    assert public.drawing("short") == public
    assert len({public, key().public}) == 1
    assert public != tiny_key().public


def test_the_primes_of_a_key() -> None:
    p, q = key()._factors
    assert p.bit_length() == q.bit_length() == 1024
    assert p % 4 == q % 4 == 3
    assert math.gcd(p - 1, q - 1) == 2
    assert abs(p - q).bit_length() > 924


@pytest.mark.slow
def test_a_key_of_safe_primes() -> None:
    safe = PrivateKey.generate(2048, safe=True)
    assert all(pow(7, p // 2 - 1, p // 2) == 1 for p in safe._factors)
    check_modulus(safe.public.group.n)


WRONG = {
    "paillier-key-size": 2**2046 + 1,
    "paillier-key-even": 2**2047 + 2,
    "paillier-key-factor": 2**2048 - 2**2048 % (65537 * 2) - 65537,
    "paillier-key-power": P1024**2,
    "paillier-key-prime": 2**2048 - 1942289,
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_no_modulus_of_a_key(code: str) -> None:
    n = WRONG[code]
    message = pack({"format": "parley paillier public key", "version": 1, "n": n.to_bytes(256, "little"), "s": 1})
    with pytest.raises(PeerError, match=code) as caught:
        PublicKey.from_bytes(message, "bank")
    assert caught.value.party == "bank"
    with pytest.raises(LocalError, match=code):
        check_modulus(n)


def test_sixteen_factors_of_sixteen_bits() -> None:
    """BitForge, CVE-2023-33241: such a modulus gives away what is encrypted under another."""
    small = math.prod(p for p in range(65000, 65536) if all(p % d for d in range(2, 256)))
    n = small * ((2**2048 - 1) // small | 1)
    with pytest.raises(LocalError, match="paillier-key-factor"):
        check_modulus(n)


def test_neighbours_are_found_by_fermat() -> None:
    """CVE-2022-26320: printers whose two primes were close. A modulus of such, and primes that differ in low bits."""
    x = 3 << 1022
    for apart in (2, 2**100, 2**512):
        n = (x + 1) * (x + 1 + apart)
        assert has_close_factors(n)
        with pytest.raises(LocalError, match="paillier-key-factor"):
            check_modulus(n)
    assert not has_close_factors(key().public.group.n)
    start = os.urandom(128)
    close = [random_prime(1024, source=lambda size: start if size == 128 else os.urandom(size)) for _ in range(2)]
    with pytest.raises(LocalError, match="paillier-key-factors"):
        PrivateKey(*close)


@pytest.mark.parametrize("k", [2, 3, 5, 97])
def test_powers_are_seen(k: int) -> None:
    assert is_power((2**31 - 1) ** k)
    assert not is_power((2**31 - 1) ** k * (2**61 - 1) + 2)


@pytest.mark.parametrize(
    "changed",
    [{"version": 2}, {"format": "other"}, {"n": 5}, {"s": "1"}, {"s": 0}, {"s": 4}, {"s": 10**9}, {"more": 1}],
    ids=str,
)
def test_messages_that_are_no_key(changed: dict[str, object]) -> None:
    fields = unpack(key().public.to_bytes()) | changed
    with pytest.raises(PeerError, match="paillier-malformed") as caught:
        PublicKey.from_bytes(pack(fields), "bank")
    assert caught.value.party == "bank"


@pytest.mark.parametrize("data", [b"", b"\xc1", pack(7), pack({}), bytes(2000), key().public.to_bytes()[:-1]])
def test_bytes_that_are_no_key(data: bytes) -> None:
    with pytest.raises(PeerError, match="paillier-malformed"):
        PublicKey.from_bytes(data, "bank")


def test_factors_that_make_no_key() -> None:
    p, q = key()._factors
    for factors in ((p, p), (p, q + 3 - q % 3), (p, 2**1023 + 1), (p, random_prime(1536))):
        with pytest.raises(LocalError, match="paillier-key-factors"):
            PrivateKey(*factors)
    with pytest.raises(LocalError, match="paillier-key-size"):
        PrivateKey(random_prime(512), random_prime(512))
    with pytest.raises(LocalError, match="paillier-key-size"):
        PrivateKey.generate(1024)
    assert PrivateKey(p, q).public == key().public


def test_primes_that_the_half_exponent_is_not_for(tmp_path: Path) -> None:
    """1 mod 4, or p - 1 and q - 1 with a common factor: h is no generator, so that only `textbook` is drawn."""
    p, q = (next(p for p in iter(lambda: random_prime(1024), 0) if p % 3 == 1) for _ in range(2))
    with pytest.raises(LocalError, match="paillier-key-factors"):
        PrivateKey(p, q, exponent="short")
    assert PrivateKey(p, q, exponent="textbook").public.exponent == "textbook"
    new_key_file(tmp_path / "lock")
    PrivateKey.insecure_of(1000033, 999983, exponent="textbook").save(tmp_path / "key", key_file=tmp_path / "lock")
    refused(tmp_path / "key", "paillier-key-factors", key_file=tmp_path / "lock")
    loaded = PrivateKey.load(tmp_path / "key", key_file=tmp_path / "lock", exponent="textbook")
    assert loaded.decrypt(loaded.public.encrypt([7], bound=7)).tolist() == [7]


def test_secret_halves_are_not_shown(tmp_path: Path) -> None:
    p, q = key()._factors
    shown = [repr(key()), repr(key()._decryption), repr(key().public), str(key())]
    for text in shown:
        assert not any(str(secret) in text or f"{secret:x}" in text for secret in (p, q))
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(LocalError, match="secret-key"):
            attempt(key())
    new_key_file(tmp_path / "lock")
    key().save(tmp_path / "file", key_file=tmp_path / "lock")
    written = (tmp_path / "file").read_bytes()
    assert all(secret.to_bytes(128, order) not in written for secret in (p, q) for order in ("little", "big"))


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_files, "SCRYPT_COST", 1 << 4)


@pytest.mark.usefixtures("cheap")
def test_kept_under_a_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "bank.paillier"
    tiny_key(2).save(path, passphrase="correct horse")
    loaded = PrivateKey.load(path, passphrase="correct horse", exponent="short")
    assert loaded._factors == tiny_key(2)._factors
    assert loaded.public == tiny_key(2).public
    assert loaded.public.exponent == "short"
    assert path.stat().st_mode & 0o777 == 0o600
    refused(path, "wrong-passphrase", passphrase="correct")
    refused(path, "wrong-passphrase", key_file=path)
    refused(path, "no-passphrase")
    refused(path, "no-passphrase", passphrase=12345)
    refused(path, "no-passphrase", passphrase="correct horse", key_file=path)
    refused(tmp_path / "none", "no-key", passphrase="x")
    with pytest.raises(LocalError, match="key-exists"):
        tiny_key().save(path, passphrase="x")
    with pytest.raises(LocalError, match="no-passphrase"):
        tiny_key().save(tmp_path / "other", passphrase="")
    path.chmod(0o640)
    refused(path, "key-exposed", passphrase="correct horse")
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    refused(table, "bad-key", passphrase="correct horse")  # whoever may read it: it is no key


@pytest.mark.usefixtures("cheap")
def test_one_passphrase_in_two_keyboards_forms(tmp_path: Path) -> None:
    path = tmp_path / "bank.paillier"
    tiny_key().save(path, passphrase="h\u00fctte \udc80")
    assert PrivateKey.load(path, passphrase="hu\u0308tte \udc80").public == tiny_key().public


def test_the_default_cost_takes_128_mebibytes() -> None:
    assert key_files.SCRYPT_COST * key_files._BLOCK * 128 == 1 << 27


def refused(path: Path, code: str, **with_what: object) -> None:
    with pytest.raises(LocalError, match=code):
        PrivateKey.load(path, **with_what)  # type: ignore[arg-type]


def test_kept_under_a_key_file(tmp_path: Path) -> None:
    lock, path = tmp_path / "lock", tmp_path / "key"
    new_key_file(lock)
    tiny_key().save(path, key_file=lock)
    assert PrivateKey.load(path, key_file=lock).public == tiny_key().public
    refused(path, "wrong-passphrase", passphrase="x")
    (tmp_path / "short").write_bytes(b"abc")
    (tmp_path / "short").chmod(0o600)
    refused(path, "bad-key", key_file=tmp_path / "short")
    new_key_file(tmp_path / "another")
    refused(path, "wrong-passphrase", key_file=tmp_path / "another")


def test_a_key_file_that_is_no_file(tmp_path: Path) -> None:
    """A pipe that nobody writes to is not waited for, and what is no name ends in the same error."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", Path("/dev/null"), tmp_path, Path("a\0b")):
        refused(path, "no-key", passphrase="x")
        with pytest.raises(LocalError, match="no-key"):
            tiny_key().save(tmp_path / "new", key_file=path)
    with pytest.raises(LocalError, match="unwritable"):
        new_key_file("a\0b")


def test_a_file_that_was_changed_anywhere(tmp_path: Path) -> None:
    lock, path = tmp_path / "lock", tmp_path / "key"
    new_key_file(lock)
    tiny_key().save(path, key_file=lock)
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(ParleyError, match=r"bad-key|wrong-passphrase"):
            PrivateKey.load(path, key_file=lock)
    path.write_bytes(data[:-1])
    refused(path, "bad-key", key_file=lock)
    path.write_bytes(bytes(1 << 17))
    refused(path, "bad-key", key_file=lock)


def test_costs_of_a_file_are_bounded(tmp_path: Path) -> None:
    """A file could ask for terabytes of memory before its tag is checked."""
    path = tmp_path / "key"
    for cost in (1 << 30, 3, -2, 1.5, 1):
        head = {"format": "parley paillier private key", "version": 1, "salt": bytes(16), "cost": cost}
        path.write_bytes(pack({**head, "nonce": bytes(12), "content": b""}))
        path.chmod(0o600)
        refused(path, "bad-key", passphrase="x")


def test_the_base_comes_from_the_modulus_alone() -> None:
    n = key().public.group.n
    assert base_of(n) == base_of(n)
    assert base_of(15) != base_of(21)
    p, q = key()._factors
    assert (pow(base_of(n), p // 2, p), pow(base_of(n), q // 2, q)) == (p - 1, q - 1)


@pytest.mark.parametrize("exponent", ["half", "short", "textbook"])
@pytest.mark.parametrize("s", [1, 2, 3])
def test_every_exponent_decrypts(s: int, exponent: str) -> None:
    private = tiny_key(s)
    group, encryption = private.public.group, private.public.drawing(exponent).encryption
    messages = [0, 1, group.n - 1, group.messages.n - 1, group.messages.n // 2, 12345]
    words = from_ints(messages, group.messages.limbs)
    first, second = encryption.encrypt(words), encryption.encrypt(words)
    assert to_ints(private._decryption.decrypt(first)) == messages
    assert not any((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("s", [1, 2])
def test_ciphertexts_are_those_of_the_definition(s: int) -> None:
    """(1 + N)^m r^(N^s): Python's integers say the same of the form's numbers."""
    group = tiny_key(s).public.group
    n, modulus = group.n, group.ciphertexts.n
    messages = [0, 1, 5, n, group.messages.n - 1]
    powers = group.form.out_of(group.powers_of_g(from_ints(messages, group.messages.limbs)))
    assert to_ints(powers) == [pow(1 + n, m, modulus) for m in messages]
    p, q = tiny_key(s)._factors
    order = (p - 1) * (q - 1)
    for draw in (
        *(tiny_key(s).public.drawing(e).encryption.randomisers.draw for e in ("half", "short", "textbook")),
        tiny_key(s)._decryption.randomisers,
    ):
        assert all(pow(r, order, modulus) == 1 for r in to_ints(group.form.out_of(draw(9))))


def test_the_owner_draws_from_all_residues() -> None:
    """With primes 7 and 11 there are 60: all come up, each about as often, but for a chance below 10^-17."""
    private = PrivateKey.insecure_of(7, 11)
    group = private.public.group
    drawn = to_ints(group.form.out_of(private._decryption.randomisers(18_000)))
    counts = {r: drawn.count(r) for r in {pow(x, 77, 77**2) for x in range(77) if math.gcd(x, 77) == 1}}
    assert sum(counts.values()) == 18_000
    assert all(150 < count < 480 for count in counts.values())


def test_a_fault_is_seen_before_anything_is_given_out() -> None:
    private = tiny_key()
    group = private.public.group
    no_ciphertext = group.in_form([private._factors[0] * 5])
    with pytest.raises(LocalError, match="computation-fault"):
        private._decryption.decrypt(no_ciphertext)


@pytest.mark.parametrize("exponent", ["quarter", ""])
def test_exponents_that_there_are_not(exponent: str) -> None:
    with pytest.raises(LocalError, match="wrong-choice"):
        key().public.drawing(exponent)  # type: ignore[arg-type]
