"""Are combinations of metadata as frequent as real ones (Figures 10 and 19), and do measurements fit them (§5.2)?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.distances import jensen_shannon, standardised_wasserstein1
from benchmarks.statistics.marginals import level
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical

QUARTILES = (0.25, 0.5, 0.75)
LACKING = 1.0  # standard deviations that a class counts as away which no synthetic sample has


def classes(dataset: TimeSeriesDataset, real: TimeSeriesDataset) -> NDArray[np.int64]:
    """The number of each metadata field's value, int64 [n, fields], of continuous fields that of the real quarter."""
    columns = []
    for field in real.schema.metadata:
        values = dataset.metadata[field.name]
        if isinstance(field, Categorical):
            columns.append(values.cat.codes.to_numpy(np.int64))
        else:
            bounds = np.quantile(real.metadata[field.name], QUARTILES)
            columns.append(np.searchsorted(bounds, values.to_numpy(), side="right").astype(np.int64))
    return np.stack(columns, axis=1)


def joint_divergence(real: NDArray[np.int64], synthetic: NDArray[np.int64]) -> float:
    """Jensen-Shannon divergence in bits, 0 to 1, of the combinations of classes, [n, fields] and [m, fields]."""
    _, combination = np.unique(np.concatenate([real, synthetic]), axis=0, return_inverse=True)
    counts = [np.bincount(part, minlength=combination.max() + 1) for part in np.split(combination, [len(real)])]
    return jensen_shannon(*counts)


def level_by_class(
    real: NDArray[np.float64],
    synthetic: NDArray[np.float64],
    real_classes: NDArray[np.int64],
    synthetic_classes: NDArray[np.int64],
) -> float:
    """How far the levels [n, k] and [m, k] within each class are apart: Wasserstein-1 in real standard deviations.

    real_classes, synthetic_classes: of one metadata field, [n] and [m]
    Classes weigh by their share of real samples. One that no synthetic sample has counts as 1 away.
    """
    scale = real.std(axis=0)
    distance = 0.0
    for value, count in zip(*np.unique(real_classes, return_counts=True), strict=True):
        found = synthetic[synthetic_classes == value]
        away = standardised_wasserstein1(real[real_classes == value], found, scale) if len(found) else LACKING
        distance += away * count / len(real)
    return distance


def _joint(real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> float:
    return joint_divergence(classes(real, real), classes(synthetic, real))


def _by_class(real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> float:
    levels = level(real), level(synthetic)
    fields = zip(classes(real, real).T, classes(synthetic, real).T, strict=True)
    return float(np.mean([level_by_class(*levels, *each) for each in fields]))


def _has_metadata(train: TimeSeriesDataset, held_out: TimeSeriesDataset) -> bool:
    return bool(held_out.schema.metadata)


JOINT = Column(
    name="joint metadata",
    aspect="metadata",
    measure=against_held_out(_joint),
    unit="bits",
    reference="Jensen-Shannon divergence as in §5.1, Figures 10 and 19",
    only="metadata",
    applies=_has_metadata,
)
LEVEL_BY_CLASS = Column(
    name="level by metadata",
    aspect="metadata",
    measure=against_held_out(_by_class),
    unit="real standard deviations",
    reference="Wasserstein-1 as in Table 2, within each class",
    applies=_has_metadata,
)
