"""Density and coverage (Naeem et al. 2020), precision and recall (Kynkäänniemi et al. 2019).

Do synthetic samples lie where real ones do, and everywhere where real ones do?

A ball is a sample's neighbourhood: around it, as wide as its fifth nearest neighbour of its own side is far. All four
look in the space of `features` without the metadata, each feature standardised by the real samples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from benchmarks.column import Column, against_held_out
from benchmarks.features import METADATA, features
from dg.dataset import TimeSeriesDataset

Array = NDArray[np.float64]

NEIGHBOURS = 5  # as in Naeem et al.


def density(real: Array, synthetic: Array, k: int = NEIGHBOURS) -> float:
    """How many real balls a row of `synthetic` [m, d] lies in, over k, on average: 1 if alike.

    Above 1 where samples crowd where real ones are densest: read it beside coverage.
    """
    inside = cdist(synthetic, real) <= radii(real, k)
    return float(inside.sum() / (k * len(synthetic)))


def coverage(real: Array, synthetic: Array, k: int = NEIGHBOURS) -> float:
    """The share of real balls with a row of `synthetic` in them, 0 to 1.

    Of n rows and m rows of the same distribution it is 1 - (n-1)…(n-k) / ((n+m-1)…(n+m-k)), 0.97 of equally many.
    """
    inside = cdist(synthetic, real) <= radii(real, k)
    return float(inside.any(axis=0).mean())


def precision(real: Array, synthetic: Array, k: int = NEIGHBOURS) -> float:
    """The share of rows of `synthetic` that lie in a real ball, 0 to 1 (Kynkäänniemi et al. 2019)."""
    inside = cdist(synthetic, real) <= radii(real, k)
    return float(inside.any(axis=1).mean())


def recall(real: Array, synthetic: Array, k: int = NEIGHBOURS) -> float:
    """The share of rows of `real` that lie in a synthetic ball, 0 to 1 (Kynkäänniemi et al. 2019)."""
    return precision(synthetic, real, k)


def radii(rows: Array, k: int) -> Array:
    """The distance of each row to its k-th nearest other row, [n]; raises ValueError if there are not so many."""
    if len(rows) <= k:
        raise ValueError(f"{len(rows)} samples have no {k} neighbours each: {k + 1} are needed")
    return np.partition(cdist(rows, rows), k, axis=1)[:, k]  # the nearest is the row itself


def standardised(real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> tuple[Array, Array]:
    """The features of both, [n, d] and [m, d], less the real mean and over the real deviation; 0 where one is NaN."""
    seen = [name for name in features(real) if not name.startswith(METADATA)]
    own, others = features(real)[seen], features(synthetic)[seen]
    deviation = own.std(ddof=0)
    scale = deviation.where(deviation > 0, 1.0)
    found = [((side - own.mean()) / scale).fillna(0.0).to_numpy() for side in (own, others)]
    return found[0], found[1]


def _column(name: str, of: Callable[[Array, Array], float], reference: str, unit: str) -> Column:
    return Column(
        name=name,
        aspect="whole sample",
        measure=against_held_out(lambda real, made: of(*standardised(real, made))),
        unit=unit,
        reference=reference,
        better="nearer" if of is density else "higher",
        ideal=1.0,
    )


NAEEM, KYNKAANNIEMI = "Naeem et al. 2020", "Kynkäänniemi et al. 2019"
DENSITY = _column("density", density, NAEEM, "neighbourhoods")
COVERAGE = _column("coverage", coverage, NAEEM, "share of real samples")
PRECISION = _column("precision", precision, KYNKAANNIEMI, "share of synthetic samples")
RECALL = _column("recall", recall, KYNKAANNIEMI, "share of real samples")
