"""Invertible transforms of measurements, from physical units to the range of a generator's output and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import with_config

from dg.files import STRICT
from dg.hyperparameters import check

Array = NDArray[np.float64]

# The release widens each sample's range by this much on both sides before dividing by the range (D1).
MARGIN = 1e-4
HIGHEST_LOG = np.log(np.finfo(np.float64).max)


@with_config(STRICT)
@dataclass(frozen=True)
class Scale:
    """Global normalisation of one field: [low, high] (after log(1 + x), if `log`) onto `range`.

    A field that has one value only, low = high, is encoded as the lower end of the range.
    """

    low: float
    high: float
    log: bool
    range: tuple[float, float]

    def __post_init__(self) -> None:
        check(Scale, vars(self), "scale")
        if not self.low <= self.high or (self.log and not self.low >= 0):
            raise ValueError(f"low {self.low} should be {'from 0 to' if self.log else 'at most'} high {self.high}")
        if not np.isfinite(self._span) or (self.log and self.high > HIGHEST_LOG):
            raise ValueError(f"low {self.low} and high {self.high} are too far apart for a number of 64 bits")

    def forward(self, values: Array) -> Array:
        """From physical units into `range`."""
        start, end = self.range
        levels = np.log1p(values) if self.log else values
        return start + (levels - self.low) * ((end - start) / self._span)

    def inverse(self, encoded: Array) -> Array:
        """Back to physical units; what lies outside `range` is clipped to it (D3)."""
        start, end = self.range
        levels = self.low + (np.clip(encoded, start, end) - start) * (self._span / (end - start))
        levels = np.clip(levels, self.low, self.high)
        return np.expm1(levels) if self.log else levels

    @property
    def _span(self) -> float:
        return (self.high - self.low) or 1.0


def auto_normalize(values: Array, active: NDArray[np.bool_], range: tuple[float, float]) -> tuple[Array, Array]:
    """Auto-normalization of §4.2: each series [n, t] onto `range` by its own minimum and maximum.

    Returns the series, and the fake metadata [n, 2]: (max + min)/2 and (max - min)/2 (footnote 5). Only the
    `active` records count, unlike in the release (D2). A constant series becomes the
    middle of the range.
    """
    highest = np.where(active, values, -np.inf).max(axis=1, keepdims=True) + MARGIN
    lowest = np.where(active, values, np.inf).min(axis=1, keepdims=True) - MARGIN
    start, end = range
    normalized = start + (values - lowest) * ((end - start) / (highest - lowest))
    return np.where(active, normalized, 0.0), np.hstack([(highest + lowest) / 2, (highest - lowest) / 2])


def undo_auto_normalize(normalized: Array, minmax: Array, range: tuple[float, float]) -> Array:
    """Restores the original level of the series [n, t] from their fake metadata [n, 2]."""
    start, end = range
    middle, half = minmax[:, :1], minmax[:, 1:]
    return middle - half + (normalized - start) * (2 * half / (end - start))
