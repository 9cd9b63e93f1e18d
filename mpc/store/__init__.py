"""Preprocessed material in files: made beforehand, used once."""

from mpc.store.files import Header, key_of
from mpc.store.store_supply import StoreSupply
from mpc.store.writer import StoreWriter, check_target, plan_digest, preprocess

__all__ = ["Header", "StoreSupply", "StoreWriter", "check_target", "key_of", "plan_digest", "preprocess"]
