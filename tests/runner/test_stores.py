"""Plan, preprocess, run, in real processes: material made beforehand, used once, refused when it does not fit."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from free_ports import free_ports

from mpc.network.identity import new_identity

from .processes import PRODUCT, call, kill, parley, product_of, start_run, write
from .test_join import ends, start

pytestmark = pytest.mark.slow

ABOVE = """
import mpc

@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def above(x, y):
    return x > y

async def main(ctx, mine):
    own = {"x": mpc.private(0, mine["x"]), "y": mpc.private(1, mine["x"])}
    return {"above": [await mpc.authenticated(ctx, above, own, instances=3) for _ in range(2)]}
"""
"""Two circuits that a party cannot cheat in, one after the other."""

PRODUCT_IS = {"product": pytest.approx(1.0, abs=1e-3)}


def planned(folder: Path, parties: int, *options: str) -> str:
    """The plan of the product."""
    plan = str(folder / "product.plan")
    made = call("plan", *product_of(folder, parties)[1:], "-o", plan, *options)
    assert made[0] == 0, made[1]
    return plan


def preprocessed(folder: Path, parties: int, *options: str) -> Path:
    """Stores for the product."""
    stores = folder / "stores"
    made = parley("preprocess", planned(folder, parties), "-o", str(stores), *options)
    assert made.returncode == 0, made.stderr
    return stores


@pytest.fixture(scope="module")
def makings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Stores for the product of two parties, made twice."""
    first, second = (preprocessed(tmp_path_factory.mktemp("making"), 2) for _ in range(2))
    return first, second


@pytest.fixture
def stores(makings: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the first of them."""
    return shutil.copytree(makings[0], tmp_path / "stores")


def refused(arguments: list[str], exit_code: int, *says: str) -> None:
    code, printed = call(*arguments)
    assert code == exit_code, printed
    assert "Traceback" not in printed
    for text in says:
        assert text in printed


def run_from(folder: Path, parties: int, stores: Path, *options: str) -> Any:
    return parley(*product_of(folder, parties), "--preprocessing", str(stores), *options)


@pytest.mark.parametrize("parties", [3])
def test_plan_preprocess_run(tmp_path: Path, parties: int) -> None:
    """Two runs use the material of two runs; a third finds nothing left, unless the parties may make it."""
    stores = tmp_path / "stores"
    made = parley("preprocess", planned(tmp_path, parties), "-o", str(stores), "--runs", "2", "--json", "-")
    assert made.returncode == 0, made.stderr
    summary = json.loads(made.stdout)
    assert summary["runs"] == 2
    assert summary["store"] == [str(stores / f"party{i}") for i in range(parties)]
    assert summary["preprocessing"] == "ot"
    assert min(summary["stored_bytes"]) > 0
    assert min(summary["offline_bytes"]) > 10_000
    assert summary["material"]["triple"] == 6
    for _ in range(2):
        done = run_from(tmp_path, parties, stores, "--json", "-")
        assert done.returncode == 0, done.stderr
        used = json.loads(done.stdout)
        assert used["result"] == PRODUCT_IS
        assert used["preprocessing"] == "store"
        assert used["offline_bytes"] == [0] * parties
        assert "nobody else is trusted" in used["security"]
    spent = run_from(tmp_path, parties, stores)
    assert spent.returncode == 5
    assert "[store-exhausted]" in spent.stderr
    assert "3 triple" in spent.stderr
    assert "--fallback ot" in spent.stderr
    again = run_from(tmp_path, parties, stores, "--fallback", "ot", "--json", "-", *["--prefetch"] * (parties - 2))
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["preprocessing"] == "store, then ot"
    assert min(json.loads(again.stdout)["offline_bytes"]) > 10_000


def test_products_under_paillier_keys(tmp_path: Path) -> None:
    """Planned, made between two processes and used; as many bytes as the plan says, and the sentence says how."""
    program = write(
        tmp_path, "matrices.py", PRODUCT.replace("value=mine", "value=mine, range=(-4, 4)").replace("*", "@")
    )
    inputs = [write(tmp_path, name, "p,q,r,s\n" + 4 * "1,0,2,-1\n") for name in ("a.csv", "b.csv")]
    given = [program, "-n", "2", "--input", f"0={inputs[0]}", "--input", f"1={inputs[1]}"]
    stores, plan, told = tmp_path / "stores", str(tmp_path / "matrices.plan"), tmp_path / "plan.json"
    code, printed = call("plan", *given, "-o", plan, "--preprocessing", "paillier", "--json", str(told))
    assert code == 0, printed
    foreseen = json.loads(told.read_text())
    made = parley("preprocess", plan, "-o", str(stores), "--json", "-")
    assert made.returncode == 0, made.stderr
    summary = json.loads(made.stdout)
    assert summary["preprocessing"] == "paillier"
    assert summary["offline_bytes"] == pytest.approx(foreseen["offline_estimate_planned"], rel=0.02)
    done = parley("run", *given, "--preprocessing", str(stores), "--fallback", "paillier", "--json", "-")
    assert done.returncode == 0, done.stderr
    used = json.loads(done.stdout)
    assert used["result"] == {"product": pytest.approx(16, abs=1e-2)}
    for sentence in (foreseen["security"], used["security"]):
        assert "products under Paillier keys where that takes less" in sentence


def test_tables_of_authenticated_garbling(tmp_path: Path) -> None:
    """Made between two processes, with as many bytes as the plan says of a store, and used up by one run."""
    program, stores, plan = write(tmp_path, "above.py", ABOVE), tmp_path / "stores", str(tmp_path / "above.plan")
    inputs = [write(tmp_path, "a.csv", "x\n7\n200\n3\n"), write(tmp_path, "b.csv", "x\n8\n20\n3\n")]
    given = [program, "-n", "2", "--input", f"0={inputs[0]}", "--input", f"1={inputs[1]}", "--garbling", "ahead"]
    code, printed = call("plan", *given, "-o", plan, "--json", str(tmp_path / "plan.json"))
    assert code == 0, printed
    assert "planned or stored" in printed
    foreseen = json.loads((tmp_path / "plan.json").read_text())
    made = parley("preprocess", plan, "-o", str(stores), "--json", "-")
    assert made.returncode == 0, made.stderr
    summary = json.loads(made.stdout)
    assert summary["offline_bytes"] == pytest.approx(foreseen["offline_estimate_planned"], rel=0.02)
    assert min(foreseen["offline_estimate"]) > max(foreseen["offline_estimate_planned"])
    done = parley("run", *given, "--preprocessing", str(stores), "--json", "-")
    assert done.returncode == 0, done.stderr
    used = json.loads(done.stdout)
    assert used["result"] == {"above": [[False, True, False]] * 2}
    assert (used["offline_bytes"], used["material"]) == ([0, 0], summary["material"])
    spent = parley("run", *given, "--preprocessing", str(stores))
    assert spent.returncode == 5
    assert "[store-exhausted]" in spent.stderr


def test_a_summary_for_people(tmp_path: Path) -> None:
    plan = planned(tmp_path, 2)
    made = parley("preprocess", plan, "-o", str(tmp_path / "stores"), "--name", "0=north", "--check-material", "all")
    assert made.returncode == 0, made.stderr
    whole = "".join(made.stdout.split())  # a path that is wider than the terminal is folded
    for said in ("Stores for one run", "north", "stores/party1", "triple", "from: ot, all of it verified", "offline"):
        assert "".join(said.split()) in whole
    again = parley("preprocess", plan, "-o", str(tmp_path / "stores"))
    assert again.returncode == 2
    assert "[store-exists]" in again.stderr


def test_stores_of_what_takes_nothing_say_so(tmp_path: Path) -> None:
    program = write(tmp_path, "total.py", PRODUCT.replace("(a * b)", "(a + b)"))
    plan = str(tmp_path / "total.plan")
    assert call("plan", program, "-n", "2", "--shape", "0=3", "--shape", "1=3", "-o", plan)[0] == 0
    made = parley("preprocess", plan, "-o", str(tmp_path / "stores"))
    assert made.returncode == 0, made.stderr
    assert "Material none is needed" in " ".join(made.stdout.split())


def test_stores_of_a_dealer(tmp_path: Path) -> None:
    """A plan for a dealer, made by one; the security sentence of the run still names the dealer."""
    plan = planned(tmp_path, 2, "--preprocessing", "dealer")
    refused = call("preprocess", plan, "-o", str(tmp_path / "stores"), "--preprocessing", "ot")
    assert refused[0] == 2
    assert "[plan-supplier]" in refused[1]
    made = parley("preprocess", plan, "-o", str(tmp_path / "stores"))
    assert made.returncode == 0, made.stderr
    done = run_from(tmp_path, 2, tmp_path / "stores", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == PRODUCT_IS
    assert "the dealer, who made the correlations, colludes with none" in json.loads(done.stdout)["security"]


def test_another_program_is_refused_before_it_runs(tmp_path: Path, stores: Path) -> None:
    arguments = product_of(tmp_path, 2)
    write(tmp_path, "product.py", PRODUCT.replace("(a * b).sum()", "(a * b).sum() > 1"))
    done = parley(*arguments, "--preprocessing", str(stores))
    assert done.returncode == 5
    assert "[store-other-plan]" in done.stderr
    assert "was made for another plan" in done.stderr


def test_stores_of_different_makings_are_refused(tmp_path: Path, stores: Path, makings: tuple[Path, Path]) -> None:
    shutil.rmtree(stores / "party1")
    shutil.copytree(makings[1] / "party1", stores / "party1")
    done = run_from(tmp_path, 2, stores)
    assert done.returncode == 3
    assert "[different-store]" in done.stderr


def test_a_store_of_another_party_is_refused(tmp_path: Path, stores: Path) -> None:
    (stores / "party1").rename(stores / "aside")
    (stores / "party0").rename(stores / "party1")
    (stores / "aside").rename(stores / "party0")
    done = run_from(tmp_path, 2, stores)
    assert done.returncode == 5
    assert "[store-foreign]" in done.stderr


SLOW = """
import mpc
import trio

async def main(ctx, mine):
    a = await mpc.secret(ctx, owner=0, value=mine)
    for turn in range(300):
        await mpc.reveal(ctx, a * a)
        if turn == 3 and not ctx.planning:
            print("under way", flush=True)
        await trio.sleep(0 if ctx.planning else 0.005)
    return await mpc.reveal(ctx, a)
"""


def test_a_killed_run_loses_material_and_uses_none_twice(tmp_path: Path) -> None:
    """What the killed run had reserved is gone at both parties, and the next run takes the rest."""
    program, data = write(tmp_path, "slow.py", SLOW), write(tmp_path, "a.csv", "1\n2\n")
    of_run = [program, "-n", "2", "--input", f"0={data}"]
    plan, stores = str(tmp_path / "slow.plan"), str(tmp_path / "stores")
    assert call("plan", *of_run, "-o", plan)[0] == 0
    made = parley("preprocess", plan, "-o", stores, "--runs", "2")
    assert made.returncode == 0, made.stderr
    run = start_run(tmp_path, ["run", *of_run, "--preprocessing", stores], 2)
    kill(run.pid_of("party1"))
    code, printed = run.end()
    assert code == 3
    assert "party1 was killed" in printed
    rerun = parley("run", *of_run, "--preprocessing", stores, "--json", "-")
    assert rerun.returncode == 0, rerun.stderr
    assert json.loads(rerun.stdout)["result"] == [[1.0], [2.0]]
    third = parley("run", *of_run, "--preprocessing", stores)
    assert third.returncode == 5
    assert "[store-exhausted]" in third.stderr


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Two parties with keys and a roster, data and the product's plan."""
    sections = []
    for name, port in zip(("north", "south"), free_ports(2), strict=True):
        new_identity(name, tmp_path)
        sections.append(f'[[party]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    write(tmp_path, "parties.toml", "\n".join(sections))
    planned(tmp_path, 2)
    return tmp_path


def making(folder: Path, name: str, *options: str) -> list[str]:
    plan, store, roster = str(folder / "product.plan"), str(folder / f"{name}.store"), str(folder / "parties.toml")
    return ["preprocess", plan, "-o", store, "--roster", roster, "--party", name, *options]


def joining(folder: Path, name: str, data: str, *options: str) -> list[str]:
    words = ["join", str(folder / "parties.toml"), str(folder / "product.py"), "--party", name]
    return [*words, "--input", str(folder / data), "--preprocessing", str(folder / f"{name}.store"), *options]


def test_two_real_parties(pair: Path) -> None:
    """Each has planned for itself."""
    made_at_south = making(pair, "south")
    made_at_south[1] = str(pair / "south.plan")
    elsewhere = ["plan", "product.py", "-n", "2", "--shape", "0=3x1", "--shape", "1=3x1", "-o", "south.plan"]
    assert parley(*elsewhere, cwd=pair).returncode == 0
    made = ends(start(*making(pair, "north", "--json", "-")), start(*made_at_south))
    assert [code for code, _, _ in made] == [0, 0], made
    assert json.loads(made[0][1])["store"] == str(pair / "north.store")
    assert "Material, from: ot" in made[1][1]
    assert not (pair / "north.store" / "key").exists()
    used = ends(start(*joining(pair, "north", "a.csv", "--json", "-")), start(*joining(pair, "south", "b.csv")))
    assert [code for code, _, _ in used] == [0, 0], used
    assert json.loads(used[0][1])["result"] == PRODUCT_IS


def test_harmed_stores_and_other_keys_are_refused(pair: Path) -> None:
    """Before any connection is made."""
    ends(start(*making(pair, "north")), start(*making(pair, "south")))
    store, whole = pair / "north.store", pair / "whole"
    store.rename(whole)
    join = joining(pair, "north", "a.csv")
    refused(join, 2, "[unknown-preprocessing]")
    harms: dict[str, Callable[[], object]] = {
        "material is 20 bytes long": lambda: os.truncate(store / "material", 20),
        "index is 20 bytes long": lambda: os.truncate(store / "index", 20),
        "[store-exposed]": lambda: store.chmod(0o755),
        "[store-unfinished]": lambda: store.rename(f"{store}.partial"),
    }
    for said, harm in harms.items():
        shutil.copytree(whole, store)
        harm()
        refused(join, 5, said)
        shutil.rmtree(store, ignore_errors=True)
    shutil.rmtree(f"{store}.partial")
    whole.rename(store)
    refused(joining(pair, "south", "b.csv", "--preprocessing", str(store)), 5, "[store-damaged]", "another party's key")


def test_parties_with_other_plans_are_named(pair: Path) -> None:
    other = pair / "other"
    other.mkdir()
    shapes = ["--shape", "0=2x1", "--shape", "1=2x1"]
    assert call("plan", str(pair / "product.py"), "-n", "2", *shapes, "-o", str(other / "p"))[0] == 0
    south = making(pair, "south")
    south[1] = str(other / "p")
    outcomes = ends(start(*making(pair, "north")), start(*south))
    assert [code for code, _, _ in outcomes] == [3, 3]
    assert "south has another plan" in outcomes[0][2]
    assert not (pair / "north.store").exists()


def test_a_party_that_runs_while_the_other_prepares_is_named(pair: Path) -> None:
    outcomes = ends(
        start(*making(pair, "north")),
        start(*[w for w in joining(pair, "south", "b.csv") if w != "--preprocessing" and not w.endswith(".store")]),
    )
    assert [code for code, _, _ in outcomes] == [3, 3]
    assert "[different-parameters]" in outcomes[0][2]
    assert "plan: absent there" in outcomes[0][2].replace("'", "")


def test_what_does_not_go_together(pair: Path) -> None:
    run = product_of(pair, 2)
    refused([*run, "--fallback", "ot"], 2, "--fallback")
    refused([*run, "--preprocessing", "dealer", "--prefetch"], 2, "--prefetch")
    refused([*run, "--preprocessing", "dealer", "--check-material", "all"], 2, "--check-material")
    refused([*run, "--preprocessing", "magic"], 2, "[unknown-preprocessing]", "magic", "ot, silent, paillier, dealer")
    plan = str(pair / "product.plan")
    refused(["preprocess", plan, "-o", str(pair / "s"), "--party", "north"], 2, "--roster")
    refused(["preprocess", str(pair / "none"), "-o", str(pair / "s")], 2, "[plan-missing]")
    refused(["preprocess", run[1], "-o", str(pair / "s")], 2, "[bad-plan]")
    refused(["preprocess", plan, "-o", str(pair / "none" / "s")], 2, "[unwritable]")
    assert call("plan", *product_of(pair, 3)[1:], "-o", plan)[0] == 0
    refused(making(pair, "north"), 2, "[plan-parties]", "3 parties")


GARBLED = """
import mpc

@mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))
def product(x, y):
    return x * y

async def main(ctx, mine):
    x, y = (mpc.private(owner, mine) for owner in range(2))
    return await mpc.reveal(ctx, await mpc.garbled(ctx, product, x=x, y=y))
"""


@pytest.mark.parametrize("maker", ["ot"])
def test_circuits_are_garbled_ahead_and_evaluated_from_stores(tmp_path: Path, maker: str) -> None:
    """Who makes the tables has the plan alone; the plan has the circuit. A run that garbles online finds nothing."""
    program, plan, stores = write(tmp_path, "garbled.py", GARBLED), tmp_path / "garbled.plan", tmp_path / "stores"
    data = [
        word
        for i, text in enumerate(("70\n90\n", "80\n20\n"))
        for word in ("--input", f"{i}={write(tmp_path, f'{i}.csv', text)}")
    ]
    chosen = ["-n", "2", *data, "--garbling", "ahead", "--scheme", "three-halves"]
    code, printed = call("plan", program, *chosen, "--preprocessing", maker, "-o", str(plan))
    assert code == 0, printed
    assert "ahead" in printed
    made = parley("preprocess", str(plan), "-o", str(stores), "--json", "-")
    assert made.returncode == 0, made.stderr
    garbled = json.loads(made.stdout)["material"]["garbling"]
    other = parley("run", program, *chosen[:-4], "--preprocessing", str(stores))
    assert other.returncode != 0
    assert "store-other-plan" in other.stderr + other.stdout
    done = parley("run", program, *chosen, "--preprocessing", str(stores), "--json", "-")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["result"] == [[5600], [1800]]
    (circuit,) = summary["circuits"]
    assert garbled == 2 * circuit["ands"]
    assert (circuit["garbling"], circuit["scheme"], circuit["tables"]) == (
        "ahead",
        "three-halves",
        25 * 2 * circuit["ands"],
    )
    assert max(summary["bytes_sent"]) < 3000
