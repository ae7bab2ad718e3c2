"""Some forty named features of each sample, of any length: where the two-sample test and coverage look.

Of each measurement, on the scale of `records`: mean, standard deviation, seven quantiles, share of zeros, mean and
largest step, skewness, kurtosis, autocorrelation at up to nine lags, and how the means by weekday (or by hour) and of
eleven parts of the series differ from the mean. Besides these the length, and the metadata as codes.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.remembered import remembered
from benchmarks.statistics.correlogram import Array, correlograms, reach
from benchmarks.statistics.marginals import level, quantiles, spread, zeros
from benchmarks.statistics.records import records
from benchmarks.statistics.rhythm import records_a_day
from benchmarks.statistics.steps import steps
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Schema

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
LAGS = (1, 2, 3, 7, 14, 28, 91, 182, 364)  # records; those up to 4/5 of the schema's length
PARTS = 11  # of the schema's length: 50 days each of the 550 of page views
METADATA = "metadata: "  # before the name of such a feature
HOURS = 24  # of a day, or fewer where it has fewer records


@remembered
def features(dataset: TimeSeriesDataset) -> pd.DataFrame:
    """One row a sample, one named column a feature; NaN where a sample is too short for it, or constant.

    Which columns there are depends on the schema alone, and a row on its sample alone.
    """
    k = len(dataset.schema.measurements)
    columns = {
        f"{field.name}: {name}": values[:, column]
        for name, values in _of_measurements(dataset, k).items()
        for column, field in enumerate(dataset.schema.measurements)
    }
    columns["length"] = np.log1p(dataset.lengths)
    for field in dataset.schema.metadata:
        values = dataset.metadata[field.name]
        codes = values.cat.codes if isinstance(field, Categorical) else values
        columns[METADATA + field.name] = codes.to_numpy(np.float64)
    return pd.DataFrame(columns)


def _of_measurements(dataset: TimeSeriesDataset, k: int) -> dict[str, Array]:
    """The features of all measurements by name, each [n, k]."""
    series, schema = records(dataset), dataset.schema
    centred = series - level(dataset)[:, None]
    deviation = spread(dataset)
    z = centred / np.where(deviation > 0, deviation, np.nan)[:, None]
    found = quantiles(dataset, QUANTILES).reshape(len(dataset), -1, k)
    moved = steps(dataset)
    lags = np.array([lag for lag in LAGS if lag <= reach(np.array(schema.max_length))], dtype=np.int64)
    correlated = np.stack([correlograms(series[:, :, column], dataset.lengths, lags) for column in range(k)], axis=2)
    place, part = phase(schema), np.arange(schema.max_length) * PARTS // schema.max_length
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)  # of what is NaN throughout
        return {
            "mean": level(dataset),
            "standard deviation": deviation,
            **{f"{share:.0%} quantile": found[:, number] for number, share in enumerate(QUANTILES)},
            "zeros": zeros(dataset),
            "mean step": moved[:, :k],
            "largest step": moved[:, k:],
            "skewness": np.nanmean(z**3, axis=1),
            "kurtosis": np.nanmean(z**4, axis=1) - 3,
            **{f"autocorrelation {lag}": correlated[:, number] for number, lag in enumerate(lags)},
            **{f"phase {number}": np.nanmean(centred[:, place == number], axis=1) for number in np.unique(place)},
            **{f"part {number}": np.nanmean(centred[:, part == number], axis=1) for number in np.unique(part)},
        }


def phase(schema: Schema) -> NDArray[np.int64]:
    """Each record's day of the week, if it is a day long, its hour of the day, if it is shorter: whole numbers, [t].

    Both count from the first record. All 0 where the period is neither, or a day has no whole number of records.
    """
    day, step = records_a_day(schema), np.arange(schema.max_length)
    if day == 1:
        return step % 7
    if not day > 1 or day % 1:
        return step * 0
    return step % int(day) * min(HOURS, int(day)) // int(day)
