"""What is installed: Parley's version, and its packages side by side, with no other of their names in their place."""

from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def installed_version() -> str:
    """The version of the package, "unknown" where Parley's folder is used without being installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("parley-mpc")
    except PackageNotFoundError:
        return "unknown"


def refuse_shadows(*names: str) -> None:
    """ImportError if another package of one of these names comes first, as one beside the user's script does."""
    for name in names:
        spec = find_spec(name)
        place = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if place is not None and not place.is_relative_to(HOME / name):
            raise ImportError(f"{place} takes the place of Parley's own package `{name}`: rename it, or move it away")


refuse_shadows("native", "protocols")
