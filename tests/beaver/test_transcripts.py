"""What suites send under fixed seeds is what they have always sent."""

import json

import pytest
from transcripts import COMMITTED, SCRIPTS, digest, digests

from protocols.beaver import BeaverSuite
from protocols.replicated3 import Replicated3Suite

EXPECTED = json.loads(COMMITTED.read_text())
LOCAL = {
    "constant",
    "constant_bits",
    "compared_at_once",
    "input",
    "input_bits",
    "not_",
    "xor_public",
    "random_bits",
    "settle",
    "garblers_bits",
}


def test_no_message_has_changed():
    found = digests()
    changed = [name for name in found if found[name] != EXPECTED.get(name)]
    assert not changed, (
        "these calls send other messages than before; if that is meant, run `python tests/beaver/transcripts.py` "
        "and say so in CHANGELOG under Wire"
    )
    assert found.keys() == EXPECTED.keys()


@pytest.mark.parametrize("suite", [BeaverSuite, Replicated3Suite])
def test_every_function_that_talks_has_a_transcript(suite):
    functions = {name for name in dir(suite) if not name.startswith("_") and callable(getattr(suite, name))}
    assert functions - LOCAL <= SCRIPTS.keys()


@pytest.mark.parametrize("name", ["mul", "msb", "open_to"])
def test_a_digest_depends_on_nothing_but_the_seeds(name):
    assert digest(SCRIPTS[name], 3) == digest(SCRIPTS[name], 3)


def test_digests_of_different_calls_differ():
    assert len(set(EXPECTED.values())) == len(EXPECTED)
