"""`parley report` and the page it writes: whole, escaped, alone, the same numbers as the account's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import mpc
from mpc.errors import LocalError
from party_runner.cli import main
from party_runner.html_page import Page
from party_runner.run_page import load_accounts, page_of, page_of_files
from party_runner.summary import as_json

PICTURE = (
    '<?xml version="1.0"?><svg id="a"><g id="b" clip-path="url(#c)"><use href="#d"/></g><text>on x = 3</text></svg>'
)


async def study(ctx: mpc.Context, mine: Any) -> Any:
    x = [await mpc.secret(ctx, owner, mine, range=(0, 9)) for owner in (0, 1)]
    noisy = await mpc.reveal(ctx, x[0].sum(), privacy=mpc.Laplace(epsilon=1))
    return {"sum": noisy, "<first>": await mpc.reveal(ctx, x[0][0] * x[1][0], to=1)}


@pytest.fixture(scope="module")
def accounts() -> list[dict[str, Any]]:
    """What the parties of a run wrote, as `parley join --json`."""
    run = mpc.simulate(study, [np.array([1, 2]), np.array([3, 4])], suite="ideal")
    return [run.report.to_json(result) | {"parties": ["north", "<south>"]} for result in run.results]


def written(folder: Path, accounts: list[dict[str, Any]]) -> list[Path]:
    files = [folder / f"{place}.json" for place in range(len(accounts))]
    for file, account in zip(files, accounts, strict=True):
        file.write_bytes(as_json(account))
    return files


def test_a_page_says_who_learned_what(accounts, tmp_path):
    files = written(tmp_path, accounts)
    done = CliRunner().invoke(main, ["report", *map(str, files), "-o", str(tmp_path / "run.html")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "run.html").read_text()
    assert text.count("<td>everybody</td>") == 1
    assert "epsilon 1 with delta" in text
    assert "&lt;south&gt;" in text
    assert "<south>" not in text
    assert re.search(r"test_report_page\.py:\d+", text)


def test_a_page_loads_and_runs_nothing(accounts, tmp_path):
    text = page_of(load_accounts(written(tmp_path, accounts)[:1]), "<b>").html()
    assert "default-src &#x27;none&#x27;" in text
    assert not re.search(r"<script|<link|<img|https?:|@import|url\(", text)
    assert text.startswith("<!doctype html>")
    assert "<title>&lt;b&gt;</title>" in text


def test_names_of_two_pictures_do_not_meet():
    page = Page("title", "lead")
    page.picture(PICTURE, 'one "quoted"')
    page.picture(PICTURE, "two")
    text = page.html()
    assert [text.count(f'id="{name}"') for name in ("p1-a", "p2-a", "p1-b", "a")] == [1, 1, 1, 0]
    assert "url(#p1-c)" in text
    assert 'href="#p2-d"' in text
    assert "<?xml" not in text
    assert 'aria-label="one &quot;quoted&quot;"' in text


@pytest.mark.parametrize(
    "svg",
    [
        "no picture",
        "<svg><script>1</script></svg>",
        '<svg onload="1"></svg>',
        '<svg><a href="https://example.org">x</a></svg>',
        "<svg><foreignObject/></svg>",
        "<svg><image xlink:href='data:x'/></svg>",
    ],
)
def test_a_picture_that_would_do_something_is_refused(svg):
    with pytest.raises(LocalError, match="not-a-picture"):
        Page("title", "lead").picture(svg, "caption")


def test_columns_of_numbers_stand_to_the_right():
    page = Page("title", "lead")
    page.table(("name", "bytes", "text"), [("a", "1,000 kB", "x 1"), ("b", "", "2")])
    page.table(("empty",), [])
    text = page.html()
    assert text.count('class="number"') == 3
    assert '<th class="number">bytes</th>' in text
    assert "empty" not in text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "not-an-account"),
        ("[]", "not-an-account"),
        ("3", "not-an-account"),
        ('{"failed": true}', "not-an-account"),
    ],
)
def test_what_is_no_account_is_refused(content, code, tmp_path):
    file = tmp_path / "a.json"
    file.write_text(content)
    done = CliRunner().invoke(main, ["report", str(file), "-o", str(tmp_path / "a.html")])
    assert done.exit_code
    assert code in done.output
    assert not (tmp_path / "a.html").exists()


@pytest.mark.parametrize("key", ["reveals", "lines", "seconds", "parties", "material", "rounds", "offline_bytes"])
@pytest.mark.parametrize("wrong", [None, 3, "text", [1], {"a": None}])
def test_an_account_of_other_shapes_gives_a_page_or_its_error(accounts, tmp_path, key, wrong):
    changed = [account | {key: wrong} for account in accounts]
    for files in (written(tmp_path, changed), written(tmp_path, changed[:1])):
        assert outcome(files) in ("<!doctype html>", "not-an-account", "accounts-differ")


def outcome(files: list[Path]) -> str:
    """How a page begins, or why there is none."""
    try:
        return page_of_files(files).html().partition("\n")[0]
    except LocalError as error:
        return error.code


def test_accounts_of_other_runs_and_too_few_are_refused(accounts, tmp_path):
    other = accounts[1] | {"bytes_sent": [1, 2]}
    with pytest.raises(LocalError, match="accounts-differ"):
        load_accounts(written(tmp_path, [accounts[0], other]))
    with pytest.raises(LocalError, match="accounts-differ"):
        load_accounts(written(tmp_path, [accounts[0]] * 3))
