"""The bar shows how far the slowest party is, with the words that it has for what it is at; piped it shows nothing."""

from __future__ import annotations

from party_runner.progress import ProgressBar


def shown(bar: ProgressBar) -> str:
    (task,) = bar._bar.tasks
    return f"{task.description} {task.completed:g}/{task.total:g}"


def test_the_slowest_party_and_its_words() -> None:
    bar = ProgressBar(2)
    bar.update(0, "online: candidates for a key, 457 of about 3,659", 457, 3659)
    bar.update(1, "online: candidates for a key, 0 of about 3,659", 0, 3659)
    assert shown(bar) == "online candidates for a key, 0 of about 3,659 0/3659"
    bar.update(1, "online", 3, 4)
    assert shown(bar) == "online candidates for a key, 457 of about 3,659 457/3659"
    bar.finished(0)
    bar.update(1, "online", 4, 4)
    assert shown(bar) == "online 1/1"


def test_nothing_where_nobody_watches() -> None:
    assert ProgressBar(1)._bar.disable
