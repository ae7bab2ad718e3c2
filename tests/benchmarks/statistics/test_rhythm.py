"""Spikes of a day, a week and a year: on curves by hand, in several periods, and on real pages."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.statistics.correlogram import correlogram
from benchmarks.statistics.rhythm import DAY, WEEK, YEAR, records_a_day
from dg.datasets import gcut, mba, wwt
from dg.datasets.wwt import SCHEMA as DAYS
from dg.schema import Continuous, Schema


def test_records_a_day():
    assert [records_a_day(schema) for schema in (DAYS, mba.SCHEMA, gcut.SCHEMA)] == [1, 4, 288]
    for period in ("", "a while", "0 days", "-1 days", "1 month"):
        assert np.isnan(records_a_day(Schema("toy", (), (Continuous("x"),), 9, period)))
    assert not list(YEAR.lags(Schema("toy", (), (Continuous("x"),), 9, "5"), 10**6))  # nanoseconds, says pandas


def test_lags_by_hand():
    assert list(WEEK.lags(DAYS, 20)) == [([7], [4, 10, 3, 11]), ([14], [11, 17, 10, 18])]
    assert list(WEEK.lags(mba.SCHEMA, 44)) == [([28], [16, 40, 12, 44])]
    assert list(DAY.lags(mba.SCHEMA, 9)) == [([4], [2, 6])]
    ((peak, shoulders),) = YEAR.lags(DAYS, 440)
    assert (peak[0], peak[-1], min(shoulders), max(shoulders)) == (357, 371, 315, 413) and len(shoulders) == 30
    assert not list(YEAR.lags(DAYS, 412)) and not list(DAY.lags(DAYS, 440))


def test_a_spike_by_hand():
    """0.3 at the multiples of seven, 0.1 elsewhere; a curve that ends after eight lags is 0 after them."""
    curve = np.full((40, 1), 0.1)
    curve[6::7] = 0.3
    assert WEEK.contrast(curve, DAYS, 40) == pytest.approx(0.2)
    short = WEEK.contrast(curve[:8], DAYS, 20)
    assert short == pytest.approx((0.3 + 0) / 2 - 2 * 0.1 / 8)


def test_the_year_of_real_pages(shared_data):
    """0.057, as an independent computation found (A, seed 0)."""
    pages = wwt.load(shared_data / "wwt" / "train_1_subset.csv.gz")
    curve = correlogram(pages.split(0.5, 0.5, seed=0)[0])
    assert YEAR.contrast(curve, DAYS, 440) == pytest.approx(0.057, abs=0.0005)
