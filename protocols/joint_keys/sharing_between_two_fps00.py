"""A key of two parties, either of whom may deviate, from the making of its modulus to their shares; both decrypt.

Fouque, Poupard, Stern, "Sharing decryption in the context of voting or lotteries", Financial Cryptography 2000, section
4: the exponent is d = beta phi(N) / 4 for a beta that nobody knows. The paper's parties follow the protocol. Here each
proves all it tells (protocols/joint_keys/addends_fps00.py) of what was certified with N, by the proofs of Canetti,
Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060. theta is what both V_i together show of d.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, limbs_for, to_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import Abort
from protocols.assurances import EITHER, KEYS, assure
from protocols.joint_keys.addend_lengths_fps00 import AddendLengths
from protocols.joint_keys.addend_proofs_fps00 import (
    Addend,
    Shared,
    Sharing,
    addend_bytes,
    answer_bytes,
    answer_message,
    answered,
    factors_bytes,
    message_words,
    prove_addend,
    prove_factors,
    verify_addend,
    verify_answer,
    verify_factors,
)
from protocols.joint_keys.addends_fps00 import PARTIES, Answered, Factors, FactorSecrets, draw_factors
from protocols.joint_keys.between_two_flop18 import begin, find
from protocols.joint_keys.boneh_franklin_bf97 import Progress
from protocols.joint_keys.certifying_flop18 import Certified
from protocols.joint_keys.decryption_dj01 import combined
from protocols.joint_keys.draws_flop18 import deviates
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.key import HELD_BY_BASE, JointKey, KeyShare
from protocols.joint_keys.products_flop18 import as_ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PublicKey, check_wanted
from protocols.paillier.randomisers import Exponent
from protocols.proofs.transcript import Setting
from protocols.proofs.whole_numbers import length_fits, random_numbers, resized


async def generate_key_between_two(
    ctx: Context,
    *,
    bits: int = 2048,
    s: int = 1,
    exponent: Exponent = "textbook",
    on_progress: Progress | None = None,
) -> KeyShare:
    """This party's share of a new key of 2048, 3072 or 4096 bits that nobody else has any part in: both decrypt.

    Secure against one of the two parties, malicious, with abort: whatever it does, the other one ends with an error
    that names it, or with a share of a good key. The malicious party learns what it may of the modulus
    (`generate_between_two`, whose rounds, bytes and `on_progress` these are), its own share, theta, and nothing of the
    other share. It may end the run, even when it has its own. `reveal` takes `assuming="low order"`, as the primes are
    hardly ever safe. Three more rounds, as `share_certified` declares.

    LocalError as `generate_between_two`, and, before anything is sent, `wrong-number` for another s than N^(s+1) has
    room for, `wrong-choice` for another exponent; PeerError and Abort as both.
    """
    check_wanted(bits, s, exponent)
    ends = await begin(ctx, bits)
    assure(ctx, KEYS, EITHER)
    found = await find(ctx, ends, on_progress)
    return await share_certified(ctx, ends, found, s=s, exponent=exponent)


@cost(rounds=3, to_one=lambda ends, found, *, s=1, exponent="textbook": message_words(_sharing(ends, found, s)))
async def share_certified(
    ctx: Context, ends: Ends, found: Certified, *, s: int = 1, exponent: Exponent = "textbook"
) -> KeyShare:
    """This party's share of the key of a modulus that was certified in this run, whose `ends` serve once more.

    Secure as `generate_key_between_two`. PeerError `malformed-proof`, `proof-of-another-statement`,
    `proof-of-another-session`, Abort `proof-refused`, `joint-key-inconsistent`; all name the peer. A modulus with which
    one of these ended is not to be shared again.
    """
    sharing = await ctx.in_thread(_sharing, ends, found, s)
    settings = Setting.of(ctx, ctx.me), Setting.of(ctx, 1 - ctx.me)
    source = ctx.prg("beta and its blindings").bytes
    call = _Call(ends, sharing, settings, *await ctx.in_thread(_drawn, sharing, found, source))
    own, theirs = await (_ask if ctx.me == 0 else _answer)(ctx, call)
    public, lengths = PublicKey(Encryption(sharing.key, exponent)), sharing.lengths
    v = np.concatenate([theirs, own.v] if ctx.me else [own.v, theirs])
    joint = JointKey(public, PARTIES, PARTIES - 1, 1, lengths.share_bits, v, safe=False)
    joint = replace(joint, theta=await ctx.in_thread(_theta, ctx, joint))
    return KeyShare(joint, ctx.me, own.share)


@dataclass(frozen=True, slots=True)
class _Call:
    """What a party proves by: settings of its own proofs and of the peer's, its `own` factors, and what they hold."""

    ends: Ends
    sharing: Sharing
    settings: tuple[Setting, Setting]
    own: Factors
    secrets: FactorSecrets = field(repr=False)

    def shared(self, product: Answered, addend: Addend, source: RandomBytes) -> Shared:
        """This party's share, with its proof."""
        return prove_addend(self.settings[0], self.sharing, product, self.own, self.secrets, addend, source)


def _sharing(ends: Ends, found: Certified, s: int) -> Sharing:
    of_0, of_1 = sorted((found.own, found.theirs), key=lambda by: by.prover)
    asker = (ends.theirs if found.own.prover else ends.own.public).group
    lengths = AddendLengths(ends.lengths, s, asker.n.bit_length())
    return Sharing(lengths, Group(found.n, s), asker, (of_0, of_1))


def _drawn(sharing: Sharing, found: Certified, source: RandomBytes) -> tuple[Factors, FactorSecrets]:
    own = found.own
    return draw_factors(sharing.lengths, own.prover, own.to, own.to_sum, found.sums, source)


async def _ask(ctx: Context, call: _Call) -> tuple[Shared, Words]:
    """Party 0's part: its share, and V of the peer's."""
    (setting, peers), sharing, source = call.settings, call.sharing, ctx.prg("nonces of a shared key").bytes
    asked, message = await ctx.in_thread(prove_factors, setting, sharing, call.own, call.secrets, source)
    ctx.send(1, message)
    answer = await ctx.receive(1, Spec((answer_bytes(sharing),), np.uint8))
    product, theirs = await ctx.in_thread(verify_answer, peers, sharing, asked, answer)
    addend = await ctx.in_thread(_decrypted, ctx, call, product)
    own = await ctx.in_thread(call.shared, product, addend, source)
    ctx.send(1, own.message)
    return own, theirs


async def _answer(ctx: Context, call: _Call) -> tuple[Shared, Words]:
    """Party 1's part."""
    (_, peers), sharing, source = call.settings, call.sharing, ctx.prg("nonces of a shared key").bytes
    sent = await ctx.receive(0, Spec((factors_bytes(sharing),), np.uint8))
    asked, by = await ctx.in_thread(verify_factors, peers, sharing, sent)
    addend = Addend(
        random_numbers(sharing.lengths.parts, sharing.lengths.mask_bits, source),
        sharing.asker.messages.random_units(sharing.lengths.parts, source),
    )
    product = await ctx.in_thread(answered, sharing, asked, call.secrets, addend)
    own = await ctx.in_thread(call.shared, product, addend, source)
    ctx.send(0, answer_message(product, call.own, own))
    told = await ctx.receive(0, Spec((addend_bytes(sharing, 0),), np.uint8))
    return own, await ctx.in_thread(verify_addend, peers, sharing, product, by, told)


def _decrypted(ctx: Context, call: _Call, product: Answered) -> Addend:
    """Party 0's z, of an answer whose proof holds."""
    key, bits = call.ends.own, call.sharing.lengths.answer_bits
    ciphertexts = as_ciphertexts(key.public, product.group.form.into(product.answers))
    z = key.decrypt_words(ciphertexts)
    if not length_fits(z, bits):
        raise deviates(ctx, "joint-key-inconsistent", "answered by numbers that are longer than was proved")
    return Addend(resized(z, limbs_for(bits)), key.randomisers_of(ciphertexts))


def _theta(ctx: Context, joint: JointKey) -> int:
    """f(0) mod N^s of a key whose V are told: V_i^2 are partial decryptions of v, which show what v holds, times theta.

    Abort `joint-key-inconsistent` where they show nothing, or a theta that has no inverse.
    """
    form, messages = joint.group.form, joint.group.messages
    parts = list(form.square(form.into(joint.verification)))
    try:
        held = to_ints(combined(joint, range(PARTIES), parts)[None])[0]
    except Abort:
        held = 0
    theta = held * pow(HELD_BY_BASE, -1, messages.n) % messages.n
    if gcd(theta, joint.group.n) != 1:
        raise deviates(ctx, "joint-key-inconsistent", "told something else of its share than would decrypt")
    return theta
