"""Makes the mistakes that the tests of known pitfalls are for, one by one, and sees that the test of each notices.

Takes a minute or two, so it is no test. After a change of these tests run `PYTHONPATH=. python
tests/broken_protocols.py`: it ends with 1 if a mistake passed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRANSFERS, GARBLING = "ot/test_pitfalls_of_transfers.py", "garbled/test_pitfalls_of_garbling.py"
CORRELATED, BASE = "protocols/ot/correlated.py", "protocols/ot/base_co15.py"
CONTEXT, CALL = "mpc/context/session.py", "mpc/context/call.py"
PRG, HASH, DEALING = "mpc/prg.py", "mpc/domain_hash.py", "protocols/preprocessing/dealing.py"
PROOFS, CLAIMS = "proofs/test_quicksilver.py", "proofs/test_claims_in_runs.py"
OF_PROOFS = "proofs/test_pitfalls_of_proofs.py"
QUICKSILVER, SENDING = "protocols/proofs/quicksilver_ysww21.py", "protocols/proofs/by_transfers.py"
THREE = "replicated3/test_views_of_operations.py"
READING, SHARES = "protocols/replicated3/reading.py", "protocols/replicated3/share.py"
INPUTS = "protocols/array/circuit_inputs.py"
VALID, NOBODY = "not (valid & ~points.is_neutral()).all()", "False"
OF_CALL = "DomainHash(domain, self.session.agreement.session, self.path, *apart)"
BROADCAST = "np.broadcast_shapes(*(source.shape for source in sources))"


@dataclass(frozen=True)
class Mistake:
    """A change of one file, and the test that must notice it."""

    test: str
    what: str
    file: str
    right: str
    wrong: str


def _mistakes(tests: str, *rows: tuple[str, str, str, str, str]) -> list[Mistake]:
    return [Mistake(f"{tests}::test_{row[0]}", *row[1:]) for row in rows]


MISTAKES = [
    *_mistakes(
        TRANSFERS,
        ("opaque_ot_abort", "a failed check looks like a lost peer", CORRELATED, '"ot-check-failed",', '"peer-lost",'),
        ("panic_instead_of_abort", "nobody is named", CORRELATED, "party=name,", "party=None,"),
        ("selective_abort_attacks_ot", "an end goes on after a failed check", CORRELATED,
         "if end.failed is not None:", "if False:"),
        ("unpropagated_abort", "a failure beside others is forgotten", "mpc/side_by_side.py",
         "if failure is not None:", "if False:"),
        ("missing_subgroup_check", "the neutral element passes", BASE, VALID, "not valid.all()"),
        ("missing_on_curve_check", "points are not checked", BASE, VALID, NOBODY),
        ("unreduced_input", "points are not checked", BASE, VALID, NOBODY),
        ("missing_ssid_in_challenge", "hashes without the session", CONTEXT, OF_CALL,
         "DomainHash(domain, self.path, *apart)"),
        ("missing_ssid_in_challenge", "hashes without the call", CONTEXT, OF_CALL,
         "DomainHash(domain, self.session.agreement.session, *apart)"),
        ("missing_ssid_in_challenge", "hashes without their use", CONTEXT, OF_CALL,
         'DomainHash("", self.session.agreement.session, self.path, *apart)'),
        ("missing_pid_in_challenge", "keys without sender and receiver", BASE,
         '"base ot", sender, receiver, point', '"base ot", point'),
        ("ambiguous_hash_encoding", "strings without their length", PRG,
         '_measured(part.encode("utf-8", "surrogatepass"))', 'part.encode("utf-8", "surrogatepass")'),
        ("ambiguous_hash_encoding", "bytes as strings", PRG, 'b"b" + _measured(part)', 'b"s" + _measured(part)'),
        ("ambiguous_hash_encoding", "arrays without their shape", HASH,
         "tuple(int(side) for side in array.shape), ", ""),
        ("ambiguous_hash_encoding", "arrays without their dtype", HASH, "array.dtype.kind, array.dtype.itemsize, ", ""),
        ("hash_length_extension", "a hash of another kind", HASH, "import shake_256", "import shake_128 as shake_256"),
        ("hash_reuse_without_ds", "two uses of one domain", CORRELATED, 'ctx.hash("ot hash"', 'ctx.hash("base ot"'),
        ("reduced_iteration_count", "bits of the offset that nothing covers", "protocols/ot/folding.py",
         "range(0, LABEL_BITS, k)]", "range(0, LABEL_BITS - k, k)]"),
    ),
    *_mistakes(
        GARBLING,
        ("presignature_reuse", "the same material at every call", DEALING, '"material", path,', '"material", (1,),'),
        ("concurrent_sessions", "the same material at every call", DEALING, '"material", path,', '"material", (1,),'),
        ("missing_ssid_and_pid", "hashes without the session", CONTEXT, OF_CALL,
         "DomainHash(domain, self.path, *apart)"),
        ("low_entropy_randomness", "material of 32 bits", DEALING, "draw(prg, part, kind.ring) if",
         "draw(prg, part, kind.ring) & 0xFFFFFFFF if"),
        ("low_entropy_randomness", "offsets of eight bits", "protocols/garbled/yao.py",
         "offset | ODD", "offset & 255 | ODD"),
        ("late_ssid_mismatch", "messages without a mark of what is computed", CALL,
         "MARKED | mark % MARKS << NAME_BITS | self.label % (1 << NAME_BITS)", "self.stamp"),
        ("wrong_length_sequence", "numbers of any width", "protocols/circuits/arrays.py",
         "if outside.any():", "if False:"),
        ("wrong_length_sequence", "instances that do not go together", INPUTS, BROADCAST,
         "max((source.shape for source in sources), key=len)"),
        ("vacuous_empty_list", "none counts as one", INPUTS, BROADCAST,
         f"{BROADCAST} if all(all(source.shape) for source in sources) else ()"),
    ),
    *_mistakes(
        PROOFS,
        ("the_mask_is_uniform", "sums without their mask", QUICKSILVER, "self.sums[1] ^= choices[:2]", "pass"),
        ("what_is_true_is_proved", "outputs that nobody weighs", QUICKSILVER,
         "linear ^= GF2_128.inner(weights[part.ands :], self._ends(part, outputs))", "pass"),
        ("no_changed_bit_passes", "one weight for all", QUICKSILVER, "return GF2_128.powers(challenge, count + 1)[1:]",
         "return np.repeat(challenge[None], count, axis=0)"),
        ("a_secret_that_instances_share_is_one", "an input of each instance", "protocols/proofs/claim.py",
         "inputs[shared, 0]", "inputs[shared, -1]"),
    ),
    *_mistakes(
        CLAIMS,
        ("who_claims_it_all_the_same_is_never_believed_again", "sums that nobody checks", SENDING,
         "not verifying.holds(sums)", "False"),
        ("who_claims_it_all_the_same_is_never_believed_again", "a prover that may try again",
         "protocols/proofs/standing_ends.py", "self.lost = True", "self.lost = False"),
        ("bits_beyond_the_proof_are_refused", "padding that says anything", SENDING,
         "_check_padding(who, part, message)", "pass"),
    ),
    *_mistakes(
        OF_PROOFS,
        ("commitment_copying", "challenges without the prover", "protocols/proofs/transcript.py",
         'ctx.hash("zero-knowledge proof", prover)', 'ctx.hash("zero-knowledge proof")'),
        ("weak_fiat_shamir_transcript", "a range without its commitments", "protocols/proofs/range_bbbpwm18.py",
         "self.pedersen.h, self.commitments)", "self.pedersen.h)"),
        ("weak_fiat_shamir_transcript", "a circuit without its commitments", "protocols/proofs/circuit_bbbpwm18.py",
         "self.pedersen.h, self.commitments)", "self.pedersen.h)"),
        ("low_entropy_witness", "numbers without blindings", "protocols/proofs/affine_cggmp21.py",
         "blinded: bool = True, source", "blinded: bool = False, source"),
        ("vacuous_empty_list", "no proofs hold", "protocols/proofs/reading.py", "if not read:", "if False:"),
        ("panic_instead_of_abort", "a foreign error", "protocols/proofs/reading.py",
         "raise setting.prover.malformed()", "raise ValueError"),
    ),
    *_mistakes(
        "proofs/test_many_relations.py",
        ("errors_that_cancel_are_noticed", "weights that are all one", "protocols/proofs/many_relations.py",
         "to_ints(random_numbers(one.relation.count, WEIGHT_BITS, os.urandom))", "[1] * one.relation.count"),
    ),
    *_mistakes(
        THREE,
        ("a_party_sees_the_same_whatever_it_does_not_hold", "products under streams of who gets them", SHARES,
         "ctx.pairwise_prg(following(ctx), ZERO)", "ctx.pairwise_prg(preceding(ctx), ZERO)"),
        ("a_party_sees_the_same_whatever_it_does_not_hold", "entries under a pad of who gets them", READING,
         'ctx.pairwise_prg(under, "pad")', 'ctx.pairwise_prg(to, "pad")'),
        ("a_party_sees_the_same_whatever_it_does_not_hold", "a summand that the other one knows how to unmask",
         SHARES, "ctx.pairwise_prg(third, RESHARED)", "ctx.pairwise_prg(other, RESHARED)"),
        ("a_party_sees_the_same_whatever_it_does_not_hold", "an input without a mask", SHARES,
         "second = algebra.sub(algebra.sub(x, known), first)", "second = algebra.sub(x, known)"),
    ),
    *_mistakes(
        "replicated3/test_fresh_shares.py",
        ("no_stream_is_drawn_twice_and_its_holders_draw_as_much_of_it", "streams that do not depend on the call",
         CONTEXT, "return seed.prg(usage, self.path, self._stream((usage, other)))",
         "return seed.prg(usage, self.path[:1], self._stream((usage, other)))"),
        ("a_result_is_shared_anew", "sums of streams that both of two know", SHARES,
         "ctx.pairwise_prg(third, RESHARED)", "ctx.pairwise_prg(other, RESHARED)"),
    ),
    *_mistakes(
        "replicated3/test_shuffle_of_three.py",
        ("given_the_two_orders_that_a_party_knows_the_whole_one_is_uniform", "orders that all three know",
         "protocols/replicated3/shuffle.py", 'ctx.pairwise_prg(second if ctx.me == first else first, "order")',
         'ctx.common_prg("order")'),
    ),
    *_mistakes(
        "proofs/test_proofs_to_everyone.py",
        ("a_prover_who_proves_different_things_is_noticed", "hashes that nobody compares",
         "protocols/proofs/to_everyone.py", "if not differing:", "if True:"),
    ),
]  # fmt: skip


def noticed(folder: Path, mistake: Mistake) -> bool:
    """Whether the test fails on a copy with the mistake."""
    file = folder / mistake.file
    text = file.read_text()
    assert mistake.right in text, f"{mistake.file} has changed: give the mistake its new words"
    file.write_text(text.replace(mistake.right, mistake.wrong))
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=no",
        "-o", f"pythonpath={folder} {folder / 'tests'}", str(folder / "tests" / mistake.test),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    file.write_text(text)
    assert done.returncode in (0, 1), f"the test did not run: {done.stdout[-500:]}{done.stderr[-500:]}"
    return done.returncode == 1


def main() -> int:
    """Prints a row for each mistake."""
    passed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("mpc", "native", "protocols", "tests"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "pyproject.toml", folder)
        for mistake in MISTAKES:
            found = noticed(folder, mistake)
            passed += not found
            test = mistake.test.split("::")[1]
            print(f"| `{test}` | {mistake.what} | {'noticed' if found else 'NOT NOTICED'} |", flush=True)
    return int(passed > 0)


if __name__ == "__main__":
    sys.exit(main())
