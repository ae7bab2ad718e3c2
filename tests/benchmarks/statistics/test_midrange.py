from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.statistics.midrange import midrange
from dg import Continuous, Schema, TimeSeriesDataset


def test_the_middle_of_a_samples_own_records() -> None:
    """By hand; zeros past the end of the second series are no records."""
    schema = Schema("toy", (), (Continuous("views"), Continuous("other")), 3)
    series = np.zeros((2, 3, 2), np.float32)
    series[0, :, 0], series[1, :2, 0], series[1, :2, 1] = [1, 2, 9], [4, 5], [-1, -2]
    data = TimeSeriesDataset(schema, pd.DataFrame(index=range(2)), series, np.array([3, 2]))
    assert midrange(data).tolist() == [5, 4.5]
    assert midrange(data, "other").tolist() == [0, -1.5]
