"""Job-days of the Google cluster: real series of 1 to 10 days, five-minute CPU and memory use summed over each job.

Two files in one folder: `gcd_job_days.npz` with `cpu_mem` [job-days, 288, 2] in percent and `job_day` [job-days, 2]
(job id, day), and `job_metadata.csv`. There is no simulator of these: `dg.datasets.gcut` has one of the trace.
"""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Continuous, Schema

DAY, DAYS = 288, 10
SCHEMA = Schema(
    name="gcut_jobs",
    metadata=(
        Categorical("end event type", ("running", "FAIL", "KILL")),
        Categorical("scheduling class", ("0", "1", "2", "3")),
    ),
    measurements=(Continuous("CPU rate", unit="%", low=0.0), Continuous("memory usage", unit="%", low=0.0)),
    max_length=DAYS * DAY,
    period="5 minutes",
)
LAST_EVENTS = {1: "running", 3: "FAIL", 5: "KILL"}  # a job whose last event is SCHEDULE was still running

log = logging.getLogger(__name__)


def load(raw: str | Path | None = None, *, samples: int | None = None, seed: int = 0) -> TimeSeriesDataset:
    """`samples` jobs of the folder `raw`: of each the longest run of days that follow each other.

    samples: chosen without replacement by `seed`; all jobs, unless named and fewer
    Raises ValueError, or FileNotFoundError, naming the file, the job and the remedy.
    """
    if raw is None:
        raise ValueError("gcut_jobs is real data: name its folder by data=, or take dataset=gcut, which is simulated")
    folder = Path(raw)
    series, job_day = _arrays(folder / "gcd_job_days.npz")
    jobs = _metadata(folder / "job_metadata.csv")
    ids = np.unique(job_day[:, 0])
    strangers = set(ids) - set(jobs.index)
    if strangers:
        raise ValueError(f"{folder / 'job_metadata.csv'}: job {min(strangers)} has no row; add it")
    measurements = np.zeros((len(ids), SCHEMA.max_length, 2), dtype=np.float32)
    lengths = np.empty(len(ids), dtype=np.int64)
    kept = 0
    for sample, job in enumerate(ids):
        rows = np.flatnonzero(job_day[:, 0] == job)
        rows = longest_run(rows[np.argsort(job_day[rows, 1])], job_day[:, 1])
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
    if samples is None or samples >= len(dataset):
        return dataset
    return dataset.take(np.sort(np.random.default_rng(seed).choice(len(dataset), samples, replace=False)))


def longest_run(rows: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The longest part of `rows`, sorted by day, in which each day follows the one before; the first of ties."""
    return max(np.split(rows, np.flatnonzero(np.diff(day[rows]) != 1) + 1), key=len)


def _arrays(file: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as archive:
            series, job_day = archive["cpu_mem"], archive["job_day"]
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file; name the folder of the job-days by data=") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file}: cannot be read ({error}); fetch it anew") from error
    if series.shape != (len(job_day), DAY, 2) or job_day.shape[1:] != (2,):
        raise ValueError(f"{file}: cpu_mem has shape {series.shape} and job_day {job_day.shape}; fetch it anew")
    wrong = ~np.isfinite(series).all(axis=(1, 2)) | (job_day[:, 1] < 1) | (job_day[:, 1] > DAYS)
    if wrong.any():
        job, day = job_day[wrong][0]
        raise ValueError(f"{file}: job {job}, day {day} is not one of {DAYS} days of finite numbers; correct it")
    return series, job_day


def _metadata(file: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(file, usecols=["job_id", "last_event", "sched_class"])
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: cannot be read ({error}); fetch it anew") from error
    unknown = ~table["last_event"].isin(list(LAST_EVENTS))
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise ValueError(
            f"{file}: line {row + 2}: {table['last_event'][row]} is no last event, which are {LAST_EVENTS}; correct it"
        )
    columns = {
        "end event type": table["last_event"].map(LAST_EVENTS).to_numpy(),
        "scheduling class": table["sched_class"].astype(str).to_numpy(),
    }
    return pd.DataFrame(columns, index=table["job_id"].to_numpy())
