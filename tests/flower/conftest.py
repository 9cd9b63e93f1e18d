"""Tests that need Flower are left to the process that has it: test_with_flower.py."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("flwr") else ["in_flower"]
