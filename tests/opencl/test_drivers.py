"""How drivers from Python packages are found, and what is said where one does not work."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from runner.processes import call

from mpc.device import Device, DeviceWarning, Place, drivers, first_that_works, open_device
from mpc.device.thresholds import Thresholds
from mpc.errors import LocalError


@pytest.fixture
def two_places(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """A device of an old driver, which fails, before the one that works."""
    old = replace(place, platform=8, name="an old device", driver="1.5-rc2")
    there = [old, place]

    def set_up(which: Place, **_: object) -> Device:
        device = Device(which, None, Thresholds.always(0))
        device.lost = "its self-test failed: sums of tests" if which is old else None
        return device

    monkeypatch.setattr("mpc.device.device.best_first", lambda: there)
    monkeypatch.setattr("mpc.device.device.find", lambda name: there[0])
    monkeypatch.setattr("mpc.device.device.set_up", set_up)
    monkeypatch.setattr("party_runner.devices.places", lambda: there)
    monkeypatch.setattr("party_runner.devices.set_up", set_up)
    return there


def test_the_first_that_works_is_taken(two_places: list[Place]) -> None:
    assert first_that_works().place is two_places[1]


def test_where_none_works_each_is_named_with_its_version_and_its_fault(two_places: list[Place]) -> None:
    del two_places[1]
    with pytest.raises(LocalError, match=r"an old device \(.*, driver 1\.5-rc2\): its self-test failed") as caught:
        first_that_works()
    assert caught.value.code == "no-working-device"
    assert "parley-mpc[opencl-cpu]" in caught.value.remedy
    del two_places[0]
    with pytest.raises(LocalError, match="none is installed"):
        first_that_works()


def test_a_refused_device_is_named_with_its_driver_and_one_that_works(two_places: list[Place]) -> None:
    works = two_places[1]
    with pytest.warns(DeviceWarning, match=r"driver 1\.5-rc2\) is not used: its self-test failed") as warned:
        open_device("opencl")
    assert f"--device {works.spelled}, {works.titled_with_driver}, passes its self-test" in str(warned[0].message)
    del two_places[1]
    with pytest.warns(DeviceWarning, match="apt install pocl-opencl-icd"):
        open_device("opencl")


def test_the_list_of_devices_says_what_to_use_instead(two_places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("party_runner.devices.OPERATIONS", ())
    code, text = call("devices")
    assert code == 0
    assert "1.5-rc2" in text
    assert f"--device {two_places[1].spelled} works" in text
    del two_places[1]
    assert "apt install pocl-opencl-icd" in " ".join(call("devices")[1].split())


def test_a_folder_of_drivers_has_those_of_the_system_and_the_packages(tmp_path: Path) -> None:
    system, folder = tmp_path / "system", tmp_path / "folder"
    system.mkdir()
    folder.mkdir()
    (system / "board.icd").write_text("libboard.so\n")
    (system / "notes.txt").write_text("of no matter")
    drivers.fill(folder, [Path("/opt/driver/libdriver.so")], system)
    lines = sorted(path.read_text() for path in folder.iterdir())
    assert lines == ["/opt/driver/libdriver.so\n", "libboard.so\n"]
    assert all(path.suffix == ".icd" for path in folder.iterdir())


def test_the_loader_is_shown_the_folder_while_it_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "installed", lambda: (Path("/opt/driver/libdriver.so"),))
    monkeypatch.delenv(drivers.FOLDER_NAMED_BY, raising=False)
    with drivers.shown_to_the_loader():
        shown = Path(os.environ[drivers.FOLDER_NAMED_BY])
        assert (shown / "libdriver.so.icd").read_text() == "/opt/driver/libdriver.so\n"
    assert drivers.FOLDER_NAMED_BY not in os.environ
    assert not shown.exists()


def test_a_folder_that_the_user_names_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "installed", lambda: (Path("/opt/driver/libdriver.so"),))
    monkeypatch.setenv(drivers.FOLDER_NAMED_BY, "/my/own")
    with drivers.shown_to_the_loader():
        assert os.environ[drivers.FOLDER_NAMED_BY] == "/my/own"


def test_packages_that_are_not_installed_bring_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers, "PACKAGES", {"no-such-distribution-of-a-driver": "libdriver.so"})
    assert drivers.installed.__wrapped__() == ()
