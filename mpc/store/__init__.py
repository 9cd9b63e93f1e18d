"""Preprocessed material in files: made beforehand, used once."""

from mpc.store.files import Header, key_of
from mpc.store.making import StoreWriter, check_target, plan_digest, preprocess
from mpc.store.supply import StoreSupply

__all__ = ["Header", "StoreSupply", "StoreWriter", "check_target", "key_of", "plan_digest", "preprocess"]
