"""All records of a dataset on one scale, that of `signed_log`: what the scoreboard's statistics start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.metric import all_numeric
from benchmarks.statistics.series import signed_log
from dg.dataset import TimeSeriesDataset


def records(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """log(1 + x) of every record (of -x, negative, where x is below 0), float64 [n, t, k], NaN past a sample's length.

    The unit is a log unit: a step by 0.1 is one by about 10 % of a large count. Values far below 1 stay as they are.
    """
    series = signed_log(all_numeric(dataset, "a statistic of records"))
    series[~dataset.active] = np.nan
    return series
