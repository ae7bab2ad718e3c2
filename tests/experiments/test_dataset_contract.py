"""What every conf/dataset/*.yaml promises, whatever the dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra.errors import InstantiationException

from benchmarks.catalogue import metrics
from dg.datasets import released
from dg.schema import Categorical
from experiments.runs.data import split

ROOT = Path(__file__).resolve().parents[2]
DATASETS = sorted(file.stem for file in (ROOT / "conf" / "dataset").glob("*.yaml"))
REAL = {"gcut_jobs": "gcut/job_days"}  # datasets without a simulator


@pytest.fixture
def cells(tmp_path) -> Path:
    """A table of 130 cells, each seen for some days of two weeks."""
    rng = np.random.default_rng(0)
    rows = [
        {"cell": cell, "day": day, "area": ["city", "village"][cell % 2], "load": rng.normal(50, 9), "calls": day}
        for cell in range(130)
        for day in range(rng.integers(3), rng.integers(9, 15))
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "cells.csv", index=False)
    return tmp_path / "cells.csv"


@pytest.fixture(params=DATASETS)
def parts(request, config):
    chosen = [f"dataset={request.param}", "scale.samples=60"]
    if request.param == "custom":
        chosen += [f"data={request.getfixturevalue('cells')}", "dataset.predicted=area"]
        chosen += ["dataset.load.sample=cell", "dataset.load.time=day"]
    if request.param in REAL:
        chosen.append(f"data={request.getfixturevalue('shared_data') / REAL[request.param]}")
    cell = config(*chosen)
    assert cell.dataset.name == request.param
    return cell.dataset, split(cell)


def test_it_is_what_its_config_says(parts):
    dataset, real = parts
    schema = real.train.schema
    assert schema.name == dataset.name
    assert len(real.train) == 60 and len(real.held_out) > 0
    measurements = {field.name for field in schema.measurements}
    assert set(dataset.log) <= measurements and set(dataset.get("correlated", [])) <= measurements
    assert all(field.low == 0 for field in schema.measurements if field.name in dataset.log)
    assert dataset.task in ("forecasting", "classification")
    (predicted,) = (field for field in schema.metadata if field.name == dataset.predicted)
    assert isinstance(predicted, Categorical)
    assert dataset.metrics and set(dataset.metrics) <= set(metrics())
    scores = [metrics()[name](real.train, real.held_out) for name in dataset.metrics]
    assert np.isfinite(scores).all()


def test_it_can_be_handed_on_in_the_authors_format(parts, tmp_path):
    _, real = parts
    released.write(real.train, tmp_path)
    assert released.read(tmp_path).fingerprint == real.train.fingerprint


def test_your_own_table_is_named_and_so_are_its_samples(config, cells):
    with pytest.raises(InstantiationException, match="custom is your own table: name a CSV or Parquet file by data="):
        split(config("dataset=custom"))
    with pytest.raises(InstantiationException, match=r"cells\.csv: name the column .* by dataset\.load\.sample="):
        split(config("dataset=custom", f"data={cells}"))


def test_your_own_table_is_drawn_from_without_replacement(config, cells):
    chosen = ["dataset=custom", f"data={cells}", "dataset.load.sample=cell", "dataset.load.measurements=[load]"]
    some, all = split(config(*chosen, "scale.samples=20")), split(config(*chosen, "scale.samples=1000"))
    assert len(some.train) == 20 and len(all.train) == 65
    assert [field.name for field in some.train.schema.measurements] == ["load"]
