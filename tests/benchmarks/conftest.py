"""Datasets by hand, and one of every difficulty: two numbers, a category, any length, silent and constant series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Field, Schema

Made = Callable[..., TimeSeriesDataset]


@pytest.fixture(scope="session")
def made() -> Made:
    """Of series [n, t] or [n, t, k], their lengths, and metadata with their fields."""

    def dataset(
        series: ArrayLike,
        lengths: ArrayLike | None = None,
        *,
        fields: Sequence[Field] = (),
        metadata: Mapping[str, ArrayLike] | None = None,
        period: str = "",
    ) -> TimeSeriesDataset:
        series = np.asarray(series, dtype=np.float32)
        series = series if series.ndim == 3 else series[..., None]
        n, t, k = series.shape
        lengths = np.full(n, t) if lengths is None else np.asarray(lengths)
        series = np.where((np.arange(t) < lengths[:, None])[..., None], series, 0)
        schema = Schema("made", tuple(fields), tuple(Continuous(f"x{column}") for column in range(k)), t, period)
        return TimeSeriesDataset(schema, pd.DataFrame(metadata or {}, index=range(n)), series, lengths)

    return dataset


@pytest.fixture(scope="session")
def ragged(made: Made) -> TimeSeriesDataset:
    """200 samples of 1 to 40 records of a count, a signed number and a category, by kind and size; some constant."""
    rng = np.random.default_rng(0)
    n, t = 200, 40
    kind, lengths = rng.integers(3, size=n), rng.integers(1, t + 1, n)
    counts = rng.poisson(np.exp(kind + rng.normal(2, 1, n))[:, None], (n, t))
    walks = rng.normal(size=(n, t)).cumsum(axis=1)
    counts[:10], walks[5:20], counts[20:30] = 0, 1 / 3, 7
    fields = Categorical("kind", ("a", "b", "c")), Continuous("size")
    metadata = {"kind": np.array(list("abc"))[kind], "size": kind + rng.exponential(size=n)}
    numbers = made(np.stack([counts, walks], axis=2), lengths, fields=fields, metadata=metadata, period="6 hours")
    event = Categorical("event", ("idle", "run"))
    codes = (rng.integers(2, size=(n, t, 1)) * numbers.active[..., None]).astype(np.float32)
    schema = replace(numbers.schema, measurements=(*numbers.schema.measurements, event))
    return replace(numbers, schema=schema, measurements=np.concatenate([numbers.measurements, codes], axis=2))


@pytest.fixture(scope="session")
def alone() -> Callable[[TimeSeriesDataset], list[np.ndarray]]:
    """The records of each sample by themselves, float64 [length, k], as sign(x) log(1 + |x|)."""

    def records(dataset: TimeSeriesDataset) -> list[np.ndarray]:
        pairs = zip(dataset.measurements.astype(np.float64), dataset.lengths, strict=True)
        return [np.sign(series[:length]) * np.log1p(np.abs(series[:length])) for series, length in pairs]

    return records
