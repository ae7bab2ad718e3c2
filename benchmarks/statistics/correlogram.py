"""Autocorrelation by bands of lags, for samples of any length and of several measurements (Figure 1, D10).

Table 3 averages the square error over all lags, of which the last have a few pairs of records each. Here short, middle
and long memory are three numbers, and no lag is longer than four fifths of a sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from benchmarks.column import FEWEST, Column, against_held_out
from benchmarks.remembered import remembered
from benchmarks.statistics.records import records
from dg.dataset import TimeSeriesDataset

Array = NDArray[np.float64]

BANDS = {"short": (1, 7), "middle": (8, 60), "long": (61, 10**6)}
FLAT = 1e-6  # of a series' power: segments with less variance count as constant
CHUNK = 512  # samples at a time


def reach(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The longest lag at which samples of these lengths are looked at: 4/5 of the length, three pairs of records."""
    return np.maximum(np.minimum(4 * lengths // 5, lengths - 3), 0)


def shared_reach(dataset: TimeSeriesDataset) -> int:
    """The longest lag at which at least 50 samples, or all of fewer, are looked at."""
    return int(np.sort(reach(dataset.lengths))[-min(FEWEST, len(dataset))])


def correlograms(series: Array, lengths: NDArray[np.int64], lags: NDArray[np.int64]) -> Array:
    """The paper's autocorrelation of each of the series [n, t] at some lags under t, float64 [n, lags].

    The Pearson correlation of a series' first T - lag records with its last T - lag. As in `autocorrelation` it is 1
    where one of these segments is constant. NaN at lags that a series does not reach; what lies past its length is not
    read.
    """
    n, t = series.shape
    active = np.arange(t) < lengths[:, None]
    mean = np.where(active, series, 0).sum(axis=1, keepdims=True) / lengths[:, None]
    centred = np.where(active, series - mean, 0)
    ends = np.maximum(lengths[:, None] - lags, 1)  # of the first segment; the last one begins at the lag

    def segments(values: Array) -> tuple[Array, Array]:
        sums = np.concatenate([np.zeros((n, 1)), values.cumsum(axis=1)], axis=1)
        return np.take_along_axis(sums, ends, axis=1), sums[:, -1:] - sums[:, lags]

    size = fft.next_fast_len(2 * t - 1, real=True)
    spectrum = fft.rfft(centred, size)
    products = fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:, lags]
    (first, last), (first_power, last_power) = segments(centred), segments(centred**2)
    first_variance, last_variance = first_power - first**2 / ends, last_power - last**2 / ends
    power = (centred**2).sum(axis=1, keepdims=True)
    varies = np.minimum(first_variance, last_variance) > FLAT * power
    scale = np.sqrt(np.where(varies, first_variance * last_variance, 1))
    correlation = np.where(varies, np.clip((products - first * last / ends) / scale, -1, 1), 1.0)
    return np.where(lags <= reach(lengths)[:, None], correlation, np.nan)


@remembered
def correlogram(dataset: TimeSeriesDataset) -> Array:
    """The average of `correlograms` over samples, float64 [lags, k]; lags that under 50 samples reach are left out."""
    lags = np.arange(1, shared_reach(dataset) + 1)
    total = np.zeros((len(lags), dataset.measurements.shape[2]))
    for start in range(0, len(dataset), CHUNK):
        part = dataset.take(slice(start, start + CHUNK))
        for column, series in enumerate(np.moveaxis(records(part), 2, 0)):
            total[:, column] += np.nansum(correlograms(series, part.lengths, lags), axis=0)
    return total / (lags[:, None] <= reach(dataset.lengths)).sum(axis=1, keepdims=True)


def band_error(real: Array, synthetic: Array, band: tuple[int, int]) -> float:
    """Root mean square error of the correlogram `synthetic` at the lags of `band`, averaged over measurements.

    Where synthetic samples do not reach a lag that real ones reach, their autocorrelation counts as 0.
    """
    known = np.zeros_like(real)
    known[: len(synthetic)] = synthetic[: len(real)]
    squares = (real - known)[band[0] - 1 : band[1]] ** 2
    return float(np.sqrt(squares.mean(axis=0)).mean())


def _column(name: str, band: tuple[int, int]) -> Column:
    low, high = band
    return Column(
        name=f"autocorrelation, {name}",
        aspect="time",
        measure=against_held_out(lambda real, made: band_error(correlogram(real), correlogram(made), band)),
        unit=f"correlation (lags {low} to {high})" if high < 10**6 else f"correlation (lags from {low} on)",
        reference="Figure 1, Table 3",
        applies=lambda train, held_out: shared_reach(held_out) >= low,
    )


SHORT, MIDDLE, LONG = (_column(name, band) for name, band in BANDS.items())
