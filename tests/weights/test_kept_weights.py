"""Weights that are kept: masked once, mapped from then on, never another matrix under their mask, whatever happens."""

import os
import signal
from unittest import mock

import numpy as np
import pytest
import trio
from forks import forked

from mpc.algebra.ring import Z64, Ring
from mpc.context import Spec
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.handshake import Agreement
from mpc.prg import Seed
from mpc.simulation import Setting, run_in_memory
from mpc.testing import recording_network
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate
from protocols.weights.files import KeptMask, digest_of, keep, mask_file, masked_file, recall, written
from protocols.weights.product import product
from protocols.weights.standing import stand

W = np.array([[3, -4, 9], [5, 32767, 0], [-32768, 1, 1], [0, 0, 7]])
X = np.array([[1, 2, 3, 4], [2**64 - 7, 2**63, 0, 11]], np.uint64)


def session(folders, w=W, ring=Z64, during=None, name="layer"):
    """A session in which w stands, kept in each party's folder; x w at both, F at the user, F's words sent."""

    async def main(ctx, mine):
        held = await stand(ctx, name, 0, w if ctx.me == 0 else None, w.shape, folder=folders[ctx.me])
        if during:
            during(ctx)
        x = await ctx.suite.input(ctx, 1, ring.reduce(X) if ctx.me == 1 else None, X.shape)
        (opened,) = await ctx.suite.open(ctx, await product(ctx, x, held))
        return opened, held.masked

    async def run():
        transports, record = recording_network(2)
        both = {"transports": transports, "agreements": Agreement.simulate(2)}
        runs = await run_in_memory(main, [None] * 2, local_supplies(2), Setting(SUITE, ring=ring, audit=True), **both)
        sent = sum(s.message.array.size for s in record if s.message.array.shape == w.shape)
        return runs[0].result[0], runs[1].result[1], sent

    opened, masked, sent = trio.run(run)
    np.testing.assert_array_equal(opened, ring.reduce(X @ w.astype(np.uint64)))
    return np.array(masked), sent


@pytest.fixture
def folders(tmp_path):
    return [tmp_path / "owner", tmp_path / "user"]


def test_what_was_kept_is_not_sent_again_and_is_mapped(folders):
    first, sent = session(folders)
    second, again = session(folders)
    assert (sent, again) == (W.size, 0)
    np.testing.assert_array_equal(first, second)
    assert sorted(file.suffix for folder in folders for file in folder.iterdir()) == [".mask", ".masked"]
    assert [oct(file.stat().st_mode & 0o777) for file in folders[0].iterdir()] == ["0o600"]


def test_other_weights_and_other_rings_have_other_masks(folders):
    """F of changed weights less F is not their difference: nothing at all of it is what the difference of W is."""
    first, _ = session(folders)
    changed = W.copy()
    changed[0, 0] += 1
    second, sent = session(folders, changed)
    assert sent == W.size
    assert not (second - first == changed.astype(np.uint64) - W.astype(np.uint64)).any()
    other, sent = session(folders, ring=Ring(63))
    assert sent == W.size
    assert not (Ring(63).reduce(first) == other).any()
    assert session(folders)[1] == session(folders, changed)[1] == 0


def test_equal_weights_of_two_names_have_two_masks(folders):
    """What the user sees of them has nothing in common: 12 words of 64 bits are alike with probability below 2^-60."""
    first, _ = session(folders)
    second, sent = session(folders, name="next layer")
    assert sent == W.size
    assert not (first == second).any()
    assert session(folders, name="next layer")[1] == 0


@pytest.mark.parametrize("lost", ["gone", "short", "changed", "a folder"])
def test_what_the_user_has_lost_is_sent_again_under_the_same_mask(folders, lost):
    first, _ = session(folders)
    (file,) = folders[1].iterdir()
    if lost == "gone":
        file.unlink()
    elif lost == "short":
        file.write_bytes(file.read_bytes()[:-8])
    elif lost == "changed":
        content = bytearray(file.read_bytes())
        content[5] ^= 1
        file.write_bytes(content)
    else:
        file.unlink()
        file.symlink_to(folders[0])
    second, sent = session(folders)
    np.testing.assert_array_equal(first, second)
    assert sent == W.size
    assert session(folders)[1] == 0


def test_what_the_owner_has_lost_is_masked_anew(folders):
    first, _ = session(folders)
    (file,) = folders[0].iterdir()
    file.unlink()
    second, sent = session(folders)
    assert sent == W.size
    assert not (first == second).any()  # 12 words of 64 bits are drawn again: 2^-60
    assert len(list(folders[1].iterdir())) == 2


def test_a_session_that_breaks_off_leaves_nothing_half_done(folders):
    """Where the user ends before it has F, or the owner before it has kept the mask: the next session begins anew."""

    def broken(ctx):
        raise RuntimeError("the process ends")

    with pytest.raises(RuntimeError):
        session(folders, during=broken)
    first, again = session(folders)
    assert again == 0
    for folder in folders:
        for file in folder.iterdir():
            file.unlink()

    async def main(ctx, mine):
        if ctx.me == 1:
            raise RuntimeError("the process ends")
        await stand(ctx, "layer", 0, W, W.shape, folder=folders[0])

    with pytest.raises((RuntimeError, ParleyError)):
        simulate(main, [None, None])
    assert not any(list(folder.iterdir()) for folder in folders if folder.exists())
    second, sent = session(folders)
    assert sent == W.size
    assert not (first == second).any()


def killed_at(point, folders):
    """A session that the system kills at one of the points where files come about."""
    name = f"protocols.weights.{point}"
    with mock.patch(name, side_effect=lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
        session(folders)


@pytest.mark.parametrize("point", ["sending.keep", "files.os.replace", "files.os.fsync", "files._read_only"])
def test_a_session_that_is_killed_leaves_what_the_next_one_can_use(folders, point):
    process = forked(killed_at, point, folders)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    masks = [recall(file) for file in folders[0].glob("*.mask")]
    kept = len(masks) == len(list(folders[1].glob("*.masked"))) == 1
    first, sent = session(folders)
    assert sent == (0 if kept else W.size)
    again, sent = session(folders)
    assert sent == 0
    np.testing.assert_array_equal(first, again)
    changed, _ = session(folders, W // 2)
    assert not (changed - first == (W // 2 - W).astype(np.uint64)).any()
    assert not list(folders[1].glob("*.part"))


def test_what_another_process_is_writing_is_left_alone(tmp_path):
    with written(tmp_path, (2, 3)) as (_, _finish):
        with written(tmp_path, (2, 3)) as (room, other):
            room[...] = 7
            digest = digest_of(room)
            assert len(list(tmp_path.glob("*.part"))) == 2
            np.testing.assert_array_equal(other(digest), np.full((2, 3), 7))
        assert len(list(tmp_path.glob("*.part"))) == 1
    assert [file.name for file in tmp_path.iterdir()] == [masked_file(tmp_path, digest).name]


def test_a_part_that_gets_its_name_meanwhile_is_no_error(tmp_path):
    """Of another session: it was listed, and is gone before it is opened."""
    gone = tmp_path / "another.part"
    listed = mock.patch("protocols.weights.files.Path.glob", return_value=[gone])
    with listed, written(tmp_path, (2, 3)) as (room, finish):
        room[...] = 7
        finish(digest_of(room))
    assert [file.suffix for file in tmp_path.iterdir()] == [".masked"]


def test_one_folder_for_both_parties_is_refused(tmp_path):
    """The two halves never stay there together; nor do they where one of them was there before."""
    for _ in range(2):
        with pytest.raises(LocalError, match="wrong-argument"):
            session([tmp_path, tmp_path])
        masks = [recall(file) for file in tmp_path.glob("*.mask")]
        assert not any(masked_file(tmp_path, mask.digest).exists() for mask in masks)


def test_the_owners_file_is_checked(folders):
    session(folders)
    (file,) = folders[0].iterdir()
    content = file.read_bytes()
    for damaged in (content[:-1], content + b"0", bytes(len(content)), bytes([content[0] ^ 1]) + content[1:]):
        file.write_bytes(damaged)
        with pytest.raises(LocalError, match="weights-damaged"):
            session(folders)
    file.write_bytes(content)
    file.chmod(0o644)
    with pytest.raises(LocalError, match="key-exposed"):
        session(folders)
    file.unlink()
    file.symlink_to("elsewhere")
    with pytest.raises(LocalError, match="weights-damaged"):
        session(folders)


def test_a_mask_is_kept_once(tmp_path):
    """Of two sessions at a time the first one's mask stays: both have sent F under a mask of its own."""
    file = mask_file(tmp_path, Z64, "layer", W.astype(np.int16))
    first, second = (KeptMask(Seed.fresh(), bytes(32)) for _ in range(2))
    keep(file, first)
    keep(file, second)
    assert recall(file).seed == first.seed
    assert str(first.seed.secret) not in repr(first)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="unwritable"):
        session([tmp_path / "owner", tmp_path / "file"])


def test_a_user_that_claims_what_there_is_none_of_is_named(folders):
    async def main(ctx, mine):
        if ctx.me == 0:
            await stand(ctx, "layer", 0, W, W.shape, folder=folders[0])
            return
        call = ctx.child("offer")
        await call.receive(0, Spec((4,)))
        call.send(0, np.ones(1, np.uint64))

    with pytest.raises(PeerError, match="malformed-message"):
        simulate(main, [None, None])


def test_plans_take_it_that_nothing_is_kept(folders):
    async def main(ctx, mine):
        await stand(ctx, "layer", 0, W if ctx.me == 0 else None, W.shape, folder=folders[ctx.me])

    planned = plan(main, [None, None])
    assert planned.report.rounds == 3
    assert not any(folder.exists() for folder in folders)


def test_material_that_was_made_before_is_no_ground_for_what_is_brought(folders):
    """A whole plan made first stands on a mask of the session: bringing another one then is refused."""

    async def main(ctx, mine):
        entries = [((7, 1), held.use(1, False))]
        await ctx.session.supply.provide((7,), entries)
        await stand(ctx, "layer", 0, W if ctx.me == 0 else None, W.shape, folder=folders[ctx.me])

    async def shape_of(ctx, mine):
        return await stand(ctx, "layer", 0, W if ctx.me == 0 else None, W.shape)

    held = simulate(shape_of, [None, None]).results[0]
    with pytest.raises(ParleyError, match="material-spent"):
        simulate(main, [None, None])
