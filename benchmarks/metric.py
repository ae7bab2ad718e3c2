"""A microbenchmark of §5.1: a statistic of the real and of the synthetic data, and the distance between the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous

Statistic = Callable[[TimeSeriesDataset], NDArray[np.float64]]
"""What a figure plots: an array computed from one dataset, which does not depend on the order of its samples."""

Distance = Callable[[NDArray[Any], NDArray[Any]], float]
"""What a table prints: how far apart two values of one statistic are; zero where they are equal."""


def numeric(dataset: TimeSeriesDataset, measurement: str | None, what: str) -> NDArray[np.float32]:
    """The series [n, t] of one measurement (None: the first), for a statistic called `what` that computes with them.

    Raises ValueError for a categorical measurement, whose codes are no numbers to compute with.
    """
    name = dataset.schema.measurements[0].name if measurement is None else measurement
    series = dataset.measurement(name)
    if any(field.name == name and isinstance(field, Categorical) for field in dataset.schema.measurements):
        raise ValueError(
            f"{name} is categorical: {what} needs a numeric measurement; {dataset.schema.name} has "
            f"{[field.name for field in dataset.schema.measurements if isinstance(field, Continuous)]}"
        )
    return series


def all_numeric(dataset: TimeSeriesDataset, what: str) -> NDArray[np.float32]:
    """All measurements [n, t, k], for a statistic called `what` that computes with every one of them.

    Raises ValueError where one is categorical.
    """
    categorical = [field.name for field in dataset.schema.measurements if isinstance(field, Categorical)]
    if categorical:
        raise ValueError(
            f"{categorical[0]} is categorical: {what} needs numeric measurements alone; give it those of "
            "`TimeSeriesDataset.only_numeric()`"
        )
    return dataset.measurements


@dataclass(frozen=True)
class Metric:
    """A distance between the statistic of two datasets, e.g. the mean square error of autocorrelations (Table 3).

    Lower is better, and a dataset is at distance zero from itself. The options of a statistic are bound by
    `functools.partial`: `Metric("loss MSE", partial(autocorrelation, measurement="loss"), mse)`.
    """

    name: str
    statistic: Statistic
    distance: Distance

    def __call__(self, real: TimeSeriesDataset, synthetic: TimeSeriesDataset) -> float:
        """The distance between `real` and `synthetic`; where one is used often, compute its statistic once."""
        return self.distance(self.statistic(real), self.statistic(synthetic))
