"""What every conf/dataset/*.yaml promises, whatever the dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.catalogue import metrics
from dg.datasets import released
from dg.schema import Categorical
from experiments.runs.data import split

ROOT = Path(__file__).resolve().parents[2]
DATASETS = sorted(file.stem for file in (ROOT / "conf" / "dataset").glob("*.yaml"))
REAL = {"gcut_jobs": "gcut/job_days"}  # datasets without a simulator


@pytest.fixture(params=DATASETS)
def parts(request, config):
    chosen = [f"dataset={request.param}", "scale.samples=60"]
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
