"""What becomes of rows: kept by day and machine, drawn, shown, and on the page that is generated from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from xml.etree import ElementTree

import pytest

from bench import plots, results
from bench.display import (
    making_slowness,
    multiple,
    over_larger_limit,
    over_limit,
    part_of_limit,
    part_of_lower_limit,
    rate_over_ours,
    show,
    slowness,
)
from bench.harness import BANDWIDTH, LATENCY, AnyRow, Making, Planning, Row, Throughput, label
from docs.pictures import is_made_of

ROOT = Path(__file__).resolve().parents[2]

OURS = Row("arithmetic", "mul_1m", "parley", 2, False, 0.02, 0.001, 32_000, 1, "Sound", 1000, note="online")
PEER = replace(OURS, system="other", seconds=0.4, size=100, security="None", version="3")
BROKEN = replace(PEER, system="broken", seconds=None, spread=None, note="no figure: it broke")
TIMES = [
    OURS,
    replace(OURS, system=BANDWIDTH, seconds=0.01, security=""),
    replace(OURS, system=LATENCY, seconds=0.0001, security=""),
    replace(OURS, tls=True, seconds=0.03),
    replace(OURS, parties=3, seconds=0.05),
    replace(OURS, size=2000, seconds=0.041),
    replace(OURS, size=2000, system=BANDWIDTH, seconds=0.02, security=""),
    PEER,
    BROKEN,
]
RATE = Throughput("kernels", "ring.mul_64", "parley", "words", 8e8, 1e7, "avx2")
RATES = [
    RATE,
    replace(RATE, system="limit:copy", per_second=1e9, implementation=""),
    replace(RATE, system="numpy", per_second=4e8, implementation=""),
    replace(RATE, workload="ring.sub_64", system="limit:copy", per_second=None, note="this processor has no copy"),
]
MADE = Making(
    "preprocessing", "triple", "parley", "ot", 2, False, 1, 1000, "triples", 0.01, 0.001, 1e5, 1040.0, 3, 0.05, None,
    20_000_000, 0.008, 4e5, 5e6, 0.25, "Sound",
)  # fmt: skip
TOTAL = replace(MADE, workload="total.mul_1m", unit="products", offline=0.009, setup=None, part_of_limit=None)
FOREIGN = Making(
    "preprocessing", "total.mul_1m", "cheetah", "", 2, False, 0, 100, "products", 0.002, 0.0, 5e4, 300.0,
    security="Nobody trusted", version="2", note="everything",
)  # fmt: skip
MAKINGS = [MADE, replace(MADE, supplier="silent", parties=3, part_of_limit=0.5, bandwidth_limit=2e5), TOTAL, FOREIGN]
PLANNED = Planning("plans", "dense_60", "parley", 2, 60, 302, 0.0604, 0.001, 2_000_000)
ROWS: list[AnyRow] = [*TIMES, *RATES, *MAKINGS, PLANNED]


def test_ratios_are_by_the_operation_and_to_what_stands_beside() -> None:
    assert slowness(PEER, TIMES) == pytest.approx(200)
    assert slowness(BROKEN, TIMES) is None
    assert over_limit(OURS, TIMES, BANDWIDTH) == "2"
    assert over_limit(PEER, TIMES, BANDWIDTH) == ""
    assert part_of_limit(RATE, RATES) == "80% copy"
    assert rate_over_ours(RATES[2], RATES) == 0.5
    assert part_of_lower_limit(MADE) == "25% AES"
    assert part_of_lower_limit(MAKINGS[1]) == "50% wire"
    assert part_of_lower_limit(TOTAL) == ""
    assert making_slowness(FOREIGN, MAKINGS) == 2
    assert (multiple(None), multiple(0.123), multiple(1234.5)) == ("", "0.12", "1,234")


def test_the_table_for_people_names_every_system_and_why_one_has_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, "All")
    shown = capsys.readouterr().out
    for text in (
        "parley", "other", "mul_1m, broken: None. no figure: it broke", "numpy", "80% copy", "triple", "silent, n = 3",
        "50% wire", "20 MB", "cheetah: Nobody trusted. everything", "dense_60", "200 us", label(),
    ):  # fmt: skip
        assert text in shown


def test_a_result_beyond_what_is_allowed_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    near = replace(OURS, table="numpy", workload="exp_10k", error=1e-5, tolerance=0.01)
    far = replace(near, system="other", error=0.25)
    assert not near.wrong
    assert far.wrong
    assert not OURS.wrong
    show([near, far], "Functions")
    shown = capsys.readouterr().out
    assert "exp_10k, other: off by 2.5e-01, more than 1.0e-02" in shown
    assert "1.0e-05" in shown


def test_results_are_kept_by_day_and_machine_and_the_last_of_a_day_stands(tmp_path: Path) -> None:
    file = results.keep(ROWS, tmp_path)
    later = replace(OURS, seconds=0.5)
    assert results.keep([later], tmp_path) == file
    assert results.read(file) == [later, *ROWS[1:]]
    assert file.name.endswith(f"-{label()}.json")
    assert results.about(file)[1]["label"] == label()


def test_pictures_are_drawn_and_are_xml(tmp_path: Path) -> None:
    files = plots.draw(ROWS, tmp_path / "plots")
    names = {file.name for file in files}
    assert names == {
        "arithmetic-peers.svg", "arithmetic-limits.svg", "kernels-peers.svg", "mul_1m-sizes.svg", "mul_1m-parties.svg",
        "preprocessing-rates.svg", "preprocessing-bytes.svg",
    }  # fmt: skip
    for file in files:
        assert ElementTree.parse(file).getroot().tag.endswith("svg")


def test_the_same_rows_give_the_same_pictures(tmp_path: Path) -> None:
    for one, other in zip(plots.draw(ROWS, tmp_path / "a"), plots.draw(ROWS, tmp_path / "b"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_larger_limit_is_the_one_that_counts() -> None:
    assert over_larger_limit(OURS, TIMES) == pytest.approx(2.0)
    assert over_larger_limit(replace(OURS, parties=3), TIMES) is None


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert plots.draw([OURS], tmp_path) == []


def test_the_page_is_what_the_kept_results_say() -> None:
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    for page, made in (("PAGE", "page"), ("GARBLING", "page_of_garbling")):
        assert generator[page].read_text(encoding="utf-8") == generator[made](), "run python -m docs.performance_page"


def test_the_pages_pictures_are_of_the_kept_results() -> None:
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    kept = generator["standing"]()
    files = [file for file, _ in kept]
    for machine in {results.about(file)[1]["label"] for file in files}:
        drawn = sorted((generator["PICTURES"] / machine).glob("*.svg"))
        rows = [rows for file, rows in kept if results.about(file)[1]["label"] == machine]
        assert drawn or not any(any(generator["figures"](each)) for each in rows), "run python -m docs.performance_page"
        for picture in drawn:
            assert any(is_made_of(picture, [file]) for file in files), "run python -m docs.performance_page"


def test_a_later_file_takes_the_place_of_the_tables_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    kept = results.keep([OURS, RATE], tmp_path)
    earlier = kept.with_name(f"2001-01-01-{label()}.json")
    kept.rename(earlier)
    later = results.keep([replace(RATE, per_second=9e8)], tmp_path)
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    assert generator["standing"]() == [(earlier, [OURS]), (later, [replace(RATE, per_second=9e8)])]


def test_the_page_shows_material_beside_its_limits_and_totals_beside_peers(tmp_path: Path) -> None:
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    lines = list(generator["_machine"](results.keep(MAKINGS, tmp_path), MAKINGS))
    assert "### Material, over loopback\n" in lines
    assert (
        "| `triple` | ot | 2 | triples | 100 k | 125 k | 400 k | 5 M | 25% AES | 1,040 | 3 | 50 ms | 20 MB |" in lines
    )
    assert "### Work and the material for it, nobody trusted, over loopback\n" in lines
    assert "| `total.mul_1m` | cheetah | 2 | 100 | 2 ms | - | 0 ms | 300 |  |  |  | 2 |" in lines
    assert "- **cheetah** 2: Nobody trusted. Its time: everything." in lines


def test_the_page_shows_plans_by_the_operation(tmp_path: Path) -> None:
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    lines = list(generator["_machine"](results.keep([PLANNED], tmp_path), [PLANNED]))
    assert "### Plans\n" in lines
    assert "| `dense_60` | 2 | 302 | 60.4 ms | 1 ms | 200 us | 2 MB |" in lines


def test_kept_results_can_be_read_and_say_where_they_are_from() -> None:
    for file in results.FOLDER.glob("*.json"):
        assert results.read(file)
        date, machine = results.about(file)
        assert file.stem == f"{date}-{machine['label']}"
        assert json.loads(file.read_text())["rows"]


def test_numerics_are_told_by_suite_with_what_is_made_ahead() -> None:
    generator = run_path(str(ROOT / "docs" / "performance_page.py"))
    beaver = replace(
        OURS, table="numeric", workload="numeric.exp_10k", parties=3, seconds=0.012, offline=0.008, error=1.5e-5
    )
    other = replace(beaver, suite="replicated3", seconds=0.005, offline=None, rounds=3)
    lines = list(generator["_numerics"]([beaver, replace(beaver, system=BANDWIDTH), other, replace(other, tls=True)]))
    assert [line.split(" | ")[1:7] for line in lines[2:]] == [
        ["beaver", "no", "1,000", "12 ms", "8 ms", "1 ms"],
        ["replicated3", "no", "1,000", "5 ms", "0 ms", "1 ms"],
        ["replicated3", "yes", "1,000", "5 ms", "0 ms", "1 ms"],
    ]
    assert [line.split(" | ")[7] for line in lines[2:]] == ["", "0.25", ""]
