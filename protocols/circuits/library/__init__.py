"""Circuits that are made already, AES, SHA-256, Keccak, and functions of fixed-point numbers inside of one."""

from protocols.circuits.library import fixed_point
from protocols.circuits.library.aes import aes
from protocols.circuits.library.keccak import keccak_f
from protocols.circuits.library.sha256 import sha256_block

__all__ = ["aes", "fixed_point", "keccak_f", "sha256_block"]
