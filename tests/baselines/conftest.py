"""Small datasets, and an interruption."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightning import Callback, LightningModule, Trainer
from numpy.typing import ArrayLike

from dg import Categorical, Continuous, Schema, TimeSeriesDataset


def make_dataset(
    measurements: ArrayLike, lengths: ArrayLike | None = None, **metadata: Sequence[str] | Sequence[float]
) -> TimeSeriesDataset:
    """A dataset whose schema is what its arrays say; texts are categories."""
    series = np.asarray(measurements, np.float32)
    n, t, k = series.shape
    lengths = np.full(n, t) if lengths is None else np.asarray(lengths)
    fields = [
        Categorical(name, tuple(sorted(set(values)))) if isinstance(values[0], str) else Continuous(name)  # type: ignore[arg-type]
        for name, values in metadata.items()
    ]
    schema = Schema("toy", tuple(fields), tuple(Continuous(f"measurement {i}") for i in range(k)), t)
    series = np.where(np.arange(t)[:, None] < lengths[:, None, None], series, 0)
    return TimeSeriesDataset(schema, pd.DataFrame(metadata, index=range(n)), series, lengths)


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Of Lightning, only warnings."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)


@pytest.fixture
def dataset() -> Callable[..., TimeSeriesDataset]:
    return make_dataset


@pytest.fixture
def ramps() -> TimeSeriesDataset:
    """0, 1, 2, …: three records of the short kind, six of the long one, of eight that there could be."""
    kinds = ["short", "long"] * 30
    lengths = [3 if kind == "short" else 6 for kind in kinds]
    return make_dataset(np.tile(np.arange(8.0)[:, None], (60, 1, 1)), lengths, kind=kinds)


@pytest.fixture
def sines() -> TimeSeriesDataset:
    """12 records each of 1,000 sines of random frequency and phase, as in the releases of RCGAN and TimeGAN."""
    rng = np.random.default_rng(0)
    frequency, phase = rng.uniform(1, 3, (1000, 1)), rng.uniform(-np.pi, np.pi, (1000, 1))
    return make_dataset(np.sin(frequency * np.arange(12) / 12 * 2 * np.pi / 2 + phase)[:, :, None])


@pytest.fixture(params=["plain", "without metadata", "everything"])
def kinds_of_data(request: pytest.FixtureRequest) -> TimeSeriesDataset:
    """Fixed lengths; no metadata; two measurements, variable lengths, categorical and continuous metadata."""
    rng = np.random.default_rng(0)
    n, t = 24, 7
    if request.param == "plain":
        return make_dataset(rng.normal(size=(n, t, 1)), kind=[*"ab"] * (n // 2))
    if request.param == "without metadata":
        return make_dataset(rng.normal(size=(n, t, 1)))
    lengths = rng.integers(1, t + 1, n)
    return make_dataset(rng.normal(size=(n, t, 2)), lengths, kind=[*"abc"] * (n // 3), size=list(rng.normal(size=n)))


class Interruption(Callback):
    """Stops training as if by force after some batches."""

    def __init__(self, after: int) -> None:
        self.left = after

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        self.left -= 1
        if not self.left:
            raise InterruptedError


@pytest.fixture
def interruption() -> type[Interruption]:
    return Interruption
