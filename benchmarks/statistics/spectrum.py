"""The mean normalised power spectrum: which part of a series' variance is slow and which is fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.column import Column, against_held_out
from benchmarks.distances import jensen_shannon
from benchmarks.metric import Metric
from benchmarks.statistics.records import records
from dg.dataset import TimeSeriesDataset

BANDS = 64  # of equal width, up to half a cycle a record
FLAT = 1e-12  # of a series' squares: less variance is the rounding of its mean


def spectrum(dataset: TimeSeriesDataset) -> NDArray[np.float64]:
    """The share of a sample's variance at each frequency, averaged over samples, float64 [k, 65].

    Periodograms of each sample's records around their mean, summed over 64 bands of equal width between 0 and half a
    cycle a record. A sample without variance has its share in the first place, at frequency 0. Each row sums to 1.
    """
    series = records(dataset)
    size = max(series.shape[1], 2 * BANDS)
    centred = np.nan_to_num(series - np.nanmean(series, axis=1, keepdims=True))
    flat = (centred**2).sum(axis=1) <= FLAT * np.nansum(series**2, axis=1)  # [n, k]
    power = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    power[:, 1 : (size + 1) // 2] *= 2  # what lies at -f belongs to f
    power[:, 0] = 0
    band = -(np.arange(power.shape[1]) * -2 * BANDS // size)  # rounded up: each ends with its upper frequency
    shares = np.add.reduceat(power, np.searchsorted(band, np.arange(BANDS + 1)), axis=1)  # [n, 65, k]
    shares /= np.where(flat, 1, shares.sum(axis=1))[:, None]
    shares = np.where(flat[:, None], np.eye(BANDS + 1)[0][:, None], shares)
    return shares.mean(axis=0).T


SPECTRUM_JSD = Metric(
    "Jensen-Shannon of the power spectrum",
    spectrum,
    lambda real, synthetic: float(np.mean([jensen_shannon(x, y) for x, y in zip(real, synthetic, strict=True)])),
)
SPECTRUM = Column(
    name="power spectrum",
    aspect="time",
    measure=against_held_out(SPECTRUM_JSD),
    unit="bits",
    reference="Jensen-Shannon divergence as in §5.1",
    applies=lambda train, held_out: held_out.lengths.max() > 2,
)
