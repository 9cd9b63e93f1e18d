"""Draws the pictures of the page on the five shops, of the last run in build/user_behaviour.

make example-user-behaviour && python -m docs.user_behaviour_pictures
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from docs.pictures import SCHEMES
from examples.user_behaviour import pictures
from examples.user_behaviour.clear import pooled
from examples.user_behaviour.figures import PURCHASES, places
from examples.user_behaviour.report import in_the_clear
from examples.user_behaviour.split import SHOPS

RUN = Path("build/user_behaviour")
FOLDER = Path(__file__).parent / "federated" / "pictures"


def main() -> None:
    """Write both."""
    result = json.loads((RUN / f"{SHOPS[0]}.json").read_text())["result"]
    own, compared = in_the_clear(RUN, result)
    (FOLDER / "user_behaviour.svg").write_text(pictures.accuracy(compared, SCHEMES), encoding="utf-8")
    purchases = pooled(own).facts[:, 0]
    exact = np.bincount(places(purchases, PURCHASES), minlength=len(PURCHASES))
    labels = pictures.intervals(PURCHASES)
    title = "purchases of a customer in 39 weeks"
    drawn = pictures.counts(result["figures"]["purchases"], exact, labels, title, SCHEMES)
    (FOLDER / "user_behaviour_figures.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
