"""Files that are there whole or not at all."""

from __future__ import annotations

import pytest

from party_runner.whole_file import write_whole


def test_what_was_there_gives_way(tmp_path):
    target = tmp_path / "summary.json"
    target.write_bytes(b"before")
    write_whole(target, b"after")
    assert target.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_nothing_behind(tmp_path):
    target = tmp_path / "taken"
    (target / "by a folder").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_whole(target, b"content")
    assert list(tmp_path.iterdir()) == [target]


def test_nobody_else_may_read_what_may_be_for_one_party_only(tmp_path):
    target = tmp_path / "summary.json"
    target.touch(0o644)
    write_whole(target, b"the result")
    assert target.stat().st_mode & 0o777 == 0o600
