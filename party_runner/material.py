"""Where a run's material comes from, as the command line says it: a supplier's name, or the folder of a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from mpc.errors import LocalError
from mpc.network.identity import Identity
from mpc.prg import Seed
from mpc.store import StoreSupply, key_of
from mpc.store.writer import PARTIAL
from protocols.preprocessing.checking import Check
from protocols.runs.sources import DEALER, MAKERS, OT, PREPROCESSING, Source
from protocols.runs.suites import check_supplied, find_suite

BY_REVEAL, PLANNED = "by-reveal", "planned"
CHECKS = tuple(check.value for check in Check)
SUPPLIERS = ", ".join(PREPROCESSING)


@dataclass(frozen=True, slots=True)
class Material:
    """`--preprocessing` and the options beside it.

    `given`: the name of a supplier, or a folder: a party's store, or with `parley run` one with a store for each party.
    `when`: whether material is made reveal by reveal, or planned and made before the program; with `prefetch` it is
    made beside the program, by guess or as planned. `key_in_store`: the store holds its own key, as where one person
    runs all parties.
    """

    given: str = OT
    fallback: str | None = None
    check: str = Check.NOTHING.value
    prefetch: bool = False
    when: str = BY_REVEAL
    key_in_store: bool = False

    @property
    def folder(self) -> Path | None:
        """The folder of stores, None where a supplier is named."""
        return None if self.given in PREPROCESSING else Path(self.given)

    @property
    def maker(self) -> str | None:
        """Who makes material in the session, None for nobody."""
        return self.given if self.folder is None else self.fallback

    @property
    def with_dealer(self) -> bool:
        """Whether one more endpoint is the dealer."""
        return self.maker == DEALER

    def refuse_nonsense(self) -> None:
        """Usage errors of options that do not go together; LocalError `unknown-preprocessing`."""
        if self.folder is None and self.fallback is not None:
            raise click.UsageError("--fallback says who makes what a store lacks: give it with --preprocessing FOLDER")
        if self.maker not in MAKERS and (self.prefetch or self.check != Check.NOTHING.value):
            option = "--prefetch" if self.prefetch else "--check-material"
            raise click.UsageError(f"{option} is for material that the parties make themselves: {', '.join(MAKERS)}")
        if self.folder is not None and not (self.folder.exists() or _partial(self.folder).exists()):
            cause = f"there is no folder {self.folder} with stores of material, and no supplier of this name"
            raise LocalError("unknown-preprocessing", cause, f"Name a folder that exists, or one of {SUPPLIERS}.")

    def check_wanted(self, suite: str) -> None:
        """LocalError `no-material` for a dealer or a store where the suite of this name takes no material.

        That the parties would make it themselves is no contradiction: then they make nothing.
        """
        if self.with_dealer or self.folder is not None:
            check_supplied(find_suite(suite, simulated=True), "a dealer" if self.with_dealer else "a store")

    def terms(self) -> dict[str, str | int]:
        """What all parties must choose alike."""
        names = [name for name in ("store" if self.folder is not None else None, self.maker) if name]
        return {
            "preprocessing": ", then ".join(names),
            "check_material": self.check,
            "prefetch": "yes" if self.prefetch else "no",
            "material": self.when,
        }

    @contextmanager
    def opened(self, identity: Identity) -> Iterator[Source]:
        """The source, the store opened with the party's key if there is one. SupplyError of StoreSupply."""
        check = Check(self.check)
        if self.folder is None:
            yield Source(self.maker, None, check, self.when == PLANNED, self.prefetch)
            return
        with StoreSupply(self.folder, self.key(identity)) as store:
            yield Source(self.maker, store, check, self.when == PLANNED, self.prefetch)

    def key(self, identity: Identity) -> Seed | None:
        """What a party's stores are sealed with; None for a key in the store itself."""
        return None if self.key_in_store else key_of(identity)

    def of_party(self, name: str) -> Material:
        """The choice of one party that is launched here: its own store in the folder."""
        if self.folder is None:
            return self
        return replace(self, given=str((self.folder / name).absolute()), key_in_store=True)

    def words(self) -> list[str]:
        """The same as options of a command."""
        words = ["--preprocessing", self.given, "--check-material", self.check]
        words += ["--material", self.when] if self.when != BY_REVEAL else []
        words += ["--fallback", self.fallback] if self.fallback else []
        words += ["--prefetch"] if self.prefetch else []
        return words + (["--key-in-store"] if self.key_in_store else [])


def _partial(folder: Path) -> Path:
    return folder.with_name(folder.name + PARTIAL)
