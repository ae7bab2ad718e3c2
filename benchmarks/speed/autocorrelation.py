"""The speed of the autocorrelation metric at the paper's size: 50,000 series of 550 records.

    python -m benchmarks.speed.autocorrelation [--repetitions 3]

Prints the seconds of one curve, and those that the recipe would take as a plain loop over samples and lags.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.statistics.autocorrelation import autocorrelation, autocorrelation_standard, segment_correlation
from dg.dataset import TimeSeriesDataset
from dg.schema import Continuous, Schema

SAMPLES, RECORDS = 50_000, 550
LOOPED = 20
SECONDS_AT_MOST = 10
OPERATIONS = 12  # of the loop per record of a segment: two means, two centrings, three products and their sums


def main() -> None:
    """Prints what the module's docstring says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=3)
    repetitions = parser.parse_args().repetitions
    series = np.floor(np.random.default_rng(0).lognormal(3, 1, (SAMPLES, RECORDS))).astype(np.float32)
    schema = Schema("random", (), (Continuous("views"),), RECORDS)
    dataset = TimeSeriesDataset(
        schema, pd.DataFrame(index=range(SAMPLES)), series[:, :, None], np.full(SAMPLES, RECORDS)
    )

    paper = median(_seconds(lambda: autocorrelation(dataset)) for _ in range(repetitions))
    standard = median(_seconds(lambda: autocorrelation_standard(dataset)) for _ in range(repetitions))
    few = np.log1p(series[:LOOPED].astype(np.float64))
    loop = _seconds(lambda: plain_loop(few)) * SAMPLES / LOOPED
    operations = OPERATIONS * SAMPLES * RECORDS**2 / 2
    error = np.abs(plain_loop(few) - autocorrelation(dataset.take(np.arange(LOOPED)))).max()
    print(f"{SAMPLES} series of {RECORDS} records, every lag, median of {repetitions}")
    print(f"  the paper's recipe   {paper:7.2f} s (aim: at most {SECONDS_AT_MOST} s), as if {_rate(operations, paper)}")
    print(
        f"  as a plain loop      {loop:7.0f} s, from {LOOPED} series; {_rate(operations, loop)}; differs by {error:.0e}"
    )
    print(f"  textbook estimator   {standard:7.2f} s")


def plain_loop(series: np.ndarray) -> np.ndarray:
    """The recipe as it is written: one sample and one lag at a time."""
    t = series.shape[1]
    total = np.zeros(t - 2)
    for row in series:
        for lag in range(1, t - 1):
            total[lag - 1] += segment_correlation(row[None, : t - lag], row[None, lag:])[0]
    return total / len(series)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _rate(operations: float, seconds: float) -> str:
    return f"{operations / seconds / 1e9:.1f} GFLOP/s"


if __name__ == "__main__":
    main()
