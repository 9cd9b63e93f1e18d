"""Three hospitals train one model on all their patients; none of them sees a patient of another.

Each hospital's file holds a patient a line: 30 measurements of cell nuclei and, last, whether the tumour was malignant.
The hospitals standardise the columns over all patients, fit a logistic regression by gradient descent, and learn
the model and its accuracy on the training patients. Means, standard deviations and everything in between stay secret.

    parley run study.py -n 3 --input 0=north.csv --input 1=south.csv --input 2=west.csv

The result is a dictionary: a patient with measurements m, each divided by its unit in UNITS, is judged malignant when
sum(weights * m) + intercept > 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

EPOCHS = 30
LEARNING_RATE = 1.0

# The data dictionary, known to all: a unit for each measurement, such that every value lies between 0 and LARGEST
# units and every column has a standard deviation of at least SMALLEST_DEVIATION units.
MEAN = [10.0, 10.0, 100.0, 1000.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01]
ERROR = [1.0, 1.0, 10.0, 100.0, 0.01, 0.1, 0.1, 0.01, 0.01, 0.01]
WORST = [10.0, 10.0, 100.0, 1000.0, 0.1, 1.0, 1.0, 0.1, 0.1, 0.1]
UNITS = np.array([*MEAN, *ERROR, *WORST])
LARGEST = 10.0
SMALLEST_DEVIATION = 0.1


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The study; `mine` is this hospital's table."""
    measurements, malignant = await pool(ctx, mine)
    standardised, mean, deviation = standardise(measurements)
    weights, intercept = train(standardised, malignant)
    judged = standardised @ weights + intercept > 0
    accuracy = (judged == malignant).mean()
    weights = (weights / deviation).within(-EPOCHS / SMALLEST_DEVIATION, EPOCHS / SMALLEST_DEVIATION)
    intercept = intercept - (weights * mean).sum()
    weights, intercept, accuracy = await mpc.reveal(ctx, weights, intercept, accuracy)
    return {"weights": weights, "intercept": intercept, "accuracy": accuracy}


async def pool(ctx: Any, mine: Any) -> tuple[Any, Any]:
    """All hospitals' patients as secrets: measurements in their units, shape (patients, 30), and diagnoses."""
    measurements, diagnoses = [], []
    for hospital in range(ctx.n):
        values = mine[:, :30] / UNITS if mine is not None else None
        measurements.append(await mpc.secret(ctx, owner=hospital, value=values, range=(0, LARGEST)))
        diagnosis = mine[:, 30] == 1 if mine is not None else None
        diagnoses.append(await mpc.secret(ctx, owner=hospital, value=diagnosis))
    return np.concatenate(measurements), np.concatenate(diagnoses)


def standardise(x: Any) -> tuple[Any, Any, Any]:
    """The columns of `x` with mean 0 and standard deviation 1, and what they were before."""
    mean = x.mean(axis=0)
    centred = x - mean
    variance = (centred * centred).mean(axis=0).within(SMALLEST_DEVIATION**2, LARGEST**2 / 4)
    deviation = np.sqrt(variance).within(SMALLEST_DEVIATION, LARGEST / 2)
    largest = np.sqrt(x.shape[0])  # no value of a sample lies further from its mean, in standard deviations
    return (centred * (1 / deviation)).within(-largest, largest), mean, deviation


def train(x: Any, y: Any) -> tuple[Any, Any]:
    """Weights and intercept of a logistic regression of `y` on standardised `x`, by full-batch gradient descent.

    A mean of (p - y) * x lies within -1 and 1, for |p - y| <= 1 and the columns of x have standard deviation 1.
    """
    weights, intercept = np.zeros(x.shape[1]), 0.0
    for _ in range(EPOCHS):
        error = mpc.sigmoid(x @ weights + intercept) - y
        gradient = (x.T @ error / x.shape[0]).within(-1, 1)
        weights = weights - LEARNING_RATE * gradient
        intercept = intercept - LEARNING_RATE * error.mean()
    return weights, intercept
