"""A toy dataset with every kind of field, a small model, and what training did to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from dg import Categorical, Continuous, DoppelGANger, Schema, TimeSeriesDataset

FIELDS = {"kind": Categorical("kind", ("a", "b", "c")), "size": Continuous("size", unit="kB")}


def make_toy(
    n: int = 24,
    t: int = 7,
    *,
    k: int = 2,
    metadata: Sequence[str] = ("kind", "size"),
    full: bool = False,
    seed: int = 0,
) -> TimeSeriesDataset:
    """n samples of up to t records of k measurements, all of t records if `full`."""
    rng = np.random.default_rng(seed)
    lengths = np.full(n, t) if full else rng.integers(1, t + 1, n)
    measurements = rng.normal(10, 3, (n, t, k)) * (np.arange(t) < lengths[:, None])[..., None]
    columns: dict[str, Any] = {"kind": rng.choice(["a", "b", "c"], n), "size": rng.exponential(5, n)}
    schema = Schema(
        "toy", tuple(FIELDS[name] for name in metadata), tuple(Continuous(f"f{i}") for i in range(k)), max_length=t
    )
    frame = pd.DataFrame({name: columns[name] for name in metadata}, index=range(n))
    return TimeSeriesDataset(schema, frame, measurements.astype(np.float32), lengths)


@pytest.fixture
def make() -> Callable[..., TimeSeriesDataset]:
    return make_toy


@pytest.fixture
def toy() -> TimeSeriesDataset:
    """Variable lengths, two measurements, categorical and continuous metadata."""
    return make_toy()


@pytest.fixture
def small() -> Callable[..., partial[DoppelGANger]]:
    """DoppelGANger with few units; three records a pass, which do not divide seven."""

    def model(**options: Any) -> partial[DoppelGANger]:
        sizes = {"metadata_units": 6, "lstm_units": 5, "discriminator_units": 8, "batch_size": 6, "sample_len": 3}
        return partial(DoppelGANger, **{**sizes, **options})

    return model


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
