"""Average autocorrelation of a measurement over lags: the curves of Figure 1, and the distances of Table 3."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from benchmarks.distances import mse
from benchmarks.metric import Metric, numeric
from dg.dataset import TimeSeriesDataset

Array = NDArray[np.float64]

CHUNK = 512  # samples in float64 at a time, per thread
SCARCE = 1e-6  # of a series' power: segments with less variance are too nearly constant for prefix sums
ROUNDING = 1e-12  # of a series' power: covariances below it may be 0


def autocorrelation(dataset: TimeSeriesDataset, measurement: str | None = None, *, log: bool = True) -> Array:
    """The paper's average autocorrelation at lags 1 to T - 2, float64 [T - 2] (Figure 1).

    The Pearson correlation of each series' first T - lag records with its last T - lag, each segment centred by its
    own mean, averaged over the samples, as the authors describe it (issue 20 of their release; see
    `segment_correlation`). They computed it on normalised log(1 + x); the affine part of that normalisation cancels,
    the logarithm does not. `log=False` takes the values as they are.

    The result is that of `segment_correlation` in double precision, lag by lag, to 1e-9. A constant series has
    correlation 1 at all lags; in `segment_correlation` this holds only up to the rounding of its mean (D10).

    measurement: the schema's first unless named
    Raises ValueError where the samples differ in length, have under 3 records, or have no logarithm, and for a
    categorical measurement.
    """
    return _average(_segments, dataset, measurement, log)


def autocorrelation_standard(dataset: TimeSeriesDataset, measurement: str | None = None, *, log: bool = True) -> Array:
    """The textbook estimator, not the paper's: one mean and one variance per series, float64 [T - 2].

    The mean over the samples of `statsmodels.tsa.stattools.acf(x, nlags=T - 2)[1:]`, which shrinks long lags by
    1 - lag / T. A constant series, undefined there, has correlation 1 as in `autocorrelation`. Arguments and errors
    are those of `autocorrelation`.
    """
    return _average(_whole_series, dataset, measurement, log)


def segment_correlation(head: Array, tail: Array) -> Array:
    """The authors' recipe as written: Pearson correlation of each row of `head` with that of `tail`, both [n, m].

    A numerator or denominator of 0 becomes 1e-8, so that constant segments have correlation 1; a correlation that
    rounding puts outside [-1, 1] becomes 0. At lag T - 2 segments have two points, and rounding alone decides which
    of them become 0.
    """
    head = head - head.mean(axis=1, keepdims=True)
    tail = tail - tail.mean(axis=1, keepdims=True)
    covariance = (head * tail).sum(axis=1)
    scale = np.sqrt((head * head).sum(axis=1) * (tail * tail).sum(axis=1))
    correlation = np.where(covariance == 0, 1e-8, covariance) / np.where(scale == 0, 1e-8, scale)
    return np.where(np.abs(correlation) > 1, 0.0, correlation)


def _segments(series: Array) -> Array:
    """`segment_correlation` [n, T - 2] of all lags, by FFT and prefix sums, or lag by lag if rounding decides."""
    t = series.shape[1]
    lags = np.arange(1, t - 1)
    centred = series - series.mean(axis=1, keepdims=True)
    head_sum, tail_sum = _segment_sums(centred)
    head_power, tail_power = _segment_sums(centred**2)
    head_power -= head_sum**2 / (t - lags)
    tail_power -= tail_sum**2 / (t - lags)
    covariance = _lagged_products(centred)[:, 1 : t - 1] - head_sum * tail_sum / (t - lags)
    scale = np.sqrt(np.maximum(head_power, 0) * np.maximum(tail_power, 0))
    correlation = np.divide(covariance, scale, out=np.ones_like(scale), where=scale > 0)

    silent = np.minimum(*_segment_sums(series != 0)) == 0
    one = silent | (series == series[:, :1]).all(axis=1, keepdims=True)
    correlation[one] = 1.0
    power = (centred**2).sum(axis=1, keepdims=True)
    scarce = np.minimum(head_power, tail_power) < SCARCE * power
    vanishing = np.abs(covariance) < ROUNDING * power
    undecided = ~one & (scarce | vanishing | (np.abs(correlation) > 1 - SCARCE))
    for lag in lags[undecided.any(axis=0)]:
        rows = np.flatnonzero(undecided[:, lag - 1])
        correlation[rows, lag - 1] = segment_correlation(series[rows, : t - lag], series[rows, lag:])
    return correlation


def _whole_series(series: Array) -> Array:
    t = series.shape[1]
    products = _lagged_products(series - series.mean(axis=1, keepdims=True))
    products[(series == series[:, :1]).all(axis=1)] = 1.0
    return products[:, 1 : t - 1] / products[:, :1]


def _lagged_products(series: Array) -> Array:
    """Σ x[s] x[s + lag] of each row for the lags 0 to T - 1, [n, T]: the inverse transform of its power spectrum."""
    t = series.shape[1]
    size = fft.next_fast_len(2 * t - 1, real=True)
    spectrum = fft.rfft(series, size)
    return fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:, :t]


def _segment_sums(values: Array) -> tuple[Array, Array]:
    """The sums of each row's first and of its last T - lag values, for the lags 1 to T - 2, both [n, T - 2]."""
    t = values.shape[1]
    sums = values.cumsum(axis=1)
    return sums[:, t - 2 : 0 : -1].copy(), sums[:, -1:] - sums[:, : t - 2]


def _average(
    estimator: Callable[[Array], Array], dataset: TimeSeriesDataset, measurement: str | None, log: bool
) -> Array:
    """The mean of `estimator` [n, T - 2] over the samples; the same to the bit on any number of threads."""
    series = _equal_series(dataset, measurement, log)

    def total(start: int) -> Array:
        chunk = series[start : start + CHUNK].astype(np.float64, order="C")
        return estimator(np.log1p(chunk) if log else chunk).sum(axis=0)

    if len(series) <= CHUNK:
        return total(0) / len(series)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        return sum(threads.map(total, range(0, len(series), CHUNK)), np.zeros(())) / len(series)


def _equal_series(dataset: TimeSeriesDataset, measurement: str | None, log: bool) -> NDArray[np.float32]:
    """The series [n, T] of samples that all have T records."""
    measurement = dataset.schema.measurements[0].name if measurement is None else measurement
    name = f"the autocorrelation of {measurement!r} in {dataset.schema.name}"
    if not len(dataset):
        raise ValueError(f"{name} is undefined: the dataset has no samples")
    length = int(dataset.lengths[0])
    if (dataset.lengths != length).any():
        other = int((dataset.lengths != length).argmax())
        raise ValueError(
            f"{name} needs samples of one length: sample 0 has {length} records, sample {other} has "
            f"{dataset.lengths[other]}; take the samples of one length"
        )
    if length < 3:
        raise ValueError(f"{name} needs at least 3 records a sample, these have {length}")
    series = numeric(dataset, measurement, "the autocorrelation")[:, :length]
    if log and series.min() <= -1:
        sample, step = (int(i) for i in np.argwhere(series <= -1)[0])
        raise ValueError(
            f"{name}: sample {sample} at step {step} is {series[sample, step]}, which has no log(1 + x); pass log=False"
        )
    return series


AUTOCORRELATION_MSE = Metric("autocorrelation MSE", autocorrelation, mse)
AUTOCORRELATION_STANDARD_MSE = Metric("standard autocorrelation MSE", autocorrelation_standard, mse)
