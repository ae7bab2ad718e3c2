"""What every conf/dataset/*.yaml promises, whatever the dataset."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra.errors import InstantiationException

from benchmarks.catalogue import metrics
from dg import read_long
from dg.datasets import released
from dg.schema import Categorical
from experiments.runs.data import split
from experiments.runs.run import identity

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


def test_your_own_table_is_read_as_a_schema_file_says(config, cells, tmp_path):
    """A field is left out and another bounded; the name is the dataset's, and what the file says decides the run."""
    found = read_long(cells, sample="cell", time="day").schema
    load, calls = found.measurements
    file = tmp_path / "edited.json"
    file.write_text(replace(found, measurements=(replace(load, low=0.0),)).to_json())
    cell = config("dataset=custom", f"data={cells}", f"dataset.load.schema={file}")
    schema = split(cell).train.schema
    assert schema.measurements == (replace(load, low=0.0),) and schema.name == "custom"
    (tmp_path / "copy.json").write_bytes(file.read_bytes())
    copied = config("dataset=custom", f"data={cells}", f"dataset.load.schema={tmp_path / 'copy.json'}")
    before = identity(cell)
    assert identity(copied) == before
    kept = f"+dataset.load.folder={tmp_path / 'cells.data'}"
    mapped = config("dataset=custom", f"data={cells}", f"dataset.load.schema={file}", kept)
    assert identity(mapped) == before
    assert split(mapped).train.fingerprint == split(cell).train.fingerprint
    file.write_text(replace(found, measurements=(load, calls)).to_json())
    assert identity(cell) != before == identity(copied)
