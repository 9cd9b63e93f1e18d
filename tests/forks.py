"""Processes that are forked from one which has imported what tests start again and again; each worker has one such.

Texts are hashed without salt in them, and the current folder is not looked for modules.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import forkserver, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [f"party_runner.{name}" for name in ("cli_runs", "cli_offline", "cli_budget", "cli_tools")]
MEASURED = ["bench.party", "bench.preprocessing.party", "bench.authenticated", "bench.divisions"]
"""The modules that processes of the bench run."""
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([*COMMAND, *MEASURED])


def forked(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that has begun to call `target`."""
    environment = {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "PYTHONPATH": str(ROOT)}
    with mock.patch.dict(os.environ, environment):
        forkserver.ensure_running()
    process = FORKS.Process(target=target, args=arguments)
    process.start()
    return process


def stand_for(standard: int, descriptor: int) -> None:
    """Makes a descriptor one of the three that are standard."""
    os.dup2(descriptor, standard)
    os.close(descriptor)
