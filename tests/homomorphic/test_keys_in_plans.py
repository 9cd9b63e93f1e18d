"""A plan of a program that keeps keys leaves no files, over which the run after it would end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from joint_keys.shared_keys import tiny_shares
from paillier.paillier_keys import key

import mpc
from mpc import elgamal, joint_keys, paillier
from mpc.errors import LocalError


async def kept(ctx: mpc.Context, mine: Any) -> None:
    file = f"{ctx.me}.secret"
    await mpc.together(ctx, (in_a_call, file))
    key().save(f"{ctx.me}.key", key_file=file)
    elgamal.PrivateKey.generate().save(f"{ctx.me}.elgamal", key_file=file)
    joint_keys.save(SHARES[ctx.me], f"{ctx.me}.share", key_file=file)
    share = await elgamal.generate_together(ctx)
    await ctx.in_thread(lambda: share.save(f"{ctx.me}.together", key_file=file))


async def in_a_call(call: mpc.Context, file: str) -> None:
    paillier.new_key_file(file)


SHARES = tiny_shares(2, 1)


def test_a_plan_leaves_no_files_and_a_run_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mpc.plan(kept, [None] * 2)
    assert list(tmp_path.iterdir()) == []
    mpc.simulate(kept, inputs=[None] * 2)
    assert len(list(tmp_path.iterdir())) == 10


def test_a_plan_checks_how_a_key_is_kept(tmp_path: Path) -> None:
    async def main(ctx: mpc.Context, mine: Any) -> None:
        key().save(tmp_path / "key")

    with pytest.raises(LocalError, match="no-passphrase"):
        mpc.plan(main, [None] * 2)
    assert list(tmp_path.iterdir()) == []
