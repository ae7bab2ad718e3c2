"""Distributions of metadata that retraining is asked for (§6.1), how far two are apart, and the series given them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.distances import standardised_wasserstein1
from benchmarks.statistics.marginals import level
from dg.dataset import TimeSeriesDataset
from dg.generator import Generator
from dg.schema import Categorical, Schema

ROWS = 10_000  # of a wanted table, and metadata whose distribution is measured
MANY = 100_000  # metadata from which the model's own distribution is told
RARE = 0.01  # what is left of the most frequent value
SERIES = 10_000  # samples whose levels are compared, at most ten for each of training
EVERYWHERE = "uniform over all combinations"


class Levels(NamedTuple):
    """Of n samples the metadata, and the mean of each one's records, [n, k], in log units."""

    metadata: pd.DataFrame
    levels: NDArray[np.float64]


def tables(train: TimeSeriesDataset, *, seed: int) -> Mapping[str, pd.DataFrame]:
    """The wanted distributions, as rows of the training metadata, drawn with other weights.

    Raises ValueError where no categorical field varies, so that there is nothing to want.
    """
    metadata, names, rng = train.metadata, categorical(train.schema), np.random.default_rng(seed)
    if not any(metadata[name].nunique() > 1 for name in names):
        raise ValueError(
            f"no categorical metadata field of {train.schema.name} has two values among the training samples, so that "
            "no other distribution can be wanted; choose another dataset"
        )
    combination = metadata.groupby(names, observed=True).ngroup()
    counts = combination.value_counts()
    reversed_counts = pd.Series(counts.to_numpy()[::-1], index=counts.index)
    field, value, share = _most_frequent(metadata[names])
    common = (metadata[field] == value).to_numpy()
    weights = {
        "uniform over training's combinations": 1 / combination.map(counts),
        f"the most frequent {field} at {RARE:.0%}": pd.Series(np.where(common, RARE / share, (1 - RARE) / (1 - share))),
        "frequencies reversed": combination.map(reversed_counts) / combination.map(counts),
    }
    return {name: _drawn(metadata, each.to_numpy(float), rng) for name, each in weights.items()}


def everywhere(train: TimeSeriesDataset, *, seed: int) -> pd.DataFrame:
    """A wanted distribution that does not even say which combinations exist: each categorical value equally probable.

    Numbers are those of training's rows.
    """
    rng = np.random.default_rng(seed)
    rows = _drawn(train.metadata, np.ones(len(train)), rng)
    for field in train.schema.metadata:
        if isinstance(field, Categorical):
            codes = rng.integers(len(field.values), size=len(rows))
            rows[field.name] = pd.Categorical.from_codes(codes, list(field.values))
    return rows


def joint(
    metadata: pd.DataFrame,
    schema: Schema,
    fields: Sequence[str] | None = None,
    weights: NDArray[np.float64] | None = None,
) -> pd.Series:
    """The share of each combination of categorical fields, all unless some are named, in rows that may have weights."""
    rows = pd.Series(1.0 if weights is None else weights, metadata.index)
    counts = rows.groupby([metadata[name].astype(str) for name in fields or categorical(schema)]).sum()
    return counts / counts.sum()


def total_variation(one: pd.Series, other: pd.Series) -> float:
    """Half of the sum of absolute differences, 0 to 1."""
    return float(one.subtract(other, fill_value=0).abs().sum() / 2)


def categorical(schema: Schema) -> list[str]:
    """The names of the categorical metadata fields."""
    return [field.name for field in schema.metadata if isinstance(field, Categorical)]


def levels(generator: Generator, n: int, *, seed: int) -> Levels:
    """Of n samples."""
    parts = [Levels(each.metadata, level(each.only_numeric())) for each in generator.batches(n, seed=seed)]
    metadata, numbers = zip(*parts, strict=True)
    return Levels(pd.concat(metadata, ignore_index=True), np.concatenate(numbers))


def apart(before: Levels, others: Mapping[str, Levels], schema: Schema) -> dict[str, float]:
    """How far the levels of each of `others` are where metadata are the same; NaN where they never are.

    matched: the samples in every set, as many of each combination as the set that has the fewest
    """
    sets = [before, *others.values()]
    places = [each.metadata.groupby(categorical(schema), observed=True).indices for each in sets]
    common = [key for key in places[0] if all(key in each for each in places)]
    fewest = {key: min(len(each[key]) for each in places) for key in common}
    matched = sum(fewest.values())
    if not matched:
        return {"matched": 0, **dict.fromkeys(others, np.nan)}
    first, *rest = (
        each.levels[np.concatenate([at[key][: fewest[key]] for key in common])]
        for each, at in zip(sets, places, strict=True)
    )
    distances = (standardised_wasserstein1(first, each) for each in rest)
    return {"matched": matched, **dict(zip(others, distances, strict=True))}


def _drawn(metadata: pd.DataFrame, weights: NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    return metadata.iloc[rng.choice(len(metadata), ROWS, p=weights / weights.sum())].reset_index(drop=True)


def _most_frequent(metadata: pd.DataFrame) -> tuple[str, str, float]:
    """The field, the value and the share of the most frequent value that not all samples have."""
    shares = {str(name): column.value_counts(normalize=True) for name, column in metadata.items()}
    return max(
        ((name, str(found.index[0]), float(found.iloc[0])) for name, found in shares.items() if found.iloc[0] < 1),
        key=lambda each: each[2],
    )
