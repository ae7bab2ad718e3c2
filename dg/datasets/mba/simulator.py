"""A simulator of Measuring Broadband America (§5.1.1, Table 8), calibrated on the 600 homes of the authors' file.

    log(traffic) = level of the home + its own daily pattern + noise

with a technology's own parameters; losses are rare, and come in few homes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.datasets.mba.schema import SCHEMA


@dataclass(frozen=True)
class Line:
    """How the homes of one technology use it; spreads are standard deviations of log(bytes an hour)."""

    technology: str
    homes: int  # of 600
    level: float
    level_spread: float
    spread: float  # within a home: daily pattern and noise together
    day: tuple[float, float, float, float]  # mean effect of 0, 6, 12, 18 h UTC
    lossy_homes: float  # share of the homes that ever lose a ping
    loss_rate: float  # share of their bins with a loss
    isps: dict[int, int]  # homes of each


LINES = (
    Line("DSL", 108, 18.23, 0.68, 0.70, (0.40, -0.03, -0.27, -0.10), 0.23, 0.09, {10: 1, 14: 65, 1: 9, 3: 12, 8: 21}),
    Line("Fiber", 88, 19.65, 0.50, 0.46, (0.36, 0.02, -0.22, -0.16), 0.011, 0.07, {10: 1, 3: 17, 5: 70}),
    Line(
        "Cable", 327, 19.32, 0.48, 0.60, (0.44, 0.12, -0.37, -0.19), 0.31, 0.085, {0: 212, 11: 62, 2: 11, 6: 32, 7: 10}
    ),
    Line("IPBB", 77, 18.58, 0.61, 0.51, (0.25, 0.14, -0.19, -0.20), 0.12, 0.028, {12: 77}),
)
DAILY = 0.58  # share of the variance within a home that repeats every day (the autocorrelation at lags 4, 8, 28)
LARGEST = 6_129_797_632.0  # bytes an hour: the maximum of the authors' file
LOSS, LOSS_SPREAD = -2.9, 0.95  # of log(loss), where there is one


def simulate(samples: int, seed: int) -> TimeSeriesDataset:
    """`samples` simulated homes. Raises ValueError where `samples` is under 1."""
    if samples < 1:
        raise ValueError(f"{samples} samples were asked for; simulate at least 1")
    rng = np.random.default_rng(seed)
    shares = np.array([line.homes for line in LINES]) / sum(line.homes for line in LINES)
    kind = rng.choice(len(LINES), samples, p=shares)
    series = np.empty((samples, SCHEMA.max_length, 2), dtype=np.float32)
    isp = np.empty(samples, dtype=object)
    for number, line in enumerate(LINES):
        homes = np.flatnonzero(kind == number)
        series[homes, :, 0] = _traffic(line, len(homes), rng)
        series[homes, :, 1] = _loss(line, len(homes), rng)
        share = np.array(list(line.isps.values())) / sum(line.isps.values())
        isp[homes] = [f"ISP {code}" for code in rng.choice(list(line.isps), len(homes), p=share)]
    states = 1 / np.arange(3, 56)  # a few large, many small
    metadata = pd.DataFrame(
        {
            "ISP": isp,
            "technology": np.array([line.technology for line in LINES])[kind],
            "state": [f"state {code}" for code in rng.choice(53, samples, p=states / states.sum())],
        }
    )
    return TimeSeriesDataset(SCHEMA, metadata, series, np.full(samples, SCHEMA.max_length))


def _traffic(line: Line, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Bytes an hour [n, 56]."""
    t = SCHEMA.max_length
    level = line.level + line.level_spread * rng.standard_normal((n, 1))
    own = max(DAILY * line.spread**2 - float(np.var(line.day)), 0.0) ** 0.5
    day = np.array(line.day) + own * rng.standard_normal((n, 4))
    noise = line.spread * (1 - DAILY) ** 0.5 * rng.standard_normal((n, t))
    return np.minimum(np.exp(level + np.tile(day, t // 4) + noise), LARGEST)


def _loss(line: Line, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Fractions [n, 56], nearly all of them zero."""
    t = SCHEMA.max_length
    lossy = rng.random((n, 1)) < line.lossy_homes
    sizes = np.exp(LOSS + LOSS_SPREAD * rng.standard_normal((n, t)))
    return np.where(lossy & (rng.random((n, t)) < line.loss_rate), np.minimum(sizes, 1.0), 0.0)
