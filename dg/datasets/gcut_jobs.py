"""Job-days of the Google cluster: real series of 1 to 10 days, five-minute CPU and memory use summed over each job.

Two files in one folder: `gcd_job_days.npz` with `cpu_mem` [job-days, 288, 2] in percent and `job_day` [job-days, 2]
(job id, day), and `job_metadata.csv`. There is no simulator of these: `dg.datasets.gcut` has one of the trace.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.datasets import packed, sampling, tables
from dg.files import content, reading
from dg.schema import Categorical, Continuous, Schema

DAY, DAYS = 288, 10
CLASSES = ("0", "1", "2", "3")
SCHEMA = Schema(
    name="gcut_jobs",
    metadata=(
        Categorical("end event type", ("running", "FAIL", "KILL")),
        Categorical("scheduling class", CLASSES),
    ),
    measurements=(Continuous("CPU rate", unit="%", low=0.0), Continuous("memory usage", unit="%", low=0.0)),
    max_length=DAYS * DAY,
    period="5 minutes",
)
LAST_EVENTS = {"1": "running", "3": "FAIL", "5": "KILL"}  # a job whose last event is SCHEDULE was still running
LARGEST_METADATA = 64 * 2**20  # bytes; that of 251 jobs has 12,000

log = logging.getLogger(__name__)


def load(raw: str | Path | None = None, *, samples: int | None = None, seed: int = 0) -> TimeSeriesDataset:
    """`samples` jobs of the folder `raw`, each with its longest run of consecutive days.

    samples: chosen without replacement by `seed`; all jobs, unless named and fewer
    Raises ValueError, or FileNotFoundError, naming the file, the job and the remedy.
    """
    if raw is None:
        raise ValueError("gcut_jobs is real data: name its folder by data=, or take dataset=gcut, which is simulated")
    sampling.check(samples, raw)
    folder = Path(raw)
    series, job_day = _arrays(folder / "gcd_job_days.npz")
    jobs = _metadata(folder / "job_metadata.csv")
    by_job = np.lexsort((job_day[:, 1], job_day[:, 0]))
    ids, first = np.unique(job_day[by_job, 0], return_index=True)
    strangers = set(ids) - set(jobs.index)
    if strangers:
        raise ValueError(f"{folder / 'job_metadata.csv'}: job {min(strangers)} has no row; add it")
    measurements = np.zeros((len(ids), SCHEMA.max_length, 2), dtype=np.float32)
    lengths = np.empty(len(ids), dtype=np.int64)
    kept = 0
    for sample, rows in enumerate(np.split(by_job, first[1:])):
        rows = longest_run(rows, job_day[:, 1])
        kept += len(rows)
        lengths[sample] = len(rows) * DAY
        measurements[sample, : lengths[sample]] = series[rows].reshape(-1, 2)
    log.info(
        "%s: %d jobs; %d of %d job-days dropped: outside the longest run",
        raw,
        len(ids),
        len(series) - kept,
        len(series),
    )
    dataset = TimeSeriesDataset(SCHEMA, jobs.loc[ids].reset_index(drop=True), measurements, lengths)
    chosen = sampling.choose(len(dataset), samples, seed, "jobs")
    return dataset if chosen is None else dataset.take(np.sort(chosen))


def longest_run(rows: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The longest part of `rows`, sorted by day, in which each day follows the one before; the first of ties."""
    return max(np.split(rows, np.flatnonzero(np.diff(day[rows]) != 1) + 1), key=len)


def _arrays(file: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        arrays = packed.arrays(file, ("cpu_mem", "job_day"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file; name the folder of the job-days by data=") from None
    missing = [name for name in ("cpu_mem", "job_day") if name not in arrays]
    if missing:
        raise ValueError(f"{file}: cannot be read (it has no {' and no '.join(missing)}); fetch it anew")
    series, job_day = arrays["cpu_mem"], arrays["job_day"]
    if job_day.dtype.kind not in "iu" or job_day.shape[1:] != (2,) or series.shape != (len(job_day), DAY, 2):
        raise ValueError(
            f"{file}: cpu_mem has shape {series.shape} and job_day {job_day.shape} of {job_day.dtype}, not [n, {DAY}, "
            "2] and [n, 2] of whole numbers; fetch it anew"
        )
    if not len(job_day):
        raise ValueError(f"{file}: has no job-day; fetch it anew")
    low, high = series.min(axis=(1, 2)), series.max(axis=(1, 2))  # NaN where any value is NaN
    days = (job_day[:, 1] >= 1) & (job_day[:, 1] <= DAYS)
    _refuse(file, job_day, ~days, f"is not one of {DAYS} days")
    _refuse(file, job_day, ~((low >= 0) & (high <= np.finfo(np.float32).max)), "has use that is no number from 0 on")
    order = np.lexsort((job_day[:, 1], job_day[:, 0]))
    again = np.flatnonzero((np.diff(job_day[order], axis=0) == 0).all(axis=1))
    if len(again):
        row, other = order[again[0]], order[again[0] + 1]
        job, day = job_day[row]
        raise ValueError(f"{file}: rows {row} and {other} of job_day are both job {job}, day {day}; delete one")
    return series, job_day.astype(np.int64)


def _refuse(file: Path, job_day: np.ndarray, wrong: np.ndarray, why: str) -> None:
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(f"{file}: row {row}: job {job_day[row, 0]}, day {job_day[row, 1]} {why}; correct it")


def _metadata(file: Path) -> pd.DataFrame:
    """job → end event type, scheduling class."""
    text = content(file, LARGEST_METADATA)
    with reading(file):
        table = tables.frame(text, dtype=str, keep_default_na=False).fillna("")
    missing = [name for name in ("job_id", "last_event", "sched_class") if name not in table]
    if missing:
        raise ValueError(f"{file}: line 1: the column {', '.join(missing)} is missing; fetch the file anew")
    for name, right, are in (
        ("job_id", table["job_id"].str.fullmatch(r"\d{1,18}"), "no job, which is a whole number"),
        ("last_event", table["last_event"].isin(list(LAST_EVENTS)), f"no last event, which are {LAST_EVENTS}"),
        ("sched_class", table["sched_class"].isin(list(CLASSES)), f"no scheduling class, which are {CLASSES}"),
    ):
        if not right.all():
            row = int(np.flatnonzero(~right)[0])
            raise ValueError(f"{file}: line {row + 2}, column {name}: {table[name][row][:40]} is {are}; correct it")
    job = table["job_id"].astype(np.int64).to_numpy()
    again = np.flatnonzero(table["job_id"].astype(np.int64).duplicated())
    if len(again):
        row, first = int(again[0]), int(np.flatnonzero(job == job[again[0]])[0])
        raise ValueError(f"{file}: lines {first + 2} and {row + 2}: job {job[row]} is there twice; delete one")
    return pd.DataFrame(
        {
            "end event type": table["last_event"].map(LAST_EVENTS).to_numpy(),
            "scheduling class": table["sched_class"].to_numpy(),
        },
        index=job,
    )
