"""`parley devices`, `parley device` and `--device`, with real processes for whole runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from runner.processes import call, parley, product_of

from mpc.device import Place
from mpc.device.program import source

HOSPITALS = Path(__file__).parents[2] / "examples" / "hospitals"


def test_devices_are_listed_with_their_self_test_and_thresholds(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    least = {"matmul": 1234567, "elementwise": None, "aes_ctr": None, "exponentiate": None, "power_of_base": None}
    monkeypatch.setattr("mpc.device.thresholds.measured", lambda engine: least)
    code, text = call("devices")
    assert code == 0
    for word in (place.spelled, place.name, place.driver, "passed", "from 1,234,567 on", "never"):
        assert word in text


def test_a_device_that_fails_is_listed_as_such(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpc.device.check.failure", lambda engine: "sums of tests")
    code, text = call("devices")
    assert code == 0
    assert "its self-test failed: sums of tests" in " ".join(text.split())


def test_no_driver_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("party_runner.devices.places", list)
    code, text = call("devices")
    assert code == 0
    assert "No OpenCL driver" in " ".join(text.split())


def test_the_source_is_one_file(tmp_path: Path) -> None:
    assert call("device", "source", str(tmp_path / "parley.cl"))[0] == 0
    assert (tmp_path / "parley.cl").read_text() == source()
    code, text = call("device", "source", str(tmp_path / "nowhere" / "parley.cl"))
    assert code == 2
    assert "[unwritable]" in text


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--device", "opencl:9:9"], "unknown-device"),
        (["--device-threshold", "0"], "no-device"),
        (["--opencl-binary", "some.file"], "no-device"),
    ],
)
def test_wrong_options_end_a_run_before_any_process(tmp_path: Path, options: list[str], code: str) -> None:
    ended, text = call(*product_of(tmp_path, 2), *options)
    assert ended == 2
    assert f"[{code}]" in text


@pytest.mark.slow
def test_a_run_with_a_binary_from_the_command(place: Place, tmp_path: Path) -> None:
    binary = tmp_path / "kernels.bin"
    assert call("device", "build", str(binary), "--device", place.spelled)[0] == 0
    options = ["--device", place.spelled, "--opencl-binary", str(binary), "--device-threshold", "0"]
    done = parley(*product_of(tmp_path, 2), *options, "--json", "-")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["result"] == {"product": pytest.approx(1.0, abs=1e-3)}
    assert [account["name"] for account in summary["device"]] == [place.title] * 2
    binary.write_bytes(b"spoilt")
    done = parley(*product_of(tmp_path, 2), *options)
    assert done.returncode == 2
    assert "[bad-device-binary]" in done.stderr


@pytest.mark.slow
def test_two_hospitals_learn_the_same_model_on_the_device(place: Place, tmp_path: Path) -> None:
    names = ("north", "south")
    command = ["run", str(HOSPITALS / "study.py"), "-n", "2"]
    command += [word for i, name in enumerate(names) for word in ("--input", f"{i}={HOSPITALS / name}.csv")]
    summaries = []
    for options in ([], ["--device", "opencl", "--device-threshold", "0"]):
        done = parley(*command, *options, "--json", str(tmp_path / "summary.json"))
        assert done.returncode == 0, done.stderr
        summaries.append(json.loads((tmp_path / "summary.json").read_text()))
    here, there = summaries
    assert here["device"] == [None] * 2
    for account in there["device"]:
        assert account["name"] == place.title
        assert account["lost"] is None
        assert account["operations"]["matmul"] > 100
    # Truncation rounds at random, anew in each run: a patient at the border may be judged otherwise.
    assert there["result"]["accuracy"] == pytest.approx(here["result"]["accuracy"], abs=0.004)
    assert there["result"]["weights"] == pytest.approx(here["result"]["weights"], abs=0.01)
    assert there["rounds"] == here["rounds"]
    assert there["bytes_sent"] == here["bytes_sent"]
    assert there["warnings"] == []


def test_a_device_is_asked_for_by_nobody_who_does_not_use_one() -> None:
    """Neither the library nor the command imports pyopencl of its own accord."""
    probe = "import sys, mpc, party_runner.cli; sys.exit('pyopencl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
