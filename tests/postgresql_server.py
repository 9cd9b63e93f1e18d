"""A PostgreSQL server of a test's own, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from free_ports import free_ports

PASSWORD = "hidden"


def programs() -> Path:
    """The folder of initdb and pg_ctl."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *(Path(p).parent for p in [shutil.which("initdb")] if p)]
    return next((place for place in places if (place / "pg_ctl").exists()), Path())


@contextmanager
def running_server(*options: str, trust: bool = True) -> Iterator[int]:
    """The port on 127.0.0.1 of a server with a superuser `tester`, who needs the PASSWORD unless all are trusted.

    Skips the test where there is no PostgreSQL or no psycopg.
    """
    pytest.importorskip("psycopg")
    if not (programs() / "initdb").exists():
        pytest.skip("no PostgreSQL here")
    user = "postgres" if os.geteuid() == 0 else None
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "password").write_text(PASSWORD)
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(f"{folder}/password", user)

        def run(program: str, *words: str) -> None:
            command = [str(programs() / program), *words]
            done = subprocess.run(
                command, cwd=folder, user=user, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr

        way = "trust" if trust else "scram-sha-256"
        run("initdb", "-D", f"{folder}/data", "-U", "tester", f"--auth={way}", "--pwfile=password", "--no-sync")
        settings = " ".join(f"-c {each}" for each in ("listen_addresses=127.0.0.1", *options))
        start = f"-p {port} -k {folder} {settings}"
        run("pg_ctl", "-D", f"{folder}/data", "-o", start, "-l", f"{folder}/log", "-w", "start")
        try:
            yield port
        finally:
            run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
