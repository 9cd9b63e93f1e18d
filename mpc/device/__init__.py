"""OpenCL devices: GPUs, FPGAs, and the processor itself through a driver for it. See docs/devices.md.

`open_device(name)` gives a tested Device; `with device.in_use():` offers it the large operations of what runs inside.
"""

from mpc.device.device import Device, DeviceWarning, first_that_works, open_device
from mpc.device.device_words import DeviceWords, put, recombine
from mpc.device.platforms import Place, find, places

__all__ = [
    "Device", "DeviceWarning", "DeviceWords", "Place", "find", "first_that_works", "open_device", "places", "put",
    "recombine",
]  # fmt: skip
