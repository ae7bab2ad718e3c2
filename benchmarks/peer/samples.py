"""Samples of the peer, trained on the same rows as our models."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peer.environment import PEER, SETTINGS, PeerUnavailable, python
from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous

DRIVER = Path(__file__).with_name("driver.py")


def sampled(
    train: TimeSeriesDataset, n: int, *, log: Collection[str], batches: int, sample_len: int, seed: int
) -> TimeSeriesDataset:
    """n samples of the peer after so many batches of 100 on `train`; it sees log(1 + x) of the measurements in `log`.

    Raises ValueError where the peer cannot take the table: series of one length, categorical metadata and numeric
    measurements; PeerUnavailable where it cannot be installed or fails.
    """
    schema = train.schema
    fields = schema.measurements
    numeric = [field for field in fields if isinstance(field, Continuous)]
    categorical = [isinstance(field, Categorical) for field in schema.metadata]
    if len(numeric) < len(fields) or not categorical or not all(categorical):
        raise ValueError(f"{schema.name}: the peer is given categorical metadata and numeric measurements alone")
    if (train.lengths != schema.max_length).any():
        raise ValueError(f"{schema.name}: the peer is given series of one length alone")
    logged = np.array([field.name in log for field in fields])
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "train.npz", Path(folder) / "generated.npz"
        series = train.measurements.astype(np.float64)
        series[..., logged] = np.log1p(series[..., logged])
        metadata = np.stack([train.metadata[field.name].astype(str) for field in schema.metadata], axis=1).astype(str)
        np.savez(source, features=series, attributes=metadata)
        sizes = {
            "batches": batches,
            "sample_len": sample_len,
            "batch_size": 100,
            "samples": n,
            "seed": seed,
            "settings": SETTINGS,
        }
        finished = subprocess.run(
            [python(), "-I", DRIVER, json.dumps({"source": str(source), "target": str(target), **sizes})],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        if finished.returncode:
            raise PeerUnavailable(f"{PEER} failed: {(finished.stderr.splitlines() or ['no word why'])[-1]}")
        with np.load(target, allow_pickle=False) as drawn:
            series, attributes = drawn["features"], drawn["attributes"]
    series[..., logged] = np.expm1(series[..., logged])
    for column, field in enumerate(numeric):
        values = np.rint(series[..., column]) if field.integer else series[..., column]
        series[..., column] = values.clip(field.low, field.high)
    metadata = pd.DataFrame(attributes, columns=[field.name for field in schema.metadata])
    return TimeSeriesDataset(schema, metadata, series.astype(np.float32), np.full(n, schema.max_length))
