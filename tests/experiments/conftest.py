from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from nbclient import NotebookClient
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


@pytest.fixture
def execute(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], set[str]]:
    """Runs a notebook from top to bottom with a real kernel; what kinds of output it shows.

    Notebooks share their runs with each other, whichever process executes them, and with no earlier code.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    monkeypatch.setenv("OUTPUTS", str(shared / "notebooks"))
    monkeypatch.setenv("SCALE", "smoke")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("DATA", raising=False)
    monkeypatch.delenv("JOBS", raising=False)

    def run(name: str) -> set[str]:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": ROOT}}).execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        return {kind for output in outputs for kind in output.get("data", {})}

    return run
