"""Writes north.csv, south.csv and west.csv: the breast cancer set that comes with scikit-learn, in three parts.

569 patients in the order of the set, 190 + 190 + 189; 30 measurements of cell nuclei and, last, the diagnosis
(1 malignant, 0 benign). The numbers are written as the set gives them, so that nothing is lost.

    python examples/hospitals/split_data.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer

FOLDER = Path(__file__).parent
HOSPITALS = ("north", "south", "west")


def main() -> None:
    """Write the three files beside this script."""
    patients = load_breast_cancer()
    header = [name.replace(" ", "_") for name in patients.feature_names] + ["malignant"]
    malignant = 1 - patients.target  # the set codes benign as 1
    parts = zip(np.array_split(patients.data, 3), np.array_split(malignant, 3), strict=True)
    for name, (measurements, diagnoses) in zip(HOSPITALS, parts, strict=True):
        with (FOLDER / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for row, diagnosis in zip(measurements, diagnoses, strict=True):
                writer.writerow([*(repr(float(value)) for value in row), int(diagnosis)])


if __name__ == "__main__":
    main()
