"""A simulator of Google Cluster Usage Traces (§5.1.1, Table 6): the paper's marginals, plausible correlations.

What the paper and the trace tell: durations of two modes (Figure 9), 97 % of them within 50 records, the longest of
2,497; the shares of the end events (of the 71,601 tasks that end in the trace's first three hours). The rest is
plausible, not measured: the levels of the nine measurements, how they move together, and what they tell of the end.
Tasks that are evicted use little, those that fail use more and more memory, those that are killed hang: their CPU rate
falls while they hold much memory. So classifiers learn the end from the measurements, as those of Figure 13 do (§5.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

from dg.dataset import TimeSeriesDataset
from dg.datasets.gcut.schema import SCHEMA

Array = NDArray[np.float64]


@dataclass(frozen=True)
class End:
    """The tasks that end in one way; levels are means of log(share of the largest machine).

    falling, growing: by how much the logs of the CPU rate and of the memory change until the end
    """

    event: str
    share: float
    short: float  # share of the tasks in the first mode of duration
    tail: float  # share beyond 50 records
    cpu: float
    memory: float
    together: float  # mean correlation of CPU and memory within a task
    falling: float = 0.0
    growing: float = 0.0


ENDS = (
    End("EVICT", 0.078, short=0.55, tail=0.06, cpu=-4.6, memory=-4.9, together=0.1),
    End("FAIL", 0.004, short=0.80, tail=0.10, cpu=-5.2, memory=-5.0, together=-0.3, growing=1.5),
    End("FINISH", 0.805, short=0.50, tail=0.018, cpu=-3.2, memory=-4.2, together=0.45),
    End("KILL", 0.113, short=0.35, tail=0.10, cpu=-3.2, memory=-3.2, together=0.2, falling=1.5),
)
LONGEST = 2497
SHORT, LONG, LONG_SPREAD = 2.2, 13.0, 2.5  # records of the two modes
TAIL = 1.1  # Pareto's exponent beyond 50 records
SPREAD = 0.4  # of the levels of tasks that end alike, as a standard deviation
MEMORY = 12.0  # records after which the autocorrelation of a task's use is 1/e


def simulate(samples: int, seed: int) -> TimeSeriesDataset:
    """`samples` simulated tasks. Raises ValueError where `samples` is under 1."""
    if samples < 1:
        raise ValueError(f"{samples} samples were asked for; simulate at least 1")
    rng = np.random.default_rng(seed)
    kind = rng.choice(len(ENDS), samples, p=[end.share for end in ENDS])
    lengths = _lengths(kind, rng)
    measurements = np.zeros((samples, SCHEMA.max_length, len(SCHEMA.measurements)), dtype=np.float32)
    for task, length in enumerate(lengths.tolist()):
        measurements[task, :length] = _use(ENDS[kind[task]], length, rng)
    metadata = pd.DataFrame({"end event type": np.array([end.event for end in ENDS])[kind]})
    return TimeSeriesDataset(SCHEMA, metadata, measurements, lengths)


def _lengths(kind: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Records of each task: a short mode, a longer one, a heavy tail."""
    n = len(kind)
    short, tail = (np.array([getattr(end, name) for end in ENDS])[kind] for name in ("short", "tail"))
    first = rng.geometric(1 / SHORT, n)
    second = np.rint(rng.normal(LONG, LONG_SPREAD, n))
    body = np.clip(np.where(rng.random(n) < short, first, second), 1, 50)
    beyond = np.minimum(51 * (1 - rng.random(n) * (1 - (51 / LONGEST) ** TAIL)) ** (-1 / TAIL), LONGEST)
    return np.where(rng.random(n) < tail, beyond, body).astype(np.int64)


def _use(end: End, length: int, rng: np.random.Generator) -> Array:
    """The nine measurements [length, 9] of one task, in the schema's order."""
    cpu_level, memory_level = end.cpu + SPREAD * rng.standard_normal(), end.memory + SPREAD * rng.standard_normal()
    own, shared = _autoregression(length, rng), _autoregression(length, rng)
    together = np.tanh(np.arctanh(end.together) + 0.6 * rng.standard_normal())
    start = np.exp(-np.arange(length) / 1.5)  # a task loads its data before it works
    passed = np.arange(1, length + 1) / length
    cpu = np.exp(cpu_level + 0.35 * shared - 0.8 * start - end.falling * passed)
    moved = together * shared + (1 - together**2) ** 0.5 * own
    memory = np.exp(memory_level + 0.15 * moved - 0.5 * start + end.growing * passed)
    noise = rng.standard_normal((5, length))
    peak = cpu * (1 + np.exp(0.5 * noise[0] - 0.3))
    sampled = np.minimum(cpu * np.exp(0.3 * noise[1]), peak)
    largest = memory * (1 + 0.1 * np.abs(noise[2]))
    assigned = np.full(length, largest.max() * np.exp(0.3 * abs(rng.standard_normal()))) * (1 + 0.03 * shared)
    mapped, unmapped = memory * 0.05 * np.exp(0.3 * noise[3]), memory * 0.1 * np.exp(0.4 * noise[4] + 0.3 * own)
    disk = np.exp(0.5 * memory_level - 7 + 0.3 * rng.standard_normal()) * np.ones(length)
    columns = (cpu, peak, sampled, memory, np.maximum(assigned, 0), largest, unmapped, mapped + unmapped, disk)
    return np.minimum(np.stack(columns, axis=1), 1.0)


def _autoregression(length: int, rng: np.random.Generator) -> Array:
    """A stationary AR(1) series [length] of variance 1."""
    memory = np.exp(-1 / MEMORY)
    first = rng.standard_normal()
    shocks = (1 - memory**2) ** 0.5 * rng.standard_normal(length)
    return lfilter([1.0], [1.0, -memory], shocks, zi=np.array([memory * first]))[0]
