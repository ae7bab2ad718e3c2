from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from numpy.typing import NDArray
from omegaconf import DictConfig

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., DictConfig]:
    """Makes the config of a small run that is kept in a temporary folder."""

    def make(*overrides: str) -> DictConfig:
        with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
            return compose("train", [f"outputs={tmp_path}", "scale=smoke", "logger=none", *overrides])

    return make


def made(lengths: NDArray[np.int64], t: int) -> TimeSeriesDataset:
    """Two measurements, categorical and continuous metadata."""
    rng, n = np.random.default_rng(0), len(lengths)
    measurements = rng.normal(size=(n, t, 2)).astype(np.float32) * (np.arange(t) < lengths[:, None])[:, :, None]
    kinds, sizes = Categorical("kind", ("a", "b", "c")), Continuous("size")
    schema = Schema("made", (kinds, sizes), (Continuous("first"), Continuous("second")), t)
    metadata = pd.DataFrame({"kind": [*"abc"] * (n // 3), "size": rng.normal(size=n)})
    return TimeSeriesDataset(schema, metadata, measurements, lengths)


@pytest.fixture
def varied() -> TimeSeriesDataset:
    """Lengths from 1 to 30."""
    return made(np.random.default_rng(1).integers(1, 31, 60), 30)


@pytest.fixture
def equal() -> TimeSeriesDataset:
    """Lengths of 30."""
    return made(np.full(60, 30), 30)
