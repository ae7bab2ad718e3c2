"""All tests: one thread, examples that repeat, dg and baselines checked against their annotated shapes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import settings

from tests.shapes import check

if TYPE_CHECKING:
    from dg import TimeSeriesDataset

check("dg", "baselines")
torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that tests start
settings.register_profile("house", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("house")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two processes each takes half of the list, slow tests first: what is left for the end is short.

    Slow tests are dealt by file, because those of one file share what is dear.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    fast = [item for item in items if not item.get_closest_marker("slow")]
    files = list(dict.fromkeys(item.path for item in slow))
    ours, theirs = ([item for item in slow if item.path in files[side::2]] for side in (0, 1))
    half = max(0, len(items) // 2 - len(ours))
    items[:] = ours + fast[:half] + theirs + fast[half:]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; a test that needs them is skipped only where it does not exist."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.exists():
        pytest.skip("the real data are not beside the repository, in ../shared/data")
    return folder


@pytest.fixture
def mixed() -> TimeSeriesDataset:
    """1 to 7 records of every kind of measurement: "load" a number, "jobs" a count, "event" a category."""
    import numpy as np
    import pandas as pd

    from dg import Categorical, Continuous, Schema, TimeSeriesDataset

    rng = np.random.default_rng(0)
    n, t = 24, 7
    schema = Schema(
        "mixed",
        (Categorical("kind", ("a", "b")), Continuous("tasks", integer=True)),
        (
            Continuous("load"),
            Categorical("event", ("idle", "run", "fail")),
            Continuous("jobs", low=0, integer=True),
        ),
        max_length=t,
    )
    lengths = rng.permutation(np.arange(n) % t + 1)
    series = np.stack([rng.normal(size=(n, t)), rng.integers(3, size=(n, t)), rng.poisson(20, (n, t))], axis=2)
    series = np.where((np.arange(t) < lengths[:, None])[..., None], series, 0).astype(np.float32)
    metadata = pd.DataFrame({"kind": rng.choice(["a", "b"], n), "tasks": rng.integers(1, 50, n)})
    return TimeSeriesDataset(schema, metadata, series, lengths)


@pytest.fixture
def same_weights() -> Callable[[torch.nn.Module, torch.nn.Module], bool]:
    """Bit for bit, what is not a number included."""

    def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
        a, b = first.state_dict(), second.state_dict()
        return a.keys() == b.keys() and all(a[name].numpy().tobytes() == b[name].numpy().tobytes() for name in a)

    return same
