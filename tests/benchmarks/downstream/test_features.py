"""What a classifier sees: by hand, whatever the padding, and of a sample alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.downstream.features import padded, summary
from dg.dataset import TimeSeriesDataset
from dg.datasets import gcut
from dg.schema import Continuous, Schema

SCHEMA = Schema("toy", (), (Continuous("x"),), max_length=4)
SERIES = np.array([[1.0, 3.0, 0.0, 0.0], [np.e - 1, np.e - 1, np.e - 1, np.e - 1]])
TOY = TimeSeriesDataset(SCHEMA, pd.DataFrame(index=range(2)), SERIES[..., None].astype(np.float32), np.array([2, 4]))


def test_summary_by_hand():
    one, two = np.log(2), np.log(4)
    quartiles = [one + (two - one) * share for share in (0, 0.25, 0.5, 0.75, 1)]
    expected = [[(one + two) / 2, (two - one) / 2, *quartiles, np.log(3)], [1, 0, 1, 1, 1, 1, 1, np.log(5)]]
    np.testing.assert_allclose(summary(TOY), expected, atol=1e-6)


def test_padded_by_hand():
    expected = [[np.log(2), np.log(4), 0, 0, np.log(3)], [1, 1, 1, 1, np.log(5)]]
    np.testing.assert_allclose(padded(TOY), expected, atol=1e-6)


@pytest.mark.parametrize("features", [summary, padded])
def test_a_sample_is_seen_alone_and_padding_is_not_seen(features):
    tasks = gcut.load(samples=40, seed=0)
    seen = features(tasks)
    np.testing.assert_array_equal(features(tasks.take(np.arange(7))), seen[:7])
    longer = replace(
        tasks,
        schema=replace(tasks.schema, max_length=2600),
        measurements=np.pad(tasks.measurements, ((0, 0), (0, 100), (0, 0))),
    )
    np.testing.assert_array_equal(features(longer), seen)
    assert np.isfinite(seen).all()
