"""Names, self-tests, sizes, binaries, and what happens when a device fails."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyopencl as cl
import pytest

from mpc.algebra.accelerator import frozen, using
from mpc.algebra.ring import Z64
from mpc.device import Device, DeviceWarning, Place, find, open_device, places, program, put, thresholds
from mpc.device import device as device_module
from mpc.device.check import failure
from mpc.device.engine import Engine
from mpc.device.memory import NoRoom, Scope
from mpc.device.program import build_binary, source
from mpc.device.thresholds import OPERATIONS, Thresholds, cache_file, identity, kept_or_measured
from mpc.errors import LocalError
from mpc.prg import Seed

from .test_kernels import random_words

# names


def test_every_device_is_found_by_its_place(place: Place) -> None:
    assert place in places()
    for each in places():
        assert find(each.spelled) == each


@pytest.mark.parametrize("name", ["opencl:99:0", "opencl:0:99", "opencl:0", "cuda", "", "opencl:-1:0", "opencl:0:0 "])
def test_other_names_are_refused_with_a_list_of_what_there_is(place: Place, name: str) -> None:
    with pytest.raises(LocalError) as caught:
        find(name)
    assert caught.value.code == "unknown-device"
    assert place.spelled in caught.value.cause
    assert place.name in caught.value.cause


def test_the_best_device_is_a_gpu_if_there_is_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(kind: str, device: int) -> Place:
        return Place(9, device, kind, kind, "a platform", "1", place.handle)

    there = [other("other", 0), place, other("accelerator", 1), other("GPU", 2)]
    monkeypatch.setattr("mpc.device.platforms.places", lambda: there)
    assert find("opencl") is there[3] or place.kind == "GPU"
    del there[3]
    assert find("opencl").kind in ("accelerator", place.kind)


def test_a_machine_without_drivers_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpc.device.platforms.places", list)
    with pytest.raises(LocalError, match="no OpenCL driver is installed"):
        find("opencl")


def test_without_pyopencl_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyopencl", None)
    with pytest.raises(LocalError, match=re.escape("parley-mpc[opencl]")):
        find("opencl")


# refused


@pytest.mark.slow
def test_a_device_that_computes_wrongly_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = source().replace("x[i] - y[i]", "x[i] + y[i]")
    assert wrong != source()
    monkeypatch.setattr(program, "source", lambda: wrong)
    with pytest.warns(DeviceWarning, match="its self-test failed: sub of"):
        device = open_device(place.spelled)
    assert not_used(device)


@pytest.mark.parametrize(
    ("operation", "spoils", "named"),
    [
        ("matmul", lambda given: True, "matmul"),
        ("elementwise", lambda given: given[0] == "recombine", "recombine"),
        ("aes_ctr", lambda given: given[0].size == 4096, "a key stream of 4096"),
    ],
)
def test_the_self_test_sees_one_wrong_bit_of_any_operation(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, operation: str, spoils: Callable[[Any], bool], named: str
) -> None:
    right = getattr(engine, operation)

    def wrong(*arguments: Any) -> None:
        right(*arguments)
        out = next(given for given in arguments if isinstance(given, np.ndarray))
        if spoils(arguments):
            out.reshape(-1)[-1:] ^= 1

    monkeypatch.setattr(engine, operation, wrong)
    found = failure(engine)
    assert found is not None
    assert found.startswith(named)


def test_the_self_test_sees_a_wrong_block_and_a_wrong_power(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    power = engine.exponentiate
    with monkeypatch.context() as patched:
        patched.setattr(engine, "aes_block", lambda *_: bytes(16))
        assert failure(engine) == "AES-128, the example of FIPS 197"
    monkeypatch.setattr(
        engine, "exponentiate", lambda b, e, m, bits=None: power(b, e, m, bits) ^ np.uint64(b.shape[1] == 32)
    )
    assert failure(engine) == "exponentiation of 2048 bits"
    monkeypatch.setattr(engine, "exponentiate", power)
    of_base = engine.power_of_base
    monkeypatch.setattr(engine, "power_of_base", lambda *given: of_base(*given) ^ np.uint64(given[0].shape[1] == 5))
    assert failure(engine) == "powers of one base of 320 bits"


def test_a_driver_that_cannot_compile_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "source", lambda: "kernel void parley_about(")
    with pytest.warns(DeviceWarning, match="cannot be set up"):
        assert not_used(open_device(place.spelled))
    with pytest.raises(LocalError) as caught:
        build_binary(place)
    assert caught.value.code == "device-build"


def test_a_device_without_a_compiler_needs_a_binary(place: Place) -> None:
    class Handle:
        available = endian_little = True
        compiler_available = False
        max_work_group_size, local_mem_size = 256, 16384

    bare = Place(0, 0, "accelerator", "a board", "a maker", "1", Handle())
    assert "--opencl-binary" in str(bare.unfit())
    assert bare.unfit(compiling=False) is None
    Handle.local_mem_size = 100
    assert "too little room" in str(bare.unfit(compiling=False))
    Handle.endian_little = False
    assert "big-endian" in str(bare.unfit(compiling=False))
    Handle.available = False
    assert "not available" in str(bare.unfit(compiling=False))


def not_used(device: Device) -> bool:
    """Whether the device declines everything and says why; results are right all the same."""
    x = random_words((30, 30))
    with device.in_use():
        assert (Z64.matmul(x, x) == x @ x).all()
    return not device.operations and device.lost is not None and device.lost in device.notes[0]


# lost


def failing(*_: object, **__: object) -> None:
    raise cl.RuntimeError("CL_DEVICE_NOT_AVAILABLE, as a test has it")


class Breaking:
    """A stage of the engine that works `after` times and then fails."""

    def __init__(self, stage: Callable[..., Any], after: int) -> None:
        self.stage, self.left = stage, after

    def __call__(self, *arguments: Any) -> Any:
        if not self.left:
            failing()
        self.left -= 1
        return self.stage(*arguments)


class Spoiling(Breaking):
    """The same for `fetch`, which has brought half of the result by then, and that wrong."""

    def __call__(self, *arguments: Any) -> Any:
        if not self.left:
            arguments[0].reshape(-1)[: arguments[0].size // 2] ^= 1
        return super().__call__(*arguments)


@pytest.mark.parametrize("stage", ["run", "fetch", "send", "take"])
@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_a_device_lost_at_any_stage_changes_no_result(
    opened: Device, monkeypatch: pytest.MonkeyPatch, stage: str, after: int
) -> None:
    assert opened.engine is not None
    owner: Any = opened.engine.memory if stage in ("send", "take") else opened.engine
    broken = Spoiling if stage == "fetch" else Breaking
    monkeypatch.setattr(owner, stage, broken(getattr(owner, stage), after))
    expected = some_work()
    with pytest.warns(DeviceWarning, match="it failed at .*CL_DEVICE_NOT_AVAILABLE") as caught:
        results = some_work(opened)
    assert len([w for w in caught if w.category is DeviceWarning]) == 1
    assert all((mine == theirs).all() for mine, theirs in zip(results, expected, strict=True))
    assert sum(opened.operations.values()) <= after
    account = {"name": opened.place.title, "operations": dict(opened.operations), "lost": opened.lost}
    assert opened.account() == account
    assert opened.lost is not None


def some_work(device: Device | None = None) -> list[np.ndarray]:
    """Results of operations of every kind, four times over."""
    x, y, long = random_words((40, 40)), frozen(random_words((40, 40), 1)), random_words(9000)
    stream, results = Seed(bytes(32)).prg("work"), []
    with using(device):
        for _ in range(4):
            results += [Z64.matmul(x, y), Z64.mul(long, long), stream.words(500)]
    return results


def test_exponentiation_on_a_lost_device_is_declined(opened: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened.engine, "run", failing)
    ones = np.ones((2, 1), np.uint64)
    with pytest.warns(DeviceWarning):
        assert opened.montgomery_exponentiate(ones, ones, ones) is None
    assert opened.montgomery_exponentiate(ones, ones, ones) is None


@pytest.mark.parametrize("stage", ["run", "fetch", "run_matmul"])
def test_words_that_were_on_a_lost_device_are_made_anew(
    opened: Device, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    x, y = random_words((9, 9)), random_words((9, 9), 1)
    a, b = put(opened, x), put(opened, y)
    chain = a
    for _ in range(2000):  # longer than Python's recursion may be deep
        chain = chain + b
    expected = (x + np.uint64(2000) * y) @ y
    monkeypatch.setattr(opened.engine, stage, failing)
    with pytest.warns(DeviceWarning):
        result = (product := chain @ b).get()
    assert (result == expected).all()
    assert ((product - a).get() == expected - x).all()


def test_what_does_not_fit_the_device_is_done_here(place: Place, binary: bytes) -> None:
    device = Device(place, Engine(place, binary, budget=1 << 16), Thresholds.always(0))
    x, large = random_words((10, 10)), random_words((100, 100))
    with device.in_use():
        assert (Z64.matmul(large, large) == large @ large).all()
        assert not device.operations
        assert (Z64.matmul(x, x) == x @ x).all()
    assert device.operations == {"matmul": 1}
    assert device.lost is None
    a = put(device, large)
    assert ((a @ a).get() == large @ large).all()


def test_words_that_once_had_no_room_are_right_when_there_is_some(place: Place, binary: bytes) -> None:
    device = Device(place, Engine(place, binary, budget=100_000), Thresholds.always(0))
    x = random_words(3000)
    a, b, c = (put(device, x) for _ in range(3))
    total = a + b
    result = total * c
    del a, b
    assert ((total - c).get() == x).all()
    assert (result.get() == (x + x) * x).all()
    assert device.lost is None


def test_a_closed_device_declines(opened: Device) -> None:
    a = put(opened, random_words(5))
    opened.close()
    opened.close()
    x = random_words((9, 9))
    with opened.in_use():
        assert (Z64.matmul(x, x) == x @ x).all()
    assert (a.get() == random_words(5)).all()
    assert opened.operations == {"put": 1}
    assert opened.lost is None


# memory


class Watching:
    """pyopencl, but it notes what every buffer holds when it is wiped."""

    def __init__(self) -> None:
        self.wiped: list[np.ndarray] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(cl, name)

    def enqueue_fill_buffer(self, queue: Any, buffer: Any, pattern: Any, offset: int, size: int) -> None:
        cl.enqueue_fill_buffer(queue, buffer, pattern, offset, size)
        content = np.ones(size, np.uint8)
        cl.enqueue_copy(queue, content, buffer)
        self.wiped.append(content)


def test_memory_is_wiped_before_it_goes_back(place: Place, binary: bytes) -> None:
    engine = Engine(place, binary, budget=1 << 20)
    engine.memory._cl = watching = Watching()
    weights, x = frozen(random_words((100, 100))), random_words((50, 100), 1)
    device = Device(place, engine, Thresholds.always(0))
    with device.in_use():
        Z64.matmul(x, weights)
    used = engine.memory.used
    assert used > 0
    engine.close()
    assert engine.memory.used == 0
    assert sum(content.size for content in watching.wiped) == used
    assert not any(content.any() for content in watching.wiped)


def test_the_operand_that_was_used_least_recently_makes_way(place: Place, binary: bytes) -> None:
    engine = Engine(place, binary, budget=200_000)
    arrays = [frozen(random_words(10_000, k)) for k in range(3)]
    for k in (0, 1, 0, 2):
        with Scope(engine.memory) as scope:
            scope.hold(arrays[k])
    assert [entry.root() is not None for entry in engine.memory._kept.values()] == [True, True]
    sent = engine.memory.sent_bytes
    for k in (0, 2):
        with Scope(engine.memory) as scope:
            scope.hold(arrays[k])
    assert engine.memory.sent_bytes == sent
    with Scope(engine.memory) as scope:
        for k in (0, 2):
            scope.hold(arrays[k])
        with pytest.raises(NoRoom):
            scope.hold(arrays[1])
    assert engine.memory.used <= engine.memory.budget


def test_rooms_are_used_again(place: Place, binary: bytes) -> None:
    engine = Engine(place, binary, budget=1 << 22)
    device = Device(place, engine, Thresholds.always(0))
    x = random_words((40, 40))
    with device.in_use():
        Z64.matmul(x, x)
        used = engine.memory.used
        for _ in range(5):
            Z64.matmul(x, x)
        words = [put(device, x) for _ in range(30)]
        del words
        Z64.matmul(x, x)
        for _ in range(5):
            put(device, x)
    assert engine.memory.used <= used + 30 * 3 * 16384
    assert engine.memory.used < engine.memory.budget


# binaries


def test_a_binary_serves_as_the_source_does(place: Place, binary: bytes) -> None:
    device = open_device(place.spelled, binary=binary, least_work=0)
    assert device.lost is None
    x = random_words((70, 70))
    with device.in_use():
        assert (Z64.matmul(x, x) == x @ x).all()
    assert device.operations == {"matmul": 1}
    device.close()


@pytest.mark.parametrize("binary", [b"", b"no binary at all" * 100])
def test_what_is_no_binary_is_refused(place: Place, binary: bytes) -> None:
    with pytest.raises(LocalError) as caught:
        open_device(place.spelled, binary=binary)
    assert caught.value.code == "bad-device-binary"


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [("parley_about", 77, "version 77"), ("another", 1, "other kernels"), ("parley_about", 1, "other kernels")],
)
def test_a_binary_of_other_kernels_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, version: int, said: str
) -> None:
    other = f"kernel void {name}(global uint *out) {{ out[0] = {version}; out[1] = 1; }}"
    with monkeypatch.context() as patched:
        patched.setattr(program, "source", lambda: other)
        binary = build_binary(place)
    with pytest.raises(LocalError, match=said) as caught:
        open_device(place.spelled, binary=binary)
    assert caught.value.code == "bad-device-binary"


# from what size on


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was measured; the measuring itself is left out."""
    done: list[str] = []

    def note(engine: Engine) -> dict[str, int | None]:
        done.append(engine.place.name)
        return {
            "matmul": 1000 + len(done),
            "elementwise": None,
            "aes_ctr": 5,
            "exponentiate": None,
            "power_of_base": None,
        }

    monkeypatch.setattr(thresholds, "measured", note)
    return done


def test_thresholds_are_measured_once(engine: Engine, measurements: list[str]) -> None:
    first, second = kept_or_measured(engine), kept_or_measured(engine)
    assert (
        first
        == second
        == Thresholds({"matmul": 1001, "elementwise": None, "aes_ctr": 5, "exponentiate": None, "power_of_base": None})
    )
    assert len(measurements) == 1
    path = cache_file(identity(engine.place))
    assert path.is_relative_to(Path(os.environ["XDG_CACHE_HOME"]))
    assert json.loads(path.read_text())["identity"] == identity(engine.place)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: "",
        lambda kept: "not JSON {",
        lambda kept: "[" * 100_000,
        lambda kept: json.dumps([1, 2]),
        lambda kept: json.dumps(kept | {"identity": kept["identity"] | {"driver": "another"}}),
        lambda kept: json.dumps(kept | {"least": kept["least"] | {"matmul": -1}}),
        lambda kept: json.dumps(kept | {"least": kept["least"] | {"matmul": True}}),
        lambda kept: json.dumps(kept | {"least": kept["least"] | {"matmul": "0"}}),
        lambda kept: json.dumps(kept | {"least": {"matmul": 5}}),
        lambda kept: "\udcff",
    ],
)
def test_a_file_that_is_spoilt_or_of_others_is_measured_again(
    engine: Engine, measurements: list[str], spoil: Callable[[dict[str, Any]], str]
) -> None:
    kept_or_measured(engine)
    path = cache_file(identity(engine.place))
    path.write_text(spoil(json.loads(path.read_text())), errors="surrogateescape")
    assert kept_or_measured(engine).least["matmul"] == 1002
    assert kept_or_measured(engine).least["matmul"] == 1002


def test_another_driver_kernel_or_processor_is_measured_anew(
    engine: Engine, measurements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_or_measured(engine)
    for name in ("digest", "selected"):
        with monkeypatch.context() as patched:
            patched.setattr(thresholds, name, lambda: "another")
            kept_or_measured(engine)
    kept_or_measured(engine)
    assert len(measurements) == 3


def test_a_cache_that_cannot_be_written_is_no_error(
    engine: Engine, measurements: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept_or_measured(engine).least["matmul"] == 1001
    assert kept_or_measured(engine).least["matmul"] == 1002


def test_a_relative_cache_folder_is_ignored(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG base directory specification asks."""
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert cache_file(identity(place)).is_relative_to(Path.home() / ".cache" / "parley")


def steps(*times: tuple[float, float]) -> Any:
    return iter([(10**k, times[k][0], times[k][1]) for k in range(len(times))])


@pytest.mark.parametrize(
    ("times", "least"),
    [
        ([(1, 2), (2, 2.5), (4, 3), (8, 4)], 100),
        ([(1, 2), (2, 1), (4, 5), (8, 7)], 1000),
        ([(1, 0.5), (2, 1)], 1),
        ([(1, 2), (2, 3)], None),
        ([(1, 2), (2, 2)], None),
        ([(1, 9), (2, 900), (400, 1)], None),
        ([(1, 0.5), (200, 100), (400, 900)], 1),
    ],
)
def test_the_threshold_is_where_the_device_begins_to_win_for_good(
    times: list[tuple[float, float]], least: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thresholds, "_seconds", lambda seconds: seconds / 1000)
    assert thresholds._first_win(steps(*times)) == least


@pytest.mark.slow
def test_measuring_gives_a_threshold_or_never_for_every_operation(engine: Engine) -> None:
    least = thresholds.measured(engine)
    assert set(least) == set(OPERATIONS)
    assert all(work is None or work > 0 for work in least.values())


def test_measured_thresholds_are_used_unless_one_is_given(place: Place, binary: bytes, measurements: list[str]) -> None:
    opened = open_device(place.spelled, binary=binary)
    assert opened.thresholds.least["aes_ctr"] == 5
    opened.close()
    opened = device_module.open_device(place.spelled, binary=binary, least_work=7)
    assert set(opened.thresholds.least.values()) == {7}
    opened.close()
    assert len(measurements) == 1
