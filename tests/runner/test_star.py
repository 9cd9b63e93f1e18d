"""`parley serve`, `parley client` and `parley star`, with real processes over real connections."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from textwrap import dedent

import pytest
from free_ports import free_ports

from party_runner.failures import INTERRUPTED

from .processes import call, parley, write
from .template import Begun

COUNTING = """
import numpy as np
import trio

import mpc

async def server(star):
    rounds = mpc.star.Rounds(mpc.star.Quorum(star.parameters["least"]))
    await mpc.star.assemble(star, rounds, star.parameters["wanted"], 20)
    totals = []
    for _ in range(2):
        rounds.begin(trio.current_time(), 10)
        star.broadcast((rounds.number, 0), b"")
        totals.append(0)
        async for came in mpc.star.answers(star, rounds):
            totals[-1] += int(came.array[0])
        rounds.close()
    return {"totals": totals, "rate": star.parameters["rate"]}

async def client(star, mine):
    count = 0
    async for message in star:
        await star.send(message.tag, np.array([mine.sum()], np.uint64))
        count += 1
    return count
"""


def counting(folder: Path, clients: int) -> tuple[str, list[str]]:
    """The program, and an option with data for each client."""
    files = [write(folder, f"data{i}.csv", f"x\n{i + 1}\n1\n") for i in range(clients)]
    return write(folder, "counting.py", COUNTING), [w for i, f in enumerate(files) for w in ("--input", f"{i}={f}")]


@pytest.mark.slow
def test_a_whole_star_on_this_machine(tmp_path: Path) -> None:
    program, inputs = counting(tmp_path, 3)
    target = tmp_path / "summary.json"
    parameters = ("--arg", "wanted=3", "--arg", "least=3", "--arg", "rate=0.5")
    done = parley("star", "run", program, "--clients", "3", *inputs, *parameters, "--json", str(target))
    assert done.returncode == 0, done.stderr
    summary = json.loads(target.read_text())
    assert summary["result"] == {"totals": [9, 9], "rate": 0.5}
    assert summary["results"] == {"client0": 2, "client1": 2, "client2": 2}
    assert (summary["clients"], summary["goodbyes"], summary["lost"]) == (3, 3, {})
    assert " ".join(done.stdout.split()).endswith(summary["security"])
    assert "the server reads all that a client sends it" in summary["security"]
    assert "3 connections, 3 said goodbye" in done.stdout


@pytest.mark.slow
def test_a_client_that_fails_does_not_end_the_star(tmp_path: Path) -> None:
    program, inputs = counting(tmp_path, 2)  # the third has no data, and its program fails at that
    target = tmp_path / "summary.json"
    parameters = ("--arg", "wanted=3", "--arg", "least=2", "--arg", "rate=1")
    done = parley("star", "run", program, "--clients", "3", *inputs, *parameters, "--json", str(target))
    assert done.returncode == 0, done.stderr
    summary = json.loads(target.read_text())
    assert summary["result"]["totals"] == [5, 5]
    assert summary["results"] == {"client0": 2, "client1": 2, "client2": "failed [program-failed]"}
    assert summary["lost"] == {"peer-failed": 1}
    (loss,) = summary["losses"]
    assert (loss["client"], loss["code"]) == ("client2", "peer-failed")
    assert loss["phase"] in ("before it was told anything", "before its answer in round 0, step 0")
    assert f"client2: peer-failed, {loss['phase']}" in done.stdout


@pytest.mark.slow
def test_where_the_server_fails_it_is_named(tmp_path: Path) -> None:
    program, inputs = counting(tmp_path, 2)
    done = parley("star", "run", program, "--clients", "2", *inputs, "--arg", "wanted=2", "--arg", "least=3")
    assert done.returncode == 3
    assert "server ended with exit code 3 [quorum-missed]" in done.stderr
    assert "counting.py:" in done.stderr


@pytest.mark.slow
def test_an_enrolled_client_joins_the_server(tmp_path: Path) -> None:
    program, _ = counting(tmp_path, 1)
    star = str(star_toml(tmp_path, free_ports(1)[0]))
    parameters = ["--arg", "wanted=1", "--arg", "least=1", "--arg", "rate=1"]
    served = Begun(["serve", program, "--star", star, *parameters], tmp_path)
    insisting = ["client", program, "--star", star, "--name", "anna", "--input", str(tmp_path / "data0.csv")]
    refused = parley(*insisting, "--arg", "rate=2")
    assert refused.returncode == 3
    assert "[different-parameters]" in refused.stderr
    done = parley(*insisting, "--arg", "rate=1", "--json", "-")
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)
    assert (account["role"], account["name"], account["result"]) == ("client", "anna", 2)
    ended = served.ended(60)
    assert ended.returncode == 0, ended.stderr
    assert "'totals': [2, 2]" in ended.stdout
    late = parley(*insisting, "--connect-timeout", "1")
    assert late.returncode == 3
    assert "[nobody-listening]" in late.stderr
    assert late.stderr.count("waiting for center: ") == 1


@pytest.mark.slow
def test_sigterm_ends_a_server_as_ctrl_c_does(tmp_path: Path) -> None:
    """Its client learns why, and nothing is left behind."""
    here = tmp_path / "here"
    ends = f"""
        async def server(star):
            async for event in star:
                open({str(here)!r}, "w").close()

        async def client(star, mine):
            await star.receive()
    """
    program, star = write(tmp_path, "waits.py", dedent(ends)), str(star_toml(tmp_path, free_ports(1)[0]))
    served = Begun(["serve", program, "--star", star], tmp_path)
    client = Begun(["client", program, "--star", star, "--name", "anna"], tmp_path)
    until = time.monotonic() + 60
    while not here.exists() and time.monotonic() < until:
        time.sleep(0.02)
    served.send(signal.SIGTERM)
    ended, told = served.ended(60), client.ended(60)
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, "interrupted\n")
    assert told.returncode == 3
    assert "it was stopped from outside" in told.stderr


def star_toml(folder: Path, port: int) -> Path:
    """A star with one client, anna, enrolled by the commands."""
    where = ("--folder", str(folder))
    key = ("--authority", str(folder / "authority.key"))
    for words in (("keys", "new", "center"), ("star", "authority"), ("star", "request", "anna")):
        code, text = call(*words, *where)
        assert code == 0, text
    fingerprint = next(line for line in text.splitlines() if line.startswith("fingerprint"))
    code, text = call("star", "enroll", "anna", *key, *where)
    assert code == 0, text
    assert "valid until" in text
    assert fingerprint in text
    told = fingerprint.removeprefix("fingerprint").strip().upper().replace(" ", ":")
    assert call("star", "enroll", "anna", *key, *where, "--fingerprint", told)[0] == 0
    code, text = call("star", "enroll", "anna", *key, *where, "--fingerprint", "0" + told[1:].replace("0", "1"))
    assert (code, "[bad-request]" in text) == (2, True)
    lines = ["[server]", 'name = "center"', f'address = "127.0.0.1:{port}"', 'certificate = "center.crt"']
    lines += ["[clients]", 'authority = "authority.crt"', 'revoked = "authority.crl"']
    return Path(write(folder, "star.toml", "\n".join(lines)))


def test_what_is_wrong_is_said_before_anybody_connects(tmp_path: Path) -> None:
    program, _ = counting(tmp_path, 1)
    star = str(star_toml(tmp_path, 7999))
    key = ("--authority", str(tmp_path / "authority.key"))

    def fails(code: str, *words: str) -> str:
        exit_code, text = call(*words)
        assert exit_code == 2, text
        assert f"[{code}]" in text
        return text

    bert = ("client", program, "--star", star, "--name", "bert")
    assert "`parley star request bert`" in fails("no-key", *bert)
    call("star", "request", "bert", "--folder", str(tmp_path))
    assert "`parley star enroll bert`" in fails("bad-certificate", *bert)
    (tmp_path / "bert.csr").unlink()
    other = ("--key", str(tmp_path / "anna.key"))
    fails("wrong-certificate", "client", program, "--star", star, "--name", "bert", *other)
    fails("bad-star", "serve", program, "--star", str(tmp_path / "none.toml"))
    fails("program-missing", "serve", str(tmp_path / "none.py"), "--star", star)
    fails("program-without-main", "serve", write(tmp_path, "half.py", "async def server(star): ..."), "--star", star)
    both = "async def server(star): ...\nasync def client({}): ..."
    fails("program-main-parameters", "serve", write(tmp_path, "short.py", both.format("star")), "--star", star)
    plain = both.format("star, mine").replace("async ", "", 1)
    fails("program-main-not-async", "serve", write(tmp_path, "plain.py", plain), "--star", star)
    fails("bad-request", "star", "enroll", "bert", *key, "--folder", str(tmp_path))
    fails("bad-lifetime", "star", "enroll", "anna", *key, "--folder", str(tmp_path), "--hours", "9999")
    fails("unknown-client", "star", "revoke", "bert", *key)
    code, text = call("star", "revoke", "anna", *key)
    assert (code, "2 more revoked" in text) == (0, True)


TRAINING = """
import numpy as np
from mpc import federated

def agreed():
    return federated.Federation(clients=4, rounds=1, dropouts=0.25, corrupted=0.0, malicious=True, step_seconds=20)

def model():
    return federated.softmax_regression(1, 2)

async def server(star):
    served = await federated.serve(star, model(), agreed())
    return {"sites": len(served.trained.rounds[0].sites)}

async def client(star, mine):
    data = np.array([[0.5], [1.5]]), np.array([0, 1])
    return (await federated.join(star, model(), data, agreed())).rounds
"""


@pytest.mark.slow
def test_a_client_that_is_enrolled_once_trains_against_a_malicious_server(tmp_path: Path) -> None:
    """What it shows other clients is in the certificate that it dials with."""
    program, target = write(tmp_path, "training.py", TRAINING), tmp_path / "summary.json"
    done = parley("star", "run", program, "--clients", "4", "--json", str(target))
    assert done.returncode == 0, done.stderr
    summary = json.loads(target.read_text())
    assert summary["result"] == {"sites": 4}
    assert summary["results"] == {f"client{i}": 1 for i in range(4)}
