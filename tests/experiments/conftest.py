from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from numpy.typing import NDArray
from omegaconf import DictConfig

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema
from experiments.runs.run import Run
from experiments.runs.training import train
from tests import quick
from tests.shapes import unchecked

ROOT = Path(__file__).resolve().parents[2]
HASTE = """
%reset -f
from pytest import MonkeyPatch
from tests import quick
quick.samples_together(MonkeyPatch())
quick.predictors_soon(MonkeyPatch())
"""


@cache  # of a tenth of a second; hundreds of tests have the same few
def composed(*overrides: str) -> DictConfig:
    """The config of a small run, to be copied before anything is changed."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return compose("train", ["scale=smoke", "logger=none", *overrides])


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., DictConfig]:
    """Makes the config of a small run that is kept in a temporary folder."""

    def make(*overrides: str) -> DictConfig:
        made = composed(*overrides).copy()
        if not any(override.startswith("outputs=") for override in overrides):
            made.outputs = str(tmp_path)
        return made

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


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs are kept that tests and notebooks read, in either process; no earlier code made any of them.

    A run is made by whoever asks for it first, under the lock that every run has.
    """
    folder = tmp_path_factory.getbasetemp()
    return (folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder) / "store"


@pytest.fixture(scope="session")
def smoke(store: Path) -> Callable[..., Run]:
    """Gives a run of scale smoke that nobody changes."""

    def run(*overrides: str) -> Run:
        with pytest.MonkeyPatch.context() as patch, unchecked():
            quick.samples_together(patch)
            return train(composed("logger=csv", f"outputs={store}", *overrides).copy())

    return run


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples are made as those of the store's runs were."""
    quick.samples_together(monkeypatch)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictors of downstream tasks learn as briefly as those that notebooks read of the store."""
    quick.predictors_soon(monkeypatch)


@pytest.fixture
def copy(smoke: Callable[..., Run], tmp_path: Path) -> Callable[..., Run]:
    """Gives a copy of such a run in the test's own folder, to be damaged."""

    def run(*overrides: str) -> Run:
        kept = smoke(*overrides)
        config = kept.config.copy()
        config.outputs = str(tmp_path)
        return Run(shutil.copytree(kept.folder, Run.of(config).folder), config)

    return run


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictors are trained in the process that asks for them; the other core is the other test process's."""
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")


@pytest.fixture(scope="session")
def kernel(store: Path) -> Iterator[KernelManager]:
    """A real kernel in which notebooks are executed one after the other; it reads runs of the store."""
    chosen = {"OUTPUTS": str(store), "SCALE": "smoke", "PYTHONPATH": str(ROOT), "LOKY_MAX_CPU_COUNT": "1"}
    environment = {name: value for name, value in os.environ.items() if name not in ("DATA", "JOBS")} | chosen
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(ROOT), env=environment)
    yield kernel
    kernel.shutdown_kernel(now=True)


@pytest.fixture
def executed(kernel: KernelManager) -> Callable[..., NotebookNode]:
    """Runs a notebook from top to bottom, beginning without names; the notebook with its outputs."""

    def run(name: str, first: str = "") -> NotebookNode:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        notebook.cells.insert(0, new_code_cell(HASTE + first))
        client = NotebookClient(notebook, km=kernel, timeout=600)
        client.execute()
        client.kc.stop_channels()
        return notebook

    return run


@pytest.fixture
def execute(executed: Callable[..., NotebookNode]) -> Callable[[str], set[str]]:
    """Runs a notebook; what kinds of output it shows."""

    def run(name: str) -> set[str]:
        outputs = [output for cell in executed(name).cells for output in cell.get("outputs", [])]
        return {kind for output in outputs for kind in output.get("data", {})}

    return run
