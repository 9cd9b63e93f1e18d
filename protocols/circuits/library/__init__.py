"""Circuits that are made already, AES, SHA-256, Keccak; functions of fixed-point numbers and floats inside of one."""

from protocols.circuits.library import fixed_point, floating_point
from protocols.circuits.library.aes import aes
from protocols.circuits.library.keccak import keccak_f
from protocols.circuits.library.sha256 import sha256_block

__all__ = ["aes", "fixed_point", "floating_point", "keccak_f", "sha256_block"]
