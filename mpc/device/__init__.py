"""OpenCL devices: GPUs, FPGAs, and the processor itself through PoCL. See docs/devices.md.

`open_device(name)` gives a tested Device; `with device.in_use():` offers it the large operations of what runs inside.
"""

from mpc.device.device import Device, DeviceWarning, open_device
from mpc.device.device_words import DeviceWords, put, recombine
from mpc.device.platforms import Place, find, places

__all__ = ["Device", "DeviceWarning", "DeviceWords", "Place", "find", "open_device", "places", "put", "recombine"]
