"""The OpenCL driver that tests run on: the first of this machine that passes Parley's self-test."""

from __future__ import annotations

from functools import cache

import pytest

from mpc.device.device import first_that_works
from mpc.device.platforms import Place
from mpc.errors import LocalError


def place_or_skip() -> Place:
    """Its place. Without one the test is skipped, and the cause stands with the count at the end of the run."""
    found = _found()
    return found if isinstance(found, Place) else pytest.skip(found)


@cache
def _found() -> Place | str:
    try:
        device = first_that_works()
    except LocalError as error:
        return error.cause
    device.close()
    return device.place
