"""How far autocorrelation stands out after a day, a week and a year: the spikes of Figure 1 as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.column import Column, against_held_out
from benchmarks.statistics.correlogram import Array, correlogram, shared_reach
from dg.dataset import TimeSeriesDataset
from dg.schema import Schema


def records_a_day(schema: Schema) -> float:
    """1 for a period of "1 day", 4 for "6 hours", 288 for "5 minutes"; NaN where the schema names no time."""
    try:
        period = pd.Timedelta(schema.period)
    except ValueError:
        return np.nan
    return pd.Timedelta(1, "day") / period if period > pd.Timedelta(0) else np.nan


@dataclass(frozen=True)
class Rhythm:
    """Lags where a curve has its peaks, and how far from each peak its shoulders are, in days.

    width: a peak or a shoulder is the mean of all lags from `width` before to `width` after it
    """

    name: str
    peaks: tuple[float, ...]
    shoulders: tuple[float, ...]
    width: float = 0

    def lags(self, schema: Schema, longest: int) -> Iterator[tuple[list[int], list[int]]]:
        """The lags, in records, of each peak and of its shoulders on both sides; none longer than `longest`."""
        day = records_a_day(schema)
        if not all(float(days * day).is_integer() for days in (*self.peaks, *self.shoulders, self.width)):
            return
        around = range(-int(self.width * day), int(self.width * day) + 1)
        for peak in self.peaks:
            if (peak + max(self.shoulders) + self.width) * day <= longest:
                sides = [int((peak + side * far) * day) for far in self.shoulders for side in (-1, 1)]
                yield [int(peak * day) + lag for lag in around], [centre + lag for centre in sides for lag in around]

    def contrast(self, curve: Array, schema: Schema, longest: int) -> Array:
        """The mean of the curve [lags, k] at the peaks less its mean at their shoulders, [k]; past its end it is 0."""
        padded = np.zeros((max(longest, len(curve)) + 1, curve.shape[1]))
        padded[1 : len(curve) + 1] = curve
        found = list(self.lags(schema, longest))
        high, low = ([lag for pair in found for lag in pair[side]] for side in (0, 1))
        return padded[high].mean(axis=0) - padded[low].mean(axis=0)


DAY = Rhythm("daily", peaks=(1, 2, 3, 4), shoulders=(0.5,))
WEEK = Rhythm("weekly", peaks=(7, 14, 21, 28), shoulders=(3, 4))
YEAR = Rhythm("annual", peaks=(364,), shoulders=(42,), width=7)  # whole weeks, so that weekly spikes cancel


def rhythm_error(real: TimeSeriesDataset, synthetic: TimeSeriesDataset, rhythm: Rhythm) -> float:
    """The absolute difference of the two contrasts, averaged over measurements."""
    longest = shared_reach(real)
    found = [rhythm.contrast(correlogram(dataset), real.schema, longest) for dataset in (real, synthetic)]
    return float(np.abs(found[0] - found[1]).mean())


def _column(rhythm: Rhythm) -> Column:
    return Column(
        name=f"{rhythm.name} contrast",
        aspect="time",
        measure=against_held_out(lambda real, made: rhythm_error(real, made, rhythm)),
        unit="correlation (peak less shoulders)",
        reference="Figure 1",
        applies=lambda train, held_out: any(rhythm.lags(held_out.schema, shared_reach(held_out))),
    )


DAILY, WEEKLY, ANNUAL = map(_column, (DAY, WEEK, YEAR))
